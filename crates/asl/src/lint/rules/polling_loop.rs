//! A loop of Wait, Choice and a Task that asks for the status of a job, although the service has a `.sync` integration.
//!
//! ## Why
//! Each round is several state transitions and events; `.sync` waits in one state, notices the end sooner, and stops the job with the
//! execution.
//!
//! ## Example
//! ```yaml
//! Wait: {Type: Wait, Seconds: 30, Next: Ask}
//! Ask:
//!   Type: Task
//!   Resource: arn:aws:states:::aws-sdk:glue:getJobRun
//!   Parameters: {JobName: j, RunId.$: $.JobRunId}
//!   ResultPath: $.run
//!   Next: Done?
//! Done?:
//!   Type: Choice
//!   Choices: [{Variable: $.run.JobRun.JobRunState, StringEquals: SUCCEEDED, Next: Done}]
//!   Default: Wait
//! Done: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! Run:
//!   Type: Task
//!   Resource: arn:aws:states:::glue:startJobRun.sync
//!   Parameters: {JobName: j}
//!   TimeoutSeconds: 3600
//!   End: true
//! ```

use crate::lint::called::Called;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "polling-loop",
    severity: Severity::Warning,
    summary: "polling for a job that Step Functions can wait for",
    is_optional: false,
    source: include_str!("polling_loop.rs"),
    check,
};

/// Service and action that ask, and the integration that waits.
const POLLED: [(&str, &str, &str); 21] = [
    ("athena", "getQueryExecution", "athena:startQueryExecution.sync"),
    ("batch", "describeJobs", "batch:submitJob.sync"),
    ("codebuild", "batchGetBuilds", "codebuild:startBuild.sync"),
    ("codebuild", "batchGetBuildBatches", "codebuild:startBuildBatch.sync"),
    ("databrew", "describeJobRun", "databrew:startJobRun.sync"),
    ("ecs", "describeTasks", "ecs:runTask.sync"),
    ("eks", "describeCluster", "eks:createCluster.sync"),
    ("eks", "describeNodegroup", "eks:createNodegroup.sync"),
    ("emr", "describeCluster", "elasticmapreduce:createCluster.sync"),
    ("emr", "describeStep", "elasticmapreduce:addStep.sync"),
    ("emrcontainers", "describeJobRun", "emr-containers:startJobRun.sync"),
    ("emrserverless", "getJobRun", "emr-serverless:startJobRun.sync"),
    ("glue", "getJobRun", "glue:startJobRun.sync"),
    ("mediaconvert", "getJob", "mediaconvert:createJob.sync"),
    ("sagemaker", "describeHyperParameterTuningJob", "sagemaker:createHyperParameterTuningJob.sync"),
    ("sagemaker", "describeLabelingJob", "sagemaker:createLabelingJob.sync"),
    ("sagemaker", "describeProcessingJob", "sagemaker:createProcessingJob.sync"),
    ("sagemaker", "describeTrainingJob", "sagemaker:createTrainingJob.sync"),
    ("sagemaker", "describeTransformJob", "sagemaker:createTransformJob.sync"),
    ("bedrock", "getModelCustomizationJob", "bedrock:createModelCustomizationJob.sync"),
    ("sfn", "describeExecution", "states:startExecution.sync:2"),
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for members in context.machine.scopes.iter().flat_map(|scope| &scope.graph.loops) {
        let states = || members.iter().map(|&member| &context.machine.states[member]);
        if !states().any(|state| state.kind == "Wait") || !states().any(|state| state.kind == "Choice") {
            continue;
        }
        for state in states() {
            let Called::Service(service) = state.called() else { continue };
            let waits = POLLED.iter().find(|(name, action, _)| *name == service.name && *action == service.action);
            if let Some((_, _, better)) = waits {
                let message = format!("'{}' polls for what {better} waits for", state.name);
                findings
                    .report(Some(state.id), state.key_span, message)
                    .help(format!("start the job with arn:aws:states:::{better}"));
            }
        }
    }
}
