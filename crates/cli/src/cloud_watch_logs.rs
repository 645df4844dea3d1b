//! The events that `loggingConfiguration` asks for, to CloudWatch Logs: each to the log group that it names.
//!
//! The group has to be there, as in AWS; streams are made, with the names that AWS gives them: `states/MACHINE/2026-11-26-21-05/1f0c2b7a`, the
//! minute when the stream was begun and something random.

use crate::blocking::Blocking;
use aws_client::{CallError, Client, Options, Settings};
use engine::{Address, Environment, Line, Lines, Lost, Sink, SystemEnvironment};
use json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Limits of a request (AWS API reference, PutLogEvents): events; their bytes, each with so many more; the time between the first and the
/// last.
const EVENTS_MAX: usize = 10_000;
const BYTES_MAX: usize = 1 << 20;
const BYTES_MORE: usize = 26;
const SPAN_MS_MAX: i64 = 24 * 60 * 60 * 1000;
/// How long a stream is written to.
const STREAM_AGE_MAX: Duration = Duration::from_secs(60 * 60);
const SERVICE: &str = "cloudwatchlogs";

/// Where events are sent.
pub(crate) struct CloudWatchLogs {
    delivery: Delivery,
    blocking: Blocking,
}

struct Delivery {
    client: Client,
    /// By log group and state machine.
    streams: HashMap<Destination, Stream>,
}

type Destination = (Arc<str>, Arc<str>);

struct Stream {
    name: String,
    begun: Instant,
}

/// A log group as its ARN names it.
struct Group<'a> {
    region: &'a str,
    name: &'a str,
}

/// Why events of a request did not arrive.
enum Failure {
    /// That many were rejected, or all: the next request may do better.
    Rejected(u64, String),
    /// Nobody answers.
    Nobody(String),
}

impl CloudWatchLogs {
    /// Sends as `settings` say.
    pub(crate) fn new(settings: Settings) -> CloudWatchLogs {
        let delivery = Delivery { client: Client::new(settings), streams: HashMap::new() };
        CloudWatchLogs { delivery, blocking: Blocking::default() }
    }
}

impl Sink for CloudWatchLogs {
    fn deliver(&mut self, lines: &Lines) -> Result<(), Lost> {
        self.blocking.deliver(lines, self.delivery.deliver(lines))
    }
}

impl Delivery {
    async fn deliver(&mut self, lines: &Lines) -> Result<(), Lost> {
        let mut destinations: BTreeMap<Destination, Vec<(i64, &str)>> = BTreeMap::new();
        let mut lost = Lost { lines: 0, problem: String::new() };
        let mut lose = |lines: u64, problem: String| {
            lost.lines += lines;
            lost.problem = problem;
        };
        for Line { text, address } in lines.iter() {
            match address {
                Some(Address { log_group, state_machine, timestamp }) => {
                    let destination = (log_group.clone(), state_machine.clone());
                    destinations.entry(destination).or_default().push((*timestamp, text));
                }
                None => lose(1, "loggingConfiguration names no log group".to_owned()),
            }
        }
        let mut left = destinations.values().map(|events| events.len() as u64).sum::<u64>();
        'all: for (destination, mut events) in destinations {
            let Some(group) = Group::of(&destination.0) else {
                left -= events.len() as u64;
                lose(events.len() as u64, format!("'{}' is no ARN of a log group", destination.0));
                continue;
            };
            // In a request they have to be in the order of time.
            events.sort_by_key(|(timestamp, _)| *timestamp);
            for batch in batches(&events) {
                match self.put(&destination, &group, batch).await {
                    Ok(()) => {}
                    Err(Failure::Rejected(count, problem)) => {
                        lose(count, format!("log group {}: {problem}", group.name))
                    }
                    Err(Failure::Nobody(problem)) => {
                        // What follows would wait as long for nothing.
                        lose(left, problem);
                        break 'all;
                    }
                }
                left -= batch.len() as u64;
            }
        }
        if lost.lines == 0 { Ok(()) } else { Err(lost) }
    }

    async fn put(
        &mut self,
        destination: &Destination,
        group: &Group<'_>,
        batch: &[(i64, &str)],
    ) -> Result<(), Failure> {
        let count = batch.len() as u64;
        let events: Vec<Value> =
            batch.iter().map(|(timestamp, text)| json!({"Timestamp": (*timestamp), "Message": (*text)})).collect();
        let events = Value::from(events);
        let is_known = self.streams.get(destination).is_some_and(|stream| stream.begun.elapsed() < STREAM_AGE_MAX);
        for is_again in [false, true] {
            if is_again || !is_known {
                self.begin_stream(destination, group).await.map_err(|error| failure(count, error))?;
            }
            let name = &*self.streams.get(destination).expect("it was begun").name;
            let request = json!({"LogGroupName": (group.name), "LogStreamName": name, "LogEvents": (&events)});
            match self.call(group, "putLogEvents", &request).await {
                Ok(reply) => return rejected(&reply, count),
                // Somebody has deleted the stream.
                Err(CallError::Service(error)) if error.code == "ResourceNotFoundException" && !is_again => {}
                Err(error) => return Err(failure(count, error)),
            }
        }
        unreachable!("the second time returns")
    }

    async fn begin_stream(&mut self, destination: &Destination, group: &Group<'_>) -> Result<(), CallError> {
        self.streams.retain(|_, stream| stream.begun.elapsed() < STREAM_AGE_MAX);
        let name = stream_name(&destination.1);
        let request = json!({"LogGroupName": (group.name), "LogStreamName": (&*name)});
        match self.call(group, "createLogStream", &request).await {
            Ok(_) => {}
            // An answer was lost, and the request was made again.
            Err(CallError::Service(error)) if error.code == "ResourceAlreadyExistsException" => {}
            Err(error) => return Err(error),
        }
        self.streams.insert(destination.clone(), Stream { name, begun: Instant::now() });
        Ok(())
    }

    async fn call(&self, group: &Group<'_>, operation: &str, parameters: &Value) -> Result<Value, CallError> {
        let options = Options { region: Some(group.region), ..Options::default() };
        self.client.call(SERVICE, operation, parameters, options).await
    }
}

