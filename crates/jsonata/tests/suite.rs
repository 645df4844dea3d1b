//! The reference cases of JSONata, run from their files. What we treat otherwise is listed with its reason, and must still be so.

#![allow(clippy::disallowed_methods, reason = "a test reads files")]

use json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use stepwell_jsonata::{Expression, Limits, NoBindings, Outcome, Profile, World};

/// Cases that are not passed, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("function-encodeUrl/case002.json", "needs a lone surrogate, which no Rust string holds"),
    ("function-encodeUrlComponent/case002.json", "needs a lone surrogate, which no Rust string holds"),
];

/// What stands in for a millisecond of the suite's limits.
const STEPS_PER_MILLISECOND: u64 = 10_000;

struct Case {
    name: String,
    fields: Value,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/suite")
}

fn read(path: &Path) -> Result<Value, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    json::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the suite is in the repository");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    paths
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for group in sorted(&root().join("groups")) {
        for file in
            sorted(&group).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        {
            let base =
                file.strip_prefix(root().join("groups")).expect("the file is below the root").display().to_string();
            match read(&file) {
                Ok(Value::Array(array)) => {
                    let numbered = array.iter().enumerate();
                    cases.extend(
                        numbered
                            .map(|(index, fields)| Case { name: format!("{base}#{index}"), fields: fields.clone() }),
                    );
                }
                Ok(fields) => cases.push(Case { name: base, fields }),
                Err(_) => cases.push(Case { name: base, fields: Value::Null }),
            }
        }
    }
    cases
}

fn source(case: &Case) -> Result<String, String> {
    if let Some(source) = case.fields.get("expr").and_then(Value::as_str) {
        return Ok(source.to_owned());
    }
    let file = case.fields.get("expr-file").and_then(Value::as_str).ok_or("no expression")?;
    let group = case.name.split('/').next().ok_or("no group")?;
    fs::read_to_string(root().join("groups").join(group).join(file)).map_err(|error| error.to_string())
}

fn input(case: &Case) -> Result<Option<Value>, String> {
    if let Some(data) = case.fields.get("data") {
        return Ok(Some(data.clone()));
    }
    match case.fields.get("dataset").and_then(Value::as_str) {
        Some(name) => read(&root().join("datasets").join(format!("{name}.json"))).map(Some),
        None => Ok(None),
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        (left, right) => left == right,
    }
}

fn same_unordered(left: &Value, right: &Value) -> bool {
    let (Some(left), Some(right)) = (left.as_array(), right.as_array()) else { return same(left, right) };
    let mut rest: Vec<&Value> = right.iter().collect();
    left.len() == right.len()
        && left.iter().all(|value| match rest.iter().position(|other| same(value, other)) {
            Some(position) => {
                rest.swap_remove(position);
                true
            }
            None => false,
        })
}

fn run(case: &Case) -> Result<(), String> {
    let source = source(case)?;
    let input = input(case)?;
    let bindings = case.fields.get("bindings").and_then(Value::as_object).cloned();
    // The suite limits the time of what recurses without end; steps stand in for it.
    let mut limits = Limits { bytes: u64::MAX, ..Limits::default() };
    if let Some(milliseconds) = case.fields.get("timelimit").and_then(Value::as_i64) {
        limits.steps = milliseconds as u64 * STEPS_PER_MILLISECOND;
    }
    if let Some(depth) = case.fields.get("depth").and_then(Value::as_i64) {
        limits.depth = depth as u32;
    }
    let world = World { now_ms: 1_790_000_000_000, seed: 1 };
    let outcome = Expression::parse_as(&source, Profile::Reference).and_then(|expression| match bindings {
        Some(bindings) => expression.evaluate(input.as_ref(), &bindings, &limits, &world),
        None => expression.evaluate(input.as_ref(), &NoBindings, &limits, &world),
    });
    let error = case.fields.get("error");
    let code = case.fields.get("code").or_else(|| error?.get("code")).and_then(Value::as_str);
    if let Some(code) = code {
        let found = match outcome {
            // The harness of the reference implementation has one code for depth and for time.
            Err(error) if error.is_limit() => "U1001",
            Err(error) => {
                if let Some(token) = case.fields.get("token").and_then(Value::as_str)
                    && error.token() != Some(token)
                {
                    return Err(format!("token {token}, got {:?}", error.token()));
                }
                error.code()
            }
            Ok(outcome) => return Err(format!("expected {code}, got {outcome:?}")),
        };
        return if found == code { Ok(()) } else { Err(format!("expected {code}, got {found}")) };
    }
    let outcome = outcome.map_err(|error| error.to_string())?;
    if case.fields.get("undefinedResult").is_some() {
        // A function has no JSON either.
        return if outcome == Outcome::Undefined {
            Ok(())
        } else {
            Err(format!("expected undefined, got {outcome:?}"))
        };
    }
    let expected = case.fields.get("result").ok_or("no expectation")?;
    let Outcome::Value(value) = outcome else { return Err(format!("expected {expected}, got {outcome:?}")) };
    let unordered = case.fields.get("unordered").and_then(Value::as_bool) == Some(true);
    let passed = if unordered { same_unordered(expected, &value) } else { same(expected, &value) };
    if passed { Ok(()) } else { Err(format!("expected {expected}, got {value}")) }
}

/// Runs all cases on a thread with the stack of an async worker.
fn run_all() -> Vec<(String, Result<(), String>)> {
    let worker = std::thread::Builder::new().stack_size(2 << 20);
    let handle = worker.spawn(|| cases().iter().map(|case| (case.name.clone(), run(case))).collect::<Vec<_>>());
    handle.expect("a thread can be started").join().expect("no case panics")
}

#[test]
fn the_reference_cases_pass() {
    let results = run_all();
    assert!(results.len() >= 1686, "the suite has {} cases", results.len());
    let mut groups: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, result) in &results {
        let excepted = EXCEPTIONS.iter().any(|(exception, _)| exception == name);
        let counts = groups.entry(name.split('/').next().unwrap_or_default()).or_default();
        counts.1 += 1;
        counts.0 += usize::from(result.is_ok());
        match result {
            Err(message) if !excepted => {
                wrong.push(format!("{name}: {}", message.chars().take(300).collect::<String>()))
            }
            Ok(()) if excepted => wrong.push(format!("{name} passes and is no exception any more")),
            _ => {}
        }
    }
    let passed = results.iter().filter(|(_, result)| result.is_ok()).count();
    let failing: Vec<String> = groups
        .iter()
        .filter(|(_, (passed, all))| passed < all)
        .map(|(group, (passed, all))| format!("{group} {passed}/{all}"))
        .collect();
    eprintln!("{passed} of {} pass; not complete: {}", results.len(), failing.join(", "));
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
