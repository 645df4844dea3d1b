//! One HTTP/1.1 request on one connection, blocking, with nothing assumed of the other side but that it closes or tells a length.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Longer than the longest poll.
const TIMEOUT: Duration = Duration::from_secs(70);

/// A reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Names in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// All of the body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Sends a request and reads the reply to its end.
pub fn request(
    address: impl ToSocketAddrs,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Reply> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.set_nodelay(true)?;
    // The console answers nobody who thinks that it is elsewhere.
    let host = stream.peer_addr()?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let mut message = head.into_bytes();
    message.extend_from_slice(body);
    // A server that refuses a long body may close before it has read all of it; its reply counts.
    let sent = stream.write_all(&message);
    match read_reply(&mut stream) {
        Ok(reply) => Ok(reply),
        Err(error) => Err(sent.err().unwrap_or(error)),
    }
}

/// Reads a reply that ends with the connection or after its Content-Length.
pub fn read_reply(stream: &mut TcpStream) -> Result<Reply> {
    let mut received = Vec::new();
    let head_end = loop {
        if let Some(position) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            break position;
        }
        read_some(stream, &mut received)?;
    };
    let head = String::from_utf8_lossy(&received[..head_end]).into_owned();
    let mut body = received.split_off(head_end + 4);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, format!("no HTTP reply: {head}")))?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut reply = Reply { status, headers, body: Vec::new() };
    let length: Option<usize> = reply.header("content-length").and_then(|length| length.parse().ok());
    while body.len() < length.unwrap_or(usize::MAX) {
        match read_some(stream, &mut body) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof && length.is_none() => break,
            Err(error) => return Err(error),
        }
    }
    reply.body = body;
    Ok(reply)
}

fn read_some(stream: &mut TcpStream, into: &mut Vec<u8>) -> Result<()> {
    let mut buffer = [0; 64 * 1024];
    match stream.read(&mut buffer)? {
        0 => Err(Error::new(ErrorKind::UnexpectedEof, "the connection was closed in the middle of a reply")),
        count => {
            into.extend_from_slice(&buffer[..count]);
            Ok(())
        }
    }
}
