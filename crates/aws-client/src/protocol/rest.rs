//! `rest-json` and `rest-xml`: the operation in method and path, parameters in path, query string, headers and body.

use super::{Answer, Told, json, query, xml};
use crate::Request;
use crate::data::Data;
use crate::request::{filled, percent_encoded};
use ::json::{Key, Number};
use bytes::Bytes;
use service_models::{Kind, Location, Operation, Shape};

/// What bodies are written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Xml,
}

pub(super) fn request(format: Format, operation: Operation<'_>, input: &Data) -> Result<Request, String> {
    let Some(shape) = operation.input() else { return Ok(Request::new(operation.method(), operation.request_uri())) };
    let mut request = Request::new(operation.method(), &path(operation, shape, input)?);
    let mut rest = Vec::new();
    for (name, data) in input.members() {
        let Some(member) = shape.member(name) else { continue };
        match member.location() {
            Some(Location::QueryString) if member.kind() == Kind::Map => {
                all_others(&mut request, shape, input, member, data)
            }
            Some(Location::QueryString) => {
                query_pairs(&mut request, member.location_name().unwrap_or(name), member, data)
            }
            Some(Location::Header) => {
                let name = member.location_name().unwrap_or(name);
                // The length is that of the body, whatever is given.
                let value = header(member, data).filter(|_| !name.eq_ignore_ascii_case("content-length"));
                value.into_iter().for_each(|value| request.set(name, &value));
            }
            Some(Location::Headers) => {
                let prefix = member.location_name().unwrap_or_default();
                data.members()
                    .iter()
                    .for_each(|(key, data)| request.set(&format!("{prefix}{key}"), &data.plain("rfc822")));
            }
            Some(Location::Uri | Location::StatusCode) => {}
            None => rest.push((name.clone(), data.clone())),
        }
    }
    body(format, &mut request, shape, input, rest);
    Ok(request)
}

/// A map in the query string is all pairs that have no member of their own.
fn all_others(request: &mut Request, shape: Shape<'_>, input: &Data, map: Shape<'_>, data: &Data) {
    let is_own = |key: &Key| {
        input.members().iter().any(|(name, data)| {
            let member = shape.member(name).filter(|member| member.location() == Some(Location::QueryString));
            *data != Data::Null
                && member.is_some_and(|member| {
                    member.kind() != Kind::Map && member.location_name().unwrap_or(name) == &**key
                })
        })
    };
    let Some(element) = map.element() else { return };
    for (key, data) in data.members() {
        if !is_own(key) && !request.has_query(key) {
            query_pairs(request, key, element, data);
        }
    }
}

/// The path with its labels filled in.
fn path(operation: Operation<'_>, shape: Shape<'_>, input: &Data) -> Result<String, String> {
    filled("path", operation.request_uri(), |label| {
        let (label, safe) = label.strip_suffix('+').map_or((label, ""), |label| (label, "/"));
        let is_meant = |(name, member): &(&Key, Shape<'_>)| {
            member.location() == Some(Location::Uri) && member.location_name().unwrap_or(name) == label
        };
        let (name, member) = shape.members().find(is_meant).ok_or_else(|| format!("the model has no {label}"))?;
        let data =
            input.get(name).ok_or_else(|| format!("Parameter '{}' must not be null", service_models::spelled(name)))?;
        let text = data.plain(member.timestamp_format().unwrap_or("iso8601"));
        if text.is_empty() {
            return Err(format!("Parameter '{}' must not be empty", service_models::spelled(name)));
        }
        Ok(percent_encoded(&text, safe))
    })
}

fn query_pairs(request: &mut Request, name: &str, shape: Shape<'_>, data: &Data) {
    let plain = |shape: Shape<'_>, data: &Data| data.plain(shape.timestamp_format().unwrap_or("iso8601"));
    match (data, shape.element()) {
        (Data::Null, _) => {}
        (Data::List(elements), Some(element)) => {
            elements.iter().for_each(|data| request.add_query(name, &plain(element, data)));
        }
        (data, _) => request.add_query(name, &plain(shape, data)),
    }
}

