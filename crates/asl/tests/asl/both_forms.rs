//! A definition in YAML is the same as in JSON: every sample, whole and damaged, written in the other form gives the same definition and the
//! same findings at the corresponding places.
#![allow(clippy::disallowed_methods, reason = "the definitions are files")]

use json::{ObjectBuilder, Value};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use stepwell_asl::lint::{Config, lint};
use stepwell_asl::tree::{parse_json, parse_yaml};
use stepwell_asl::{Format, Options, parse};

/// YAML in block form; texts alternate between the ways to write them.
fn write_yaml(out: &mut String, value: &Value, indent: usize, style: &mut usize) {
    let pad = "  ".repeat(indent);
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (key, member) in object.iter() {
                write!(out, "\n{pad}{}:", Value::from(&**key)).expect("writing to a String does not fail");
                write_yaml(out, member, indent + 1, style);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for element in elements.iter() {
                write!(out, "\n{pad}-").expect("writing to a String does not fail");
                write_yaml(out, element, indent + 1, style);
            }
        }
        Value::String(text) => {
            *style += 1;
            let is_simple =
                !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() || c == ' ') && text.trim() == &**text;
            match *style % 4 {
                0 if is_simple => write!(out, " '{}'", text.replace('\'', "''")),
                1 if is_simple => write!(out, " |-\n{pad}{text}"),
                2 if is_simple => write!(out, " # a comment\n{pad}>-\n{pad}{text}"),
                _ => write!(out, " {value}"),
            }
            .expect("writing to a String does not fail");
        }
        other => write!(out, " {other}").expect("writing to a String does not fail"),
    }
}

fn to_yaml(value: &Value) -> String {
    let mut out = String::from("%YAML 1.2\n---");
    write_yaml(&mut out, value, 0, &mut 0);
    out + "\n"
}

/// The value with the `count`th text or key changed.
fn damaged(value: &Value, count: &mut usize) -> Value {
    match value {
        Value::Object(object) => {
            let mut builder = ObjectBuilder::new();
            for (key, member) in object.iter() {
                let is_changed = *count == 0;
                *count = count.wrapping_sub(1);
                let key = if is_changed { format!("{key}x") } else { key.to_string() };
                builder.insert(key, damaged(member, count));
            }
            builder.build().into()
        }
        Value::Array(elements) => {
            Value::from(elements.iter().map(|element| damaged(element, count)).collect::<Vec<Value>>())
        }
        Value::String(text) => {
            let is_changed = *count == 0;
            *count = count.wrapping_sub(1);
            if is_changed { Value::from(format!("{text}!")) } else { value.clone() }
        }
        other => other.clone(),
    }
}

/// What is said of a text, without its places in the text.
fn said(text: &str, format: Format) -> (Vec<String>, Vec<String>, Option<String>) {
    let options = Options { has_placeholders: true, ..Options::default() };
    let parsed = parse(text, format, &options);
    let read = match format {
        Format::Json => parse_json(text),
        Format::Yaml => parse_yaml(text),
    };
    let tree = read.0.expect("the text can be read");
    // The place is told as the location of the innermost value there.
    let place = |start: usize| tree.location_of(start);
    let findings = parsed.diagnostics.iter().map(|found| format!("{} {}", found.aws_text(), place(found.span.start)));
    let config = Config { has_placeholders: true, ..Config::default() };
    let linted = lint(text, format, &config);
    let mut linted: Vec<String> = linted
        .iter()
        .map(|found| format!("{} {:?} {} {}", found.rule, found.location, found.message, place(found.span.start)))
        .collect();
    linted.sort();
    (findings.collect(), linted, parsed.definition.map(|definition| format!("{definition:?}")))
}

#[test]
fn every_sample_is_the_same_in_both_forms() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("test_data/definitions");
    let (mut compared, mut told) = (0, 0);
    for entry in fs::read_dir(folder).expect("the folder is part of the crate") {
        let path = entry.expect("readable").path();
        let name = path.display().to_string();
        if !name.ends_with(".json") && !name.ends_with(".yaml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("readable");
        let tree = match Format::of_file_name(&name) {
            Format::Json => parse_json(&text).0,
            Format::Yaml => parse_yaml(&text).0,
        };
        let whole = tree.expect("samples can be read").to_value();
        for damage in [usize::MAX, 3, 17, 40, 61] {
            let value = damaged(&whole, &mut damage.clone());
            let (as_json, as_yaml) = (value.to_string(), to_yaml(&value));
            assert_eq!(parse_yaml(&as_yaml).0.map(|tree| tree.to_value()), Some(value), "{name}\n{as_yaml}");
            let (of_json, of_yaml) = (said(&as_json, Format::Json), said(&as_yaml, Format::Yaml));
            assert_eq!(of_json, of_yaml, "{name} damaged at {damage}");
            compared += 1;
            told += of_json.0.len();
        }
    }
    assert!(compared > 400 && told > 200, "{compared} texts with {told} errors");
}

#[test]
fn mappings_are_merged() {
    let yaml = "\
StartAt: A
States:
  A:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Retry:
      - &retry {ErrorEquals: [Any], IntervalSeconds: 2, MaxAttempts: 5}
      - {<<: *retry, ErrorEquals: [Other]}
      - {<<: [{BackoffRate: 3}, *retry], ErrorEquals: [Last]}
    End: true
";
    let tree = parse_yaml(yaml).0.expect("it can be read");
    let retry = tree.at("/States/A/Retry").expect("it is there").to_value().to_string();
    assert_eq!(
        retry,
        r#"[{"ErrorEquals":["Any"],"IntervalSeconds":2,"MaxAttempts":5},{"ErrorEquals":["Other"],"IntervalSeconds":2,"MaxAttempts":5},{"ErrorEquals":["Last"],"BackoffRate":3,"IntervalSeconds":2,"MaxAttempts":5}]"#
    );
    assert!(parse(yaml, Format::Yaml, &Options::default()).definition.is_some());
    assert_eq!(
        parse_yaml("'<<': {a: 1}\n").0.map(|tree| tree.to_value().to_string()).as_deref(),
        Some(r#"{"<<":{"a":1}}"#)
    );
    assert_eq!(parse_yaml("<<: 1\n").1.first().map(|found| &*found.message), Some("Only mappings can be merged"));
}
