//! The response of operations that have nothing to say.

use json::Value;

/// `{}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmptyResponse;

impl EmptyResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        Value::empty_object()
    }
}
