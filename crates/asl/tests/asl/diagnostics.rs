//! What is said about definitions that AWS refuses or doubts. Sentences, codes and locations are AWS's where they are recorded or measured.

use expect_test::{Expect, expect};
use stepwell_asl::{Format, MachineType, Options, parse};

/// The findings of a definition, each with the text it points to.
fn findings(text: &str, options: &Options) -> String {
    let parsed = parse(text, Format::Json, options);
    assert_eq!(parsed.definition.is_some(), !parsed.has_errors(), "a definition exactly when there is no error");
    let mut out = String::new();
    for diagnostic in &parsed.diagnostics {
        let place: String = text[diagnostic.span.clone()].chars().take(40).collect();
        out += &format!("{}  <{place}>\n", diagnostic.aws_text());
        if let Some(help) = &diagnostic.help {
            out += &format!("    help: {help}\n");
        }
    }
    out
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&findings(text, &Options::default()));
}

/// One state `S` with these fields, followed by `T`.
fn check_state(fields: &str, expected: Expect) {
    let text = format!(r#"{{"StartAt": "S", "States": {{"S": {{{fields}}}, "T": {{"Type": "Succeed"}}}}}}"#);
    check(&text, expected);
}

/// One Task state with these fields beside its resource.
fn check_task(fields: &str, expected: Expect) {
    check_state(
        &format!(r#""Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Next": "T", {fields}"#),
        expected,
    );
}

/// Resources, each in a Task of its own.
fn check_resources(resources: &[&str], machine_type: MachineType, expected: Expect) {
    let mut out = String::new();
    for resource in resources {
        let text =
            format!(r#"{{"StartAt":"S","States":{{"S":{{"Type":"Task","Resource":"{resource}","End":true}}}}}}"#);
        let found = findings(&text, &Options { machine_type, ..Options::default() });
        out += &format!("{resource}\n");
        for line in found.lines() {
            let line = line.split("  <").next().unwrap_or_default();
            out += &format!("    {}\n", line.trim().trim_start_matches("SCHEMA_VALIDATION_FAILED: "));
        }
    }
    expected.assert_eq(&out);
}

#[test]
fn not_an_object() {
    check(
        "",
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null  <>
    "#]],
    );
    check(
        " \n ",
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null  <>
    "#]],
    );
    check(
        "[1]",
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null  <[1]>
    "#]],
    );
    check(
        "\"text\"",
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null  <"text">
    "#]],
    );
    check(
        "{}",
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /  <{>
    "#]],
    );
    check(
        r#"{"StartAt": "A", "States": []}"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Expected value of type Object at /States  <[]>
    "#]],
    );
    check(
        r#"{"StartAt": "A", "States": {}}"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States  <{}>
    "#]],
    );
    check(
        r#"{"StartAt": "A", "States": {"A": 1}}"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Expected value of type Object at /States/A  <1>
    "#]],
    );
}

#[test]
fn top_level_fields() {
    check(
        r#"{"StartsAt": "A", "Version": "2.0", "TimeoutSeconds": -1, "Comment": 1, "QueryLanguage": "jsonpath",
            "States": {"A": {"Type": "Pass", "End": true}}}"#,
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: Expected value of type String at /Comment  <1>
            SCHEMA_VALIDATION_FAILED: Value should be one of the following: [1.0] at /Version  <"2.0">
            SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /TimeoutSeconds  <-1>
            SCHEMA_VALIDATION_FAILED: Value should be one of the following: [JSONPath, JSONata] at /QueryLanguage  <"jsonpath">
            SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt] at /  <{>
            SCHEMA_VALIDATION_FAILED: Field 'StartsAt' is not supported at /  <"StartsAt">
                help: did you mean 'StartAt'?
        "#]],
    );
}

#[test]
fn fields_of_states() {
    check_state(
        r#""Comment": "no type", "End": true"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: These fields are required: [Type] at /States/S  <{>
    "#]],
    );
    check_state(
        r#""Type": "task", "End": true"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/S/Type  <"task">
    "#]],
    );
    check_state(
        r#""Type": "Pass", "Nxt": "T", "Output": 1, "TimeoutSeconds": 1, "Retry": []"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/S  <"Output">
        SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, End] at /States/S  <{>
        SCHEMA_VALIDATION_FAILED: Field 'Nxt' is not supported at /States/S  <"Nxt">
            help: did you mean 'Next'?
        SCHEMA_VALIDATION_FAILED: Field 'TimeoutSeconds' is not supported at /States/S  <"TimeoutSeconds">
        SCHEMA_VALIDATION_FAILED: Field 'Retry' is not supported at /States/S  <"Retry">
    "#]],
    );
    check_state(
        r#""Type": "Pass", "Next": "T", "End": true"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [Next, End] at /States/S  <"End">
    "#]],
    );
    check_state(
        r#""Type": "Pass", "Next": "T", "End": "yes""#,
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: Expected value of type Boolean at /States/S/End  <"yes">
                help: write true
            SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [Next, End] at /States/S  <"End">
        "#]],
    );
    check_state(r#""Type": "Pass", "Next": "T", "End": false"#, expect![[""]]);
    check_state(
        r#""Type": "Succeed", "Next": "T", "Assign": {}"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Field 'Next' is not supported at /States/S  <"Next">
        SCHEMA_VALIDATION_FAILED: Field 'Assign' is not supported at /States/S  <"Assign">
    "#]],
    );
    check_state(
        r#""Type": "Task", "Next": "T""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: These fields are required: [Resource] at /States/S  <{>
    "#]],
    );
}

#[test]
fn transitions_and_reachability() {
    // Measured on AWS: these two together, in this order.
    check(
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "NOPE"}}}"#,
        expect![[r#"
        MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next  <"NOPE">
        MISSING_END_STATE: Workflow has no terminal state at null  <"A">
    "#]],
    );
    check(
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}"#,
        expect![[r#"
            MISSING_END_STATE: Workflow has no terminal state at null  <"A">
        "#]],
    );
    check(
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"},
            "C": {"Type": "Pass", "End": true}}}"#,
        expect![[r#"
            MISSING_TRANSITION_TARGET: State "C" is not reachable. at /States/C  <"C">
        "#]],
    );
    check(
        r#"{"StartAt": "Nowhere", "States": {"One": {"Type": "Pass", "Next": "Success"}, "Success": {"Type": "Succeed"}}}"#,
        expect![[r#"
            MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere at /StartAt  <"Nowhere">
            MISSING_TRANSITION_TARGET: State "One" is not reachable. at /States/One  <"One">
        "#]],
    );
    check(
        r#"{"StartAt": "C", "States": {"C": {"Type": "Choice", "Default": "x", "Choices": [
            {"Variable": "$.a", "IsNull": true, "Next": "y"}]},
            "Tusk": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Task"}]}}}"#,
        expect![[r#"
            MISSING_TRANSITION_TARGET: Missing 'Next' target: y at /States/C/Choices[0]/Next  <"y">
            MISSING_TRANSITION_TARGET: Missing 'Next' target: x at /States/C/Default  <"x">
            MISSING_TRANSITION_TARGET: Missing 'Next' target: Task at /States/Tusk/Catch[0]/Next  <"Task">
                help: there is a state 'Tusk' in the same scope
            MISSING_TRANSITION_TARGET: State "Tusk" is not reachable. at /States/Tusk  <"Tusk">
        "#]],
    );
}

#[test]
fn names() {
    let long = "n".repeat(81);
    let text = format!(
        r#"{{"StartAt": "P", "States": {{
            "P": {{"Type": "Parallel", "Next": "{long}", "Branches": [
                {{"StartAt": "P", "States": {{"P": {{"Type": "Pass", "Next": "Q"}}, "Q": {{"Type": "Succeed"}}}}}},
                {{"StartAt": "Q", "States": {{"Q": {{"Type": "Pass", "Next": "{long}"}}, "": {{"Type": "Succeed"}}}}}}]}},
            "{long}": {{"Type": "Succeed"}}}}}}"#
    );
    check(
        &text,
        expect![[r#"
        DUPLICATE_STATE_NAME: Duplicate State name: P at /States/P/Branches[0]/States/P  <"P">
        DUPLICATE_STATE_NAME: Duplicate State name: Q at /States/P/Branches[1]/States/Q  <"Q">
        INVALID_STATE_NAME: State name cannot be empty at /States/P/Branches[1]/States/  <"">
        INVALID_STATE_NAME: State name 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn' exceeds the 80-character limit allowed by the service at /States/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn  <"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn>
        MISSING_TRANSITION_TARGET: Missing 'Next' target: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn at /States/P/Branches[1]/States/Q/Next  <"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn>
        MISSING_TRANSITION_TARGET: State "" is not reachable. at /States/P/Branches[1]/States/  <"">
    "#]],
    );
}

#[test]
fn wait() {
    check_state(
        r#""Type": "Wait", "Next": "T""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp] at /States/S  <{>
    "#]],
    );
    check_state(
        r#""Type": "Wait", "Next": "T", "Seconds": 1, "TimestampPath": "$.t""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp] at /States/S  <"TimestampPath">
    "#]],
    );
    check_state(
        r#""Type": "Wait", "Next": "T", "Seconds": -1"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /States/S/Seconds  <-1>
    "#]],
    );
    check_state(
        r#""Type": "Wait", "Next": "T", "Seconds": 100000000"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Maximum value is 99999999 at /States/S/Seconds  <100000000>
    "#]],
    );
    check_state(
        r#""Type": "Wait", "Next": "T", "Seconds": 1.5"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /States/S/Seconds  <1.5>
    "#]],
    );
    check_state(
        r#""Type": "Wait", "Next": "T", "SecondsPath": "a""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Value must be a valid JSONPath. at /States/S/SecondsPath  <"a">
            help: A path must start with '$'
    "#]],
    );
    check_state(
        r#""Type": "Wait", "Next": "T", "SecondsPath": "$.a[*]""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Value is not a Reference Path at /States/S/SecondsPath  <"$.a[*]">
            help: A reference path may only contain names and indexes
    "#]],
    );
    check_state(
        r#""Type": "Wait", "Next": "T", "Timestamp": "2016-12-05T21:29:29""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: String does not match RFC3339 timestamp at /States/S/Timestamp  <"2016-12-05T21:29:29">
    "#]],
    );
    check_state(
        r#""Type": "Wait", "Next": "T", "Seconds": "$.wait""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /States/S/Seconds  <"$.wait">
    "#]],
    );
}

#[test]
fn paths_and_templates() {
    check_task(
        r#""InputPath": "x", "OutputPath": 1, "ResultPath": "$.a[*]", "ResultSelector": {"a.$": "b"}"#,
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: Value must be a valid JSONPath. at /States/S/InputPath  <"x">
                help: A path must start with '$'
            SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/ResultSelector  <"b">
            SCHEMA_VALIDATION_FAILED: Value is not a Reference Path at /States/S/ResultPath  <"$.a[*]">
                help: A reference path may only contain names and indexes
            SCHEMA_VALIDATION_FAILED: Value must be a valid JSONPath. at /States/S/OutputPath  <1>
        "#]],
    );
    check_task(r#""InputPath": null, "OutputPath": null, "ResultPath": null"#, expect![[""]]);
    check_task(
        r#""ResultPath": "$$.a""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Value is not a Reference Path at /States/S/ResultPath  <"$$.a">
            help: a result can only be put into the state's input: begin with '$.'
    "#]],
    );
    check_task(
        r#""ResultPath": "$variable.a""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Value is not a Reference Path at /States/S/ResultPath  <"$variable.a">
            help: a result can only be put into the state's input: begin with '$.'
    "#]],
    );
    check_task(
        r#""Parameters": {"list": [{"x.$": "States.Nope()"}], "y.$": 1, "z": 1, "z.$": "$.z"}"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters/list[0]  <"States.Nope()">
        SCHEMA_VALIDATION_FAILED: The value for the field 'y.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters  <1>
        SCHEMA_VALIDATION_FAILED: The fields 'z' and 'z.$' cannot both be specified at /States/S/Parameters  <"$.z">
    "#]],
    );
    check_task(
        r#""Parameters": {"Message": "$.text", "Id": "States.UUID()", "price": "$5"}"#,
        expect![[r#"
        NO_DOLLAR: No .$ on field 'Message' whose value appears to be a JSONPath or Intrinsic Function at /States/S/Parameters/Message  <"$.text">
            help: write 'Message.$' to have the value evaluated
        NO_DOLLAR: No .$ on field 'Id' whose value appears to be a JSONPath or Intrinsic Function at /States/S/Parameters/Id  <"States.UUID()">
            help: write 'Id.$' to have the value evaluated
    "#]],
    );
    check_state(
        r#""Type": "Pass", "Next": "T", "Result": {"a": ["$.b"]}"#,
        expect![[r#"
        PASS_RESULT_IS_STATIC: A path in the Result of a Pass state is not evaluated at /States/S/Result/a[0]  <"$.b">
            help: use Parameters with a key ending in '.$' instead
    "#]],
    );
}

#[test]
fn fail() {
    let fail = |fields: &str| format!(r#"{{"StartAt": "S", "States": {{"S": {{"Type": "Fail", {fields}}}}}}}"#);
    check(&fail(r#""ErrorPath": "States.Format('{}', $.a)", "CausePath": "$.cause""#), expect![[""]]);
    check(
        &fail(r#""ErrorPath": "States.ArrayLength($.a)", "Cause": "x", "CausePath": "$.b""#),
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: The intrinsic function in the field 'ErrorPath' must return a string at /States/S/ErrorPath  <"States.ArrayLength($.a)">
        SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [Cause, CausePath] at /States/S  <"CausePath">
    "#]],
    );
    check(
        &fail(r#""Error": "$.error", "CausePath": "cause""#),
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: The value for the field 'CausePath' must be a valid JSONPath or a valid intrinsic function call at /States/S/CausePath  <"cause">
        NO_PATH: The value of 'Error' looks like a path, but the field name does not end with 'Path' at /States/S/Error  <"$.error">
            help: use 'ErrorPath' to have the value evaluated
    "#]],
    );
}

#[test]
fn task_numbers_and_credentials() {
    check_task(
        r#""TimeoutSeconds": 0, "HeartbeatSeconds": "x""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/S/TimeoutSeconds  <0>
        SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /States/S/HeartbeatSeconds  <"x">
    "#]],
    );
    check_task(
        r#""TimeoutSeconds": 10, "HeartbeatSeconds": 10"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: HeartbeatSeconds must be smaller than TimeoutSeconds at /States/S/HeartbeatSeconds  <10>
    "#]],
    );
    check_task(
        r#""TimeoutSeconds": 10, "TimeoutSecondsPath": "$.t""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath] at /States/S  <"TimeoutSecondsPath">
    "#]],
    );
    check_task(
        r#""Credentials": {}"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: The field 'RoleArn' is required but was missing at /States/S/Credentials  <"Credentials">
    "#]],
    );
    check_task(r#""Credentials": {"RoleArn.$": "$.role"}"#, expect![[""]]);
}

#[test]
fn retry_and_catch() {
    check_task(
        r#""Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": []}, {"ErrorEquals": ["A", 1]},
            {"IntervalSeconds": -1, "MaxAttempts": 100000000, "BackoffRate": 0.5, "MaxDelaySeconds": 0,
             "JitterStrategy": "SOME", "Next": "T"}]"#,
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: States.ALL must appear alone and at end of list at /States/S/Retry[0]/ErrorEquals  <"States.ALL">
            SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/S/Retry[1]/ErrorEquals  <[]>
            SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/S/Retry[2]/ErrorEquals[1]  <1>
            SCHEMA_VALIDATION_FAILED: These fields are required: [ErrorEquals] at /States/S/Retry[3]  <{>
            SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /States/S/Retry[3]/IntervalSeconds  <-1>
            SCHEMA_VALIDATION_FAILED: Maximum value is 99999999 at /States/S/Retry[3]/MaxAttempts  <100000000>
            SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/S/Retry[3]/BackoffRate  <0.5>
            SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/S/Retry[3]/MaxDelaySeconds  <0>
            SCHEMA_VALIDATION_FAILED: Value should be one of the following: [NONE, FULL] at /States/S/Retry[3]/JitterStrategy  <"SOME">
            SCHEMA_VALIDATION_FAILED: Field 'Next' is not supported at /States/S/Retry[3]  <"Next">
        "#]],
    );
    check_task(
        r#""Catch": [{"ErrorEquals": ["States.ALL", "A"], "Next": "T", "ResultPath": "$.error", "Assign": {"states": 1}},
            {"ErrorEquals": ["A"], "Output": 1}]"#,
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: States.ALL must appear alone and at end of list at /States/S/Catch[0]/ErrorEquals  <"States.ALL">
            RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at /States/S/Catch[0]/Assign  <"states">
            SCHEMA_VALIDATION_FAILED: These fields are required: [Next] at /States/S/Catch[1]  <{>
            SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/S/Catch[1]  <"Output">
        "#]],
    );
    check_task(r#""Retry": [], "Catch": []"#, expect![[""]]);
}

#[test]
fn choice() {
    let choice = |rules: &str| {
        let choices = format!(r#""Type": "Choice", "Default": "T", "Choices": {rules}"#);
        findings(
            &format!(r#"{{"StartAt": "S", "States": {{"S": {{{choices}}}, "T": {{"Type": "Succeed"}}}}}}"#),
            &Options::default(),
        )
    };
    let mut out = String::new();
    for rules in [
        "[]",
        "[1]",
        r#"[{"Variable": "$.a", "Next": "T"}]"#,
        r#"[{"Variable": "$.a", "StringEquals": "x"}]"#,
        r#"[{"Variable": "a", "StringEqualsPath": "b", "Next": "T"}]"#,
        r#"[{"Variable": "$.a", "StringEquals": 1, "Next": "T"}]"#,
        r#"[{"Variable": "$.a", "NumericLessThan": "1", "Next": "T"}]"#,
        r#"[{"Variable": "$.a", "IsPresent": "yes", "Next": "T"}]"#,
        r#"[{"Variable": "$.a", "TimestampEquals": "today", "Next": "T"}]"#,
        r#"[{"Variable": "$.a", "StringEquals": "$.b", "Next": "T"}]"#,
        r#"[{"StringEquals": "x", "Next": "T"}]"#,
        r#"[{"Variable": "$.a", "IsNull": true, "Not": {}, "Next": "T"}]"#,
        r#"[{"And": [], "Next": "T"}]"#,
        r#"[{"Not": {"Variable": "$.a", "IsNull": true, "Next": "T"}, "Next": "T"}]"#,
        r#"[{"Or": [{"Variable": "$.a", "IsNul": true}], "Next": "T"}]"#,
        r#"[{"Condition": "{% true %}", "Next": "T"}]"#,
        r#"[{"And": [{"Variable": "$.a", "IsNull": false, "Comment": "c"}], "Assign": {"x.$": "$.a"}, "Next": "T"}]"#,
    ] {
        out += &format!("{rules}\n");
        for line in choice(rules).lines() {
            out += &format!("    {}\n", line.replace("SCHEMA_VALIDATION_FAILED: ", ""));
        }
    }
    expect![[r#"
        []
            Value cannot be empty at /States/S/Choices  <[]>
        [1]
            Expected value of type Object at /States/S/Choices[0]  <1>
        [{"Variable": "$.a", "Next": "T"}]
            This object should have only one of the following fields: [StringEquals, StringEqualsPath, StringLessThan, StringLessThanPath, StringGreaterThan, StringGreaterThanPath, StringLessThanEquals, StringLessThanEqualsPath, StringGreaterThanEquals, StringGreaterThanEqualsPath, NumericEquals, NumericEqualsPath, NumericLessThan, NumericLessThanPath, NumericGreaterThan, NumericGreaterThanPath, NumericLessThanEquals, NumericLessThanEqualsPath, NumericGreaterThanEquals, NumericGreaterThanEqualsPath, BooleanEquals, BooleanEqualsPath, TimestampEquals, TimestampEqualsPath, TimestampLessThan, TimestampLessThanPath, TimestampGreaterThan, TimestampGreaterThanPath, TimestampLessThanEquals, TimestampLessThanEqualsPath, TimestampGreaterThanEquals, TimestampGreaterThanEqualsPath, StringMatches, IsNull, IsPresent, IsNumeric, IsString, IsBoolean, IsTimestamp] at /States/S/Choices[0]  <{>
        [{"Variable": "$.a", "StringEquals": "x"}]
            These fields are required: [Next] at /States/S/Choices[0]  <{>
        [{"Variable": "a", "StringEqualsPath": "b", "Next": "T"}]
            Value is not a Reference Path: Reference path didn't start with '$' at /States/S/Choices[0]/Variable  <"a">
            Value is not a Reference Path: Reference path didn't start with '$' at /States/S/Choices[0]/StringEqualsPath  <"b">
        [{"Variable": "$.a", "StringEquals": 1, "Next": "T"}]
            Expected value of type String at /States/S/Choices[0]/StringEquals  <1>
        [{"Variable": "$.a", "NumericLessThan": "1", "Next": "T"}]
            Expected value of type Number at /States/S/Choices[0]/NumericLessThan  <"1">
        [{"Variable": "$.a", "IsPresent": "yes", "Next": "T"}]
            Expected value of type Boolean at /States/S/Choices[0]/IsPresent  <"yes">
        [{"Variable": "$.a", "TimestampEquals": "today", "Next": "T"}]
            String does not match RFC3339 timestamp at /States/S/Choices[0]/TimestampEquals  <"today">
        [{"Variable": "$.a", "StringEquals": "$.b", "Next": "T"}]
            NO_PATH: The value of 'StringEquals' looks like a path, but the field name does not end with 'Path' at /States/S/Choices[0]/StringEquals  <"$.b">
                help: use 'StringEqualsPath' to compare with the value the path finds
        [{"StringEquals": "x", "Next": "T"}]
            The object must have only one of the following fields, [And, Or, Not, Variable, Condition] at /States/S/Choices[0]  <{>
        [{"Variable": "$.a", "IsNull": true, "Not": {}, "Next": "T"}]
            The object must have only one of the following fields, [And, Or, Not, Variable, Condition] at /States/S/Choices[0]  <{>
        [{"And": [], "Next": "T"}]
            Value cannot be empty at /States/S/Choices[0]/And  <[]>
        [{"Not": {"Variable": "$.a", "IsNull": true, "Next": "T"}, "Next": "T"}]
            Field 'Next' is not supported at /States/S/Choices[0]/Not  <"Next">
        [{"Or": [{"Variable": "$.a", "IsNul": true}], "Next": "T"}]
            This object should have only one of the following fields: [StringEquals, StringEqualsPath, StringLessThan, StringLessThanPath, StringGreaterThan, StringGreaterThanPath, StringLessThanEquals, StringLessThanEqualsPath, StringGreaterThanEquals, StringGreaterThanEqualsPath, NumericEquals, NumericEqualsPath, NumericLessThan, NumericLessThanPath, NumericGreaterThan, NumericGreaterThanPath, NumericLessThanEquals, NumericLessThanEqualsPath, NumericGreaterThanEquals, NumericGreaterThanEqualsPath, BooleanEquals, BooleanEqualsPath, TimestampEquals, TimestampEqualsPath, TimestampLessThan, TimestampLessThanPath, TimestampGreaterThan, TimestampGreaterThanPath, TimestampLessThanEquals, TimestampLessThanEqualsPath, TimestampGreaterThanEquals, TimestampGreaterThanEqualsPath, StringMatches, IsNull, IsPresent, IsNumeric, IsString, IsBoolean, IsTimestamp] at /States/S/Choices[0]/Or[0]  <{>
            Field 'IsNul' is not supported at /States/S/Choices[0]/Or[0]  <"IsNul">
                help: did you mean 'IsNull'?
        [{"Condition": "{% true %}", "Next": "T"}]
            The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the 'JSONata' QueryLanguage at /States/S/Choices[0]  <"Condition">
        [{"And": [{"Variable": "$.a", "IsNull": false, "Comment": "c"}], "Assign": {"x.$": "$.a"}, "Next": "T"}]
    "#]].assert_eq(&out);
    let deep = format!("{}{}{}", r#"[{"Next": "T", "Not": "#, r#"{"Not": "#.repeat(150), "1").to_owned()
        + &"}".repeat(150)
        + "}]";
    expect!["TOO_DEEPLY_NESTED: The choice rules are too deeply nested."]
        .assert_eq(choice(&deep).lines().next().and_then(|line| line.split(" at ").next()).unwrap_or_default());
}

#[test]
fn parallel_and_map() {
    check_state(
        r#""Type": "Parallel", "Next": "T""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: These fields are required: [Branches] at /States/S  <{>
    "#]],
    );
    // Recorded.
    check_state(
        r#""Type": "Parallel", "Next": "T", "Branches": []"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/S/Branches  <[]>
    "#]],
    );
    check_state(
        r#""Type": "Parallel", "Next": "T", "Branches": [{"StartAt": "A", "QueryLanguage": "JSONPath", "TimeoutSeconds": 3,
            "States": {"A": {"Type": "Pass", "Next": "T"}}}, {}]"#,
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: Field 'QueryLanguage' is not supported at /States/S/Branches[0]  <"QueryLanguage">
            SCHEMA_VALIDATION_FAILED: Field 'TimeoutSeconds' is not supported at /States/S/Branches[0]  <"TimeoutSeconds">
            SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /States/S/Branches[1]  <{>
            MISSING_TRANSITION_TARGET: Missing 'Next' target: T at /States/S/Branches[0]/States/A/Next  <"T">
        "#]],
    );
    check_state(
        r#""Type": "Map", "Next": "T""#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [ItemProcessor, Iterator] at /States/S  <{>
    "#]],
    );
    let processor = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    check_state(
        &format!(
            r#""Type": "Map", "Next": "T", "Iterator": {processor}, "ItemsPath": "$.a..b", "MaxConcurrency": -1,
            "Parameters": {{}}, "ItemSelector": {{}}, "ItemReader": {{"Resource": "arn:aws:states:::s3:getObject"}}"#
        ),
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: Value is not a Reference Path at /States/S/ItemsPath  <"$.a..b">
                help: A reference path may only contain names and indexes
            SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [ItemSelector, Parameters] at /States/S  <"ItemSelector">
            SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /States/S/MaxConcurrency  <-1>
        "#]],
    );
    check_state(
        &format!(r#""Type": "Map", "Next": "T", "Iterator": {processor}, "ItemProcessor": {processor}"#),
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [ItemProcessor, Iterator] at /States/S  <"ItemProcessor">
        "#]],
    );
}

#[test]
fn distributed_map() {
    let map = |name: &str, fields: &str| {
        format!(
            r#""{name}": {{"Type": "Map", "End": true, {fields}, "ItemProcessor": {{
                "ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}},
                "StartAt": "{name}1", "States": {{"{name}1": {{"Type": "Succeed"}}}}}}}}"#
        )
    };
    let machine = |map: &str| format!(r#"{{"StartAt": "M", "States": {{{map}}}}}"#);
    check(
        &machine(&map("M", r#""Label": "a b", "ItemBatcher": {}, "ResultWriter": {}"#)),
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: At least one of these fields is required: [MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, MaxInputBytesPerBatchPath] at /States/M/ItemBatcher  <{>
        SCHEMA_VALIDATION_FAILED: These fields are required: [Resource] at /States/M/ResultWriter  <{>
        INVALID_LABEL_NAME: Invalid Label name 'a b': it contains the character ' ' at /States/M/Label  <"a b">
    "#]],
    );
    check(
        &machine(&map(
            "M",
            r#""Label": "Fine", "ToleratedFailurePercentage": 101, "ItemReader": {"Resource": "arn:aws:states:::s3:get",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaders": ["a", 1], "MaxItems": 5, "MaxItemsPath": "$.n"}},
            "ItemBatcher": {"MaxItemsPerBatch": 0, "BatchInput": {"a.$": "b"}},
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "WriterConfig": {"OutputType": "CSV"}}"#,
        )),
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: Maximum value is 100 at /States/M/ToleratedFailurePercentage  <101>
            SCHEMA_VALIDATION_FAILED: The field 'Resource' does not match any of the allowed values at /States/M/ItemReader/Resource  <"arn:aws:states:::s3:get">
                help: use arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2
            SCHEMA_VALIDATION_FAILED: The field 'CSVHeaderLocation' is required at /States/M/ItemReader/ReaderConfig  <{>
            SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/M/ItemReader/ReaderConfig/CSVHeaders[1]  <1>
            SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [MaxItems, MaxItemsPath] at /States/M/ItemReader/ReaderConfig  <"MaxItemsPath">
            SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/M/ItemBatcher/MaxItemsPerBatch  <0>
            SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call at /States/M/ItemBatcher/BatchInput  <"b">
            SCHEMA_VALIDATION_FAILED: Value should be one of the following: [JSON, JSONL] at /States/M/ResultWriter/WriterConfig/OutputType  <"CSV">
        "#]],
    );
    let valid = machine(&map(
        "M",
        r#""ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket.$": "$.b"}}"#,
    ));
    check(&valid, expect![[""]]);
    expect![[r#"
        SCHEMA_VALIDATION_FAILED: Express state machine does not support Map state with 'DISTRIBUTED' mode at /States/M/ItemProcessor/ProcessorConfig  <{>
    "#]].assert_eq(&findings(&valid, &Options { machine_type: MachineType::Express, ..Options::default() }));
    let inline = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "INLINE", "ExecutionType": "EXPRESS"},
        "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}}}"#;
    check(
        inline,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Field 'ExecutionType' is not supported at /States/M/ItemProcessor/ProcessorConfig  <"ExecutionType">
    "#]],
    );
}

#[test]
fn assign() {
    check_state(
        r#""Type": "Pass", "Next": "T", "Assign": {"states": 1, "a.b": 1, "2x": 1, "größe.$": "$.a", "_x": 1, "": 1}"#,
        expect![[r#"
            RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at /States/S/Assign  <"states">
            INVALID_VARIABLE_NAME: Invalid variable name 'a.b': the variable name contains invalid characters. at /States/S/Assign  <"a.b">
            INVALID_VARIABLE_NAME: Invalid variable name '2x': the variable name contains invalid characters. at /States/S/Assign  <"2x">
            INVALID_VARIABLE_NAME: Invalid variable name '_x': the variable name contains invalid characters. at /States/S/Assign  <"_x">
            INVALID_VARIABLE_NAME: Invalid variable name '': the variable name is empty. at /States/S/Assign  <"">
        "#]],
    );
    check_state(
        r#""Type": "Pass", "Next": "T", "Assign": [1]"#,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Expected value of type Object at /States/S/Assign  <[1]>
    "#]],
    );
    // An inner scope may not assign what a state of an outer scope assigns; what a catcher assigns is free (recorded).
    check_state(
        r#""Type": "Parallel", "Next": "T", "Assign": {"x": 1},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "T", "Assign": {"y": 1}}],
            "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"x": 1, "y": 1, "z": 1}, "End": true}}},
                {"StartAt": "B", "States": {"B": {"Type": "Pass", "Assign": {"z": 1}, "End": true}}}]"#,
        expect![[r#"
            DUPLICATE_VARIABLE_NAME: The variable name 'x' was already defined in a parent scope. at /States/S/Branches[0]/States/A/Assign  <"x">
        "#]],
    );
}

#[test]
fn resources() {
    let resources = [
        "lambda",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live",
        "arn:aws:lambda:us-east-1:123456789012:function:",
        "arn:aws:states:us-east-1:123456789012:activity:a",
        "arn:aws:states:us-east-1:123456789012:activity:",
        "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "arn:aws:states:::lambda:invoke.sync",
        "arn:aws:states:::lambda:invok",
        "arn:aws:states:::states:startExecution.sync:2",
        "arn:aws:states:::ecs:runTask.sync:2",
        "arn:aws:states:::dynamodb:query",
        "arn:aws:states:::aws-sdk:dynamodb:query",
        "arn:aws:states:::aws-sdk:dynamodb:query.waitForTaskToken",
        "arn:aws:states:::aws-sdk:dynamodb:query.sync",
        "arn:aws:states:::aws-sdk:DynamoDB:Query",
        "arn:aws:states:::aws-sdk:dynamodb:queri",
        "arn:aws:states:::aws-sdk:sts:assumeRole",
        "arn:aws:states:::aws-sdk:bedrockruntime:converseStream",
        "arn:aws:states:::aws-sdk:retired:doSomething",
        "arn:aws:states:::http:invoke",
        "arn:aws:states:::s3:getObject",
        "arn:aws:sqs:us-east-1:123456789012:queue",
        "arn:aws",
    ];
    check_resources(
        &resources,
        MachineType::Standard,
        expect![[r#"
        lambda
            Value is not a valid resource ARN at /States/S/Resource
        arn:aws:lambda:us-east-1:123456789012:function:f
        arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live
        arn:aws:lambda:us-east-1:123456789012:function:
            The resource provided arn:aws:lambda:us-east-1:123456789012:function: is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
        arn:aws:states:us-east-1:123456789012:activity:a
        arn:aws:states:us-east-1:123456789012:activity:
            The resource provided arn:aws:states:us-east-1:123456789012:activity: is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
        arn:aws:states:::lambda:invoke.waitForTaskToken
        arn:aws:states:::lambda:invoke.sync
            The resource provided arn:aws:states:::lambda:invoke.sync is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
            help: lambda:invoke does not support '.sync'
        arn:aws:states:::lambda:invok
            The resource provided arn:aws:states:::lambda:invok is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
            help: did you mean 'lambda:invoke'?
        arn:aws:states:::states:startExecution.sync:2
        arn:aws:states:::ecs:runTask.sync:2
            The resource provided arn:aws:states:::ecs:runTask.sync:2 is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
            help: ecs:runTask does not support '.sync:2'
        arn:aws:states:::dynamodb:query
            The resource provided arn:aws:states:::dynamodb:query is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
            help: there is no such optimised integration; try arn:aws:states:::aws-sdk:dynamodb:query
        arn:aws:states:::aws-sdk:dynamodb:query
        arn:aws:states:::aws-sdk:dynamodb:query.waitForTaskToken
        arn:aws:states:::aws-sdk:dynamodb:query.sync
            The resource provided arn:aws:states:::aws-sdk:dynamodb:query.sync is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
            help: aws-sdk:dynamodb:query does not support '.sync'
        arn:aws:states:::aws-sdk:DynamoDB:Query
            The resource provided arn:aws:states:::aws-sdk:DynamoDB:Query is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
            help: did you mean the service 'dynamodb'?
        arn:aws:states:::aws-sdk:dynamodb:queri
            The resource provided arn:aws:states:::aws-sdk:dynamodb:queri is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
            help: did you mean 'dynamodb:query'?
        arn:aws:states:::aws-sdk:sts:assumeRole
            The resource provided arn:aws:states:::aws-sdk:sts:assumeRole is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
            help: Step Functions does not support sts:assumeRole
        arn:aws:states:::aws-sdk:bedrockruntime:converseStream
            The resource provided arn:aws:states:::aws-sdk:bedrockruntime:converseStream is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
            help: Step Functions does not support bedrockruntime:converseStream
        arn:aws:states:::aws-sdk:retired:doSomething
        arn:aws:states:::http:invoke
        arn:aws:states:::s3:getObject
            The resource provided arn:aws:states:::s3:getObject is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
        arn:aws:sqs:us-east-1:123456789012:queue
            The resource provided arn:aws:sqs:us-east-1:123456789012:queue is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
        arn:aws
            The resource provided arn:aws is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource
    "#]],
    );
    let express = [
        "arn:aws:lambda:us-east-1:123456789012:function:f",
        "arn:aws:states:us-east-1:123456789012:activity:a",
        "arn:aws:states:::states:startExecution.sync:2",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    ];
    check_resources(
        &express,
        MachineType::Express,
        expect![[r#"
        arn:aws:lambda:us-east-1:123456789012:function:f
        arn:aws:states:us-east-1:123456789012:activity:a
            Express state machine does not support Activity ARN at /States/S/Resource
        arn:aws:states:::states:startExecution.sync:2
            Express state machine does not support '.sync' service integration at /States/S/Resource
        arn:aws:states:::sqs:sendMessage.waitForTaskToken
            Express state machine does not support '.waitForTaskToken' service integration  at /States/S/Resource
    "#]],
    );
}

#[test]
fn jsonata_is_parsed_and_held_to_what_step_functions_has() {
    check(
        r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": "{% 1 %}", "End": true}}}"#,
        expect![[""]],
    );
    check_state(r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 %}", "Next": "T""#, expect![[""]]);
    check_state(
        r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a": ["{% 1 + %}", "{% phone %}", "{% $$ %}", "{% 1"]}, "Assign": {"x": "{% $states.input.a %}"}, "Next": "T""#,
        expect![[r#"
            INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/S/Output/a[0]  <"{% 1 + %}">
            UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/S/Output/a[1]  <phone>
            UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported. at /States/S/Output/a[2]  <$$>
            SCHEMA_VALIDATION_FAILED: A JSONata expression must begin with '{%' and end with '%}' at /States/S/Output/a[3]  <"{% 1">
        "#]],
    );
    check(
        r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "QueryLanguage": "JSONPath", "End": true}}}"#,
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/A  <"JSONPath">
        "#]],
    );
    // Recorded: the role is missed although the arguments are not looked at.
    check(
        r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Task", "InputPath": "$",
            "Resource": "arn:aws:states:::lambda:invoke", "Arguments": "{% $state.input %}", "Credentials": {}, "End": true}}}"#,
        expect![[r#"
            SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/A  <"InputPath">
            SCHEMA_VALIDATION_FAILED: The field 'RoleArn' is required but was missing at /States/A/Credentials  <"Credentials">
        "#]],
    );
}

#[test]
fn hostile_texts_end_quickly() {
    let nested = |levels: usize| {
        let mut text = r#"{"StartAt":"s","States":{"s":{"Type":"Succeed"}}}"#.to_owned();
        for level in 0..levels {
            text = format!(
                r#"{{"StartAt":"{level}","States":{{"{level}":{{"Type":"Parallel","End":true,"Branches":[{text}]}}}}}}"#
            );
        }
        findings(&text, &Options::default())
    };
    expect![[""]].assert_eq(&nested(99));
    let refused = nested(100);
    expect!["TOO_DEEPLY_NESTED: The states are too deeply nested."]
        .assert_eq(refused.split(" at /").next().unwrap_or_default());

    let long_name = "x".repeat(300_000);
    let unknown: String = (0..50_000).map(|number| format!(r#","u{number}":1"#)).collect();
    let text =
        format!(r#"{{"StartAt":"{long_name}","States":{{"{long_name}":{{"Type":"Pass","End":true{unknown}}}}}}}"#);
    let parsed = parse(&text, Format::Json, &Options::default());
    assert!(parsed.has_errors() && parsed.diagnostics.len() < 10);

    let too_long = format!(r#"{{"Comment":"{}"}}"#, "c".repeat(1_048_576));
    check(
        &too_long,
        expect![[r#"
        SCHEMA_VALIDATION_FAILED: Definition must not be longer than 1048576 characters at null  <>
    "#]],
    );
}

/// One state in JSONata with this expression as its output.
fn jsonata_output(expression: &str) -> String {
    let text = json::json!({"QueryLanguage": "JSONata", "StartAt": "E", "States": {
        "E": {"Type": "Pass", "Output": {"v": (format!("{{% {expression} %}}"))}, "End": true}}});
    let found = findings(&text.to_string(), &Options::default());
    found.lines().filter_map(|line| Some(line.split(" at /States").next()?.to_owned() + "\n")).collect()
}

#[test]
fn expressions_as_aws_judges_them() {
    // Measured on AWS.
    let mut out = String::new();
    for expression in [
        "a[1,2)",
        "\"unterminated",
        "1 +",
        "{\"a\":}",
        "$match(\"a\", /abc",
        "phone %.other",
        "",
        "$$",
        "$.phone",
        "bbb + aaa + bbb",
        "$states.errorOutput",
        "$states.result",
        "$states.input.items[phone > 3]",
        "$map($states.input.a, function($x){ $x.phone })",
        "function($states){ $states.mine }",
    ] {
        out += &format!("{expression}\n");
        jsonata_output(expression).lines().for_each(|line| out += &format!("    {line}\n"));
    }
    expect![[r#"
        a[1,2)
            INVALID_JSONATA_EXPRESSION: Expected "]", got ","
        "unterminated
            INVALID_JSONATA_EXPRESSION: String literal must be terminated by a matching quote
        1 +
            INVALID_JSONATA_EXPRESSION: Unexpected end of expression
        {"a":}
            INVALID_JSONATA_EXPRESSION: The symbol "}" cannot be used as a unary operator
        $match("a", /abc
            INVALID_JSONATA_EXPRESSION: No terminating / in regular expression
        phone %.other
            INVALID_JSONATA_EXPRESSION: The symbol "." cannot be used as a unary operator

            INVALID_JSONATA_EXPRESSION: Unexpected end of expression
        $$
            UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported.
        $.phone
            UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$' at the top level is not supported.
        bbb + aaa + bbb
            UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'bbb' at the top level is not supported.
            UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'aaa' at the top level is not supported.
        $states.errorOutput
            UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput' does not exist.
        $states.result
            UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist.
        $states.input.items[phone > 3]
        $map($states.input.a, function($x){ $x.phone })
        function($states){ $states.mine }
    "#]]
    .assert_eq(&out);
}

#[test]
fn states_members_by_field() {
    let task = |fields: &str| {
        let text = format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "S", "States": {{"T": {{"Type": "Succeed"}},
                "S": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "T", {fields}}}}}}}"#
        );
        findings(&text, &Options::default())
    };
    assert_eq!(task(r#""Output": "{% $states.result %}", "Assign": {"x": "{% $states.result.a %}"}"#), "");
    let catch = |fields: &str| task(&format!(r#""Catch": [{{"ErrorEquals": ["States.ALL"], "Next": "T", {fields}}}]"#));
    assert_eq!(catch(r#""Output": "{% $states.errorOutput %}", "Assign": {"x": "{% $states.errorOutput %}"}"#), "");
    let refused = [
        task(r#""Arguments": "{% $states.result %}", "TimeoutSeconds": "{% $states.nope %}""#),
        catch(r#""Output": "{% $states.result %}""#),
    ];
    expect![[r#"
        UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. at /States/S/Arguments  <"{% $states.result %}">
        UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.nope' does not exist. at /States/S/TimeoutSeconds  <"{% $states.nope %}">
        UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. at /States/S/Catch[0]/Output  <"{% $states.result %}">
    "#]].assert_eq(&refused.concat());
}

#[test]
fn query_language_as_aws_reads_it() {
    // Measured on AWS: all but the exact word for JSONPath is JSONata, whether it is refused or not.
    let machine = |machine: &str, state: &str| {
        let text =
            format!(r#"{{{machine} "StartAt": "X", "States": {{"X": {{"Type": "Pass", {state}, "End": true}}}}}}"#);
        findings(&text, &Options::default()) + "\n"
    };
    let out = [
        machine("", r#""QueryLanguage": "jsonata", "Output": {"v": "{% 1 %}"}, "InputPath": "$.a""#),
        machine("", r#""QueryLanguage": 5, "InputPath": "$.a""#),
        machine(r#""QueryLanguage": "jsonpath","#, r#""InputPath": "$.a""#),
        machine(r#""QueryLanguage": 5,"#, r#""Output": 1"#),
        machine(r#""QueryLanguage": "JSONata","#, r#""QueryLanguage": "jsonpath""#),
        // A state that falls back is told so, and nothing about its fields.
        machine(r#""QueryLanguage": "JSONata","#, r#""QueryLanguage": "JSONPath", "Output": "{% 1 %}""#),
    ];
    expect![[r#"
        SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/X  <"InputPath">
        SCHEMA_VALIDATION_FAILED: Value should be one of the following: [JSONPath, JSONata] at /States/X/QueryLanguage  <"jsonata">

        SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/X  <"InputPath">
        SCHEMA_VALIDATION_FAILED: Expected value of type [STRING] at /States/X/QueryLanguage  <5>

        SCHEMA_VALIDATION_FAILED: Value should be one of the following: [JSONPath, JSONata] at /QueryLanguage  <"jsonpath">
        SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/X  <"InputPath">

        SCHEMA_VALIDATION_FAILED: Expected value of type [STRING] at /QueryLanguage  <5>

        SCHEMA_VALIDATION_FAILED: Value should be one of the following: [JSONPath, JSONata] at /States/X/QueryLanguage  <"jsonpath">

        SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/X  <"JSONPath">

    "#]].assert_eq(&out.concat());
}

#[test]
fn accepted_by_aws_though_useless() {
    // Measured: a processor that never ends, and fields of distributed Maps in an inline one.
    check(
        r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "ItemBatcher": {"BatchInput": {"a": 1}},
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}},
            "ItemProcessor": {"StartAt": "A", "States": {
                "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}, "End": true}}}"#,
        expect![[""]],
    );
}
