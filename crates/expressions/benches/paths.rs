//! What one evaluation costs. `EXPRESSIONS.md`'s floor for a dotted path on a shared value is 14 ns.

use divan::Bencher;
use expressions::{Path, PayloadTemplate, Random, Scope};
use json::{Value, json};
use stepwell_expressions as expressions;

fn main() {
    divan::main();
}

fn document() -> Value {
    let items: Vec<Value> =
        (0..100).map(|number| json!({"id": number, "price": (number % 10), "kind": "book"})).collect();
    json!({"order": {"a": {"b": {"c": 1, "d": "text"}}, "total": 12.5}, "items": items})
}

fn evaluate(bencher: Bencher<'_, '_>, text: &str) {
    let path = Path::parse(text).expect("the path is valid");
    let (input, context) = (document(), Value::Null);
    let scope = Scope { input: &input, context: &context, variables: &() };
    bencher.bench_local(|| path.evaluate(&scope));
}

#[divan::bench]
fn dotted_path(bencher: Bencher<'_, '_>) {
    evaluate(bencher, "$.order.a.b.c");
}

#[divan::bench]
fn bare_lookups(bencher: Bencher<'_, '_>) {
    let input = document();
    bencher.bench_local(|| divan::black_box(&input).get("order")?.get("a")?.get("b")?.get("c").cloned());
}

#[divan::bench]
fn filter_of_100_items(bencher: Bencher<'_, '_>) {
    evaluate(bencher, "$.items[?(@.kind == 'book' && @.price > 7)].id");
}

#[divan::bench]
fn deep_scan(bencher: Bencher<'_, '_>) {
    evaluate(bencher, "$..price");
}

#[divan::bench]
fn template_of_8_fields(bencher: Bencher<'_, '_>) {
    let template = PayloadTemplate::compile(&json!({
        "a.$": "$.order.a",
        "b.$": "$.order.a.b.c",
        "c.$": "$.order.total",
        "d.$": "$$.Execution.Name",
        "e.$": "States.Format('order {} of {}', $.order.a.b.d, $.order.total)",
        "f.$": "$.items[0].id",
        "g": "literal",
        "h": {"nested.$": "$.order.a.b.d", "literal": [1, 2, 3]}
    }))
    .expect("the template is valid");
    let (input, context) = (document(), json!({"Execution": {"Name": "run"}}));
    let scope = Scope { input: &input, context: &context, variables: &() };
    let mut random = Random::new(1);
    bencher.bench_local(|| template.evaluate(&scope, &mut random));
}

#[divan::bench]
fn parse_dotted_path() -> Result<Path, expressions::PathSyntaxError> {
    Path::parse(divan::black_box("$.order.a.b.c"))
}
