//! The optimised integrations against a service that answers as the case says: what is asked, and what the task gets.

use asl::definition::{IntegrationPattern, Resource};
use aws_client::{Client, Profile, Settings};
use functions::Functions;
use json::{Payload, Value};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use stepwell_integrations::{Integrations, Job, Performer, TaskOutcome, TaskRequest};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// An answer: status and body.
type Answers = &'static [(u16, &'static str)];

/// Performs a task; for a job looks at it, and cancels it in the end. What is asked and what comes of it, a line each.
async fn played(resource: &str, parameters: &str, answers: Answers) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let told: Arc<Mutex<String>> = Arc::default();
    let serving = tokio::spawn(serve(listener, answers, told.clone()));
    let mut settings = Settings::new("us-east-1", Profile::default());
    settings.endpoint_url = Some(url.clone());
    settings.attempts_max = 1;
    let functions = Functions::new(functions::Options::default());
    let integrations = Integrations::new(functions).with_aws(Client::new(settings)).starting_executions_elsewhere();
    let parameters = parameters.replace("URL", &url);
    let request = request(resource, &parameters);
    let is_job = resource.contains(".sync");
    let mut outcome = integrations.perform(request.clone()).await;
    if let (true, Some(TaskOutcome::Submitted { output })) = (is_job, outcome.clone()) {
        tell(&told, &shown(outcome));
        let job = Job { request, submitted: output, looks: 1 };
        outcome = Performer::look(&integrations, job.clone()).await;
        tell(&told, &shown(outcome));
        Performer::cancel(&integrations, job).await;
    } else {
        tell(&told, &shown(outcome));
    }
    serving.abort();
    let told = told.lock().expect("nobody panics").clone();
    told.replace(&url, "URL")
}

fn request(resource: &str, parameters: &str) -> TaskRequest {
    let (service, action) = resource.split_once(':').expect("a service and an action");
    let patterns =
        [IntegrationPattern::RunJobVersion2, IntegrationPattern::RunJob, IntegrationPattern::WaitForTaskToken];
    let found = patterns.into_iter().find(|pattern| action.ends_with(pattern.suffix()));
    let pattern = found.unwrap_or(IntegrationPattern::RequestResponse);
    let action = action.strip_suffix(pattern.suffix()).unwrap_or(action);
    TaskRequest {
        resource: Resource::Service {
            arn: format!("arn:aws:states:::{resource}"),
            service: service.to_owned(),
            action: action.to_owned(),
            pattern,
        },
        payload: Payload::from(json::parse(parameters).expect("JSON")),
        role_arn: None,
        invocation_id: "11111111-2222-4333-8444-555555555555".to_owned(),
        execution_arn: "arn:aws:states:us-east-1:123456789012:execution:m:e".into(),
        state_machine_arn: "arn:aws:states:us-east-1:123456789012:stateMachine:m".into(),
        trace_header: None,
        origin: None,
    }
}

fn tell(told: &Mutex<String>, line: &str) {
    writeln!(told.lock().expect("nobody panics"), "{line}").expect("a text takes everything");
}

/// The outcome without what HTTP says of every answer alike.
fn shown(outcome: Option<TaskOutcome>) -> String {
    let text = |output: Payload| {
        let Some(members) = output.value().as_object() else { return output.text().to_string() };
        let has_metadata = members.contains_key("SdkHttpMetadata") && members.contains_key("SdkResponseMetadata");
        let rest = Value::from(members.without("SdkHttpMetadata").without("SdkResponseMetadata"));
        format!("{rest}{}", if has_metadata { " and metadata" } else { "" })
    };
    match outcome {
        None => "- goes on".to_owned(),
        Some(TaskOutcome::Succeeded { output }) => format!("- succeeded {}", text(output)),
        Some(TaskOutcome::Submitted { output }) => format!("- submitted {}", text(output)),
        Some(TaskOutcome::Failed { error, cause }) => format!("- failed {error}: {cause}"),
        Some(TaskOutcome::Refused { cause }) => format!("- refused {cause}"),
        Some(TaskOutcome::OwnExecution) => "- the engine's own".to_owned(),
        Some(TaskOutcome::Mocked { .. }) => "- mocked".to_owned(),
    }
}

