//! JSONata in Rust: ours, and the crates that others wrote, each used as an engine would use it.
//!
//! A document is converted to a crate's own form once, beforehand, where its interface allows that.

use crate::cases::{Case, JSONATA};
use crate::measure::{Figures, figures, nanoseconds};
use crate::table::Row;
use serde_json::Value;
use std::collections::HashMap;

type Measure = fn(&Case, Option<&Value>) -> Result<Figures, String>;

const PEERS: [(&str, Measure); 8] = [
    ("stepwell-jsonata", ours),
    ("jlens-core 0.26.0", jlens),
    ("jlens-core 0.26.0, Document", jlens_document),
    ("jsonata-core 2.2.13, tree walker", jsonata_core),
    ("jsonata-core 2.2.13, VM, no $states", jsonata_core_vm),
    ("seuil 0.1.1", seuil),
    ("jsonata-rs 0.3.4", jsonata_rs),
    ("async_jsonata_rust 0.4.1", async_jsonata),
];

/// A row for every crate, ours first.
pub(crate) fn measure() -> Vec<Row> {
    let expected = expected();
    let figures = |measure: Measure| {
        JSONATA.iter().zip(&expected).map(|(case, expected)| measure(case, Some(expected))).collect()
    };
    PEERS.iter().map(|(name, measure)| Row { name: (*name).to_owned(), figures: figures(*measure) }).collect()
}

/// What our crate makes of every case, which all others must make of it too.
pub(crate) fn expected() -> Vec<Value> {
    JSONATA
        .iter()
        .map(|case| {
            let outcome =
                run_ours(&jsonata::Expression::parse(case.expression).expect("it parses"), &our_bindings(case));
            serde_json::from_str(&outcome.to_string()).expect("our JSON is JSON")
        })
        .collect()
}

fn our_bindings(case: &Case) -> json::Object {
    let document = json::parse(&(case.document)().to_string()).expect("a document is JSON");
    [("states", document)].into_iter().collect()
}

fn run_ours(expression: &jsonata::Expression, bindings: &json::Object) -> json::Value {
    let limits = jsonata::Limits::default();
    match expression.evaluate(None, bindings, &limits, &jsonata::World::default()) {
        Ok(jsonata::Outcome::Value(value)) => value,
        other => panic!("no value: {other:?}"),
    }
}

fn ours(case: &Case, expected: Option<&Value>) -> Result<Figures, String> {
    let bindings = our_bindings(case);
    figures(
        expected,
        || jsonata::Expression::parse(case.expression).expect("it parses"),
        |parsed| serde_json::from_str(&run_ours(parsed, &bindings).to_string()).ok(),
        |parsed| drop(run_ours(parsed, &bindings)),
    )
}

fn jlens(case: &Case, expected: Option<&Value>) -> Result<Figures, String> {
    let bindings = jlens_core::Bindings::new().var("states", (case.document)());
    figures(
        expected,
        || jlens_core::Expression::compile(case.expression).expect("it parses"),
        |parsed| parsed.evaluate(None, &bindings).ok().flatten(),
        |parsed| _ = std::hint::black_box(parsed.evaluate(None, &bindings)),
    )
}

fn jlens_document(case: &Case, expected: Option<&Value>) -> Result<Figures, String> {
    let (input, states) = (jlens_core::Document::new(&Value::Null), jlens_core::Document::new(&(case.document)()));
    let (bindings, options) = (jlens_core::Bindings::new(), jlens_core::Options::default());
    let evaluate = |parsed: &jlens_core::Expression| {
        parsed.evaluate_document_with(&input, &[("states", &states)], &bindings, &options)
    };
    figures(
        expected,
        || jlens_core::Expression::compile(case.expression).expect("it parses"),
        |parsed| evaluate(parsed).ok().flatten(),
        |parsed| _ = std::hint::black_box(evaluate(parsed)),
    )
}

