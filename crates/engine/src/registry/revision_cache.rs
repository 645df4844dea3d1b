//! Parsed revisions kept in memory, the least recently used given up first. Whoever holds a revision keeps it alive regardless.

use super::revision::{Revision, RevisionNumber};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// Kept at most, counted and by the length of their texts. A parsed definition takes several times its text.
const REVISIONS_MAX: usize = 4096;
const TEXT_BYTES_MAX: usize = 16 << 20;

#[derive(Default)]
pub(super) struct RevisionCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    revisions: HashMap<RevisionNumber, (Arc<Revision>, u64)>,
    text_bytes: usize,
    /// Rises with every use: the smallest stamp is the longest unused.
    uses: u64,
}

impl RevisionCache {
    pub(super) fn get(&self, number: RevisionNumber) -> Option<Arc<Revision>> {
        let mut kept = self.kept();
        kept.uses += 1;
        let stamp = kept.uses;
        let (revision, used) = kept.revisions.get_mut(&number)?;
        *used = stamp;
        Some(revision.clone())
    }

    pub(super) fn insert(&self, revision: Arc<Revision>) {
        let mut kept = self.kept();
        kept.uses += 1;
        let stamp = kept.uses;
        kept.text_bytes += revision.definition_text.len();
        if let Some((replaced, _)) = kept.revisions.insert(revision.number, (revision, stamp)) {
            kept.text_bytes -= replaced.definition_text.len();
        }
        while kept.revisions.len() > 1 && (kept.revisions.len() > REVISIONS_MAX || kept.text_bytes > TEXT_BYTES_MAX) {
            kept.drop_oldest();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("nothing panics while holding the lock")
    }
}

impl Kept {
    fn drop_oldest(&mut self) {
        let oldest = self.revisions.iter().min_by_key(|(_, (_, used))| *used).map(|(number, _)| *number);
        if let Some((dropped, _)) = oldest.and_then(|number| self.revisions.remove(&number)) {
            self.text_bytes -= dropped.definition_text.len();
        }
    }
}
