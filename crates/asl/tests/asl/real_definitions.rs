//! Definitions people deploy: those in JSONPath compile without a finding, those in JSONata have the one that says so.
#![allow(clippy::disallowed_methods, reason = "the definitions are files")]

use std::fs;
use std::path::PathBuf;
use stepwell_asl::{Format, Options, parse};

fn files() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("test_data/definitions");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is part of the crate")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json" || extension == "yaml"))
        .collect();
    files.sort();
    files
}

/// What SAM or Terraform would fill in: a partition before `:states:`, else a function's ARN where a resource is a placeholder alone.
fn substituted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').expect("placeholders are closed");
        out.push_str(before);
        if before.ends_with("arn:") {
            out.push_str("aws");
        } else if before.ends_with(['"', ' ']) {
            out.push_str("arn:aws:lambda:us-east-1:123456789012:function:");
            out.push_str(name);
        } else {
            out.push_str(name);
        }
        rest = after;
    }
    out + rest
}

#[test]
fn what_people_deploy_is_accepted() {
    let files = files();
    assert!(files.len() > 80, "the samples are there");
    for path in &files {
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        let text = substituted(&fs::read_to_string(path).expect("readable"));
        let parsed = parse(&text, Format::of_file_name(name), &Options::default());
        let findings: Vec<String> = parsed.diagnostics.iter().map(|diagnostic| diagnostic.aws_text()).collect();
        assert_eq!(findings, [""; 0], "{name}");
        assert!(parsed.definition.is_some(), "{name}");
    }
}

/// Every prefix and many single-byte changes of real texts: whatever happens, it is not a panic, and a definition is there exactly when
/// there is no error.
#[test]
fn damaged_texts_do_not_panic() {
    let mut seed = 1_u64;
    let mut next = move |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % bound
    };
    let alphabet: Vec<char> = "{}[]\",:\\\n\0 -&*!|>#'aé1.$%".chars().collect();
    for path in files() {
        let format = Format::of_file_name(path.to_str().expect("names are UTF-8"));
        let original: Vec<char> = fs::read_to_string(&path).expect("readable").chars().collect();
        for round in 0..12 {
            let mut characters = original.clone();
            match round % 3 {
                0 => characters.truncate(next(original.len())),
                1 => {
                    characters.remove(next(original.len()));
                }
                _ => characters[next(original.len())] = alphabet[next(alphabet.len())],
            }
            let text: String = characters.into_iter().collect();
            for format in [format, Format::Yaml] {
                let parsed = parse(&text, format, &Options::default());
                assert_eq!(parsed.definition.is_some(), !parsed.has_errors(), "{text}");
                for diagnostic in &parsed.diagnostics {
                    assert!(diagnostic.span.start <= diagnostic.span.end && diagnostic.span.end <= text.len());
                }
                stepwell_asl::render(&parsed.diagnostics, &text, "damaged.json", true);
            }
        }
    }
}
