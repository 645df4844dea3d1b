//! Texts as trees: what is read, where it stands, and what is said about broken texts.

use expect_test::{Expect, expect};
use stepwell_asl::tree::{parse_json, parse_yaml};
use stepwell_asl::{Diagnostic, Format, LineIndex, Node, NodeKind, Options, parse};

type Reader = fn(&str) -> (Option<Node>, Vec<Diagnostic>);

/// Every value with the text at its place, then the findings.
fn check(read: Reader, text: &str, expected: Expect) {
    let (tree, diagnostics) = read(text);
    let mut out = String::new();
    if let Some(tree) = &tree {
        out += &format!("{}\n", tree.to_value());
        places(tree, text, "", &mut out);
    }
    for diagnostic in &diagnostics {
        let (line, column) = LineIndex::new(text).position(text, diagnostic.span.start);
        let message = diagnostic.message.replace('\n', "\\n");
        out += &format!("{line}:{column} {}: {message}\n", diagnostic.code);
    }
    expected.assert_eq(&out);
}

fn places(node: &Node, text: &str, indent: &str, out: &mut String) {
    let place = |range: &std::ops::Range<usize>| text[range.clone()].replace('\n', "\\n");
    let inner = format!("{indent}  ");
    match &node.kind {
        NodeKind::Array(elements) => {
            for element in elements {
                *out += &format!("{inner}- <{}>\n", place(&element.span));
                places(element, text, &inner, out);
            }
        }
        NodeKind::Object(entries) => {
            for entry in entries {
                *out += &format!("{inner}<{}>: <{}>\n", place(&entry.key_span), place(&entry.value.span));
                places(&entry.value, text, &inner, out);
            }
        }
        _ => {}
    }
}

