//! `rpc-v2-cbor`: CBOR (RFC 8949) both ways, the operation in the path.

use super::{Answer, Told, json};
use crate::data::Data;
use crate::{Moment, Request};
use ::json::{Key, Number, Object, Value};
use service_models::{Kind, Operation, Shape};

/// Items within each other; no reply has nearly as many.
const DEPTH_MAX: usize = 500;

pub(super) fn request(operation: Operation<'_>, input: &Data) -> Request {
    let service = operation.service();
    let path = format!("/service/{}/operation/{}", service.target_prefix(), operation.name());
    let mut request = Request::new("POST", &path);
    request.set("smithy-protocol", "rpc-v2-cbor");
    if service.is_query_compatible() {
        request.set("x-amzn-query-mode", "true");
    }
    let is_stream = operation.output().is_some_and(|shape| shape.members().any(|(_, member)| member.is_event_stream()));
    let content = if is_stream { "application/vnd.amazon.eventstream" } else { "application/cbor" };
    request.set("accept", content);
    if let Some(shape) = operation.input() {
        let mut bytes = Vec::new();
        write(&mut bytes, shape, input);
        request.body = bytes.into();
        request.set("content-type", content);
    }
    request
}

fn head(bytes: &mut Vec<u8>, major: u8, argument: u64) {
    let initial = major << 5;
    match argument {
        0..24 => bytes.push(initial | argument as u8),
        24..0x100 => bytes.extend([initial | 24, argument as u8]),
        0x100..0x1_0000 => {
            bytes.push(initial | 25);
            bytes.extend((argument as u16).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            bytes.push(initial | 26);
            bytes.extend((argument as u32).to_be_bytes());
        }
        _ => {
            bytes.push(initial | 27);
            bytes.extend(argument.to_be_bytes());
        }
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    head(bytes, 3, text.len() as u64);
    bytes.extend(text.as_bytes());
}

fn integer(bytes: &mut Vec<u8>, integer: i64) {
    match u64::try_from(integer) {
        Ok(integer) => head(bytes, 0, integer),
        Err(_) => head(bytes, 1, !integer as u64),
    }
}

fn float(bytes: &mut Vec<u8>, shape: Shape<'_>, double: f64) {
    if !double.is_finite() {
        let half: u16 = if double.is_nan() {
            0x7e00
        } else if double > 0.0 {
            0x7c00
        } else {
            0xfc00
        };
        bytes.push(7 << 5 | 25);
        bytes.extend(half.to_be_bytes());
    } else if shape.is_single_precision() {
        bytes.push(7 << 5 | 26);
        bytes.extend((double as f32).to_be_bytes());
    } else {
        bytes.push(7 << 5 | 27);
        bytes.extend(double.to_be_bytes());
    }
}

fn write(bytes: &mut Vec<u8>, shape: Shape<'_>, data: &Data) {
    match data {
        Data::Null => bytes.push(7 << 5 | 22),
        Data::Bool(value) => bytes.push(7 << 5 | if *value { 21 } else { 20 }),
        Data::Number(number) if shape.kind() == Kind::Float => float(bytes, shape, number.as_f64()),
        Data::Number(number) => integer(bytes, number.as_integral().unwrap_or(number.as_f64() as i64)),
        Data::Text(value) if shape.kind() == Kind::Float => float(bytes, shape, value.parse().unwrap_or(f64::NAN)),
        Data::Text(value) => text(bytes, value),
        Data::Bytes(value) => {
            head(bytes, 2, value.len() as u64);
            bytes.extend(value);
        }
        Data::Moment(moment) => {
            head(bytes, 6, 1);
            match moment.seconds() {
                Number::Integer(seconds) => integer(bytes, seconds),
                fraction => {
                    bytes.push(7 << 5 | 27);
                    bytes.extend(fraction.as_f64().to_be_bytes());
                }
            }
        }
        Data::List(elements) => {
            let Some(element) = shape.element() else { return };
            head(bytes, 4, elements.len() as u64);
            elements.iter().for_each(|data| write(bytes, element, data));
        }
        Data::Members(entries) if shape.kind() == Kind::Map => {
            let Some(element) = shape.element() else { return };
            head(bytes, 5, entries.len() as u64);
            for (key, data) in entries {
                text(bytes, key);
                write(bytes, element, data);
            }
        }
        Data::Members(members) => {
            head(bytes, 5, members.len() as u64);
            for (name, data) in members {
                let Some(member) = shape.member(name) else { continue };
                text(bytes, member.location_name().unwrap_or(name));
                write(bytes, member, data);
            }
        }
        Data::Document(value) => text(bytes, &value.to_string()),
    }
}

pub(super) fn reply(operation: Operation<'_>, answer: &Answer) -> Result<Data, String> {
    let body = body(answer)?;
    Ok(operation.output().map_or(Data::Members(Vec::new()), |shape| typed(shape, &body)))
}

pub(super) fn error<'a>(operation: Operation<'a>, answer: &'a Answer) -> Told<'a> {
    let body = body(answer).unwrap_or(Data::Null);
    let text = |name: &str| body.get(name).map(|data| data.plain("iso8601"));
    let mut code = json::plain_code(&text("__type").unwrap_or_default());
    if operation.service().is_query_compatible() {
        code = json::query_code(answer).unwrap_or(code);
    }
    let message = text("message").or_else(|| text("Message")).unwrap_or_default();
    Told { code, message, request_id: None, members: Some(Box::new(move |shape| typed(shape, &body))) }
}

fn body(answer: &Answer) -> Result<Data, String> {
    if answer.body.is_empty() {
        return Ok(Data::Members(Vec::new()));
    }
    decoded(&answer.body).ok_or_else(|| "CBOR: it is cut off or has what AWS does not use".to_owned())
}

/// The first item.
pub(super) fn decoded(bytes: &[u8]) -> Option<Data> {
    Items { rest: bytes }.item(0)
}

/// Data as read, as the shape has it. What does not fit the shape is left out.
fn typed(shape: Shape<'_>, data: &Data) -> Data {
    match (shape.kind(), data) {
        (Kind::Structure, Data::Members(_)) => {
            let read = |(name, member): (&Key, Shape<'_>)| match data.get(member.location_name().unwrap_or(name))? {
                Data::Null => None,
                data => Some((name.clone(), typed(member, data))),
            };
            Data::Members(shape.members().filter_map(read).collect())
        }
        (Kind::List, Data::List(elements)) => {
            let Some(element) = shape.element() else { return Data::Null };
            Data::List(elements.iter().map(|data| typed(element, data)).collect())
        }
        (Kind::Map, Data::Members(entries)) => {
            let Some(element) = shape.element() else { return Data::Null };
            Data::Members(entries.iter().map(|(key, data)| (key.clone(), typed(element, data))).collect())
        }
        (Kind::Timestamp, Data::Number(number)) => {
            Moment::from_seconds(number.as_f64()).map_or(Data::Null, Data::Moment)
        }
        (Kind::Float, Data::Number(Number::Integer(integer))) => Data::Number(Number::Double(*integer as f64)),
        (Kind::Document, data) => Data::Document(document(data)),
        (_, data) => data.clone(),
    }
}

fn document(data: &Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(value) => (*value).into(),
        Data::Number(number) => number.clone().into(),
        Data::List(elements) => elements.iter().map(document).collect::<Vec<_>>().into(),
        Data::Members(entries) => {
            entries.iter().map(|(key, data)| (key.clone(), document(data))).collect::<Object>().into()
        }
        data => data.plain("iso8601").into(),
    }
}

/// What is left to read.
struct Items<'i> {
    rest: &'i [u8],
}

