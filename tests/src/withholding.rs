//! A service over HTTP that can do what it is asked and not answer: what a caller sees that is killed between its call and the answer.

use crate::http::Reply;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// Path and query string, as they were sent.
    pub path: String,
    /// Names in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// All of the body.
    pub body: Vec<u8>,
}

impl Request {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A value of the query string, as it was sent; empty for a name without one.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.path.split_once('?')?;
        query.split('&').find_map(|pair| match pair.split_once('=').unwrap_or((pair, "")) {
            (found, value) if found == name => Some(value),
            _ => None,
        })
    }
}

type Handler = Box<dyn Fn(&Request) -> Reply + Send + Sync>;
type Withheld = Box<dyn Fn(&Request) -> bool + Send + Sync>;

/// A running service. It ends with the test.
#[derive(Clone)]
pub struct Withholding(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    handler: Handler,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    withheld: Withheld,
    count: usize,
}

impl Withholding {
    /// Starts it: `handler` does what is asked.
    pub fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Withholding {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let state = Mutex::new(State { withheld: Box::new(|_| false), count: 0 });
        let inner = Inner { address, handler: Box::new(handler), state, changed: Condvar::new() };
        let service = Withholding(Arc::new(inner));
        let serving = service.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let service = serving.clone();
                std::thread::spawn(move || service.serve(stream));
            }
        });
        service
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// From now on requests like these are done and not answered, others are.
    pub fn withhold(&self, which: impl Fn(&Request) -> bool + Send + Sync + 'static) {
        let mut state = self.0.state.lock().expect("no thread panics with it");
        *state = State { withheld: Box::new(which), count: 0 };
    }

    /// Waits until that many were not answered.
    #[track_caller]
    pub fn wait(&self, count: usize, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut state = self.0.state.lock().expect("no thread panics with it");
        while state.count < count {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} of {count} requests came within {patience:?}", state.count);
            (state, _) = self.0.changed.wait_timeout(state, left).expect("no thread panics with it");
        }
    }

    fn serve(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some(request) = read(&mut stream) {
            let reply = (self.0.handler)(&request);
            let mut state = self.0.state.lock().expect("no thread panics with it");
            if (state.withheld)(&request) {
                state.count += 1;
                self.0.changed.notify_all();
                drop(state);
                // Nothing more comes until the other side is gone.
                let _ = stream.read_to_end(&mut Vec::new());
                return;
            }
            drop(state);
            let mut head = format!("HTTP/1.1 {} OK\r\n", reply.status);
            for (name, value) in reply.headers.iter().filter(|(name, _)| is_kept(name)) {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str(&format!("content-length: {}\r\n\r\n", reply.body.len()));
            let message = [head.as_bytes(), &reply.body].concat();
            if stream.get_mut().write_all(&message).is_err() {
                return;
            }
        }
    }
}

/// Whether a header is handed on; others are about the connection.
fn is_kept(name: &str) -> bool {
    !["content-length", "connection", "transfer-encoding"].contains(&name)
}

fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, headers, body: Vec::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.body = vec![0; length];
    stream.read_exact(&mut request.body).ok()?;
    Some(request)
}