#[test]
fn json() {
    check(
        parse_json,
        "{\"a\" : [1, -2.5e3, \"\\u00e9\\n\"],\n \"é\": {\"n\": null, \"b\": true, \"e\": {}}}",
        expect![[r#"
            {"a":[1,-2500.0,"é\n"],"é":{"n":null,"b":true,"e":{}}}
              <"a">: <[1, -2.5e3, "\u00e9\n"]>
                - <1>
                - <-2.5e3>
                - <"\u00e9\n">
              <"é">: <{"n": null, "b": true, "e": {}}>
                <"n">: <null>
                <"b">: <true>
                <"e">: <{}>
        "#]],
    );
}

#[test]
fn broken_json() {
    for (text, expected) in [
        (
            "",
            expect![[r#"
            1:1 INVALID_JSON_DESCRIPTION: No content to map due to end-of-input\n at [Source: (String)""; line: 1, column: 1]
        "#]],
        ),
        (
            "not a definition",
            expect![[r#"
            1:1 INVALID_JSON_DESCRIPTION: Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: (String)"not a definition"; line: 1, column: 4]
        "#]],
        ),
        (
            "{'a': 1}",
            expect![[r#"
            {}
            1:2 INVALID_JSON_DESCRIPTION: Unexpected character (''' (code 39)): was expecting double-quote to start field name\n at [Source: (String)"{'a': 1}"; line: 1, column: 3]
        "#]],
        ),
        (
            "{\"a\": 1",
            expect![[r#"
            {"a":1}
              <"a">: <1>
            1:8 INVALID_JSON_DESCRIPTION: Unexpected end-of-input: expected close marker for Object\n at [Source: (String)"{"a": 1"; line: 1, column: 8]
        "#]],
        ),
        (
            "{\"a\": 1 \"b\": [1, 2,], \"c\": tru, \"d\": 01, \"a\": 2,}",
            expect![[r#"
            {"a":1,"b":[1,2]}
              <"a">: <1>
              <"b">: <[1, 2,]>
                - <1>
                - <2>
            1:9 INVALID_JSON_DESCRIPTION: Unexpected character ('"' (code 34)): was expecting comma to separate Object entries\n at [Source: (String)"{"a": 1 "b": [1, 2,], "c": tru, "d": 01, "a": 2,}"; line: 1, column: 10]
            1:19 INVALID_JSON_DESCRIPTION: a comma before the end is one too many
            1:28 INVALID_JSON_DESCRIPTION: Unrecognized token 'tru'
            1:38 INVALID_JSON_DESCRIPTION: Invalid numeric value: Leading zeroes not allowed
            1:42 INVALID_JSON_DESCRIPTION: Duplicate field 'a'
            1:48 INVALID_JSON_DESCRIPTION: a comma before the end is one too many
        "#]],
        ),
        (
            "{\"a\" 1, \"b\": , \"c\": \"x\\q\", \"d\": [1 2, 3}, \"e\": 5}",
            expect![[r#"
            {"a":1,"c":"x\\q","d":[1,3],"e":5}
              <"a">: <1>
              <"c">: <"x\q">
              <"d">: <[1 2, 3}>
                - <1>
                - <3>
              <"e">: <5>
            1:6 INVALID_JSON_DESCRIPTION: Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value\n at [Source: (String)"{"a" 1, "b": , "c": "x\q", "d": [1 2, 3}, "e": 5}"; line: 1, column: 7]
            1:14 INVALID_JSON_DESCRIPTION: expected a value
            1:24 INVALID_JSON_DESCRIPTION: Unrecognized character escape 'q' (code 113)
            1:36 INVALID_JSON_DESCRIPTION: was expecting comma to separate Array entries
            1:40 INVALID_JSON_DESCRIPTION: expected close marker for Array
        "#]],
        ),
        (
            "{\"a\": \"no end\n \"b\": 1}",
            expect![[r#"
            {"a":"no end\n","b":1}
              <"a">: <"no end\n>
              <"b">: <1>
            1:14 INVALID_JSON_DESCRIPTION: Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value\n at [Source: (String)"{"a": "no end\n "b": 1}"; line: 1, column: 14]
            2:2 INVALID_JSON_DESCRIPTION: was expecting comma to separate Object entries
        "#]],
        ),
        (
            "[1] 2",
            expect![[r#"
            [1]
              - <1>
            1:5 INVALID_JSON_DESCRIPTION: Unexpected text after the end of the JSON value\n at [Source: (String)"[1] 2"; line: 1, column: 5]
        "#]],
        ),
    ] {
        check(parse_json, text, expected);
    }
    let (tree, findings) = parse_json(&"[".repeat(1_000_000));
    assert!(tree.is_some() && findings.len() == 1, "{findings:?}");
    let (_, findings) = parse_json(&"[?,".repeat(100_000));
    assert_eq!(findings.len(), 20);
}

/// Recorded (test_sfn_api_validation): message and location of a text that is not JSON.
#[test]
fn json_errors_have_the_location_of_aws() {
    let parsed = parse("not a definition", Format::Json, &Options::default());
    expect![[r#"
        Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
         at [Source: (String)"not a definition"; line: 1, column: 4]"#]]
    .assert_eq(&parsed.diagnostics[0].message);
    expect![[r#"[Source: (String)"not a definition"; line: 1, column: 4]"#]]
        .assert_eq(parsed.diagnostics[0].location.as_deref().unwrap_or_default());
    expect![[r#"
        INVALID_JSON_DESCRIPTION: Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
         at [Source: (String)"not a definition"; line: 1, column: 4]"#]].assert_eq(&parsed.diagnostics[0].aws_text());
}

#[test]
fn yaml() {
    check(
        parse_yaml,
        "# comment\na: yes\nb:\n  - 1\n  - 0x1F\n  - 0o17\n  - +1.50\n  - 2016-12-05\n  - ~\n  - é\n\"c\": {d: 'it''s', e: [x, !!str 1]}\nf: |\n  two\n  lines\n1: >-\n  folded\n  text\n",
        expect![[r#"
            {"a":"yes","b":[1,31,15,1.5,"2016-12-05",null,"é"],"c":{"d":"it's","e":["x","1"]},"f":"two\nlines\n","1":"folded text"}
              <a>: <yes>
              <b>: <- 1\n  - 0x1F\n  - 0o17\n  - +1.50\n  - 2016-12-05\n  - ~\n  - é>
                - <1>
                - <0x1F>
                - <0o17>
                - <+1.50>
                - <2016-12-05>
                - <~>
                - <é>
              <"c">: <{d: 'it''s', e: [x, !!str 1]}>
                <d>: <'it''s'>
                <e>: <[x, !!str 1]>
                  - <x>
                  - <!!str 1>
              <f>: <two\n  lines\n>
              <1>: <folded\n  text\n>
        "#]],
    );
    check(
        parse_yaml,
        "base: &b {x: 1}\nlist: [*b, *b]\n",
        expect![[r#"
        {"base":{"x":1},"list":[{"x":1},{"x":1}]}
          <base>: <&b {x: 1}>
            <x>: <1>
          <list>: <[*b, *b]>
            - <*b>
              <x>: <1>
            - <*b>
              <x>: <1>
    "#]],
    );
}

#[test]
fn broken_yaml() {
    for (text, expected) in [
        (
            "",
            expect![[r#"
            1:1 INVALID_YAML_DESCRIPTION: The document is empty
        "#]],
        ),
        (
            "# nothing\n",
            expect![[r#"
            1:1 INVALID_YAML_DESCRIPTION: The document is empty
        "#]],
        ),
        (
            "a: 1\na: 2\n",
            expect![[r#"
            {"a":1}
              <a>: <1>
            2:1 INVALID_YAML_DESCRIPTION: Duplicate field 'a'
        "#]],
        ),
        (
            "a: [1, 2\nb: 3\n",
            expect![[r#"
            {"a":[1]}
              <a>: <[1>
                - <1>
            2:2 INVALID_YAML_DESCRIPTION: illegal placement of ':' indicator
        "#]],
        ),
        (
            "a: *nowhere\n",
            expect![[r#"
            {}
            1:4 INVALID_YAML_DESCRIPTION: while parsing node, found unknown anchor
        "#]],
        ),
        (
            "a: !Sub x\n",
            expect![[r#"
            {}
            1:4 INVALID_YAML_DESCRIPTION: The tag '!Sub' has no meaning here
        "#]],
        ),
        (
            "a: .nan\n",
            expect![[r#"
            {}
            1:4 INVALID_YAML_DESCRIPTION: '.nan' is not a number in JSON
        "#]],
        ),
        (
            "a: 1\n---\nb: 2\n",
            expect![[r#"
            {"a":1}
              <a>: <1>
            2:1 INVALID_YAML_DESCRIPTION: There may be only one document in the file
        "#]],
        ),
        (
            "? [a]\n: 1\n",
            expect![[r#"
            {}
            1:3 INVALID_YAML_DESCRIPTION: A key must be a single text
        "#]],
        ),
        (
            "é: 'x'\n\tb: 2\n",
            expect![[r#"
            {}
            2:2 INVALID_YAML_DESCRIPTION: tabs disallowed within this context (block indentation)
        "#]],
        ),
    ] {
        check(parse_yaml, text, expected);
    }
}

#[test]
fn yaml_aliases_have_a_budget() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let alias = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 9].join(", "));
    }
    let (_, findings) = parse_yaml(&text);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].message, "Aliases expand to more than 200000 values");
    let (_, findings) = parse_yaml(&"[".repeat(100_000));
    assert_eq!(findings.len(), 1, "{findings:?}");
}

#[test]
fn places_by_location() {
    let text = r#"{"States": {"a/b": {"Choices": [{"Next": "x"}]}, "a": {"b": 1}}}"#;
    let (tree, _) = parse_json(text);
    let tree = tree.expect("the text is JSON");
    for (location, expected) in [
        ("/", Some(text)),
        ("/States/a/b/Choices[0]/Next", Some("\"x\"")),
        ("/States/a", Some("{\"b\": 1}")),
        ("/States/a/b/Choices[1]", None),
        ("/States/c", None),
        ("States", None),
    ] {
        let found = tree.at(location).map(|node| &text[node.span.clone()]);
        assert_eq!(found, expected, "{location}");
    }
    let offset = text.find("\"x\"").expect("it is there");
    assert_eq!(tree.location_of(offset), "/States/a/b/Choices[0]/Next");
    assert_eq!(tree.location_of(0), "/");
}

#[test]
fn findings_on_a_terminal() {
    let text = "{\n\t\"StartAt\": \"A\",\n\t\"States\": {\"A\": {\"Type\": \"Pass\", \"Nxt\": \"é\", \"End\": true, \"Result\": \"$.x\"}}\n}\n";
    let parsed = parse(text, Format::Json, &Options::default());
    let plain = stepwell_asl::render(&parsed.diagnostics, text, "order.asl.json", false);
    expect![[r#"
        error[SCHEMA_VALIDATION_FAILED]: Field 'Nxt' is not supported
         --> order.asl.json:3:35
          |
        3 |  "States": {"A": {"Type": "Pass", "Nxt": "é", "End": true, "Result": "$.x"}}
          |                                   ^^^^^
          = at /States/A
          = help: did you mean 'Next'?

        warning[PASS_RESULT_IS_STATIC]: A path in the Result of a Pass state is not evaluated
         --> order.asl.json:3:70
          |
        3 |  "States": {"A": {"Type": "Pass", "Nxt": "é", "End": true, "Result": "$.x"}}
          |                                                                      ^^^^^
          = at /States/A/Result
          = help: use Parameters with a key ending in '.$' instead

    "#]]
    .assert_eq(&plain);
    let coloured = stepwell_asl::render(&parsed.diagnostics, text, "order.asl.json", true);
    assert!(coloured.contains("\u{1b}[1;31merror[SCHEMA_VALIDATION_FAILED]\u{1b}[0m"));

    let hostile = format!("{{\"{}\": \"\u{1b}[2J\", \"b\": ]}}", "k".repeat(5000));
    let parsed = parse(&hostile, Format::Json, &Options::default());
    let plain = stepwell_asl::render(&parsed.diagnostics, &hostile, "a\u{1b}b", false);
    assert!(!plain.contains('\u{1b}') && plain.len() < 2000, "{plain}");
}
