//! A server that answers what it was told and writes down what it was asked.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Peer {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    answers: Vec<String>,
    asked: Vec<String>,
    connections: usize,
}

impl Peer {
    pub(crate) async fn start(mut answers: Vec<String>) -> Peer {
        answers.reverse();
        let state = Arc::new(Mutex::new(State { answers, ..State::default() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().expect("no panic").connections += 1;
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Peer { url, state }
    }

    /// All requests, as text: what changes from one time to the next is masked.
    pub(crate) fn asked(&self) -> String {
        self.state.lock().expect("no panic").asked.concat()
    }

    pub(crate) fn requests(&self) -> usize {
        self.state.lock().expect("no panic").asked.len()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.lock().expect("no panic").connections
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut read = Vec::new();
    loop {
        let Some((head, body)) = request(&mut stream, &mut read).await else { return };
        let answer = {
            let mut state = state.lock().expect("no panic");
            state.asked.push(shown(&head, &body));
            state.answers.pop().unwrap_or_else(|| "HTTP/1.1 500 No more\r\ncontent-length: 0\r\n\r\n".to_owned())
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn request(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    loop {
        if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().expect("a length"));
            if read.len() >= end + 4 + length {
                let body = read[end + 4..end + 4 + length].to_vec();
                read.drain(..end + 4 + length);
                return Some((head, body));
            }
        }
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
}

fn shown(head: &str, body: &[u8]) -> String {
    let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
    let request = lines.remove(0);
    let is_shown = |line: &String| {
        !["host:", "content-length:", "user-agent:", "x-amz-date:"].iter().any(|name| line.starts_with(name))
    };
    lines.retain(is_shown);
    lines.sort();
    for line in lines.iter_mut().filter(|line| line.starts_with("authorization:")) {
        let Some((before, _)) = line.split_once("Signature=") else { continue };
        let (_, scope) = before.split_once("/").expect("a scope");
        *line = format!("authorization: …{}", scope[8..].trim_end_matches(", "));
    }
    format!("{request}\n{}\n\n{}\n---\n", lines.join("\n"), String::from_utf8_lossy(body))
}
