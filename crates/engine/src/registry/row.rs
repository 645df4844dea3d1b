//! The form of every row of the registry: one byte of version, then a JSON object. Readable with a hex dump, extensible by members.

use api::Exception;
use json::{Object, Value};
use std::sync::Arc;
use store::{Bytes, StoreError};

const VERSION: u8 = 1;

/// The bytes of a row.
pub(super) fn encode(row: Object) -> Bytes {
    let mut text = String::from(char::from(VERSION));
    json::write_value(&row.into(), &mut text);
    text.into_bytes().into()
}

/// A row read back, with its place for complaints.
pub(super) struct Row {
    value: Value,
    place: String,
}

impl Row {
    /// Reads the bytes of a row. The only errors are broken promises of the disk or of another version.
    pub(super) fn decode(bytes: &[u8], place: impl Into<String>) -> Result<Row, StoreError> {
        let place = place.into();
        let corrupt = |what: &str| StoreError::Corrupt { what: what.to_owned(), place: place.clone() };
        let (version, text) = bytes.split_first().ok_or_else(|| corrupt("an empty row"))?;
        if *version != VERSION {
            return Err(corrupt(&format!("a row of format {version}, this version of Stepwell knows {VERSION}")));
        }
        let text = std::str::from_utf8(text).map_err(|_| corrupt("a row that is not UTF-8"))?;
        let value = json::parse(text).map_err(|error| corrupt(&format!("a row that is not JSON ({error})")))?;
        Ok(Row { value, place })
    }

    /// The whole row.
    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    /// A text member that is always written.
    pub(super) fn text(&self, name: &str) -> Result<Arc<str>, StoreError> {
        self.optional_text(name).ok_or_else(|| self.missing(name))
    }

    /// A text member that may be absent.
    pub(super) fn optional_text(&self, name: &str) -> Option<Arc<str>> {
        match self.value.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// An integer member that is always written.
    pub(super) fn integer(&self, name: &str) -> Result<i64, StoreError> {
        self.optional_integer(name).ok_or_else(|| self.missing(name))
    }

    /// An integer member that may be absent.
    pub(super) fn optional_integer(&self, name: &str) -> Option<i64> {
        self.value.get(name).and_then(Value::as_i64)
    }

    /// A configuration the API's shapes have read.
    pub(super) fn checked<T>(&self, read: Result<T, Exception>) -> Result<T, StoreError> {
        read.map_err(|exception| self.corrupt(&exception.to_string()))
    }

    pub(super) fn missing(&self, name: &str) -> StoreError {
        self.corrupt(&format!("no usable member '{name}'"))
    }

    fn corrupt(&self, what: &str) -> StoreError {
        StoreError::Corrupt { what: what.to_owned(), place: self.place.clone() }
    }
}
