//! The parameters of the optimised integrations that people use most, as the Developer Guide lists them. Actions that are not here are not
//! judged, but for one thing that all have in common: names of parameters begin with a capital letter.

use super::called::Service;

/// What an action takes.
pub(crate) struct Action {
    service: &'static str,
    actions: &'static [&'static str],
    /// Of each group at least one must be given.
    pub(crate) required: &'static [&'static [&'static str]],
    /// All names; empty if they are too many or change too often.
    pub(crate) known: &'static [&'static str],
}

/// What is known of the called action.
pub(crate) fn of(called: Service<'_>) -> Option<&'static Action> {
    let is_called = |action: &&Action| action.service == called.name && action.actions.contains(&called.action);
    ACTIONS.iter().filter(|_| !called.is_sdk).find(is_called)
}

static ACTIONS: [Action; 18] = [
    Action {
        service: "lambda",
        actions: &["invoke"],
        required: &[&["FunctionName"]],
        known: &["FunctionName", "Payload", "InvocationType", "Qualifier", "ClientContext", "LogType"],
    },
    Action {
        service: "sqs",
        actions: &["sendMessage"],
        required: &[&["QueueUrl"], &["MessageBody"]],
        known: &[
            "QueueUrl",
            "MessageBody",
            "DelaySeconds",
            "MessageAttributes",
            "MessageDeduplicationId",
            "MessageGroupId",
            "MessageSystemAttributes",
        ],
    },
    Action {
        service: "sns",
        actions: &["publish"],
        required: &[&["TopicArn", "TargetArn", "PhoneNumber"], &["Message"]],
        known: &[
            "TopicArn",
            "TargetArn",
            "PhoneNumber",
            "Message",
            "Subject",
            "MessageStructure",
            "MessageAttributes",
            "MessageGroupId",
            "MessageDeduplicationId",
        ],
    },
    Action { service: "events", actions: &["putEvents"], required: &[&["Entries"]], known: &["Entries", "EndpointId"] },
    Action {
        service: "states",
        actions: &["startExecution"],
        required: &[&["StateMachineArn"]],
        known: &["StateMachineArn", "Name", "Input", "TraceHeader"],
    },
    Action {
        service: "dynamodb",
        actions: &["getItem", "deleteItem", "updateItem"],
        required: &[&["TableName"], &["Key"]],
        known: &[],
    },
    Action { service: "dynamodb", actions: &["putItem"], required: &[&["TableName"], &["Item"]], known: &[] },
    Action {
        service: "http",
        actions: &["invoke"],
        required: &[&["ApiEndpoint"], &["Method"], &["Authentication", "InvocationConfig"]],
        known: &[
            "ApiEndpoint",
            "Method",
            "Authentication",
            "InvocationConfig",
            "Headers",
            "QueryParameters",
            "RequestBody",
            "Transform",
        ],
    },
    Action {
        service: "apigateway",
        actions: &["invoke"],
        required: &[&["ApiEndpoint"], &["Method"]],
        known: &[
            "ApiEndpoint",
            "Method",
            "Stage",
            "Path",
            "Headers",
            "QueryParameters",
            "RequestBody",
            "AllowNullValues",
            "AuthType",
        ],
    },
    Action { service: "ecs", actions: &["runTask"], required: &[&["TaskDefinition"]], known: &[] },
    Action {
        service: "batch",
        actions: &["submitJob"],
        required: &[&["JobName"], &["JobQueue"], &["JobDefinition"]],
        known: &[],
    },
    Action { service: "glue", actions: &["startJobRun"], required: &[&["JobName"]], known: &[] },
    Action { service: "databrew", actions: &["startJobRun"], required: &[&["Name"]], known: &["Name"] },
    Action { service: "codebuild", actions: &["startBuild"], required: &[&["ProjectName"]], known: &[] },
    Action { service: "athena", actions: &["startQueryExecution"], required: &[&["QueryString"]], known: &[] },
    Action {
        service: "athena",
        actions: &["getQueryResults", "getQueryExecution", "stopQueryExecution"],
        required: &[&["QueryExecutionId"]],
        known: &[],
    },
    Action { service: "eks", actions: &["runJob", "call"], required: &[&["ClusterName"]], known: &[] },
    Action { service: "bedrock", actions: &["invokeModel"], required: &[&["ModelId"]], known: &[] },
];
