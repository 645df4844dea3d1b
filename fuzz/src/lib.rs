//! Targets for fuzzing: each takes any bytes, must end soon, must not panic, and holds what it makes of them to a promise where there is one.
//!
//! The test `replay` runs them on the kept inputs and on mutations of those; `cargo xtask fuzz` runs one under libFuzzer, guided by coverage.

mod evaluation;
mod texts;

/// A target and its name, which is also the folder of its inputs under `fuzz/corpus`.
pub struct Target {
    /// The name.
    pub name: &'static str,
    /// Runs it on an input.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "json_parse", run: texts::json_parse },
    Target { name: "jsonata_parse", run: evaluation::jsonata_parse },
    Target { name: "jsonata_evaluate", run: evaluation::jsonata_evaluate },
    Target { name: "regex", run: evaluation::regex },
    Target { name: "pictures", run: evaluation::pictures },
    Target { name: "path", run: texts::path },
    Target { name: "intrinsic", run: texts::intrinsic },
    Target { name: "template", run: texts::template },
    Target { name: "asl_json", run: texts::asl_json },
    Target { name: "asl_yaml", run: texts::asl_yaml },
    Target { name: "lint", run: texts::lint },
    Target { name: "diagram", run: texts::diagram },
];

/// An input as text; what is no UTF-8 is replaced.
fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

/// The two halves of an input around its first line break.
fn halves(input: &[u8]) -> (String, String) {
    let text = text(input);
    match text.split_once('\n') {
        Some((first, rest)) => (first.to_owned(), rest.to_owned()),
        None => (text, String::new()),
    }
}
