//! Calls against a server that writes down what it is asked.

mod credentials;
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

const STORE: &str = "arn:aws:cloudfront::123456789012:key-value-store/a1b2";

/// Where a call goes, and for which Region it is signed.
fn goes_to(settings: &Settings, service: &str, operation: &str, parameters: Value, region: Option<&str>) -> String {
    let client = Client::new(settings.clone());
    let options = Options { region, ..Options::default() };
    match client.prepare(service, operation, &parameters, options) {
        Ok(prepared) => format!("{}{} for {}", prepared.origin, prepared.request.path, prepared.region),
        Err(error) => error.to_string(),
    }
}

#[test]
fn calls_go_where_services_are() {
    let aws = Settings::new("eu-central-1", Profile::default());
    let own = Settings {
        endpoint_url: Some("http://127.0.0.1:4566/base/".to_owned()),
        endpoint_urls: [("dynamodb".to_owned(), "http://127.0.0.1:8000".to_owned())].into(),
        ..aws.clone()
    };
    let path_style = Settings { s3_path_style: Some(true), ..aws.clone() };
    let wrong = Settings { endpoint_url: Some("localhost:4566".to_owned()), ..aws.clone() };
    let list = || json!({"Bucket": "orders"});
    let object = |bucket: &str| json!({"Bucket": bucket, "Key": "a b"});
    let told = [
        goes_to(&aws, "sqs", "listQueues", json!({}), None),
        goes_to(&aws, "sqs", "listQueues", json!({}), Some("cn-north-1")),
        goes_to(&aws, "sqs", "listQueues", json!({}), Some("us-iso-east-1")),
        // For all Regions of a partition in one.
        goes_to(&aws, "iam", "listRoles", json!({}), None),
        goes_to(&aws, "iam", "listRoles", json!({}), Some("us-gov-east-1")),
        goes_to(&aws, "networkmanager", "describeGlobalNetworks", json!({}), None),
        goes_to(&aws, "datazone", "listDomains", json!({}), None),
        goes_to(&aws, "s3", "listObjectsV2", list(), None),
        goes_to(&aws, "s3", "getObject", object("with.dots"), None),
        goes_to(&aws, "s3", "getObject", object("arn:aws:s3:eu-west-1:123456789012:accesspoint/reports"), None),
        goes_to(&aws, "s3", "getObject", object("arn:aws:s3::123456789012:accesspoint:m.mrap"), None),
        goes_to(&aws, "s3", "getObject", object("arn:aws:s3::123456789012:accesspoint:a/b.mrap"), None),
        goes_to(&aws, "eventbridge", "putEvents", json!({"EndpointId": "e.veo", "Entries": []}), None),
        goes_to(&aws, "eventbridge", "putEvents", json!({"EndpointId": "e.evil.example/", "Entries": []}), None),
        goes_to(&aws, "eventbridge", "putEvents", json!({"Entries": []}), None),
        goes_to(&aws, "sesv2", "sendEmail", json!({"EndpointId": "e.veo", "Content": {}}), Some("cn-north-1")),
        goes_to(&aws, "cloudfrontkeyvaluestore", "getKey", json!({"KvsARN": STORE, "Key": "k"}), None),
        goes_to(
            &aws,
            "machinelearning",
            "predict",
            json!({"MLModelId": "m", "Record": {}, "PredictEndpoint": "https://realtime.machinelearning.us-east-1.amazonaws.com"}),
            None,
        ),
        goes_to(
            &aws,
            "machinelearning",
            "predict",
            json!({"MLModelId": "m", "Record": {}, "PredictEndpoint": "https://evil.example"}),
            None,
        ),
        goes_to(&aws, "cloudfrontkeyvaluestore", "getKey", json!({"KvsARN": "mine", "Key": "k"}), None),
        goes_to(&own, "s3", "getObject", object("arn:aws:s3:eu-west-1:123456789012:accesspoint/reports"), None),
        goes_to(&own, "s3", "getObject", object("arn:aws:s3::123456789012:accesspoint:m.mrap"), None),
        goes_to(&own, "eventbridge", "putEvents", json!({"EndpointId": "e.veo", "Entries": []}), None),
        goes_to(&path_style, "s3", "listObjectsV2", list(), None),
        goes_to(&aws, "sfn", "startSyncExecution", json!({"StateMachineArn": "m"}), None),
        goes_to(&own, "sqs", "listQueues", json!({}), None),
        goes_to(&own, "dynamodb", "listTables", json!({}), None),
        goes_to(&own, "s3", "listObjectsV2", list(), None),
        goes_to(&own, "sfn", "startSyncExecution", json!({"StateMachineArn": "m"}), None),
        goes_to(&wrong, "sqs", "listQueues", json!({}), None),
        goes_to(&aws, "sqs", "listQueues", json!({}), Some("evil.example/")),
    ];
    expect![[r#"
        https://sqs.eu-central-1.amazonaws.com/ for eu-central-1
        https://sqs.cn-north-1.amazonaws.com.cn/ for cn-north-1
        https://sqs.us-iso-east-1.c2s.ic.gov/ for us-iso-east-1
        https://iam.amazonaws.com/ for us-east-1
        https://iam.us-gov.amazonaws.com/ for us-gov-west-1
        https://networkmanager.us-west-2.amazonaws.com/global-networks for us-west-2
        https://datazone.eu-central-1.api.aws/v2/domains for eu-central-1
        https://orders.s3.eu-central-1.amazonaws.com/?list-type=2 for eu-central-1
        https://s3.eu-central-1.amazonaws.com/with.dots/a%20b for eu-central-1
        https://reports-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/a%20b for eu-west-1
        https://m.mrap.accesspoint.s3-global.amazonaws.com/a%20b for *
        the bucket 'arn:aws:s3::123456789012:accesspoint:a/b.mrap' is neither a name nor the ARN of an access point
        https://e.veo.endpoint.events.amazonaws.com/ for *
        Parameter 'EndpointId' must be a part of a host's name
        https://events.eu-central-1.amazonaws.com/ for eu-central-1
        https://e.veo.endpoints.email.amazonaws.com.cn/v2/email/outbound-emails for *
        https://123456789012.cloudfront-kvs.global.api.aws/key-value-stores/arn%3Aaws%3Acloudfront%3A%3A123456789012%3Akey-value-store%2Fa1b2/keys/k for *
        https://realtime.machinelearning.us-east-1.amazonaws.com/ for eu-central-1
        Parameter 'PredictEndpoint' must be an endpoint of AWS
        Parameter 'KvsARN' must be the ARN of a key value store
        http://reports-123456789012.127.0.0.1:4566/base/a%20b for eu-west-1
        the access point 'arn:aws:s3::123456789012:accesspoint:m.mrap' is at AWS, and S3 has an endpoint of its own: 127.0.0.1:4566
        http://127.0.0.1:4566/base for eu-central-1
        https://s3.eu-central-1.amazonaws.com/orders?list-type=2 for eu-central-1
        https://sync-states.eu-central-1.amazonaws.com/ for eu-central-1
        http://127.0.0.1:4566/base for eu-central-1
        http://127.0.0.1:8000/ for eu-central-1
        http://127.0.0.1:4566/base/orders?list-type=2 for eu-central-1
        http://127.0.0.1:4566/base for eu-central-1
        the endpoint 'localhost:4566' is no URL such as http://127.0.0.1:4566
        the Region 'evil.example/' is none, such as eu-central-1"#]]
    .assert_eq(&told.join("\n"));
}

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// STS's answer: credentials that are good for so long.
fn role_answer(key: &str, minutes: i64) -> String {
    let expires = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    let body = format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t-{key}</SessionToken><Expiration>{expires}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    answer("200 OK", "content-type: text/xml\r\n", &body)
}

#[tokio::test]
async fn a_role_is_assumed_once_as_long_as_its_credentials_are_good() {
    let listed = || answer("200 OK", "", "{}");
    // The second role's credentials are about to expire when they come.
    let answers = vec![
        role_answer("FIRST", 60),
        listed(),
        listed(),
        role_answer("SECOND", 1),
        listed(),
        role_answer("THIRD", 60),
        listed(),
    ];
    let peer = Peer::start(answers).await;
    let client = Client::new(settings(&peer.url));
    let other = "arn:aws:iam::123456789012:role/other";
    for role in [ROLE, ROLE, other, other] {
        let options = Options { role_arn: Some(role), ..Options::default() };
        client.call("sqs", "listQueues", &json!({}), options).await.expect("an answer");
    }
    let asked = peer.asked();
    let is_told = |line: &&str| {
        line.starts_with("Action=") || line.starts_with("x-amz-security-token") || line.starts_with("x-amz-target")
    };
    let told: Vec<&str> = asked.lines().filter(is_told).collect();
    expect![[r#"
        Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&RoleSessionName=stepwell
        x-amz-security-token: t-FIRST
        x-amz-target: AmazonSQS.ListQueues
        x-amz-security-token: t-FIRST
        x-amz-target: AmazonSQS.ListQueues
        Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fother&RoleSessionName=stepwell
        x-amz-security-token: t-SECOND
        x-amz-target: AmazonSQS.ListQueues
        Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fother&RoleSessionName=stepwell
        x-amz-security-token: t-THIRD
        x-amz-target: AmazonSQS.ListQueues"#]].assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn many_calls_at_once_assume_a_role_once() {
    let mut answers = vec![role_answer("KEY", 60)];
    answers.resize_with(9, || answer("200 OK", "", "{}"));
    let peer = Peer::start(answers).await;
    let client = Client::new(settings(&peer.url));
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let options = Options { role_arn: Some(ROLE), ..Options::default() };
                client.call("sqs", "listQueues", &json!({}), options).await.map(drop)
            })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic").expect("an answer");
    }
    assert_eq!((peer.requests(), peer.asked().matches("Action=AssumeRole").count()), (9, 1));
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_told() {
    let refused = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error><RequestId>r</RequestId></ErrorResponse>";
    let peer = Peer::start(vec![answer("403 Forbidden", "", refused)]).await;
    let options = Options { role_arn: Some(ROLE), ..Options::default() };
    let error = Client::new(settings(&peer.url)).call("sqs", "listQueues", &json!({}), options).await;
    expect!["the role arn:aws:iam::123456789012:role/r cannot be assumed: AccessDenied: not you"]
        .assert_eq(&error.expect_err("it is refused").to_string());
    assert_eq!(peer.requests(), 1);
}
