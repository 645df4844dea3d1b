//! What parsing and evaluating cost. The same expressions are measured beside other implementations by `cargo xtask bench --peers`.

use divan::Bencher;
use json::{Object, Value, json};
use jsonata::{Expression, Limits, Outcome, World};
use stepwell_jsonata as jsonata;

fn main() {
    divan::main();
}

const CASES: [&str; 5] = ["path", "fields", "higher_order", "mapped_path", "pass"];

fn expression(case: &str) -> &'static str {
    match case {
        "path" => "$states.input.order.total * 1.2",
        "fields" => {
            r#"{
                "id": $uppercase($states.input.order.id),
                "customer": $states.input.customer.firstName & " " & $states.input.customer.lastName,
                "user": $substringBefore($states.input.customer.email, "@"),
                "total": $round($sum($states.input.order.lines.(price * quantity)), 2),
                "lines": $count($states.input.order.lines),
                "products": $join($states.input.order.lines.product, ", "),
                "express": $contains($states.input.order.shipping, "express") ? "yes" : "no",
                "attempt": $string($states.input.attempt + 1)
            }"#
        }
        "higher_order" => {
            "$sum($map($filter($states.input.items, function($item) { $item.quantity > 2 }), \
                function($item) { $item.price * $item.quantity }))"
        }
        "mapped_path" => "$sum($states.input.items[quantity > 2].(price * quantity))",
        _ => "$states.input",
    }
}

fn states() -> Object {
    let line = |number: usize| {
        json!({"product": (format!("SKU-{number:05}")), "price": (4.25 + number as f64), "quantity": (number % 7),
            "description": "a thing that somebody ordered", "tags": ["new", "sale"]})
    };
    let lines = |count| Value::from((1..=count).map(line).collect::<Vec<_>>());
    let order = json!({"id": "ord-2026-000042", "total": 118.5, "shipping": "express-overnight", "lines": (lines(6))});
    let customer = json!({"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com"});
    let input = json!({"order": order, "customer": customer, "items": (lines(1000)), "attempt": 0});
    [("states", json!({"input": input}))].into_iter().collect()
}

fn run(expression: &Expression, bindings: &Object) -> Outcome {
    expression.evaluate(None, bindings, &Limits::default(), &World::default()).expect("the expression has a value")
}

#[divan::bench(args = CASES)]
fn parse(bencher: Bencher<'_, '_>, case: &str) {
    bencher.bench_local(|| Expression::parse(divan::black_box(expression(case))));
}

#[divan::bench(args = CASES)]
fn evaluate(bencher: Bencher<'_, '_>, case: &str) {
    let (parsed, bindings) = (Expression::parse(expression(case)).expect("it parses"), states());
    bencher.bench_local(|| run(&parsed, &bindings));
}

#[divan::bench(args = CASES)]
fn parse_and_evaluate(bencher: Bencher<'_, '_>, case: &str) {
    let bindings = states();
    bencher.bench_local(|| run(&Expression::parse(expression(case)).expect("it parses"), &bindings));
}
