//! What definitions cost: a realistic one of 500 states, and texts of a megabyte in every shape that could go wrong.
//!
//! Beside the time, divan shows the most bytes that were in use at once (`max alloc`).

use divan::{AllocProfiler, Bencher};
use std::fmt::Write;
use stepwell_asl::lint::{Config, lint};
use stepwell_asl::{Format, Options, parse};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A megabyte, less what a text needs to end.
const LARGE: usize = 1_040_000;

/// A chain of `count` states of all kinds, in JSONPath and JSONata, as people write them.
fn realistic(count: usize) -> String {
    let mut text = String::from("{\"Comment\": \"orders\", \"StartAt\": \"S0\", \"States\": {\n");
    for number in 0..count {
        let next = format!("S{}", number + 1);
        let state = match number % 6 {
            0 => format!(
                r#"{{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {{"FunctionName": "check-{number}",
                    "Payload": {{"order.$": "$.order", "id.$": "States.Format('{{}}-{number}', $.order.id)"}}}},
                    "ResultPath": "$.check", "TimeoutSeconds": 30,
                    "Retry": [{{"ErrorEquals": ["Lambda.ServiceException"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2}}],
                    "Catch": [{{"ErrorEquals": ["States.ALL"], "Next": "Failed", "ResultPath": "$.error"}}], "Next": "{next}"}}"#
            ),
            1 => format!(
                r#"{{"Type": "Choice", "Choices": [
                    {{"And": [{{"Variable": "$.order.total", "NumericGreaterThan": 100}}, {{"Variable": "$.order.vip", "BooleanEquals": true}}],
                      "Next": "{next}"}},
                    {{"Variable": "$.order.status", "StringEquals": "cancelled", "Next": "Failed"}}], "Default": "{next}"}}"#
            ),
            2 => format!(
                r#"{{"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {{"total{number}": "{{% $sum($states.input.lines.(price * quantity)) %}}"}},
                    "Output": {{"order": "{{% $states.input.order %}}", "count": "{{% $count($states.input.lines) %}}"}}, "Next": "{next}"}}"#
            ),
            3 => format!(r#"{{"Type": "Wait", "SecondsPath": "$.order.delay", "Next": "{next}"}}"#),
            4 => format!(
                r#"{{"Type": "Map", "ItemsPath": "$.order.lines", "MaxConcurrency": 5, "ItemSelector": {{"line.$": "$$.Map.Item.Value"}},
                    "ItemProcessor": {{"ProcessorConfig": {{"Mode": "INLINE"}}, "StartAt": "Line{number}",
                      "States": {{"Line{number}": {{"Type": "Pass", "Parameters": {{"sku.$": "$.line.sku"}}, "End": true}}}}}},
                    "ResultPath": "$.lines", "Next": "{next}"}}"#
            ),
            _ => format!(
                r#"{{"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::dynamodb:putItem",
                    "Arguments": {{"TableName": "orders", "Item": {{"id": {{"S": "{{% $states.input.order.id & '-{number}' %}}"}}}}}},
                    "Output": "{{% $merge([$states.input, {{'stored': true}}]) %}}", "Next": "{next}"}}"#
            ),
        };
        writeln!(text, "\"S{number}\": {state},").expect("writing to a String cannot fail");
    }
    write!(
        text,
        "\"S{count}\": {{\"Type\": \"Succeed\"}}, \"Failed\": {{\"Type\": \"Fail\", \"Error\": \"Failed\"}}}}}}"
    )
    .expect("writing to a String cannot fail");
    text
}

/// `text` with `part` repeated at its `@` until it is large; `part`'s own `@` is a running number.
fn filled(text: &str, part: &str, separator: &str) -> String {
    let (before, after) = text.split_once('@').expect("a place to fill");
    let mut filled = before.to_owned();
    let mut number = 0;
    while filled.len() + after.len() + part.len() < LARGE {
        if number > 0 {
            filled.push_str(separator);
        }
        filled.push_str(&part.replace('@', &number.to_string()));
        number += 1;
    }
    filled + after
}

