//! What functions have written lately, as whoever runs them knows it.

use std::fmt::{Debug, Formatter, Result};
use std::sync::Arc;

/// A line that a function wrote: in which invocation, if that is known, and the text.
pub type FunctionLine = (Option<Arc<str>>, Arc<str>);

type Recent = dyn Fn(&str) -> Vec<FunctionLine> + Send + Sync;

/// Where the last lines of functions are.
#[derive(Clone)]
pub struct FunctionLogs(Arc<Recent>);

impl FunctionLogs {
    /// `recent` gives the last lines of the function of a name, oldest first.
    pub fn new(recent: impl Fn(&str) -> Vec<FunctionLine> + Send + Sync + 'static) -> FunctionLogs {
        FunctionLogs(Arc::new(recent))
    }

    pub(crate) fn recent(&self, function: &str) -> Vec<FunctionLine> {
        (self.0)(function)
    }
}

impl Debug for FunctionLogs {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str("FunctionLogs")
    }
}
