//! Streams of events in replies: each message is one member of a union, its payload in the format of the protocol. Streams in requests are not sent.

use super::{Answer, Told, json, xml};
use crate::Moment;
use crate::data::Data;
use crate::event_stream::{Header, Message, messages};
use ::json::{Key, Number};
use service_models::{Kind, Operation, Protocol, Shape};

/// The member of a reply that is a stream of events.
fn stream<'s>(operation: Operation<'s>) -> Option<(&'s Key, Shape<'s>)> {
    operation.output()?.members().find(|(_, member)| member.is_event_stream())
}

/// What a reply with a stream says beside its headers: the one member, its events in order. None if the operation has no stream.
pub(super) fn reply(operation: Operation<'_>, answer: &Answer) -> Option<Result<Data, String>> {
    let (name, events) = stream(operation)?;
    Some(messages(answer.body.clone()).and_then(|messages| {
        let mut members = operation.output().map(|shape| super::rest::outside_body(shape, answer)).unwrap_or_default();
        let read = messages.iter().filter_map(|message| event(operation, events, message).transpose());
        members.push((name.clone(), Data::List(read.collect::<Result<_, _>>()?)));
        Ok(Data::Members(members))
    }))
}

/// The error that a stream ends with, if it does.
pub(super) fn failure<'a>(operation: Operation<'a>, answer: &'a Answer) -> Option<Told<'a>> {
    let (_, events) = stream(operation)?;
    // What is no stream is told by whoever reads it.
    let message = messages(answer.body.clone()).ok()?.into_iter().find(|message| !is_event(message))?;
    if let Some(code) = message.text(":error-code") {
        let text = message.text(":error-message").unwrap_or_default().to_owned();
        return Some(Told { code: code.to_owned(), message: text, ..Told::default() });
    }
    let name = message.text(":exception-type").unwrap_or_default();
    let shape = events.member_spelled(name).map(|(_, shape)| shape);
    let payload = Answer { status: answer.status, headers: Vec::new(), body: message.payload.clone() };
    let body = json::body(&payload).unwrap_or_default();
    let text = ["message", "Message"].iter().find_map(|name| body.get(name)?.as_str()).unwrap_or_default().to_owned();
    let code = shape.map_or(name, |shape| shape.name()).to_owned();
    Some(Told { code, message: text, request_id: None, members: Some(Box::new(move |shape| json::data(shape, &body))) })
}

fn is_event(message: &Message) -> bool {
    !matches!(message.text(":message-type"), Some("exception" | "error"))
}

/// One event; none of one that the model does not have, as of the first one that some protocols send.
fn event(operation: Operation<'_>, events: Shape<'_>, message: &Message) -> Result<Option<Data>, String> {
    let name = message.text(":event-type").unwrap_or_default();
    let Some((name, shape)) = events.member_spelled(name) else { return Ok(None) };
    let mut members: Vec<(Key, Data)> = Vec::new();
    for (name, member) in shape.members().filter(|(_, member)| member.is_event_header()) {
        let header = message.header(member.location_name().unwrap_or(name));
        members.extend(header.map(|header| (name.clone(), from_header(header))));
    }
    match shape.members().find(|(_, member)| member.is_event_payload()) {
        Some((name, member)) => members.push((name.clone(), payload(operation, member, message)?)),
        None => match payload(operation, shape, message)? {
            Data::Members(of_payload) => members.extend(of_payload),
            _ => return Err(format!("the event {name} is no structure")),
        },
    }
    Ok(Some(Data::Members(vec![(name.clone(), Data::Members(members))])))
}

fn payload(operation: Operation<'_>, shape: Shape<'_>, message: &Message) -> Result<Data, String> {
    let answer = Answer { status: 200, headers: Vec::new(), body: message.payload.clone() };
    Ok(match (shape.kind(), operation.service().protocol()) {
        (Kind::Blob, _) => Data::Bytes(message.payload.clone()),
        (Kind::String, _) => Data::Text(answer.text().into()),
        (_, Some(Protocol::RestXml | Protocol::Query | Protocol::Ec2)) => {
            if answer.body.is_empty() {
                Data::Members(Vec::new())
            } else {
                xml::data(shape, &xml::parse(&answer.text())?)
            }
        }
        (_, Some(Protocol::RpcV2Cbor)) => return Err("events in CBOR are not read".to_owned()),
        _ => json::data(shape, &json::body(&answer)?),
    })
}

