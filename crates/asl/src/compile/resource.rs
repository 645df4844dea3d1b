//! The `Resource` of a Task: its grammar, the table of optimised integrations AWS knows (integrations.md 1 and 2), and what of AWS's APIs
//! `aws-sdk:<service>:<action>` can name.

use super::similar::similar;
use crate::definition::{IntegrationPattern, Resource};

/// Why a resource is refused.
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// Parses the ARN of a function, an activity or a service integration.
pub(crate) fn parse(text: &str) -> Result<Resource, Problem> {
    let Some(rest) = text.strip_prefix("arn:") else {
        return Err(Problem { message: "Value is not a valid resource ARN".to_owned(), help: hint(text) });
    };
    let parts: Vec<&str> = rest.splitn(5, ':').collect();
    let resource = match parts[..] {
        [partition, "lambda", _, _, function] if is_partition(partition) => lambda(text, function),
        [partition, "states", region, account, rest] if is_partition(partition) => match rest.strip_prefix("activity:")
        {
            Some(name) if !region.is_empty() && !account.is_empty() && !name.is_empty() => {
                Some(Resource::Activity { arn: text.to_owned() })
            }
            _ => service(text, rest),
        },
        _ => None,
    };
    resource.ok_or_else(|| Problem {
        message: format!(
            "The resource provided {text} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
        ),
        help: hint(text),
    })
}

/// Service and action of a service integration's ARN, the suffix of its pattern still on the action.
pub(crate) fn service_and_action(text: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, "states", _, _, rest] if is_partition(partition) => rest.split_once(':'),
        _ => None,
    }
}

fn is_partition(partition: &str) -> bool {
    partition == "aws" || partition.starts_with("aws-")
}

fn lambda(arn: &str, function: &str) -> Option<Resource> {
    let mut parts = function.split(':');
    let is_function = parts.next() == Some("function")
        && parts.next().is_some_and(|name| !name.is_empty())
        && parts.next().is_none_or(|qualifier| !qualifier.is_empty())
        && parts.next().is_none();
    is_function.then(|| Resource::LambdaFunction { arn: arn.to_owned() })
}

fn service(arn: &str, rest: &str) -> Option<Resource> {
    let (rest, pattern) = split_pattern(rest);
    let (service, action) = rest.rsplit_once(':')?;
    let known = match service.strip_prefix("aws-sdk:") {
        Some(name) => {
            is_sdk_action(name, action)
                && matches!(pattern, IntegrationPattern::RequestResponse | IntegrationPattern::WaitForTaskToken)
        }
        None => is_optimised(service, action, pattern),
    };
    known.then(|| Resource::Service {
        arn: arn.to_owned(),
        service: service.to_owned(),
        action: action.to_owned(),
        pattern,
    })
}

fn split_pattern(text: &str) -> (&str, IntegrationPattern) {
    let patterns =
        [IntegrationPattern::RunJobVersion2, IntegrationPattern::RunJob, IntegrationPattern::WaitForTaskToken];
    let found = patterns.into_iter().find_map(|pattern| Some((text.strip_suffix(pattern.suffix())?, pattern)));
    found.unwrap_or((text, IntegrationPattern::RequestResponse))
}

/// Actions of the SDK integration that AWS does not support, besides those with streams of events (integrations.md 3).
const UNSUPPORTED: [(&str, &str); 16] = [
    ("comprehendmedical", "detectEntities"),
    ("efs", "createTags"),
    ("elastictranscoder", "testRole"),
    ("emr", "describeJobFlows"),
    ("iotdeviceadvisor", "listTestCases"),
    ("lambda", "invokeAsync"),
    ("mediapackage", "rotateChannelCredentials"),
    ("rds", "executeSql"),
    ("s3control", "selectObjectContent"),
    ("shield", "deleteSubscription"),
    ("sts", "assumeRole"),
    ("sts", "assumeRoleWithSAML"),
    ("sts", "assumeRoleWithWebIdentity"),
    ("transcribestreaming", "startCallAnalyticsStreamTranscription"),
    ("transcribestreaming", "startMedicalStreamTranscription"),
    ("transcribestreaming", "startStreamTranscription"),
];

/// Whether Step Functions calls such an action of AWS's SDK. A service without a model is let pass: it may be newer than the models, or retired,
/// and AWS goes on to know it.
fn is_sdk_action(service: &str, action: &str) -> bool {
    match service_models::entry(service) {
        Some(entry) => entry.has_action(action) && !is_unsupported(service, action),
        None => is_word(service) && is_word(action) && !is_unsupported(service, action),
    }
}

