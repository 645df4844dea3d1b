//! Express executions: synchronous and asynchronous, in memory, and what is kept of them.

use crate::support::*;
use api::*;
use expect_test::expect;
use json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use stepwell_engine::{Engine, ExpressExecution, ExpressOptions, ExpressQuery, Options, Recent, registry::Identity};
use store::{Memory, Store};

const PASS: &str = r#"{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"run.$":"$$.Execution"},"End":true}}}"#;

async fn create_express(engine: &Engine, name: &str, definition: &Value) -> String {
    let body = json!({"name": name, "definition": (definition.to_string()), "type": "EXPRESS",
        "roleArn": "arn:aws:iam::123456789012:role/test"});
    let request = CreateStateMachineRequest::decode(&body).expect("a valid request");
    engine.create_state_machine(request).await.expect("the machine is created").state_machine_arn.to_string()
}

async fn try_run(engine: &Engine, machine: &str, input: &Value) -> Result<StartSyncExecutionResponse, Exception> {
    let body = json!({"stateMachineArn": machine, "name": "run", "input": (input.to_string())});
    engine.start_sync_execution(StartSyncExecutionRequest::decode(&body)?).await
}

/// Outcome as text: status, then output or error and cause.
async fn run(engine: &Engine, machine: &str, input: &Value) -> String {
    let response = try_run(engine, machine, input).await.expect("the execution runs");
    outcome(response.status, response.output, response.error, response.cause)
}

fn outcome(
    status: ExecutionStatus,
    output: Option<Arc<str>>,
    error: Option<Arc<str>>,
    cause: Option<Arc<str>>,
) -> String {
    let words = [Some(status.as_str().into()), output, error, cause];
    words.into_iter().flatten().map(|word: Arc<str>| word.to_string()).collect::<Vec<_>>().join(" ")
}

