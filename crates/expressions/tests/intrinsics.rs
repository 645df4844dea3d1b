//! Intrinsic calls as text against inputs as text. Rows marked "recorded" are what AWS answered.

use json::{Value, json};
use stepwell_expressions::{EvaluationError, Expression, Intrinsic, IntrinsicCall, PayloadTemplate, Random, Scope};

fn evaluate_on(text: &str, input: &Value) -> Result<Value, EvaluationError> {
    let context = json!({"StateMachine": {"Name": "one-two-three"}});
    let variables = json!({"x": 3, "template": "Q: {} \\{\\}"});
    let variables = variables.as_object().expect("it is an object");
    let scope = Scope { input, context: &context, variables };
    let call = IntrinsicCall::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    call.evaluate(&scope, &mut Random::new(1))
}

fn evaluate(text: &str, input: &str) -> String {
    let input = json::parse(input).unwrap_or_else(|error| panic!("{input}: {error}"));
    match evaluate_on(text, &input) {
        Ok(value) => value.to_string(),
        Err(error) => format!("{}: {error}", error.error_name()),
    }
}

fn check(cases: &[(&str, &str, &str)]) {
    for (text, input, expected) in cases {
        assert_eq!(evaluate(text, input), *expected, "{text} on {input}");
    }
}

