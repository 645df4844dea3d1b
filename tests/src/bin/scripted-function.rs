//! A Lambda function on the bare Runtime API that does what its event says in `do`: work, fail, hang, exit, answer too much or nonsense.
//!
//! What it does with a `key` it writes to the file `LEDGER`, as the server's generation `GENERATION`.
#![allow(clippy::print_stdout, reason = "what a function prints is part of what is tested")]

use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use system_tests::http;
use system_tests::ledger::{self, Entry};

/// The whole of the Runtime API that a function needs.
struct Runtime {
    address: String,
}

/// What the function answers.
enum Answer {
    Response(Vec<u8>),
    Error(Value),
}

fn main() {
    let runtime = Runtime { address: variable("AWS_LAMBDA_RUNTIME_API") };
    loop {
        // The server is gone, and the process is about to be.
        let Ok((request, event)) = runtime.next() else { return };
        let answer = perform(&request, &event);
        if runtime.answer(&request, answer).is_err() {
            return;
        }
    }
}

impl Runtime {
    fn next(&self) -> std::io::Result<(String, Value)> {
        let reply = http::request(&self.address, "GET", &path("next"), &[], b"")?;
        let request = reply.header("lambda-runtime-aws-request-id").expect("an invocation has an id").to_owned();
        Ok((request, serde_json::from_slice(&reply.body).unwrap_or(Value::Null)))
    }

    fn answer(&self, request: &str, answer: Answer) -> std::io::Result<()> {
        let (kind, body) = match answer {
            Answer::Response(body) => ("response", body),
            Answer::Error(error) => ("error", error.to_string().into_bytes()),
        };
        http::request(&self.address, "POST", &path(&format!("{request}/{kind}")), &[], &body).map(drop)
    }
}

fn perform(request: &str, event: &Value) -> Answer {
    match event["do"].as_str() {
        Some("work") => work(request, event),
        Some("fail") => {
            note(request, event, "start");
            note(request, event, "end");
            Answer::Error(json!({"errorType": "Flaky", "errorMessage": "not this time"}))
        }
        Some("hang") => loop {
            std::thread::sleep(Duration::from_secs(1));
        },
        Some("exit") => std::process::exit(3),
        Some("print") => {
            println!("}}{{ \u{1b}[31m not JSON \u{0} at all");
            Answer::Response(json!({"printed": true}).to_string().into_bytes())
        }
        Some("nonsense") => Answer::Response(b"}{ not JSON".to_vec()),
        Some("binary") => Answer::Response(vec![0xff, 0xfe, 0x00, 0x80]),
        Some("large") => {
            let bytes = event["bytes"].as_u64().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0);
            Answer::Response(format!("\"{}\"", "x".repeat(bytes.saturating_sub(2))).into_bytes())
        }
        _ => Answer::Response(event.to_string().into_bytes()),
    }
}

/// Works for `ms` milliseconds, and answers a time `wait_ms` from then.
fn work(request: &str, event: &Value) -> Answer {
    note(request, event, "start");
    std::thread::sleep(Duration::from_millis(event["ms"].as_u64().unwrap_or(0)));
    note(request, event, "end");
    let until = ledger::now_ms() + event["wait_ms"].as_u64().unwrap_or(0);
    let until = jiff::Timestamp::from_millisecond(i64::try_from(until).expect("a time of this age")).expect("likewise");
    Answer::Response(json!({"key": event["key"], "until": format!("{until:.3}")}).to_string().into_bytes())
}

fn note(request: &str, event: &Value, what: &str) {
    let entry = Entry {
        generation: variable("GENERATION").parse().expect("a generation is a number"),
        request: request.to_owned(),
        key: event["key"].as_str().expect("work has a key").to_owned(),
        what: what.to_owned(),
        at: ledger::now_ms(),
        token: event["token"].as_str().map(str::to_owned),
    };
    ledger::append(&PathBuf::from(variable("LEDGER")), &entry).expect("the ledger can be written");
}

fn path(rest: &str) -> String {
    format!("/2018-06-01/runtime/invocation/{rest}")
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}
