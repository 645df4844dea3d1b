//! What every picture must be, over all sample definitions and shapes that people or attackers come up with: nothing overlaps, no line runs through
//! a box, what is inside stays inside, and the same text gives the same picture.
#![allow(clippy::disallowed_methods, reason = "the definitions are files")]

use asl::Format;
use expect_test::{expect, expect_file};
use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use stepwell_diagram::{Edge, Kind, Point, Rect, Scene, Theme, png, scene, svg};

fn definitions() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["../asl/test_data/definitions", "../../examples/image-processing"];
    let mut files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).expect("the folder is there"))
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json" || end == "yaml"))
        .filter(|path| path.file_name().is_some_and(|name| name != "stepwell.yaml"))
        .collect();
    files.sort();
    assert!(files.len() > 80, "the definitions were not found");
    files
}

fn drawn(path: &Path) -> (String, Scene) {
    let text = std::fs::read_to_string(path).expect("readable");
    let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
    let scene = scene(&text, Format::of_file_name(&name)).expect("it is a definition");
    (name, scene)
}

#[test]
fn pictures_are_in_order() {
    let mut crossings = 0;
    let mut states = 0;
    for path in definitions() {
        let (name, scene) = drawn(&path);
        let problems = problems(&scene);
        assert!(problems.is_empty(), "{name}:\n{problems}");
        assert_eq!(scene, drawn(&path).1, "{name} is not the same again");
        crossings += self::crossings(&scene);
        states += scene.nodes.iter().filter(|node| node.kind.is_state()).count();
    }
    // The fewer crossings the better: this may go down.
    expect!["561 states, 2 crossings"].assert_eq(&format!("{states} states, {crossings} crossings"));
}

/// What is wrong with a picture, a line each.
fn problems(scene: &Scene) -> String {
    let mut out = String::new();
    let whole = Rect { x: 0, y: 0, width: scene.width, height: scene.height };
    let ids: HashSet<&str> = scene.nodes.iter().map(|node| &*node.id).collect();
    if ids.len() != scene.nodes.len() {
        _ = writeln!(out, "two nodes have one id");
    }
    for (position, node) in scene.nodes.iter().enumerate() {
        let around = node.parent.map_or(whole, |parent| scene.nodes[parent].rect);
        if !contains(around, node.rect) {
            _ = writeln!(out, "{} sticks out of what it is in", node.id);
        }
        for other in scene.nodes[position + 1..].iter().filter(|other| other.parent == node.parent) {
            if overlaps(node.rect, other.rect) {
                _ = writeln!(out, "{} and {} overlap", node.id, other.id);
            }
        }
    }
    let labels: Vec<(&Edge, Rect)> =
        scene.edges.iter().filter_map(|edge| Some((edge, edge.label.as_ref()?.rect))).collect();
    for (position, &(edge, label)) in labels.iter().enumerate() {
        let home = scene.nodes[edge.from].parent;
        for node in scene.nodes.iter().filter(|node| node.parent == home && overlaps(node.rect, label)) {
            _ = writeln!(out, "the label of {} is over {}", edge.id, node.id);
        }
        if !contains(home.map_or(whole, |home| scene.nodes[home].rect), label) {
            _ = writeln!(out, "the label of {} sticks out", edge.id);
        }
        for (other, rect) in labels[position + 1..].iter().filter(|(_, rect)| overlaps(label, *rect)) {
            _ = writeln!(out, "the labels of {} and {} overlap: {label:?} {rect:?}", edge.id, other.id);
        }
        for other in scene.edges.iter().filter(|other| other.id != edge.id) {
            if other.points.windows(2).any(|pair| crosses_rect(pair, label)) {
                _ = writeln!(out, "{} runs through the label of {}", other.id, edge.id);
            }
        }
    }
    for (position, edge) in scene.edges.iter().enumerate() {
        check_edge(scene, edge, &mut out);
        for other in scene.edges[position + 1..].iter().filter(|other| other.from != edge.from && other.to != edge.to) {
            if let Some(at) = run_along(edge, other) {
                _ = writeln!(out, "{} and {} look like one line at {at:?}", edge.id, other.id);
            }
        }
    }
    out
}

