//! `query` and `ec2`: a form there, XML back. The two differ in names and in what errors look like.

use super::xml::{self, Element};
use super::{Answer, Told};
use crate::Request;
use crate::data::Data;
use crate::request::percent_encoded;
use json::Key;
use service_models::{Kind, Operation, Shape};

const ISO8601: &str = "iso8601";

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Query,
    Ec2,
}

pub(super) fn request(dialect: Dialect, operation: Operation<'_>, input: &Data) -> Request {
    let mut request = Request::new(operation.method(), "/");
    request.set("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let mut form = Form { dialect, text: String::new() };
    form.pair("Action", operation.name());
    form.pair("Version", operation.service().api_version());
    if let Some(shape) = operation.input() {
        form.structure("", shape, input);
    }
    request.body = form.text.into();
    request
}

struct Form {
    dialect: Dialect,
    text: String,
}

impl Form {
    fn pair(&mut self, name: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        for (text, end) in [(name, "="), (value, "")] {
            self.text.push_str(&percent_encoded(text, "").replace("%20", "+"));
            self.text.push_str(end);
        }
    }

    fn data(&mut self, name: &str, shape: Shape<'_>, data: &Data) {
        match (shape.kind(), data) {
            (_, Data::Null) => {}
            (Kind::Structure, _) => self.structure(name, shape, data),
            (Kind::List, Data::List(elements)) => self.list(name, shape, elements),
            (Kind::Map, Data::Members(entries)) => self.map(name, shape, entries),
            (_, data) => self.pair(name, &data.plain(shape.timestamp_format().unwrap_or(ISO8601))),
        }
    }

    fn structure(&mut self, before: &str, shape: Shape<'_>, data: &Data) {
        for (name, data) in data.members() {
            let Some(member) = shape.member(name) else { continue };
            let name = self.name(member, name);
            let name = if before.is_empty() { name } else { format!("{before}.{name}") };
            self.data(&name, member, data);
        }
    }

    fn name(&self, shape: Shape<'_>, default: &str) -> String {
        match (self.dialect, shape.query_name(), shape.location_name()) {
            (Dialect::Ec2, Some(name), _) => name.to_owned(),
            // What EC2 answers with a small letter it wants with a capital one.
            (Dialect::Ec2, None, Some(name)) => service_models::spelled(name),
            (Dialect::Query, _, Some(name)) => name.to_owned(),
            (Dialect::Ec2, None, None) => service_models::spelled(default),
            (Dialect::Query, _, None) => default.to_owned(),
        }
    }

    fn list(&mut self, name: &str, shape: Shape<'_>, elements: &[Data]) {
        let Some(element) = shape.element() else { return };
        if elements.is_empty() && self.dialect == Dialect::Query {
            return self.pair(name, "");
        }
        let before = match element.location_name() {
            _ if self.dialect == Dialect::Ec2 => name.to_owned(),
            Some(own) if shape.is_flattened() => match name.rsplit_once('.') {
                Some((before, _)) => format!("{before}.{own}"),
                None => own.to_owned(),
            },
            None if shape.is_flattened() => name.to_owned(),
            own => format!("{name}.{}", own.unwrap_or("member")),
        };
        for (data, number) in elements.iter().zip(1..) {
            self.data(&format!("{before}.{number}"), element, data);
        }
    }

    fn map(&mut self, name: &str, shape: Shape<'_>, entries: &[(Key, Data)]) {
        let (Some(key_shape), Some(element)) = (shape.key(), shape.element()) else { return };
        let before = if shape.is_flattened() { name.to_owned() } else { format!("{name}.entry") };
        let (key_name, value_name) = (self.name(key_shape, "key"), self.name(element, "value"));
        for ((key, data), number) in entries.iter().zip(1..) {
            self.pair(&format!("{before}.{number}.{key_name}"), key);
            self.data(&format!("{before}.{number}.{value_name}"), element, data);
        }
    }
}

pub(super) fn reply(operation: Operation<'_>, answer: &Answer) -> Result<Data, String> {
    let Some(shape) = operation.output() else { return Ok(Data::Members(Vec::new())) };
    if answer.body.is_empty() {
        return Ok(Data::Members(Vec::new()));
    }
    let root = xml::parse(&answer.text())?;
    let start = match shape.result_wrapper() {
        Some(wrapper) => root.child(wrapper).ok_or_else(|| format!("it has no {wrapper}"))?,
        None => &root,
    };
    Ok(xml::structure(shape, start))
}

pub(super) fn error<'a>(dialect: Dialect, answer: &'a Answer) -> Told<'a> {
    let root = xml::parse(&answer.text()).unwrap_or_default();
    let within = if dialect == Dialect::Ec2 { root.child("Errors") } else { root.child("Errors").or(Some(&root)) };
    let error = within.and_then(|errors| errors.child("Error")).cloned().unwrap_or_default();
    let id = root.child("RequestID").or_else(|| root.child("RequestId"));
    xml_error(error, id)
}

/// The error in an element with `Code` and `Message`.
pub(super) fn xml_error<'a>(error: Element, id: Option<&Element>) -> Told<'a> {
    let text = |name: &str| error.child(name).map(|child| child.text.clone());
    Told {
        code: text("Code").unwrap_or_default(),
        message: text("Message").or_else(|| text("message")).unwrap_or_default(),
        request_id: id.map(|id| id.text.clone()),
        members: Some(Box::new(move |shape| xml::structure(shape, &error))),
    }
}
