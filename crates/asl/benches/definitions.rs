//! What definitions cost: a realistic one of 500 states, and texts of a megabyte in every shape that could go wrong.
//!
//! `cargo bench -p stepwell-asl [WORD…]` measures what has one of the words in its name. What is told is CPU time, the best of several runs, so
//! that a busy machine tells the same as an idle one, and the most bytes that were in use at once beside the text itself.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench reads its arguments and prints figures")]

use cpu_time::ThreadTime;
use peak_alloc::PeakAlloc;
use std::fmt::Write;
use std::time::Duration;
use stepwell_asl::lint::{Config, lint};
use stepwell_asl::{Format, Options, parse};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What the project allows a definition of a megabyte.
const FLOOR: (Duration, usize) = (Duration::from_millis(200), 100_000_000);

fn main() {
    let words: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    println!("{:<44} {:>12} {:>12}", "", "CPU", "peak");
    let measured = |name: &str, work: &mut dyn FnMut()| {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            measure(name, work);
        }
    };
    let text = realistic(500);
    let parsed = parse(&text, Format::Json, &Options::default());
    assert!(!parsed.has_errors(), "{:?}", parsed.diagnostics.first());
    drop(parsed);
    measured("validate/500 states", &mut || drop(parse(&text, Format::Json, &Options::default())));
    measured("lint/500 states", &mut || drop(lint(&text, Format::Json, &Config::default())));
    for name in SHAPES {
        let text = shape(name);
        measured(&format!("validate/{name}"), &mut || drop(parse(&text, Format::Json, &Options::default())));
        measured(&format!("lint/{name}"), &mut || drop(lint(&text, Format::Json, &Config::default())));
    }
    for name in YAML_SHAPES {
        let text = yaml(&shape(name));
        measured(&format!("validate yaml/{name}"), &mut || drop(parse(&text, Format::Yaml, &Options::default())));
        measured(&format!("lint yaml/{name}"), &mut || drop(lint(&text, Format::Yaml, &Config::default())));
    }
}

/// Runs `work` until half a second is gone, at least three times and at most fifty.
fn measure(name: &str, work: &mut dyn FnMut()) {
    let mut best = Duration::MAX;
    let mut total = Duration::ZERO;
    let mut peak = 0;
    for run in 0..50 {
        if run >= 3 && total > Duration::from_millis(500) {
            break;
        }
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let start = ThreadTime::now();
        work();
        let took = start.elapsed();
        peak = ALLOCATOR.peak_usage().saturating_sub(before);
        best = best.min(took);
        total += took;
    }
    let over = if best > FLOOR.0 || peak > FLOOR.1 { "  over" } else { "" };
    println!("{name:<44} {:>9.1} ms {:>9.1} MB{over}", best.as_secs_f64() * 1e3, peak as f64 / 1e6);
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

const SHAPES: [&str; 30] = [
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
    "variables",
    "shadowed",
    "template_errors",
    "jsonata_errors",
    "jsonata_assignments",
    "jsonata_shadowed",
    "jsonata_variables",
    "jsonata_tuples",
    "jsonata_parents",
    "jsonata_names",
    "jsonata_arrays",
    "jsonata_regexes",
    "jsonpath_filters",
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
        // Every state but the last leads to the one before it, so that what is known of variables takes many rounds to settle.
        "variables" => {
            let count = 4_000;
            let mut states = String::new();
            for number in 1..count {
                let before = number - 1;
                let rule = format!(r#"{{"Variable":"$a","IsNull":true,"Next":"S{before}"}}"#);
                write!(
                    states,
                    r#""S{number}":{{"Type":"Choice","Choices":[{rule},{rule},{rule}],"Assign":{{"v{number}":1}},"Default":"S{before}"}},"#
                )
                .expect("a String");
            }
            let text = machine(&format!(r#"{states}"S0":{{"Type":"Succeed"}}"#));
            text.replace(r#""StartAt":"S0""#, &format!(r#""StartAt":"S{}""#, count - 1))
        }
        "shadowed" => filled(
            r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Assign":{"x":1},"End":true,"Branches":[{"StartAt":"B0","States":{@}}]}}}"#,
            r#""B@":{"Type":"Pass","Assign":{"x":1},"End":true}"#,
            ",",
        ),
        "template_errors" => filled(&pass(r#""Parameters": {@}"#), r#""key@.$": "x""#, ","),
        "jsonata_errors" => {
            filled(&pass(r#""QueryLanguage": "JSONata", "Output": {@}"#), r#""f@": "{% a@ + $ %}""#, ",")
        }
        "jsonata_assignments" => {
            filled(&pass(r#""QueryLanguage": "JSONata", "Output": "{% (@) %}""#), "$a@ := 1", "; ")
        }
        "jsonata_shadowed" => {
            let text = format!("{}[@]{}", "($x := 1; ".repeat(200), ")".repeat(200));
            filled(&pass(&format!(r#""QueryLanguage": "JSONata", "Output": "{{% {text} %}}""#)), "$x", ",")
        }
        "jsonata_variables" => filled(&pass(r#""QueryLanguage": "JSONata", "Output": "{% [@] %}""#), "$v@", ","),
        "jsonata_tuples" => {
            let text = format!("$s.{}[@]{}", "a@$x.(".repeat(100).replace('@', r"\u0040"), ")".repeat(100));
            filled(&pass(&format!(r#""QueryLanguage": "JSONata", "Output": "{{% {text} %}}""#)), "$x", ",")
        }
        "jsonata_parents" => {
            let text = format!("$s.a.{}[@]{}", "(".repeat(200), ")".repeat(200));
            filled(&pass(&format!(r#""QueryLanguage": "JSONata", "Output": "{{% {text} %}}""#)), "%", ",")
        }
        "jsonata_names" => {
            filled(&pass(r#""QueryLanguage": "JSONata", "Output": "{% $states.input.[@] %}""#), "a", ",")
        }
        "jsonata_arrays" => filled(&pass(r#""QueryLanguage": "JSONata", "Output": "{% [@] %}""#), "[]", ","),
        "jsonata_regexes" => {
            let text = pass(r#""QueryLanguage": "JSONata", "Output": "{% [@] %}""#);
            filled(&text, "$match('a', /((a{1,9}b){1,9}c){1,9}/)", ",")
        }
        "jsonpath_filters" => filled(&pass(r#""InputPath": "$@""#), r"[?(\u0040.a == 1)]", ""),
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

const YAML_SHAPES: [&str; 5] = ["realistic", "small_states", "result", "choices", "jsonata_fields"];
