//! HTTP/1.1 to an endpoint, with TLS if its URL says so. A connection is kept for the next request.

use super::endpoint::Endpoint;
use super::signature::Request;
use anyhow::{Context, anyhow, bail};
use api::Operation;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Synchronous executions take five minutes at most.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(6 * 60);
/// No answer of the API is nearly as long.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// The connection to the host that was asked last.
#[derive(Default)]
pub(super) struct Connection(Mutex<Option<Open>>);

struct Open {
    host: String,
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    /// Sends a request; the answer's status and text.
    pub(super) async fn send(
        &self,
        endpoint: &Endpoint,
        operation: Operation,
        request: Request<'_>,
    ) -> anyhow::Result<(u16, String)> {
        let host = endpoint.host(operation);
        let mut place = self.0.lock().await;
        let kept = place.take().filter(|open| open.host == host && !open.sender.is_closed());
        let mut usable = None;
        if let Some(mut open) = kept {
            // One that was closed meanwhile is no longer ready.
            usable = open.sender.ready().await.is_ok().then_some(open);
        }
        let mut open = match usable {
            Some(open) => open,
            None => Open { sender: connect(&host, endpoint.port(), endpoint.is_tls()).await?, host },
        };
        let mut message = hyper::Request::builder().method(request.method).uri(request.path);
        for (name, value) in &request.headers {
            message = message.header(*name, value);
        }
        let message = message.body(Full::from(request.body.to_owned())).context("the request cannot be made")?;
        let answered = async {
            let response = open.sender.send_request(message).await?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
            let body = body.map_err(|error| anyhow!("{error}"))?.to_bytes();
            anyhow::Ok((status, String::from_utf8_lossy(&body).into_owned()))
        };
        let answered = timeout(ANSWER_TIMEOUT, answered).await.context("no answer came in time")??;
        *place = Some(open);
        Ok(answered)
    }
}

/// A new connection to a host.
pub(crate) async fn connect(host: &str, port: u16, is_tls: bool) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let connecting = TcpStream::connect((host, port));
    let stream = timeout(CONNECT_TIMEOUT, connecting).await.context("it cannot be reached: no answer")?;
    let stream = stream.context("it cannot be reached")?;
    stream.set_nodelay(true).context("the connection cannot be used")?;
    if !is_tls {
        return shake_hands(stream).await;
    }
    let name = ServerName::try_from(host.to_owned()).with_context(|| format!("{host} is no name of a host"))?;
    let connector = TlsConnector::from(Arc::new(tls()?));
    let securing = timeout(CONNECT_TIMEOUT, connector.connect(name, stream)).await.context("TLS: no answer")?;
    shake_hands(securing.context("TLS")?).await
}

async fn shake_hands(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        // Its end is seen by whoever sends.
        let _ = connection.await;
    });
    Ok(sender)
}

/// The certificates this system trusts; `SSL_CERT_FILE` names others.
fn tls() -> anyhow::Result<ClientConfig> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        bail!("TLS: this system has no certificates to trust (Debian: ca-certificates); SSL_CERT_FILE can name some");
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}
