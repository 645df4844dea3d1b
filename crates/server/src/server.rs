//! Listening, accepting, draining.

use crate::connection::Protocol;
use crate::handler::Handler;
use crate::options::Options;
use engine::Engine;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// Pause after a failed accept, which usually means that there is no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The API on a listening socket.
pub struct Server {
    listener: TcpListener,
    handler: Arc<Handler>,
    protocol: Arc<Protocol>,
    options: Options,
}

impl Server {
    /// Listens on `address`. Connections are taken from now on and answered once [`serve`](Server::serve) runs.
    pub async fn bind(address: impl ToSocketAddrs, engine: Arc<Engine>, options: Options) -> io::Result<Server> {
        Ok(Server::new(TcpListener::bind(address).await?, engine, options))
    }

    /// Takes over a socket that listens already: whoever must know the address before there is an engine binds it first.
    pub fn new(listener: TcpListener, engine: Arc<Engine>, options: Options) -> Server {
        let handler = Arc::new(Handler::new(engine, &options, listener.local_addr().ok()));
        Server { listener, handler, protocol: Arc::new(Protocol::new()), options }
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
        let places = Arc::new(Semaphore::new(self.options.connections_max.min(Semaphore::MAX_PERMITS)));
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                (place, accepted) = self.accept(&places) => match accepted {
                    Ok((stream, peer)) => self.spawn(stream, peer, place, &draining, &mut connections),
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = connections.join_next() => {}
                () = &mut shutdown => break,
            }
        }
        let Server { listener, handler, options, .. } = self;
        drop(listener);
        draining.send_replace(true);
        handler.end_polls();
        let drained = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(options.drain_timeout, drained).await.is_err() {
            tracing::warn!(connections = connections.len(), "requests were cut off at the end of the drain time");
        }
        if let Some(log) = options.access_log {
            // A thread that panicked has said so.
            let _ = tokio::task::spawn_blocking(move || log.flush()).await;
        }
    }

    /// The next connection, once there is a place for it.
    async fn accept(&self, places: &Arc<Semaphore>) -> (OwnedSemaphorePermit, io::Result<(TcpStream, SocketAddr)>) {
        let place = match places.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                tracing::warn!(connections = self.options.connections_max, "there are as many connections as may be");
                places.clone().acquire_owned().await.expect("it is never closed")
            }
        };
        (place, self.listener.accept().await)
    }

    fn spawn(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        place: OwnedSemaphorePermit,
        draining: &watch::Sender<bool>,
        connections: &mut JoinSet<()>,
    ) {
        let (handler, protocol, draining) = (self.handler.clone(), self.protocol.clone(), draining.subscribe());
        handler.metrics().connections_accepted.add(1);
        connections.spawn(async move {
            protocol.serve(stream, peer, handler.clone(), draining).await;
            handler.metrics().connections_ended.add(1);
            drop(place);
        });
    }
}
