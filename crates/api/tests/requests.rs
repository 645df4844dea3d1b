//! What is wrong with a request, in AWS's words: body in, exception out.

mod support;

use json::Value;
use stepwell_api::*;

/// The exception a body is answered with, or `ok`.
fn check(operation: &str, body: &str) -> String {
    let operation = Operation::from_target(&format!("AWSStepFunctions.{operation}")).expect("a known operation");
    let body = json::parse(body).expect("the test's body is JSON");
    let outcome = support::decode(operation, &body);
    outcome.map_or_else(|exception| exception.to_string(), |()| "ok".to_owned())
}

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";

/// `body` with `'` for `"`, `M` and `E` in angle brackets for the ARNs above.
fn table(cases: &[(&str, &str, &str)]) {
    for (operation, body, expected) in cases {
        let body = body.replace('\'', "\"").replace("<M>", MACHINE).replace("<E>", EXECUTION);
        assert_eq!(check(operation, &body), *expected, "{operation} {body}");
    }
}

#[test]
fn broken_constraints_are_answered_together() {
    table(&[
        (
            "CreateStateMachine",
            "{}",
            "ValidationException: 3 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; Value null at 'definition' failed to satisfy constraint: Member must not be null; Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
        ),
        (
            "ListStateMachines",
            "{'maxResults': 1001}",
            "ValidationException: 1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
        ),
        (
            "ListStateMachines",
            "{'maxResults': -1, 'nextToken': ''}",
            "ValidationException: 2 validation errors detected: Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 0; Value '' at 'nextToken' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            "ListExecutions",
            "{'stateMachineArn': '<M>', 'statusFilter': 'succeeded'}",
            "ValidationException: 1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
        ),
        (
            "TagResource",
            "{'resourceArn': '<M>', 'tags': [{'key': 'a'}, {'key': ''}]}",
            "ValidationException: 1 validation error detected: Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            "StartExecution",
            "{'stateMachineArn': '<M>', 'traceHeader': '\u{e9}'}",
            "ValidationException: 1 validation error detected: Value '\u{e9}' at 'traceHeader' failed to satisfy constraint: Member must satisfy regular expression pattern: \\p{ASCII}*",
        ),
    ]);
    let many = format!("{{\"resourceArn\": \"{MACHINE}\", \"tagKeys\": [{}\"\"]}}", "\"\",".repeat(100_000));
    assert!(check("UntagResource", &many).len() < 20_000, "a reply does not grow with what is wrong");
    let too_long = format!("{{\"stateMachineArn\": \"{MACHINE}\", \"input\": \"{}\"}}", "1".repeat(262_145));
    assert_eq!(
        check("StartExecution", &too_long),
        "ValidationException: 1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144"
    );
    let definition_of = |characters| {
        format!("{{\"stateMachineArn\": \"{MACHINE}\", \"definition\": \"{}\"}}", "\u{e9}".repeat(characters))
    };
    assert_eq!(check("UpdateStateMachine", &definition_of(1_048_576)), "ok");
    assert_eq!(
        check("UpdateStateMachine", &definition_of(1_048_577)),
        "ValidationException: 1 validation error detected: Value at 'definition' failed to satisfy constraint: Member must have length less than or equal to 1048576"
    );
}

#[test]
fn a_wrong_json_type_is_a_serialization_exception() {
    table(&[
        ("CreateActivity", "{'name': 1}", "SerializationException: NUMBER_VALUE can not be converted to a String"),
        (
            "CreateActivity",
            "{'name': {}}",
            "SerializationException: Start of structure or map found where not expected.",
        ),
        ("CreateActivity", "[]", "SerializationException: Start of list found where not expected"),
        (
            "ListActivities",
            "{'maxResults': '1'}",
            "SerializationException: STRING_VALUE can not be converted to an Integer",
        ),
        ("ListActivities", "{'maxResults': null}", "ok"),
        ("TagResource", "{'tags': {}}", "SerializationException: Expected list or null"),
        (
            "GetExecutionHistory",
            "{'reverseOrder': 0}",
            "SerializationException: NUMBER_VALUE can not be converted to a Boolean",
        ),
    ]);
}

