//! The linter: each rule's page is its test, and beside that switching off, fixing, what people deploy, and time.
#![allow(clippy::disallowed_methods, reason = "the definitions are files, and time is measured")]

use expect_test::{Expect, expect};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use stepwell_asl::lint::{Config, Rule, Severity, fix, lint, rule, rules};
use stepwell_asl::{Format, MachineType};

/// The first `yaml` block below a heading, and what follows the word `yaml`.
fn block(page: &str, heading: &str) -> Option<(String, String)> {
    let (_, section) = page.split_once(&format!("## {heading}\n"))?;
    let (_, block) = section.split_once("```yaml")?;
    let (info, block) = block.split_once('\n')?;
    let (block, _) = block.split_once("```")?;
    Some((info.trim().to_owned(), block.to_owned()))
}

/// An example as a whole definition: one that does not begin with `StartAt` has states only.
fn definition(example: &str) -> String {
    let example = example.replace("200 KiB of text", &"x".repeat(210 * 1024));
    if example.starts_with("StartAt") {
        return example;
    }
    let (first, _) = example.split_once(':').expect("a state has a name");
    let mut text = format!("StartAt: {first}\nStates:\n");
    for line in example.lines() {
        writeln!(text, "  {line}").expect("writing to a String does not fail");
    }
    text
}

fn ids_of_example(rule: &Rule, heading: &str) -> Vec<&'static str> {
    let page = rule.page();
    let (info, example) = block(&page, heading).unwrap_or_else(|| panic!("{} has no {heading}", rule.id));
    let machine_type = if info == "express" { MachineType::Express } else { MachineType::Standard };
    let on = vec!["comment-missing".to_owned()];
    let config = Config { machine_type, on, ..Config::default() };
    lint(&definition(&example), Format::Yaml, &config).iter().map(|finding| finding.rule).collect()
}

#[test]
fn every_page_is_true() {
    for rule in rules() {
        let page = rule.page();
        assert!(page.contains("\n## Why\n"), "{} has no Why", rule.id);
        assert!(!page.starts_with('#') && !page.starts_with('\n'), "{} does not begin with what it is", rule.id);
        let (bad, good) = (ids_of_example(rule, "Example"), ids_of_example(rule, "Instead"));
        assert!(bad.contains(&rule.id), "{} does not find its example: {bad:?}", rule.id);
        assert!(!good.contains(&rule.id), "{} finds something in its better example: {good:?}", rule.id);
        let is_about_errors = rule.severity == Severity::Error || rule.id == "unknown-resource";
        let refused = |ids: &[&str]| ids.contains(&"invalid-definition");
        assert!(is_about_errors || !refused(&bad), "the example of {} is not valid: {bad:?}", rule.id);
        assert!(!refused(&good), "the better example of {} is not valid: {good:?}", rule.id);
    }
}

#[test]
fn rules_are_listed_in_order() {
    let ids: Vec<&str> = rules().iter().map(|rule| rule.id).collect();
    let mut sorted = ids[..ids.len() - 1].to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted, ids[..ids.len() - 1]);
    assert!(ids.iter().all(|id| rule(id).is_some()));
    assert!(rule("no-such-rule").is_none());
}

fn check(text: &str, format: Format, config: &Config, expected: Expect) {
    let mut out = String::new();
    for finding in lint(text, format, config) {
        let (word, at) = (finding.severity.word(), finding.location.unwrap_or_default());
        writeln!(out, "{word} {} {at}: {}", finding.rule, finding.message).expect("writing to a String does not fail");
    }
    expected.assert_eq(&out);
}