fn check_edge(scene: &Scene, edge: &Edge, out: &mut String) {
    let (from, to) = (&scene.nodes[edge.from], &scene.nodes[edge.to]);
    let (first, last) = (edge.points[0], edge.points[edge.points.len() - 1]);
    if !is_on_border(from.rect, first) {
        _ = writeln!(out, "{} does not begin at its state", edge.id);
    }
    let is_met = |other: usize| scene.edges[other].points.windows(2).any(|pair| is_on(pair, last));
    match edge.joins {
        None if !is_on_border(to.rect, last) => _ = writeln!(out, "{} does not end at its state", edge.id),
        Some(other) if scene.edges[other].to != edge.to => _ = writeln!(out, "{} joins a line to elsewhere", edge.id),
        Some(other) if !is_met(other) => _ = writeln!(out, "{} does not reach the line it joins", edge.id),
        _ => {}
    }
    for pair in edge.points.windows(2) {
        if pair[0].x != pair[1].x && pair[0].y != pair[1].y {
            _ = writeln!(out, "{} is neither upright nor level", edge.id);
        }
        for node in scene.nodes.iter().filter(|node| node.parent == from.parent && crosses_rect(pair, node.rect)) {
            _ = writeln!(out, "{} runs through {}", edge.id, node.id);
        }
    }
}

/// Where two lines lie on each other.
fn run_along(a: &Edge, b: &Edge) -> Option<Point> {
    let shared = |a0: i32, a1: i32, b0: i32, b1: i32| a0.max(a1).min(b0.max(b1)) - a0.min(a1).max(b0.min(b1));
    let along = |a: &[Point], b: &[Point]| {
        let upright =
            a[0].x == a[1].x && b[0].x == b[1].x && a[0].x == b[0].x && shared(a[0].y, a[1].y, b[0].y, b[1].y) > 0;
        let level =
            a[0].y == a[1].y && b[0].y == b[1].y && a[0].y == b[0].y && shared(a[0].x, a[1].x, b[0].x, b[1].x) > 0;
        upright || level
    };
    let parts = |edge: &Edge| edge.points.windows(2).map(<[Point]>::to_vec).collect::<Vec<_>>();
    parts(a).into_iter().find(|part| parts(b).iter().any(|other| along(part, other))).map(|part| part[0])
}

fn contains(outer: Rect, inner: Rect) -> bool {
    inner.x >= outer.x && inner.y >= outer.y && inner.right() <= outer.right() && inner.bottom() <= outer.bottom()
}

fn overlaps(a: Rect, b: Rect) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

/// Whether a straight line passes the inside of a box.
fn crosses_rect(pair: &[Point], rect: Rect) -> bool {
    let (left, right) = (pair[0].x.min(pair[1].x), pair[0].x.max(pair[1].x));
    let (top, bottom) = (pair[0].y.min(pair[1].y), pair[0].y.max(pair[1].y));
    left < rect.right() && right > rect.x && top < rect.bottom() && bottom > rect.y
}

fn is_on_border(rect: Rect, point: Point) -> bool {
    let is_inside = (rect.x..=rect.right()).contains(&point.x) && (rect.y..=rect.bottom()).contains(&point.y);
    let is_at_edge = point.x == rect.x || point.x == rect.right() || point.y == rect.y || point.y == rect.bottom();
    is_inside && is_at_edge
}

fn is_on(pair: &[Point], point: Point) -> bool {
    let between = |a: i32, b: i32, c: i32| (a.min(b)..=a.max(b)).contains(&c);
    between(pair[0].x, pair[1].x, point.x) && between(pair[0].y, pair[1].y, point.y)
}

