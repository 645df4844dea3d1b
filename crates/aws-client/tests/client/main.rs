//! Calls against a server that writes down what it is asked.

mod peer;

use expect_test::{Expect, expect};
use json::{Value, json};
use peer::Peer;
use stepwell_aws_client::{Blobs, CallError, Client, Options, Profile, Settings};

/// The request of a call, then its result.
async fn check(answer: &str, service: &str, operation: &str, parameters: Value, expected: Expect) {
    let peer = Peer::start(vec![answer.to_owned()]).await;
    let client = Client::new(settings(&peer.url));
    let options = Options { identity: Some("0a1b2c3d"), ..Options::default() };
    let outcome = client.call(service, operation, &parameters, options).await;
    let outcome = outcome.map_or_else(|error| format!("{error:?}"), |result| result.to_string());
    let outcome = outcome.replace(peer.url.trim_start_matches("http://"), "HOST");
    expected.assert_eq(&format!("{}{outcome}\n", peer.asked()));
}

fn settings(url: &str) -> Settings {
    let mut settings = Settings::new("eu-central-1", Profile::default());
    settings.endpoint_url = Some(url.to_owned());
    settings
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

#[tokio::test]
async fn json() {
    check(
        &answer("200 OK", "", r#"{"nextSequenceToken":"1","rejectedLogEventsInfo":{"tooNewLogEventStartIndex":1}}"#),
        "cloudwatchlogs",
        "putLogEvents",
        json!({"LogGroupName": "g", "LogStreamName": "s", "LogEvents": [{"Timestamp": 1764189000000i64, "Message": {"a": 1}}]}),
        expect![[r#"
            POST / HTTP/1.1
            authorization: …/eu-central-1/logs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target
            content-type: application/x-amz-json-1.1
            x-amz-target: Logs_20140328.PutLogEvents

            {"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1764189000000,"message":"{\"a\":1}"}]}
            ---
            {"NextSequenceToken":"1","RejectedLogEventsInfo":{"TooNewLogEventStartIndex":1}}
        "#]],
    )
    .await;
    check(
        &answer("200 OK", "", r#"{"SecretList":[{"Name":"n","CreatedDate":1.5E9,"LastChangedDate":1523477145.713}]}"#),
        "secretsmanager",
        "ListSecrets",
        json!({"MaxResults": 5}),
        expect![[r#"
            POST / HTTP/1.1
            authorization: …/eu-central-1/secretsmanager/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target
            content-type: application/x-amz-json-1.1
            x-amz-target: secretsmanager.ListSecrets

            {"MaxResults":5}
            ---
            {"SecretList":[{"CreatedDate":"2017-07-14T02:40:00Z","LastChangedDate":"2018-04-11T20:05:45.713Z","Name":"n"}]}
        "#]],
    )
    .await;
    check(
        &answer("200 OK", "", r#"{"Plaintext":"aGVsbG8=","KeyId":"k"}"#),
        "kms",
        "decrypt",
        json!({"CiphertextBlob": "hello", "KeyId": null}),
        expect![[r#"
            POST / HTTP/1.1
            authorization: …/eu-central-1/kms/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target
            content-type: application/x-amz-json-1.1
            x-amz-target: TrentService.Decrypt

            {"CiphertextBlob":"aGVsbG8="}
            ---
            {"KeyId":"k","Plaintext":"hello"}
        "#]],
    )
    .await;
    check(
        &answer("200 OK", "", "{}"),
        "secretsmanager",
        "createSecret",
        json!({"Name": "n", "SecretString": {"a": [1]}}),
        expect![[r#"
            POST / HTTP/1.1
            authorization: …/eu-central-1/secretsmanager/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target
            content-type: application/x-amz-json-1.1
            x-amz-target: secretsmanager.CreateSecret

            {"Name":"n","SecretString":"{\"a\":[1]}","ClientRequestToken":"0a1b2c3d"}
            ---
            {}
        "#]],
    )
    .await;
}

#[tokio::test]
async fn errors() {
    let refused = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}"#;
    check(
        &answer("400 Bad Request", "x-amzn-requestid: r1\r\n", refused),
        "dynamodb",
        "putItem",
        json!({"TableName": "t", "Item": {"id": {"S": "1"}}}),
        expect![[r#"
            POST / HTTP/1.1
            authorization: …/eu-central-1/dynamodb/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target
            content-type: application/x-amz-json-1.0
            x-amz-target: DynamoDB_20120810.PutItem

            {"TableName":"t","Item":{"id":{"S":"1"}}}
            ---
            Service(ServiceError { code: "ResourceNotFoundException", message: "Requested resource not found", status: 400, request_id: "r1", extended_request_id: None, shape: Some("ResourceNotFoundException"), members: {"Message":"Requested resource not found"}, attempts: 1 })
        "#]],
    )
    .await;
    check(
        &answer("200 OK", "", "{}"),
        "sqs",
        "sendMessage",
        json!({"QueueUrl": "q", "Nonsense": 1, "DelaySeconds": "x"}),
        expect![[r#"
        Invalid([Problem { field: "Nonsense", fault: Unknown }, Problem { field: "DelaySeconds", fault: Format }])
    "#]],
    )
    .await;
    check(
        &answer("200 OK", "", "{}"),
        "sqs",
        "sendNonsense",
        json!({}),
        expect![[r#"
        Unknown { service: "sqs", operation: "sendNonsense" }
    "#]],
    )
    .await;
    check(&answer("200 OK", "", "<html>"), "sqs", "listQueues", json!({}), expect![[r#"
        POST / HTTP/1.1
        authorization: …/eu-central-1/sqs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target;x-amzn-query-mode
        content-type: application/x-amz-json-1.0
        x-amz-target: AmazonSQS.ListQueues
        x-amzn-query-mode: true

        {}
        ---
        Unreadable("http://HOST answered 200 with what is no reply: JSON: Unexpected character ('<' (code 60)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')")
    "#]]).await;
}

#[tokio::test]
async fn what_was_too_much_is_tried_again_on_the_same_connection() {
    let busy = answer("400 Bad Request", "", r#"{"__type":"ThrottlingException","message":"slower"}"#);
    let done = answer("200 OK", "", r#"{"Entries":[],"FailedEntryCount":0}"#);
    let peer = Peer::start(vec![busy.clone(), done, busy.clone(), busy.clone(), busy]).await;
    let client = Client::new(settings(&peer.url));
    let parameters = json!({"Entries": [{"Source": "s", "DetailType": "d", "Detail": {"a": 1}}]});
    let call = || client.call("eventbridge", "putEvents", &parameters, Options::default());
    assert_eq!(call().await.expect("the second time").to_string(), r#"{"Entries":[],"FailedEntryCount":0}"#);
    let CallError::Service(error) = call().await.expect_err("busy three times") else { panic!("an answer") };
    assert_eq!((error.attempts, &*error.message), (3, "slower"));
    assert_eq!((peer.requests(), peer.connections()), (5, 1));
}

#[tokio::test]
async fn bytes_may_be_in_base_64() {
    let peer = Peer::start(vec![answer("200 OK", "", r#"{"Plaintext":"/w=="}"#)]).await;
    let client = Client::new(settings(&peer.url));
    let options = Options { blobs: Blobs::Base64, ..Options::default() };
    let result = client.call("kms", "decrypt", &json!({"CiphertextBlob": "AP8="}), options).await;
    assert_eq!(result.expect("a result").to_string(), r#"{"Plaintext":"/w=="}"#);
    assert!(peer.asked().contains(r#""CiphertextBlob":"AP8=""#));
}

#[tokio::test]
async fn nobody_there() {
    let mut settings = settings("http://127.0.0.1:9");
    settings.attempts_max = 1;
    let error = Client::new(settings).call("sqs", "listQueues", &json!({}), Options::default()).await;
    expect!["http://127.0.0.1:9: it cannot be reached: tcp connect error: Connection refused (os error 111)"]
        .assert_eq(&error.expect_err("nobody listens").to_string());
}
