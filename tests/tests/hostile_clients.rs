//! Clients that mean harm: they are refused, memory stays as it was, and others are served meanwhile.

use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use system_tests::{Server, Setup};

const MIB: u64 = 1 << 20;
/// How long a connection may be kept that should be closed after a second or two. Not what is measured: a busy machine must not fail.
const PATIENCE: Duration = Duration::from_secs(60);
/// What allocators, threads and buffers of sockets may take at once besides what clients send.
const SLACK: u64 = 48 * MIB;

const HEAD: &str = "POST / HTTP/1.1\r\nHost: sync-states.us-east-1.amazonaws.com\r\n\
    Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AWSStepFunctions.";

fn start(arguments: &[&str]) -> (tempfile::TempDir, Server) {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let mut setup = Setup::new(directory.path());
    setup.arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let server = setup.start();
    (directory, server)
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.client().address).expect("a connection is accepted");
    stream.set_read_timeout(Some(PATIENCE)).expect("it can be set");
    stream.set_write_timeout(Some(PATIENCE)).expect("it can be set");
    stream
}

fn machine(client: system_tests::Client, name: &str) -> String {
    client.create_machine(name, &json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}))
}

/// All the server says until it closes. That it cuts the connection off is an end as well.
fn until_closed(stream: &mut TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    let mut buffer = [0; 64 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return said,
            Ok(count) => said.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("it is not closed within {PATIENCE:?}"),
            Err(_) => return said,
        }
    }
}

/// Executions are started all the while.
fn served_meanwhile(server: &Server, attack: impl FnOnce()) {
    let machine = machine(server.client(), "served");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let others = scope.spawn(|| {
            let (mut starts, mut slowest) = (0, Duration::ZERO);
            while starts == 0 || !over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                server.client().start(&machine, &json!({}));
                slowest = slowest.max(begun.elapsed());
                starts += 1;
            }
            (starts, slowest)
        });
        let attacked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(attack));
        over.store(true, Ordering::Relaxed);
        if let Err(panic) = attacked {
            std::panic::resume_unwind(panic);
        }
        let (starts, slowest) = others.join().expect("others are served");
        eprintln!("meanwhile {starts} executions were started, the slowest took {slowest:?}");
        assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    });
}