#[test]
fn names_arns_and_json_texts_have_their_own_exceptions() {
    table(&[
        ("CreateActivity", "{'name': 'activity}name'}", "InvalidName: Invalid Name: 'activity}name'"),
        ("CreateActivity", "{'name': '\\u0000activity'}", "InvalidName: Invalid Name: '\u{0}activity'"),
        (
            "GetActivityTask",
            "{'activityArn': '<M>'}",
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: stateMachine'",
        ),
        (
            "DescribeExecution",
            "{'executionArn': 'nonsense'}",
            "InvalidArn: Invalid Arn: 'Invalid ARN prefix: nonsense'",
        ),
        (
            "StopExecution",
            "{'executionArn': 'arn:aws:states:us-east-1:123456789012:express:m:e:id'}",
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'",
        ),
        (
            "RedriveExecution",
            "{'executionArn': 'arn:aws:states:us-east-1:123456789012:express:m:e:id'}",
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'",
        ),
        ("StartExecution", "{'stateMachineArn': '<M>', 'name': 'a b'}", "InvalidName: Invalid Name: 'a b'"),
        (
            "StartExecution",
            "{'stateMachineArn': '<M>', 'input': ''}",
            "InvalidExecutionInput: Invalid State Machine Execution Input: 'Invalid execution input.'",
        ),
        (
            "StartExecution",
            "{'stateMachineArn': '<M>', 'input': 'not some json'}",
            "InvalidExecutionInput: Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'",
        ),
        ("StartExecution", "{'stateMachineArn': '<M>', 'input': 'null'}", "ok"),
        ("StartExecution", "{'stateMachineArn': '<M>:PROD'}", "ok"),
        (
            "SendTaskSuccess",
            "{'taskToken': 't', 'output': '{'}",
            "InvalidOutput: Invalid Output: 'Unexpected end-of-input: expected close marker for Object'",
        ),
        (
            "CreateStateMachine",
            "{'name': 'm', 'definition': '{}', 'roleArn': 'arn:aws:iam::aws:policy/AWSBatchFullAccess'}",
            "InvalidArn: Invalid Role Arn: 'arn:aws:iam::aws:policy/AWSBatchFullAccess'",
        ),
        ("TagResource", "{'resourceArn': '<M>', 'tags': []}", "ok"),
        (
            "TagResource",
            "{'resourceArn': '<M>', 'tags': [{'key': 'aws:x'}]}",
            "ValidationException: Invalid tag: 'aws:x='",
        ),
    ]);
}

#[test]
fn members_that_contradict_each_other_are_refused() {
    table(&[
        (
            "CreateStateMachine",
            "{'name': 'm', 'definition': '{}', 'roleArn': 'arn:aws:iam::1:role/r', 'versionDescription': 'x'}",
            "ValidationException: Version description can only be set when publish is true",
        ),
        (
            "CreateStateMachine",
            "{'name': 'm', 'definition': '{}', 'roleArn': 'arn:aws:iam::1:role/r', 'loggingConfiguration': {'level': 'ALL'}}",
            "InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify exactly one Log Destination.",
        ),
        (
            "CreateStateMachine",
            "{'name': 'm', 'definition': '{}', 'roleArn': 'arn:aws:iam::1:role/r', 'loggingConfiguration': {'destinations': []}}",
            "ok",
        ),
        (
            "UpdateStateMachine",
            "{'stateMachineArn': '<M>'}",
            "MissingRequiredParameter: Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
        ),
        (
            "CreateActivity",
            "{'name': 'a', 'encryptionConfiguration': {'type': 'CUSTOMER_MANAGED_KMS_KEY'}}",
            "InvalidEncryptionConfiguration: Invalid Encryption Configuration: kmsKeyId must be specified when type is CUSTOMER_MANAGED_KMS_KEY",
        ),
        (
            "CreateActivity",
            "{'name': 'a', 'encryptionConfiguration': {}}",
            "ValidationException: 1 validation error detected: Value null at 'encryptionConfiguration.type' failed to satisfy constraint: Member must not be null",
        ),
        (
            "ListExecutions",
            "{'stateMachineArn': '<M>', 'redriveFilter': 'REDRIVEN'}",
            "ValidationException: redriveFilter and the statusFilter PENDING_REDRIVE can only be used with a mapRunArn",
        ),
        ("ListExecutions", "{}", "ValidationException: Must specify exactly one of stateMachineArn and mapRunArn"),
        (
            "DeleteStateMachine",
            "{'stateMachineArn': '<M>:1'}",
            "ValidationException: The operation does not support the qualified state machine ARN '<M>:1'"
                .replace("<M>", MACHINE)
                .as_str(),
        ),
    ]);
}

