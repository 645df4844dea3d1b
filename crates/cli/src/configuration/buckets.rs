//! `buckets:`, directories that stand for S3's buckets: Distributed Maps read items from them and write results to them.
//!
//! ```yaml
//! buckets:
//!   orders: ./data
//! ```

use super::reader::Findings;
use asl::Node;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Reads the mapping from names to directories; relative ones are relative to `base`.
pub(super) fn read(node: &Node, base: &Path, findings: &mut Findings) -> BTreeMap<String, PathBuf> {
    let mut directories = BTreeMap::new();
    for entry in findings.entries("buckets", node) {
        let Some(path) = findings.text(&entry.key, &entry.value) else { continue };
        let directory = base.join(&**path);
        if !directory.is_dir() {
            findings.add(&entry.value.span, format!("'{path}' is not a directory"));
        }
        directories.insert(entry.key.to_string(), directory);
    }
    directories
}
