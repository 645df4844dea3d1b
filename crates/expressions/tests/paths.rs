//! Paths as text against documents as text: the dialect, its results and its messages.

use json::{Value, json};
use stepwell_expressions::{Path, PathFailure, ReferencePath, Root, Scope};

fn parse(text: &str) -> Value {
    json::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The result as JSON text, or the failure's message.
fn find(path: &str, document: &Value) -> String {
    match Path::parse(path) {
        Ok(path) => path.find(document).map_or_else(|failure| failure.to_string(), |value| value.to_string()),
        Err(error) => format!("syntax: {error}"),
    }
}

fn check(document: &str, cases: &[(&str, &str)]) {
    let document = parse(document);
    for (path, expected) in cases {
        assert_eq!(find(path, &document), *expected, "{path}");
    }
}

#[test]
fn names_and_indexes() {
    check(
        r#"{"a": {"b": [10, 20, {"c": null}]}, "detail-type": 1, "détail": 2, "with space": 3, "it's": 4, "a:b": 5, "@t": 6, "s": "x"}"#,
        &[
            ("$.a.b[1]", "20"),
            ("$.a.b[-1].c", "null"),
            ("$['a']['b'][0]", "10"),
            ("$[\"a\"].b[ 0 ]", "10"),
            ("$.a.['b'].[0]", "10"),
            ("$.detail-type", "1"),
            ("$.détail", "2"),
            ("$.['with space']", "3"),
            ("$['it\\'s']", "4"),
            ("$[\"it's\"]", "4"),
            ("$.a:b", "5"),
            ("$.@t", "6"),
            ("$.x", "No results for path: $['x']"),
            ("$.x.y", "Missing property in path $['x']"),
            ("$.a.x.y", "Missing property in path $['a']['x']"),
            ("$.a.b[3]", "No results for path: $['a']['b'][3]"),
            ("$.a.b[3].c", "No results for path: $['a']['b'][3]['c']"),
            ("$.a.b[-4]", "No results for path: $['a']['b'][-4]"),
            ("$.a.b[2].c[0]", "The path $['a']['b'][2]['c'] is null"),
            ("$.s[0]", "Filter: [0] can only be applied to arrays. Current context is: x"),
            ("$.a.b[0].c", "Property ['c'] not found in path $['a']['b'][0]"),
        ],
    );
    check(
        r#"{"a": {"b": [1, "x"]}}"#,
        &[("$.a[0]", "Filter: [0] can only be applied to arrays. Current context is: {b=[1, x]}")],
    );
    check("[1,2]", &[("$", "[1,2]"), ("$[0]", "1"), ("$.[1]", "2")]);
    // Recorded: the backslash belongs to the name.
    check(r#"{"Test\\\"\"Name\"": "Value\"\\"}"#, &[(r#"$['Test\""Name"']"#, r#""Value\"\\""#)]);
}

#[test]
fn indefinite_paths_give_arrays() {
    // Recorded: also where nothing matches or the part before is missing.
    check(
        "{}",
        &[
            ("$[*]", "[]"),
            ("$.items[*]", "[]"),
            ("$.items[1:]", "[]"),
            ("$.item.items[1:5]", "[]"),
            ("$.item.items[1:5].itemValue", "[]"),
            ("$.items[*].itemValue", "[]"),
            ("$..x", "[]"),
        ],
    );
    check(
        r#"{"items": [{"v": 1, "n": "a"}, {"v": 2}, {"n": "c"}, 4], "o": {"x": 1, "y": {"x": 2}}, "s": "x"}"#,
        &[
            ("$.items[*].v", "[1,2]"),
            ("$.items[0:1].v", "[1]"),
            ("$.items[1:].v", "[2]"),
            ("$.items[:2].n", r#"["a"]"#),
            ("$.items[-1:]", "[4]"),
            ("$.items[:-3].v", "[1]"),
            ("$.items[0,1].v", "[1,2]"),
            ("$.items[0,9]", r#"[{"v":1,"n":"a"}]"#),
            ("$.items[*].['v','n']", r#"[{"v":1,"n":"a"},{"v":2},{"n":"c"}]"#),
            ("$.o.*", r#"[1,{"x":2}]"#),
            ("$.o['x','z']", r#"{"x":1}"#),
            ("$.o['x','y'].x", "Multi properties can only be used as path leafs: $['o']['x', 'y']"),
            ("$..x", "[1,2]"),
            ("$.o..x", "[1,2]"),
            ("$..[0].v", "[1]"),
            ("$.o..*", r#"[1,{"x":2},2]"#),
            ("$.s[*]", "[]"),
            ("$.s[1:]", "[]"),
            ("$.items.length()", "4"),
            ("$.o.length()", "2"),
            ("$.o.keys()", r#"["x","y"]"#),
            ("$.items[*].v.sum()", "3.0"),
            ("$.items[*].v.max()", "2.0"),
            ("$.items[*].v.avg()", "1.5"),
            ("$.items[*].v.stddev()", "0.5"),
            ("$.items[*].n.concat('-', $.s)", r#""ac-x""#),
            ("$.o.y.keys().x", "syntax: Unexpected character '.' at offset 12"),
            ("$.o.min()", "Aggregation function attempted to calculate value using empty array"),
            ("$.missing.length()", "Missing property in path $['missing']"),
        ],
    );
}

#[test]
fn filters() {
    check(
        r#"{"me": "b", "items": [
            {"id": 1, "name": "a", "tags": ["x"], "price": 5},
            {"id": 2, "name": "b", "tags": [], "price": 10.5, "gone": null},
            {"id": 3, "name": "c", "price": 20, "gone": true}
        ]}"#,
        &[
            ("$.items[?(@.name == 'b')].id", "[2]"),
            ("$.items[?(@.name==\"b\")].id", "[2]"),
            ("$.items[?(@.name == $.me)].id", "[2]"),
            ("$.items[?(@.name==b)].id", "[2]"),
            ("$.items[?(@.price < 10.5)].id", "[1]"),
            ("$.items[?(@.price <= 10.5 && @.id != 1)].id", "[2]"),
            ("$.items[?(@.id == 1 || @.id == 2 && @.price > 100)].id", "[1]"),
            ("$.items[?((@.id == 1 || @.id == 2) && @.price > 10)].id", "[2]"),
            ("$.items[?(@.gone)].id", "[2,3]"),
            ("$.items[?(!@.gone)].id", "[1]"),
            ("$.items[?(!(@.id in [1, 3]))].id", "[2]"),
            ("$.items[?(@.gone == null)].id", "[2]"),
            ("$.items[?(@.gone != true)].id", "[1,2]"),
            ("$.items[?(@.name in ['a','c'])].id", "[1,3]"),
            ("$.items[?(@.name nin ['a','c'])].id", "[2]"),
            ("$.items[?(@.tags contains 'x')].id", "[1]"),
            ("$.items[?(@.tags empty true)].id", "[2]"),
            ("$.items[?(@.tags size 1)].id", "[1]"),
            ("$.items[?(@.tags.length() == 0)].id", "[2]"),
            ("$.items[?(@.id == '2')].id", "[2]"),
            ("$.items[?(@.id === '2')].id", "[]"),
            ("$.items[?(@.id === 2)].id", "[2]"),
            ("$.items[?(@.id !== '2')].id", "[1,2,3]"),
            ("$.items[?(@.tags subsetof ['x','y'])].id", "[1,2]"),
            ("$.items[?(@.tags anyof ['x','y'])].id", "[1]"),
            ("$.items[?(@.tags noneof ['x','y'])].id", "[2]"),
            ("$.items[?(@.tags all ['x'])].id", "[1]"),
            ("$.items[?(@.name anyof ['a'])].id", "[]"),
            ("$.items[?(@.missing == @.other)].id", "[]"),
            ("$..[?(@.id > 1)].id", "[2,3]"),
            ("$.[?(@.me == 'b')].me", r#"["b"]"#),
            ("$.nothing[?(@.a > 0)]", "[]"),
            ("$.items[?(@.id =~ /x/)]", "syntax: Expected ')' but found '=' at offset 15"),
            ("$.items[?(@.id == )]", "syntax: A value is missing at offset 18"),
        ],
    );
    check("[1, 5, 9]", &[("$[?(@ > 4)]", "[5,9]")]);
}

#[test]
fn roots() {
    let input = json!({"a": "input"});
    let context = json!({"a": "context"});
    let variables = json!({"größe": {"a": ["variable"]}});
    let variables = variables.as_object().expect("it is an object");
    let scope = Scope { input: &input, context: &context, variables };
    let cases = [
        ("$.a", Root::Input, Ok("\"input\"")),
        ("$$.a", Root::Context, Ok("\"context\"")),
        ("$größe.a[0]", Root::Variable("größe".into()), Ok("\"variable\"")),
        ("$größe", Root::Variable("größe".into()), Ok("{\"a\":[\"variable\"]}")),
        ("$none.a", Root::Variable("none".into()), Err(PathFailure::UndefinedVariable("none".to_owned()))),
    ];
    for (text, root, expected) in cases {
        let path = Path::parse(text).expect(text);
        assert_eq!(*path.root(), root);
        assert_eq!(path.evaluate(&scope).map(|value| value.to_string()), expected.map(str::to_owned), "{text}");
    }
}

#[test]
fn invalid_paths_say_where() {
    let cases = [
        ("", "A path must start with '$' at offset 0"),
        ("a.b", "A path must start with '$' at offset 0"),
        ("$.", "A name is missing after '.' at offset 2"),
        ("$..", "A name is missing after '.' at offset 3"),
        ("$.a.", "A name is missing after '.' at offset 4"),
        ("$.a b", "Unexpected character ' ' at offset 3"),
        ("$a-b", "Unexpected character '-' at offset 2"),
        ("$[", "A name, an index, a slice, '*' or a filter is missing after '[' at offset 2"),
        ("$[1", "Expected ']' but found the end at offset 3"),
        ("$['a", "The quoted name does not end at offset 2"),
        ("$[99999999999]", "'99999999999' is not an index at offset 2"),
        ("$[:]", "A slice needs a start or an end at offset 3"),
        ("$.a.nope()", "There is no function 'nope()' at offset 4"),
        ("$[?(@.a]", "Expected ')' but found ']' at offset 7"),
    ];
    for (text, expected) in cases {
        assert_eq!(Path::parse(text).expect_err(text).to_string(), expected, "{text}");
    }
}

#[test]
fn hostile_paths_end_soon() {
    let nested =
        |open: &str, close: &str, times: usize| format!("$[?({}@.a{})]", open.repeat(times), close.repeat(times));
    assert!(Path::parse(&nested("(", ")", 99)).is_ok());
    assert!(Path::parse(&nested("(", ")", 100_000)).is_err());
    assert!(Path::parse(&nested("!", "", 100_000)).is_err());
    assert!(Path::parse(&format!("${}", ".a".repeat(100_000))).is_err());

    let deep = parse(&("[".repeat(1000) + &"]".repeat(1000)));
    let scan_in_filters = format!("${}..x{}", "..[?($".repeat(40), ")]".repeat(40));
    let wide: Value = (0..50_000).map(Value::from).collect::<Vec<_>>().into();
    let cases = [
        (&deep, "$..*..*..*".to_owned()),
        (&deep, scan_in_filters),
        (&wide, "$[?($[?($[?(@ == 1)] == 1)] == 1)]".to_owned()),
        (&wide, "$[?($.append(1) == 1)]".to_owned()),
        (&wide, "$[?($.sum() == 1)]".to_owned()),
        (&deep, format!("${}", "[*]..".repeat(30) + "*")),
    ];
    for (document, text) in cases {
        let path = Path::parse(&text).expect(&text);
        // Either it ends within the budget or it says that it does not; what matters is that it returns at all.
        let outcome = path.find(document);
        assert!(matches!(outcome, Ok(_) | Err(PathFailure::TooMuchWork)), "{text}");
    }
}

#[test]
fn reference_paths_read_and_write() {
    let cases = [
        ("$", r#"{"a":1}"#, r#""new""#),
        ("$.b", r#"{"a":1}"#, r#"{"a":1,"b":"new"}"#),
        ("$.a", r#"{"a":1,"b":2}"#, r#"{"a":"new","b":2}"#),
        ("$.x.y['z z']", r#"{"a":1}"#, r#"{"a":1,"x":{"y":{"z z":"new"}}}"#),
        ("$.l[1].x", r#"{"l":[1,{"y":2}]}"#, r#"{"l":[1,{"y":2,"x":"new"}]}"#),
        ("$[0]", "[1,2]", r#"["new",2]"#),
        ("$.l[2]", r#"{"l":[1,2]}"#, r#"Unable to apply ReferencePath $.l[2] to input {"l":[1,2]}"#),
        ("$.l[0]", r#"{}"#, "Unable to apply ReferencePath $.l[0] to input {}"),
        ("$.a.b", r#"{"a":1}"#, r#"Unable to apply ReferencePath $.a.b to input {"a":1}"#),
        ("$.a", "[]", "Unable to apply ReferencePath $.a to input []"),
        ("$.a", "null", "Unable to apply ReferencePath $.a to input null"),
    ];
    for (path, root, expected) in cases {
        let path = ReferencePath::parse(path).expect(path);
        let result = path.set(&parse(root), "new".into());
        assert_eq!(result.map_or_else(|mismatch| mismatch.to_string(), |value| value.to_string()), expected);
    }
    for text in ["$.a[*]", "$..a", "$.a[-1]", "$.a[0,1]", "$.a[0:1]", "$.a[?(@.b)]", "$.a.length()", "$.a:b", "$.@a"] {
        assert!(ReferencePath::parse(text).is_err(), "{text}");
    }
    assert!(ReferencePath::parse("$['a:b?']").is_ok());
}
