//! The optimised integrations against a service that answers as the case says: what is asked, and what the task gets.

use asl::definition::{IntegrationPattern, Resource};
use aws_client::{Client, Profile, Settings};
use functions::{Functions, SecureEndpoints, SecureRequest};
use json::{Payload, Value};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use stepwell_integrations::{Integrations, Job, Performer, SignedEndpoints, TaskOutcome, TaskRequest};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// An answer: status and body.
type Answers = &'static [(u16, &'static str)];

/// Performs a task; for a job looks at it, and cancels it in the end. What is asked and what comes of it, a line each.
async fn played(resource: &str, parameters: &str, answers: Answers) -> String {
    played_as(None, resource, parameters, answers).await
}

async fn played_as(role_arn: Option<&str>, resource: &str, parameters: &str, answers: Answers) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let told: Arc<Mutex<String>> = Arc::default();
    let serving = tokio::spawn(serve(listener, answers, told.clone()));
    let mut settings = Settings::new("us-east-1", Profile::default());
    settings.endpoint_url = Some(url.clone());
    settings.attempts_max = 1;
    let endpoint = Some(url.clone());
    let functions = Functions::new(functions::Options { default_endpoint: endpoint, ..functions::Options::default() });
    let integrations = Integrations::new(functions).with_aws(Client::new(settings)).starting_executions_elsewhere();
    let parameters = parameters.replace("URL", &url);
    let mut request = request(resource, &parameters);
    request.role_arn = role_arn.map(Into::into);
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
    let patterns =
        [IntegrationPattern::RunJobVersion2, IntegrationPattern::RunJob, IntegrationPattern::WaitForTaskToken];
    let found = patterns.into_iter().find(|pattern| resource.ends_with(pattern.suffix()));
    let pattern = found.unwrap_or(IntegrationPattern::RequestResponse);
    let named = resource.strip_suffix(pattern.suffix()).unwrap_or(resource);
    let (service, action) = named.rsplit_once(':').expect("a service and an action");
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
                let (kind, body) = match body.strip_prefix("events\n") {
                    Some(events) => ("application/vnd.amazon.eventstream", events.lines().flat_map(event).collect()),
                    None => ("application/json", body.as_bytes().to_vec()),
                };
                let head = format!(
                    "HTTP/1.1 {status} OK\r\nx-amzn-requestid: r\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.get_mut().write_all(&[head.into_bytes(), body].concat()).await.expect("the client listens");
            }
        });
    }
}

