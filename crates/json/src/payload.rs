//! A value and its text, each computed at most once.

use crate::Value;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A JSON document that is shown as text and worked on as a value: an input, an output, a result.
///
/// Cloning shares both forms. A state that passes its input on therefore neither parses nor serialises it again, and every event and API
/// reply that shows it shares one text.
#[derive(Clone)]
pub struct Payload(Arc<Forms>);

struct Forms {
    value: OnceLock<Value>,
    text: OnceLock<Arc<str>>,
}

impl Payload {
    /// A payload whose text is the compact form of `value`, written when first asked for.
    pub fn from_value(value: Value) -> Payload {
        Payload(Arc::new(Forms { value: OnceLock::from(value), text: OnceLock::new() }))
    }

    /// A payload whose text is known to be JSON (checked when it was taken in), parsed when first asked for.
    pub fn from_valid_text(text: impl Into<Arc<str>>) -> Payload {
        Payload(Arc::new(Forms { value: OnceLock::new(), text: OnceLock::from(text.into()) }))
    }

    /// Both forms, where the caller has just parsed `text` and got `value`.
    pub fn from_parts(text: impl Into<Arc<str>>, value: Value) -> Payload {
        Payload(Arc::new(Forms { value: OnceLock::from(value), text: OnceLock::from(text.into()) }))
    }

    /// The value.
    pub fn value(&self) -> &Value {
        self.0.value.get_or_init(|| {
            let text = self.0.text.get().expect("a payload has at least one of its forms");
            crate::parse(text).expect("payload text is checked before it becomes a payload")
        })
    }

    /// The JSON text.
    pub fn text(&self) -> &Arc<str> {
        self.0.text.get_or_init(|| {
            let mut text = String::new();
            crate::write_value(self.0.value.get().expect("a payload has at least one of its forms"), &mut text);
            text.into()
        })
    }

    /// The text's length in UTF-8 bytes: what AWS's payload limits count.
    pub fn len_bytes(&self) -> usize {
        self.text().len()
    }

    /// Whether both are the same payload in memory: a cheap test that says nothing when false.
    pub fn ptr_eq(&self, other: &Payload) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Payload::from_value(value)
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.ptr_eq(other) || self.text() == other.text()
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}
