//! Jobs: how `.sync` tells that what a task started has ended, and how that is stopped when nobody waits for it any more. A row each.
//!
//! A look at a job is one call. That a task waits is nothing here: the engine has a durable timer for it.

use super::shape::{ordered, some};
use super::{Call, ecs, eks, services};
use crate::metadata::without_metadata;
use crate::{Job, TaskOutcome};
use asl::definition::{IntegrationPattern, Resource};
use aws_client::{CallError, Client};
use json::{Payload, Value, json};
use service_models::optimised;

/// Looks at a job that may not have been heard of yet where it was started.
const LOOKS_UNTIL_KNOWN: u64 = 6;

/// A kind of job.
struct Row {
    service: &'static str,
    action: &'static str,
    /// The operation that tells of it.
    describe: &'static str,
    parameters: &'static [(&'static str, Source)],
    /// Where its status is in the reply.
    status: &'static [&'static str],
    /// What it ends with well.
    good: &'static [&'static str],
    /// What it ends with badly.
    bad: &'static [&'static str],
    result: Shown,
    /// The operation that stops it, and its parameters.
    cancel: Option<(&'static str, &'static [(&'static str, Source)])>,
    /// Whether it ends when there is nothing left to be told of.
    ends_when_gone: bool,
}

/// Where a parameter is from.
#[derive(Clone, Copy)]
enum Source {
    /// The reply to the request that started the job.
    Reply(&'static [&'static str]),
    /// The same, as the one element of a list.
    ReplyListed(&'static [&'static str]),
    /// The task's own parameters.
    Given(&'static str),
    /// A text.
    Text(&'static str),
}

/// What of the reply that tells of the end is the task's result, or the cause of its failure.
#[derive(Clone, Copy)]
enum Shown {
    /// All of it.
    Whole,
    /// Its member here.
    Part(&'static [&'static str]),
    /// Its member here, as a member of this name.
    Named(&'static str, &'static [&'static str]),
    /// All of it, with this member of the reply to the request.
    With(&'static str),
}

use Source::{Given, Reply, ReplyListed, Text};

const fn row(
    (service, action): (&'static str, &'static str),
    (describe, parameters): (&'static str, &'static [(&'static str, Source)]),
    status: &'static [&'static str],
    good: &'static [&'static str],
    bad: &'static [&'static str],
) -> Row {
    let (result, cancel, ends_when_gone) = (Shown::Whole, None, false);
    Row { service, action, describe, parameters, status, good, bad, result, cancel, ends_when_gone }
}

impl Row {
    const fn shows(self, result: Shown) -> Row {
        Row { result, ..self }
    }

    const fn cancelled_by(self, operation: &'static str, parameters: &'static [(&'static str, Source)]) -> Row {
        Row { cancel: Some((operation, parameters)), ..self }
    }

    const fn ends_when_gone(self) -> Row {
        Row { ends_when_gone: true, ..self }
    }
}

const BUILD_FAILURES: &[&str] = &["FAILED", "FAULT", "TIMED_OUT", "STOPPED"];
const APPLICATION: &[(&str, Source)] = &[("ApplicationId", Reply(&["ApplicationId"]))];
const APPLICATION_STATE: &[&str] = &["Application", "State"];
const SERVERLESS_JOB: &[(&str, Source)] =
    &[("ApplicationId", Reply(&["ApplicationId"])), ("JobRunId", Reply(&["JobRunId"]))];
const FARGATE_PROFILE: &[(&str, Source)] = &[
    ("ClusterName", Reply(&["FargateProfile", "ClusterName"])),
    ("FargateProfileName", Reply(&["FargateProfile", "FargateProfileName"])),
];
const NODEGROUP: &[(&str, Source)] =
    &[("ClusterName", Reply(&["Nodegroup", "ClusterName"])), ("NodegroupName", Reply(&["Nodegroup", "NodegroupName"]))];
const EKS_CLUSTER: &[(&str, Source)] = &[("Name", Reply(&["Cluster", "Name"]))];
const SAGEMAKER_FAILURES: &[&str] = &["Failed", "Stopped"];

/// A batch of CodeBuild, whichever way it began.
const fn build_batch(action: &'static str) -> Row {
    row(
        ("codebuild", action),
        ("batchGetBuildBatches", &[("Ids", ReplyListed(&["BuildBatch", "Id"]))]),
        &["BuildBatches", "0", "BuildBatchStatus"],
        &["SUCCEEDED"],
        BUILD_FAILURES,
    )
    .shows(Shown::Named("BuildBatch", &["BuildBatches", "0"]))
    .cancelled_by("stopBuildBatch", &[("Id", Reply(&["BuildBatch", "Id"]))])
}

/// SageMaker's jobs differ in their names alone.
macro_rules! sagemaker {
    ($action:literal, $describe:literal, $stop:literal, $name:literal, $status:literal) => {
        row(
            ("sagemaker", $action),
            ($describe, &[($name, Given($name))]),
            &[$status],
            &["Completed"],
            SAGEMAKER_FAILURES,
        )
        .cancelled_by($stop, &[($name, Given($name))])
    };
}

static ROWS: [Row; 33] = [
    row(
        ("athena", "startQueryExecution"),
        ("getQueryExecution", &[("QueryExecutionId", Reply(&["QueryExecutionId"]))]),
        &["QueryExecution", "Status", "State"],
        &["SUCCEEDED"],
        &["FAILED", "CANCELLED"],
    )
    .cancelled_by("stopQueryExecution", &[("QueryExecutionId", Reply(&["QueryExecutionId"]))]),
    row(
        ("batch", "submitJob"),
        ("describeJobs", &[("Jobs", ReplyListed(&["JobId"]))]),
        &["Jobs", "0", "Status"],
        &["SUCCEEDED"],
        &["FAILED"],
    )
    .shows(Shown::Part(&["Jobs", "0"]))
    .cancelled_by("terminateJob", &[("JobId", Reply(&["JobId"])), ("Reason", Text("The execution was stopped"))]),
    row(
        ("bedrock", "createModelCustomizationJob"),
        ("getModelCustomizationJob", &[("JobIdentifier", Reply(&["JobArn"]))]),
        &["Status"],
        &["Completed"],
        SAGEMAKER_FAILURES,
    )
    .cancelled_by("stopModelCustomizationJob", &[("JobIdentifier", Reply(&["JobArn"]))]),
    row(
        ("codebuild", "startBuild"),
        ("batchGetBuilds", &[("Ids", ReplyListed(&["Build", "Id"]))]),
        &["Builds", "0", "BuildStatus"],
        &["SUCCEEDED"],
        BUILD_FAILURES,
    )
    .shows(Shown::Named("Build", &["Builds", "0"]))
    .cancelled_by("stopBuild", &[("Id", Reply(&["Build", "Id"]))]),
    build_batch("startBuildBatch"),
    build_batch("retryBuildBatch"),
    row(
        ("databrew", "startJobRun"),
        ("describeJobRun", &[("Name", Given("Name")), ("RunId", Reply(&["RunId"]))]),
        &["State"],
        &["SUCCEEDED"],
        &["FAILED", "TIMEOUT", "STOPPED"],
    )
    .cancelled_by("stopJobRun", &[("Name", Given("Name")), ("RunId", Reply(&["RunId"]))]),
    row(
        ("ecs", "runTask"),
        ("describeTasks", &[("Cluster", Given("Cluster")), ("Tasks", ReplyListed(&["Tasks", "0", "TaskArn"]))]),
        &["Tasks", "0", "LastStatus"],
        &["STOPPED"],
        &[],
    )
    .shows(Shown::Part(&["Tasks", "0"]))
    .cancelled_by(
        "stopTask",
        &[
            ("Cluster", Given("Cluster")),
            ("Task", Reply(&["Tasks", "0", "TaskArn"])),
            ("Reason", Text("The execution was stopped")),
        ],
    ),
    row(("eks", "createCluster"), ("describeCluster", EKS_CLUSTER), &["Cluster", "Status"], &["ACTIVE"], &["FAILED"]),
    row(("eks", "deleteCluster"), ("describeCluster", EKS_CLUSTER), &["Cluster", "Status"], &[], &["FAILED"])
        .ends_when_gone(),
    row(
        ("eks", "createFargateProfile"),
        ("describeFargateProfile", FARGATE_PROFILE),
        &["FargateProfile", "Status"],
        &["ACTIVE"],
        &["CREATE_FAILED"],
    ),
    row(
        ("eks", "deleteFargateProfile"),
        ("describeFargateProfile", FARGATE_PROFILE),
        &["FargateProfile", "Status"],
        &[],
        &["DELETE_FAILED"],
    )
    .ends_when_gone(),
    row(
        ("eks", "createNodegroup"),
        ("describeNodegroup", NODEGROUP),
        &["Nodegroup", "Status"],
        &["ACTIVE"],
        &["CREATE_FAILED", "DEGRADED"],
    ),
    row(
        ("eks", "deleteNodegroup"),
        ("describeNodegroup", NODEGROUP),
        &["Nodegroup", "Status"],
        &[],
        &["DELETE_FAILED", "DEGRADED"],
    )
    .ends_when_gone(),
    row(
        ("elasticmapreduce", "createCluster"),
        ("describeCluster", &[("ClusterId", Reply(&["ClusterId"]))]),
        &["Cluster", "Status", "State"],
        &["WAITING"],
        &["TERMINATED", "TERMINATED_WITH_ERRORS"],
    )
    .shows(Shown::With("ClusterId")),
    row(
        ("elasticmapreduce", "terminateCluster"),
        ("describeCluster", &[("ClusterId", Given("ClusterId"))]),
        &["Cluster", "Status", "State"],
        &["TERMINATED", "TERMINATED_WITH_ERRORS"],
        &[],
    ),
    row(
        ("elasticmapreduce", "addStep"),
        ("describeStep", &[("ClusterId", Given("ClusterId")), ("StepId", Reply(&["StepId"]))]),
        &["Step", "Status", "State"],
        &["COMPLETED"],
        &["FAILED", "CANCELLED", "INTERRUPTED"],
    )
    .cancelled_by("cancelSteps", &[("ClusterId", Given("ClusterId")), ("StepIds", ReplyListed(&["StepId"]))]),
    row(
        ("emr-containers", "startJobRun"),
        ("describeJobRun", &[("Id", Reply(&["Id"])), ("VirtualClusterId", Reply(&["VirtualClusterId"]))]),
        &["JobRun", "State"],
        &["COMPLETED"],
        &["FAILED", "CANCELLED"],
    )
    .cancelled_by("cancelJobRun", &[("Id", Reply(&["Id"])), ("VirtualClusterId", Reply(&["VirtualClusterId"]))]),
    row(
        ("emr-containers", "deleteVirtualCluster"),
        ("describeVirtualCluster", &[("Id", Reply(&["Id"]))]),
        &["VirtualCluster", "State"],
        &["TERMINATED"],
        &["ARRESTED"],
    ),
    row(
        ("emr-serverless", "createApplication"),
        ("getApplication", APPLICATION),
        APPLICATION_STATE,
        &["CREATED", "STARTED"],
        &["TERMINATED"],
    ),
    row(
        ("emr-serverless", "startApplication"),
        ("getApplication", APPLICATION),
        APPLICATION_STATE,
        &["STARTED"],
        &["STOPPED", "TERMINATED"],
    ),
    row(
        ("emr-serverless", "stopApplication"),
        ("getApplication", APPLICATION),
        APPLICATION_STATE,
        &["STOPPED", "CREATED"],
        &["TERMINATED"],
    ),
    row(
        ("emr-serverless", "deleteApplication"),
        ("getApplication", APPLICATION),
        APPLICATION_STATE,
        &["TERMINATED"],
        &[],
    )
    .ends_when_gone(),
    row(
        ("emr-serverless", "startJobRun"),
        ("getJobRun", SERVERLESS_JOB),
        &["JobRun", "State"],
        &["SUCCESS"],
        &["FAILED", "CANCELLED"],
    )
    .cancelled_by("cancelJobRun", SERVERLESS_JOB),
    row(
        ("emr-serverless", "cancelJobRun"),
        ("getJobRun", SERVERLESS_JOB),
        &["JobRun", "State"],
        &["CANCELLED"],
        &["SUCCESS", "FAILED"],
    ),
    row(
        ("glue", "startJobRun"),
        ("getJobRun", &[("JobName", Given("JobName")), ("RunId", Reply(&["JobRunId"]))]),
        &["JobRun", "JobRunState"],
        &["SUCCEEDED"],
        &["FAILED", "ERROR", "TIMEOUT", "STOPPED", "EXPIRED"],
    )
    .shows(Shown::Part(&["JobRun"]))
    .cancelled_by("batchStopJobRun", &[("JobName", Given("JobName")), ("JobRunIds", ReplyListed(&["JobRunId"]))]),
    row(
        ("mediaconvert", "createJob"),
        ("getJob", &[("Id", Reply(&["Job", "Id"]))]),
        &["Job", "Status"],
        &["COMPLETE"],
        &["ERROR", "CANCELED"],
    )
    .cancelled_by("cancelJob", &[("Id", Reply(&["Job", "Id"]))]),
    sagemaker!(
        "createHyperParameterTuningJob",
        "describeHyperParameterTuningJob",
        "stopHyperParameterTuningJob",
        "HyperParameterTuningJobName",
        "HyperParameterTuningJobStatus"
    ),
    sagemaker!("createLabelingJob", "describeLabelingJob", "stopLabelingJob", "LabelingJobName", "LabelingJobStatus"),
    sagemaker!(
        "createProcessingJob",
        "describeProcessingJob",
        "stopProcessingJob",
        "ProcessingJobName",
        "ProcessingJobStatus"
    ),
    sagemaker!("createTrainingJob", "describeTrainingJob", "stopTrainingJob", "TrainingJobName", "TrainingJobStatus"),
    sagemaker!(
        "createTransformJob",
        "describeTransformJob",
        "stopTransformJob",
        "TransformJobName",
        "TransformJobStatus"
    ),
    row(
        ("states", "startExecution"),
        ("describeExecution", &[("ExecutionArn", Reply(&["ExecutionArn"]))]),
        &["Status"],
        &["SUCCEEDED"],
        &["FAILED", "TIMED_OUT", "ABORTED"],
    )
    .cancelled_by("stopExecution", &[("ExecutionArn", Reply(&["ExecutionArn"]))]),
];

/// How a job that a service has stands: how the task ends, or nothing if it goes on.
pub(crate) async fn status(client: &Client, job: &Job) -> Option<TaskOutcome> {
    if eks::is_job(&job.request.resource) {
        return eks::status(client, job).await;
    }
    let (call, row) = known(client, job)?;
    let is_known_by_now = job.looks >= LOOKS_UNTIL_KNOWN;
    let told = match call.send(row.describe, &filled(row.parameters, job)).await {
        Ok(reply) => reply.value,
        Err(CallError::Service(error)) if row.ends_when_gone && error.code.contains("NotFound") => {
            let output = Payload::from(without_metadata(job.submitted.value()));
            return Some(TaskOutcome::Succeeded { output });
        }
        // It may pass: the next look tells.
        Err(CallError::NoAnswer { .. }) => return None,
        Err(CallError::Service(error)) if error.status >= 500 || error.status == 429 || !is_known_by_now => {
            return None;
        }
        Err(error) => return Some(call.failed(error)),
    };
    let status = at(&told, row.status).and_then(Value::as_str);
    let told = part(call, row.result, &told, job);
    match status {
        Some(status) if row.good.contains(&status) => {
            let ended_well = row.service != "ecs" || ecs::ended_well(call, &told).await?;
            Some(match ended_well {
                true => TaskOutcome::Succeeded { output: Payload::from(told) },
                false => TaskOutcome::failed("States.TaskFailed", told.to_string()),
            })
        }
        Some(status) if row.bad.contains(&status) => Some(TaskOutcome::failed("States.TaskFailed", told.to_string())),
        None if is_known_by_now => Some(TaskOutcome::failed("States.TaskFailed", told.to_string())),
        _ => None,
    }
}

/// Stops a job that nobody waits for any more, as well as that goes.
pub(crate) async fn cancel(client: &Client, job: &Job) {
    if eks::is_job(&job.request.resource) {
        return eks::cancel(client, job).await;
    }
    let Some((call, row)) = known(client, job) else { return };
    let Some((operation, parameters)) = row.cancel else { return };
    if let Err(error) = call.send(operation, &filled(parameters, job)).await {
        tracing::warn!(execution = %job.request.execution_arn, "a job of {} could not be stopped: {error}", row.service);
    }
}

/// The operation that tells how a job ended, and the member of its reply that is the result, empty for all of it. None for what is no job, and
/// for jobs whose result is made of more than one reply's member.
pub(crate) fn told_by(service: &str, action: &str) -> Option<(&'static str, &'static str)> {
    let row = row_of(service, action)?;
    match row.result {
        Shown::Whole => Some((row.describe, "")),
        Shown::Part(path) => Some((row.describe, path[0])),
        Shown::Named(..) | Shown::With(_) => None,
    }
}

fn row_of(service: &str, action: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.service == service && row.action == action)
}

fn known<'j>(client: &'j Client, job: &'j Job) -> Option<(Call<'j>, &'static Row)> {
    let Resource::Service { service, action, pattern, .. } = &job.request.resource else { return None };
    let row = row_of(service, action)?;
    let (service, action) = (services::of(service)?, optimised(service, action)?);
    Some((Call { client, service, action, pattern: *pattern, request: &job.request }, row))
}

fn filled(parameters: &[(&'static str, Source)], job: &Job) -> Value {
    let reply = |path: &[&str]| at(job.submitted.value(), path);
    some(parameters.iter().map(|(name, from)| {
        let value = match from {
            Reply(path) => reply(path).cloned(),
            ReplyListed(path) => reply(path).map(|element| json!([(element.clone())])),
            Given(name) => job.request.payload.value().get(name).cloned(),
            Text(text) => Some((*text).into()),
        };
        (*name, value)
    }))
}

fn part(call: Call<'_>, shown: Shown, told: &Value, job: &Job) -> Value {
    let found = |path| at(told, path).cloned().unwrap_or_else(|| told.clone());
    let value = match shown {
        Shown::Whole => told.clone(),
        Shown::Part(path) => found(path),
        Shown::Named(name, path) => some([(name, Some(found(path)))]),
        Shown::With(name) => ordered(told.clone(), name, job.submitted.value().get(name).cloned()),
    };
    match call.pattern {
        IntegrationPattern::RunJobVersion2 => with_parsed(&value, &["Input", "Output"]),
        _ => value,
    }
}

/// `.sync:2` has input and output as what their texts say (recorded).
fn with_parsed(value: &Value, names: &[&str]) -> Value {
    let Some(members) = value.as_object() else { return value.clone() };
    let parsed = |(name, value): (&json::Key, &Value)| {
        let is_parsed = names.contains(&&**name);
        let parsed = value.as_str().filter(|_| is_parsed).and_then(|text| json::parse(text).ok());
        (name.clone(), parsed.unwrap_or_else(|| value.clone()))
    };
    members.iter().map(parsed).collect::<json::Object>().into()
}

/// What is at a path: names of members, and numbers of elements.
fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match value {
        Value::Array(elements) => elements.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row names operations and parameters that the models have.
    #[test]
    fn rows_fit_the_models() {
        for row in &ROWS {
            let action = optimised(row.service, row.action).expect("an action of the table");
            let calls = [Some((row.describe, row.parameters)), row.cancel];
            for (operation, parameters) in calls.into_iter().flatten() {
                let model = action.model().action(operation);
                let input = model.and_then(|model| model.input());
                let input = input.unwrap_or_else(|| panic!("{} has no {operation}", action.api));
                for (name, from) in parameters {
                    assert!(input.member_spelled(name).is_some(), "{operation} has no {name}");
                    if let Given(given) = from {
                        assert!(action.knows(given), "{}:{} has no {given}", row.service, row.action);
                    }
                }
            }
            let output = action.model().action(row.describe).and_then(|operation| operation.output());
            let status = row.status.iter().try_fold(output.expect("it tells something"), |shape, step| {
                if *step == "0" { shape.element() } else { shape.member_spelled(step).map(|(_, shape)| shape) }
            });
            let status = status.unwrap_or_else(|| panic!("{} tells no {:?}", row.describe, row.status));
            let words: Vec<&str> = status.words().into_iter().flatten().collect();
            for word in row.good.iter().chain(row.bad) {
                assert!(words.is_empty() || words.contains(word), "{} never tells {word}: {words:?}", row.describe);
            }
        }
    }
}