#[test]
fn findings_tell_where() {
    let text = r#"{"StartAt": "A", "TimeoutSeconds": 9, "States": {"A": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "B", "States": {"B": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "C"}]}, "C": {"Type": "Pass", "Next": "c"}}}]}}}"#;
    check(
        text,
        Format::Json,
        &Config::default(),
        expect![[r#"
            warning choice-no-default /States/A/Branches[0]/States/B: Choice 'B' has no Default
            warning no-terminal-state /States/A: None of these states ends the workflow
            error next-target /States/A/Branches[0]/States/C: Next of 'C' names no state: 'c'
        "#]],
    );
}

/// Facts flow along transitions: a catcher assigns other variables than its state, and a branch sees those from outside.
#[test]
fn variables_are_followed_along_every_way() {
    let text = "\
StartAt: Call
TimeoutSeconds: 9
States:
  Call:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters: {TopicArn: t, Message: m}
    Assign: {id.$: $.MessageId}
    Catch: [{ErrorEquals: [States.ALL], Assign: {error.$: $.Error}, Next: Both}]
    Next: Both
  Both:
    Type: Parallel
    Branches:
      - StartAt: In
        States:
          In: {Type: Pass, Parameters: {a.$: $id, b.$: $local, c.$: \"States.Format('$no {}', $error)\"}, Assign: {local: 1}, End: true}
    End: true
";
    check(
        text,
        Format::Yaml,
        &Config::default(),
        expect![[r#"
        warning undefined-variable /States/Both/Branches[0]/States/In: '$id' is not assigned on every way to 'In'
        error undefined-variable /States/Both/Branches[0]/States/In: No state before assigns '$local'
        warning undefined-variable /States/Both/Branches[0]/States/In: '$error' is not assigned on every way to 'In'
    "#]],
    );
}

#[test]
fn what_is_not_json_is_told() {
    check(
        "{",
        Format::Json,
        &Config::default(),
        expect![[r#"
            error invalid-definition : Unexpected end-of-input: expected close marker for Object
             at [Source: (String)"{"; line: 1, column: 2]
        "#]],
    );
}

const UNUSED: &str = "\
StartAt: A
TimeoutSeconds: 9
States:
  A:
    Type: Pass
    Assign:
      x: 1
      y: 2
    End: true
";

#[test]
fn rules_can_be_switched_off() {
    let off = |text: &str| lint(text, Format::Yaml, &Config::default()).len();
    assert_eq!(off(UNUSED), 2);
    assert_eq!(off(&format!("# stepwell-lint: off unused-variable\n{UNUSED}")), 0, "the file");
    assert_eq!(off(&UNUSED.replace("x: 1", "x: 1 # stepwell-lint: off unused-variable, state-name")), 1, "the line");
    assert_eq!(
        off(&UNUSED.replace("      x", "      # stepwell-lint: off unused-variable (later)\n      x")),
        1,
        "above"
    );
    assert_eq!(off(&UNUSED.replace("  A:\n", "  A: # stepwell-lint: off unused-variable\n")), 0, "the state");
    assert_eq!(off(&UNUSED.replace("Type: Pass", "Type: Pass\n    Comment: 'stepwell-lint: off unused-variable'")), 0);
    assert_eq!(off(&format!("Comment: 'stepwell-lint: off unused-variable'\n{UNUSED}")), 0, "the machine's Comment");
    assert_eq!(off(&format!("# stepwell-lint: off no-such\n{UNUSED}")), 3, "an unknown rule is a finding");
    let retriers = |comment: &str| {
        let text = format!(
            r#"{{"StartAt": "A", "TimeoutSeconds": 9, "States": {{"A": {{"Type": "Task", "TimeoutSeconds": 5, "End": true,
                "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets", "Catch": [{{"ErrorEquals": ["States.ALL"], "Next": "B"}}],
                "Retry": [{{"ErrorEquals": ["States.Mine"], "Comment": "{comment}"}}, {{"ErrorEquals": ["States.Own"]}}]}},
                "B": {{"Type": "Succeed"}}}}}}"#
        );
        lint(&text, Format::Json, &Config::default()).len()
    };
    assert_eq!((retriers(""), retriers("known, stepwell-lint: off error-reserved")), (2, 1), "a retrier");
    let config = Config { off: vec!["unused-variable".to_owned()], ..Config::default() };
    assert!(lint(UNUSED, Format::Yaml, &config).is_empty());
    let config = Config { error: vec!["unused-variable".to_owned()], ..Config::default() };
    assert!(lint(UNUSED, Format::Yaml, &config).iter().all(|finding| finding.severity == Severity::Error));
}

#[test]
fn fixes_keep_everything_else() {
    let json = r#"{
  "StartAt": "each",
  "States": {
    "Each": {"Type": "Map", "Iterator": {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}}, "Next": "route"},
    "Route": {"Type": "Choice", "Default": "Done", "Choices": [
      {"Variable": "$.a", "IsPresent": true, "Next": "Done"},
      {"Variable": "$.a", "IsPresent": true, "Next": "Each"}
    ]},
    "Done": {"Type": "Succeed"}
  }
}"#;
    let (fixed, count) = fix(json, Format::Json, &Config::default());
    assert_eq!(count, 4);
    expect![[r#"
        {
          "StartAt": "Each",
          "States": {
            "Each": {"Type": "Map", "ItemProcessor": {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}}, "Next": "Route"},
            "Route": {"Type": "Choice", "Default": "Done", "Choices": [
              {"Variable": "$.a", "IsPresent": true, "Next": "Done"}
            ]},
            "Done": {"Type": "Succeed"}
          }
        }"#]]
    .assert_eq(&fixed);
    let yaml = "\
StartAt: A
States:
  A:
    Type: Task # the call
    Resource: arn:aws:states:::sns:publish
    Parameters: {TopicArn: t, Message: m}
    HeartbeatSeconds: 3
    TimeoutSeconds: 5
    End: true
";
    let (fixed, count) = fix(yaml, Format::Yaml, &Config::default());
    assert_eq!((count, fixed), (1, yaml.replace("    HeartbeatSeconds: 3\n", "")));
}

/// Mending leaves nothing to mend and makes nothing worse.
fn check_fixes(text: &str, format: Format) {
    let config = Config { has_placeholders: true, ..Config::default() };
    let errors =
        |text: &str| lint(text, format, &config).iter().filter(|finding| finding.severity == Severity::Error).count();
    let (fixed, count) = fix(text, format, &config);
    assert_eq!(count == 0, fixed == text);
    assert!(errors(&fixed) <= errors(text), "{text}\n{fixed}");
    assert_eq!(fix(&fixed, format, &config), (fixed.clone(), 0), "{text}");
}

#[test]
fn fixes_of_examples_are_complete() {
    for rule in rules() {
        let (_, example) = block(&rule.page(), "Example").expect("every page has one");
        check_fixes(&definition(&example), Format::Yaml);
    }
}

/// What is found in the definitions people deploy. A new rule that finds something in most of them is probably wrong.
#[test]
fn what_people_deploy() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("test_data/definitions");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is part of the crate")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json" || extension == "yaml"))
        .collect();
    files.sort();
    for path in files {
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        let text = fs::read_to_string(&path).expect("readable");
        let format = Format::of_file_name(name);
        let config = Config { has_placeholders: true, ..Config::default() };
        for finding in lint(&text, format, &config) {
            *counts.entry(format!("{} {}", finding.severity.word(), finding.rule)).or_default() += 1;
            if std::env::var_os("LINT_SHOW").is_some() {
                eprintln!(
                    "{name} {} {} {:?}: {}",
                    finding.severity.word(),
                    finding.rule,
                    finding.location,
                    finding.message
                );
            }
        }
        check_fixes(&text, format);
    }
    let lines: Vec<String> = counts.iter().map(|(rule, count)| format!("{rule} {count}\n")).collect();
    expect![[r#"
        info catch-missing 62
        info convert-to-jsonata 2
        info dmap-concurrency 1
        info express-non-idempotent 1
        info hard-coded-arn 27
        info lambda-unqualified 3
        info legacy-lambda-arn 3
        info legacy-map 9
        info machine-timeout-missing 74
        info nested-association 1
        info timeout-missing 224
        info unused-variable 1
        warning choice-no-default 2
        warning dmap-no-resultwriter 4
        warning error-reserved 8
        warning heartbeat-missing 21
        warning history-risk 13
        warning lambda-retry 22
        warning polling-loop 2
        warning timeout-missing 32
    "#]]
    .assert_eq(&lines.concat());
}

/// A machine of many states in a ring with choices, variables and tasks.
fn large(states: usize) -> String {
    let mut text = String::from("{\"StartAt\": \"s0\", \"States\": {");
    for state in 0..states {
        let next = (state + 1) % states;
        let (jump, name) = (state * 7 % states, state / 2);
        let body = match state % 3 {
            0 => format!(
                r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {{"FunctionName": "f", "Payload.$": "$.p{name}"}}, "Catch": [{{"ErrorEquals": ["States.ALL"], "Next": "s{jump}", "ResultPath": "$.e{name}"}}], "Next": "s{next}""#
            ),
            1 => format!(
                r#""Type": "Choice", "Choices": [{{"Variable": "$.p{name}", "IsPresent": true, "Next": "s{jump}"}}, {{"Variable": "$v{name}", "NumericGreaterThan": 3, "Next": "end"}}], "Default": "s{next}""#
            ),
            _ => format!(r#""Type": "Pass", "Assign": {{"v{name}.$": "$.x"}}, "Next": "s{next}""#),
        };
        writeln!(text, "\"s{state}\": {{{body}}},").expect("writing to a String does not fail");
    }
    text + "\"end\": {\"Type\": \"Succeed\"}}}"
}

/// The bounds are ten times what is wanted of a release build: the machine that runs the tests may be busy, and the build not optimised.
#[test]
fn time_does_not_grow_out_of_hand() {
    let timed = |text: &str, format| {
        let start = Instant::now();
        let count = lint(text, format, &Config::default()).len();
        (start.elapsed(), count)
    };
    let (elapsed, count) = timed(&large(500), Format::Json);
    assert!(count > 100 && elapsed < Duration::from_millis(500), "{count} findings in {elapsed:?}");
    let text = large(6000);
    assert!(text.len() > 800_000 && text.len() < 1_048_576, "{}", text.len());
    let (elapsed, _) = timed(&text, Format::Json);
    assert!(elapsed < Duration::from_secs(2), "{elapsed:?}");
    if std::env::var_os("LINT_SHOW").is_some() {
        let start = Instant::now();
        let parsed = stepwell_asl::parse(&text, Format::Json, &Default::default());
        eprintln!("parse alone {:?} {}", start.elapsed(), parsed.diagnostics.len());
        eprintln!("500 states {:?}, 1 MB {elapsed:?}", timed(&large(500), Format::Json).0);
    }
}

/// Real texts with one change: whatever it is, neither a rule nor a fix panics, and places are inside the text.
#[test]
fn damaged_texts_do_not_panic() {
    let mut seed = 1_u64;
    let mut next = move |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % bound
    };
    let alphabet: Vec<char> = "{}[]\",:\\\n\0 -&*!|>#'aé1.$%".chars().collect();
    for rule in rules() {
        let (_, example) = block(&rule.page(), "Example").expect("every page has one");
        let original: Vec<char> = definition(&example).chars().take(4000).collect();
        for _ in 0..30 {
            let mut characters = original.clone();
            characters[next(original.len())] = alphabet[next(alphabet.len())];
            let text: String = characters.into_iter().collect();
            for finding in lint(&text, Format::Yaml, &Config::default()) {
                assert!(text.get(finding.span.clone()).is_some(), "{finding:?}\n{text}");
            }
            fix(&text, Format::Yaml, &Config::default());
        }
    }
}

/// Texts made to cost as much as they can.
#[test]
fn hostile_texts_take_no_longer() {
    let chain = |part: fn(usize) -> String, count: usize| (0..count).map(part).collect::<Vec<_>>().join(",");
    let states = |states: String| {
        format!(r#"{{"StartAt":"s0","Comment":"stepwell-lint: off state-name","States":{{{states}}}}}"#)
    };
    let texts = [
        // A ring of states, entered from behind, so that facts travel far.
        states(chain(
            |i| {
                format!(
                    r#""s{i}":{{"Type":"Pass","Assign":{{"v{i}":1}},"Parameters":{{"a.$":"$v{}"}},"Next":"s{}"}}"#,
                    i + 1,
                    if i == 0 { 9999 } else { i - 1 }
                )
            },
            10_000,
        )),
        // Objects that grow by a field in each state.
        states(chain(
            |i| format!(r#""s{i}":{{"Type":"Pass","Result":{{"f{i}":1}},"ResultPath":"$.r{i}","Next":"s{}"}}"#, i + 1),
            10_000,
        )),
        // Rules, each hiding the next.
        states(format!(
            r#""s0":{{"Type":"Choice","Choices":[{}]}}"#,
            chain(
                |i| format!(
                    r#"{{"And":[{{"Variable":"$.a{i}","IsPresent":true}},{{"Variable":"$.a{i}","StringEquals":"x"}}],"Next":"s0"}}"#
                ),
                8000
            )
        )),
        states(format!(r#""s0":{{"Type":"Pass","Parameters":{{"a.$":"{}"}},"End":true}}"#, "$a ".repeat(300_000))),
        states(format!(
            r#""s0":{{"Type":"Task","Resource":"arn:aws:states:::sns:publish","Retry":[{}],"End":true}}"#,
            chain(
                |i| format!(r#"{{"ErrorEquals":["E{}"],"MaxAttempts":99999999,"BackoffRate":1.0000001}}"#, i % 9),
                12_000
            )
        )),
        states(format!(
            r#""s0":{{"Type":"Parallel","End":true,"Branches":[{}]}}"#,
            chain(|i| format!(r#"{{"StartAt":"b{i}","States":{{"b{i}":{{"Type":"Pass","Nxt":1}}}}}}"#), 15_000)
        )),
        format!(
            "StartAt: s0\nStates:\n{}",
            (0..20_000).map(|i| format!("  s{i}: {{Type: Pass}} # stepwell-lint: off nope\n")).collect::<String>()
        ),
    ];
    for text in texts {
        let format = if text.starts_with('{') { Format::Json } else { Format::Yaml };
        let start = Instant::now();
        let findings = lint(&text, format, &Config::default());
        let elapsed = start.elapsed();
        if std::env::var_os("LINT_SHOW").is_some() {
            eprintln!("{} bytes, {} findings in {elapsed:?}: {}", text.len(), findings.len(), &text[..60]);
        }
        assert!(elapsed < Duration::from_secs(3), "{elapsed:?}: {}", &text[..200]);
    }
}

#[test]
fn parameters_of_integrations() {
    let machine = |parameters: &str, resource: &str| {
        format!(
            r#"{{"StartAt": "A", "TimeoutSeconds": 9, "States": {{"A": {{"Type": "Task", "TimeoutSeconds": 5, "End": true,
                "Resource": "arn:aws:states:::{resource}", "Parameters": {parameters}}}}}}}"#
        )
    };
    let mut out = String::new();
    for (parameters, resource) in [
        (r#"{"queueUrl.$": "$.q", "MessageBody": "m"}"#, "sqs:sendMessage"),
        (r#"{"QueueUrl": "q", "queueUrl": "q", "MesageBody": "m"}"#, "sqs:sendMessage"),
        (r#"{"bucket": "b", "Key": "k"}"#, "aws-sdk:s3:getObject"),
        (r#"{"TableName": "t", "Item": {"id": {"S": "1"}}, "Anything": 1}"#, "dynamodb:putItem"),
        (r#"{"Message": "m"}"#, "sns:publish"),
    ] {
        let text = machine(parameters, resource);
        writeln!(out, "{resource} {parameters}").expect("writing to a String does not fail");
        for finding in lint(&text, Format::Json, &Config::default()) {
            if finding.rule.contains("parameter") {
                let (help, fix) = (finding.help.unwrap_or_default(), finding.fix.map(|fix| fix.edits));
                let fix = fix.map(|edits| edits[0].1.clone()).unwrap_or_default();
                writeln!(out, "    {}: {} ({help}) {fix}", finding.rule, finding.message).expect("as above");
            }
        }
    }
    expect![[r#"
        sqs:sendMessage {"queueUrl.$": "$.q", "MessageBody": "m"}
            unknown-parameter: sqs:sendMessage has no parameter 'queueUrl' (did you mean 'QueueUrl'?) "QueueUrl.$"
        sqs:sendMessage {"QueueUrl": "q", "queueUrl": "q", "MesageBody": "m"}
            missing-required-parameter: sqs:sendMessage requires MessageBody (give MessageBody) 
            unknown-parameter: sqs:sendMessage has no parameter 'queueUrl' (did you mean 'QueueUrl'?) 
            unknown-parameter: sqs:sendMessage has no parameter 'MesageBody' (did you mean 'MessageBody'?) 
        aws-sdk:s3:getObject {"bucket": "b", "Key": "k"}
            unknown-parameter: s3:getObject has no parameter 'bucket' (names of parameters begin with a capital letter) 
        dynamodb:putItem {"TableName": "t", "Item": {"id": {"S": "1"}}, "Anything": 1}
        sns:publish {"Message": "m"}
            missing-required-parameter: sns:publish requires TopicArn or TargetArn or PhoneNumber (give TopicArn or TargetArn or PhoneNumber) 
    "#]].assert_eq(&out);
}

#[test]
fn expressions_in_jsonata() {
    let text = "\
StartAt: A
QueryLanguage: JSONata
TimeoutSeconds: 9
States:
  A:
    Type: Choice
    Choices: [{Condition: '{% $states.input.a %}', Assign: {x: 1}, Next: B}]
    Default: B
  B: {Type: Pass, Output: '{% $x & $y & $string($exists($z) ? $z : 1) %}', Next: C}
  C: {Type: Pass, Output: {a: '{% $eval(\"1\") %}', b: '{% order %}', c: '{% 1 + %}', d: '{% function($v){ $v }(1) %}'}, End: true}
";
    check(
        text,
        Format::Yaml,
        &Config::default(),
        expect![[r#"
        warning undefined-variable /States/B: '$x' is not assigned on every way to 'B'
        warning undefined-variable /States/B: No state before assigns '$y', and there is no such function
        error jsonata-parse /States/C: Step Functions has no $eval
        error jsonata-parse /States/C: Reference to 'order' at the top level is not supported.
        error jsonata-parse /States/C: Unexpected end of expression
    "#]],
    );
}
