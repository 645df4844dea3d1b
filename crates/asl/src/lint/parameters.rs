//! The parameters of the optimised integrations that people use most, as the Developer Guide lists them. Actions that are not here are not
//! judged, but for one thing that all have in common: names of parameters begin with a capital letter.

use super::called::Service;

/// What an action takes.
pub(crate) struct Action {
    service: &'static str,
    actions: &'static [&'static str],
    /// Of each group at least one must be given.
    pub(crate) required: &'static [&'static [&'static str]],
    known: Known,
}

/// Which names there are.
enum Known {
    /// Too many, or they change too often.
    Any,
    /// Those that do not get lost when the task is run.
    AsRun,
    These(&'static [&'static str]),
}

impl Action {
    /// All names; empty if they are not judged.
    pub(crate) fn known(&self) -> &'static [&'static str] {
        match self.known {
            Known::Any => &[],
            Known::AsRun => {
                service_models::optimised(self.service, self.actions[0]).map_or(&[], |action| action.listed())
            }
            Known::These(names) => names,
        }
    }
}

/// What is known of the called action.
pub(crate) fn of(called: Service<'_>) -> Option<&'static Action> {
    let is_called = |action: &&Action| action.service == called.name && action.actions.contains(&called.action);
    ACTIONS.iter().filter(|_| !called.is_sdk).find(is_called)
}

static ACTIONS: [Action; 18] = [
    Action { service: "lambda", actions: &["invoke"], required: &[&["FunctionName"]], known: Known::AsRun },
    Action {
        service: "sqs",
        actions: &["sendMessage"],
        required: &[&["QueueUrl"], &["MessageBody"]],
        known: Known::AsRun,
    },
    Action {
        service: "sns",
        actions: &["publish"],
        required: &[&["TopicArn", "TargetArn", "PhoneNumber"], &["Message"]],
        known: Known::AsRun,
    },
    Action { service: "events", actions: &["putEvents"], required: &[&["Entries"]], known: Known::AsRun },
    Action { service: "states", actions: &["startExecution"], required: &[&["StateMachineArn"]], known: Known::AsRun },
    Action {
        service: "dynamodb",
        actions: &["getItem", "deleteItem", "updateItem"],
        required: &[&["TableName"], &["Key"]],
        known: Known::Any,
    },
    Action { service: "dynamodb", actions: &["putItem"], required: &[&["TableName"], &["Item"]], known: Known::Any },
    Action {
        service: "http",
        actions: &["invoke"],
        required: &[&["ApiEndpoint"], &["Method"], &["Authentication", "InvocationConfig"]],
        known: Known::These(&[
            "ApiEndpoint",
            "Method",
            "Authentication",
            "InvocationConfig",
            "Headers",
            "QueryParameters",
            "RequestBody",
            "Transform",
        ]),
    },
    Action {
        service: "apigateway",
        actions: &["invoke"],
        required: &[&["ApiEndpoint"], &["Method"]],
        known: Known::AsRun,
    },
    Action { service: "ecs", actions: &["runTask"], required: &[&["TaskDefinition"]], known: Known::Any },
    Action {
        service: "batch",
        actions: &["submitJob"],
        required: &[&["JobName"], &["JobQueue"], &["JobDefinition"]],
        known: Known::Any,
    },
    Action { service: "glue", actions: &["startJobRun"], required: &[&["JobName"]], known: Known::Any },
    Action { service: "databrew", actions: &["startJobRun"], required: &[&["Name"]], known: Known::These(&["Name"]) },
    Action { service: "codebuild", actions: &["startBuild"], required: &[&["ProjectName"]], known: Known::Any },
    Action { service: "athena", actions: &["startQueryExecution"], required: &[&["QueryString"]], known: Known::Any },
    Action {
        service: "athena",
        actions: &["getQueryResults", "getQueryExecution", "stopQueryExecution"],
        required: &[&["QueryExecutionId"]],
        known: Known::Any,
    },
    Action { service: "eks", actions: &["runJob", "call"], required: &[&["ClusterName"]], known: Known::Any },
    Action { service: "bedrock", actions: &["invokeModel"], required: &[&["ModelId"]], known: Known::Any },
];
