//! One connection: HTTP/1.1 with keep-alive or, for clients that begin with its preface, HTTP/2, until either side has enough.

use crate::handler::Handler;
use crate::patience::{Activity, Patient};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::sync::watch;

/// Headers a request may have: far more than any client sends.
const HEADERS_MAX: usize = 64;
/// Bytes of a request's head.
const HEAD_BYTES_MAX: u32 = 64 * 1024;
/// Requests at a time in one connection of HTTP/2.
const STREAMS_MAX: u32 = 256;
/// Bytes that a client of HTTP/2 may send ahead, in a stream and in all of a connection.
const WINDOW_BYTES: u32 = 256 * 1024;
/// Bytes of a reply that HTTP/2 holds ready.
const SEND_BYTES_MAX: usize = 64 * 1024;

/// How connections are served. Made once.
pub(crate) struct Protocol(auto::Builder<TokioExecutor>);

impl Protocol {
    pub(crate) fn new() -> Protocol {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        // Time is `Patient`'s concern.
        builder.http1().header_read_timeout(None).max_headers(HEADERS_MAX).max_buf_size(HEAD_BYTES_MAX as usize);
        builder
            .http2()
            .max_concurrent_streams(STREAMS_MAX)
            .max_header_list_size(HEAD_BYTES_MAX)
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(WINDOW_BYTES)
            .max_send_buf_size(SEND_BYTES_MAX);
        Protocol(builder)
    }

    /// Serves the requests of a connection. When `draining` becomes true, the requests under way are the last.
    pub(crate) async fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        handler: Arc<Handler>,
        mut draining: watch::Receiver<bool>,
    ) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let activity = Activity::new(handler.patience());
        let io = TokioIo::new(Patient::new(stream, activity.clone()));
        let service = service_fn(move |request| {
            let (handler, activity) = (handler.clone(), activity.clone());
            async move { Ok::<_, Infallible>(handler.handle(request, peer, &activity).await) }
        });
        let connection = self.0.serve_connection_with_upgrades(io, service);
        tokio::pin!(connection);
        let drain = async { drop(draining.wait_for(|draining| *draining).await) };
        let outcome = tokio::select! {
            outcome = &mut connection => outcome,
            () = drain => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(%peer, error, "a connection ended early");
        }
    }
}
