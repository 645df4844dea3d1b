//! JSONPath in Rust: a dotted path on a small document, which is what nearly all paths in definitions are.

use crate::measure::{Figures, figures};
use crate::table::Row;
use serde_json::{Value, json};
use std::hint::black_box;

const PATH: &str = "$.order.a.b.c";

/// A row for every crate, ours first.
pub(crate) fn measure() -> Vec<Row> {
    let document = json!({"order": {"a": {"b": {"c": 1, "d": "text"}}, "total": 12.5}, "kind": "book"});
    let rows = [
        ("stepwell-expressions", ours(&document)),
        ("serde_json_path 0.7.2", serde_json_path(&document)),
        ("jsonpath-rust 1.0.12", jsonpath_rust(&document)),
        ("jsonpath-rfc9535 0.1.2", jsonpath_rfc9535(&document)),
        ("jsonpath_lib 0.3.0", jsonpath_lib(&document)),
    ];
    rows.into_iter().map(|(name, figures)| Row { name: name.to_owned(), figures: vec![figures] }).collect()
}

fn ours(document: &Value) -> Result<Figures, String> {
    let input = json::parse(&document.to_string()).expect("a document is JSON");
    let context = json::Value::Null;
    let scope = expressions::Scope { input: &input, context: &context, variables: &() };
    figures(
        Some(&json!(1)),
        || expressions::Path::parse(PATH).expect("it parses"),
        |parsed| serde_json::from_str(&parsed.evaluate(&scope).ok()?.to_string()).ok(),
        |parsed| _ = black_box(parsed.evaluate(&scope)),
    )
}

fn serde_json_path(document: &Value) -> Result<Figures, String> {
    figures(
        Some(&json!(1)),
        || serde_json_path::JsonPath::parse(PATH).expect("it parses"),
        |parsed| parsed.query(document).first().cloned(),
        |parsed| _ = black_box(parsed.query(document).first()),
    )
}

fn jsonpath_rust(document: &Value) -> Result<Figures, String> {
    use jsonpath_rust::query::js_path_process;
    let evaluate = |parsed: &jsonpath_rust::parser::model::JpQuery| {
        js_path_process(parsed, document)
            .ok()
            .and_then(|found| found.into_iter().next())
            .map(|found| found.val().clone())
    };
    figures(
        Some(&json!(1)),
        || jsonpath_rust::parser::parse_json_path(PATH).expect("it parses"),
        &evaluate,
        |parsed| _ = black_box(evaluate(parsed)),
    )
}

fn jsonpath_rfc9535(document: &Value) -> Result<Figures, String> {
    figures(
        Some(&json!(1)),
        || jsonpath_rfc9535::JsonPath::parse(PATH).expect("it parses"),
        |parsed| parsed.query_values(document).first().map(|value| (*value).clone()),
        |parsed| _ = black_box(parsed.query_values(document).first()),
    )
}

fn jsonpath_lib(document: &Value) -> Result<Figures, String> {
    figures(
        Some(&json!(1)),
        || jsonpath_lib::Compiled::compile(PATH).expect("it parses"),
        |parsed| parsed.select(document).ok().and_then(|found| found.first().map(|value| (*value).clone())),
        |parsed| _ = black_box(parsed.select(document)),
    )
}