#[test]
fn an_alias_leads_to_versions_of_one_machine_with_weights_that_make_100() {
    let create = |routes: &str| format!("{{'name': 'PROD', 'routingConfiguration': [{routes}]}}");
    let refused = |routes: &str, expected: &str| {
        let expected = expected.replace("<M>", MACHINE);
        table(&[("CreateStateMachineAlias", &create(routes), &expected)]);
    };
    let one = "{'stateMachineVersionArn': '<M>:1', 'weight': 100}";
    refused(one, "ok");
    refused(
        "",
        "ValidationException: 1 validation error detected: Value '[]' at 'routingConfiguration' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
    refused(
        "{'stateMachineVersionArn': '<M>:1', 'weight': 50}, {'stateMachineVersionArn': '<M>:2', 'weight': 25}, {'stateMachineVersionArn': '<M>:3', 'weight': 25}",
        "ValidationException: 1 validation error detected: Value '[RoutingConfigurationListItem(stateMachineVersionArn=<M>:1, weight=50), RoutingConfigurationListItem(stateMachineVersionArn=<M>:2, weight=25), RoutingConfigurationListItem(stateMachineVersionArn=<M>:3, weight=25)]' at 'routingConfiguration' failed to satisfy constraint: Member must have length less than or equal to 2",
    );
    refused(
        "{'stateMachineVersionArn': '<M>:1', 'weight': 101}, {'stateMachineVersionArn': '<M>:2'}",
        "ValidationException: 2 validation errors detected: Value '101' at 'routingConfiguration.1.member.weight' failed to satisfy constraint: Member must have value less than or equal to 100; Value null at 'routingConfiguration.2.member.weight' failed to satisfy constraint: Member must not be null",
    );
    refused(
        "{'stateMachineVersionArn': '<M>', 'weight': 100}",
        "ValidationException: Routing configuration must contain state machine version ARNs. Received: [<M>]",
    );
    refused(
        "{'stateMachineVersionArn': '<M>:1', 'weight': 50}, {'stateMachineVersionArn': '<M>:1', 'weight': 50}",
        "ValidationException: Routing configuration must contain distinct state machine version ARNs. Received: [<M>:1, <M>:1]",
    );
    refused(
        "{'stateMachineVersionArn': '<M>:1', 'weight': 70}, {'stateMachineVersionArn': '<M>:2', 'weight': 29}",
        "ValidationException: Sum of routing configuration weights must equal 100. Received: [70, 29]",
    );
    refused(
        "{'stateMachineVersionArn': '<M>:1', 'weight': 50}, {'stateMachineVersionArn': '<M>2:1', 'weight': 50}",
        "ValidationException: Routing configuration must contain version ARNs of one state machine. Received: [<M>:1, <M>2:1]",
    );
    refused("{'stateMachineVersionArn': 'x', 'weight': 100}", "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'");
    let named = |name: &str| format!("{{'name': '{name}', 'routingConfiguration': [{one}]}}");
    for name in ["12", "a b", "é"] {
        let expected = format!(
            "ValidationException: 1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$"
        );
        table(&[("CreateStateMachineAlias", &named(name), &expected)]);
    }
    table(&[
        (
            "UpdateStateMachineAlias",
            "{'stateMachineAliasArn': '<M>:PROD'}",
            "ValidationException: Either the description or the routingConfiguration must be specified",
        ),
        (
            "DescribeStateMachineAlias",
            "{'stateMachineAliasArn': '<M>:1'}",
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: stateMachine'",
        ),
        (
            "DeleteStateMachineVersion",
            "{'stateMachineVersionArn': '<M>:PROD'}",
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: stateMachine'",
        ),
    ]);
}

#[test]
fn an_operation_that_is_not_there_is_said_to_be_unknown() {
    for target in ["AWSStepFunctions.Nonsense", "DynamoDB_20120810.GetItem", ""] {
        let exception = Operation::from_target(target).unwrap_err();
        assert_eq!(exception.code, Code::UnknownOperationException, "{target}");
    }
    assert_eq!(Operation::ALL.len(), 37, "what AWS has");
}

#[test]
fn replies_leave_out_what_is_absent() {
    let start = StartExecutionResponse { execution_arn: EXECUTION.into(), start_date_ms: 1_714_989_572_003 };
    assert_eq!(
        start.encode().to_string(),
        format!("{{\"executionArn\":\"{EXECUTION}\",\"startDate\":1714989572.003}}")
    );
    assert_eq!(GetActivityTaskResponse::Nothing.encode().to_string(), "{\"taskToken\":null}");
    let update = UpdateStateMachineResponse { update_date_ms: -1, revision_id: None, state_machine_version_arn: None };
    assert_eq!(update.encode().to_string(), "{\"updateDate\":-0.001}");
    let exception = Exception::resource_not_found("arn").encode();
    assert_eq!(
        exception.to_string(),
        "{\"__type\":\"ResourceNotFound\",\"message\":\"Resource not found: 'arn'\",\"resourceName\":\"arn\"}"
    );
    assert_eq!(EmptyResponse.encode(), Value::empty_object());
}
