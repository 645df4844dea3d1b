//! XML: elements and their texts, without what AWS does not use. Data to it and back.

use crate::Moment;
use crate::data::Data;
use json::{Key, Number};
use service_models::{Kind, Shape};
use std::fmt::Write;

const ISO8601: &str = "iso8601";
/// Elements within each other; no reply has nearly as many.
const DEPTH_MAX: usize = 500;

/// An element, its name without a prefix.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) text: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
}

impl Element {
    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }
}

#[cfg(test)]
impl Element {
    /// It without the white space between its elements.
    pub(super) fn trimmed(&self) -> String {
        let Element { name, text, attributes, children } = self;
        let text = if children.is_empty() { text } else { text.trim() };
        let children: Vec<String> = children.iter().map(Element::trimmed).collect();
        format!("<{name} {attributes:?}>{text}{}</>", children.concat())
    }
}

/// The root of a document.
pub(super) fn parse(text: &str) -> Result<Element, String> {
    let document = roxmltree::Document::parse(text).map_err(|error| format!("XML: {error}"))?;
    element(document.root_element(), 0)
}

fn element(node: roxmltree::Node<'_, '_>, depth: usize) -> Result<Element, String> {
    if depth > DEPTH_MAX {
        return Err(format!("XML: more than {DEPTH_MAX} elements within each other"));
    }
    let attributes = node.attributes().map(|attribute| (attribute.name().to_owned(), attribute.value().to_owned()));
    let text: String = node.children().filter_map(|child| child.is_text().then(|| child.text()).flatten()).collect();
    let children = node.children().filter(roxmltree::Node::is_element).map(|child| element(child, depth + 1));
    Ok(Element {
        name: node.tag_name().name().to_owned(),
        text,
        attributes: attributes.collect(),
        children: children.collect::<Result<_, _>>()?,
    })
}

/// An element as a structure. Members that are elsewhere than in the body are left out.
pub(super) fn structure(shape: Shape<'_>, element: &Element) -> Data {
    let read = |(name, member): (&Key, Shape<'_>)| {
        if super::is_outside_body(member) {
            return None;
        }
        let data = if member.is_xml_attribute() {
            let written = member.location_name().unwrap_or(name);
            let local = written.rsplit(':').next().unwrap_or(written);
            let (_, value) = element.attributes.iter().find(|(known, _)| known == local)?;
            scalar(member, value)
        } else {
            let wanted = wire_names(member, name);
            let is_there = |wanted: &&str| element.child(wanted).is_some();
            let wanted = wanted.into_iter().flatten().find(is_there)?;
            let mut found = element.children.iter().filter(|child| child.name == wanted);
            match member.kind() {
                Kind::List if member.is_flattened() => Data::List(elements(member, found)),
                Kind::Map if member.is_flattened() => Data::Members(entries(member, found)),
                _ => data(member, found.next()?),
            }
        };
        Some((name.clone(), data))
    };
    Data::Members(shape.members().filter_map(read).collect())
}

/// What an element of a structure may be called: a flattened list has the name of its elements, or its own.
fn wire_names<'n>(shape: Shape<'n>, default: &'n str) -> [Option<&'n str>; 2] {
    let is_flat_list = shape.kind() == Kind::List && shape.is_flattened();
    let of_elements = shape.element().filter(|_| is_flat_list).and_then(|element| element.location_name());
    [of_elements, Some(shape.location_name().unwrap_or(default))]
}

pub(super) fn data(shape: Shape<'_>, element: &Element) -> Data {
    match shape.kind() {
        Kind::Structure => structure(shape, element),
        Kind::List => Data::List(elements(shape, element.children.iter())),
        Kind::Map => Data::Members(entries(shape, element.children.iter())),
        _ => scalar(shape, &element.text),
    }
}

fn elements<'e>(shape: Shape<'_>, found: impl Iterator<Item = &'e Element>) -> Vec<Data> {
    let Some(element) = shape.element() else { return Vec::new() };
    found.map(|child| data(element, child)).collect()
}

fn entries<'e>(shape: Shape<'_>, found: impl Iterator<Item = &'e Element>) -> Vec<(Key, Data)> {
    let (Some(key), Some(element)) = (shape.key(), shape.element()) else { return Vec::new() };
    let read = |entry: &Element| {
        let key = entry.child(key.location_name().unwrap_or("key"))?;
        let value = entry.child(element.location_name().unwrap_or("value"))?;
        Some((Key::from(&*key.text), data(element, value)))
    };
    found.filter_map(read).collect()
}

