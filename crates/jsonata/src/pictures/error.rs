//! What is wrong with a picture, or with the value it is applied to: a code of JSONata and the value its message quotes.
//!
//! No message: the evaluator holds the texts of all codes, and knows the name of the function that was called.

use crate::text::{self, TooLong};

/// A refusal by `$formatNumber`, `$formatInteger`, `$parseInteger`, `$fromMillis` or `$toMillis`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureError {
    /// JSONata's code: D3080 to D3093 for number pictures, D3110 and D3130 to D3136 for the others, D1001 for a number or time zone that is
    /// out of range, [`PictureError::TOO_LONG`] for an output beyond the bound.
    pub code: &'static str,
    /// The text that the message quotes as `{{value}}`; only the codes D1001, D3110, D3130, D3132 and D3133 quote one.
    pub value: Option<String>,
}

impl PictureError {
    /// The code of a result that would exceed [`text::OUTPUT_BYTES_MAX`]. Not JSONata's: the reference implementation has no such bound.
    pub const TOO_LONG: &'static str = "D1011";

    pub(super) fn new(code: &'static str) -> PictureError {
        PictureError { code, value: None }
    }

    pub(super) fn quoting(code: &'static str, value: impl Into<String>) -> PictureError {
        PictureError { code, value: Some(value.into()) }
    }

    /// D1001: a number that has no digits or no date.
    pub(super) fn out_of_range(value: f64) -> PictureError {
        PictureError::quoting("D1001", text::number::format(value))
    }
}

impl From<TooLong> for PictureError {
    fn from(_: TooLong) -> PictureError {
        PictureError::new(PictureError::TOO_LONG)
    }
}