fn is_unsupported(service: &str, action: &str) -> bool {
    UNSUPPORTED.contains(&(service, action)) || service_models::has_event_stream(service, action)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Which patterns an action knows beside request-response.
#[derive(Clone, Copy)]
enum Waits {
    No,
    Job,
    Token,
    JobOrToken,
    /// The job pattern in both versions, and the token.
    Execution,
}

const OPTIMISED: [(&str, &[(&str, Waits)]); 22] = {
    use Waits::{Execution, Job, JobOrToken, No, Token};
    [
        ("apigateway", &[("invoke", Token)]),
        (
            "athena",
            &[
                ("startQueryExecution", Job),
                ("stopQueryExecution", No),
                ("getQueryExecution", No),
                ("getQueryResults", No),
            ],
        ),
        ("batch", &[("submitJob", Job)]),
        ("bedrock", &[("invokeModel", Token), ("createModelCustomizationJob", Job)]),
        ("bedrockagentcore", &[("invokeHarness", No)]),
        (
            "codebuild",
            &[
                ("startBuild", Job),
                ("stopBuild", No),
                ("batchDeleteBuilds", No),
                ("batchGetReports", No),
                ("startBuildBatch", Job),
                ("stopBuildBatch", No),
                ("retryBuildBatch", Job),
                ("deleteBuildBatch", No),
            ],
        ),
        ("databrew", &[("startJobRun", Job)]),
        ("dynamodb", &[("getItem", No), ("putItem", No), ("deleteItem", No), ("updateItem", No)]),
        ("ecs", &[("runTask", JobOrToken)]),
        (
            "eks",
            &[
                ("createCluster", Job),
                ("deleteCluster", Job),
                ("createFargateProfile", Job),
                ("deleteFargateProfile", Job),
                ("createNodegroup", Job),
                ("deleteNodegroup", Job),
                ("runJob", JobOrToken),
                ("call", No),
            ],
        ),
        (
            "elasticmapreduce",
            &[
                ("createCluster", Job),
                ("terminateCluster", Job),
                ("addStep", Job),
                ("cancelStep", No),
                ("setClusterTerminationProtection", No),
                ("modifyInstanceFleetByName", No),
                ("modifyInstanceGroupByName", No),
            ],
        ),
        ("emr-containers", &[("createVirtualCluster", No), ("deleteVirtualCluster", Job), ("startJobRun", Job)]),
        (
            "emr-serverless",
            &[
                ("createApplication", Job),
                ("startApplication", Job),
                ("stopApplication", Job),
                ("deleteApplication", Job),
                ("startJobRun", Job),
                ("cancelJobRun", Job),
            ],
        ),
        ("events", &[("putEvents", Token)]),
        ("glue", &[("startJobRun", Job)]),
        ("http", &[("invoke", No)]),
        ("lambda", &[("invoke", Token)]),
        ("mediaconvert", &[("createJob", Job)]),
        (
            "sagemaker",
            &[
                ("createEndpoint", No),
                ("createEndpointConfig", No),
                ("createModel", No),
                ("updateEndpoint", No),
                ("createHyperParameterTuningJob", Job),
                ("createLabelingJob", Job),
                ("createProcessingJob", Job),
                ("createTrainingJob", Job),
                ("createTransformJob", Job),
            ],
        ),
        ("sns", &[("publish", Token)]),
        ("sqs", &[("sendMessage", Token)]),
        ("states", &[("startExecution", Execution)]),
    ]
};

fn actions(service: &str) -> &'static [(&'static str, Waits)] {
    OPTIMISED.iter().find(|(name, _)| *name == service).map_or(&[], |(_, actions)| actions)
}

fn is_optimised(service: &str, action: &str, pattern: IntegrationPattern) -> bool {
    let Some((_, waits)) = actions(service).iter().find(|(name, _)| *name == action) else {
        return false;
    };
    match pattern {
        IntegrationPattern::RequestResponse => true,
        IntegrationPattern::RunJob => matches!(waits, Waits::Job | Waits::JobOrToken | Waits::Execution),
        IntegrationPattern::RunJobVersion2 => matches!(waits, Waits::Execution),
        IntegrationPattern::WaitForTaskToken => matches!(waits, Waits::Token | Waits::JobOrToken | Waits::Execution),
    }
}

fn hint(text: &str) -> Option<String> {
    if text.contains("${") {
        return Some("a placeholder such as ${Name} must be filled in before".to_owned());
    }
    let (service, rest) = service_and_action(text)?;
    let (action, pattern) = split_pattern(rest);
    if service == "aws-sdk" {
        return sdk_hint(rest);
    }
    let known = actions(service);
    if known.is_empty() {
        let service = similar(service, OPTIMISED.iter().map(|(name, _)| *name))?;
        return Some(format!("did you mean the service '{service}'?"));
    }
    if known.iter().any(|(name, _)| *name == action) {
        return Some(format!("{service}:{action} does not support '{}'", pattern.suffix()));
    }
    match similar(action, known.iter().map(|(name, _)| *name)) {
        Some(name) => Some(format!("did you mean '{service}:{name}'?")),
        None => {
            Some(format!("there is no such optimised integration; try arn:aws:states:::aws-sdk:{service}:{action}"))
        }
    }
}

/// What was probably meant with `<service>:<action>` of the SDK.
fn sdk_hint(rest: &str) -> Option<String> {
    let (service, action) = rest.split_once(':')?;
    let (action, pattern) = split_pattern(action);
    let Some(entry) = service_models::entry(service) else {
        let service = similar(service, service_models::services().iter().map(|entry| entry.name.as_str()))?;
        return Some(format!("did you mean the service '{service}'?"));
    };
    if is_unsupported(service, action) {
        return Some(format!("Step Functions does not support {service}:{action}"));
    }
    if entry.has_action(action) {
        return Some(format!("aws-sdk:{service}:{action} does not support '{}'", pattern.suffix()));
    }
    let actions: Vec<String> = entry.actions().collect();
    let action = similar(action, actions.iter().map(String::as_str))?;
    Some(format!("did you mean '{service}:{action}'?"))
}
