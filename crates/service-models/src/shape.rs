//! A shape: what a value in a request or a reply may be.

use crate::Service;
use json::Value;

/// A shape of a service's model.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'s> {
    service: &'s Service,
    model: &'s Value,
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

impl<'s> Shape<'s> {
    pub(crate) fn new(service: &'s Service, model: &'s Value) -> Shape<'s> {
        Shape { service, model }
    }

    /// What kind of value it allows.
    pub fn kind(&self) -> Kind {
        match self.model.get("type").and_then(Value::as_str).unwrap_or_default() {
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

    /// The members of a structure, in the model's order.
    pub fn members(&self) -> impl Iterator<Item = (&'s str, Shape<'s>)> + use<'s> {
        let service = self.service;
        let members = self.model.get("members").and_then(Value::as_object);
        members.into_iter().flat_map(|members| members.iter()).filter_map(move |(name, member)| {
            let shape = service.shape(member.get("shape")?.as_str()?)?;
            Some((&**name, shape))
        })
    }

    /// A member of a structure.
    pub fn member(&self, name: &str) -> Option<Shape<'s>> {
        self.service.shape(self.model.get("members")?.get(name)?.get("shape")?.as_str()?)
    }

    /// The names of the members that must be there.
    pub fn required(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        let required = self.model.get("required").and_then(Value::as_array);
        required.into_iter().flat_map(|required| required.iter()).filter_map(Value::as_str)
    }

    /// The shape of a list's elements or of a map's values.
    pub fn element(&self) -> Option<Shape<'s>> {
        let member = self.model.get("member").or_else(|| self.model.get("value"))?;
        self.service.shape(member.get("shape")?.as_str()?)
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

    fn number(&self, key: &str) -> Option<f64> {
        self.model.get(key)?.as_number().map(json::Number::as_f64)
    }
}
