//! A reply as Step Functions shows it: members in PascalCase and, as recorded, in alphabetical order, a stream last; times in ISO 8601; bytes as text.

use crate::Blobs;
use crate::data::Data;
use json::{Key, Object, Value};
use service_models::{Kind, Shape, spelled};

/// The reply.
pub(crate) fn shown(shape: Option<Shape<'_>>, data: Data, blobs: Blobs) -> Value {
    match shape {
        Some(shape) => value(shape, data, blobs),
        None => Value::empty_object(),
    }
}

fn value(shape: Shape<'_>, data: Data, blobs: Blobs) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(value) => value.into(),
        Data::Number(number) => number.into(),
        Data::Text(text) => Value::String(text),
        Data::Bytes(bytes) => match blobs {
            Blobs::Text => String::from_utf8_lossy(&bytes).into_owned().into(),
            Blobs::Base64 => crate::base64(&bytes).into(),
        },
        Data::Moment(moment) => moment.iso8601().into(),
        Data::Document(value) => value,
        Data::List(elements) => {
            let Some(element) = shape.element() else { return Value::Null };
            elements.into_iter().map(|data| value(element, data, blobs)).collect::<Vec<_>>().into()
        }
        Data::Members(entries) if shape.kind() == Kind::Map => {
            let Some(element) = shape.element() else { return Value::Null };
            entries.into_iter().map(|(key, data)| (key, value(element, data, blobs))).collect::<Object>().into()
        }
        Data::Members(members) => structure(shape, members, blobs),
    }
}

fn structure(shape: Shape<'_>, members: Vec<(Key, Data)>, blobs: Blobs) -> Value {
    let show = |(name, data): (Key, Data)| {
        let member = shape.member(&name)?;
        let is_stream = shape.payload().is_some_and(|(payload, _)| payload == &*name) && member.kind() == Kind::Blob;
        Some((is_stream, Key::from(spelled(&name)), value(member, data, blobs)))
    };
    let mut shown: Vec<(bool, Key, Value)> = members.into_iter().filter_map(show).collect();
    shown.sort_by(|(one, name, _), (other, name_of_other, _)| (one, name).cmp(&(other, name_of_other)));
    shown.into_iter().map(|(_, name, value)| (name, value)).collect::<Object>().into()
}
