//! Messages that a recording's client took from a queue: what they say is of this run, while the recording's later steps have the words of its own.

use crate::case::{Call, Step};
use crate::client::Answer;
use json::{Array, Value};

/// Parameters with the token or the receipt of the message received last, where the recording has its own.
pub fn with_received(call: &Call, params: Value, answers: &[Option<Answer>]) -> Value {
    let Some(message) = answers.iter().rev().flatten().find_map(|answer| messages(&answer.value)?.first().cloned())
    else {
        return params;
    };
    let member = match (call.service.as_str(), call.operation.as_str()) {
        ("sqs", "DeleteMessage") => Some(("ReceiptHandle", message.get("ReceiptHandle").cloned())),
        ("stepfunctions", operation) if operation.starts_with("SendTask") => Some(("taskToken", token(&message))),
        _ => None,
    };
    let Some((name, Some(value))) = member else { return params };
    let before = params.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let now = value.as_str().unwrap_or_default().to_owned();
    // An output may have the token in it once more.
    let renewed = |text: &str| if before.is_empty() { text.to_owned() } else { text.replace(&before, &now) };
    let members =
        params.as_object().into_iter().flat_map(json::Object::iter).map(|(name, value)| {
            (name.clone(), value.as_str().map_or_else(|| value.clone(), |text| renewed(text).into()))
        });
    members.collect::<json::Object>().into()
}

/// How many messages the client waited for, if it did.
pub fn wanted(call: &Call, aws: &Value, steps: &[Step], position: usize) -> usize {
    let is_named = |step: &Step| matches!(step, Step::Derived(_));
    let is_receive = call.operation == "ReceiveMessage";
    let started =
        steps[..position].iter().any(|step| matches!(step, Step::Call(call) if call.operation == "StartExecution"));
    if !is_receive || !started {
        return 0;
    }
    let derived = steps[position..].iter().find(|step| is_named(step));
    let listed = derived.and_then(|step| match step {
        Step::Derived(key) => aws.get(key)?.as_array().map(|list| list.len()),
        Step::Call(_) => None,
    });
    listed.unwrap_or(1)
}

/// The messages of an answer.
pub fn messages(answer: &Value) -> Option<&Array> {
    answer.get("Messages")?.as_array().filter(|messages| !messages.is_empty())
}

/// What the messages received last say, if a recording has them under a key of its own.
pub fn bodies(expected: &Value, played: &[(&Call, &Answer)]) -> Option<Value> {
    let is_body = |value: &Value| value.get("detail-type").is_some() || value.get("TopicArn").is_some();
    expected.as_array().filter(|bodies| bodies.iter().all(is_body))?;
    let received = played.iter().rev().find(|(call, _)| call.operation == "ReceiveMessage")?;
    let body = |message: &Value| json::parse(message.get("Body")?.as_str()?).ok();
    Some(messages(&received.1.value)?.iter().filter_map(body).collect::<Vec<_>>().into())
}

/// The token in a message, or in the message of a topic within it.
fn token(message: &Value) -> Option<Value> {
    let body = json::parse(message.get("Body")?.as_str()?).ok()?;
    let within = body.get("Message").and_then(|message| json::parse(message.as_str()?).ok());
    body.get("TaskToken").cloned().or_else(|| within?.get("TaskToken").cloned())
}