/// A text as the value it is.
pub(super) fn scalar(shape: Shape<'_>, text: &str) -> Data {
    let as_text = || Data::Text(text.into());
    match shape.kind() {
        Kind::Boolean => Data::Bool(text.trim().eq_ignore_ascii_case("true")),
        Kind::Integer => {
            text.trim().parse().map_or_else(|_| as_text(), |integer| Data::Number(Number::Integer(integer)))
        }
        Kind::Float => {
            let number = text.trim().parse().ok().and_then(Number::from_f64);
            number.map_or_else(as_text, Data::Number)
        }
        Kind::Timestamp => Moment::parse(text).map_or_else(as_text, Data::Moment),
        Kind::Blob => crate::from_base64(text).map_or_else(as_text, |bytes| Data::Bytes(bytes.into())),
        _ => as_text(),
    }
}

/// Data as an element.
pub(super) fn written(name: &str, shape: Shape<'_>, data: &Data) -> String {
    let mut text = String::new();
    write(&mut text, name, shape, data);
    text
}

fn write(text: &mut String, name: &str, shape: Shape<'_>, data: &Data) {
    match (shape.kind(), data) {
        (_, Data::Null) => {}
        (Kind::Structure, Data::Members(members)) => write_structure(text, name, shape, members),
        (Kind::List, Data::List(elements)) => {
            let Some(element) = shape.element() else { return };
            if shape.is_flattened() {
                elements.iter().for_each(|data| write(text, name, element, data));
            } else {
                let mut inner = String::new();
                let own = element.location_name().unwrap_or("member");
                elements.iter().for_each(|data| write(&mut inner, own, element, data));
                tag(text, name, &namespace(shape), &inner);
            }
        }
        (Kind::Map, Data::Members(entries)) => {
            let (Some(key_shape), Some(element)) = (shape.key(), shape.element()) else { return };
            let mut inner = String::new();
            for (key, data) in entries {
                let mut pair = String::new();
                tag(&mut pair, key_shape.location_name().unwrap_or("key"), "", &escaped(key, false));
                write(&mut pair, element.location_name().unwrap_or("value"), element, data);
                let around = if shape.is_flattened() { name } else { "entry" };
                tag(&mut inner, around, "", &pair);
            }
            if shape.is_flattened() {
                text.push_str(&inner);
            } else {
                tag(text, name, &namespace(shape), &inner);
            }
        }
        (_, data) => {
            let inner = data.plain(shape.timestamp_format().unwrap_or(ISO8601));
            tag(text, name, &namespace(shape), &escaped(&inner, false));
        }
    }
}

fn write_structure(text: &mut String, name: &str, shape: Shape<'_>, members: &[(Key, Data)]) {
    let mut attributes = namespace(shape);
    let mut inner = String::new();
    for (name, data) in members {
        let Some(member) = shape.member(name) else { continue };
        let written = member.location_name().unwrap_or(name);
        if member.is_xml_attribute() {
            let _ = write!(attributes, " {written}=\"{}\"", escaped(&data.plain(ISO8601), true));
        } else {
            write(&mut inner, written, member, data);
        }
    }
    tag(text, name, &attributes, &inner);
}

fn tag(text: &mut String, name: &str, attributes: &str, inner: &str) {
    // Writing to a text never fails.
    let _ = match inner.is_empty() {
        true => write!(text, "<{name}{attributes} />"),
        false => write!(text, "<{name}{attributes}>{inner}</{name}>"),
    };
}

fn namespace(shape: Shape<'_>) -> String {
    match shape.xml_namespace() {
        Some((Some(prefix), uri)) => format!(" xmlns:{prefix}=\"{}\"", escaped(uri, true)),
        Some((None, uri)) => format!(" xmlns=\"{}\"", escaped(uri, true)),
        None => String::new(),
    }
}

/// A text between tags, or within quotes. What XML has no way to write is left out.
fn escaped(text: &str, is_quoted: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' if is_quoted => escaped.push_str("&quot;"),
            '\n' if is_quoted => escaped.push_str("&#10;"),
            '\t' if is_quoted => escaped.push_str("&#09;"),
            // A parser would make a line feed of it.
            '\r' => escaped.push_str("&#13;"),
            '\n' | '\t' => escaped.push(character),
            control if control < ' ' => {}
            other => escaped.push(other),
        }
    }
    escaped
}
