//! Is an answer what AWS answered?

use crate::masks;
use crate::placeholders::{self, Bindings};
use json::{Array, Object, Value};

/// Members that newer recordings have and older ones lack (`recorded/FACTS.md`, Eras); compared without regard to their first letter.
const SINCE_THEN: [&str; 5] =
    ["redrivecount", "redrivestatus", "redrivestatusreason", "encryptionconfiguration", "variablereferences"];

/// From this day on AWS compacts texts of JSON wherever it repeats them.
const COMPACT_SINCE: &str = "2024-07";

/// From this day on the MapStateExited event of a distributed Map points at MapRunStarted; before at MapRunSucceeded, the event after it.
const EXIT_POINTS_AT_START_SINCE: &str = "2024-11";

/// Where an answer differs from AWS's first, and how.
#[derive(Clone, Debug)]
pub struct Difference {
    /// A JSON pointer into the answer.
    pub pointer: String,
    /// What AWS answered there.
    pub expected: String,
    /// What was answered here.
    pub got: String,
}

/// Compares answers of one case.
#[derive(Clone, Debug)]
pub struct Comparison {
    bindings: Bindings,
    keeps_white_space: bool,
    exit_points_at_start: bool,
}

type Compared = Result<(), Difference>;

impl Comparison {
    /// For a case that was recorded on the day `validated`.
    pub fn new(validated: &str) -> Comparison {
        Comparison {
            bindings: Bindings::default(),
            keeps_white_space: validated < COMPACT_SINCE,
            exit_points_at_start: validated >= EXIT_POINTS_AT_START_SINCE,
        }
    }

    /// Whether `got` is `expected`, the answer under `key` of the recording.
    pub fn answer(&mut self, key: &str, expected: &Value, got: &Value) -> Compared {
        self.value(&mut Place { pointer: format!("/{key}"), name: key.to_owned() }, expected, got)
    }

    fn value(&mut self, place: &mut Place, expected: &Value, got: &Value) -> Compared {
        match (expected, got) {
            (Value::String(expected), Value::String(got)) => self.text(place, expected, got),
            (Value::String(expected), _) if place.is_wild(expected) => Ok(()),
            (Value::Object(expected), Value::Object(got)) => self.object(place, expected, got),
            (Value::Array(expected), Value::Array(got)) if masks::is_masked(expected) => {
                self.masked(place, expected, &masks::masked(got))
            }
            (Value::Array(expected), Value::Array(got)) => self.array(place, expected, got),
            // The recording has parsed what is text in the answer.
            (_, Value::String(text)) => match json::parse(text) {
                Ok(parsed) => self.value(place, expected, &parsed),
                Err(_) => place.differs(expected, got),
            },
            _ if expected == got => Ok(()),
            _ => place.differs(expected, got),
        }
    }

    fn text(&mut self, place: &Place, expected: &str, got: &str) -> Compared {
        // The same name in both is a mock's, made of the recording.
        if expected == got || place.is_wild(expected) || self.bindings.matches(expected, got) {
            return Ok(());
        }
        let same_json = || match (json::parse(expected), json::parse(got)) {
            (Ok(expected), Ok(got)) => expected == got,
            _ => false,
        };
        if self.keeps_white_space && same_json() { Ok(()) } else { place.differs(&expected.into(), &got.into()) }
    }

    fn object(&mut self, place: &mut Place, expected: &Object, got: &Object) -> Compared {
        let object = expected;
        for (name, expected) in expected.iter() {
            match got.get(name) {
                _ if &**name == "HTTPHeaders" => {}
                // Those of whoever stands in for AWS are its own.
                Some(got) if is_of_stand_in(name, got) => {}
                // How long functions took on AWS, in steps.
                Some(got) if is_billed_duration(name, got) => {}
                Some(got) if !self.exit_points_at_start && is_older_exit(object, name, got) => {}
                Some(got) => place.within(name, |place| self.value(place, expected, got))?,
                None => return place.within(name, |place| place.differs_in("absent", expected)),
            }
        }
        let surplus = got.iter().find(|(name, _)| !expected.contains_key(name) && !is_newer(place, name));
        match surplus {
            Some((name, got)) => place.within(name, |place| {
                Err(Difference { pointer: place.pointer.clone(), expected: "absent".to_owned(), got: got.to_string() })
            }),
            None => Ok(()),
        }
    }

