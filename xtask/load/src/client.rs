//! One connection to the server: HTTP/1.1, kept alive, one request at a time.

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use json::Value;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// A connection.
pub(crate) struct Client(SendRequest<Full<Bytes>>);

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> anyhow::Result<Client> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // It ends with the sender; what breaks it, the next request tells.
        tokio::spawn(connection);
        Ok(Client(sender))
    }

    /// Asks whether the server serves.
    pub(crate) async fn health(&mut self) -> anyhow::Result<()> {
        let request = Request::get("/health").header(header::HOST, "localhost").body(Full::default())?;
        self.send(request).await.map(drop)
    }

    /// One call of the API; the reply's body as it came.
    pub(crate) async fn call(&mut self, target: &'static str, body: Bytes) -> anyhow::Result<Bytes> {
        let request = Request::post("/")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.0")
            .header("x-amz-target", target)
            .body(Full::new(body))?;
        self.send(request).await.context(target)
    }

    /// One call whose reply is read.
    pub(crate) async fn ask(&mut self, target: &'static str, request: &Value) -> anyhow::Result<Value> {
        let reply = self.call(target, request.to_string().into()).await?;
        json::parse(std::str::from_utf8(&reply)?).map_err(|error| anyhow::anyhow!("{target}: {error}"))
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<Bytes> {
        self.0.ready().await?;
        let response = self.0.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            bail!("{status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }
}
