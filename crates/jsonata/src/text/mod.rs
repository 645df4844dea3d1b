//! Text and numbers as text: the leaves under JSONata's string and numeric functions.
//!
//! Pure functions on `&str` and `f64`. They know no JSON value, no budget and no position; the evaluator turns what they refuse into the
//! error of the function that was called. Lengths are in Unicode code points throughout, as JSONata 2 counts them.

pub mod base64;
pub mod characters;
pub mod number;
pub mod round;
pub mod url;

/// The most bytes one call of a leaf function may produce beyond its arguments (1 MiB, four times the largest Step Functions payload).
/// A width of 10^9 in a picture or in `$pad` is refused before anything of that size exists.
pub const OUTPUT_BYTES_MAX: usize = 1 << 20;

/// The result would exceed [`OUTPUT_BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;
