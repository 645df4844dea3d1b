//! Pictures: `$formatNumber`, `$formatInteger` and `$parseInteger`, and the dates of `$fromMillis`, `$toMillis` and `$now`.
//!
//! JSONata takes its pictures from XPath and XQuery Functions and Operators 3.1 (below: F&O). The functions here are pure and know neither
//! the evaluator nor a clock. Their time is linear in the picture and the value, and what they write is bounded by
//! [`OUTPUT_BYTES_MAX`](crate::text::OUTPUT_BYTES_MAX).

pub mod datetime;
mod digits;
mod error;
mod grouping;
pub mod integer;
pub mod number;

pub use error::PictureError;
