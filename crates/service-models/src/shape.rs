//! A shape: what a value in a request or a reply may be, and how it travels.
//!
//! What travels how is said where a shape is named (by a member, an element, an operation) or at the shape itself; the former counts first.

use crate::Service;
use crate::names::{camel, pascal};
use json::{Key, Object, Value};

/// A shape of a service's model, as one place names it.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'s> {
    service: &'s Service,
    model: &'s Value,
    /// The place that names it.
    reference: &'s Value,
}

/// What kind of value a shape allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Named members.
    Structure,
    /// Any JSON value.
    Document,
    /// Elements of one shape.
    List,
    /// Values of one shape by keys.
    Map,
    /// A text, perhaps one of a few.
    String,
    /// Bytes.
    Blob,
    /// A time.
    Timestamp,
    /// A whole number.
    Integer,
    /// Any number.
    Float,
    /// True or false.
    Boolean,
}

/// Where in an HTTP message a member is that is not in its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// A label of the path.
    Uri,
    /// The query string.
    QueryString,
    /// A header.
    Header,
    /// All headers with a prefix.
    Headers,
    /// The status of a reply.
    StatusCode,
}

impl<'s> Shape<'s> {
    pub(crate) fn new(service: &'s Service, model: &'s Value, reference: &'s Value) -> Shape<'s> {
        Shape { service, model, reference }
    }

    /// Its name in the model.
    pub fn name(&self) -> &'s str {
        self.reference.get("shape").and_then(Value::as_str).unwrap_or_default()
    }

    /// What kind of value it allows.
    pub fn kind(&self) -> Kind {
        match self.type_name() {
            "structure" if self.model.get("document").is_some() => Kind::Document,
            "list" => Kind::List,
            "map" => Kind::Map,
            "string" | "character" => Kind::String,
            "blob" => Kind::Blob,
            "timestamp" => Kind::Timestamp,
            "integer" | "long" | "short" | "byte" | "bigInteger" => Kind::Integer,
            "float" | "double" | "bigDecimal" => Kind::Float,
            "boolean" => Kind::Boolean,
            _ => Kind::Structure,
        }
    }

    /// Whether it is a number of four bytes.
    pub fn is_single_precision(&self) -> bool {
        self.type_name() == "float"
    }

