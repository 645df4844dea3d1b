//! A page of names in order.

use api::{Exception, Paging, next_token};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// The entries of one page, and the token of the next if there is one.
pub(super) fn page<'a, T>(
    all: &'a BTreeMap<Arc<str>, T>,
    paging: &Paging,
    scope: &str,
    now_ms: i64,
) -> Result<(Vec<&'a T>, Option<String>), Exception> {
    let after = match &paging.next_token {
        None => None,
        Some(token) => {
            let name = String::from_utf8(next_token::decode(scope, token, now_ms)?);
            Some(name.map_err(|_| Exception::invalid_token())?)
        }
    };
    let start = after.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
    let mut rest = all.range::<str, _>((start, Bound::Unbounded));
    let entries: Vec<(&Arc<str>, &T)> = rest.by_ref().take(paging.max_results).collect();
    let last = entries.last().filter(|_| rest.next().is_some());
    let next_token = last.map(|(name, _)| next_token::encode(scope, name.as_bytes(), now_ms));
    Ok((entries.into_iter().map(|(_, entry)| entry).collect(), next_token))
}