/// A header's value; none of an empty list.
fn header(shape: Shape<'_>, data: &Data) -> Option<String> {
    match data {
        Data::Null => None,
        Data::List(elements) if elements.is_empty() => None,
        Data::List(elements) => {
            let element = shape.element()?;
            let values = elements.iter().filter_map(|data| {
                let value = header(element, data)?;
                let is_quoted = element.kind() == Kind::String && value.contains(['"', ',']);
                Some(if is_quoted { format!("\"{}\"", value.replace('"', "\\\"")) } else { value })
            });
            Some(values.collect::<Vec<_>>().join(","))
        }
        Data::Text(text) if shape.is_json_value() => Some(crate::base64(text.as_bytes())),
        data => Some(data.plain(shape.timestamp_format().unwrap_or("rfc822"))),
    }
}

fn body(format: Format, request: &mut Request, shape: Shape<'_>, input: &Data, rest: Vec<(Key, Data)>) {
    let payload = shape.payload();
    if let Some((name, _)) = payload.filter(|(_, member)| matches!(member.kind(), Kind::Blob | Kind::String)) {
        request.body = match input.get(name) {
            Some(Data::Bytes(bytes)) => bytes.clone(),
            Some(data) => data.plain("iso8601").into(),
            None => Bytes::new(),
        };
        return;
    }
    let given = match payload {
        Some((name, member)) => input.get(name).map(|data| (member, data.clone())),
        None if rest.is_empty() => None,
        None => Some((shape, Data::Members(rest))),
    };
    match format {
        Format::Json => {
            let has_body = payload.is_some() || shape.members().any(|(_, member)| member.location().is_none());
            request.body = match &given {
                Some((shape, data)) => json::value(*shape, data).to_string().into(),
                None if has_body => "{}".into(),
                None => Bytes::new(),
            };
            if !request.body.is_empty() {
                request.set_default("content-type", "application/json");
            }
        }
        Format::Xml => {
            if let Some((shape, data)) = &given {
                let name = shape.location_name().unwrap_or_else(|| shape.name());
                request.body = xml::written(name, *shape, data).into();
            }
        }
    }
}

pub(super) fn reply(format: Format, operation: Operation<'_>, answer: &Answer) -> Result<Data, String> {
    match operation.output() {
        // Here alone the root is what it names.
        Some(shape) if operation.name() == "GetBucketLocation" && operation.service().id() == "S3" => {
            let root = xml::parse(&answer.text())?;
            let member = shape.members().next().filter(|_| !root.text.is_empty());
            Ok(Data::Members(
                member.map(|(name, _)| (name.clone(), Data::Text(root.text.into()))).into_iter().collect(),
            ))
        }
        Some(shape) => structure(format, shape, answer),
        None => Ok(Data::Members(Vec::new())),
    }
}

fn structure(format: Format, shape: Shape<'_>, answer: &Answer) -> Result<Data, String> {
    let mut members = outside_body(shape, answer);
    match shape.payload() {
        Some((name, member)) => {
            let data = match (member.kind(), format) {
                (Kind::Blob, _) => Data::Bytes(answer.body.clone()),
                (Kind::String, _) => Data::Text(answer.text().into()),
                (_, _) if answer.body.is_empty() => return Ok(Data::Members(members)),
                (_, Format::Json) => json::data(member, &json::body(answer)?),
                (_, Format::Xml) => xml::data(member, &xml::parse(&answer.text())?),
            };
            members.push((name.into(), data));
        }
        None if answer.body.is_empty() || shape.members().all(|(_, member)| super::is_outside_body(member)) => {}
        None => {
            let body = match format {
                Format::Json => json::data(shape, &json::body(answer)?),
                Format::Xml => xml::structure(shape, &xml::parse(&answer.text())?),
            };
            if let Data::Members(of_body) = body {
                members.extend(of_body);
            }
        }
    }
    Ok(Data::Members(members))
}

