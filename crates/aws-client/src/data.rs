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

impl Data {
    /// A structure's member or a map's entry.
    pub(crate) fn get(&self, name: &str) -> Option<&Data> {
        self.members().iter().find(|(key, _)| &**key == name).map(|(_, data)| data)
    }

    /// The members of a structure or the entries of a map; none of anything else.
    pub(crate) fn members(&self) -> &[(Key, Data)] {
        match self {
            Data::Members(members) => members,
            _ => &[],
        }
    }

    /// A scalar's text in a URL, a header, a form or XML; `format` is that of times.
    pub(crate) fn plain(&self, format: &str) -> String {
        match self {
            Data::Null | Data::List(_) | Data::Members(_) => String::new(),
            Data::Bool(value) => value.to_string(),
            Data::Number(Number::Double(double)) => format!("{double:?}"),
            Data::Number(number) => number.to_string(),
            Data::Text(text) => text.to_string(),
            Data::Bytes(bytes) => crate::base64(bytes),
            Data::Moment(moment) => moment.written(format),
            Data::Document(value) => value.to_string(),
        }
    }
}