fn from_header(header: &Header) -> Data {
    match header {
        Header::Bool(value) => Data::Bool(*value),
        Header::Integer(value) => Data::Number(Number::Integer(*value)),
        Header::Bytes(bytes) => Data::Bytes(bytes.clone()),
        Header::Text(text) => Data::Text((&**text).into()),
        Header::Moment(milliseconds) => {
            Moment::from_seconds(*milliseconds as f64 / 1000.0).map_or(Data::Null, Data::Moment)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_stream::encoded;
    use crate::{Blobs, output};

    /// What a stream of events and payloads is.
    fn read(service: &str, operation: &str, events: &[(&str, &str)]) -> String {
        let service = service_models::service(service).expect("a service");
        let operation = service.operation(operation).expect("an operation");
        let message = |(name, payload): &(&str, &str)| {
            let (kind, header, name) = match name.strip_prefix('!') {
                Some(name) => ("exception", ":exception-type", name),
                None => ("event", ":event-type", *name),
            };
            encoded(&[(":message-type", kind), (header, name)], payload.as_bytes())
        };
        let headers = vec![("x-amzn-bedrock-content-type".to_owned(), "application/json".to_owned())];
        let body: Vec<u8> = events.iter().flat_map(message).collect();
        let answer = Answer { status: 200, headers, body: body.into() };
        if let Some(error) = super::super::error_in_stream(operation, &answer, Blobs::Text) {
            return format!("{error:?}");
        }
        match super::super::reply(operation, &answer) {
            Ok(data) => output::shown(operation.output(), data, Blobs::Text.into()).to_string(),
            Err(problem) => problem,
        }
    }

    #[test]
    fn events_are_members_of_a_union_whatever_the_protocol() {
        let json = [("chunk", r#"{"bytes": "eyJhIjoxfQ=="}"#), ("chunk", r#"{"bytes": "Mg=="}"#), ("newer", "{}")];
        let read_json = read("bedrockruntime", "InvokeModelWithResponseStream", &json);
        assert_eq!(
            read_json,
            r#"{"Body":[{"Chunk":{"Bytes":"{\"a\":1}"}},{"Chunk":{"Bytes":"2"}}],"ContentType":"application/json"}"#
        );
        // Bytes as they are, and XML.
        let stats = "<Stats><BytesScanned>5</BytesScanned></Stats>";
        let xml = [("Records", "a,b\n"), ("Stats", stats), ("Cont", ""), ("End", "")];
        assert_eq!(
            read("s3", "SelectObjectContent", &xml),
            r#"{"Payload":[{"Records":{"Payload":"a,b\n"}},{"Stats":{"Details":{"BytesScanned":5}}},{"Cont":{}},{"End":{}}]}"#
        );
        // The protocol `json` begins with what is not in the stream.
        let shard = [
            ("initial-response", "{}"),
            ("SubscribeToShardEvent", r#"{"Records": [], "ContinuationSequenceNumber": "1"}"#),
        ];
        assert_eq!(
            read("kinesis", "SubscribeToShard", &shard),
            r#"{"EventStream":[{"SubscribeToShardEvent":{"ContinuationSequenceNumber":"1","Records":[]}}]}"#
        );
    }

    #[test]
    fn a_stream_may_end_with_an_error() {
        let events = [("chunk", r#"{"bytes": "Mg=="}"#), ("!throttlingException", r#"{"message": "slower"}"#)];
        let told = read("bedrockruntime", "InvokeModelWithResponseStream", &events);
        assert!(told.contains(r#"code: "ThrottlingException", message: "slower", status: 200"#), "{told}");
    }
}