fn jsonata_core(case: &Case, expected: Option<&Value>) -> Result<Figures, String> {
    use jsonata_core::evaluator::{Context, Evaluator};
    use jsonata_core::value::JValue;
    let states = JValue::from((case.document)());
    let evaluate = |parsed: &jsonata_core::ast::AstNode| {
        let mut context = Context::new();
        context.bind("states".to_owned(), states.clone());
        let result = Evaluator::with_context(context).evaluate(parsed, &JValue::Null);
        result.map(|value| Value::from(&value)).ok()
    };
    figures(
        expected,
        || jsonata_core::parser::parse(case.expression).expect("it parses"),
        &evaluate,
        |parsed| _ = std::hint::black_box(evaluate(parsed)),
    )
}

/// Its virtual machine takes no bindings: the document is the input.
fn jsonata_core_vm(case: &Case, expected: Option<&Value>) -> Result<Figures, String> {
    let input = jsonata_core::value::JValue::from((case.document)());
    let expression = case.expression.replace("$states.", "$$.");
    let evaluate = |parsed: &jsonata_core::Expression| parsed.evaluate(&input).map(|value| Value::from(&value)).ok();
    figures(
        expected,
        || jsonata_core::Expression::compile(&expression).expect("it parses"),
        &evaluate,
        |parsed| _ = std::hint::black_box(evaluate(parsed)),
    )
}

fn seuil(case: &Case, expected: Option<&Value>) -> Result<Figures, String> {
    let config = seuil::EvalConfig::default();
    let bindings: serde_json::Map<String, Value> = [("states".to_owned(), (case.document)())].into_iter().collect();
    let evaluate =
        |parsed: &seuil::Seuil| parsed.evaluate_with_config_and_bindings(&Value::Null, &config, Some(&bindings)).ok();
    figures(
        expected,
        || seuil::Seuil::compile(case.expression).expect("it parses"),
        &evaluate,
        |parsed| _ = std::hint::black_box(evaluate(parsed)),
    )
}

/// A parsed expression belongs to the arena that its results fill, so it is parsed anew for every evaluation.
fn jsonata_rs(case: &Case, expected: Option<&Value>) -> Result<Figures, String> {
    let document = (case.document)();
    let bindings: HashMap<&str, &Value> = [("states", &document)].into_iter().collect();
    let parse = || {
        let arena = bumpalo::Bump::new();
        jsonata_rs::JsonAta::new(case.expression, &arena).map(drop).map_err(|error| error.to_string())
    };
    let both = || {
        let arena = bumpalo::Bump::new();
        let parsed = jsonata_rs::JsonAta::new(case.expression, &arena).map_err(|error| error.to_string())?;
        let result = parsed.evaluate(None, Some(&bindings)).map_err(|error| error.to_string())?;
        Ok::<String, String>(result.serialize(false))
    };
    let result: Value = serde_json::from_str(&both()?).map_err(|error| error.to_string())?;
    if !expected.is_none_or(|expected| crate::measure::same(&result, expected)) {
        return Err(format!("a different result: {result}"));
    }
    Ok(Figures { parse: Some(nanoseconds(parse)), evaluate: None, both: Some(nanoseconds(both)) })
}

/// Its blocking form starts a thread for every evaluation; this one does not.
fn async_jsonata(case: &Case, expected: Option<&Value>) -> Result<Figures, String> {
    let evaluator = async_jsonata_rust::Evaluator::with_builtins();
    let states = async_jsonata_rust::JsonValue::from_serde_json(&(case.document)());
    let bindings: HashMap<String, async_jsonata_rust::JsonValue> =
        [("states".to_owned(), states)].into_iter().collect();
    let evaluate = |parsed: &async_jsonata_rust::Expression| {
        let future = evaluator.evaluate_with_bindings_async(parsed, &async_jsonata_rust::JsonValue::Null, &bindings);
        futures::executor::block_on(future).ok().and_then(|value| value.to_serde_json())
    };
    figures(
        expected,
        || evaluator.parse(case.expression).expect("it parses"),
        &evaluate,
        |parsed| _ = std::hint::black_box(evaluate(parsed)),
    )
}
