//! The ledger: a file in which functions write what they do, each line before or after the doing, on disk before they go on.

use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// One line.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which start of the server ran the function.
    pub generation: u64,
    /// The invocation's id.
    pub request: String,
    /// What names the task: unique to a scheduled event.
    pub key: String,
    /// `start` or `end`.
    pub what: String,
    /// Milliseconds since 1970.
    pub at: u64,
    /// The task's token, if it was given one.
    pub token: Option<String>,
}

/// Adds a line in one write and waits for the disk.
pub fn append(path: &Path, entry: &Entry) -> std::io::Result<()> {
    let Entry { generation, request, key, what, at, token } = entry;
    let line =
        json!({"generation": generation, "request": request, "key": key, "what": what, "at": at, "token": token});
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_data()
}

/// All lines from a byte on, and where they end. A line that is being written is left for the next time.
pub fn read_from(path: &Path, offset: usize) -> (Vec<Entry>, usize) {
    let text = std::fs::read(path).unwrap_or_default();
    let text = text.get(offset..).unwrap_or_default();
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
    let lines = text[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    (lines.map(read).collect(), offset + whole)
}

/// The machine's clock as entries and histories show it.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    u64::try_from(since.as_millis()).expect("it is before the year 500 million")
}

fn read(line: &[u8]) -> Entry {
    let value: Value = serde_json::from_slice(line)
        .unwrap_or_else(|error| panic!("a torn ledger line ({error}): {}", String::from_utf8_lossy(line)));
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    Entry {
        generation: value["generation"].as_u64().expect("an entry has a generation"),
        request: text("request").expect("an entry has a request"),
        key: text("key").expect("an entry has a key"),
        what: text("what").expect("an entry says what"),
        at: value["at"].as_u64().expect("an entry has a time"),
        token: text("token"),
    }
}