/// Where an upright and a level part of lines with nothing in common cross.
fn crossings(scene: &Scene) -> usize {
    let parts = |edge: &Edge| edge.points.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>();
    let mut places = HashSet::new();
    for (position, a) in scene.edges.iter().enumerate() {
        for b in scene.edges[position + 1..].iter().filter(|b| a.from != b.from && a.to != b.to) {
            for (a0, a1) in parts(a) {
                for (b0, b1) in parts(b) {
                    places.extend(crossing(a0, a1, b0, b1));
                    places.extend(crossing(b0, b1, a0, a1));
                }
            }
        }
    }
    places.len()
}

fn crossing(a0: Point, a1: Point, b0: Point, b1: Point) -> Option<(i32, i32)> {
    let inside = |a: i32, b: i32, c: i32| a.min(b) < c && c < a.max(b);
    (a0.x == a1.x && b0.y == b1.y && inside(b0.x, b1.x, a0.x) && inside(a0.y, a1.y, b0.y)).then_some((a0.x, b0.y))
}

/// Machines that nobody would write, so that what is hard to draw is met here first.
#[test]
fn wild_machines_are_in_order() {
    for seed in 0..200 {
        let mut random = Random(seed);
        let text = wild(&mut random, 0);
        let scene = scene(&text, Format::Json).expect("it is a definition");
        let problems = problems(&scene);
        assert!(problems.is_empty(), "seed {seed}:\n{problems}{text}");
    }
}

/// Numbers that look random and are the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

fn wild(random: &mut Random, depth: u64) -> String {
    let count = 1 + random.below(if depth == 0 { 14 } else { 4 });
    let name = |random: &mut Random| format!("D{depth}S{}", random.below(count));
    let mut states = Vec::new();
    for number in 0..count {
        let next = if random.below(4) > 0 { format!("D{depth}S{}", (number + 1) % count) } else { name(random) };
        let end = if random.below(8) == 0 { "\"End\": true".to_owned() } else { format!("\"Next\": \"{next}\"") };
        let catchers = (0..random.below(3)).map(|_| {
            let error = ["States.ALL", "States.Timeout", "Custom.SomethingQuiteLongHappened"][random.below(3) as usize];
            format!("{{\"ErrorEquals\": [\"{error}\"], \"Next\": \"{}\"}}", name(random))
        });
        let catch = format!("\"Catch\": [{}]", catchers.collect::<Vec<_>>().join(", "));
        let state = match random.below(if depth < 2 { 8 } else { 6 }) {
            0 => "\"Type\": \"Fail\"".to_owned(),
            1 | 2 => {
                let rules = (0..1 + random.below(3)).map(|_| {
                    let condition =
                        ["x", "order.total > 100 and order.isUrgent", "status = 'OPEN'"][random.below(3) as usize];
                    format!("{{\"Condition\": \"{{% {condition} %}}\", \"Next\": \"{}\"}}", name(random))
                });
                let rules = rules.collect::<Vec<_>>().join(", ");
                format!("\"Type\": \"Choice\", \"Choices\": [{rules}], \"Default\": \"{}\"", name(random))
            }
            6 => format!(
                "\"Type\": \"Parallel\", \"Branches\": [{}, {}], {catch}, {end}",
                wild(random, depth + 1),
                wild(random, depth + 1)
            ),
            7 => format!("\"Type\": \"Map\", \"ItemProcessor\": {}, {catch}, {end}", wild(random, depth + 1)),
            _ => format!("\"Type\": \"Task\", {catch}, {end}"),
        };
        states.push(format!("\"D{depth}S{number}\": {{{state}}}"));
    }
    format!("{{\"StartAt\": \"D{depth}S0\", \"States\": {{{}}}}}", states.join(", "))
}

