//! AWS's own examples of its protocols, as botocore's source package has them: `cargo xtask clients` puts them into `.venv/protocols`.

use super::{Answer, error, is_error, reply, request};
use crate::data::Data;
use crate::input::Reader;
use crate::{Blobs, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use json::{Object, Value};
use service_models::{Operation, Protocol, Service};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Cases that are about something else than is done here, each with the reason.
const LEFT_OUT: &[(&str, &str)] = &[
    ("HostWithPath", "a path before all paths is the endpoint's, not the protocol's"),
    ("PutWithContentEncoding", "bodies are not compressed"),
    ("QueryFlattenedListArgWithXmlName", "botocore does otherwise, and services take it"),
    ("HttpChecksumRequired", "the checksum is CRC32, as botocore's"),
    ("PayloadWithUnsetUnion", "an object without members is sent, as botocore does"),
    ("NullAndEmptyHeadersClient", "an empty list is no header, as in botocore"),
    ("PayloadTraitsWithNoBlobBody", "a body without bytes is an empty text (recorded of S3)"),
    ("DenseSetMapAndSkipsNull", "nulls of a reply are shown"),
    ("Supports header maps", "names of headers are in small letters"),
    ("BodyWithXmlName", "an element has the name that the place has which names it: S3 wants it so"),
    ("RestXmlHttpPayloadWithUnion", "the same"),
    ("HttpPayloadWithXmlName", "the same"),
    ("XmlAttributesOnPayload", "the same"),
    ("JSON value trait 12:0", "a text that holds JSON stays a text, as in AWS's SDK for Java"),
    ("Event Stream", "streams of events are not sent"),
    ("Unions 17:2", "a member that the model does not have is left out"),
    ("Unions 16:2", "a member that the model does not have is left out"),
];

#[test]
fn requests_are_as_in_aws_examples() {
    all("input", |operation, case| {
        let identity = || "00000000-0000-4000-8000-000000000000".to_owned();
        let parameters = case.get("params").cloned().unwrap_or_else(Value::empty_object);
        let input = Reader::new(Blobs::Text, &identity).read(operation.input(), &parameters);
        let input = input.map_err(|problems| format!("{problems:?}"))?;
        let mut request = request(operation, &input)?;
        crate::checksum::add(&mut request, operation, &input)?;
        compare_request(operation, &request, case.get("serialized").ok_or("nothing expected")?)
    });
}

#[test]
fn replies_are_as_in_aws_examples() {
    all("output", |operation, case| {
        let answer = answer(operation, case.get("response").ok_or("no response")?);
        if case.get("error").is_some() || is_error(operation, &answer) {
            let error = error(operation, &answer, Blobs::Text);
            let told = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let message = if case.get("errorMessage").is_some() { error.message } else { String::new() };
            return same(&(told("errorCode"), told("errorMessage")), &(error.code, message));
        }
        let data = reply(operation, &answer)?;
        let expected = case.get("result").cloned().unwrap_or_else(Value::empty_object);
        same(&sorted(&expected), &sorted(&shown(&data)))
    });
}

fn all(side: &str, check: impl Fn(Operation<'_>, &Value) -> Result<(), String>) {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.venv/protocols");
    let (mut counts, mut failures) = (BTreeMap::<String, usize>::new(), Vec::new());
    for place in [directory.join(side), directory.join("legacy").join(side)] {
        let files = std::fs::read_dir(&place).expect("AWS's examples are not there: run cargo xtask clients");
        let mut files: Vec<PathBuf> = files.map(|file| file.expect("it can be read").path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "json")) {
            cases(file, |id, operation, case| {
                if LEFT_OUT.iter().any(|(left_out, _)| id.contains(left_out)) {
                    return;
                }
                let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
                *counts.entry(name.clone()).or_default() += 1;
                if let Err(problem) = check(operation, case) {
                    failures.push(format!("{name} {id}: {problem}"));
                }
            });
        }
    }
    assert!(failures.is_empty(), "{counts:?}, of these {} fail\n{}", failures.len(), failures.join("\n"));
    assert!(counts.values().sum::<usize>() > 300, "{counts:?}");
}

fn cases(file: &Path, mut visit: impl FnMut(&str, Operation<'_>, &Value)) {
    let text = std::fs::read_to_string(file).expect("it can be read");
    let suites = json::parse(&text).expect("JSON");
    for (suite, number) in suites.as_array().expect("suites").iter().zip(0..) {
        let cases = suite.get("cases").and_then(Value::as_array).expect("cases");
        for (case, place) in cases.iter().zip(0..) {
            let given = case.get("given").expect("an operation");
            let name = given.get("name").and_then(Value::as_str).unwrap_or("OperationName");
            let given = with_wrapper(suite, name, given);
            let operations = Object::new().with(name, given);
            let model = suite.as_object().expect("an object").with("operations", operations.into());
            let service = Service::from_model(model.into());
            let id = case.get("id").and_then(Value::as_str).unwrap_or_default();
            let description = suite.get("description").and_then(Value::as_str).unwrap_or_default();
            let id = format!("{id} ({description} {number}:{place})");
            visit(&id, service.operation(name).expect("it is there"), case);
        }
    }
}

/// In `query` a reply has an element around it, which these models do not say.
fn with_wrapper(suite: &Value, name: &str, given: &Value) -> Value {
    let protocol = suite.get("metadata").and_then(|metadata| metadata.get("protocol")).and_then(Value::as_str);
    match (protocol, given.get("output").and_then(Value::as_object)) {
        (Some("query"), Some(output)) if output.get("resultWrapper").is_none() => {
            let output = output.with("resultWrapper", format!("{name}Result").into());
            given.as_object().expect("an object").with("output", output.into()).into()
        }
        _ => given.clone(),
    }
}

fn compare_request(operation: Operation<'_>, request: &Request, expected: &Value) -> Result<(), String> {
    let text = |name: &str| expected.get(name).and_then(Value::as_str);
    if let Some(method) = text("method") {
        same(&method, &&*request.method)?;
    }
    if let Some(uri) = text("uri") {
        same(&sorted_query(uri), &sorted_query(&request.path))?;
    }
    for (name, value) in expected.get("headers").and_then(Value::as_object).into_iter().flat_map(|all| all.iter()) {
        // botocore says no type of bodies that are XML, bytes or text.
        let is_said = !name.eq_ignore_ascii_case("content-type") || request.header(name).is_some();
        let plain = |value: &str| value.trim_end_matches("; charset=utf-8").replace(", ", ",");
        if is_said {
            same(&(name, value.as_str().map(plain)), &(name, request.header(name).map(plain)))?;
        }
    }
    let Some(body) = text("body") else { return Ok(()) };
    let got = String::from_utf8_lossy(&request.body).into_owned();
    match operation.service().protocol() {
        Some(Protocol::RpcV2Cbor) if body.is_empty() => same(&body, &&*got),
        Some(Protocol::RpcV2Cbor) => {
            let expected = STANDARD.decode(body).map_err(|error| error.to_string())?;
            same(&sorted(&shown(&decoded(&expected)?)), &sorted(&shown(&decoded(&request.body)?)))
        }
        Some(Protocol::Json | Protocol::RestJson) => match (json::parse(body), json::parse(&got)) {
            (Ok(expected), Ok(got)) => same(&sorted(&expected), &sorted(&got)),
            _ => same(&body, &&*got),
        },
        Some(Protocol::Query | Protocol::Ec2) => same(&pairs(body), &pairs(&got)),
        _ => match (super::xml::parse(body), super::xml::parse(&got)) {
            (Ok(expected), Ok(got)) => same(&expected.trimmed(), &got.trimmed()),
            _ => same(&body, &&*got),
        },
    }
}

fn decoded(bytes: &[u8]) -> Result<Data, String> {
    super::cbor::decoded(bytes).ok_or_else(|| "no CBOR".to_owned())
}

fn answer(operation: Operation<'_>, response: &Value) -> Answer {
    let headers = response.get("headers").and_then(Value::as_object).into_iter().flat_map(|headers| headers.iter());
    let headers =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().unwrap_or_default().to_owned()));
    let body = response.get("body").and_then(Value::as_str).unwrap_or_default();
    let body = match operation.service().protocol() {
        Some(Protocol::RpcV2Cbor) => STANDARD.decode(body).expect("base 64"),
        _ => body.as_bytes().to_vec(),
    };
    let status = response.get("status_code").and_then(Value::as_i64).unwrap_or(200);
    Answer { status: u16::try_from(status).expect("a status"), headers: headers.collect(), body: body.into() }
}

