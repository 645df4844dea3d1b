//! Events about new statuses to EventBridge, through PutEvents.
//!
//! AWS takes no event from its customers whose source begins with `aws.`; there the source is `stepwell.states`. Other endpoints get the source
//! that AWS itself uses.

use crate::blocking::Blocking;
use aws_client::{CallError, Client, Options, Settings};
use engine::{Lines, Lost, Sink};
use json::{ObjectBuilder, Value, json};
use std::time::Duration;

/// Limits of a request (AWS API reference, PutEvents).
const ENTRIES_MAX: usize = 10;
const BYTES_MAX: usize = 256 << 10;
/// How often entries are sent that EventBridge had trouble with, and how long is waited before the second time.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);
const SERVICE: &str = "eventbridge";
const SOURCE: &str = "aws.states";
const SOURCE_AT_AWS: &str = "stepwell.states";

/// Where events are sent.
pub(crate) struct EventBridge {
    delivery: Delivery,
    blocking: Blocking,
}

struct Delivery {
    client: Client,
    bus: Option<String>,
    source: &'static str,
}

impl EventBridge {
    /// Sends to a bus, or to the default one, as `settings` say.
    pub(crate) fn new(settings: Settings, bus: Option<&str>) -> EventBridge {
        let source = if settings.endpoint_of(SERVICE).is_some() { SOURCE } else { SOURCE_AT_AWS };
        let delivery = Delivery { client: Client::new(settings), bus: bus.map(str::to_owned), source };
        EventBridge { delivery, blocking: Blocking::default() }
    }
}

impl Sink for EventBridge {
    fn deliver(&mut self, lines: &Lines) -> Result<(), Lost> {
        self.blocking.deliver(lines, self.delivery.deliver(lines))
    }
}

impl Delivery {
    async fn deliver(&self, lines: &Lines) -> Result<(), Lost> {
        let entries: Vec<Value> = lines.iter().map(|line| self.entry(line.text)).collect();
        let mut lost = Lost { lines: 0, problem: String::new() };
        let mut left = entries.len();
        for batch in batches(entries) {
            let count = batch.len();
            match self.put(batch).await {
                Ok((0, _)) => {}
                Ok((entries, problem)) => (lost.lines, lost.problem) = (lost.lines + entries, problem),
                Err(error) => {
                    // What follows would fare no better.
                    (lost.lines, lost.problem) = (lost.lines + left as u64, error.to_string());
                    break;
                }
            }
            left -= count;
        }
        if lost.lines == 0 { Ok(()) } else { Err(lost) }
    }

    /// How many of the entries were refused, and why.
    async fn put(&self, mut entries: Vec<Value>) -> Result<(u64, String), CallError> {
        let (mut refused, mut problem) = (0, String::new());
        let mut pause = PAUSE;
        for attempt in 1.. {
            let request = json!({"Entries": (entries.clone())});
            let reply = self.client.call(SERVICE, "putEvents", &request, Options::default()).await?;
            let results = reply.get("Entries").and_then(Value::as_array).cloned();
            let mut again = Vec::new();
            for (entry, result) in entries.into_iter().zip(results.iter().flat_map(|results| results.iter())) {
                let Some(code) = result.get("ErrorCode").and_then(Value::as_str) else { continue };
                let message = result.get("ErrorMessage").and_then(Value::as_str).unwrap_or_default();
                problem = format!("{code}: {message}");
                let may_pass = ["ThrottlingException", "InternalFailure", "InternalException"].contains(&code);
                if may_pass && attempt < ATTEMPTS {
                    again.push(entry);
                } else {
                    refused += 1;
                }
            }
            if again.is_empty() {
                break;
            }
            entries = again;
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Ok((refused, problem))
    }

    /// What PutEvents is told of an event; EventBridge adds the rest itself.
    fn entry(&self, event: &str) -> Value {
        let event = json::parse(event).expect("the engine writes JSON");
        let member = |name: &str| event.get(name).cloned().unwrap_or(Value::Null);
        let mut entry = ObjectBuilder::new();
        entry.insert("Time", member("time")).insert("Source", self.source).insert("Resources", member("resources"));
        entry.insert("DetailType", member("detail-type")).insert("Detail", member("detail").to_string());
        entry.insert_some("EventBusName", self.bus.as_deref());
        entry.build().into()
    }
}

/// As few requests as the limits allow.
fn batches(entries: Vec<Value>) -> Vec<Vec<Value>> {
    let mut batches: Vec<Vec<Value>> = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        // EventBridge counts a little less than the JSON.
        let more = entry.to_string().len();
        match batches.last_mut() {
            Some(batch) if batch.len() < ENTRIES_MAX && bytes + more <= BYTES_MAX => {
                batch.push(entry);
                bytes += more;
            }
            _ => {
                batches.push(vec![entry]);
                bytes = more;
            }
        }
    }
    batches
}
