//! jsonata-js under Node.js, measured by `node/measure.mjs` in the same way.

use crate::cases::JSONATA;
use crate::measure::{Figures, same};
use crate::table::Row;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// A row for every version that is installed in `directory`.
pub(crate) fn measure(directory: &str) -> Vec<Row> {
    let cases: Vec<Value> =
        JSONATA.iter().map(|case| json!({"expression": case.expression, "document": (case.document)()})).collect();
    let mut node = Command::new("node")
        .arg("--stack-size=4000")
        .arg("measure.mjs")
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node can be started");
    let mut stdin = node.stdin.take().expect("stdin is piped");
    stdin.write_all(Value::from(cases).to_string().as_bytes()).expect("node reads its input");
    drop(stdin);
    let output = node.wait_with_output().expect("node ends");
    assert!(output.status.success(), "measure.mjs failed");
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("measure.mjs prints JSON");
    let expected = crate::jsonata_crates::expected();
    rows.iter()
        .map(|row| Row {
            name: row["name"].as_str().unwrap_or_default().to_owned(),
            figures: row["figures"]
                .as_array()
                .into_iter()
                .flatten()
                .zip(&expected)
                .map(|(figures, expected)| {
                    if !same(&figures["result"], expected) {
                        return Err(format!("a different result: {}", figures["result"]));
                    }
                    let figure = |name: &str| figures[name].as_f64();
                    Ok(Figures { parse: figure("parse"), evaluate: figure("evaluate"), both: figure("both") })
                })
                .collect(),
        })
        .collect()
}
