//! Test cases: mocked tasks in place of real ones, over retries, loops, iterations and restarts. Time is virtual.

use crate::support::*;
use api::*;
use expect_test::{Expect, expect};
use functions::Functions;
use integrations::Integrations;
use integrations::mocks::Mocks;
use json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use stepwell_engine::check::{CheckOptions, check as check_store};
use stepwell_engine::{Engine, Environment, Options, Settings, SystemEnvironment, Timestamp, registry::Identity};
use store::{Memory, Store};
use tempfile::TempDir;
use tokio::time::Instant;

/// The clock of the runtime, which jumps to what is waited for.
struct Virtual(Instant);

impl Environment for Virtual {
    fn now(&self) -> Timestamp {
        Timestamp(1_000_000_000_000 + self.0.elapsed().as_millis() as i64)
    }
    fn entropy(&self) -> [u8; 16] {
        SystemEnvironment.entropy()
    }
}

async fn with_mocks(store: &Arc<Memory>, file: &Path) -> Engine {
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    options.environment = Arc::new(Virtual(Instant::now()));
    let mocks = Mocks::load(file).unwrap_or_else(|problem| panic!("{problem}"));
    let functions = Functions::new(functions::Options { account_id: ACCOUNT.to_owned(), ..Default::default() });
    let integrations = Integrations::new(functions).with_mocks(mocks);
    let store: Arc<dyn Store> = store.clone();
    Engine::open(store, integrations, options).await.expect("a memory store opens")
}

/// A file of mocks, for as long as the directory lives.
fn written(mocks: &str) -> (TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().expect("there is room for temporary files");
    let file = directory.path().join("mocks.yaml");
    std::fs::write(&file, mocks).expect("the directory is writable");
    (directory, file)
}

fn definition(text: &str) -> Value {
    let (tree, problems) = asl::tree::parse_yaml(text);
    assert!(problems.is_empty(), "{problems:?}");
    tree.expect("there are no problems").to_value()
}

fn published(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/mocks").join(name)
}

/// What happened, in a line an event: the seconds since the start, the event, the state or error.
async fn told(engine: &Engine, execution: &str) -> String {
    let events = history(engine, execution).await;
    let time = |event: &Value| event.get("timestamp").map_or(0.0, |time| time.to_string().parse().expect("a number"));
    let begin: f64 = time(&events[0]);
    let mut text = String::new();
    for event in &events {
        let kind = event.get("type").and_then(Value::as_str).expect("an event has a type");
        let details = event.as_object().expect("an object").iter().find(|(name, _)| name.ends_with("Details"));
        let said = |name: &str| details.and_then(|(_, details)| details.get(name)).map(Value::to_string);
        let of = ["name", "error", "output"].iter().find_map(|name| said(name)).unwrap_or_default();
        text.push_str(&format!("{:<3} {kind} {of}", (time(event) - begin).round()).trim_end().replace('\\', ""));
        text.push('\n');
    }
    text
}

async fn play(engine: &Engine, machine: &str, test_case: &str, input: &Value) -> (String, DescribeExecutionResponse) {
    let execution = start(engine, &format!("{machine}#{test_case}"), test_case, input).await;
    let closed = closed(engine, &execution).await;
    (execution, closed)
}

