//! What goes in and comes out, typed: JSON has no bytes and no times, and no member names of a model.

use crate::Moment;
use bytes::Bytes;
use json::{Key, Number, Value};
use std::sync::Arc;

/// A value of a shape. Members have the model's names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    /// Nothing, as an element of a list or map may be.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text; also a number that JSON has not, such as `NaN`.
    Text(Arc<str>),
    /// Bytes.
    Bytes(Bytes),
    /// A time.
    Moment(Moment),
    /// Elements.
    List(Vec<Data>),
    /// The members of a structure, or the entries of a map.
    Members(Vec<(Key, Data)>),
    /// Any JSON.
    Document(Value),
}