/// Data as the examples write it: times as seconds, bytes as text.
fn shown(data: &Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(value) => (*value).into(),
        Data::Number(number) => number.as_f64().into(),
        Data::Text(text) => Value::String(text.clone()),
        Data::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
        Data::Moment(moment) => moment.seconds().as_f64().into(),
        Data::List(elements) => elements.iter().map(shown).collect::<Vec<_>>().into(),
        Data::Members(members) => {
            members.iter().map(|(name, data)| (name.clone(), shown(data))).collect::<Object>().into()
        }
        Data::Document(value) => value.clone(),
    }
}

/// A value with members in order, and 1 the same as 1.0.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name:?}: {}", sorted(value))).collect();
            members.sort();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(elements) => format!("[{}]", elements.iter().map(sorted).collect::<Vec<_>>().join(", ")),
        Value::Number(number) => format!("{:?}", number.as_f64()),
        other => other.to_string(),
    }
}

fn sorted_query(uri: &str) -> String {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    format!("{path}?{}", pairs(query).join("&"))
}

fn pairs(form: &str) -> Vec<String> {
    let mut pairs: Vec<String> =
        form.split('&').map(|pair| pair.trim().trim_end_matches('=').replace('+', "%20")).collect();
    pairs.sort();
    pairs
}

fn same<T: PartialEq + std::fmt::Debug>(expected: &T, got: &T) -> Result<(), String> {
    if expected == got { Ok(()) } else { Err(format!("\n    {expected:?} expected\n    {got:?}")) }
}
