//! The parameters of a call as Step Functions has them, made into typed data. What does not fit the model is told, all at once.

use crate::data::Data;
use crate::{Blobs, Moment};
use bytes::Bytes;
use json::{Key, Number, Value};
use service_models::{Kind, Shape};

/// A parameter that cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The member, by its name alone, as it was written.
    pub field: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The operation has no such member.
    Unknown,
    /// Its value is of another kind.
    Format,
}

/// Reads the parameters of an operation.
pub(crate) struct Reader<'r> {
    pub(crate) blobs: Blobs,
    /// What an idempotency token is filled with that is not given.
    pub(crate) identity: &'r dyn Fn() -> String,
    problems: Vec<Problem>,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(blobs: Blobs, identity: &'r dyn Fn() -> String) -> Reader<'r> {
        Reader { blobs, identity, problems: Vec::new() }
    }

    /// The parameters, typed; or what is wrong with them.
    pub(crate) fn read(mut self, shape: Option<Shape<'_>>, value: &Value) -> Result<Data, Vec<Problem>> {
        let data = match shape {
            Some(shape) => self.structure("", shape, value, true),
            None => {
                let members = value.as_object().into_iter().flat_map(|members| members.keys());
                let unknown = members.map(|name| Problem { field: name.to_string(), fault: Fault::Unknown });
                self.problems.extend(unknown);
                Data::Members(Vec::new())
            }
        };
        if self.problems.is_empty() { Ok(data) } else { Err(self.problems) }
    }

    fn data(&mut self, field: &str, shape: Shape<'_>, value: &Value) -> Data {
        match (shape.kind(), value) {
            (Kind::Document, _) => Data::Document(value.clone()),
            (Kind::Structure, _) => self.structure(field, shape, value, false),
            (Kind::List, Value::Array(elements)) => {
                let Some(element) = shape.element() else { return Data::Null };
                let read = |value| if is_null(value) { Data::Null } else { self.data(field, element, value) };
                Data::List(elements.iter().map(read).collect())
            }
            (Kind::Map, Value::Object(entries)) => {
                let Some(element) = shape.element() else { return Data::Null };
                let read = |(key, value): (&Key, &Value)| {
                    let data = if is_null(value) { Data::Null } else { self.data(key, element, value) };
                    (key.clone(), data)
                };
                Data::Members(entries.iter().map(read).collect())
            }
            (Kind::String, _) => Data::Text(text(value)),
            (Kind::Blob, _) => self.blob(field, value),
            (Kind::Timestamp, _) => self.moment(field, value),
            (Kind::Boolean, Value::Bool(value)) => Data::Bool(*value),
            (Kind::Integer, Value::Number(number)) => match number.as_integral() {
                Some(integer) => Data::Number(Number::Integer(integer)),
                None if matches!(number, Number::Decimal(_)) => Data::Number(number.clone()),
                None => self.wrong(field),
            },
            (Kind::Float, Value::Number(number)) => Data::Number(number.clone()),
            (Kind::Float, Value::String(text)) if ["NaN", "Infinity", "-Infinity"].contains(&&**text) => {
                Data::Text(text.clone())
            }
            _ => self.wrong(field),
        }
    }

    fn structure(&mut self, field: &str, shape: Shape<'_>, value: &Value, is_input: bool) -> Data {
        let Value::Object(object) = value else { return self.wrong(field) };
        let mut members: Vec<(Key, Data)> = Vec::with_capacity(object.len());
        for (written, value) in object.iter() {
            match shape.member_spelled(written) {
                None => self.problems.push(Problem { field: written.to_string(), fault: Fault::Unknown }),
                Some(_) if is_null(value) => {}
                Some((name, shape)) => {
                    let data = self.data(written, shape, value);
                    members.push((name.clone(), data));
                }
            }
        }
        if is_input {
            let given = members.len();
            for (name, member) in shape.members().filter(|(_, member)| member.is_idempotency_token()) {
                if !members[..given].iter().any(|(known, _)| known == name) && member.kind() == Kind::String {
                    members.push((name.clone(), Data::Text((self.identity)().into())));
                }
            }
        }
        Data::Members(members)
    }

    /// A text is its bytes; anything else is JSON.
    fn blob(&mut self, field: &str, value: &Value) -> Data {
        match (value, self.blobs) {
            (Value::String(text), Blobs::Base64) => match crate::from_base64(text) {
                Some(bytes) => Data::Bytes(bytes.into()),
                None => self.wrong(field),
            },
            _ => Data::Bytes(Bytes::copy_from_slice(text(value).as_bytes())),
        }
    }

    fn moment(&mut self, field: &str, value: &Value) -> Data {
        let moment = match value {
            Value::String(text) => Moment::parse(text),
            Value::Number(number) => Moment::from_seconds(number.as_f64()),
            _ => None,
        };
        moment.map_or_else(|| self.wrong(field), Data::Moment)
    }

    fn wrong(&mut self, field: &str) -> Data {
        self.problems.push(Problem { field: field.to_owned(), fault: Fault::Format });
        Data::Null
    }
}

/// What is no text is sent as its JSON (recorded for bodies, messages, inputs).
fn text(value: &Value) -> std::sync::Arc<str> {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string().into(),
    }
}

fn is_null(value: &Value) -> bool {
    value.is_null()
}
