//! A page of a list in order. A token holds the position of the last entry shown, so that it stays right while entries come and go.

use super::Registry;
use api::{Exception, Paging, next_token};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

impl Registry {
    /// The account's entries of one page by name, and the token of the next if there is one.
    pub(super) fn page<'a, T>(
        &self,
        all: &'a BTreeMap<Arc<str>, T>,
        paging: &Paging,
        list: &str,
        now_ms: i64,
    ) -> Result<(Vec<&'a T>, Option<String>), Exception> {
        let prefix = self.key_prefix();
        let scope = format!("{list} {prefix}");
        page_of(paging, &scope, now_ms, |after| {
            let after = after.map(String::from_utf8).transpose().ok()?;
            let start = after.as_deref().map_or(Bound::Included(&*prefix), Bound::Excluded);
            let rest = all.range::<str, _>((start, Bound::Unbounded));
            // The keys of another account follow each other; those of the server's own have others in between.
            let rest = rest.take_while(|(key, _)| self.is_home() || self.shows(key)).filter(|(key, _)| self.shows(key));
            Some(rest.map(|(key, entry)| (key.as_bytes().to_vec(), entry)))
        })
    }

    /// Whether the account has as many of `all` as it may have.
    pub(super) fn has<T>(&self, all: &BTreeMap<Arc<str>, T>, most: usize) -> bool {
        // Counted only when it may be so.
        all.len() >= most && all.keys().filter(|key| self.shows(key)).count() >= most
    }
}

/// The entries of one page, and the token of the next if there is one. `entries_after` gives positions and entries behind a position, or
/// nothing if there can be no such position.
pub(super) fn page_of<T, I: Iterator<Item = (Vec<u8>, T)>>(
    paging: &Paging,
    scope: &str,
    now_ms: i64,
    entries_after: impl FnOnce(Option<Vec<u8>>) -> Option<I>,
) -> Result<(Vec<T>, Option<String>), Exception> {
    let token = paging.next_token.as_deref();
    let after = token.map(|token| next_token::decode(scope, token, now_ms)).transpose()?;
    let mut rest = entries_after(after).ok_or_else(Exception::invalid_token)?;
    let mut last = None;
    let mut entries = Vec::new();
    for (position, entry) in rest.by_ref().take(paging.max_results) {
        last = Some(position);
        entries.push(entry);
    }
    let last = last.filter(|_| rest.next().is_some());
    Ok((entries, last.map(|position| next_token::encode(scope, &position, now_ms))))
}