#[test]
fn a_line_is_a_place_in_the_text() {
    let (_, scene) =
        drawn(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/image-processing/photo-pipeline.asl.json"));
    let mut out = String::new();
    for node in scene.nodes.iter().filter(|node| node.kind != Kind::Dot) {
        _ = writeln!(out, "{} {} | {} | {}.", node.kind.name(), node.id, node.label, node.subtitle);
    }
    for edge in &scene.edges {
        let label = edge.label.as_ref().map_or(String::new(), |label| format!(" | {}", label.text));
        _ = writeln!(out, "{} -> {}{label}", edge.id, scene.nodes[edge.to].id);
    }
    expect![[r#"
        Choice /States/Check input | Check input | Choice · 1 rule.
        Pass /States/Prepare | Prepare | Pass.
        Parallel /States/Process photo | Process photo | Parallel · 2 branches.
        Branch /States/Process photo/Branches[0] |  | .
        Task /States/Process photo/Branches[0]/States/Make thumbnail | Make thumbnail | Lambda: make-thumbnail.
        Branch /States/Process photo/Branches[1] |  | .
        Task /States/Process photo/Branches[1]/States/Identify features | Identify features | Lambda: identify-features.
        Task /States/Store image metadata | Store image metadata | Lambda: store-metadata.
        Pass /States/Summarise | Summarise | Pass.
        Fail /States/Reject input | Reject input | Fail · InvalidInput.
        Fail /States/Reject photo | Reject photo | Fail · $.error.Error.
        Fail /States/Give up | Give up | Fail · $.error.Error.
        End #end | End | .
        Start #start | Start | .
        /States/Process photo/Branches[0]/StartAt -> /States/Process photo/Branches[0]/States/Make thumbnail
        /States/Process photo/Branches[1]/StartAt -> /States/Process photo/Branches[1]/States/Identify features
        /States/Check input/Choices[0] -> /States/Prepare | image is present and image is…
        /States/Check input/Default -> /States/Reject input | Default
        /States/Prepare/Next -> /States/Process photo
        /States/Process photo/Next -> /States/Store image metadata
        /States/Process photo/Catch[0] -> /States/Reject photo | ImageNotFound +3
        /States/Process photo/Catch[1] -> /States/Give up | States.ALL
        /States/Store image metadata/Next -> /States/Summarise
        /States/Store image metadata/Catch[0] -> /States/Give up | States.ALL
        /States/Summarise/End -> #end
        /StartAt -> /States/Check input
    "#]]
    .assert_eq(&out);
}

/// The pictures in the README are what is drawn now.
#[test]
fn readme_shows_what_is_drawn() {
    let (_, scene) =
        drawn(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/image-processing/photo-pipeline.asl.json"));
    expect_file!["../../../docs/photo-pipeline-light.svg"].assert_eq(&svg(&scene, "photo-pipeline", Theme::Light));
    expect_file!["../../../docs/photo-pipeline-dark.svg"].assert_eq(&svg(&scene, "photo-pipeline", Theme::Dark));
}

/// Every sample as a PNG: no glyph is unknown to the pen, and colours are there.
#[test]
fn pictures_have_pixels() {
    for path in definitions().into_iter().step_by(8) {
        let (name, scene) = drawn(&path);
        let light = png(&scene, Theme::Light, 1).expect("it is not too large");
        let dark = png(&scene, Theme::Dark, 1).expect("it is not too large");
        assert!(light.len() > 2_000 && light != dark, "{name}");
    }
}

#[test]
fn hostile_names_are_only_text() {
    let names = [
        "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466} family \u{1f1e9}\u{1f1ea}",
        "\u{202e}gnp.exe \u{2066}reversed",
        "شحن الطلب إلى العميل ثم إرسال إشعار له بالبريد",
        "<script>alert(1)</script>&\"'",
        "a\u{0}b\u{7}c\u{1b}[31m\u{fffe}",
        "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
        "]]> --> -- {% $x %}",
        "",
        " ",
        "/States/x[0]#start",
    ];
    let states: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(position, name)| {
            let next = names
                .get(position + 1)
                .map_or("\"End\": true".to_owned(), |next| format!("\"Next\": {}", json::Value::from(*next)));
            format!(
                "{}: {{\"Type\": \"Pass\", \"Comment\": {}, {next}}}",
                json::Value::from(*name),
                json::Value::from(*name)
            )
        })
        .collect();
    let text = format!("{{\"StartAt\": {}, \"States\": {{{}}}}}", json::Value::from(names[0]), states.join(","));
    let scene = scene(&text, Format::Json).expect("it is a definition");
    assert_eq!(problems(&scene), "");
    assert_eq!(scene.nodes.iter().filter(|node| node.kind == Kind::Pass).count(), names.len());
    let picture = svg(&scene, names[3], Theme::Auto);
    let allowed = |character: char| character == '\n' || !character.is_control();
    assert!(picture.chars().all(allowed), "a control character is in the picture");
    assert!(!picture.contains("<script") && !picture.contains('\u{202e}') && !picture.contains('\u{fffe}'));
    let labels: Vec<String> = scene.nodes.iter().map(|node| format!("[{}]", node.label)).collect();
    expect![[r#"
        [👩‍👩‍👧‍👦 family 🇩🇪]
        [�gnp.exe �reversed]
        [شحن الطلب إلى…ه بالبريد]
        [<script>alert(1)</script>&"']
        [a�b�c�[31m�]
        [漢字漢字漢字漢字漢…字漢字漢字漢字]
        []]> --> -- {% $x %}]
        []
        [ ]
        [/States/x[0]#start]
        [End]
        [Start]"#]]
    .assert_eq(&labels.join("\n"));
}

#[test]
fn broken_definitions_have_pictures() {
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Task", "Next": "Nowhere", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}, 7]},
        "B": {"Type": "Choice", "Choices": [{"Variable": "$.x", "NumericGreaterThan": 3, "Next": "A"}, {"Next": "C"}], "Default": "B"},
        "C": {"Type": "Parallel", "Branches": [{}, {"StartAt": "D", "States": {"D": {}}}, []]},
        "E": {"Type": "Nonsense", "Next": "C"},
        "F": 3,
        "G": {"Type": "Map", "ItemProcessor": {"States": {"#;
    let scene = scene(text, Format::Json).expect("there is an object");
    assert_eq!(problems(&scene), "");
    let mut out = String::new();
    for node in &scene.nodes {
        let note = if node.is_reachable { "" } else { " (unreachable)" };
        _ = writeln!(out, "{} {}{note}", node.kind.name(), node.id);
    }
    for edge in &scene.edges {
        let note = if edge.is_loop { " (loop)" } else { "" };
        _ = writeln!(out, "{} -> {}{note} [{}]", edge.id, scene.nodes[edge.to].id, edge.title);
    }
    expect![[r#"
        Task /States/A
        Choice /States/B
        Parallel /States/C
        Branch /States/C/Branches[1]
        Unknown /States/C/Branches[1]/States/D
        Dot /States/C/Branches[1]#start
        Unknown /States/E (unreachable)
        Unknown /States/F (unreachable)
        Map /States/G (unreachable)
        Missing #missing:Nowhere
        Start #start
        /States/C/Branches[1]/StartAt -> /States/C/Branches[1]/States/D []
        /States/A/Next -> #missing:Nowhere []
        /States/A/Catch[0] -> /States/B [States.ALL]
        /States/B/Choices[0] -> /States/A (loop) [x > 3]
        /States/B/Choices[1] -> /States/C […]
        /States/B/Default -> /States/B (loop) [Default]
        /States/E/Next -> /States/C []
        /StartAt -> /States/A []
    "#]]
    .assert_eq(&out);
    assert!(stepwell_diagram::scene("[]", Format::Json).is_none());
    assert!(stepwell_diagram::scene("", Format::Yaml).is_none());
    assert!(stepwell_diagram::scene("{}", Format::Json).is_some_and(|scene| scene.nodes.is_empty()));
}
