//! What a picture costs: reading the text, laying it out, writing the SVG. `cargo bench -p stepwell-diagram`. What is told is CPU time, the best of
//! several runs.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench prints figures")]

use asl::Format;
use cpu_time::ThreadTime;
use std::fmt::Write;
use std::time::Duration;
use stepwell_diagram::{Theme, scene, svg};

/// What the project allows the layout of 500 states.
const FLOOR: Duration = Duration::from_millis(50);

fn main() {
    for count in [20, 100, 500, 2_000, 10_000] {
        let text = realistic(count);
        let parse = best(|| drop(asl::tree::parse_json(&text)));
        let whole = best(|| drop(scene(&text, Format::Json)));
        let scene = scene(&text, Format::Json).expect("it is a definition");
        let write = best(|| drop(svg(&scene, "bench", Theme::Auto)));
        let layout = whole.saturating_sub(parse);
        let over = if count == 500 && layout > FLOOR { "  over" } else { "" };
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "{count:>6} states: text to tree {:>8.2} ms, tree to scene {:>8.2} ms{over}, scene to SVG {:>8.2} ms",
            milliseconds(parse),
            milliseconds(layout),
            milliseconds(write)
        );
    }
}

fn best(mut work: impl FnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..7 {
        let start = ThreadTime::now();
        work();
        best = best.min(start.elapsed());
    }
    best
}

/// A machine as large ones are: sequences with choices that lead back and ahead, catchers, Parallel and Map states two deep.
fn realistic(count: usize) -> String {
    let mut left = count;
    let states = sequence(&mut left, 0);
    format!("{{\"StartAt\": \"d0s0\", \"States\": {{{states}}}}}")
}

fn sequence(left: &mut usize, depth: usize) -> String {
    let mut states: Vec<String> = Vec::new();
    let length = if depth == 0 { usize::MAX } else { 6 };
    let handler = format!("d{depth}fail");
    while *left > 0 && states.len() < length {
        *left -= 1;
        let position = states.len();
        let next = format!("\"Next\": \"d{depth}s{}\"", position + 1);
        let catch = format!("\"Catch\": [{{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"{handler}\"}}]");
        let mut state = String::new();
        _ = match position % 8 {
            2 => write!(
                state,
                "\"Type\": \"Choice\", \"Choices\": [{{\"Variable\": \"$.retry\", \"BooleanEquals\": true, \"Next\": \"d{depth}s{}\"}}, \
                 {{\"Variable\": \"$.skip\", \"NumericGreaterThan\": 3, \"Next\": \"d{depth}s{}\"}}], \"Default\": \"d{depth}s{}\"",
                position - 1,
                position + 2,
                position + 1
            ),
            4 if depth < 2 => {
                let branches: Vec<String> = (0..2).map(|_| inner(left, depth)).collect();
                write!(state, "\"Type\": \"Parallel\", \"Branches\": [{}], {catch}, {next}", branches.join(", "))
            }
            6 if depth < 2 => {
                let processor = inner(left, depth);
                write!(state, "\"Type\": \"Map\", \"ItemProcessor\": {processor}, {next}")
            }
            _ => write!(state, "\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\", {catch}, {next}"),
        };
        states.push(format!("\"d{depth}s{position}\": {{{state}}}"));
    }
    // Choices name states up to two further on.
    for _ in 0..2 {
        states.push(format!("\"d{depth}s{}\": {{\"Type\": \"Succeed\"}}", states.len()));
    }
    states.push(format!("\"{handler}\": {{\"Type\": \"Fail\"}}"));
    states.join(", ")
}

fn inner(left: &mut usize, depth: usize) -> String {
    format!("{{\"StartAt\": \"d{}s0\", \"States\": {{{}}}}}", depth + 1, sequence(left, depth + 1))
}
