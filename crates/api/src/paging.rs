//! `maxResults` and `nextToken`.

use crate::exception::Exception;
use crate::fields::{Fields, Text};
use crate::limits::MAX_RESULTS_DEFAULT;
use crate::shapes::PAGE_SIZE;
use std::sync::Arc;

/// Which page of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// Entries on the page at most: 1 to 1000, 100 if the request says nothing or 0.
    pub max_results: usize,
    /// Where the page begins; the first one without.
    pub next_token: Option<Arc<str>>,
}

impl Paging {
    pub(crate) fn read(fields: &Fields<'_>, next_token: Text) -> Result<Paging, Exception> {
        let max_results = fields.integer("maxResults", PAGE_SIZE)?.unwrap_or(0);
        let next_token = fields.optional_text("nextToken", next_token)?;
        let max_results = usize::try_from(max_results).ok().filter(|count| *count > 0);
        Ok(Paging { max_results: max_results.unwrap_or(MAX_RESULTS_DEFAULT), next_token })
    }
}
