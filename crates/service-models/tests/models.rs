//! The models: names as Step Functions has them, shapes that can be found, and what is no result of an operation.

use json::Value;
use stepwell_service_models::{
    Checks, Kind, Operation, Shape, entry, has_event_stream, pack_bytes, result_problem, service, services,
};

#[test]
fn services_have_the_names_of_the_sdk_for_java() {
    // From the list of AWS's guide and from recordings.
    let names = "accessanalyzer acm acmpca apigateway apigatewayv2 applicationautoscaling applicationdiscovery athena autoscaling batch \
        bedrock bedrockagent bedrockruntime cloudcontrol cloudformation cloudwatch cloudwatchlogs codebuild cognitoidentityprovider config \
        costexplorer databasemigration directory dynamodb dynamodbstreams ec2 ecr ecs efs eks elasticache elasticloadbalancingv2 \
        elasticsearch emr emrcontainers emrserverless eventbridge firehose fsx glue iam iot kinesis kms lambda lexruntimev2 mq opensearch \
        organizations rds rdsdata redshiftdata resourcegroupstaggingapi route53 s3 s3control sagemaker secretsmanager servicediscovery \
        ses sesv2 sfn sns sqs ssm sts transcribe wafv2 xray";
    let missing: Vec<&str> = names.split_whitespace().filter(|name| entry(name).is_none()).collect();
    assert_eq!(missing, [""; 0]);
    assert!(services().is_sorted_by(|one, other| one.name < other.name));
    let actions =
        [("dynamodb", "putItem"), ("rds", "describeDBInstances"), ("sfn", "startSyncExecution"), ("s3", "getObject")];
    for (service, action) in actions {
        assert!(entry(service).is_some_and(|entry| entry.has_action(action)), "{service}:{action}");
    }
    assert!(!entry("s3").is_some_and(|entry| entry.has_action("GetObject") || entry.has_action("getobject")));
}

/// All that the program has of them; what reads them is code that other JSON needs as well.
#[test]
fn all_models_take_less_than_four_megabytes() {
    assert!(pack_bytes() < 4_000_000, "{} bytes", pack_bytes());
}

#[test]
fn every_shape_of_every_operation_is_there() {
    let (mut operations, mut shapes) = (0, 0);
    let (mut unlisted, mut listed) = (Vec::new(), 0);
    for entry in services() {
        // Read and let go, so that not all of them are held at once.
        let service = entry.read();
        for name in &entry.operations {
            let operation = service.operation(name).unwrap_or_else(|| panic!("{}: no {name}", entry.name));
            operations += 1;
            match (operation.has_event_stream(), has_event_stream(&entry.name, &operation.action())) {
                (true, true) => listed += 1,
                (false, false) => {}
                _ => unlisted.push((entry.name.clone(), operation.action())),
            }
            for shape in [Operation::input, Operation::output].into_iter().filter_map(|side| side(&operation)) {
                let required = shape.required().filter(|name| shape.member(name).is_none()).count();
                assert_eq!((shape.kind(), required), (Kind::Structure, 0), "{}:{name}", entry.name);
                shapes += shape.members().count();
            }
        }
    }
    assert_eq!(unlisted, []);
    assert!(listed > 20, "{listed}");
    assert!(services().len() > 400 && operations > 18_000 && shapes > 80_000, "{operations} {shapes}");
}

fn problem(name: &str, action: &str, value: &str, required: bool) -> String {
    let service = service(name).expect("there is the service");
    let output: Shape<'_> = service.action(action).and_then(|action| action.output()).expect("it replies");
    let value: Value = json::parse(value).expect("JSON");
    result_problem(output, &value, Checks { required, opaque: &["Opaque", "Attributes"] }).unwrap_or_default()
}

#[test]
fn results_are_held_to_the_model() {
    let cases = [
        (
            "sfn",
            "startExecution",
            r#"{"executionArn": "a", "startDate": "d"}"#,
            true,
            "Required field 'ExecutionArn' is missing",
        ),
        ("sfn", "startExecution", r#"{"executionArn": "a", "startDate": "d"}"#, false, ""),
        (
            "sfn",
            "startExecution",
            r#"{"ExecutionArn": null, "StartDate": "d"}"#,
            true,
            "Required field 'ExecutionArn' is missing",
        ),
        (
            "sfn",
            "startExecution",
            r#"{"ExecutionArn": "a", "StartDate": true}"#,
            false,
            "Field 'StartDate' must be a string",
        ),
        ("sfn", "startExecution", r#"{"ExecutionArn": "a", "StartDate": "d", "More": [1]}"#, true, ""),
        ("sfn", "startExecution", "[]", false, "Mock result must be a JSON object"),
        ("sfn", "describeExecution", r#"{"Status": "DONE"}"#, false, "Field 'Status' is not an expected value"),
        (
            "sfn",
            "describeMapRun",
            r#"{"ItemCounts": {"Pending": -1}}"#,
            false,
            "Field 'Pending' is less than the minimum value",
        ),
        ("sfn", "describeExecution", r#"{"Name": ""}"#, false, "Field 'Name' is smaller than the minimum length"),
        (
            "sfn",
            "describeExecution",
            r#"{"InputDetails": {"Included": 1}}"#,
            false,
            "Field 'Included' must be a boolean",
        ),
        ("sfn", "describeExecution", r#"{"InputDetails": 1}"#, false, "Field 'InputDetails' must be an object"),
        ("s3", "getObject", r#"{"ContentLength": "1"}"#, false, "Field 'ContentLength' must be a number"),
        ("s3", "getObject", r#"{"Metadata": {"k": 1}}"#, false, "Field 'k' must be a string"),
        (
            "kms",
            "encrypt",
            r#"{"CiphertextBlob": ""}"#,
            false,
            "Field 'CiphertextBlob' is smaller than the minimum length",
        ),
        ("eventbridge", "putEvents", r#"{"Entries": {}}"#, false, "Field 'Entries' must be an array"),
        (
            "eventbridge",
            "putEvents",
            r#"{"Entries": [{"EventId": "1"}, {"EventId": 2}]}"#,
            false,
            "Field 'EventId' must be a string",
        ),
        (
            "dynamodb",
            "putItem",
            r#"{"Attributes": 1, "ConsumedCapacity": {"CapacityUnits": "1"}}"#,
            true,
            "Field 'CapacityUnits' must be a number",
        ),
        ("dynamodb", "putItem", r#"{"Attributes": 1}"#, true, ""),
    ];
    for (service, action, value, required, expected) in cases {
        assert_eq!(problem(service, action, value, required), expected, "{service}:{action} {value}");
    }
}