/// Answers requests in order and notes them.
async fn serve(listener: TcpListener, answers: Answers, told: Arc<Mutex<String>>) {
    let answers = Arc::new(Mutex::new(answers.iter()));
    while let Ok((stream, _)) = listener.accept().await {
        let (answers, told) = (answers.clone(), told.clone());
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            while let Some(request) = read(&mut stream).await {
                tell(&told, &request);
                let answer = answers.lock().expect("nobody panics").next().copied();
                let (status, body) = answer.unwrap_or((200, "{}"));
                let head = format!(
                    "HTTP/1.1 {status} OK\r\nx-amzn-requestid: r\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.get_mut().write_all((head + body).as_bytes()).await.expect("the client listens");
            }
        });
    }
}

/// A request as a line: method, path, target if there is one, who signed if somebody did otherwise than usual, body.
async fn read(stream: &mut BufReader<tokio::net::TcpStream>) -> Option<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await.ok()? == 0 {
        return None;
    }
    let mut request = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match &*name.to_ascii_lowercase() {
            "content-length" => length = value.parse().expect("a number"),
            "x-amz-target" | "x-custom" => write!(request, " {value}").expect("a text takes everything"),
            "authorization" if value.contains("/execute-api/") => request.push_str(" signed"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8_lossy(&body);
    Some(if body.is_empty() { request } else { format!("{request} {body}") })
}

macro_rules! cases {
    ($($name:ident: $resource:literal, $parameters:literal, $answers:expr, $expected:literal;)*) => {
        $(#[tokio::test]
        async fn $name() {
            let played = played($resource, $parameters, &$answers).await;
            let expected = $expected.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n");
            assert_eq!(played.trim(), expected, "\n{played}");
        })*
    };
}

cases! {
    batch_job_succeeds: "batch:submitJob.sync", r#"{"JobName": "n", "JobQueue": "q", "JobDefinition": "d"}"#,
        [(200, r#"{"jobId": "j", "jobName": "n"}"#), (200, r#"{"jobs": [{"jobId": "j", "status": "SUCCEEDED", "startedAt": 5}]}"#)], "";
    batch_job_fails: "batch:submitJob.sync", r#"{"JobName": "n", "JobQueue": "q", "JobDefinition": "d"}"#,
        [(200, r#"{"jobId": "j", "jobName": "n"}"#), (200, r#"{"jobs": [{"jobId": "j", "status": "FAILED"}]}"#)], "";
    glue_job_goes_on: "glue:startJobRun.sync", r#"{"JobName": "n"}"#,
        [(200, r#"{"JobRunId": "j"}"#), (200, r#"{"JobRun": {"JobRunState": "RUNNING"}}"#)], "";
    glue_job_succeeds: "glue:startJobRun.sync", r#"{"JobName": "n"}"#,
        [(200, r#"{"JobRunId": "j"}"#), (200, r#"{"JobRun": {"Id": "j", "JobRunState": "SUCCEEDED", "StartedOn": 1764189000.5}}"#)], "";
    glue_refuses: "glue:startJobRun", r#"{"JobName": "n"}"#,
        [(400, r#"{"__type": "ConcurrentRunsExceededException", "Message": "too many"}"#)], "";
    ecs_task_stops: "ecs:runTask.sync", r#"{"Cluster": "c", "TaskDefinition": "t"}"#,
        [(200, r#"{"tasks": [{"taskArn": "a"}], "failures": []}"#),
         (200, r#"{"tasks": [{"taskArn": "a", "lastStatus": "STOPPED", "containers": [{"exitCode": 0}]}]}"#)], "";
    ecs_task_fails: "ecs:runTask.sync", r#"{"Cluster": "c", "TaskDefinition": "t"}"#,
        [(200, r#"{"tasks": [{"taskArn": "a"}], "failures": []}"#),
         (200, r#"{"tasks": [{"taskArn": "a", "lastStatus": "STOPPED", "containers": [{"exitCode": 1}]}]}"#)], "";
    ecs_cannot_place_a_task: "ecs:runTask.waitForTaskToken", r#"{"TaskDefinition": "t"}"#,
        [(200, r#"{"tasks": [], "failures": [{"reason": "RESOURCE:MEMORY"}]}"#)], "";
    athena_query: "athena:startQueryExecution.sync", r#"{"QueryString": "select 1"}"#,
        [(200, r#"{"QueryExecutionId": "q"}"#), (200, r#"{"QueryExecution": {"QueryExecutionId": "q", "Status": {"State": "SUCCEEDED"}}}"#)], "";
    codebuild_build: "codebuild:startBuild.sync", r#"{"ProjectName": "p"}"#,
        [(200, r#"{"build": {"id": "b"}}"#), (200, r#"{"builds": [{"id": "b", "buildStatus": "SUCCEEDED"}]}"#)], "";
    codebuild_batch: "codebuild:startBuildBatch.sync", r#"{"ProjectName": "p"}"#,
        [(200, r#"{"buildBatch": {"id": "b"}}"#), (200, r#"{"buildBatches": [{"id": "b", "buildBatchStatus": "FAULT"}]}"#)], "";
    databrew_job: "databrew:startJobRun.sync", r#"{"Name": "n"}"#,
        [(200, r#"{"RunId": "r"}"#), (200, r#"{"State": "SUCCEEDED", "RunId": "r"}"#)], "";
    eks_cluster_is_made: "eks:createCluster.sync", r#"{"Name": "c", "RoleArn": "r", "ResourcesVpcConfig": {"SubnetIds": ["s"]}}"#,
        [(200, r#"{"cluster": {"name": "c", "status": "CREATING"}}"#), (200, r#"{"cluster": {"name": "c", "status": "ACTIVE"}}"#)], "";
    eks_cluster_is_gone: "eks:deleteCluster.sync", r#"{"Name": "c"}"#,
        [(200, r#"{"cluster": {"name": "c", "status": "DELETING"}}"#), (404, r#"{"__type": "ResourceNotFoundException", "message": "gone"}"#)], "";
    emr_cluster: "elasticmapreduce:createCluster.sync", r#"{"Name": "c", "Instances": {}}"#,
        [(200, r#"{"JobFlowId": "j", "ClusterArn": "a"}"#), (200, r#"{"Cluster": {"Id": "j", "Status": {"State": "WAITING"}}}"#)], "";
    emr_cluster_ends: "elasticmapreduce:terminateCluster", r#"{"ClusterId": "j"}"#, [(200, "")], "";
    emr_step: "elasticmapreduce:addStep.sync", r#"{"ClusterId": "j", "Step": {"Name": "s", "HadoopJarStep": {"Jar": "x"}}}"#,
        [(200, r#"{"StepIds": ["s-1"]}"#), (200, r#"{"Step": {"Id": "s-1", "Status": {"State": "FAILED"}}}"#)], "";
    emr_step_is_cancelled: "elasticmapreduce:cancelStep", r#"{"ClusterId": "j", "StepId": "s-1"}"#,
        [(200, r#"{"CancelStepsInfoList": [{"StepId": "s-1", "Status": "SUBMITTED"}]}"#)], "";
    emr_group_by_name: "elasticmapreduce:modifyInstanceGroupByName",
        r#"{"ClusterId": "j", "InstanceGroupName": "g", "InstanceGroup": {"InstanceCount": 3}}"#,
        [(200, r#"{"InstanceGroups": [{"Id": "ig-0", "Name": "f"}], "Marker": "m"}"#),
         (200, r#"{"InstanceGroups": [{"Id": "ig-1", "Name": "g"}]}"#), (200, "")], "";
    emr_fleet_by_a_name_that_is_not_there: "elasticmapreduce:modifyInstanceFleetByName",
        r#"{"ClusterId": "j", "InstanceFleetName": "g", "InstanceFleet": {"TargetOnDemandCapacity": 3}}"#,
        [(200, r#"{"InstanceFleets": []}"#)], "";
    emr_containers_job: "emr-containers:startJobRun.sync", r#"{"VirtualClusterId": "v", "Name": "n"}"#,
        [(200, r#"{"id": "j", "virtualClusterId": "v"}"#), (200, r#"{"jobRun": {"id": "j", "state": "COMPLETED"}}"#)], "";
    emr_serverless_job: "emr-serverless:startJobRun.sync", r#"{"ApplicationId": "a", "ExecutionRoleArn": "r"}"#,
        [(200, r#"{"applicationId": "a", "jobRunId": "j"}"#), (200, r#"{"jobRun": {"jobRunId": "j", "state": "SUCCESS"}}"#)], "";
    emr_serverless_application: "emr-serverless:startApplication.sync", r#"{"ApplicationId": "a"}"#,
        [(200, "{}"), (200, r#"{"application": {"applicationId": "a", "state": "STARTED"}}"#)], "";
    mediaconvert_job: "mediaconvert:createJob.sync", r#"{"Role": "r", "Settings": {}}"#,
        [(201, r#"{"job": {"id": "j"}}"#), (200, r#"{"job": {"id": "j", "status": "ERROR"}}"#)], "";
    sagemaker_training: "sagemaker:createTrainingJob.sync",
        r#"{"TrainingJobName": "t", "AlgorithmSpecification": {"TrainingInputMode": "File"}, "RoleArn": "r", "OutputDataConfig": {"S3OutputPath": "s"}, "StoppingCondition": {}}"#,
        [(200, r#"{"TrainingJobArn": "a"}"#), (200, r#"{"TrainingJobName": "t", "TrainingJobStatus": "Completed"}"#)], "";
    sagemaker_model: "sagemaker:createModel", r#"{"ModelName": "m", "ExecutionRoleArn": "r"}"#,
        [(200, r#"{"ModelArn": "a"}"#)], "";
    bedrock_customisation: "bedrock:createModelCustomizationJob.sync",
        r#"{"JobName": "j", "CustomModelName": "c", "RoleArn": "r", "BaseModelIdentifier": "b", "TrainingDataConfig": {"S3Uri": "s"}, "OutputDataConfig": {"S3Uri": "s"}}"#,
        [(201, r#"{"jobArn": "a"}"#), (200, r#"{"jobArn": "a", "status": "Failed"}"#)], "";
    bedrock_model: "bedrock:invokeModel", r#"{"ModelId": "m", "Body": {"prompt": "p"}}"#,
        [(200, r#"{"completion": "c"}"#)], "";
    bedrock_model_by_way_of_s3: "bedrock:invokeModel",
        r#"{"ModelId": "m", "Input": {"S3Uri": "s3://b/in.json"}, "Output": {"S3Uri": "s3://b/out.json"}}"#,
        [(200, r#"{"prompt": "p"}"#), (200, r#"{"completion": "c"}"#), (200, "")], "";
    agentcore_streams: "bedrockagentcore:invokeHarness", r#"{"HarnessArn": "h"}"#, [], "";
    dynamodb_condition: "dynamodb:putItem", r#"{"TableName": "t", "Item": {"id": {"S": "1"}}, "ConditionExpression": "x"}"#,
        [(400, r#"{"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "The conditional request failed"}"#)], "";
    sqs_sends_objects_as_text: "sqs:sendMessage", r#"{"QueueUrl": "http://q/1/n", "MessageBody": {"a": 1}}"#,
        [(200, r#"{"MessageId": "m", "MD5OfMessageBody": "5"}"#)], "";
    sns_publishes: "sns:publish.waitForTaskToken", r#"{"TopicArn": "t", "Message": {"a": 1}}"#,
        [(200, "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>")], "";
    events_name_their_execution: "events:putEvents", r#"{"Entries": [{"Detail": {"a": 1}, "DetailType": "d", "Source": "s", "Resources": ["r"]}]}"#,
        [(200, r#"{"Entries": [{"EventId": "e"}], "FailedEntryCount": 0}"#)], "";
    executions_elsewhere: "states:startExecution.sync:2", r#"{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:s", "Input": {"a": 1}}"#,
        [(200, r#"{"executionArn": "e", "startDate": 1764189000.5}"#),
         (200, r#"{"executionArn": "e", "status": "SUCCEEDED", "input": "{\"a\":1}", "output": "[1]", "startDate": 1764189000.5, "stopDate": 1764189001}"#)], "";
    executions_elsewhere_as_texts: "states:startExecution.sync", r#"{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:s", "Name": "n"}"#,
        [(200, r#"{"executionArn": "e", "startDate": 1764189000.5}"#),
         (200, r#"{"executionArn": "e", "status": "FAILED", "input": "{\"a\":1}", "error": "E"}"#)], "";
    api_is_invoked: "apigateway:invoke",
        r#"{"ApiEndpoint": "URL", "Method": "POST", "Stage": "prod", "Path": "/a b", "Headers": {"x-custom": ["1"]}, "QueryParameters": {"q": ["1", "2"]}, "RequestBody": {"a": 1, "b": null}, "AuthType": "IAM_ROLE"}"#,
        [(200, r#"{"ok": true}"#)], "";
    api_answers_an_error: "apigateway:invoke", r#"{"ApiEndpoint": "URL", "Method": "GET"}"#, [(403, r#"{"message":"Forbidden"}"#)], "";
    api_wants_lists_of_headers: "apigateway:invoke", r#"{"ApiEndpoint": "h", "Method": "GET", "Headers": {"x-custom": "1"}}"#, [], "";
}
