//! The optimised integrations: which operation of which API each action calls, and which parameters it takes (Developer Guide, "Integrating
//! optimized services with Step Functions", a page a service).
//!
//! How results and errors are shaped is the business of whoever calls; which patterns an action knows is a rule of the language.

use crate::{Operation, Service, entry};
use std::sync::Arc;

/// An action of an optimised integration, such as `sqs:sendMessage`.
#[derive(Clone, Copy, Debug)]
pub struct Optimised {
    /// The service as resources name it, such as `emr-serverless`.
    pub service: &'static str,
    /// The action as resources name it.
    pub action: &'static str,
    /// The service as `aws-sdk:` resources name it, such as `emrserverless`.
    pub api: &'static str,
    /// The operation that is called, such as `runJobFlow`; empty if it is none of that API.
    pub operation: &'static str,
    parameters: Parameters,
}

#[derive(Clone, Copy, Debug)]
enum Parameters {
    /// All that the operation has.
    All,
    /// Some of them, or others of the action's own.
    Only(&'static [&'static str]),
}

/// The action, if there is one.
pub fn optimised(service: &str, action: &str) -> Option<&'static Optimised> {
    ACTIONS.iter().find(|known| known.service == service && known.action == action)
}

/// All actions.
pub fn all_optimised() -> &'static [Optimised] {
    &ACTIONS
}

impl Optimised {
    /// Whether the action knows a parameter. Others are dropped before the task is scheduled (recorded for SQS and Lambda).
    pub fn knows(&self, parameter: &str) -> bool {
        match self.parameters {
            Parameters::Only(known) => known.contains(&parameter),
            Parameters::All => self.with_operation(|operation| {
                operation.input().is_some_and(|input| input.member_spelled(parameter).is_some())
            }),
        }
    }

    /// The parameters it knows; none if they are those of the operation.
    pub fn listed(&self) -> &'static [&'static str] {
        match self.parameters {
            Parameters::Only(known) => known,
            Parameters::All => &[],
        }
    }

    /// The model of the API.
    pub fn model(&self) -> &'static Arc<Service> {
        entry(self.api).expect("the table names services that have models").load()
    }

    fn with_operation(&self, look: impl FnOnce(Operation<'_>) -> bool) -> bool {
        self.model().action(self.operation).is_some_and(look)
    }
}

const fn all(service: &'static str, action: &'static str, api: &'static str, operation: &'static str) -> Optimised {
    Optimised { service, action, api, operation, parameters: Parameters::All }
}

/// An action that is called as its operation is.
const fn same(service: &'static str, action: &'static str, api: &'static str) -> Optimised {
    all(service, action, api, action)
}

const fn only(
    service: &'static str,
    action: &'static str,
    api: &'static str,
    operation: &'static str,
    known: &'static [&'static str],
) -> Optimised {
    Optimised { service, action, api, operation, parameters: Parameters::Only(known) }
}

/// DynamoDB's parameters beside those of one action.
macro_rules! dynamodb {
    ($($own:literal)*) => {
        &["TableName", "ExpressionAttributeNames", "ReturnConsumedCapacity" $(, $own)*]
    };
}

macro_rules! dynamodb_write {
    ($($own:literal)*) => {
        dynamodb!["ConditionExpression" "ConditionalOperator" "Expected" "ExpressionAttributeValues"
            "ReturnItemCollectionMetrics" "ReturnValues" "ReturnValuesOnConditionCheckFailure" $($own)*]
    };
}

