//! The work grows with the text and not with its square, whatever its shape. Counted in steps, not in time.

use asl::Format;
use std::fmt::Write;
use stepwell_diagram::{Theme, mermaid, scene_with_steps, svg};

type Shape = fn(usize) -> String;

fn machine(states: &str) -> String {
    format!("{{\"StartAt\": \"S0\", \"States\": {{{}}}}}", states.trim_end_matches(','))
}

/// Every state has a choice of going on, back to the start, and to the end.
fn jumps(count: usize) -> String {
    let mut states = String::new();
    for number in 0..count {
        let (next, back, far) = ((number + 1).min(count - 1), number / 2, (number + count / 2).min(count - 1));
        let rule = |to: usize| format!("{{\"Variable\": \"$.x\", \"IsNull\": true, \"Next\": \"S{to}\"}}");
        _ = write!(
            states,
            "\"S{number}\": {{\"Type\": \"Choice\", \"Choices\": [{}, {}, {}]}},",
            rule(next),
            rule(back),
            rule(far)
        );
    }
    machine(&states)
}

/// A chain with a catcher everywhere, and each state caught by another handler.
fn handlers(count: usize) -> String {
    let mut states = String::new();
    for number in 0..count / 2 {
        let next = (number + 1).min(count / 2 - 1);
        _ = write!(
            states,
            "\"S{number}\": {{\"Type\": \"Task\", \"Next\": \"S{next}\", \"Catch\": [{{\"ErrorEquals\": [\"E\"], \"Next\": \"H{}\"}}]}},",
            count / 2 - 1 - number
        );
    }
    for number in 0..count / 2 {
        _ = write!(
            states,
            "\"H{number}\": {{\"Type\": \"Pass\", \"Next\": \"H{}\"}},",
            (number + 1).min(count / 2 - 1)
        );
    }
    machine(&states)
}

/// One choice with as many rules as there are states.
fn fan(count: usize) -> String {
    let mut rules = String::new();
    let mut states = String::new();
    for number in 1..count {
        _ = write!(rules, "{{\"Condition\": \"{{% $x = {number} %}}\", \"Next\": \"S{number}\"}},");
        _ = write!(states, "\"S{number}\": {{\"Type\": \"Pass\", \"Next\": \"S{}\"}},", number / 2);
    }
    machine(&format!("\"S0\": {{\"Type\": \"Choice\", \"Choices\": [{}]}},{states}", rules.trim_end_matches(',')))
}

/// Nothing is connected with anything.
fn loose(count: usize) -> String {
    let mut states = String::new();
    (0..count).for_each(|number| _ = write!(states, "\"S{number}\": {{}},"));
    machine(&states)
}

/// One choice with a rule for each state, all alike.
fn alike(count: usize) -> String {
    let (mut rules, mut states) = (String::new(), String::new());
    for number in 1..count {
        _ = write!(rules, "{{\"Variable\": \"$.x\", \"NumericEquals\": {number}, \"Next\": \"S{number}\"}},");
        _ = write!(states, "\"S{number}\": {{\"Type\": \"Pass\", \"End\": true}},");
    }
    machine(&format!("\"S0\": {{\"Type\": \"Choice\", \"Choices\": [{}]}},{states}", rules.trim_end_matches(',')))
}

/// One choice all of whose rules lead back to what is above it, and as many catchers.
fn returns(count: usize) -> String {
    let (mut rules, mut catchers) = (String::new(), String::new());
    for number in 0..count {
        _ = write!(rules, "{{\"Variable\": \"$.x\", \"NumericEquals\": {number}, \"Next\": \"S{}\"}},", number % 2);
        _ = write!(catchers, "{{\"ErrorEquals\": [\"E{number}\"], \"Next\": \"S{}\"}},", number % 3);
    }
    let (rules, catchers) = (rules.trim_end_matches(','), catchers.trim_end_matches(','));
    machine(&format!(
        "\"S0\": {{\"Type\": \"Pass\", \"Next\": \"S1\"}}, \"S1\": {{\"Type\": \"Task\", \"Next\": \"S2\", \"Catch\": [{catchers}]}},
         \"S2\": {{\"Type\": \"Choice\", \"Choices\": [{rules}]}}"
    ))
}

fn branches(count: usize) -> String {
    let branch = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}";
    machine(&format!(
        "\"S0\": {{\"Type\": \"Parallel\", \"End\": true, \"Branches\": [{}]}}",
        vec![branch; count].join(",")
    ))
}

fn nested(count: usize) -> String {
    let depth = count.min(150);
    let open = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Map\", \"ItemProcessor\": ";
    format!(
        "{}{{\"StartAt\": \"B\", \"States\": {{\"B\": {{\"Type\": \"Succeed\"}}}}}}{}",
        open.repeat(depth),
        "}}}".repeat(depth)
    )
}

#[test]
fn work_grows_with_the_text() {
    let shapes: [(&str, Shape); 8] = [
        ("jumps", jumps),
        ("handlers", handlers),
        ("fan", fan),
        ("alike", alike),
        ("returns", returns),
        ("loose", loose),
        ("branches", branches),
        ("nested", nested),
    ];
    for (name, shape) in shapes {
        let steps = |count: usize| {
            let text = shape(count);
            let (scene, steps) = scene_with_steps(&text, Format::Json).expect("it is a definition");
            let corners: usize = scene.edges.iter().map(|edge| edge.points.len()).sum();
            let written = svg(&scene, name, Theme::Light).len() + scene.to_json().to_string().len();
            let written = written + mermaid(&text, Format::Json).expect("it is a definition").len();
            assert!(corners < 60 * count + 100, "{name}: {corners} corners of {count} states");
            assert!(written < 6_000 * count + 200_000, "{name}: {written} bytes of {count} states");
            steps
        };
        let (small, large) = (steps(400), steps(4_000));
        assert!(large < 14 * small + 2_000, "{name}: {small} steps of 400 states, {large} of 4,000");
        assert!(large < 4_000 * 3_000, "{name}: {large} steps");
    }
}
