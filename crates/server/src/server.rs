//! Listening, accepting, draining.

use crate::connection;
use crate::handler::Handler;
use crate::options::Options;
use engine::Engine;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Pause after a failed accept, which usually means that there is no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The API on a listening socket.
pub struct Server {
    listener: TcpListener,
    handler: Arc<Handler>,
    options: Options,
}

impl Server {
    /// Listens on `address`. Connections are taken from now on and answered once [`serve`](Server::serve) runs.
    pub async fn bind(address: impl ToSocketAddrs, engine: Arc<Engine>, options: Options) -> io::Result<Server> {
        Ok(Server::new(TcpListener::bind(address).await?, engine, options))
    }

    /// Takes over a socket that listens already: whoever must know the address before there is an engine binds it first.
    pub fn new(listener: TcpListener, engine: Arc<Engine>, options: Options) -> Server {
        Server { listener, handler: Arc::new(Handler::new(engine, &options)), options }
    }

    /// The address it listens on, with the port the system chose if 0 was asked for.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `shutdown` resolves, then accepts no more, lets requests under way finish and returns. What is not finished within
    /// the options' `drain_timeout` is cut off.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let (draining, _) = watch::channel(false);
        let mut connections = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => self.spawn(stream, &draining, &mut connections),
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = connections.join_next() => {}
                () = &mut shutdown => break,
            }
        }
        let Server { listener, handler, options } = self;
        drop(listener);
        draining.send_replace(true);
        handler.end_polls();
        let drained = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(options.drain_timeout, drained).await.is_err() {
            tracing::warn!(connections = connections.len(), "requests were cut off at the end of the drain time");
        }
    }

    fn spawn(&self, stream: TcpStream, draining: &watch::Sender<bool>, connections: &mut JoinSet<()>) {
        let handler = self.handler.clone();
        connections.spawn(connection::serve(stream, handler, self.options.header_timeout, draining.subscribe()));
    }
}