static ACTIONS: [Optimised; 63] = [
    only(
        "apigateway",
        "invoke",
        "apigateway",
        "",
        &[
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
    ),
    same("athena", "startQueryExecution", "athena"),
    same("athena", "stopQueryExecution", "athena"),
    same("athena", "getQueryExecution", "athena"),
    same("athena", "getQueryResults", "athena"),
    same("batch", "submitJob", "batch"),
    only(
        "bedrock",
        "invokeModel",
        "bedrockruntime",
        "invokeModel",
        &[
            "ModelId",
            "Body",
            "Input",
            "Output",
            "Accept",
            "ContentType",
            "Trace",
            "GuardrailIdentifier",
            "GuardrailVersion",
            "PerformanceConfigLatency",
            "ServiceTier",
        ],
    ),
    same("bedrock", "createModelCustomizationJob", "bedrock"),
    same("bedrockagentcore", "invokeHarness", "bedrockagentcore"),
    same("codebuild", "startBuild", "codebuild"),
    same("codebuild", "stopBuild", "codebuild"),
    same("codebuild", "batchDeleteBuilds", "codebuild"),
    same("codebuild", "batchGetReports", "codebuild"),
    same("codebuild", "startBuildBatch", "codebuild"),
    same("codebuild", "stopBuildBatch", "codebuild"),
    same("codebuild", "retryBuildBatch", "codebuild"),
    same("codebuild", "deleteBuildBatch", "codebuild"),
    same("databrew", "startJobRun", "databrew"),
    only(
        "dynamodb",
        "getItem",
        "dynamodb",
        "getItem",
        dynamodb!["Key" "AttributesToGet" "ConsistentRead" "ProjectionExpression"],
    ),
    only("dynamodb", "putItem", "dynamodb", "putItem", dynamodb_write!["Item"]),
    only("dynamodb", "deleteItem", "dynamodb", "deleteItem", dynamodb_write!["Key"]),
    only(
        "dynamodb",
        "updateItem",
        "dynamodb",
        "updateItem",
        dynamodb_write!["Key" "AttributeUpdates" "UpdateExpression"],
    ),
    only(
        "ecs",
        "runTask",
        "ecs",
        "runTask",
        &[
            "CapacityProviderStrategy",
            "Cluster",
            "EnableECSManagedTags",
            "EnableExecuteCommand",
            "Group",
            "LaunchType",
            "NetworkConfiguration",
            "Overrides",
            "PlacementConstraints",
            "PlacementStrategy",
            "PlatformVersion",
            "PropagateTags",
            "ReferenceId",
            "Tags",
            "TaskDefinition",
            "VolumeConfigurations",
        ],
    ),
    same("eks", "createCluster", "eks"),
    same("eks", "deleteCluster", "eks"),
    same("eks", "createFargateProfile", "eks"),
    same("eks", "deleteFargateProfile", "eks"),
    same("eks", "createNodegroup", "eks"),
    same("eks", "deleteNodegroup", "eks"),
    only(
        "eks",
        "runJob",
        "eks",
        "",
        &["ClusterName", "CertificateAuthority", "Endpoint", "Namespace", "Job", "LogOptions"],
    ),
    only(
        "eks",
        "call",
        "eks",
        "",
        &["ClusterName", "CertificateAuthority", "Endpoint", "Method", "Path", "QueryParameters", "RequestBody"],
    ),
    all("elasticmapreduce", "createCluster", "emr", "runJobFlow"),
    only("elasticmapreduce", "terminateCluster", "emr", "terminateJobFlows", &["ClusterId"]),
    only("elasticmapreduce", "addStep", "emr", "addJobFlowSteps", &["ClusterId", "Step", "ExecutionRoleArn"]),
    only("elasticmapreduce", "cancelStep", "emr", "cancelSteps", &["ClusterId", "StepId"]),
    only(
        "elasticmapreduce",
        "setClusterTerminationProtection",
        "emr",
        "setTerminationProtection",
        &["ClusterId", "TerminationProtected"],
    ),
    only(
        "elasticmapreduce",
        "modifyInstanceFleetByName",
        "emr",
        "modifyInstanceFleet",
        &["ClusterId", "InstanceFleetName", "InstanceFleet"],
    ),
    only(
        "elasticmapreduce",
        "modifyInstanceGroupByName",
        "emr",
        "modifyInstanceGroups",
        &["ClusterId", "InstanceGroupName", "InstanceGroup"],
    ),
    same("emr-containers", "createVirtualCluster", "emrcontainers"),
    same("emr-containers", "deleteVirtualCluster", "emrcontainers"),
    same("emr-containers", "startJobRun", "emrcontainers"),
    same("emr-serverless", "createApplication", "emrserverless"),
    same("emr-serverless", "startApplication", "emrserverless"),
    same("emr-serverless", "stopApplication", "emrserverless"),
    same("emr-serverless", "deleteApplication", "emrserverless"),
    same("emr-serverless", "startJobRun", "emrserverless"),
    same("emr-serverless", "cancelJobRun", "emrserverless"),
    only("events", "putEvents", "eventbridge", "putEvents", &["Entries", "EndpointId"]),
    same("glue", "startJobRun", "glue"),
    only(
        "lambda",
        "invoke",
        "lambda",
        "invoke",
        &["FunctionName", "Payload", "InvocationType", "Qualifier", "ClientContext", "LogType"],
    ),
    same("mediaconvert", "createJob", "mediaconvert"),
    same("sagemaker", "createEndpoint", "sagemaker"),
    same("sagemaker", "createEndpointConfig", "sagemaker"),
    same("sagemaker", "createModel", "sagemaker"),
    same("sagemaker", "updateEndpoint", "sagemaker"),
    same("sagemaker", "createHyperParameterTuningJob", "sagemaker"),
    same("sagemaker", "createLabelingJob", "sagemaker"),
    same("sagemaker", "createProcessingJob", "sagemaker"),
    same("sagemaker", "createTrainingJob", "sagemaker"),
    same("sagemaker", "createTransformJob", "sagemaker"),
    only(
        "sns",
        "publish",
        "sns",
        "publish",
        &[
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
    ),
    only(
        "sqs",
        "sendMessage",
        "sqs",
        "sendMessage",
        &["QueueUrl", "MessageBody", "DelaySeconds", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId"],
    ),
    only("states", "startExecution", "sfn", "startExecution", &["StateMachineArn", "Name", "Input", "TraceHeader"]),
];
