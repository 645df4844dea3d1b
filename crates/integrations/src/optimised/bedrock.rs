//! `bedrock:invokeModel`: a prompt from the parameters or from S3, the answer into the result or to S3 ("Invoke and customize Amazon Bedrock models
//! with Step Functions").

use super::Call;
use crate::{TaskOutcome, aws_sdk};
use json::{Object, Payload, Value, json};

pub(super) async fn invoke_model(call: Call<'_>) -> TaskOutcome {
    let Some(given) = call.request.payload.value().as_object() else {
        return TaskOutcome::unusable(call.request, "The parameters must be an object");
    };
    let mut parameters = given.without("Input").without("Output");
    if let Some(input) = given.get("Input") {
        if given.contains_key("Body") {
            return TaskOutcome::unusable(call.request, "Only one of the fields 'Body' and 'Input' can be given");
        }
        match read(call, input).await {
            Ok(body) => parameters = parameters.with("Body", body),
            Err(outcome) => return outcome,
        }
    }
    if !parameters.contains_key("ContentType") {
        parameters = parameters.with("ContentType", "application/json".into());
    }
    let reply = match call.send(call.action.operation, &parameters.into()).await {
        Ok(reply) => reply.value,
        Err(error) => return call.failed(error),
    };
    let members = reply.as_object().cloned().unwrap_or_else(Object::new);
    let body = members.get("Body").cloned().unwrap_or(Value::Null);
    let body = match given.get("Output") {
        Some(output) => match write(call, output, body, members.get("ContentType")).await {
            Ok(uri) => uri,
            Err(outcome) => return outcome,
        },
        None => body.as_str().and_then(|text| json::parse(text).ok()).unwrap_or(body),
    };
    TaskOutcome::answered(call.pattern, Payload::from(Value::from(members.with("Body", body))))
}

async fn read(call: Call<'_>, input: &Value) -> Result<Value, TaskOutcome> {
    let (bucket, key) = place(call, "Input", input)?;
    let parameters = json!({"Bucket": bucket, "Key": key});
    let object = call.client.call("s3", "getObject", &parameters, aws_sdk::options(call.request)).await;
    let object = object.map_err(|error| call.failed(error))?;
    Ok(object.get("Body").cloned().unwrap_or_else(|| "".into()))
}

/// Writes the answer; where it is.
async fn write(call: Call<'_>, output: &Value, body: Value, kind: Option<&Value>) -> Result<Value, TaskOutcome> {
    let (bucket, key) = place(call, "Output", output)?;
    let kind = kind.cloned().unwrap_or_else(|| "application/json".into());
    let parameters = json!({"Bucket": bucket, "Key": key, "Body": body, "ContentType": kind});
    let written = call.client.call("s3", "putObject", &parameters, aws_sdk::options(call.request)).await;
    written.map_err(|error| call.failed(error))?;
    Ok(output.get("S3Uri").cloned().unwrap_or(Value::Null))
}

/// Bucket and key of an `S3Uri`.
fn place(call: Call<'_>, field: &str, value: &Value) -> Result<(Value, Value), TaskOutcome> {
    let uri = value.get("S3Uri").and_then(Value::as_str);
    let place = uri.and_then(|uri| uri.strip_prefix("s3://")?.split_once('/')).filter(|(_, key)| !key.is_empty());
    match place {
        Some((bucket, key)) => Ok((bucket.into(), key.into())),
        None => {
            let problem = format!("The field '{field}' must have an 'S3Uri' such as s3://bucket/key");
            Err(TaskOutcome::unusable(call.request, problem))
        }
    }
}
