//! `stepwell render`: formats, where they go, and definitions that are broken.

mod support;

use support::{command, directory, finish, stepwell};

const YAML: &str = "StartAt: A & B # first\nStates:\n  A & B: {Type: Pass, Next: C}\n  C: {Type: Succeed}\n";

#[test]
fn a_picture_goes_where_it_is_wanted() {
    let directory = directory(&[("order.asl.yaml", YAML)]);
    let run = |arguments: &[&str]| stepwell(directory.path(), &[&["render"], arguments].concat());
    let printed = run(&["order.asl.yaml", "--theme", "dark"]);
    assert_eq!((printed.code, &*printed.stderr), (Some(0), ""));
    assert!(printed.stdout.starts_with("<svg ") && printed.stdout.ends_with("</svg>\n"), "{}", printed.stdout);
    assert!(
        printed.stdout.contains(">A &amp; B</text>") && printed.stdout.contains("<title id=\"title\">order</title>")
    );

    assert_eq!(run(&["order.asl.yaml", "--output", "order.svg", "--theme", "dark"]).code, Some(0));
    let written = std::fs::read_to_string(directory.path().join("order.svg")).expect("it was written");
    assert_eq!(written, printed.stdout);

    let unknown = run(&["order.asl.yaml", "--output", "order.picture"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("the name of order.picture does not tell the format"), "{}", unknown.stderr);
    let nowhere = run(&["order.asl.yaml", "--output", "missing/order.svg"]);
    assert_eq!(nowhere.code, Some(2));
    assert!(nowhere.stderr.contains("cannot write missing/order.svg"), "{}", nowhere.stderr);
}

#[test]
fn other_formats_are_text() {
    let directory = directory(&[("order.asl.yaml", YAML)]);
    let mermaid = stepwell(directory.path(), &["render", "order.asl.yaml", "--format", "mermaid"]);
    assert_eq!(
        mermaid.stdout,
        "stateDiagram-v2\n    state \"A #38; B\" as s0\n    state \"C\" as s1\n    [*] --> s0\n    s0 --> s1\n    s1 --> [*]\n"
    );
    let mut piped = command(directory.path(), &["render", "-", "--format", "json"]);
    piped.stdin(std::fs::File::open(directory.path().join("order.asl.yaml")).expect("it was just written"));
    let finished = finish(piped);
    let scene = json::parse(&finished.stdout).expect("it is JSON");
    let names = scene.get("nodes").and_then(json::Value::as_array).expect("there are nodes");
    let ids: Vec<&str> = names.iter().filter_map(|node| node.get("id")?.as_str()).collect();
    assert_eq!(ids, ["/States/A & B", "/States/C", "#start"]);
}

#[test]
fn what_is_broken_is_drawn_as_far_as_it_goes() {
    let directory =
        directory(&[("half.asl.json", r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "#), ("no.json", "[1]")]);
    let half = stepwell(directory.path(), &["render", "half.asl.json"]);
    assert_eq!(half.code, Some(0));
    assert!(half.stdout.contains(">A</text>"), "{}", half.stdout);
    assert!(half.stderr.starts_with("warning: half.asl.json has "), "{}", half.stderr);
    let no = stepwell(directory.path(), &["render", "no.json"]);
    assert_eq!((no.code, &*no.stdout), (Some(1), ""));
    assert!(no.stderr.contains("no.json"), "{}", no.stderr);
}