    fn array(&mut self, place: &mut Place, expected: &Array, got: &Array) -> Compared {
        for (index, (expected, got)) in expected.iter().zip(got.iter()).enumerate() {
            place.element(index, |place| self.value(place, expected, got))?;
        }
        same_length(place, expected, got)
    }

    /// Events in their places, except that those without ids may be in any order among themselves.
    fn masked(&mut self, place: &mut Place, expected: &[Value], got: &[Value]) -> Compared {
        let mut open: Vec<&Value> = got.iter().filter(|event| masks::is_masked_event(event)).collect();
        for (index, event) in expected.iter().enumerate() {
            let Some(counterpart) = got.get(index) else { break };
            if !masks::is_masked_event(event) {
                place.element(index, |place| self.value(place, event, counterpart))?;
                continue;
            }
            let fits = |candidate: &&Value| self.clone().value(place, event, candidate).is_ok();
            match open.iter().position(fits) {
                Some(found) => self.value(place, event, open.remove(found))?,
                None => return place.element(index, |place| place.differs(event, counterpart)),
            }
        }
        same_length(place, expected, got)
    }
}

/// Whether this is the event before a MapStateExited as older recordings have it, one further than ours.
fn is_older_exit(expected: &Object, name: &str, got: &Value) -> bool {
    let is_exit = expected.get("type").and_then(Value::as_str) == Some("MapStateExited");
    let previous = expected.get("previousEventId").and_then(Value::as_i64);
    name == "previousEventId" && is_exit && previous.is_some_and(|previous| got.as_i64() == Some(previous - 1))
}

/// Whether these are the headers of an answer by moto's server.
fn is_of_stand_in(name: &str, got: &Value) -> bool {
    let server = got.get("Server").map(|server| server.as_array().and_then(|values| values.first()).unwrap_or(server));
    let server = server.and_then(Value::as_str).unwrap_or_default();
    ["AllHttpHeaders", "HttpHeaders"].contains(&name)
        && (server.starts_with("Werkzeug") || server == "amazon.com" || is_of_ourselves(got))
}

/// Whether these are those of Step Functions itself: how long an answer is depends on how long names are.
fn is_of_ourselves(got: &Value) -> bool {
    let kind = got.get("Content-Type").map(|kind| kind.as_array().and_then(|values| values.first()).unwrap_or(kind));
    kind.and_then(Value::as_str) == Some("application/x-amz-json-1.0") && got.get("Date").is_some()
}

/// Whether a member is a duration as AWS bills it, whichever.
fn is_billed_duration(name: &str, got: &Value) -> bool {
    name == "billedDurationInMilliseconds" && got.as_i64().is_some_and(|got| got > 0 && got % 100 == 0)
}

fn same_length(place: &mut Place, expected: &[Value], got: &[Value]) -> Compared {
    let missing = expected.get(got.len());
    let surplus = got.get(expected.len());
    match (missing, surplus) {
        (Some(expected), _) => place.element(got.len(), |place| place.differs_in("absent", expected)),
        (None, Some(surplus)) => place.element(expected.len(), |place| {
            Err(Difference { pointer: place.pointer.clone(), expected: "absent".to_owned(), got: surplus.to_string() })
        }),
        (None, None) => Ok(()),
    }
}

/// Members the recording may lack: those of a later day, and those that the recording's client dropped.
fn is_newer(place: &Place, name: &str) -> bool {
    SINCE_THEN.contains(&name.to_ascii_lowercase().as_str()) || place.name == "ResponseMetadata"
}

/// Where the comparison is.
struct Place {
    pointer: String,
    /// The member's name; within an array, the array's.
    name: String,
}