/// A line with the name of an event, or of an exception behind `!`, and its payload, as a message of a stream.
fn event(line: &str) -> Vec<u8> {
    let (name, payload) = line.trim().split_once(' ').expect("a name and a payload");
    let (kind, header, name) = match name.strip_prefix('!') {
        Some(name) => ("exception", ":exception-type", name),
        None => ("event", ":event-type", name),
    };
    let text = |name: &str, value: &str| {
        let lengths = (name.len() as u8, (value.len() as u16).to_be_bytes());
        [&[lengths.0], name.as_bytes(), &[7], &lengths.1, value.as_bytes()].concat()
    };
    let headers = [text(":message-type", kind), text(header, name)].concat();
    let length = 16 + headers.len() + payload.len();
    let mut message = [(length as u32).to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message.extend(headers.iter().chain(payload.as_bytes()));
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message
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
            "x-amz-target" | "x-custom" | "x-amz-invocation-type" => {
                write!(request, " {value}").expect("a text takes everything")
            }
            "authorization" if value.contains("Credential=ROLE/") => request.push_str(" as the role"),
            "authorization" if value.contains("/us-east-1/lambda/aws4_request") => request.push_str(" signed"),
            "authorization" if value.contains("/execute-api/") => request.push_str(" signed"),
            "authorization" if value.starts_with("Bearer k8s-aws-v1.") => request.push_str(" with a token"),
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

const ROLE_ANSWER: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId>\
    <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials></AssumeRoleResult></AssumeRoleResponse>";

/// What `Credentials.RoleArn` does.
#[tokio::test]
async fn every_kind_of_task_may_be_called_as_a_role() {
    let role = Some("arn:aws:iam::123456789012:role/r");
    let queue = r#"{"QueueUrl": "http://q/1/n", "MessageBody": "m"}"#;
    for (resource, parameters) in [
        ("sqs:sendMessage", queue),
        ("aws-sdk:sqs:sendMessage", queue),
        ("states:startExecution", r#"{"StateMachineArn": "m"}"#),
        ("apigateway:invoke", r#"{"ApiEndpoint": "URL", "Method": "GET", "AuthType": "IAM_ROLE"}"#),
    ] {
        let told = played_as(role, resource, parameters, &[(200, ROLE_ANSWER), (200, "{}")]).await;
        let mut lines = told.lines();
        let assumed = lines.next().unwrap_or_default();
        assert!(assumed.contains("Action=AssumeRole") && assumed.contains("role%2Fr"), "{resource}: {told}");
        assert!(lines.next().unwrap_or_default().contains("as the role"), "{resource}: {told}");
    }
}

#[tokio::test]
async fn lambda_endpoints_with_tls_are_told_who_asks() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let told: Arc<Mutex<String>> = Arc::default();
    let serving = tokio::spawn(serve(listener, &[(200, "{}")], told.clone()));
    let mut settings = Settings::new("us-east-1", Profile::default());
    settings.endpoint_url = Some(url.clone());
    let request = SecureRequest {
        origin: url,
        path: "/2015-03-31/functions/f/invocations?Qualifier=%24LATEST".to_owned(),
        headers: vec![("x-amz-invocation-type".to_owned(), "Event".to_owned())],
        body: "{}".into(),
        role_arn: None,
        timeout: std::time::Duration::from_secs(60),
        answer_bytes_max: 100,
    };
    let answer = SignedEndpoints(Client::new(settings)).send(request).await.expect("an answer");
    serving.abort();
    assert_eq!((answer.status().as_u16(), &**answer.body()), (200, &b"{}"[..]));
    let told = told.lock().expect("nobody panics").clone();
    let mut words: Vec<&str> = told.split_whitespace().collect();
    words.sort_unstable();
    assert_eq!(words, ["/2015-03-31/functions/f/invocations?Qualifier=%24LATEST", "Event", "POST", "signed", "{}"]);
}

cases! {
    lambda_waits_for_a_token: "lambda:invoke.waitForTaskToken", r#"{"FunctionName": "f", "Payload": {"token": "t"}}"#,
        [(200, r#"{"taken": true}"#)],
        r#"
        POST /2015-03-31/functions/f/invocations RequestResponse {"token":"t"}
        - submitted {"ExecutedVersion":"$LATEST","Payload":{"taken":true},"StatusCode":200} and metadata
        "#;
    lambda_is_not_run: "lambda:invoke", r#"{"FunctionName": "f", "InvocationType": "DryRun"}"#,
        [(204, "")],
        r#"
        POST /2015-03-31/functions/f/invocations DryRun
        - succeeded {"ExecutedVersion":"$LATEST","StatusCode":204} and metadata
        "#;
    batch_job_succeeds: "batch:submitJob.sync", r#"{"JobName": "n", "JobQueue": "q", "JobDefinition": "d"}"#,
        [(200, r#"{"jobId": "j", "jobName": "n"}"#), (200, r#"{"jobs": [{"jobId": "j", "status": "SUCCEEDED", "startedAt": 5}]}"#)],
        r#"
        POST /v1/submitjob {"jobName":"n","jobQueue":"q","jobDefinition":"d"}
        - submitted {"JobId":"j","JobName":"n"} and metadata
        POST /v1/describejobs {"jobs":["j"]}
        - succeeded {"JobId":"j","StartedAt":5,"Status":"SUCCEEDED"}
        POST /v1/terminatejob {"jobId":"j","reason":"The execution was stopped"}
        "#;
    batch_job_fails: "batch:submitJob.sync", r#"{"JobName": "n", "JobQueue": "q", "JobDefinition": "d"}"#,
        [(200, r#"{"jobId": "j", "jobName": "n"}"#), (200, r#"{"jobs": [{"jobId": "j", "status": "FAILED"}]}"#)],
        r#"
        POST /v1/submitjob {"jobName":"n","jobQueue":"q","jobDefinition":"d"}
        - submitted {"JobId":"j","JobName":"n"} and metadata
        POST /v1/describejobs {"jobs":["j"]}
        - failed States.TaskFailed: {"JobId":"j","Status":"FAILED"}
        POST /v1/terminatejob {"jobId":"j","reason":"The execution was stopped"}
        "#;
    glue_job_goes_on: "glue:startJobRun.sync", r#"{"JobName": "n"}"#,
        [(200, r#"{"JobRunId": "j"}"#), (200, r#"{"JobRun": {"JobRunState": "RUNNING"}}"#)],
        r#"
        POST / AWSGlue.StartJobRun {"JobName":"n"}
        - submitted {"JobName":"n","JobRunId":"j"} and metadata
        POST / AWSGlue.GetJobRun {"JobName":"n","RunId":"j"}
        - goes on
        POST / AWSGlue.BatchStopJobRun {"JobName":"n","JobRunIds":["j"]}
        "#;
    glue_job_succeeds: "glue:startJobRun.sync", r#"{"JobName": "n"}"#,
        [(200, r#"{"JobRunId": "j"}"#), (200, r#"{"JobRun": {"Id": "j", "JobRunState": "SUCCEEDED", "StartedOn": 1764189000.5}}"#)],
        r#"
        POST / AWSGlue.StartJobRun {"JobName":"n"}
        - submitted {"JobName":"n","JobRunId":"j"} and metadata
        POST / AWSGlue.GetJobRun {"JobName":"n","RunId":"j"}
        - succeeded {"Id":"j","JobRunState":"SUCCEEDED","StartedOn":1764189000500}
        POST / AWSGlue.BatchStopJobRun {"JobName":"n","JobRunIds":["j"]}
        "#;
    glue_refuses: "glue:startJobRun", r#"{"JobName": "n"}"#,
        [(400, r#"{"__type": "ConcurrentRunsExceededException", "Message": "too many"}"#)],
        r#"
        POST / AWSGlue.StartJobRun {"JobName":"n"}
        - failed Glue.ConcurrentRunsExceededException: too many (Service: AWSGlue; Status Code: 400; Error Code: ConcurrentRunsExceededException; Request ID: r; Proxy: null)
        "#;
    ecs_task_stops: "ecs:runTask.sync", r#"{"Cluster": "c", "TaskDefinition": "t"}"#,
        [(200, r#"{"tasks": [{"taskArn": "a"}], "failures": []}"#),
         (200, r#"{"tasks": [{"taskArn": "a", "lastStatus": "STOPPED", "containers": [{"exitCode": 0}]}]}"#)],
        r#"
        POST / AmazonEC2ContainerServiceV20141113.RunTask {"cluster":"c","taskDefinition":"t","startedBy":"AWS Step Functions","clientToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"Failures":[],"Tasks":[{"TaskArn":"a"}]} and metadata
        POST / AmazonEC2ContainerServiceV20141113.DescribeTasks {"cluster":"c","tasks":["a"]}
        - succeeded {"Containers":[{"ExitCode":0}],"LastStatus":"STOPPED","TaskArn":"a"}
        POST / AmazonEC2ContainerServiceV20141113.StopTask {"cluster":"c","task":"a","reason":"The execution was stopped"}
        "#;
    ecs_task_fails: "ecs:runTask.sync", r#"{"Cluster": "c", "TaskDefinition": "t"}"#,
        [(200, r#"{"tasks": [{"taskArn": "a"}], "failures": []}"#),
         (200, r#"{"tasks": [{"taskArn": "a", "lastStatus": "STOPPED", "containers": [{"exitCode": 1}]}]}"#)],
        r#"
        POST / AmazonEC2ContainerServiceV20141113.RunTask {"cluster":"c","taskDefinition":"t","startedBy":"AWS Step Functions","clientToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"Failures":[],"Tasks":[{"TaskArn":"a"}]} and metadata
        POST / AmazonEC2ContainerServiceV20141113.DescribeTasks {"cluster":"c","tasks":["a"]}
        - failed States.TaskFailed: {"Containers":[{"ExitCode":1}],"LastStatus":"STOPPED","TaskArn":"a"}
        POST / AmazonEC2ContainerServiceV20141113.StopTask {"cluster":"c","task":"a","reason":"The execution was stopped"}
        "#;
    ecs_helper_fails: "ecs:runTask.sync", r#"{"TaskDefinition": "t"}"#,
        [(200, r#"{"tasks": [{"taskArn": "a"}], "failures": []}"#),
         (200, r#"{"tasks": [{"taskArn": "a", "taskDefinitionArn": "d", "lastStatus": "STOPPED",
            "containers": [{"name": "main", "exitCode": 0}, {"name": "helper", "exitCode": 137}, {"name": "aws-guard", "exitCode": 1}]}]}"#),
         (200, r#"{"taskDefinition": {"containerDefinitions": [{"name": "main"}, {"name": "helper", "essential": false}]}}"#)],
        r#"
        POST / AmazonEC2ContainerServiceV20141113.RunTask {"taskDefinition":"t","startedBy":"AWS Step Functions","clientToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"Failures":[],"Tasks":[{"TaskArn":"a"}]} and metadata
        POST / AmazonEC2ContainerServiceV20141113.DescribeTasks {"tasks":["a"]}
        POST / AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition {"taskDefinition":"d"}
        - succeeded {"Containers":[{"ExitCode":0,"Name":"main"},{"ExitCode":137,"Name":"helper"},{"ExitCode":1,"Name":"aws-guard"}],"LastStatus":"STOPPED","TaskArn":"a","TaskDefinitionArn":"d"}
        POST / AmazonEC2ContainerServiceV20141113.StopTask {"task":"a","reason":"The execution was stopped"}
        "#;
    ecs_essential_container_fails: "ecs:runTask.sync", r#"{"TaskDefinition": "t"}"#,
        [(200, r#"{"tasks": [{"taskArn": "a"}], "failures": []}"#),
         (200, r#"{"tasks": [{"taskArn": "a", "taskDefinitionArn": "d", "lastStatus": "STOPPED",
            "containers": [{"name": "main", "exitCode": 3}, {"name": "helper", "exitCode": 0}]}]}"#),
         (200, r#"{"taskDefinition": {"containerDefinitions": [{"name": "main"}, {"name": "helper", "essential": false}]}}"#)],
        r#"
        POST / AmazonEC2ContainerServiceV20141113.RunTask {"taskDefinition":"t","startedBy":"AWS Step Functions","clientToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"Failures":[],"Tasks":[{"TaskArn":"a"}]} and metadata
        POST / AmazonEC2ContainerServiceV20141113.DescribeTasks {"tasks":["a"]}
        POST / AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition {"taskDefinition":"d"}
        - failed States.TaskFailed: {"Containers":[{"ExitCode":3,"Name":"main"},{"ExitCode":0,"Name":"helper"}],"LastStatus":"STOPPED","TaskArn":"a","TaskDefinitionArn":"d"}
        POST / AmazonEC2ContainerServiceV20141113.StopTask {"task":"a","reason":"The execution was stopped"}
        "#;
    ecs_essentials_are_asked_for_again: "ecs:runTask.sync", r#"{"TaskDefinition": "t"}"#,
        [(200, r#"{"tasks": [{"taskArn": "a"}], "failures": []}"#),
         (200, r#"{"tasks": [{"taskArn": "a", "taskDefinitionArn": "d", "lastStatus": "STOPPED",
            "containers": [{"name": "main", "exitCode": 3}, {"name": "helper", "exitCode": 0}]}]}"#),
         (503, "{}")],
        r#"
        POST / AmazonEC2ContainerServiceV20141113.RunTask {"taskDefinition":"t","startedBy":"AWS Step Functions","clientToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"Failures":[],"Tasks":[{"TaskArn":"a"}]} and metadata
        POST / AmazonEC2ContainerServiceV20141113.DescribeTasks {"tasks":["a"]}
        POST / AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition {"taskDefinition":"d"}
        - goes on
        POST / AmazonEC2ContainerServiceV20141113.StopTask {"task":"a","reason":"The execution was stopped"}
        "#;
    ecs_cannot_place_a_task: "ecs:runTask.waitForTaskToken", r#"{"TaskDefinition": "t"}"#,
        [(200, r#"{"tasks": [], "failures": [{"reason": "RESOURCE:MEMORY"}]}"#)],
        r#"
        POST / AmazonEC2ContainerServiceV20141113.RunTask {"taskDefinition":"t","startedBy":"AWS Step Functions","clientToken":"11111111-2222-4333-8444-555555555555"}
        - failed AmazonECS.Unknown: {"Failures":[{"Reason":"RESOURCE:MEMORY"}],"Tasks":[]}
        "#;
    athena_query: "athena:startQueryExecution.sync", r#"{"QueryString": "select 1"}"#,
        [(200, r#"{"QueryExecutionId": "q"}"#), (200, r#"{"QueryExecution": {"QueryExecutionId": "q", "Status": {"State": "SUCCEEDED"}}}"#)],
        r#"
        POST / AmazonAthena.StartQueryExecution {"QueryString":"select 1","ClientRequestToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"QueryExecutionId":"q"} and metadata
        POST / AmazonAthena.GetQueryExecution {"QueryExecutionId":"q"}
        - succeeded {"QueryExecution":{"QueryExecutionId":"q","Status":{"State":"SUCCEEDED"}}}
        POST / AmazonAthena.StopQueryExecution {"QueryExecutionId":"q"}
        "#;
    codebuild_build: "codebuild:startBuild.sync", r#"{"ProjectName": "p"}"#,
        [(200, r#"{"build": {"id": "b"}}"#), (200, r#"{"builds": [{"id": "b", "buildStatus": "SUCCEEDED"}]}"#)],
        r#"
        POST / CodeBuild_20161006.StartBuild {"projectName":"p","idempotencyToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"Build":{"Id":"b"}} and metadata
        POST / CodeBuild_20161006.BatchGetBuilds {"ids":["b"]}
        - succeeded {"Build":{"BuildStatus":"SUCCEEDED","Id":"b"}}
        POST / CodeBuild_20161006.StopBuild {"id":"b"}
        "#;
    codebuild_batch: "codebuild:startBuildBatch.sync", r#"{"ProjectName": "p"}"#,
        [(200, r#"{"buildBatch": {"id": "b"}}"#), (200, r#"{"buildBatches": [{"id": "b", "buildBatchStatus": "FAULT"}]}"#)],
        r#"
        POST / CodeBuild_20161006.StartBuildBatch {"projectName":"p","idempotencyToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"BuildBatch":{"Id":"b"}} and metadata
        POST / CodeBuild_20161006.BatchGetBuildBatches {"ids":["b"]}
        - failed States.TaskFailed: {"BuildBatch":{"BuildBatchStatus":"FAULT","Id":"b"}}
        POST / CodeBuild_20161006.StopBuildBatch {"id":"b"}
        "#;
    databrew_job: "databrew:startJobRun.sync", r#"{"Name": "n"}"#,
        [(200, r#"{"RunId": "r"}"#), (200, r#"{"State": "SUCCEEDED", "RunId": "r"}"#)],
        r#"
        POST /jobs/n/startJobRun
        - submitted {"RunId":"r"} and metadata
        GET /jobs/n/jobRun/r
        - succeeded {"RunId":"r","State":"SUCCEEDED"}
        POST /jobs/n/jobRun/r/stopJobRun
        "#;
    eks_cluster_is_made: "eks:createCluster.sync", r#"{"Name": "c", "RoleArn": "r", "ResourcesVpcConfig": {"SubnetIds": ["s"]}}"#,
        [(200, r#"{"cluster": {"name": "c", "status": "CREATING"}}"#), (200, r#"{"cluster": {"name": "c", "status": "ACTIVE"}}"#)],
        r#"
        POST /clusters {"name":"c","roleArn":"r","resourcesVpcConfig":{"subnetIds":["s"]},"clientRequestToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"Cluster":{"Name":"c","Status":"CREATING"}} and metadata
        GET /clusters/c
        - succeeded {"Cluster":{"Name":"c","Status":"ACTIVE"}}
        "#;
    eks_cluster_is_gone: "eks:deleteCluster.sync", r#"{"Name": "c"}"#,
        [(200, r#"{"cluster": {"name": "c", "status": "DELETING"}}"#), (404, r#"{"__type": "ResourceNotFoundException", "message": "gone"}"#)],
        r#"
        DELETE /clusters/c
        - submitted {"Cluster":{"Name":"c","Status":"DELETING"}} and metadata
        GET /clusters/c
        - succeeded {"Cluster":{"Name":"c","Status":"DELETING"}}
        "#;
    emr_cluster: "elasticmapreduce:createCluster.sync", r#"{"Name": "c", "Instances": {}}"#,
        [(200, r#"{"JobFlowId": "j", "ClusterArn": "a"}"#), (200, r#"{"Cluster": {"Id": "j", "Status": {"State": "WAITING"}}}"#)],
        r#"
        POST / ElasticMapReduce.RunJobFlow {"Name":"c","Instances":{}}
        - submitted {"ClusterArn":"a","ClusterId":"j"} and metadata
        POST / ElasticMapReduce.DescribeCluster {"ClusterId":"j"}
        - succeeded {"Cluster":{"Id":"j","Status":{"State":"WAITING"}},"ClusterId":"j"}
        "#;
    emr_cluster_ends: "elasticmapreduce:terminateCluster", r#"{"ClusterId": "j"}"#, [(200, "")],
        r#"
        POST / ElasticMapReduce.TerminateJobFlows {"JobFlowIds":["j"]}
        - succeeded {} and metadata
        "#;
    emr_step: "elasticmapreduce:addStep.sync", r#"{"ClusterId": "j", "Step": {"Name": "s", "HadoopJarStep": {"Jar": "x"}}}"#,
        [(200, r#"{"StepIds": ["s-1"]}"#), (200, r#"{"Step": {"Id": "s-1", "Status": {"State": "FAILED"}}}"#)],
        r#"
        POST / ElasticMapReduce.AddJobFlowSteps {"JobFlowId":"j","Steps":[{"Name":"s","HadoopJarStep":{"Jar":"x"}}]}
        - submitted {"StepId":"s-1"} and metadata
        POST / ElasticMapReduce.DescribeStep {"ClusterId":"j","StepId":"s-1"}
        - failed States.TaskFailed: {"Step":{"Id":"s-1","Status":{"State":"FAILED"}}}
        POST / ElasticMapReduce.CancelSteps {"ClusterId":"j","StepIds":["s-1"]}
        "#;
    emr_step_is_cancelled: "elasticmapreduce:cancelStep", r#"{"ClusterId": "j", "StepId": "s-1"}"#,
        [(200, r#"{"CancelStepsInfoList": [{"StepId": "s-1", "Status": "SUBMITTED"}]}"#)],
        r#"
        POST / ElasticMapReduce.CancelSteps {"ClusterId":"j","StepIds":["s-1"]}
        - succeeded {"CancelStepsInfo":{"Status":"SUBMITTED","StepId":"s-1"}} and metadata
        "#;
    emr_group_by_name: "elasticmapreduce:modifyInstanceGroupByName",
        r#"{"ClusterId": "j", "InstanceGroupName": "g", "InstanceGroup": {"InstanceCount": 3}}"#,
        [(200, r#"{"InstanceGroups": [{"Id": "ig-0", "Name": "f"}], "Marker": "m"}"#),
         (200, r#"{"InstanceGroups": [{"Id": "ig-1", "Name": "g"}]}"#), (200, "")],
        r#"
        POST / ElasticMapReduce.ListInstanceGroups {"ClusterId":"j"}
        POST / ElasticMapReduce.ListInstanceGroups {"ClusterId":"j","Marker":"m"}
        POST / ElasticMapReduce.ModifyInstanceGroups {"ClusterId":"j","InstanceGroups":[{"InstanceCount":3,"InstanceGroupId":"ig-1"}]}
        - succeeded {} and metadata
        "#;
    emr_fleet_by_a_name_that_is_not_there: "elasticmapreduce:modifyInstanceFleetByName",
        r#"{"ClusterId": "j", "InstanceFleetName": "g", "InstanceFleet": {"TargetOnDemandCapacity": 3}}"#,
        [(200, r#"{"InstanceFleets": []}"#)],
        r#"
        POST / ElasticMapReduce.ListInstanceFleets {"ClusterId":"j"}
        - failed ElasticMapReduce.InvalidRequestException: The cluster has no InstanceFleet of the name g
        "#;
    emr_containers_job: "emr-containers:startJobRun.sync", r#"{"VirtualClusterId": "v", "Name": "n"}"#,
        [(200, r#"{"id": "j", "virtualClusterId": "v"}"#), (200, r#"{"jobRun": {"id": "j", "state": "COMPLETED"}}"#)],
        r#"
        POST /virtualclusters/v/jobruns {"name":"n","clientToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"Id":"j","VirtualClusterId":"v"} and metadata
        GET /virtualclusters/v/jobruns/j
        - succeeded {"JobRun":{"Id":"j","State":"COMPLETED"}}
        DELETE /virtualclusters/v/jobruns/j
        "#;
    emr_serverless_job: "emr-serverless:startJobRun.sync", r#"{"ApplicationId": "a", "ExecutionRoleArn": "r"}"#,
        [(200, r#"{"applicationId": "a", "jobRunId": "j"}"#), (200, r#"{"jobRun": {"jobRunId": "j", "state": "SUCCESS"}}"#)],
        r#"
        POST /applications/a/jobruns {"executionRoleArn":"r","clientToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"ApplicationId":"a","JobRunId":"j"}
        GET /applications/a/jobruns/j
        - succeeded {"JobRun":{"JobRunId":"j","State":"SUCCESS"}}
        DELETE /applications/a/jobruns/j
        "#;
    emr_serverless_application: "emr-serverless:startApplication.sync", r#"{"ApplicationId": "a"}"#,
        [(200, "{}"), (200, r#"{"application": {"applicationId": "a", "state": "STARTED"}}"#)],
        r#"
        POST /applications/a/start
        - submitted {"ApplicationId":"a"}
        GET /applications/a
        - succeeded {"Application":{"ApplicationId":"a","State":"STARTED"}}
        "#;
    mediaconvert_job: "mediaconvert:createJob.sync", r#"{"Role": "r", "Settings": {}}"#,
        [(201, r#"{"job": {"id": "j"}}"#), (200, r#"{"job": {"id": "j", "status": "ERROR"}}"#)],
        r#"
        POST /2017-08-29/jobs {"role":"r","settings":{},"clientRequestToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"Job":{"Id":"j"}} and metadata
        GET /2017-08-29/jobs/j
        - failed States.TaskFailed: {"Job":{"Id":"j","Status":"ERROR"}}
        DELETE /2017-08-29/jobs/j
        "#;
    sagemaker_training: "sagemaker:createTrainingJob.sync",
        r#"{"TrainingJobName": "t", "AlgorithmSpecification": {"TrainingInputMode": "File"}, "RoleArn": "r", "OutputDataConfig": {"S3OutputPath": "s"}, "StoppingCondition": {}}"#,
        [(200, r#"{"TrainingJobArn": "a"}"#), (200, r#"{"TrainingJobName": "t", "TrainingJobStatus": "Completed"}"#)],
        r#"
        POST / SageMaker.CreateTrainingJob {"TrainingJobName":"t","AlgorithmSpecification":{"TrainingInputMode":"File"},"RoleArn":"r","OutputDataConfig":{"S3OutputPath":"s"},"StoppingCondition":{}}
        - submitted {"TrainingJobArn":"a"} and metadata
        POST / SageMaker.DescribeTrainingJob {"TrainingJobName":"t"}
        - succeeded {"TrainingJobName":"t","TrainingJobStatus":"Completed"}
        POST / SageMaker.StopTrainingJob {"TrainingJobName":"t"}
        "#;
    sagemaker_model: "sagemaker:createModel", r#"{"ModelName": "m", "ExecutionRoleArn": "r"}"#,
        [(200, r#"{"ModelArn": "a"}"#)],
        r#"
        POST / SageMaker.CreateModel {"ModelName":"m","ExecutionRoleArn":"r"}
        - succeeded {"ModelArn":"a"} and metadata
        "#;
    bedrock_customisation: "bedrock:createModelCustomizationJob.sync",
        r#"{"JobName": "j", "CustomModelName": "c", "RoleArn": "r", "BaseModelIdentifier": "b", "TrainingDataConfig": {"S3Uri": "s"}, "OutputDataConfig": {"S3Uri": "s"}}"#,
        [(201, r#"{"jobArn": "a"}"#), (200, r#"{"jobArn": "a", "status": "Failed"}"#)],
        r#"
        POST /model-customization-jobs {"jobName":"j","customModelName":"c","roleArn":"r","baseModelIdentifier":"b","trainingDataConfig":{"s3Uri":"s"},"outputDataConfig":{"s3Uri":"s"},"clientRequestToken":"11111111-2222-4333-8444-555555555555"}
        - submitted {"JobArn":"a"}
        GET /model-customization-jobs/a
        - failed States.TaskFailed: {"JobArn":"a","Status":"Failed"}
        POST /model-customization-jobs/a/stop
        "#;
    bedrock_model: "bedrock:invokeModel", r#"{"ModelId": "m", "Body": {"prompt": "p"}}"#,
        [(200, r#"{"completion": "c"}"#)],
        r#"
        POST /model/m/invoke {"prompt":"p"}
        - succeeded {"ContentType":"application/json","Body":{"completion":"c"}}
        "#;
    bedrock_model_by_way_of_s3: "bedrock:invokeModel",
        r#"{"ModelId": "m", "Input": {"S3Uri": "s3://b/in.json"}, "Output": {"S3Uri": "s3://b/out.json"}}"#,
        [(200, r#"{"prompt": "p"}"#), (200, r#"{"completion": "c"}"#), (200, "")],
        r#"
        GET /b/in.json
        POST /model/m/invoke {"prompt": "p"}
        PUT /b/out.json {"completion": "c"}
        - succeeded {"ContentType":"application/json","Body":"s3://b/out.json"}
        "#;
    eks_call: "eks:call", r#"{"ClusterName": "c", "Endpoint": "URL", "Method": "GET", "Path": "/api/v1/namespaces/default/pods",
            "QueryParameters": {"labelSelector": ["job-name=a b"]}}"#,
        [(200, r#"{"items": []}"#)],
        r#"
        GET /api/v1/namespaces/default/pods?labelSelector=job-name%3Da%20b with a token
        - succeeded {"Headers":{"x-amzn-requestid":["r"],"content-type":["application/json"],"content-length":["13"]},"ResponseBody":{"items":[]},"StatusCode":200}
        "#;
    eks_call_writes: "eks:call", r#"{"ClusterName": "c", "Endpoint": "URL", "Method": "POST", "Path": "api/v1/namespaces", "RequestBody": {"kind": "Namespace"}}"#,
        [(409, r#"{"reason": "AlreadyExists"}"#)],
        r#"
        POST /api/v1/namespaces with a token {"kind":"Namespace"}
        - failed EKS.409: {"reason": "AlreadyExists"}
        "#;
    eks_call_without_authority: "eks:call", r#"{"ClusterName": "c", "Endpoint": "https://127.0.0.1:1", "Method": "GET", "Path": "/", "CertificateAuthority": "eA=="}"#, [],
        r#"
        - refused The Parameters '{"ClusterName":"c","Endpoint":"https://127.0.0.1:1","Method":"GET","Path":"/","CertificateAuthority":"eA=="}' could not be used to start the Task: [The value of the field 'CertificateAuthority' has an invalid format]
        "#;
    eks_job_succeeds: "eks:runJob.sync", r#"{"ClusterName": "c", "Endpoint": "URL", "Namespace": "n", "LogOptions": {"RetrieveLogs": true, "LogParameters": {"tailLines": ["2"]}},
            "Job": {"metadata": {"generateName": "pi-"}, "spec": {}}}"#,
        [(201, r#"{"metadata": {"name": "pi-11111111"}}"#), (200, r#"{"status": {"conditions": [{"type": "Complete", "status": "True"}]}}"#),
         (200, r#"{"items": [{"metadata": {"name": "p"}, "spec": {"containers": [{"name": "pi"}, {"name": "side"}]}}]}"#), (200, "3.14"), (200, "done")],
        r#"
        POST /apis/batch/v1/namespaces/n/jobs with a token {"metadata":{"annotations":{"stepwell/invocation-id":"11111111-2222-4333-8444-555555555555"},"name":"pi-11111111"},"spec":{}}
        - submitted {"Headers":{"x-amzn-requestid":["r"],"content-type":["application/json"],"content-length":["37"]},"ResponseBody":{"metadata":{"name":"pi-11111111"}},"StatusCode":201}
        GET /apis/batch/v1/namespaces/n/jobs/pi-11111111 with a token
        GET /api/v1/namespaces/n/pods?labelSelector=job-name%3Dpi-11111111 with a token
        GET /api/v1/namespaces/n/pods/p/log?container=pi&tailLines=2 with a token
        GET /api/v1/namespaces/n/pods/p/log?container=side&tailLines=2 with a token
        - succeeded {"status":{"conditions":[{"type":"Complete","status":"True"}]},"logs":{"pods":{"p":{"containers":{"pi":{"log":3.14},"side":{"log":"done"}}}}}}
        DELETE /apis/batch/v1/namespaces/n/jobs/pi-11111111 with a token {"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"}
        "#;
    eks_job_fails: "eks:runJob.sync", r#"{"ClusterName": "c", "Endpoint": "URL", "Job": {"metadata": {"name": "j", "annotations": {"a": "b"}}}}"#,
        [(201, r#"{"metadata": {"name": "j"}}"#), (200, r#"{"status": {"conditions": [{"type": "Failed", "status": "True"}]}}"#)],
        r#"
        POST /apis/batch/v1/namespaces/default/jobs with a token {"metadata":{"name":"j","annotations":{"a":"b","stepwell/invocation-id":"11111111-2222-4333-8444-555555555555"}}}
        - submitted {"Headers":{"x-amzn-requestid":["r"],"content-type":["application/json"],"content-length":["27"]},"ResponseBody":{"metadata":{"name":"j"}},"StatusCode":201}
        GET /apis/batch/v1/namespaces/default/jobs/j with a token
        - failed States.TaskFailed: {"status":{"conditions":[{"type":"Failed","status":"True"}]}}
        DELETE /apis/batch/v1/namespaces/default/jobs/j with a token {"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"}
        "#;
    eks_job_was_made_before: "eks:runJob.sync", r#"{"ClusterName": "c", "Endpoint": "URL", "Job": {"metadata": {"name": "j"}}}"#,
        [(409, r#"{"reason": "AlreadyExists"}"#), (200, r#"{"metadata": {"name": "j", "uid": "u1", "annotations": {"stepwell/invocation-id": "11111111-2222-4333-8444-555555555555"}}}"#),
         (200, r#"{"status": {}}"#)],
        r#"
        POST /apis/batch/v1/namespaces/default/jobs with a token {"metadata":{"name":"j","annotations":{"stepwell/invocation-id":"11111111-2222-4333-8444-555555555555"}}}
        GET /apis/batch/v1/namespaces/default/jobs/j with a token
        - submitted {"Headers":{"x-amzn-requestid":["r"],"content-type":["application/json"],"content-length":["123"]},"ResponseBody":{"metadata":{"name":"j","uid":"u1","annotations":{"stepwell/invocation-id":"11111111-2222-4333-8444-555555555555"}}},"StatusCode":200}
        GET /apis/batch/v1/namespaces/default/jobs/j with a token
        - goes on
        DELETE /apis/batch/v1/namespaces/default/jobs/j with a token {"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","preconditions":{"uid":"u1"}}
        "#;
    agentcore_answers: "bedrockagentcore:invokeHarness", r#"{"HarnessArn": "h", "RuntimeSessionId": "s", "Messages": [{"Role": "user", "Content": [{"Text": "hi"}]}]}"#,
        [(200, r#"events
            messageStart {"role": "assistant"}
            contentBlockDelta {"contentBlockIndex": 0, "delta": {"text": "I look it up"}}
            messageStop {"stopReason": "tool_use"}
            messageStart {"role": "assistant"}
            contentBlockDelta {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "so "}}}
            contentBlockDelta {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "what"}}}
            contentBlockDelta {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "sig"}}}
            contentBlockStop {"contentBlockIndex": 0}
            contentBlockStart {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t", "name": "find"}}}
            contentBlockDelta {"contentBlockIndex": 2, "delta": {"toolUse": {"input": "{\"a\":"}}}
            contentBlockDelta {"contentBlockIndex": 2, "delta": {"toolUse": {"input": "[1]}"}}}
            contentBlockStart {"contentBlockIndex": 3, "start": {"toolResult": {"toolUseId": "t", "status": "success"}}}
            contentBlockDelta {"contentBlockIndex": 3, "delta": {"toolResult": [{"text": "a"}]}}
            contentBlockDelta {"contentBlockIndex": 3, "delta": {"toolResult": [{"text": "b"}, {"json": {"c": 1}}]}}
            contentBlockDelta {"contentBlockIndex": 1, "delta": {"text": "Hel"}}
            contentBlockDelta {"contentBlockIndex": 1, "delta": {"text": "lo"}}
            somethingNew {}
            messageStop {"stopReason": "end_turn"}
            metadata {"usage": {"inputTokens": 3, "outputTokens": 4, "totalTokens": 7}, "metrics": {"latencyMs": 12}}"#)],
        r#"
        POST /harnesses/invoke?harnessArn=h {"messages":[{"role":"user","content":[{"text":"hi"}]}]}
        - succeeded {"Metrics":{"LatencyMs":12},"Output":{"Message":{"Content":[{"ReasoningContent":{"ReasoningText":{"Signature":"sig","Text":"so what"}}},{"Text":"Hello"},{"ToolUse":{"Input":{"a":[1]},"Name":"find","ToolUseId":"t"}},{"ToolResult":{"Content":[{"Text":"ab"},{"Json":{"c":1}}],"Status":"success","ToolUseId":"t"}}],"Role":"assistant"}},"StopReason":"end_turn","Usage":{"InputTokens":3,"OutputTokens":4,"TotalTokens":7}}
        "#;
    agentcore_ends_badly: "bedrockagentcore:invokeHarness", r#"{"HarnessArn": "h"}"#,
        [(200, r#"events
            messageStart {"role": "assistant"}
            !internalServerException {"message": "out of tools"}"#)],
        r#"
        POST /harnesses/invoke?harnessArn=h {}
        - failed BedrockAgentCore.InternalServerException: out of tools (Service: BedrockAgentCore, Status Code: 200, Request ID: r) (SDK Attempt Count: 1)
        "#;
    agentcore_sends_no_events: "bedrockagentcore:invokeHarness", r#"{"HarnessArn": "h"}"#,
        [(200, "{}")],
        r#"
        POST /harnesses/invoke?harnessArn=h {}
        - failed BedrockAgentCore.SdkClientException: URL answered 200 with what is no reply: message 1 of the stream ends too early
        "#;
    dynamodb_condition: "dynamodb:putItem", r#"{"TableName": "t", "Item": {"id": {"S": "1"}}, "ConditionExpression": "x"}"#,
        [(400, r#"{"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "The conditional request failed"}"#)],
        r#"
        POST / DynamoDB_20120810.PutItem {"TableName":"t","Item":{"id":{"S":"1"}},"ConditionExpression":"x"}
        - failed DynamoDB.ConditionalCheckFailedException: The conditional request failed (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ConditionalCheckFailedException; Request ID: r; Proxy: null)
        "#;
    sqs_sends_objects_as_text: "sqs:sendMessage", r#"{"QueueUrl": "http://q/1/n", "MessageBody": {"a": 1}}"#,
        [(200, r#"{"MessageId": "m", "MD5OfMessageBody": "5"}"#)],
        r#"
        POST / AmazonSQS.SendMessage {"QueueUrl":"http://q/1/n","MessageBody":"{\"a\":1}"}
        - succeeded {"MD5OfMessageBody":"5","MessageId":"m"} and metadata
        "#;
    sns_publishes: "sns:publish.waitForTaskToken", r#"{"TopicArn": "t", "Message": {"a": 1}}"#,
        [(200, "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>")],
        r#"
        POST / Action=Publish&Version=2010-03-31&TopicArn=t&Message=%7B%22a%22%3A1%7D
        - submitted {"MessageId":"m"} and metadata
        "#;
    events_name_their_execution: "events:putEvents", r#"{"Entries": [{"Detail": {"a": 1}, "DetailType": "d", "Source": "s", "Resources": ["r"]}]}"#,
        [(200, r#"{"Entries": [{"EventId": "e"}], "FailedEntryCount": 0}"#)],
        r#"
        POST / AWSEvents.PutEvents {"Entries":[{"Detail":"{\"a\":1}","DetailType":"d","Source":"s","Resources":["r","arn:aws:states:us-east-1:123456789012:stateMachine:m","arn:aws:states:us-east-1:123456789012:execution:m:e"]}]}
        - succeeded {"Entries":[{"EventId":"e"}],"FailedEntryCount":0}
        "#;
    executions_elsewhere: "states:startExecution.sync:2", r#"{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:s", "Input": {"a": 1}}"#,
        [(200, r#"{"executionArn": "e", "startDate": 1764189000.5}"#),
         (200, r#"{"executionArn": "e", "status": "SUCCEEDED", "input": "{\"a\":1}", "output": "[1]", "startDate": 1764189000.5, "stopDate": 1764189001}"#)],
        r#"
        POST / AWSStepFunctions.StartExecution {"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:s","input":"{\"a\":1}","name":"11111111-2222-4333-8444-555555555555"}
        - submitted {"ExecutionArn":"e","StartDate":1764189000500} and metadata
        POST / AWSStepFunctions.DescribeExecution {"executionArn":"e"}
        - succeeded {"ExecutionArn":"e","Input":{"a":1},"Output":[1],"StartDate":1764189000500,"Status":"SUCCEEDED","StopDate":1764189001000}
        POST / AWSStepFunctions.StopExecution {"executionArn":"e"}
        "#;
    executions_elsewhere_that_were_started_before_and_have_ended: "states:startExecution", r#"{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:s:7", "Input": {"a": 1}}"#,
        [(400, r#"{"__type": "ExecutionAlreadyExists", "message": "Execution Already Exists"}"#),
         (200, r#"{"executionArn": "arn:aws:states:us-east-1:123456789012:execution:s:x", "startDate": 5, "status": "SUCCEEDED"}"#)],
        r#"
        POST / AWSStepFunctions.StartExecution {"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:s:7","input":"{\"a\":1}","name":"11111111-2222-4333-8444-555555555555"}
        POST / AWSStepFunctions.DescribeExecution {"executionArn":"arn:aws:states:us-east-1:123456789012:execution:s:11111111-2222-4333-8444-555555555555"}
        - succeeded {"ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:s:11111111-2222-4333-8444-555555555555","StartDate":5000} and metadata
        "#;
    executions_elsewhere_of_a_name_that_is_taken: "states:startExecution", r#"{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:s", "Name": "n"}"#,
        [(400, r#"{"__type": "ExecutionAlreadyExists", "message": "Execution Already Exists"}"#)],
        r#"
        POST / AWSStepFunctions.StartExecution {"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:s","name":"n"}
        - failed StepFunctions.ExecutionAlreadyExistsException: Execution Already Exists (Service: AWSStepFunctions; Status Code: 400; Error Code: ExecutionAlreadyExists; Request ID: r; Proxy: null)
        "#;
    executions_elsewhere_as_texts: "states:startExecution.sync", r#"{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:s", "Name": "n"}"#,
        [(200, r#"{"executionArn": "e", "startDate": 1764189000.5}"#),
         (200, r#"{"executionArn": "e", "status": "FAILED", "input": "{\"a\":1}", "error": "E"}"#)],
        r#"
        POST / AWSStepFunctions.StartExecution {"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:s","name":"n"}
        - submitted {"ExecutionArn":"e","StartDate":1764189000500} and metadata
        POST / AWSStepFunctions.DescribeExecution {"executionArn":"e"}
        - failed States.TaskFailed: {"Error":"E","ExecutionArn":"e","Input":"{\"a\":1}","Status":"FAILED"}
        POST / AWSStepFunctions.StopExecution {"executionArn":"e"}
        "#;
    api_is_invoked: "apigateway:invoke",
        r#"{"ApiEndpoint": "URL", "Method": "POST", "Stage": "prod", "Path": "/a b", "Headers": {"x-custom": ["1"]}, "QueryParameters": {"q": ["1", "2"]}, "RequestBody": {"a": 1, "b": null}, "AuthType": "IAM_ROLE"}"#,
        [(200, r#"{"ok": true}"#)],
        r#"
        POST /prod/a%20b?q=1&q=2 1 signed {"a":1}
        - succeeded {"Headers":{"x-amzn-RequestId":["r"],"Content-Type":["application/json"],"Content-Length":["12"]},"ResponseBody":{"ok":true},"StatusCode":200,"StatusText":"OK"}
        "#;
    api_answers_an_error: "apigateway:invoke", r#"{"ApiEndpoint": "URL", "Method": "GET"}"#, [(403, r#"{"message":"Forbidden"}"#)],
        r#"
        GET /
        - failed ApiGateway.403: {"message":"Forbidden"}
        "#;
    api_wants_lists_of_headers: "apigateway:invoke", r#"{"ApiEndpoint": "h", "Method": "GET", "Headers": {"x-custom": "1"}}"#, [],
        r#"
        - refused The Parameters '{"ApiEndpoint":"h","Method":"GET","Headers":{"x-custom":"1"}}' could not be used to start the Task: [The value of the field 'Headers' has an invalid format]
        "#;
}