#[tokio::test(start_paused = true)]
async fn the_guides_example_runs_unchanged() {
    let engine = with_mocks(&Arc::new(Memory::new()), &published("LambdaSQSIntegration.MockConfigFile.json")).await;
    let text = std::fs::read_to_string(published("LambdaSQSIntegration.asl.json")).expect("it is there");
    let machine = create(&engine, "LambdaSQSIntegration", &json::parse(&text).expect("JSON")).await;
    let (_, happy) = play(&engine, &machine, "HappyPath", &json!({})).await;
    let sent = r#"{"MD5OfMessageBody":"3bcb6e8e-7h85-4375-b0bc-1a59812c6e51","MessageId":"3bcb6e8e-8b51-4375-b0bc-1a59812c6e51"}"#;
    assert_eq!(output(&happy), sent);
    let (execution, retried) = play(&engine, &machine, "RetryPath", &json!({})).await;
    assert_eq!(output(&retried), sent);
    expect![[r#"
        0   ExecutionStarted
        0   TaskStateEntered "LambdaState"
        0   TaskScheduled
        0   TaskStarted
        0   TaskFailed "Lambda.ResourceNotReadyException"
        2   TaskScheduled
        2   TaskStarted
        2   TaskFailed "Lambda.TimeoutException"
        6   TaskScheduled
        6   TaskStarted
        6   TaskFailed "Lambda.TimeoutException"
        14  TaskScheduled
        14  TaskStarted
        14  TaskSucceeded "{"StatusCode":200,"Payload":{"StatusCode":200,"body":"Hello from Lambda!"}}"
        14  TaskStateExited "LambdaState"
        14  TaskStateEntered "SQSState"
        14  TaskScheduled
        14  TaskStarted
        14  TaskSucceeded "{"MD5OfMessageBody":"3bcb6e8e-7h85-4375-b0bc-1a59812c6e51","MessageId":"3bcb6e8e-8b51-4375-b0bc-1a59812c6e51"}"
        14  TaskStateExited "SQSState"
        14  ExecutionSucceeded "{"MD5OfMessageBody":"3bcb6e8e-7h85-4375-b0bc-1a59812c6e51","MessageId":"3bcb6e8e-8b51-4375-b0bc-1a59812c6e51"}"
    "#]].assert_eq(&told(&engine, &execution).await);
    // What is not listed is really called, and there is no service here.
    let (_, hybrid) = play(&engine, &machine, "HybridPath", &json!({})).await;
    assert_eq!(hybrid.status, ExecutionStatus::Failed);
}

#[tokio::test(start_paused = true)]
async fn the_published_sample_runs_unchanged() {
    let engine = with_mocks(&Arc::new(Memory::new()), &published("LocalTesting.MockConfigFile.json")).await;
    let text = std::fs::read_to_string(published("LocalTesting.asl.yaml")).expect("it is there");
    let machine = create(&engine, "LocalTesting", &definition(&text)).await;
    let input = json!({"data": {"email": "ada@example.com", "comments": "Nice."}});
    let mut ends = String::new();
    for (test_case, ends_in) in [
        ("HappyPathTest", "CustomerAddedToFollowup"),
        ("NegativeSentimentTest", "NegativeSentimentDetected"),
        ("CustomValidationFailedCatchTest", "CustomValidationFailed"),
        ("ValidationExceptionCatchTest", "ValidationException"),
        ("RetryOnServiceExceptionTest", "CustomerAddedToFollowup"),
    ] {
        let (execution, closed) = play(&engine, &machine, test_case, &input).await;
        let told = told(&engine, &execution).await;
        assert!(told.contains(&format!("TaskStateExited \"{ends_in}\"")), "{test_case}: {told}");
        let failed = told.lines().filter(|line| line.contains("Failed \"") && !line.contains("State")).count();
        ends.push_str(&format!("{test_case}: {:?}, tasks failed: {failed}\n", closed.status));
    }
    expect![[r#"
        HappyPathTest: Succeeded, tasks failed: 0
        NegativeSentimentTest: Succeeded, tasks failed: 0
        CustomValidationFailedCatchTest: Succeeded, tasks failed: 4
        ValidationExceptionCatchTest: Succeeded, tasks failed: 1
        RetryOnServiceExceptionTest: Succeeded, tasks failed: 3
    "#]]
    .assert_eq(&ends);
}

#[tokio::test(start_paused = true)]
async fn invocations_are_counted_over_loops_and_iterations_and_restarts() {
    let (_directory, file) = written(
        r#"{"StateMachines": {"m": {"TestCases": {"Case": {"Work": "Numbers"}}}}, "MockedResponses": {"Numbers": {
            "0": {"Return": "zero"}, "1-3": {"Return": "some"}, "4": {"Throw": {"Error": "E", "Cause": "c"}},
            "5": {"Return": "five"}}}}"#,
    );
    let store = Arc::new(Memory::new());
    let engine = with_mocks(&store, &file).await;
    let machine = definition(
        "
        StartAt: All
        States:
          All:
            Type: Map
            MaxConcurrency: 1
            ItemsPath: $$.Execution.Input
            ItemProcessor:
              StartAt: Work
              States:
                Work: {Type: Task, Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', Retry: [{ErrorEquals: [E]}], End: true}
            ResultPath: null
            Next: Later
          Later: {Type: Wait, Seconds: 100, Next: Again}
          Again: {Type: Choice, Choices: [{Variable: $$.State.Name, StringEquals: x, Next: End}], Default: All}
          End: {Type: Succeed}
        ",
    );
    let machine = create(&engine, "m", &machine).await;
    let execution = start(&engine, &format!("{machine}#Case"), "one", &json!([1, 2, 3])).await;
    let waits = async {
        while !told(&engine, &execution).await.contains("WaitStateEntered") {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    waits.await;
    engine.shutdown().await.expect("the store closes");
    let store = Arc::new(store.reopen());
    let engine = with_mocks(&store, &file).await;
    let closed = closed_in(&engine, &execution, 1000).await;
    let told = told(&engine, &execution).await;
    let results: Vec<&str> = told
        .lines()
        .filter(|line| line.contains(" LambdaFunction") && line.contains('"'))
        .map(|line| &line[4..])
        .collect();
    expect![[r#"
        LambdaFunctionSucceeded ""zero""
        LambdaFunctionSucceeded ""some""
        LambdaFunctionSucceeded ""some""
        LambdaFunctionSucceeded ""some""
        LambdaFunctionFailed "E"
        LambdaFunctionSucceeded ""five""
        "#]]
    .assert_eq(&format!("{}\n", results.join("\n")));
    expect![[r#"Failed Some("States.Runtime") Some("An error occurred while executing the state 'Work' (entered at the event id #51). The mocked response 'Numbers' of the state 'Work' in the test case 'Case': Nothing in it is for invocation 6 (attempt 0, item 2).")"#]]
    .assert_eq(&format!("{:?} {:?} {:?}", closed.status, closed.error, closed.cause));
    engine.shutdown().await.expect("the store closes");
    let identity = Identity::new("aws", "us-east-1", ACCOUNT);
    let options = CheckOptions { identity, settings: Settings::default(), replays: true };
    let mut found = Vec::new();
    check_store(Arc::new(store.reopen()), &options, &mut |finding| found.push(finding)).await.expect("it reads");
    assert!(found.is_empty(), "{found:?}");
}

/// The execution once it has closed, however long that takes in virtual time.
async fn closed_in(engine: &Engine, execution: &str, seconds: u64) -> DescribeExecutionResponse {
    for _ in 0..seconds {
        let description = describe(engine, execution).await;
        if description.status != ExecutionStatus::Running {
            return description;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    panic!("{execution} does not close")
}

async fn check(mocks: &str, machine: &str, input: Value, expected: Expect) {
    let (_directory, file) = written(mocks);
    let engine = with_mocks(&Arc::new(Memory::new()), &file).await;
    let request = CreateActivityRequest::decode(&json!({"name": "work"})).expect("a valid request");
    engine.create_activity(request).await.expect("the activity is created");
    let machine = create(&engine, "m", &definition(machine)).await;
    let execution = start(&engine, &format!("{machine}#Case"), "one", &input).await;
    closed_in(&engine, &execution, 10_000).await;
    expected.assert_eq(&told(&engine, &execution).await);
}

#[tokio::test(start_paused = true)]
async fn jobs_tokens_and_activities_end_at_once() {
    check(
        r#"{"StateMachines": {"m": {"TestCases": {"Case": {"Job": "R", "Token": "R", "Activity": "R"}}}},
            "MockedResponses": {"R": {"0": {"Return": {"Status": "DONE"}}}}}"#,
        "
        StartAt: Job
        States:
          Job: {Type: Task, Resource: 'arn:aws:states:::states:startExecution.sync:2', Parameters: {StateMachineArn: x}, Next: Token}
          Token: {Type: Task, Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Parameters: {QueueUrl: q, MessageBody.$: $$.Task.Token}, Next: Activity}
          Activity: {Type: Task, Resource: 'arn:aws:states:us-east-1:123456789012:activity:work', End: true}
        ",
        json!({}),
        expect![[r#"
            0   ExecutionStarted
            0   TaskStateEntered "Job"
            0   TaskScheduled
            0   TaskStarted
            0   TaskSubmitted "{"Status":"DONE"}"
            0   TaskSucceeded "{"Status":"DONE"}"
            0   TaskStateExited "Job"
            0   TaskStateEntered "Token"
            0   TaskScheduled
            0   TaskStarted
            0   TaskSubmitted "{"Status":"DONE"}"
            0   TaskSucceeded "{"Status":"DONE"}"
            0   TaskStateExited "Token"
            0   TaskStateEntered "Activity"
            0   ActivityScheduled
            0   ActivityStarted
            0   ActivitySucceeded "{"Status":"DONE"}"
            0   TaskStateExited "Activity"
            0   ExecutionSucceeded "{"Status":"DONE"}"
        "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_test_case_that_is_not_there_is_refused() {
    let (_directory, file) =
        written("StateMachines: {m: {Default: Usual, TestCases: {Usual: {W: {Return: mocked}}, Other: {}}}}");
    let engine = with_mocks(&Arc::new(Memory::new()), &file).await;
    let task = "StartAt: W\nStates: {W: {Type: Task, Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', End: true}}";
    let machine = create(&engine, "m", &definition(task)).await;
    let refused = try_start(&engine, &format!("{machine}#Case"), "one", &json!({})).await.expect_err("no such case");
    let told = format!("{}: {}", refused.code.as_str(), refused.message.replace(&*file.to_string_lossy(), "FILE"));
    expect!["ValidationException: There is no test case 'Case' for the state machine 'm': 'FILE' has these for it: Other, Usual"].assert_eq(&told);
    let started = start(&engine, &machine, "default", &json!({})).await;
    assert_eq!(output(&closed(&engine, &started).await), "\"mocked\"");
    let unmocked = start(&engine, &format!("{machine}#"), "none", &json!({})).await;
    assert_eq!(closed(&engine, &unmocked).await.error.as_deref(), Some("Lambda.ResourceNotFoundException"));
    let without = open(&Arc::new(Memory::new())).await;
    let machine = create(&without, "m", &definition(task)).await;
    let refused = try_start(&without, &format!("{machine}#Case"), "one", &json!({})).await.expect_err("no mocks");
    expect![
        "The test case 'Case' cannot be run: no mocks are configured (SFN_MOCK_CONFIG or --mocks names their file)"
    ]
    .assert_eq(&refused.message);
}

#[tokio::test(start_paused = true)]
async fn rules_tell_items_attempts_and_inputs_apart() {
    check(
        "
        StateMachines:
          m:
            TestCases:
              Case:
                Work:
                  - {When: {Item: 1, Attempt: 0}, Throw: {Error: Busy, Cause: '{% \"attempt \" & $attempt %}'}}
                  - {When: {Item: 1}, DelaySeconds: 5, Return: {Late: true}}
                  - {When: {Input: {kind: a}}, Return: {Kind: '{% $states.input.kind & $states.context.State.Name %}'}}
                  - {When: {Condition: '{% $states.input.amount > 10 %}'}, Return: {Large: '{% $states.input.amount * 2 %}'}}
                  - {Fault: {Rate: 1, Error: Down, Cause: out}, Return: {}}
        ",
        "
        StartAt: All
        States:
          All:
            Type: Map
            MaxConcurrency: 1
            ItemProcessor:
              StartAt: Work
              States:
                Work:
                  Type: Task
                  Resource: arn:aws:lambda:us-east-1:123456789012:function:f
                  Retry: [{ErrorEquals: [Busy], IntervalSeconds: 1}]
                  Catch: [{ErrorEquals: [Down], Next: Caught}]
                  End: true
                Caught: {Type: Pass, End: true}
            End: true
        ",
        json!([{"kind": "a", "amount": 99}, {}, {"amount": 11}, {"amount": 1}]),
        expect![[r#"
            0   ExecutionStarted
            0   MapStateEntered "All"
            0   MapStateStarted
            0   MapIterationStarted "All"
            0   TaskStateEntered "Work"
            0   LambdaFunctionScheduled
            0   LambdaFunctionStarted
            0   LambdaFunctionSucceeded "{"Kind":"aWork"}"
            0   TaskStateExited "Work"
            0   MapIterationSucceeded "All"
            0   MapIterationStarted "All"
            0   TaskStateEntered "Work"
            0   LambdaFunctionScheduled
            0   LambdaFunctionStarted
            0   LambdaFunctionFailed "Busy"
            1   LambdaFunctionScheduled
            1   LambdaFunctionStarted
            6   LambdaFunctionSucceeded "{"Late":true}"
            6   TaskStateExited "Work"
            6   MapIterationSucceeded "All"
            6   MapIterationStarted "All"
            6   TaskStateEntered "Work"
            6   LambdaFunctionScheduled
            6   LambdaFunctionStarted
            6   LambdaFunctionSucceeded "{"Large":22}"
            6   TaskStateExited "Work"
            6   MapIterationSucceeded "All"
            6   MapIterationStarted "All"
            6   TaskStateEntered "Work"
            6   LambdaFunctionScheduled
            6   LambdaFunctionStarted
            6   LambdaFunctionFailed "Down"
            6   TaskStateExited "Work"
            6   PassStateEntered "Caught"
            6   PassStateExited "Caught"
            6   MapIterationSucceeded "All"
            6   MapStateSucceeded
            6   MapStateExited "All"
            6   ExecutionSucceeded "[{"Kind":"aWork"},{"Late":true},{"Large":22},{"Error":"Down","Cause":"out"}]"
        "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_recorded_history_plays_again() {
    let mocks = "
        StateMachines:
          m:
            TestCases:
              Case:
                Job: {Submitted: {Id: 1}, Return: {Status: DONE, Text: '{% \"{% x \" & \"%}\" %}'}}
                Token: {Throw: {}}
                Work: [{When: {Attempt: 0}, Throw: {Error: Busy}}, {Return: '{% $item %}'}]
        ";
    let machine = "
        StartAt: Job
        States:
          Job: {Type: Task, Resource: 'arn:aws:states:::states:startExecution.sync:2', Parameters: {StateMachineArn: x}, Next: Token}
          Token:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
            Parameters: {QueueUrl: q, MessageBody.$: $$.Task.Token}
            Catch: [{ErrorEquals: [States.ALL], Next: All}]
            Next: All
          All:
            Type: Map
            ItemsPath: $$.Execution.Input
            ItemProcessor:
              StartAt: Work
              States:
                Work: {Type: Task, Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', Retry: [{ErrorEquals: [Busy]}], End: true}
            End: true
        ";
    let (_directory, file) = written(mocks);
    let engine = with_mocks(&Arc::new(Memory::new()), &file).await;
    let arn = create(&engine, "m", &definition(machine)).await;
    let execution = start(&engine, &format!("{arn}#Case"), "one", &json!([1, 2])).await;
    closed_in(&engine, &execution, 100).await;
    let text =
        integrations::mocks::recorded("m", "Case", &history(&engine, &execution).await).expect("it can be recorded");
    expect![[r#"
        StateMachines:
          m:
            TestCases:
              Case:
                Job:
                  "0":
                    Submitted:
                      Id: 1
                    Return:
                      Status: "DONE"
                      Text: "{% \"{% x %}\" %}"
                Token:
                  "0":
                    Throw: {}
                Work:
                  -
                    When:
                      Item: 0
                      Attempt: 0
                    Throw:
                      Error: "Busy"
                  -
                    When:
                      Item: 1
                      Attempt: 0
                    Throw:
                      Error: "Busy"
                  -
                    When:
                      Item: 0
                      Attempt: 1
                    Return: 0
                  -
                    When:
                      Item: 1
                      Attempt: 1
                    Return: 1
    "#]]
    .assert_eq(&text);
    let (_directory, file) = written(&text);
    let again = with_mocks(&Arc::new(Memory::new()), &file).await;
    let arn = create(&again, "m", &definition(machine)).await;
    let execution_again = start(&again, &format!("{arn}#Case"), "one", &json!([1, 2])).await;
    closed_in(&again, &execution_again, 100).await;
    assert_eq!(told(&again, &execution_again).await, told(&engine, &execution).await);
}

#[tokio::test(start_paused = true)]
async fn a_skeleton_runs() {
    let machine = "
        StartAt: Put
        States:
          Put: {Type: Task, Resource: 'arn:aws:states:::dynamodb:putItem', Parameters: {TableName: t, Item: {}}, Next: Find}
          Find: {Type: Task, Resource: 'arn:aws:states:::aws-sdk:ec2:describeInstances', Parameters: {}, Next: Job}
          Job: {Type: Task, Resource: 'arn:aws:states:::glue:startJobRun.sync', Parameters: {JobName: j}, Next: Ask}
          Ask: {Type: Task, Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Parameters: {QueueUrl: q, MessageBody.$: $$.Task.Token}, Next: Call}
          Call: {Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: f}, End: true}
        ";
    let parsed = asl::parse(&definition(machine).to_string(), asl::Format::Json, &asl::Options::default());
    let parsed = parsed.definition.expect("it is valid");
    let text = integrations::mocks::skeleton("m", &parsed);
    let definitions = [("m".to_owned(), parsed)].into();
    let findings = integrations::mocks::check(&text, &definitions);
    assert!(findings.is_empty(), "{findings:?}\n{text}");
    // Every result is one that its service gives, in all it must have.
    let strict = text.replace("Validation: \"Present\"", "Validation: Strict");
    assert!(strict.contains("Validation: Strict"), "{strict}");
    let (_directory, file) = written(&strict);
    let engine = with_mocks(&Arc::new(Memory::new()), &file).await;
    let arn = create(&engine, "m", &definition(machine)).await;
    let execution = start(&engine, &format!("{arn}#HappyPath"), "one", &json!({})).await;
    let closed = closed_in(&engine, &execution, 100).await;
    assert_eq!(output(&closed), r#"{"ExecutedVersion":"$LATEST","Payload":{},"StatusCode":200}"#);
}

#[tokio::test(start_paused = true)]
async fn children_of_a_map_run_are_in_the_test_case_of_their_parent() {
    let mocks = "
        StateMachines:
          m:
            TestCases:
              Case:
                Work:
                  - {When: {Item: 1, Attempt: 0}, Throw: {Error: Busy}}
                  - {When: {Invocation: 1}, Return: {Again: '{% $item %}'}}
                  - Return: {First: '{% $item %}'}
        ";
    for kind in ["STANDARD", "EXPRESS"] {
        let machine = format!(
            "
            StartAt: All
            States:
              All:
                Type: Map
                ItemProcessor:
                  ProcessorConfig: {{Mode: DISTRIBUTED, ExecutionType: {kind}}}
                  StartAt: Work
                  States:
                    Work:
                      Type: Task
                      Resource: arn:aws:states:::lambda:invoke
                      Parameters: {{FunctionName: f}}
                      Retry: [{{ErrorEquals: [Busy]}}]
                      End: true
                End: true
            "
        );
        let (_directory, file) = written(mocks);
        let engine = with_mocks(&Arc::new(Memory::new()), &file).await;
        let machine = create(&engine, "m", &definition(&machine)).await;
        // Every child counts the invocations of its own.
        let (_, closed) = play(&engine, &machine, "Case", &json!(["a", "b", "c"])).await;
        assert_eq!(output(&closed), r#"[{"First":0},{"Again":1},{"First":2}]"#, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_a_task_starts_has_a_test_case_of_its_own() {
    let mocks = "
        StateMachines:
          inner: {Default: Usual, TestCases: {Usual: {Work: {Return: usual}}, Other: {Work: {Return: other}}}}
          m: {TestCases: {Case: {Work: {Return: of the outer}}}}
        ";
    let (_directory, file) = written(mocks);
    let engine = with_mocks(&Arc::new(Memory::new()), &file).await;
    let inner = "StartAt: Work\nStates: {Work: {Type: Task, Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', End: true}}";
    create(&engine, "inner", &definition(inner)).await;
    let machine = definition(
        "
        QueryLanguage: JSONata
        StartAt: Start
        States:
          Start:
            Type: Task
            Resource: arn:aws:states:::states:startExecution.sync:2
            Arguments: {StateMachineArn: '{% $states.input %}'}
            Output: '{% $states.result.Output %}'
            End: true
        ",
    );
    let machine = create(&engine, "m", &machine).await;
    let mut outputs = Vec::new();
    for (name, case) in [("a", ""), ("b", "#Other"), ("c", "#Case"), ("d", "#")] {
        let input = json!(format!("arn:aws:states:us-east-1:123456789012:stateMachine:inner{case}"));
        let execution = start(&engine, &format!("{machine}#Case"), name, &input).await;
        let told = output(&closed_in(&engine, &execution, 100).await).replace(&*file.to_string_lossy(), "FILE");
        outputs.push(told.split([':', '(']).take(3).collect::<String>());
    }
    expect![[r#"
        "usual"
        "other"
        Some"StepFunctions.ValidationException") Some"There is no test case 'Case' for the state machine 'inner'
        Some"States.TaskFailed") Some"{\"Cause\""#]]
    .assert_eq(&outputs.join("\n"));
}
