//! What HTTP costs without anything behind it: a server that reads a request to its end and replies with as many bytes as asked for. It is
//! a process of its own, with as many threads as `stepwell serve` has.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use std::process::Command;
use tokio::net::{TcpListener, TcpStream};

/// The first argument that makes this program the bare server.
pub(crate) const COMMAND: &str = "--bare-server";

/// The command that starts it.
pub(crate) fn command(reply_bytes: usize) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([COMMAND, &reply_bytes.to_string()]);
    Ok(command)
}

/// Is the bare server, until it is killed.
pub(crate) async fn run(reply_bytes: &str) -> anyhow::Result<()> {
    let reply = Bytes::from("x".repeat(reply_bytes.parse()?));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("the bare server serves http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, reply.clone()));
    }
}

async fn serve(stream: TcpStream, reply: Bytes) {
    let service = service_fn(|request| answer(request, reply.clone()));
    // What breaks a connection, the other side tells.
    let _ = stream.set_nodelay(true);
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, reply: Bytes) -> Result<Response<Full<Bytes>>, hyper::Error> {
    request.into_body().collect().await?;
    let mut response = Response::new(Full::new(reply));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/x-amz-json-1.0"));
    let request_id = header::HeaderValue::from_static("00000000-0000-8000-8000-000000000000");
    headers.insert("x-amzn-requestid", request_id);
    Ok(response)
}
