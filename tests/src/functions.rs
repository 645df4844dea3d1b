//! Functions files for tests.

use crate::binaries;
use serde_json::{Value, json};
use std::path::Path;

/// Writes a functions file in which every name is the scripted function, with these variables and settings.
pub fn write_scripted(path: &Path, names: &[&str], ledger: &Path, generation: u64, concurrency: u32) {
    let program = binaries::scripted_function();
    let function = json!({
        "command": [program],
        "timeout": 20,
        "concurrency": concurrency,
        "environment": {"LEDGER": ledger, "GENERATION": generation.to_string()},
    });
    let functions: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), function.clone())).collect();
    // YAML reads JSON.
    std::fs::write(path, json!({"functions": functions}).to_string()).expect("the file can be written");
}