/// The execution once it has ended.
async fn ended(engine: &Engine, execution: &str) -> ExpressExecution {
    let ending = async {
        loop {
            match engine.express_execution(execution) {
                Some(found) if found.status != ExecutionStatus::Running => return found,
                _ => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ending).await.expect("the execution ends")
}

async fn history_of(engine: &Engine, execution: &str) -> String {
    let history = engine.express_history(execution, 1000).await.expect("it can be told").expect("it is kept");
    assert!(history.is_whole);
    let line = |event: &stepwell_engine::HistoryEvent| {
        format!("{} <- {} {}\n", event.id, event.previous_event_id, event.details.type_name())
    };
    history.events.iter().map(line).collect()
}

async fn open_with(store: &Arc<Memory>, express: ExpressOptions) -> Engine {
    let functions = functions::Functions::new(functions::Options::default());
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    options.express = express;
    let store: Arc<dyn Store> = store.clone();
    Engine::open(store, integrations::Integrations::new(functions), options).await.expect("a memory store opens")
}

#[tokio::test]
async fn a_synchronous_execution_answers_with_its_end_and_leaves_nothing_in_the_store() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let definition = json::parse(PASS).expect("JSON");
    let machine = create_express(&engine, "m", &definition).await;
    let before = rows(&store).await;
    let response = try_run(&engine, &machine, &json!({"a": 1})).await.expect("it runs");
    assert_eq!(rows(&store).await, before);
    let mask = |text: &str| text.replace(response.execution_arn.rsplit(':').next().expect("an id"), "ID");
    let mut context = json::parse(response.output.as_deref().expect("an output")).expect("JSON");
    let time =
        context.get("run").and_then(|run| run.get("StartTime")).and_then(Value::as_str).expect("a time").to_owned();
    context = json::parse(&context.to_string().replace(&time, "TIME")).expect("JSON");
    expect![[r#"{"run":{"Id":"arn:aws:states:us-east-1:123456789012:express:m:run:ID","Input":{"a":1},"StartTime":"TIME","Name":"run","RoleArn":"arn:aws:iam::123456789012:role/test"}}"#]]
        .assert_eq(&mask(&context.to_string()));
    assert_eq!(response.billing, BillingDetails { memory_mb: 64, duration_ms: 100 });
    let again = try_run(&engine, &machine, &json!({"a": 1})).await.expect("it runs");
    assert_ne!(again.execution_arn, response.execution_arn, "nothing is idempotent");
    // Asynchronous ones show the count.
    let execution = start(&engine, &machine, "run", &json!({})).await;
    let output = ended(&engine, &execution).await.output.expect("an output");
    assert!(output.contains(r#""RedriveCount":0"#), "{output}");
}

async fn rows(store: &Memory) -> usize {
    let mut rows = 0;
    for partition in 0..12 {
        for table in 0..64 {
            let range = store::Range::all(store::Table(table));
            rows += store.scan(store::PartitionId(partition), range).await.expect("it can be read").len();
        }
    }
    rows
}

#[tokio::test]
async fn states_that_wait_retry_and_branch_work_in_memory() {
    let engine = open(&Arc::new(Memory::new())).await;
    let machine = create_express(
        &engine,
        "all",
        &json!({"StartAt": "Each", "States": {
            "Each": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.items", "Next": "Both", "ItemProcessor": {"StartAt": "W", "States": {
                "W": {"Type": "Wait", "SecondsPath": "$", "End": true}}}},
            "Both": {"Type": "Parallel", "Next": "Call", "ResultPath": "$.both", "Branches": [
                {"StartAt": "L", "States": {"L": {"Type": "Pass", "Result": 1, "End": true}}},
                {"StartAt": "R", "States": {"R": {"Type": "Wait", "Seconds": 0, "End": true}}}]},
            "Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:missing",
                "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxDelaySeconds": 1, "MaxAttempts": 1, "JitterStrategy": "FULL"}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Over"}], "End": true},
            "Over": {"Type": "Fail", "ErrorPath": "$.error.Error", "Cause": "so be it"}
        }}),
    )
    .await;
    let input = json!({"items": [0, 0, 0]});
    expect!["FAILED Lambda.ResourceNotFoundException so be it"].assert_eq(&run(&engine, &machine, &input).await);
    let found = engine.express_executions(&ExpressQuery::default());
    let synchronous = &found[0];
    expect![[r#"
        1 <- 0 ExecutionStarted
        2 <- 0 MapStateEntered
        3 <- 2 MapStateStarted
        4 <- 3 MapIterationStarted
        5 <- 3 MapIterationStarted
        6 <- 3 MapIterationStarted
        7 <- 4 WaitStateEntered
        8 <- 7 WaitStateExited
        9 <- 8 MapIterationSucceeded
        10 <- 5 WaitStateEntered
        11 <- 10 WaitStateExited
        12 <- 11 MapIterationSucceeded
        13 <- 6 WaitStateEntered
        14 <- 13 WaitStateExited
        15 <- 14 MapIterationSucceeded
        16 <- 15 MapStateSucceeded
        17 <- 15 MapStateExited
        18 <- 17 ParallelStateEntered
        19 <- 18 ParallelStateStarted
        20 <- 19 PassStateEntered
        21 <- 20 PassStateExited
        22 <- 19 WaitStateEntered
        23 <- 22 WaitStateExited
        24 <- 23 ParallelStateSucceeded
        25 <- 23 ParallelStateExited
        26 <- 25 TaskStateEntered
        27 <- 26 LambdaFunctionScheduled
        28 <- 27 LambdaFunctionStarted
        29 <- 28 LambdaFunctionFailed
        30 <- 29 LambdaFunctionScheduled
        31 <- 30 LambdaFunctionStarted
        32 <- 31 LambdaFunctionFailed
        33 <- 32 TaskStateExited
        34 <- 33 FailStateEntered
        35 <- 34 ExecutionFailed
    "#]]
    .assert_eq(&history_of(&engine, &synchronous.execution_arn).await);
    // The same asynchronously, with the same history.
    let execution = start(&engine, &machine, "run", &input).await;
    ended(&engine, &execution).await;
    assert_eq!(history_of(&engine, &execution).await, history_of(&engine, &synchronous.execution_arn).await);
}

#[tokio::test]
async fn an_asynchronous_execution_that_had_not_ended_runs_again_after_a_crash() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let waits = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$", "End": true}}});
    let machine = create_express(&engine, "waits", &waits).await;
    let empty = rows(&store).await;
    let ends = start(&engine, &machine, "same", &json!(0)).await;
    let first = start(&engine, &machine, "same", &json!(200)).await;
    let second = start(&engine, &machine, "same", &json!(200)).await;
    assert_ne!(first, second, "every start is another execution");
    ended(&engine, &ends).await;
    let of_status = |status| ExpressQuery { status: Some(status), ..ExpressQuery::default() };
    assert_eq!(engine.express_executions(&of_status(ExecutionStatus::Running)).len(), 2);
    expect![[r#"
        1 <- 0 ExecutionStarted
        2 <- 0 WaitStateEntered
    "#]]
    .assert_eq(&history_of(&engine, &first).await);
    // The row of one that ended goes soon after.
    let gone = async {
        while rows(&store).await > empty + 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the row goes");
    drop(engine);
    let engine = open(&store).await;
    let mut running: Vec<String> = engine
        .express_executions(&of_status(ExecutionStatus::Running))
        .iter()
        .map(|execution| execution.execution_arn.to_string())
        .collect();
    running.sort();
    let mut expected = vec![first, second];
    expected.sort();
    assert_eq!(running, expected);
    assert_eq!(rows(&store).await, empty + 2, "until they have ended");
    engine.shutdown().await.expect("it does not wait for them");
}

/// Far more than are taken into a batch.
#[tokio::test]
async fn of_many_asynchronous_starts_at_once_each_is_answered() {
    let engine = open(&Arc::new(Memory::new())).await;
    let pass = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let machine = create_express(&engine, "passes", &pass).await;
    for answer in all_at_once(2_000, &engine, &machine, |number| format!("e{number}")).await {
        answer.expect("it starts");
    }
}

#[tokio::test]
async fn more_than_may_be_under_way_are_throttled_and_hanging_up_stops_nothing() {
    let express = ExpressOptions { under_way_max: 2, ..ExpressOptions::default() };
    let engine = open_with(&Arc::new(Memory::new()), express).await;
    let waits = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$", "End": true}}});
    let machine = create_express(&engine, "waits", &waits).await;
    let asynchronous = start(&engine, &machine, "one", &json!(200)).await;
    let caller = tokio::spawn({
        let (engine, machine) = (engine.clone(), machine.clone());
        async move { run(&engine, &machine, &json!(1)).await }
    });
    while engine.express_executions(&ExpressQuery::default()).len() < 2 {
        tokio::task::yield_now().await;
    }
    let refused = |result: Result<(), Exception>| result.expect_err("it is refused").to_string();
    expect!["ThrottlingException: Rate exceeded"]
        .assert_eq(&refused(try_run(&engine, &machine, &json!(1)).await.map(drop)));
    let start = try_start(&engine, &machine, "two", &json!(0)).await.map(drop);
    expect!["ThrottlingException: Rate exceeded"].assert_eq(&refused(start));
    caller.abort();
    let query = ExpressQuery { state_machine_name: Some("waits".to_owned()), ..ExpressQuery::default() };
    let hung_up = engine.express_executions(&query).into_iter().find(|found| *found.execution_arn != *asynchronous);
    let hung_up = ended(&engine, &hung_up.expect("it goes on").execution_arn).await;
    assert_eq!(hung_up.status, ExecutionStatus::Succeeded);
}

#[tokio::test]
async fn recent_executions_are_found_by_machine_status_and_time_and_are_bounded() {
    let recent = Recent { executions_max: 8, bytes_max: 1 << 20 };
    let engine = open_with(&Arc::new(Memory::new()), ExpressOptions { recent, ..ExpressOptions::default() }).await;
    let choice = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 0, "Next": "F"}], "Default": "S"},
        "F": {"Type": "Fail", "Error": "Zero"}, "S": {"Type": "Succeed"}}});
    let machines = [create_express(&engine, "a", &choice).await, create_express(&engine, "b", &choice).await];
    for number in 0..30 {
        run(&engine, &machines[number % 2], &json!((number % 3) as i64)).await;
    }
    let all = engine.express_executions(&ExpressQuery::default());
    assert!(!all.is_empty() && all.len() <= 8, "{}", all.len());
    assert!(all.is_sorted_by(|newer, older| newer.start_date_ms >= older.start_date_ms));
    let wanted = ExpressQuery {
        state_machine_name: Some("a".to_owned()),
        status: Some(ExecutionStatus::Failed),
        started_from_ms: Some(all[0].start_date_ms - 60_000),
        started_before_ms: Some(all[0].start_date_ms + 1),
        ..ExpressQuery::default()
    };
    let failed = engine.express_executions(&wanted);
    assert!(failed.iter().all(|found| found.error.as_deref() == Some("Zero") && *found.input == *"0"));
    assert!(
        engine.express_executions(&ExpressQuery { started_before_ms: Some(0), ..ExpressQuery::default() }).is_empty()
    );
    // Page by page it is the same.
    let mut paged = Vec::new();
    let mut query = ExpressQuery { max_results: 3, ..ExpressQuery::default() };
    loop {
        let page = engine.express_executions(&query);
        let Some(last) = page.last() else { break };
        query.after = Some((last.start_date_ms, last.execution_arn.clone()));
        paged.extend(page);
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn levels_choose_what_is_logged_of_executions_of_either_type() {
    let lines = Lines::default();
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    options.execution_log = Some(Box::new(lines.clone()));
    let performer = integrations::Integrations::new(functions::Functions::new(functions::Options::default()));
    let engine = Engine::open(Arc::new(Memory::new()), performer, options).await.expect("a memory store opens");
    let fails = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}).to_string();
    for (name, level, data) in
        [("all", "ALL", true), ("error", "ERROR", true), ("fatal", "FATAL", false), ("off", "OFF", true)]
    {
        for kind in ["EXPRESS", "STANDARD"] {
            let group = "arn:aws:logs:us-east-1:123456789012:log-group:g:*";
            let logging = json!({"level": level, "includeExecutionData": data,
                "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}]});
            let role = "arn:aws:iam::123456789012:role/test";
            let body = json!({"name": (format!("{name}-{kind}")), "definition": (fails.as_str()), "type": kind, "roleArn": role, "loggingConfiguration": logging});
            let request = CreateStateMachineRequest::decode(&body).expect("a valid request");
            let machine = engine.create_state_machine(request).await.expect("it is created").state_machine_arn;
            match kind {
                "EXPRESS" => drop(run(&engine, &machine, &json!({})).await),
                _ => drop(closed(&engine, &start(&engine, &machine, "run", &json!({})).await).await),
            }
        }
    }
    engine.shutdown().await.expect("it shuts down");
    let mut told: Vec<String> = lines.text().lines().map(told).collect();
    told.sort();
    expect![[r#"
        execution:all-STANDARD:run 1 <- 0 ExecutionStarted {"input":"{}","inputDetails":{"truncated":false},"roleArn":"arn:aws:iam::123456789012:role/test"} 0
        execution:all-STANDARD:run 2 <- 0 FailStateEntered {"name":"F","input":"{}","inputDetails":{"truncated":false}} 0
        execution:all-STANDARD:run 3 <- 2 ExecutionFailed {"error":"E"} 0
        execution:error-STANDARD:run 2 <- 0 FailStateEntered {"name":"F","input":"{}","inputDetails":{"truncated":false}} 0
        execution:error-STANDARD:run 3 <- 2 ExecutionFailed {"error":"E"} 0
        execution:fatal-STANDARD:run 3 <- 2 ExecutionFailed {"error":"E"} 0
        express:all-EXPRESS:run 1 <- 0 ExecutionStarted {"input":"{}","inputDetails":{"truncated":false},"roleArn":"arn:aws:iam::123456789012:role/test"} 0
        express:all-EXPRESS:run 2 <- 0 FailStateEntered {"name":"F","input":"{}","inputDetails":{"truncated":false}} 0
        express:all-EXPRESS:run 3 <- 2 ExecutionFailed {"error":"E"} 0
        express:error-EXPRESS:run 2 <- 0 FailStateEntered {"name":"F","input":"{}","inputDetails":{"truncated":false}} 0
        express:error-EXPRESS:run 3 <- 2 ExecutionFailed {"error":"E"} 0
        express:fatal-EXPRESS:run 3 <- 2 ExecutionFailed {"error":"E"} 0"#]].assert_eq(&told.join("\n"));
}

/// A line without its time and the id of its execution, the execution first.
fn told(line: &str) -> String {
    let event = json::parse(line).expect("a line of JSON");
    let member = |name: &str| event.get(name).and_then(Value::as_str).expect("a text").to_owned();
    assert!(member("event_timestamp").parse::<u64>().is_ok());
    let arn: Vec<String> = member("execution_arn").split(':').skip(5).take(3).map(str::to_owned).collect();
    let (id, previous, kind) = (member("id"), member("previous_event_id"), member("type"));
    format!(
        "{} {id} <- {previous} {kind} {} {}",
        arn.join(":"),
        event.get("details").expect("details"),
        member("redrive_count")
    )
}

#[tokio::test]
async fn operations_for_standard_executions_refuse_express_and_the_other_way_round() {
    let engine = open(&Arc::new(Memory::new())).await;
    let definition = json::parse(PASS).expect("JSON");
    let machine = create_express(&engine, "m", &definition).await;
    let standard = create(&engine, "standard", &definition).await;
    let refused = |result: Result<(), Exception>| result.expect_err("it is refused").to_string();
    let list = ListExecutionsRequest::decode(&json!({"stateMachineArn": (&machine)})).expect("a request");
    expect!["StateMachineTypeNotSupported: This operation is not supported by this type of state machine"]
        .assert_eq(&refused(engine.list_executions(list).await.map(drop)));
    expect!["StateMachineTypeNotSupported: This operation is not supported by this type of state machine"]
        .assert_eq(&refused(try_run(&engine, &standard, &json!({})).await.map(drop)));
    expect!["StateMachineDoesNotExist: State Machine Does Not Exist: 'arn:aws:states:us-east-1:123456789012:stateMachine:m2'"]
        .assert_eq(&refused(try_run(&engine, &format!("{machine}2"), &json!({})).await.map(drop)));
    // What was prepared is forgotten when the machine changes or goes.
    run(&engine, &machine, &json!({})).await;
    let update = json!({"stateMachineArn": (&machine), "definition": (json!({"StartAt": "N", "States": {"N": {"Type": "Pass", "Result": "new", "End": true}}}).to_string())});
    engine
        .update_state_machine(UpdateStateMachineRequest::decode(&update).expect("a request"))
        .await
        .expect("it is updated");
    assert_eq!(run(&engine, &machine, &json!({})).await, r#"SUCCEEDED "new""#);
    let delete = DeleteStateMachineRequest::decode(&json!({"stateMachineArn": (&machine)})).expect("a request");
    engine.delete_state_machine(delete).await.expect("it is deleted");
    expect![
        "StateMachineDoesNotExist: State Machine Does Not Exist: 'arn:aws:states:us-east-1:123456789012:stateMachine:m'"
    ]
    .assert_eq(&refused(try_run(&engine, &machine, &json!({})).await.map(drop)));
}
