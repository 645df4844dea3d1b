//! The WebSocket: what is told of what changes, and who is not served.

use crate::world::{World, text};
use json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const UPGRADE: &str = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

struct Socket(TcpStream);

impl Socket {
    async fn open(world: &World) -> Socket {
        let mut stream = TcpStream::connect(world.address).await.expect("it listens");
        let request = format!("GET /console/api/v1/live HTTP/1.1\r\nHost: localhost\r\n{UPGRADE}\r\n");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("it answers"));
        }
        let head = String::from_utf8_lossy(&head).to_lowercase();
        // The example of RFC 6455.
        assert!(head.starts_with("http/1.1 101") && head.contains("s3pplmbitxaq9kygzzhzrbk+xoo="), "{head}");
        Socket(stream)
    }

    /// A text frame, masked with zeros.
    async fn send(&mut self, message: Value) {
        let text = message.to_string();
        let length = u16::try_from(text.len()).expect("it is short").to_be_bytes();
        let frame = [&[0x81, 0x80 | 126, length[0], length[1], 0, 0, 0, 0][..], text.as_bytes()].concat();
        self.0.write_all(&frame).await.expect("it reads");
    }

    /// The next message.
    async fn next(&mut self) -> Value {
        loop {
            let (first, second) = (self.0.read_u8().await.expect("a frame"), self.0.read_u8().await.expect("a length"));
            let length = match second {
                126 => u64::from(self.0.read_u16().await.expect("a length")),
                127 => self.0.read_u64().await.expect("a length"),
                length => u64::from(length),
            };
            let mut payload = vec![0; length as usize];
            self.0.read_exact(&mut payload).await.expect("a payload");
            if first == 0x81 {
                return json::parse(&String::from_utf8(payload).expect("text")).expect("JSON");
            }
        }
    }

    /// Messages until one of this id has what is looked for.
    async fn until(&mut self, id: i64, found: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.next().await;
            if message.get("id").and_then(Value::as_i64) == Some(id) && found(&message) {
                return message;
            }
        }
    }
}

#[tokio::test]
async fn what_happens_is_told_to_who_listens() {
    let world = World::new().await;
    let wait = json!({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": true}}});
    let machine = world.create("waits", &wait, "STANDARD").await;
    let mut socket = Socket::open(&world).await;
    socket.send(json!({"subscribe": {"id": 1, "topic": "executions", "filter": {"machine": "waits"}}})).await;
    socket.send(json!({"subscribe": {"id": 2, "topic": "machines"}})).await;
    socket.send(json!({"subscribe": {"id": 4, "topic": "weather"}})).await;
    let refused = socket.next().await;
    assert_eq!(refused.get("error").map(|error| text(error, "code")).as_deref(), Some("InvalidParameter"));
    let started = world.aws("StartExecution", json!({"stateMachineArn": (machine.as_str()), "name": "one"})).await;
    let arn = text(&started, "executionArn");
    let rows = socket.until(1, |message| message.get("rows").is_some()).await;
    assert!(rows.to_string().contains(r#""name":"one""#), "{rows}");
    assert_eq!(socket.until(2, |_| true).await.to_string(), r#"{"id":2,"changed":["waits"]}"#);
    // From the second event on: what happened before somebody listened is told as well.
    socket.send(json!({"subscribe": {"id": 3, "topic": "execution", "arn": (arn.as_str()), "after": 1}})).await;
    let first = socket.until(3, |_| true).await;
    assert_eq!(first.get("lastEvent").and_then(Value::as_i64), Some(2));
    assert!(
        first.to_string().contains("WaitStateEntered") && !first.to_string().contains("ExecutionStarted"),
        "{first}"
    );
    socket.send(json!({"subscribe": {"id": 5, "topic": "tasks"}})).await;
    world.aws("StopExecution", json!({"executionArn": (arn.as_str())})).await;
    let last = socket.until(3, |_| true).await;
    assert_eq!(last.get("execution").map(|row| text(row, "status")).as_deref(), Some("ABORTED"));
    assert_eq!(socket.until(5, |_| true).await.to_string(), r#"{"id":5,"changed":true}"#);
}

#[tokio::test]
async fn nobody_else_gets_a_socket() {
    let world = World::new().await;
    let line = "GET /console/api/v1/live";
    for (headers, expected) in [
        (format!("Host: localhost\r\nOrigin: http://evil.example\r\n{UPGRADE}"), "403 OriginNotAllowed"),
        (format!("Host: evil.example\r\n{UPGRADE}"), "403 HostNotAllowed"),
        ("Host: localhost\r\n".to_owned(), "426 UpgradeRequired"),
    ] {
        let request = format!("{line} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n")
            .replace("Connection: Upgrade\r\nSec", "Sec");
        assert_eq!(world.raw(&request).await.refusal(), expected, "{headers}");
    }
}
