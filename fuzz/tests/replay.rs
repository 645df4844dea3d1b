//! Every target on every kept input, and on mutations of them: a regression test of what fuzzing found.
//!
//! Coverage-guided fuzzing needs a compiler's help and time; this needs neither and finds what lies near. Nothing is timed: what evaluates has a
//! budget, and an input that hangs a target runs into the runner's limit for tests.

use fuzz::TARGETS;
use std::fs;
use std::path::Path;

/// Mutations of each kept input.
const MUTATIONS: u64 = 20;

#[test]
fn kept_inputs_and_their_neighbours_do_no_harm() {
    // On the stack of an async worker, where they run in the server.
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(replay).expect("a thread can be started");
    worker.join().expect("no input makes a target panic");
}

fn replay() {
    for target in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
        let mut inputs: Vec<_> = fs::read_dir(&folder).expect("every target has inputs").flatten().collect();
        inputs.sort_by_key(fs::DirEntry::path);
        assert!(!inputs.is_empty(), "{} has inputs", target.name);
        for input in &inputs {
            let bytes = fs::read(input.path()).expect("an input can be read");
            run(target, &input.path(), &bytes);
            for seed in 0..MUTATIONS {
                run(target, &input.path(), &mutate(&bytes, seed));
            }
        }
    }
}

fn run(target: &fuzz::Target, origin: &Path, bytes: &[u8]) {
    let outcome = std::panic::catch_unwind(|| (target.run)(bytes));
    assert!(outcome.is_ok(), "{} near {}: {:?}", target.name, origin.display(), String::from_utf8_lossy(bytes));
}

/// Bytes dropped, doubled, replaced or swapped, as the seed says.
fn mutate(bytes: &[u8], seed: u64) -> Vec<u8> {
    const PIECES: &[&str] = &[
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "\"",
        "'",
        "\\",
        "$",
        ".",
        "*",
        "%",
        ":",
        ",",
        "\n",
        "-",
        "0",
        "9999999999",
        "é",
        "\u{10ffff}",
        "/",
        "?",
        "#",
        "|",
        "&",
        " ",
    ];
    let mut state = seed.wrapping_add(bytes.len() as u64);
    let mut next = |end: usize| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 27)) % end.max(1) as u64) as usize
    };
    let mut bytes = bytes.to_vec();
    for _ in 0..=next(4) {
        let at = next(bytes.len());
        let end = (at + 1 + next(8)).min(bytes.len());
        match next(4) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let copied = bytes[at.min(bytes.len())..end].to_vec();
                let place = next(bytes.len());
                bytes.splice(place..place, copied);
            }
            2 => {
                let piece = PIECES[next(PIECES.len())].bytes();
                bytes.splice(at..at, piece);
            }
            _ => {
                let piece = PIECES[next(PIECES.len())].bytes();
                bytes.splice(at..end, piece);
            }
        }
    }
    bytes
}
