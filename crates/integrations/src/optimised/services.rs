//! The services of the optimised integrations: how their failures and results are told.

use crate::failures::Manner;

/// A service.
pub(super) struct Service {
    /// As resources name it.
    pub(super) name: &'static str,
    /// What its errors begin with.
    prefix: &'static str,
    pub(super) generation: Generation,
    /// Whether results tell of the HTTP exchange. Recorded for DynamoDB, ECS, SNS, SQS and Step Functions, which do, and EventBridge and API
    /// Gateway, which do not; the others of the first generation are taken to.
    pub(super) tells_metadata: bool,
}

/// Which of AWS's SDKs Step Functions calls the service with, as far as that can be seen.
#[derive(Clone, Copy)]
pub(super) enum Generation {
    /// The older one, with its name of the client and the client's base exception.
    First { client: &'static str, exception: &'static str },
    /// The newer one.
    Second,
}

/// The service that resources name so.
pub(super) fn of(name: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.name == name)
}

impl Service {
    pub(super) fn manner(&self) -> Manner<'static> {
        let client = match self.generation {
            Generation::First { client, exception } => Some((client, exception)),
            Generation::Second => None,
        };
        Manner { prefix: self.prefix, client }
    }

    const fn without_metadata(self) -> Service {
        Service { tells_metadata: false, ..self }
    }
}

const fn first(name: &'static str, prefix: &'static str, client: &'static str, exception: &'static str) -> Service {
    Service { name, prefix, generation: Generation::First { client, exception }, tells_metadata: true }
}

const fn second(name: &'static str, prefix: &'static str) -> Service {
    Service { name, prefix, generation: Generation::Second, tells_metadata: false }
}

static SERVICES: [Service; 20] = [
    second("apigateway", "ApiGateway"),
    first("athena", "Athena", "AmazonAthena", "AmazonAthenaException"),
    first("batch", "Batch", "AWSBatch", "AWSBatchException"),
    second("bedrock", "Bedrock"),
    second("bedrockagentcore", "BedrockAgentCore"),
    first("codebuild", "CodeBuild", "AWSCodeBuild", "AWSCodeBuildException"),
    first("databrew", "DataBrew", "AWSGlueDataBrew", "AWSGlueDataBrewException"),
    first("dynamodb", "DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"),
    first("ecs", "ECS", "AmazonECS", "AmazonECSException"),
    first("eks", "EKS", "AmazonEKS", "AmazonEKSException"),
    first("elasticmapreduce", "ElasticMapReduce", "AmazonElasticMapReduce", "AmazonElasticMapReduceException"),
    first("emr-containers", "EMRContainers", "AmazonEMRContainers", "AmazonEMRContainersException"),
    second("emr-serverless", "EmrServerless"),
    first("events", "EventBridge", "AmazonEventBridge", "AmazonEventBridgeException").without_metadata(),
    first("glue", "Glue", "AWSGlue", "AWSGlueException"),
    first("mediaconvert", "MediaConvert", "AWSMediaConvert", "AWSMediaConvertException"),
    first("sagemaker", "SageMaker", "AmazonSageMaker", "AmazonSageMakerException"),
    first("sns", "SNS", "AmazonSNS", "AmazonSNSException"),
    first("sqs", "SQS", "AmazonSQS", "AmazonSQSException"),
    first("states", "StepFunctions", "AWSStepFunctions", "AWSStepFunctionsException"),
];
