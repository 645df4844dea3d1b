//! One of the targets under libFuzzer: the one that `STEPWELL_FUZZ_TARGET` names. `cargo xtask fuzz` builds and starts it.
#![no_main]

use fuzz::TARGETS;
use std::sync::OnceLock;

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

fn target() -> fn(&[u8]) {
    let name = std::env::var("STEPWELL_FUZZ_TARGET").expect("STEPWELL_FUZZ_TARGET names a target");
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("there is no target {name}")).run
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| TARGET.get_or_init(target)(input));
