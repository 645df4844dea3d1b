//! Every crate on a pure floor carries the same clippy.toml, which keeps it pure.

use super::{Problems, text_of};
use crate::floors::pure_crates;
use crate::workspace::File;

/// The copy the others are compared with.
const MODEL: &str = "crates/json/clippy.toml";

pub(super) fn check(files: &[File]) -> Problems {
    let model = match text_of(files, MODEL) {
        Ok(model) => model,
        Err(problem) => return vec![problem],
    };
    let paths = pure_crates().map(|name| format!("crates/{name}/clippy.toml"));
    let different = paths.filter_map(|path| match text_of(files, &path) {
        Ok(text) if text == model => None,
        Ok(_) => Some(format!("{path} differs from {MODEL}: the pure floors have one set of rules")),
        Err(problem) => Some(problem),
    });
    different.collect()
}
