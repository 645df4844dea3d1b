//! Typed data to an HTTP request, and an HTTP answer to typed data, as each of AWS's protocols does it
//! (<https://smithy.io/2.0/aws/protocols/index.html>; where that says less, botocore's serialiser).

mod cbor;
mod events;
mod json;
mod query;
mod rest;
#[cfg(test)]
mod vectors;
mod xml;

use crate::data::Data;
use crate::{Blobs, Request, ServiceError, output};
use ::json::Value;
use bytes::Bytes;
use query::Dialect;
use rest::Format;
use service_models::{Kind, Location, Operation, Protocol, Shape};

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The names are in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl From<hyper::Response<Bytes>> for Answer {
    fn from(response: hyper::Response<Bytes>) -> Answer {
        let (head, body) = response.into_parts();
        let headers = head.headers.iter();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = headers.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
        Answer { status: head.status.as_u16(), headers, body }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The request of an operation. Where it goes and who asks is added later.
pub(crate) fn request(operation: Operation<'_>, input: &Data) -> Result<Request, String> {
    let mut request = match protocol(operation)? {
        Protocol::Json => json::request(operation, input),
        Protocol::RestJson => rest::request(Format::Json, operation, input)?,
        Protocol::RestXml => rest::request(Format::Xml, operation, input)?,
        Protocol::Query => query::request(Dialect::Query, operation, input),
        Protocol::Ec2 => query::request(Dialect::Ec2, operation, input),
        Protocol::RpcV2Cbor => cbor::request(operation, input),
    };
    request.is_payload_unsigned = operation.is_payload_unsigned();
    Ok(request)
}

/// What an answer says that is no error.
pub(crate) fn reply(operation: Operation<'_>, answer: &Answer) -> Result<Data, String> {
    if let Some(read) = events::reply(operation, answer) {
        return read;
    }
    match protocol(operation)? {
        Protocol::Json => json::reply(operation, answer),
        Protocol::RestJson => rest::reply(Format::Json, operation, answer),
        Protocol::RestXml => rest::reply(Format::Xml, operation, answer),
        Protocol::Query | Protocol::Ec2 => query::reply(operation, answer),
        Protocol::RpcV2Cbor => cbor::reply(operation, answer),
    }
}

/// Whether an answer is an error: S3 begins to answer some requests before it knows how they end.
pub(crate) fn is_error(operation: Operation<'_>, answer: &Answer) -> bool {
    let is_s3 = operation.service().id() == "S3" && answer.body.starts_with(b"<");
    answer.status >= 300
        || is_s3 && !has_stream(operation) && xml::parse(&answer.text()).is_ok_and(|root| root.name == "Error")
}

fn has_stream(operation: Operation<'_>) -> bool {
    let payload = operation.output().and_then(|shape| shape.payload());
    payload.is_some_and(|(_, member)| matches!(member.kind(), Kind::Blob | Kind::String))
}

/// The error that a stream of events ends with which an answer is that is none itself.
pub(crate) fn error_in_stream(operation: Operation<'_>, answer: &Answer, blobs: Blobs) -> Option<ServiceError> {
    events::failure(operation, answer).map(|told| service_error(operation, answer, told, blobs))
}

/// What an error says.
pub(crate) fn error(operation: Operation<'_>, answer: &Answer, blobs: Blobs) -> ServiceError {
    let told = match protocol(operation) {
        Ok(Protocol::Json) => json::error(operation, answer),
        Ok(Protocol::RestJson) => rest::error(Format::Json, operation, answer),
        Ok(Protocol::RestXml) => rest::error(Format::Xml, operation, answer),
        Ok(Protocol::Query) => query::error(Dialect::Query, answer),
        Ok(Protocol::Ec2) => query::error(Dialect::Ec2, answer),
        Ok(Protocol::RpcV2Cbor) => cbor::error(operation, answer),
        Err(_) => Told::default(),
    };
    service_error(operation, answer, told, blobs)
}

fn service_error(operation: Operation<'_>, answer: &Answer, told: Told<'_>, blobs: Blobs) -> ServiceError {
    let is_told = |shape: &Shape<'_>| told.code == shape.name() || shape.error_code() == Some(&told.code);
    let shape = operation.errors().find(is_told).or_else(|| operation.service().error(&told.code));
    let members = match (shape, told.members) {
        (Some(shape), Some(members)) => output::shown(Some(shape), members(shape), blobs.into()),
        _ => Value::Null,
    };
    let header = |name: &str| answer.header(name).map(str::to_owned);
    ServiceError {
        code: if told.code.is_empty() { answer.status.to_string() } else { told.code },
        message: told.message,
        status: answer.status,
        request_id: told
            .request_id
            .or_else(|| header("x-amzn-requestid"))
            .or_else(|| header("x-amz-request-id"))
            .unwrap_or_default(),
        extended_request_id: header("x-amz-id-2"),
        shape: shape.map(|shape| shape.name().to_owned()),
        members,
        attempts: 1,
    }
}

/// Whether a member of a reply is in its status or headers.
fn is_outside_body(member: Shape<'_>) -> bool {
    matches!(member.location(), Some(Location::Header | Location::Headers | Location::StatusCode))
}

/// What a protocol finds in an error.
#[derive(Default)]
struct Told<'t> {
    code: String,
    message: String,
    request_id: Option<String>,
    /// The members of a shape.
    members: Option<Members<'t>>,
}

type Members<'t> = Box<dyn Fn(Shape<'_>) -> Data + 't>;

fn protocol(operation: Operation<'_>) -> Result<Protocol, String> {
    operation
        .service()
        .protocol()
        .ok_or_else(|| format!("the service {} has no known protocol", operation.service().id()))
}