#[test]
fn recorded_one_argument_functions() {
    let call = "States.StringToJson($)";
    check(&[
        (call, r#""""#, "null"),
        (call, r#"" ""#, "null"),
        (call, r#""null""#, "null"),
        (call, r#""-0""#, "0"),
        (call, r#""1""#, "1"),
        (call, r#""1.1""#, "1.1"),
        (call, r#""true""#, "true"),
        (call, r#""\"HelloWorld\"""#, r#""HelloWorld""#),
        (call, r#""[1, 2, \"HelloWorld\"]""#, r#"[1,2,"HelloWorld"]"#),
        (call, r#""{\"Arg1\": 1, \"Arg2\": []}""#, r#"{"Arg1":1,"Arg2":[]}"#),
        ("States.ArrayLength($)", "[1,2,3,4,5,6,7,8,9]", "9"),
    ]);
}

#[test]
fn recorded_math_add() {
    let sums = [
        ("-9", "3", "-6"),
        ("1.49", "1.5", "3"),
        ("1.5", "1.51", "4"),
        ("-1.49", "-1.5", "-2"),
        ("-1.5", "-1.51", "-3"),
        ("1.49", "0", "1"),
        ("1.49", "-1.49", "0"),
        ("1.5", "0", "2"),
        ("1.51", "0", "2"),
        ("-1.49", "0", "-1"),
        ("-1.5", "0", "-1"),
        ("-1.51", "0", "-2"),
        ("0.5", "0", "1"),
        ("2.5", "0", "3"),
        ("3.5", "0", "4"),
        ("-0.5", "0.5", "1"),
        ("-0.5", "0", "0"),
        ("-2.5", "0", "-2"),
        ("-3.5", "0", "-3"),
    ];
    for (left, right, expected) in sums {
        assert_eq!(evaluate("States.MathAdd($[0], $[1])", &format!("[{left},{right}]")), expected, "{left} + {right}");
    }
}

#[test]
fn recorded_format() {
    let call = "States.Format('fst={} and snd={}.', $, $)";
    check(&[
        (call, r#""""#, r#""fst= and snd=.""#),
        (call, r#"" ""#, r#""fst=  and snd= .""#),
        (call, "null", r#""fst=null and snd=null.""#),
        (call, "1", r#""fst=1 and snd=1.""#),
        (call, "1.1", r#""fst=1.1 and snd=1.1.""#),
        (call, r#""{\"Arg1\": 1}""#, r#""fst={\"Arg1\": 1} and snd={\"Arg1\": 1}.""#),
        (call, r#"{"Arg1": 1, "Arg2": []}"#, r#""fst={Arg1=1, Arg2=[]} and snd={Arg1=1, Arg2=[]}.""#),
    ]);
}

#[test]
fn recorded_arrays_and_nesting() {
    let contains = "States.ArrayContains($[0], $[1])";
    check(&[
        (contains, "[[], null]", "false"),
        (contains, "[[[1,2,3], 2], [1,2,3]]", "true"),
        (contains, r#"[[{"1": 2, "2": []}], []]"#, "false"),
        (contains, r#"[[{"1": 2, "2": []}], {"2": [], "1": 2}]"#, "true"),
        ("States.ArrayGetItem($, 5)", "[1,2,3,4,5,6,7]", "6"),
        ("States.StringSplit('Hello\nWorld', '\n')", "null", r#"["Hello","World"]"#),
        ("States.ArrayGetItem(States.StringSplit($$.StateMachine.Name, '-'), 0)", "null", r#""one""#),
        (
            "States.ArrayGetItem(States.StringSplit($$.StateMachine.Name, '-'), States.MathAdd(States.ArrayLength(States.StringSplit($$.StateMachine.Name, '-')), -1))",
            "null",
            r#""three""#,
        ),
        (
            r#"States.JsonMerge(States.StringToJson('{"constant_in_literal": "false"}'), $, false)"#,
            r#"{"input": 1}"#,
            r#"{"constant_in_literal":"false","input":1}"#,
        ),
        ("States.ArrayRange(1, 9, 9)", "null", "[1]"),
        ("States.StringSplit(',,,,', ',')", "null", "[]"),
        ("States.MathAdd(States.MathAdd($x, $x), $)", "1", "7"),
    ]);
}

#[test]
fn recorded_hashes() {
    let cases = [
        ("MD5", "812f45842bc6d66ee14572ce20db8e86"),
        ("SHA-1", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("SHA-256", "b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3"),
        ("SHA-384", "d28a7d5cf25a74f11a50a18452b75e04bb3d70c9dd0510d6123aa008c756511b87525bdc835ebb27e1fb9e9374a15562"),
        (
            "SHA-512",
            "6ce4adb348546d4f449c4d25aad9a7c9cb711d9e91982d3f0b29ca2f3f47d4ce2deba23bf2954f0f1d593fc50283731a533d30d425402d4f91316d871303aac4",
        ),
    ];
    for (algorithm, expected) in cases {
        assert_eq!(evaluate("States.Hash('input data', $)", &format!("\"{algorithm}\"")), format!("\"{expected}\""));
    }
}

#[test]
fn the_rest_of_the_functions() {
    check(&[
        ("States.Array()", "null", "[]"),
        (
            "States.Array('a', 1, -2.5, true, null, $.b, States.Array())",
            r#"{"b":{}}"#,
            r#"["a",1,-2.5,true,null,{},[]]"#,
        ),
        ("States.ArrayPartition($, 4)", "[1,2,3,4,5,6,7,8,9]", "[[1,2,3,4],[5,6,7,8],[9]]"),
        ("States.ArrayPartition($, 4)", "[]", "[]"),
        ("States.ArrayRange(1, 9, 2)", "null", "[1,3,5,7,9]"),
        ("States.ArrayRange(3, 1, -1)", "null", "[3,2,1]"),
        ("States.ArrayRange(3, 1, 1)", "null", "[]"),
        ("States.ArrayRange(5, 5, -3)", "null", "[5]"),
        (
            "States.ArrayUnique($)",
            r#"[1,2,1,"1",{"a":1,"b":2},{"b":2,"a":1},[0.0],[-0.0],2]"#,
            r#"[1,2,"1",{"a":1,"b":2},[0.0]]"#,
        ),
        ("States.Base64Encode('Hello é')", "null", r#""SGVsbG8gw6k=""#),
        ("States.Base64Decode('SGVsbG8gw6k=')", "null", r#""Hello é""#),
        ("States.Base64Decode('SGVsbG8gw6k')", "null", r#""Hello é""#),
        ("States.Base64Encode('')", "null", r#""""#),
        ("States.JsonToString($)", r#"{ "b" : [1, 2.0], "a": "\u00e9\"" }"#, r#""{\"b\":[1,2.0],\"a\":\"é\\\"\"}""#),
        (
            "States.JsonMerge($.a, $.b, false)",
            r#"{"a":{"x":{"k":1},"y":1},"b":{"x":{"l":2}}}"#,
            r#"{"x":{"l":2},"y":1}"#,
        ),
        ("States.StringSplit('1-2.3*4', '-.*')", "null", r#"["1","2","3","4"]"#),
        ("States.StringSplit('abc', '')", "null", r#"["abc"]"#),
        ("States.Format($template, 'x')", "null", r#""Q: x {}""#),
        (r"States.Format('it\'s \{\} \\ \{a\} {}', 1)", "null", r#""it's {} \\ {a} 1""#),
        ("States.Format('{}', $)", r#"[1.0E10, {"a": null, "b": "x"}, true]"#, r#""[1.0E10, {a=null, b=x}, true]""#),
        ("States.MathRandom(7, 8)", "null", "7"),
        // Recorded on AWS: fractions are cut where they are not added.
        ("States.ArrayGetItem($, 1.7)", "[1,2,3]", "2"),
        ("States.ArrayGetItem($, 999)", "[]", "null"),
        ("States.ArrayPartition($, 2.6)", "[1,2,3,4,5]", "[[1,2],[3,4],[5]]"),
        ("States.ArrayRange(1.4, 5.6, 2.2)", "null", "[1,3,5]"),
        ("States.ArrayRange(1.6, 1.4, 1)", "null", "[1]"),
        ("States.ArrayRange(5.4, -0.6, -2.4)", "null", "[5,3,1]"),
        ("States.JsonMerge($, $, 'false')", r#"{"a":1}"#, r#"{"a":1}"#),
        // The numbers of a seed are Java's.
        ("States.MathRandom(1, 100, 42)", "null", "63"),
        ("States.MathRandom(1, 1000, 1)", "null", "106"),
        ("States.MathRandom(1, 1000, 2)", "null", "806"),
    ]);
}

/// Recorded on AWS by tiny-asl-machine (MIT): `States.Runtime`, whatever the function refuses, and rarely more than that it does.
#[test]
fn failures_name_the_call() {
    let long = format!("\"{}\"", "é".repeat(10_001));
    let failure = |call: &str, message: &str| {
        format!("States.Runtime: There was an error while evaluating the intrinsic function: {call}. {message}")
    };
    let refused = [
        ("States.StringToJson($)", "1"),
        ("States.StringToJson()", "1"),
        ("States.ArrayGetItem($, 2)", "[1,2]"),
        ("States.ArrayGetItem($, -1)", "[1,2]"),
        ("States.ArrayGetItem($, '1')", "[1,2]"),
        ("States.ArrayLength($)", "{}"),
        ("States.ArrayPartition($, 0)", "[1]"),
        ("States.ArrayPartition($, 0.6)", "[1]"),
        ("States.ArrayPartition($, null)", "[1]"),
        ("States.ArrayRange(1, 9, 0)", "null"),
        ("States.ArrayRange(1, 9, 0.49)", "null"),
        ("States.ArrayRange(1, 1001, 1)", "null"),
        ("States.ArrayRange(1, 5)", "null"),
        ("States.JsonMerge($, $, true)", "{}"),
        ("States.JsonMerge($, 1, false)", "{}"),
        ("States.MathAdd(2147483647, 1)", "null"),
        ("States.MathAdd(1)", "null"),
        ("States.MathAdd('1', true)", "null"),
        ("States.MathAdd($, 1)", "1e300"),
        ("States.MathAdd($, 1)", "123456789012345678901234567890"),
        ("States.MathRandom(1, 1)", "null"),
        ("States.MathRandom(1.4, 1.6)", "null"),
        ("States.MathRandom(1, 10, null)", "null"),
        ("States.Base64Encode($)", &long),
        ("States.Base64Decode('*')", "null"),
        ("States.Hash('a', 'CRC')", "null"),
        ("States.Hash('a', 'MD5', 1)", "null"),
        ("States.Format(1)", "null"),
        ("States.UUID(1)", "null"),
    ];
    for (call, input) in refused {
        let name = call.split('(').next().expect("a call has a name");
        assert_eq!(evaluate(call, input), failure(call, &format!("Invalid arguments in {name}")));
    }
    let said = [
        (
            "States.StringToJson($)",
            "\"{bad json}\"",
            "Cannot convert String to Json in States.StringToJson, caused by: Unexpected character ('b' (code 98)): was expecting \
             double-quote to start field name\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); \
             line: 1, column: 2]",
        ),
        (
            "States.Format('{} {}', 1)",
            "null",
            "Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.",
        ),
        ("States.Format('Hello {', $)", "1", "Invalid template in States.Format: matching '}' not found for '{'."),
        ("States.Format('Hello {{}}', $)", "1", "Invalid template in States.Format: matching '}' not found for '{'."),
        ("States.Format('}')", "null", "Invalid template in States.Format: matching '{' not found for '}'."),
    ];
    for (call, input, message) in said {
        assert_eq!(evaluate(call, input), failure(call, message), "{call}");
    }
    // Measured on AWS: the whole expression is named, a context path loses a `$` and the input is shown for it.
    let missing = [
        ("States.Format('{}', States.Format('{}', $.nope))", "$.nope", r#"{"other":1}"#),
        ("States.ArrayLength($.items[5])", "$.items[5]", r#"{"items":[1,2]}"#),
        ("States.Format('{}', $$.Nope.Deep)", "$.Nope.Deep", r#"{"other":1}"#),
    ];
    for (call, path, input) in missing {
        let expected = format!(
            "States.Runtime: The function '{call}' had the following error: The JsonPath argument for the field '{path}' \
             could not be found in the input '{input}'"
        );
        assert_eq!(evaluate(call, input), expected);
    }
    assert_eq!(
        evaluate("States.Format('{}', $.other[0])", r#"{"other":1}"#),
        "States.Runtime: The function 'States.Format('{}', $.other[0])' had the following error: \
         Filter: [0] can only be applied to arrays. Current context is: 1"
    );
    assert_eq!(evaluate("States.ArrayLength($.items[*].nope)", r#"{"items":[1,2]}"#), "0");
}

#[test]
fn invalid_calls_say_where() {
    let nested = |levels: usize| "States.Array(".repeat(levels) + &")".repeat(levels);
    assert!(IntrinsicCall::parse(&nested(10)).is_ok());
    let (eleven, many) = (nested(11), nested(100_000));
    let cases = [
        (eleven.as_str(), "Intrinsic functions may be nested at most 10 levels deep at offset 130"),
        (many.as_str(), "Intrinsic functions may be nested at most 10 levels deep at offset 130"),
        ("States.Nope()", "'States.Nope' is neither a JSONPath nor an intrinsic function at offset 0"),
        ("text", "'text' is neither a JSONPath nor an intrinsic function at offset 0"),
        ("States.UUID", "Expected '(' but found the end at offset 11"),
        ("States.UUID() ", "Unexpected character ' ' at offset 13"),
        ("States.Array(1", "Expected ')' but found the end at offset 14"),
        (
            "States.Array(1,)",
            "'' is not an argument: a string in single quotes, a number, true, false, null, a path or a call at offset 15",
        ),
        (
            "States.Array([1])",
            "'[1]' is not an argument: a string in single quotes, a number, true, false, null, a path or a call at offset 13",
        ),
        ("States.Array($.)", "A name is missing after '.' at offset 15"),
        ("States.Array('a", "The string does not end at offset 13"),
        // Recorded: refused when the state machine is created.
        (
            r#"States.StringToJson('{"text":"An \"escaped double quote\" here"}')"#,
            r"Only \', \{, \} and \\ are escape sequences at offset 33",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(Expression::parse(text).expect_err(text).to_string(), expected);
    }
}

#[test]
fn random_functions_follow_the_seed() {
    let seeded = |seed: i64| evaluate(&format!("States.MathRandom(1, 1000000, {seed})"), "null");
    assert_eq!(seeded(5), seeded(5));
    assert_ne!(seeded(5), seeded(6));
    let (nothing, mut random) = (Value::Null, Random::new(1));
    let scope = Scope { input: &nothing, context: &nothing, variables: &() };
    let uuid = IntrinsicCall::parse("States.UUID()").expect("it is valid");
    assert_ne!(uuid.evaluate(&scope, &mut random), uuid.evaluate(&scope, &mut random));
    assert_eq!(evaluate("States.UUID()", "null"), evaluate("States.UUID()", "null"));
}

#[test]
fn unique_of_many_elements_is_linear() {
    let elements: Vec<Value> = (0..100_000).map(|number| json!({"id": (number % 50_000), "b": [1]})).collect();
    let unique = evaluate_on("States.ArrayUnique($)", &elements.into()).expect("it is an array");
    assert_eq!(unique.as_array().map(|array| array.len()), Some(50_000));
}

#[test]
fn functions_for_error_path_return_strings() {
    let names = ["Format", "JsonToString", "ArrayGetItem", "Base64Encode", "Base64Decode", "Hash", "UUID"];
    assert!(
        names.iter().all(|name| Intrinsic::from_name(&format!("States.{name}")).is_some_and(Intrinsic::returns_string))
    );
    assert!(!Intrinsic::StringSplit.returns_string());
    assert!(Intrinsic::from_name("States.format").is_none());
}

#[test]
fn templates() {
    let template = json!({
        "b.$": "$.x",
        "a": [{"c.$": "States.Format('{}', $y)"}, "$.literal"],
        "z": {"static": [1, 2.0]},
        "ctx.$": "$$.StateMachine.Name"
    });
    let compiled = PayloadTemplate::compile(&template).expect("it is valid");
    assert!(!compiled.is_static());
    assert_eq!(compiled.variables().iter().map(|name| &**name).collect::<Vec<_>>(), ["y"]);
    let (input, context) = (json!({"x": 1}), json!({"StateMachine": {"Name": "m"}}));
    let variables = json!({"y": "why"});
    let scope = Scope { input: &input, context: &context, variables: variables.as_object().expect("it is an object") };
    let evaluate = |scope: &Scope<'_>| compiled.evaluate(scope, &mut Random::new(1)).map(|value| value.to_string());
    assert_eq!(
        evaluate(&scope).as_deref(),
        Ok(r#"{"b":1,"a":[{"c":"why"},"$.literal"],"z":{"static":[1,2.0]},"ctx":"m"}"#)
    );

    // Recorded: what is shown is the document searched, and a context path keeps its `$$`.
    let failing = |input: &Value, context: &Value| {
        let error = evaluate(&Scope { input, context, variables: scope.variables }).expect_err("a path finds nothing");
        (error.to_string(), error.as_invalid_path(), error.error_name())
    };
    assert_eq!(
        failing(&json!({"int-literal": 0}), &context),
        (
            r#"The JSONPath '$.x' specified for the field 'b.$' could not be found in the input '{"int-literal":0}'"#
                .to_owned(),
            "Invalid path '$.x' : No results for path: $['x']".to_owned(),
            "States.Runtime"
        )
    );
    assert_eq!(
        failing(&input, &json!({})).0,
        "The JSONPath '$$.StateMachine.Name' specified for the field 'ctx.$' could not be found in the input '{}'"
    );

    // Measured on AWS: an index beyond the end is null in a template, though not among a function's arguments.
    let index = PayloadTemplate::compile(&json!({"v.$": "$.items[5]"})).expect("it is valid");
    let scope_of_items = Scope { input: &json!({"items": [1]}), ..scope };
    assert_eq!(index.evaluate(&scope_of_items, &mut Random::new(1)), Ok(json!({"v": null})));

    let literal = json!({"a": [1, {"b": "x"}]});
    let compiled = PayloadTemplate::compile(&literal).expect("it is valid");
    assert!(compiled.is_static());
    assert_eq!(compiled.evaluate(&scope, &mut Random::new(1)), Ok(literal));
}

#[test]
fn template_problems_are_all_reported() {
    let template = json!({
        "parsed.$": "States.StringToJson('\\\"')",
        "list": [1, {"n.$": 5}],
        "x": 1,
        "x.$": "$.x",
        "deep": {"text.$": "text"}
    });
    let problems = PayloadTemplate::compile(&template).expect_err("there are problems");
    let listed: Vec<_> = problems.iter().map(|problem| (problem.to_string(), problem.parent())).collect();
    let message = |key: &str, at: &str| {
        format!("The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call at {at}")
    };
    assert_eq!(
        listed,
        [
            (message("parsed.$", "/parsed.$"), ""),
            (message("n.$", "/list[1]/n.$"), "/list[1]"),
            ("The fields 'x' and 'x.$' cannot both be specified at /x.$".to_owned(), ""),
            (message("text.$", "/deep/text.$"), "/deep"),
        ]
    );
}