    fn type_name(&self) -> &'s str {
        self.model.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// The members of a structure, in the model's order.
    pub fn members(&self) -> impl Iterator<Item = (&'s Key, Shape<'s>)> + use<'s> {
        let service = self.service;
        let members = self.object("members");
        let members = members.into_iter().flat_map(|members| members.iter());
        members.filter_map(move |(name, member)| Some((name, service.shape(member)?)))
    }

    /// A member of a structure.
    pub fn member(&self, name: &str) -> Option<Shape<'s>> {
        self.service.shape(self.object("members")?.get(name)?)
    }

    /// A member of a structure by its name in the model or as Step Functions spells it, and the former.
    pub fn member_spelled(&self, name: &str) -> Option<(&'s Key, Shape<'s>)> {
        let members = self.object("members")?;
        let known = |name: &str| members.key_value(name);
        let (name, member) = known(name).or_else(|| known(&camel(name)))?;
        Some((name, self.service.shape(member)?))
    }

    /// The names of the members that must be there.
    pub fn required(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        let required = self.model.get("required").and_then(Value::as_array);
        required.into_iter().flat_map(|required| required.iter()).filter_map(Value::as_str)
    }

    /// The shape of a list's elements or of a map's values.
    pub fn element(&self) -> Option<Shape<'s>> {
        self.service.shape(self.model.get("member").or_else(|| self.model.get("value"))?)
    }

    /// The shape of a map's keys.
    pub fn key(&self) -> Option<Shape<'s>> {
        self.service.shape(self.model.get("key")?)
    }

    /// The words a text is one of; none if it may be any.
    pub fn words(&self) -> Option<impl Iterator<Item = &'s str> + use<'s>> {
        Some(self.model.get("enum")?.as_array()?.iter().filter_map(Value::as_str))
    }

    /// The least value, or the least length.
    pub fn min(&self) -> Option<f64> {
        self.number("min")
    }

    /// The greatest value, or the greatest length.
    pub fn max(&self) -> Option<f64> {
        self.number("max")
    }

    /// Where it is in the message, unless in the body.
    pub fn location(&self) -> Option<Location> {
        Some(match self.text("location")? {
            "uri" => Location::Uri,
            "querystring" => Location::QueryString,
            "header" => Location::Header,
            "headers" => Location::Headers,
            "statusCode" => Location::StatusCode,
            _ => return None,
        })
    }

    /// Its name on the wire, where that is not the member's.
    pub fn location_name(&self) -> Option<&'s str> {
        self.text("locationName")
    }

    /// Its name in requests of the protocol `ec2`, where that is another one.
    pub fn query_name(&self) -> Option<&'s str> {
        self.text("queryName")
    }

    /// How a time is written, where not as the protocol does: `iso8601`, `rfc822` or `unixTimestamp`.
    pub fn timestamp_format(&self) -> Option<&'s str> {
        self.text("timestampFormat")
    }

    /// Whether elements stand beside each other without a list around them.
    pub fn is_flattened(&self) -> bool {
        self.flag("flattened")
    }

    /// Whether it is an attribute of the XML element around it.
    pub fn is_xml_attribute(&self) -> bool {
        self.flag("xmlAttribute")
    }

    /// The XML namespace: prefix and URI.
    pub fn xml_namespace(&self) -> Option<(Option<&'s str>, &'s str)> {
        let namespace = self.extra("xmlNamespace")?;
        match namespace {
            Value::String(uri) => Some((None, uri)),
            _ => Some((namespace.get("prefix").and_then(Value::as_str), namespace.get("uri")?.as_str()?)),
        }
    }

    /// Whether a text is JSON; in a header it is in base 64.
    pub fn is_json_value(&self) -> bool {
        self.flag("jsonvalue")
    }

    /// The member of a request or reply that is its whole body.
    pub fn payload(&self) -> Option<(&'s str, Shape<'s>)> {
        let name = self.text("payload")?;
        Some((name, self.member(name)?))
    }

    /// Whether it is a stream of bytes.
    pub fn is_streaming(&self) -> bool {
        self.flag("streaming")
    }

    /// Whether it is a stream of events.
    pub fn is_event_stream(&self) -> bool {
        self.flag("eventstream")
    }

    /// Whether it is all that a message of a stream of events has behind its headers.
    pub fn is_event_payload(&self) -> bool {
        self.flag("eventpayload")
    }

    /// Whether it is in a header of such a message.
    pub fn is_event_header(&self) -> bool {
        self.flag("eventheader")
    }

    /// Whether it is an error.
    pub fn is_exception(&self) -> bool {
        self.flag("exception")
    }

    /// Whether it identifies a request, so that the service knows a repetition.
    pub fn is_idempotency_token(&self) -> bool {
        self.flag("idempotencyToken")
    }

    /// Whether it is a part of the host's name.
    pub fn is_host_label(&self) -> bool {
        self.flag("hostLabel")
    }

    /// Whether exactly one member of the structure is given.
    pub fn is_union(&self) -> bool {
        self.flag("union")
    }

    /// The element around a reply of the protocol `query`.
    pub fn result_wrapper(&self) -> Option<&'s str> {
        self.text("resultWrapper")
    }

    /// The code of an error on the wire, where that is not the shape's name.
    pub fn error_code(&self) -> Option<&'s str> {
        self.extra("error")?.get("code")?.as_str()
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.model.get(key)?.as_number().map(json::Number::as_f64)
    }

    fn object(&self, key: &str) -> Option<&'s Object> {
        self.model.get(key)?.as_object()
    }

    fn extra(&self, key: &str) -> Option<&'s Value> {
        self.reference.get(key).or_else(|| self.model.get(key))
    }

    fn text(&self, key: &str) -> Option<&'s str> {
        self.extra(key)?.as_str()
    }

    fn flag(&self, key: &str) -> bool {
        self.extra(key).and_then(Value::as_bool).unwrap_or_default()
    }
}

/// A member's name as Step Functions spells it.
pub fn spelled(member: &str) -> String {
    pascal(member)
}