/// The members that status and headers have.
pub(super) fn outside_body(shape: Shape<'_>, answer: &Answer) -> Vec<(Key, Data)> {
    let read = |(name, member): (&Key, Shape<'_>)| {
        let data = match member.location()? {
            Location::StatusCode => Data::Number(Number::Integer(answer.status.into())),
            Location::Header => {
                let wanted = member.location_name().unwrap_or(name).to_ascii_lowercase();
                from_header(member, answer.header(&wanted)?)
            }
            Location::Headers => {
                let prefix = member.location_name().unwrap_or_default().to_ascii_lowercase();
                let entries = answer.headers.iter().filter_map(|(name, value)| {
                    Some((Key::from(name.strip_prefix(&prefix)?), Data::Text((&**value).into())))
                });
                Data::Members(entries.collect())
            }
            Location::Uri | Location::QueryString => return None,
        };
        Some((name.clone(), data))
    };
    shape.members().filter_map(read).collect()
}

fn from_header(shape: Shape<'_>, value: &str) -> Data {
    match shape.kind() {
        Kind::List => {
            let Some(element) = shape.element() else { return Data::Null };
            Data::List(header_elements(element, value).iter().map(|value| from_header(element, value)).collect())
        }
        Kind::String if shape.is_json_value() => {
            let text = crate::from_base64(value).and_then(|bytes| String::from_utf8(bytes).ok());
            Data::Text(text.map_or_else(|| value.into(), Into::into))
        }
        _ => xml::scalar(shape, value),
    }
}

/// Values between commas, which a time of RFC 822 has one of itself and a quoted text any number.
fn header_elements(shape: Shape<'_>, value: &str) -> Vec<String> {
    let is_rfc822 = shape.kind() == Kind::Timestamp && matches!(shape.timestamp_format(), None | Some("rfc822"));
    let (mut elements, mut element, mut commas, mut is_quoted) = (Vec::new(), String::new(), 0, false);
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => element.extend(characters.next()),
            ',' if !is_quoted && is_rfc822 && commas % 2 == 0 => {
                commas += 1;
                element.push(',');
            }
            ',' if !is_quoted => {
                commas += 1;
                elements.push(std::mem::take(&mut element).trim().to_owned());
            }
            other => element.push(other),
        }
    }
    elements.push(element.trim().to_owned());
    elements
}

pub(super) fn error<'a>(format: Format, operation: Operation<'a>, answer: &'a Answer) -> Told<'a> {
    match format {
        Format::Json => {
            let told = json::error(operation, answer);
            let body = json::body(answer).unwrap_or_default();
            let named = answer.header("x-amzn-errortype").map(str::to_owned);
            let in_body = || Some(body.get("code").or_else(|| body.get("Code"))?.as_str()?.to_owned());
            let code = named.or_else(in_body).map_or(told.code, |code| json::plain_code(&code));
            let members = told.members.map(|of_body| -> super::Members<'_> {
                Box::new(move |shape| with_headers(shape, answer, of_body(shape)))
            });
            Told { code, members, ..told }
        }
        Format::Xml => {
            let root = xml::parse(&answer.text()).unwrap_or_default();
            // S3's errors have nothing around them.
            let error = if root.name == "Error" { Some(&root) } else { root.child("Error") };
            let id = root.child("RequestId").or_else(|| error?.child("RequestId"));
            let told = query::xml_error(error.cloned().unwrap_or_default(), id);
            let members = told.members.map(|of_body| -> super::Members<'_> {
                Box::new(move |shape| with_headers(shape, answer, of_body(shape)))
            });
            Told { members, ..told }
        }
    }
}

fn with_headers(shape: Shape<'_>, answer: &Answer, of_body: Data) -> Data {
    let mut members = outside_body(shape, answer);
    if let Data::Members(of_body) = of_body {
        members.extend(of_body);
    }
    Data::Members(members)
}
