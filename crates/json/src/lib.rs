//! The JSON value every other floor shares.
//!
//! A [`Value`] is immutable and cheap to clone at every level; an update copies only the path it touches. Key order and the kind of a
//! number (`1` or `1.0`) are kept, because AWS shows payloads as text. [`parse`] enforces hard limits on depth and size while reading.
//! A [`Payload`] couples a value with its text, so that neither is computed twice.
//!
//! Reading order: [`Value`], [`Number`], [`Object`], `parse`, `write`, [`Payload`].

mod mark;
mod number;
mod object;
mod parse;
mod payload;
mod value;
mod write;

pub use number::Number;
pub use object::{Key, Object, ObjectBuilder};
pub use parse::{DEPTH_MAX, Limits, ParseError, Problem, parse, parse_with};
pub use payload::Payload;
pub use value::{Array, Value};
pub use write::{write_string, write_value};

/// Builds a [`Value`] from a literal: `json!({"a": 1, "b": [true, null, expression]})`.
///
/// Keys are string literals or parenthesised expressions; leaves are anything `Value: From`.
#[macro_export]
macro_rules! json {
    (null) => { $crate::Value::Null };
    ([ $($element:tt),* $(,)? ]) => { $crate::Value::from(vec![ $( $crate::json!($element) ),* ]) };
    ({ $($key:tt : $value:tt),* $(,)? }) => {{
        #[allow(unused_mut)]
        let mut builder = $crate::ObjectBuilder::new();
        $( builder.insert($key, $crate::json!($value)); )*
        $crate::Value::from(builder.build())
    }};
    ($other:expr) => { $crate::Value::from($other) };
}