impl<'a> Group<'a> {
    /// `arn:aws:logs:us-east-1:123456789012:log-group:/orders/log:*`
    fn of(arn: &'a str) -> Option<Group<'a>> {
        let mut parts = arn.splitn(7, ':');
        let (region, kind, name) = (parts.nth(3)?, parts.nth(1)?, parts.next()?);
        (kind == "log-group").then_some(Group { region, name: name.strip_suffix(":*").unwrap_or(name) })
    }
}

/// As few requests as the limits allow.
fn batches<'e, 'l>(events: &'e [(i64, &'l str)]) -> Vec<&'e [(i64, &'l str)]> {
    let mut batches = Vec::new();
    let (mut begin, mut bytes) = (0, 0);
    for (position, (timestamp, text)) in events.iter().enumerate() {
        let is_full = position - begin == EVENTS_MAX
            || bytes + text.len() + BYTES_MORE > BYTES_MAX
            || timestamp - events[begin].0 >= SPAN_MS_MAX;
        if is_full && position > begin {
            batches.push(&events[begin..position]);
            (begin, bytes) = (position, 0);
        }
        bytes += text.len() + BYTES_MORE;
    }
    batches.push(&events[begin..]);
    batches
}

fn stream_name(state_machine: &str) -> String {
    let now = SystemEnvironment.now().to_string();
    let minute = now.get(..16).unwrap_or(&now).replace(['T', ':'], "-");
    format!("states/{state_machine}/{minute}/{:08x}", fastrand::u32(..))
}

fn failure(events: u64, error: CallError) -> Failure {
    match error {
        CallError::NoAnswer { message, .. } => Failure::Nobody(message),
        CallError::Unsendable(message) => Failure::Nobody(message),
        error => Failure::Rejected(events, error.to_string()),
    }
}

/// Events that are too old or too new are left out of a request that succeeds.
fn rejected(reply: &Value, events: u64) -> Result<(), Failure> {
    let Some(info) = reply.get("RejectedLogEventsInfo") else { return Ok(()) };
    let index = |name| info.get(name).and_then(Value::as_i64).and_then(|index| u64::try_from(index).ok());
    let too_old = index("TooOldLogEventEndIndex").max(index("ExpiredLogEventEndIndex")).unwrap_or(0);
    let too_new = index("TooNewLogEventStartIndex").map_or(0, |first| events.saturating_sub(first));
    match (too_old + too_new).min(events) {
        0 => Ok(()),
        count => Err(Failure::Rejected(count, "events are too old or too new".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_within_the_limits() {
        let sizes = |events: &[(i64, &str)]| batches(events).iter().map(|batch| batch.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&vec![(0, "x"); 25_000]), [10_000, 10_000, 5000]);
        let quarter = "x".repeat(BYTES_MAX / 4 - BYTES_MORE);
        assert_eq!(sizes(&vec![(0, &*quarter); 9]), [4, 4, 1]);
        let huge = "x".repeat(2 * BYTES_MAX);
        assert_eq!(sizes(&[(0, "x"), (0, &*huge), (0, "x")]), [1, 1, 1]);
        assert_eq!(sizes(&[(0, "x"), (SPAN_MS_MAX - 1, "x"), (SPAN_MS_MAX, "x")]), [2, 1]);
    }
}
