//! A recording as it is on disk. Its fields are told in `recorded/README.md`.

use json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// One recording.
#[derive(Clone, Debug)]
pub struct Case {
    /// `area/file`: the file's name, because some recordings share the name within.
    pub name: String,
    /// The day it was last checked against AWS, an ISO date.
    pub validated: String,
    /// What the client did.
    pub steps: Vec<Step>,
    /// What AWS answered, by key.
    pub aws: Value,
}

/// One step of a recording.
#[derive(Clone, Debug)]
pub enum Step {
    /// A call of an API.
    Call(Call),
    /// Something the original test computed from the answers so far, compared with what `aws` has under this key.
    Derived(String),
}

/// A call of an API.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service as boto3 names it.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// Its parameters, with references to earlier answers in them.
    pub params: Value,
    /// AWS answered an error.
    pub fails: bool,
    /// The client asked again until what it asked for had ended.
    pub awaits: bool,
    /// The keys in `aws` the answer is compared with.
    pub matches: Vec<String>,
}

impl Case {
    /// Where the recordings are.
    pub fn directory() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded")
    }

    /// All recordings, by name.
    pub fn load_all() -> Vec<Case> {
        let mut cases: Vec<Case> =
            files(&Self::directory()).iter().flat_map(|area| files(area)).map(|file| load(&file)).collect();
        cases.sort_by(|left, right| left.name.cmp(&right.name));
        cases
    }

    /// The part of the name before the slash.
    pub fn area(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// The calls among the steps.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.steps.iter().filter_map(|step| match step {
            Step::Call(call) => Some(call),
            Step::Derived(_) => None,
        })
    }
}

impl Call {
    /// The operation's name when it is one of Step Functions.
    pub fn stepfunctions(&self) -> Option<&str> {
        (self.service == "stepfunctions").then_some(self.operation.as_str())
    }

    /// A parameter that is text.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name).and_then(Value::as_str)
    }
}

/// What is in a directory; of anything else nothing.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries.map(|entry| entry.expect("the recordings can be listed").path()).filter(|path| is_recording(path)).collect()
}

fn is_recording(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|extension| extension == "json")
}

fn load(file: &Path) -> Case {
    let text = fs::read_to_string(file).expect("a recording can be read");
    let value = json::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let steps = value.get("steps").and_then(Value::as_array).expect("a recording has steps");
    Case {
        name: name_of(file),
        validated: text("validated"),
        steps: steps.iter().map(step).collect(),
        aws: value.get("aws").cloned().expect("a recording has answers"),
    }
}

fn name_of(file: &Path) -> String {
    let part = |path: &Path| path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    format!("{}/{}", file.parent().map(part).unwrap_or_default(), part(file).trim_end_matches(".json"))
}

fn step(value: &Value) -> Step {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let flag = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or_default();
    if value.get("derived").is_some() {
        return Step::Derived(text("derived"));
    }
    let matches = value.get("match").and_then(Value::as_array);
    Step::Call(Call {
        service: text("service"),
        operation: text("operation"),
        params: value.get("params").cloned().unwrap_or_else(Value::empty_object),
        fails: flag("fails"),
        awaits: flag("await"),
        matches: matches
            .into_iter()
            .flat_map(|keys| keys.iter())
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    })
}
