//! Every Rust file says at its head what it is.

use super::Problems;
use crate::workspace::File;

pub(super) fn check(files: &[File]) -> Problems {
    let sources = files.iter().filter(|file| file.path.ends_with(".rs"));
    let bare = sources.filter(|file| !file.text.as_deref().is_some_and(|text| text.starts_with("//! ")));
    bare.map(|file| format!("{}: a file begins with '//! ' and what it is", file.path)).collect()
}