impl Place {
    fn within<T>(&mut self, name: &str, look: impl FnOnce(&mut Place) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(name);
        let outer = std::mem::replace(&mut self.name, name.to_owned());
        let result = look(self);
        self.pointer.truncate(length);
        self.name = outer;
        result
    }

    fn element<T>(&mut self, index: usize, look: impl FnOnce(&mut Place) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push_str(&format!("/{index}"));
        let result = look(self);
        self.pointer.truncate(length);
        result
    }

    /// Whether any value is right here: a moment, a header or id named after itself.
    fn is_wild(&self, expected: &str) -> bool {
        let is_named_after_itself = || expected == self.name && (expected.contains('-') || expected.ends_with("Id"));
        placeholders::is_moment(expected) || is_named_after_itself()
    }

    fn differs(&self, expected: &Value, got: &Value) -> Compared {
        Err(Difference { pointer: self.pointer.clone(), expected: expected.to_string(), got: got.to_string() })
    }

    fn differs_in(&self, got: &str, expected: &Value) -> Compared {
        Err(Difference { pointer: self.pointer.clone(), expected: expected.to_string(), got: got.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use json::json;

    /// Where the first difference is; empty if there is none.
    fn difference(validated: &str, expected: Value, got: Value) -> String {
        let compared = Comparison::new(validated).answer("", &expected, &got);
        compared.err().map_or_else(String::new, |difference| difference.pointer)
    }

    #[test]
    fn every_member_counts() {
        let expected = json!({"input": {"a": [1, 2]}, "startDate": "datetime", "cause": "at 2"});
        let got = |input: &str, cause: &str| json!({"input": input, "startDate": 1.5, "cause": cause});
        assert_eq!(difference("2025-01-01", expected.clone(), got("{\"a\": [1, 2]}", "at 2")), "");
        assert_eq!(difference("2025-01-01", expected.clone(), got("{\"a\":[1,2.0]}", "at 2")), "//input/a/1");
        assert_eq!(difference("2025-01-01", expected.clone(), got("{\"a\":[1]}", "at 2")), "//input/a/1");
        assert_eq!(difference("2025-01-01", expected.clone(), got("{\"a\":[1,2],\"b\":3}", "at 2")), "//input/b");
        assert_eq!(difference("2025-01-01", expected.clone(), got("{\"a\":[1,2]}", "at 3")), "//cause");
        assert_eq!(difference("2025-01-01", expected, json!({"input": {"a": [1, 2]}, "startDate": 1.5})), "//cause");
    }

    #[test]
    fn what_aws_added_later_may_be_there() {
        let got = json!({"status": "RUNNING", "redriveCount": 0, "output": "[1,2]"});
        let expected = json!({"status": "RUNNING", "output": "[1, 2]"});
        assert_eq!(difference("2023-08-01", expected.clone(), got.clone()), "");
        assert_eq!(difference("2024-08-01", expected, got.clone()), "//output");
        assert_eq!(difference("2023-08-01", json!({"output": "[1,2]"}), got), "//status");
    }

    #[test]
    fn events_without_ids_are_in_any_order_and_the_others_in_place() {
        let event = |id: Value, previous: i64, kind: &str| json!({"id": id, "previousEventId": previous, "type": kind});
        let recorded = |second: &str| {
            json!([
                (event(json!(1), 0, "ParallelStateStarted")),
                (event(json!([0]), 0, "PassStateEntered")),
                (event(json!([0]), 0, second)),
                (event(json!(6), 4, "ParallelStateExited")),
            ])
        };
        let ours = json!([
            (event(json!(1), 0, "ParallelStateStarted")),
            (event(json!(2), 1, "WaitStateEntered")),
            (event(json!(3), 1, "PassStateEntered")),
            (event(json!(4), 3, "ParallelStateSucceeded")),
            (event(json!(6), 4, "ParallelStateExited")),
        ]);
        assert_eq!(difference("2025-01-01", recorded("WaitStateEntered"), ours.clone()), "");
        assert_eq!(difference("2025-01-01", recorded("FailStateEntered"), ours), "//2");
    }
}