impl Items<'_> {
    fn item(&mut self, depth: usize) -> Option<Data> {
        if depth > DEPTH_MAX {
            return None;
        }
        let initial = self.byte()?;
        let (major, info) = (initial >> 5, initial & 31);
        Some(match major {
            0 => Data::Number(whole(i128::from(self.argument(info)?))),
            1 => Data::Number(whole(-1 - i128::from(self.argument(info)?))),
            2 => Data::Bytes(self.string(info, 2)?.into()),
            3 => Data::Text(String::from_utf8(self.string(info, 3)?).ok()?.into()),
            4 => Data::List(self.several(info, |items| items.item(depth + 1))?),
            5 => {
                let entries = self.several(info, |items| match items.item(depth + 1)? {
                    Data::Text(key) => Some((key, items.item(depth + 1)?)),
                    _ => None,
                })?;
                Data::Members(entries)
            }
            6 => match self.argument(info)? {
                // Seconds since the Unix epoch.
                1 => match self.item(depth + 1)? {
                    Data::Number(number) => Data::Moment(Moment::from_seconds(number.as_f64())?),
                    _ => return None,
                },
                _ => return None,
            },
            _ => self.simple(info)?,
        })
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }

    fn argument(&mut self, info: u8) -> Option<u64> {
        Some(match info {
            0..24 => info.into(),
            24 => self.byte()?.into(),
            25 => u16::from_be_bytes(self.bytes()?).into(),
            26 => u32::from_be_bytes(self.bytes()?).into(),
            27 => u64::from_be_bytes(self.bytes()?),
            _ => return None,
        })
    }

    fn is_broken_off(&mut self) -> Option<bool> {
        let is_end = *self.rest.first()? == 0xff;
        if is_end {
            self.byte();
        }
        Some(is_end)
    }

    /// A text or bytes, perhaps in pieces.
    fn string(&mut self, info: u8, major: u8) -> Option<Vec<u8>> {
        if info != 31 {
            let length = usize::try_from(self.argument(info)?).ok()?;
            let (bytes, rest) = self.rest.split_at_checked(length)?;
            self.rest = rest;
            return Some(bytes.to_vec());
        }
        let mut whole = Vec::new();
        while !self.is_broken_off()? {
            let initial = self.byte()?;
            // A piece is whole itself.
            if initial >> 5 != major || initial & 31 == 31 {
                return None;
            }
            whole.extend(self.string(initial & 31, major)?);
        }
        Some(whole)
    }

    fn several<T>(&mut self, info: u8, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut found = Vec::new();
        if info == 31 {
            while !self.is_broken_off()? {
                found.push(read(self)?);
            }
        } else {
            // The length is only said; nothing is kept free for it.
            for _ in 0..self.argument(info)? {
                found.push(read(self)?);
            }
        }
        Some(found)
    }

    fn simple(&mut self, info: u8) -> Option<Data> {
        Some(match info {
            20 => Data::Bool(false),
            21 => Data::Bool(true),
            22 | 23 => Data::Null,
            25 => fraction(half(u16::from_be_bytes(self.bytes()?))),
            26 => fraction(f32::from_be_bytes(self.bytes()?).into()),
            27 => fraction(f64::from_be_bytes(self.bytes()?)),
            _ => return None,
        })
    }
}

fn whole(integer: i128) -> Number {
    i64::try_from(integer).map_or_else(|_| Number::Decimal(integer.to_string().into()), Number::Integer)
}

fn fraction(double: f64) -> Data {
    match Number::from_f64(double) {
        Some(number) => Data::Number(number),
        None if double.is_nan() => Data::Text("NaN".into()),
        None if double > 0.0 => Data::Text("Infinity".into()),
        None => Data::Text("-Infinity".into()),
    }
}

/// A float of two bytes (RFC 8949, appendix D).
fn half(bits: u16) -> f64 {
    let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let magnitude = match exponent {
        0 => mantissa * 2f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (mantissa + 1024.0) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}
