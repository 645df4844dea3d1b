//! `json` 1.0 and 1.1: JSON both ways, the operation in the header `X-Amz-Target`.

use super::{Answer, Told};
use crate::data::Data;
use crate::{Moment, Request};
use json::{Key, Number, Object, Value};
use service_models::{Kind, Operation, Shape};

pub(super) fn request(operation: Operation<'_>, input: &Data) -> Request {
    let service = operation.service();
    let mut request = Request::new(operation.method(), "/");
    request.set("content-type", &format!("application/x-amz-json-{}", service.json_version()));
    request.set("x-amz-target", &format!("{}.{}", service.target_prefix(), operation.name()));
    if service.is_query_compatible() {
        request.set("x-amzn-query-mode", "true");
    }
    request.body = operation.input().map_or_else(|| "{}".to_owned(), |shape| value(shape, input).to_string()).into();
    request
}

pub(super) fn reply(operation: Operation<'_>, answer: &Answer) -> Result<Data, String> {
    let body = body(answer)?;
    Ok(operation.output().map_or(Data::Members(Vec::new()), |shape| data(shape, &body)))
}

pub(super) fn error<'a>(operation: Operation<'a>, answer: &'a Answer) -> Told<'a> {
    let body = body(answer).unwrap_or_else(|_| Object::new().with("message", answer.text().into()).into());
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let named = text("__type").or_else(|| answer.header("x-amzn-errortype")).or_else(|| text("code"));
    let mut code = plain_code(named.unwrap_or_default());
    if operation.service().is_query_compatible() {
        code = query_code(answer).unwrap_or(code);
    }
    let message = text("message").or_else(|| text("Message")).unwrap_or_default().to_owned();
    Told { code, message, request_id: None, members: Some(Box::new(move |shape| data(shape, &body))) }
}

/// `com.amazonaws.dynamodb#ResourceNotFoundException:http://…` without what is around it.
pub(super) fn plain_code(code: &str) -> String {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().to_owned()
}

/// The name an error had in the protocol `query`.
pub(super) fn query_code(answer: &Answer) -> Option<String> {
    let (code, _) = answer.header("x-amzn-query-error")?.split_once(';')?;
    (!code.is_empty()).then(|| code.to_owned())
}

/// The answer's JSON; an empty object if there is nothing.
pub(super) fn body(answer: &Answer) -> Result<Value, String> {
    if answer.body.is_empty() {
        return Ok(Value::empty_object());
    }
    let text = std::str::from_utf8(&answer.body).map_err(|_| "it is no UTF-8".to_owned())?;
    json::parse(text).map_err(|error| format!("JSON: {error}"))
}

/// Data as JSON.
pub(super) fn value(shape: Shape<'_>, data: &Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(value) => (*value).into(),
        Data::Number(number) => number.clone().into(),
        Data::Text(text) => Value::String(text.clone()),
        Data::Bytes(bytes) => crate::base64(bytes).into(),
        Data::Moment(moment) => moment_value(*moment, shape.timestamp_format().unwrap_or("unixTimestamp")),
        Data::Document(value) => value.clone(),
        Data::List(elements) => {
            let Some(element) = shape.element() else { return Value::Null };
            elements.iter().map(|data| value(element, data)).collect::<Vec<_>>().into()
        }
        Data::Members(entries) if shape.kind() == Kind::Map => {
            let Some(element) = shape.element() else { return Value::Null };
            entries.iter().map(|(key, data)| (key.clone(), value(element, data))).collect::<Object>().into()
        }
        Data::Members(members) => {
            let written = |(name, data): &(Key, Data)| {
                let member = shape.member(name)?;
                let name = member.location_name().map_or_else(|| name.clone(), Key::from);
                Some((name, value(member, data)))
            };
            members.iter().filter_map(written).collect::<Object>().into()
        }
    }
}

fn moment_value(moment: Moment, format: &str) -> Value {
    match format {
        "unixTimestamp" | "unixtimestamp" => moment.seconds().into(),
        other => moment.written(other).into(),
    }
}

/// JSON as data. What does not fit the shape is left out.
pub(super) fn data(shape: Shape<'_>, value: &Value) -> Data {
    match (shape.kind(), value) {
        (Kind::Document, value) => Data::Document(value.clone()),
        (_, Value::Null) => Data::Null,
        (Kind::Structure, Value::Object(object)) => {
            let read = |(name, member): (&Key, Shape<'_>)| {
                if super::is_outside_body(member) {
                    return None;
                }
                let value = object.get(member.location_name().unwrap_or(name)).filter(|value| !value.is_null())?;
                Some((name.clone(), data(member, value)))
            };
            Data::Members(shape.members().filter_map(read).collect())
        }
        (Kind::List, Value::Array(elements)) => {
            let Some(element) = shape.element() else { return Data::Null };
            Data::List(elements.iter().map(|value| data(element, value)).collect())
        }
        (Kind::Map, Value::Object(entries)) => {
            let Some(element) = shape.element() else { return Data::Null };
            Data::Members(entries.iter().map(|(key, value)| (key.clone(), data(element, value))).collect())
        }
        (Kind::Blob, Value::String(text)) => {
            crate::from_base64(text).map_or_else(|| Data::Text(text.clone()), |bytes| Data::Bytes(bytes.into()))
        }
        (Kind::Timestamp, Value::String(text)) => {
            Moment::parse(text).map_or_else(|| Data::Text(text.clone()), Data::Moment)
        }
        (Kind::Timestamp, Value::Number(number)) => {
            Moment::from_seconds(number.as_f64()).map_or(Data::Null, Data::Moment)
        }
        (Kind::Integer, Value::Number(number)) => match number.as_integral() {
            Some(integer) => Data::Number(Number::Integer(integer)),
            None => Data::Number(number.clone()),
        },
        (Kind::Float, Value::Number(number)) => Data::Number(number.clone()),
        (Kind::Boolean, Value::Bool(value)) => Data::Bool(*value),
        (Kind::Boolean, Value::String(text)) => Data::Bool(text.eq_ignore_ascii_case("true")),
        (_, Value::String(text)) => Data::Text(text.clone()),
        (_, other) => Data::Document(other.clone()),
    }
}