fn pass(fields: &str) -> String {
    format!(r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", {fields}, "End": true}}}}}}"#)
}

const SHAPES: [&str; 17] = [
    "realistic",
    "small_states",
    "unreachable_states",
    "branches",
    "result",
    "result_flat",
    "deep_json",
    "deep_states",
    "choices",
    "nested_conditions",
    "jsonata",
    "jsonata_string",
    "jsonata_nested",
    "jsonata_fields",
    "jsonpath",
    "intrinsic",
    "retriers",
];

fn shape(name: &str) -> String {
    let machine = |states: &str| format!(r#"{{"StartAt": "S0", "States": {{{states}}}}}"#);
    match name {
        "realistic" => {
            let mut count = 100;
            while realistic(count + 100).len() < LARGE {
                count += 100;
            }
            realistic(count)
        }
        "small_states" => {
            let mut states = String::new();
            for number in 0..LARGE / 45 {
                write!(states, r#""S{number}":{{"Type":"Pass","Next":"S{}"}},"#, number + 1).expect("a String");
            }
            let last = states.matches("\"Type\"").count();
            machine(&format!(r#"{states}"S{last}":{{"Type":"Succeed"}}"#))
        }
        "unreachable_states" => filled(&machine("@"), r#""S@":{"Type":"Pass","Next":"T@"}"#, ","),
        "branches" => filled(
            r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[@],"End":true}}}"#,
            r#"{"StartAt":"B@","States":{"B@":{"Type":"Pass","End":true}}}"#,
            ",",
        ),
        "result" => filled(&pass(r#""Result": {@}"#), r#""key@": {"a": [1, 2.5, "text"], "b": null}"#, ","),
        "result_flat" => filled(&pass(r#""Result": [@]"#), "1", ","),
        "deep_json" => pass(&format!(r#""Result": {}{}"#, "[".repeat(LARGE / 2 - 100), "]".repeat(LARGE / 2 - 100))),
        "deep_states" => {
            let depth = 80;
            let open = r#"{"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":"#;
            let comment = "x".repeat(LARGE - depth * (open.len() + 15) - 100);
            let inner = pass(&format!(r#""Comment": "{comment}""#));
            format!("{}{inner}{}", open.repeat(depth), r#","End":true}}}"#.repeat(depth))
        }
        "choices" => filled(
            r#"{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[@],"Default":"D"},"D":{"Type":"Succeed"}}}"#,
            r#"{"Variable":"$.order.total","NumericEquals":@,"Next":"D"}"#,
            ",",
        ),
        "nested_conditions" => {
            let rule = r#"{"Variable":"$.a","IsPresent":true}"#;
            let nest = format!("{}{rule}{}", r#"{"Not":"#.repeat(300), "}".repeat(300));
            let part = format!(r#"{{"And":[{nest},{rule}],"Next":"D"}}"#);
            let text = r#"{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[@]},"D":{"Type":"Succeed"}}}"#;
            filled(text, &part, ",")
        }
        "jsonata" => {
            filled(&pass(r#""QueryLanguage": "JSONata", "Output": "{% [@] %}""#), "$states.input.a@ * 1.2", ", ")
        }
        "jsonata_string" => filled(&pass(r#""QueryLanguage": "JSONata", "Output": "{% '@' %}""#), "text ", ""),
        "jsonata_nested" => {
            let nest = format!("{}1{}", "(".repeat(200), ")".repeat(200));
            filled(&pass(r#""QueryLanguage": "JSONata", "Output": "{% [@] %}""#), &nest, ", ")
        }
        "jsonata_fields" => filled(
            &pass(r#""QueryLanguage": "JSONata", "Output": {@}"#),
            r#""f@": "{% $states.input.a@.b[0].c & 'x' %}""#,
            ",",
        ),
        "jsonpath" => filled(&pass(r#""InputPath": "$@""#), ".name@", ""),
        "intrinsic" => filled(&pass(r#""Parameters": {"a.$": "States.Array(@)"}"#), "States.Format('{}', $.a@)", ", "),
        "retriers" => filled(
            r#"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true,"Retry":[@]}}}"#,
            r#"{"ErrorEquals":["Error@"],"MaxAttempts":2}"#,
            ",",
        ),
        other => panic!("no shape {other}"),
    }
}

/// The same definition in block style, as far as a shape has one.
fn yaml(json: &str) -> String {
    let mut text = String::new();
    write_yaml(&json::parse(json).expect("the definition is JSON"), 0, &mut text);
    text.truncate(LARGE);
    text.truncate(text.rfind('\n').unwrap_or(0));
    text
}

fn write_yaml(value: &json::Value, level: usize, out: &mut String) {
    let indent = " ".repeat(level);
    match value {
        json::Value::Object(object) if !object.is_empty() => object.iter().for_each(|(key, member)| {
            write!(out, "\n{indent}{}: ", json::Value::from(key)).expect("a String");
            write_yaml(member, level + 1, out);
        }),
        json::Value::Array(array) if !array.is_empty() => array.iter().for_each(|element| {
            write!(out, "\n{indent}- ").expect("a String");
            write_yaml(element, level + 1, out);
        }),
        other => out.push_str(&other.to_string()),
    }
}

#[divan::bench]
fn validate_500_states(bencher: Bencher<'_, '_>) {
    let text = realistic(500);
    let parsed = parse(&text, Format::Json, &Options::default());
    assert!(!parsed.has_errors(), "{:?}", parsed.diagnostics.first());
    bencher.bench_local(|| parse(&text, Format::Json, &Options::default()));
}

#[divan::bench]
fn lint_500_states(bencher: Bencher<'_, '_>) {
    let text = realistic(500);
    bencher.bench_local(|| lint(&text, Format::Json, &Config::default()));
}

#[divan::bench(args = SHAPES, sample_count = 3, sample_size = 1)]
fn validate_1_megabyte(bencher: Bencher<'_, '_>, name: &str) {
    let text = shape(name);
    bencher.bench_local(|| parse(&text, Format::Json, &Options::default()));
}

#[divan::bench(args = SHAPES, sample_count = 3, sample_size = 1)]
fn lint_1_megabyte(bencher: Bencher<'_, '_>, name: &str) {
    let text = shape(name);
    bencher.bench_local(|| lint(&text, Format::Json, &Config::default()));
}

const YAML_SHAPES: [&str; 5] = ["realistic", "small_states", "result", "choices", "jsonata_fields"];

#[divan::bench(args = YAML_SHAPES, sample_count = 3, sample_size = 1)]
fn validate_1_megabyte_of_yaml(bencher: Bencher<'_, '_>, name: &str) {
    let text = yaml(&shape(name));
    bencher.bench_local(|| parse(&text, Format::Yaml, &Options::default()));
}