/// Waits until the server has no connection but the one that asks it.
fn until_alone(server: &Server) {
    let deadline = Instant::now() + PATIENCE;
    while server.metric("stepwell_connections") > 1.0 {
        assert!(Instant::now() < deadline, "connections are kept though nobody reads");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn peak_grows_by_at_most(server: &Server, bytes: u64, attack: impl FnOnce()) {
    let before = server.peak_bytes();
    attack();
    let grown = server.peak_bytes() - before;
    eprintln!("the peak of memory grew by {} KiB", grown / 1024);
    assert!(grown <= bytes, "memory grew by {grown} bytes, at most {bytes} were expected");
}

const IMPATIENT: [&str; 8] =
    ["--header-timeout", "1", "--body-timeout", "1", "--idle-timeout", "2", "--write-timeout", "1"];

#[test]
fn slow_writers_are_cut_off() {
    let (_directory, server) = start(&IMPATIENT);
    let beginnings = [
        String::new(),
        "P".to_owned(),
        "PRI * HTTP/2.0\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: a\r\nX-Slow: ".to_owned(),
        format!("{HEAD}ListStateMachines\r\nContent-Length: 10\r\n\r\n{{"),
        format!("{HEAD}ListStateMachines\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
    ];
    let cut_off = AtomicBool::new(false);
    peak_grows_by_at_most(&server, SLACK, || {
        served_meanwhile(&server, || {
            let mut slow: Vec<(usize, TcpStream)> = Vec::new();
            for number in 0..beginnings.len() * 60 {
                let mut stream = connect(&server);
                stream.write_all(beginnings[number % beginnings.len()].as_bytes()).expect("it is taken");
                slow.push((number % beginnings.len(), stream));
            }
            std::thread::scope(|scope| {
                // A byte now and then is no reason to wait longer for the rest of a head or body.
                let drips: Vec<TcpStream> = slow
                    .iter()
                    .filter(|(kind, _)| (3..=4).contains(kind))
                    .map(|(_, stream)| stream.try_clone().expect("it can be shared"))
                    .collect();
                scope.spawn(|| {
                    let drips = drips;
                    while !cut_off.load(Ordering::Relaxed) {
                        for mut stream in &drips {
                            // Those already cut off take none.
                            let _ = stream.write_all(b" ");
                        }
                        std::thread::sleep(Duration::from_millis(200));
                    }
                });
                for (_, mut stream) in slow {
                    until_closed(&mut stream);
                }
                cut_off.store(true, Ordering::Relaxed);
            });
        });
    });
    assert_eq!(server.metric("stepwell_body_bytes"), 0.0);
}

#[test]
fn slow_readers_are_cut_off() {
    let (_directory, server) = start(&IMPATIENT);
    let client = server.client();
    let long = json!({"Comment": "x".repeat(900_000), "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let arn = client.create_machine("long", &long);
    let body = json!({"stateMachineArn": arn}).to_string();
    let short = json!({"Comment": "x".repeat(100_000), "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let shorter = json!({"stateMachineArn": client.create_machine("shorter", &short)}).to_string();
    let request = format!("{HEAD}DescribeStateMachine\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let mut readers = Vec::new();
    served_meanwhile(&server, || {
        for _ in 0..8 {
            let mut stream = connect(&server);
            stream.write_all(request.repeat(30).as_bytes()).expect("it is taken");
            readers.push(stream);
        }
        // Of HTTP/2, with a window that nothing fits through.
        let mut stream = connect(&server);
        stream.write_all(&http2::preface(&[0, 4, 0, 0, 0, 0])).expect("it is taken");
        for (stream_id, body) in [(1, &shorter), (3, &"{}".to_owned())] {
            let operation = if stream_id == 1 { "DescribeStateMachine" } else { "ListActivities" };
            stream.write_all(&http2::call(stream_id, operation, body)).expect("it is taken");
        }
        readers.push(stream);
        std::thread::sleep(Duration::from_millis(500));
    });
    until_alone(&server);
    drop(readers);
    assert_eq!(server.metric("stepwell_body_bytes"), 0.0);
}

#[test]
fn endless_heads_and_bodies_are_refused() {
    let (_directory, server) = start(&["--bodies-max", "32"]);
    machine(server.client(), "warm");
    let beginnings: [(&str, String, &[u8]); 7] = [
        ("a million headers", "GET /health HTTP/1.1\r\nHost: a\r\n".to_owned(), b"X-Many: 1\r\n"),
        ("a long header", "GET /health HTTP/1.1\r\nHost: a\r\nX-Long: ".to_owned(), &[b'x'; 4096]),
        ("a long path", "GET /".to_owned(), &[b'x'; 4096]),
        ("1 GB announced", format!("{HEAD}CreateStateMachine\r\nContent-Length: 1000000000\r\n\r\n"), &[b' '; 65536]),
        (
            "chunks without end",
            format!("{HEAD}CreateStateMachine\r\nTransfer-Encoding: chunked\r\n\r\n"),
            b"1\r\n \r\n",
        ),
        (
            "a long chunk extension",
            format!("{HEAD}CreateStateMachine\r\nTransfer-Encoding: chunked\r\n\r\n1;"),
            &[b'x'; 4096],
        ),
        (
            "long trailers",
            format!("{HEAD}CreateStateMachine\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n"),
            b"X-Trailer: 1\r\n",
        ),
    ];
    peak_grows_by_at_most(&server, SLACK + 32 * MIB, || {
        served_meanwhile(&server, || {
            for (what, beginning, rest) in beginnings {
                let (mut stream, begun) = (connect(&server), Instant::now());
                let sent = flood(&mut stream, beginning.as_bytes(), rest, 1_000_000_000);
                eprintln!("{what}: {sent} bytes were taken in {:?}", begun.elapsed());
                assert!(sent < 64 << 20, "{what}: {sent} bytes were taken");
            }
        });
    });
    many_bodies(&server);
}

/// Writes until the server has enough, or `bytes_max`. What was sent.
fn flood(stream: &mut TcpStream, beginning: &[u8], rest: &[u8], bytes_max: usize) -> usize {
    let block = rest.repeat((64 * 1024 / rest.len()).max(1));
    let mut sent = beginning.len();
    if stream.write_all(beginning).is_err() {
        return sent;
    }
    while sent < bytes_max && stream.write_all(&block).is_ok() {
        sent += block.len();
    }
    sent
}

/// More long bodies at a time than there is memory for.
fn many_bodies(server: &Server) {
    let definition = "[".repeat(5_000_000);
    let body =
        json!({"name": "n", "roleArn": "arn:aws:iam::123456789012:role/r", "definition": definition}).to_string();
    let (begin, end) = body.split_at(body.len() - 1);
    peak_grows_by_at_most(server, SLACK + 64 * MIB, || {
        let mut streams: Vec<TcpStream> = (0..40).map(|_| connect(server)).collect();
        std::thread::scope(|scope| {
            for stream in &mut streams {
                scope.spawn(move || {
                    let head =
                        format!("{HEAD}CreateStateMachine\r\nContent-Length: {}\r\n\r\n", body_length(begin, end));
                    // Some are refused before they have sent all of it.
                    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(begin.as_bytes()));
                });
            }
        });
        let mut throttled = 0;
        for mut stream in streams {
            let _ = stream.write_all(end.as_bytes());
            let _ = stream.shutdown(Shutdown::Write);
            let said = String::from_utf8_lossy(&until_closed(&mut stream)).into_owned();
            throttled += usize::from(said.contains("ThrottlingException"));
        }
        eprintln!("{throttled} of 40 long bodies were refused for want of memory");
        assert!(throttled >= 20, "32 MiB cannot hold 40 bodies of 5 MB; {throttled} were refused");
    });
    assert_eq!(server.metric("stepwell_body_bytes"), 0.0);
}

fn body_length(begin: &str, end: &str) -> usize {
    begin.len() + end.len()
}

#[test]
fn a_request_has_one_end() {
    let (_directory, server) = start(&[]);
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let post = format!("{HEAD}ListActivities\r\n");
    let mut table = Vec::new();
    for (what, request) in [
        (
            "length, then chunks",
            format!("{post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"),
        ),
        (
            "chunks, then length",
            format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"),
        ),
        ("two lengths", format!("{post}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{{}}")),
        ("a list of lengths", format!("{post}Content-Length: 2, 40\r\n\r\n{{}}")),
        ("a signed length", format!("{post}Content-Length: +2\r\n\r\n{{}}")),
        ("a negative length", format!("{post}Content-Length: -2\r\n\r\n{{}}")),
        ("a length beyond 64 bits", format!("{post}Content-Length: 18446744073709551618\r\n\r\n{{}}")),
        ("a hexadecimal length", format!("{post}Content-Length: 0x2\r\n\r\n{{}}")),
        ("chunked is not last", format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n")),
        ("a coding nobody knows", format!("{post}Transfer-Encoding: xchunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n")),
        ("a space before the colon", format!("{post}Transfer-Encoding : chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n")),
        ("a folded header", format!("{post}X-Fold: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{{}}")),
        ("a lone CR in a value", format!("{post}X-Cr: a\rTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{{}}")),
        ("a NUL in a value", format!("{post}X-Nul: a\0b\r\nContent-Length: 2\r\n\r\n{{}}")),
        ("chunks in HTTP/1.0", format!("{post}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").replace("/1.1", "/1.0")),
        (
            "a chunk size beyond 64 bits",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{{}}\r\n0\r\n\r\n"),
        ),
        ("a signed chunk size", format!("{post}Transfer-Encoding: chunked\r\n\r\n-2\r\n{{}}\r\n0\r\n\r\n")),
        (
            "a line end in a chunk extension",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n2;a\nb\r\n{{}}\r\n0\r\n\r\n"),
        ),
        ("a chunk longer than it says", format!("{post}Transfer-Encoding: chunked\r\n\r\n1\r\n{{}}\r\n0\r\n\r\n")),
        ("no version", "GET /health\r\n\r\n".to_owned()),
        ("an unknown version", "GET /health HTTP/3.0\r\nHost: a\r\n\r\n".to_owned()),
    ] {
        let mut stream = connect(&server);
        let _ = stream.write_all(format!("{request}{smuggled}").as_bytes());
        let said = String::from_utf8_lossy(&until_closed(&mut stream)).into_owned();
        let statuses: Vec<&str> = said.split("HTTP/1.").skip(1).filter_map(|reply| reply.split(' ').nth(1)).collect();
        table.push(format!("{what}: {}", statuses.join(" ")));
        assert!(statuses.len() <= 1, "{what}: {said}");
        assert!(!said.contains("There is nothing here"), "{what}: the request behind it was answered: {said}");
    }
    eprintln!("{}", table.join("\n"));
    // Both lengths: the chunks count, and the connection ends.
    assert!(table[0].ends_with(" 200") && table[1].ends_with(" 200"), "{table:?}");
    assert!(table[2..].iter().all(|line| line.ends_with(" 400") || line.ends_with(": ")), "{table:?}");
    assert!(server.is_healthy());
}

#[test]
fn what_is_cut_short_is_not_performed() {
    let (_directory, server) = start(&[]);
    let client = server.client();
    let body = json!({"name": "cut"}).to_string();
    for (length, sent) in [(body.len(), body.len() - 1), (body.len() + 1, body.len()), (body.len(), 0)] {
        let mut stream = connect(&server);
        let request = format!("{HEAD}CreateActivity\r\nContent-Length: {length}\r\n\r\n{}", &body[..sent]);
        stream.write_all(request.as_bytes()).expect("it is taken");
        stream.shutdown(Shutdown::Write).expect("it can be closed");
        assert!(!String::from_utf8_lossy(&until_closed(&mut stream)).starts_with("HTTP/1.1 200"));
    }
    // Too short a length: the JSON is cut off, and what follows is no request.
    let mut stream = connect(&server);
    let request = format!("{HEAD}CreateActivity\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n", body.len() - 1);
    stream.write_all(request.as_bytes()).expect("it is taken");
    stream.shutdown(Shutdown::Write).expect("it can be closed");
    let said = String::from_utf8_lossy(&until_closed(&mut stream)).into_owned();
    assert!(said.starts_with("HTTP/1.1 400") && said.contains("SerializationException"), "{said}");
    let activities = client.must("ListActivities", json!({}));
    assert_eq!(activities["activities"].as_array().map(Vec::len), Some(0), "{activities}");
}

#[test]
fn http2_serves_and_floods_are_cut_off() {
    let (_directory, server) = start(&[]);
    let mut stream = connect(&server);
    stream.write_all(&http2::preface(&[])).expect("it is taken");
    stream
        .write_all(&http2::call(1, "CreateActivity", &json!({"name": "over-http2"}).to_string()))
        .expect("it is taken");
    let reply = http2::body_of(&mut stream, 1);
    let reply: Value = serde_json::from_slice(&reply).expect("JSON");
    assert!(reply["activityArn"].as_str().is_some_and(|arn| arn.ends_with(":over-http2")), "{reply}");

    peak_grows_by_at_most(&server, SLACK, || {
        served_meanwhile(&server, || {
            // Streams that are reset as soon as they are opened.
            let mut resets = connect(&server);
            let mut frames = http2::preface(&[]);
            for number in 0..50_000_u32 {
                frames.extend(http2::call(2 * number + 1, "ListActivities", "{}"));
                frames.extend(http2::frame(3, 0, 2 * number + 1, &8_u32.to_be_bytes()));
            }
            // It is cut off in the middle.
            let _ = resets.write_all(&frames);
            until_closed(&mut resets);
            // Headers that never end.
            let mut headers = connect(&server);
            let mut beginning = http2::preface(&[]);
            beginning.extend(http2::frame(1, 0, 1, &http2::headers("ListActivities")));
            let more = http2::frame(9, 0, 1, &http2::field("x-many", &"x".repeat(1000)));
            let sent = flood(&mut headers, &beginning, &more, 1_000_000_000);
            assert!(sent < 64 << 20, "{sent} bytes of headers were taken");
            // A header that is named again and again by one byte each: four kilobytes become gigabytes for whoever spells it out.
            let mut bomb = connect(&server);
            let mut indexed = http2::field("x-bomb", &"y".repeat(4000));
            indexed[0] = 0x40;
            let mut frames = http2::preface(&[]);
            frames.extend(http2::frame(1, 0, 1, &[http2::headers("ListActivities"), indexed].concat()));
            frames.extend(http2::frame(9, 0, 1, &[0xbe; 16_000]).repeat(60));
            let _ = bomb.write_all(&frames);
            until_closed(&mut bomb);
            // The same in empty frames, and settings and pings that want an answer nobody reads.
            // Data in frames of nothing or next to nothing does no better.
            let floods: [(u8, u8, u32, &[u8]); 5] =
                [(9, 0, 1, &[]), (4, 0, 0, &[]), (6, 0, 0, &[0; 8]), (0, 0, 1, &[]), (0, 0, 1, b" ")];
            for (kind, flags, stream_id, payload) in floods {
                let mut stream = connect(&server);
                stream.set_write_timeout(Some(Duration::from_secs(1))).expect("it can be set");
                let mut beginning = http2::preface(&[]);
                if stream_id == 1 {
                    let flags = if kind == 0 { 4 } else { 0 };
                    beginning.extend(http2::frame(1, flags, 1, &http2::headers("ListActivities")));
                }
                flood(&mut stream, &beginning, &http2::frame(kind, flags, stream_id, payload), 50_000_000);
            }
        });
    });
    assert!(server.is_healthy());
}

#[test]
fn a_request_has_one_meaning_over_http2() {
    let (_directory, server) = start(&[]);
    let body = json!({"name": "smuggled"}).to_string();
    let length = body.len().to_string();
    for (what, fields) in [
        ("a length too short", vec![("content-length", "5")]),
        ("a length too long", vec![("content-length", "500")]),
        ("two lengths", vec![("content-length", &*length), ("content-length", "5")]),
        ("a negative length", vec![("content-length", "-20")]),
        ("chunks", vec![("transfer-encoding", "chunked")]),
        ("a header of connections", vec![("connection", "close")]),
        ("a line end in a value", vec![("x-a", "b\r\nx-smuggled: 1")]),
        ("a NUL in a value", vec![("x-a", "b\0c")]),
        ("a capital letter in a name", vec![("X-A", "b")]),
        ("a colon in a name", vec![("x:a", "b")]),
        ("a pseudo header after others", vec![("x-a", "b"), (":path", "/")]),
    ] {
        let more: Vec<u8> = fields.iter().flat_map(|(name, value)| http2::field(name, value)).collect();
        let head = [http2::headers("CreateActivity"), more].concat();
        let request = [http2::preface(&[]), http2::frame(1, 4, 1, &head), http2::frame(0, 1, 1, body.as_bytes())];
        let mut stream = connect(&server);
        // It may be cut off before the end.
        let _ = stream.write_all(&request.concat());
        let _ = stream.shutdown(Shutdown::Write);
        until_closed(&mut stream);
        let activities = server.client().must("ListActivities", json!({}));
        assert_eq!(activities["activities"].as_array().map(Vec::len), Some(0), "{what}: it was performed");
    }
    // Without any of that it is.
    let mut stream = connect(&server);
    stream.write_all(&[http2::preface(&[]), http2::call(1, "CreateActivity", &body)].concat()).expect("it is taken");
    http2::body_of(&mut stream, 1);
    let activities = server.client().must("ListActivities", json!({}));
    assert_eq!(activities["activities"].as_array().map(Vec::len), Some(1), "{activities}");
}

/// As much of HTTP/2 as a client needs that does not care what it is told.
mod http2 {
    use std::io::Read;
    use std::net::TcpStream;

    pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend_from_slice(payload);
        frame
    }

    /// What a connection begins with, with the settings given.
    pub fn preface(settings: &[u8]) -> Vec<u8> {
        [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(4, 0, 0, settings)].concat()
    }

    /// One header, spelled out.
    pub fn field(name: &str, value: &str) -> Vec<u8> {
        let text = |text: &str| match u8::try_from(text.len()) {
            Ok(length) if length < 127 => [vec![length], text.as_bytes().to_vec()].concat(),
            _ => {
                let mut rest = text.len() - 127;
                let mut bytes = vec![127];
                while rest >= 128 {
                    bytes.push((rest % 128) as u8 | 128);
                    rest /= 128;
                }
                bytes.push(rest as u8);
                [bytes, text.as_bytes().to_vec()].concat()
            }
        };
        [vec![0], text(name), text(value)].concat()
    }

    pub fn headers(operation: &str) -> Vec<u8> {
        let target = format!("AWSStepFunctions.{operation}");
        let fields = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "states.us-east-1.amazonaws.com"),
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", &target),
        ];
        fields.iter().flat_map(|(name, value)| field(name, value)).collect()
    }

    /// A whole request.
    pub fn call(stream: u32, operation: &str, body: &str) -> Vec<u8> {
        [frame(1, 4, stream, &headers(operation)), frame(0, 1, stream, body.as_bytes())].concat()
    }

    /// The body of a stream's reply.
    pub fn body_of(connection: &mut TcpStream, stream: u32) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let mut head = [0; 9];
            connection.read_exact(&mut head).expect("a frame comes");
            let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
            connection.read_exact(&mut payload).expect("it comes whole");
            if u32::from_be_bytes([head[5], head[6], head[7], head[8]]) != stream {
                continue;
            }
            if head[3] == 0 {
                body.extend(payload);
            }
            if head[4] & 1 != 0 {
                return body;
            }
        }
    }
}
