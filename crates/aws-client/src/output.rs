//! A reply as Step Functions shows it: members in PascalCase and, as recorded, in alphabetical order, a stream last; times in ISO 8601 and bytes as text, if not
//! otherwise asked for.

use crate::data::Data;
use crate::{Blobs, Looks, Times};
use json::{Key, Object, Value};
use service_models::{Kind, Shape, spelled};

/// The reply.
pub(crate) fn shown(shape: Option<Shape<'_>>, data: Data, looks: Looks) -> Value {
    match shape {
        Some(shape) => value(shape, data, looks),
        None => Value::empty_object(),
    }
}

fn value(shape: Shape<'_>, data: Data, looks: Looks) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(value) => value.into(),
        Data::Number(number) => number.into(),
        Data::Text(text) => Value::String(text),
        Data::Bytes(bytes) => match looks.blobs {
            Blobs::Text => String::from_utf8_lossy(&bytes).into_owned().into(),
            Blobs::Base64 => crate::base64(&bytes).into(),
        },
        Data::Moment(moment) => match looks.times {
            Times::Iso8601 => moment.iso8601().into(),
            Times::Milliseconds => moment.milliseconds().into(),
        },
        Data::Document(value) => value,
        // Each event is a structure with one of the members.
        Data::List(events) if shape.is_event_stream() => {
            events.into_iter().map(|data| value(shape, data, looks)).collect::<Vec<_>>().into()
        }
        Data::List(elements) => {
            let Some(element) = shape.element() else { return Value::Null };
            elements.into_iter().map(|data| value(element, data, looks)).collect::<Vec<_>>().into()
        }
        Data::Members(entries) if shape.kind() == Kind::Map => {
            let Some(element) = shape.element() else { return Value::Null };
            entries.into_iter().map(|(key, data)| (key, value(element, data, looks))).collect::<Object>().into()
        }
        Data::Members(members) => structure(shape, members, looks),
    }
}

fn structure(shape: Shape<'_>, members: Vec<(Key, Data)>, looks: Looks) -> Value {
    let show = |(name, data): (Key, Data)| {
        let member = shape.member(&name)?;
        let is_stream = shape.payload().is_some_and(|(payload, _)| payload == &*name) && member.kind() == Kind::Blob;
        Some((is_stream, Key::from(spelled(&name)), value(member, data, looks)))
    };
    let mut shown: Vec<(bool, Key, Value)> = members.into_iter().filter_map(show).collect();
    shown.sort_by(|(one, name, _), (other, name_of_other, _)| (one, name).cmp(&(other, name_of_other)));
    shown.into_iter().map(|(_, name, value)| (name, value)).collect::<Object>().into()
}
