//! `stepwell render`: formats, where they go, and definitions that are broken.

use crate::support::{command, directory, finish, stepwell};

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
fn a_png_is_a_file_of_pixels() {
    let directory = directory(&[("order.asl.yaml", YAML)]);
    let size = |scale: &str| {
        let done = stepwell(directory.path(), &["render", "order.asl.yaml", "-o", "order.png", "--scale", scale]);
        assert_eq!((done.code, &*done.stderr), (Some(0), ""));
        let bytes = std::fs::read(directory.path().join("order.png")).expect("it was written");
        assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        (number(16), number(20))
    };
    let (once, twice) = (size("1"), size("2"));
    assert_eq!(twice, (once.0 * 2, once.1 * 2));
    let states: Vec<String> = (0..2_000).map(|number| format!("\"S{number}\": {{\"Type\": \"Pass\"}}")).collect();
    let wide = format!("{{\"StartAt\": \"S0\", \"States\": {{{}}}}}", states.join(","));
    std::fs::write(directory.path().join("wide.json"), wide).expect("writable");
    let refused = stepwell(directory.path(), &["render", "wide.json", "-o", "wide.png", "--scale", "4"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("pixels, which is too many: take a smaller --scale"), "{}", refused.stderr);
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
