//! Traces: every execution whose machine wants them is a tree of spans, each of which is told once, when it ends.

use crate::support::*;
use api::*;
use expect_test::expect;
use integrations::{PerformFuture, Performer, TaskOutcome, TaskRequest};
use json::{ObjectBuilder, Payload, Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use stepwell_engine::{Engine, Environment, Options, SystemEnvironment, registry::Identity};
use store::Memory;

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";
const HEADER: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

async fn wait_for(lines: &Lines, wanted: &str) {
    while !lines.text().contains(wanted) {
        tokio::task::yield_now().await;
    }
}

async fn open_tracing(store: &Arc<Memory>, lines: &Lines) -> Engine {
    open_at(store, lines, Arc::new(SystemEnvironment)).await
}

async fn open_at(store: &Arc<Memory>, lines: &Lines, environment: Arc<dyn Environment>) -> Engine {
    let functions = functions::Functions::new(functions::Options::default());
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    options.traces = Some(Box::new(lines.clone()));
    options.settings.wait_time_scale = 0.0;
    options.environment = environment;
    Engine::open(store.clone(), integrations::Integrations::new(functions), options).await.expect("it opens")
}

async fn create_traced(engine: &Engine, definition: &Value, kind: &str) -> String {
    let activity = CreateActivityRequest::decode(&json!({"name": "work"})).expect("a valid request");
    engine.create_activity(activity).await.expect("the activity is created");
    let body = json!({"name": (format!("traced-{kind}")), "definition": (definition.to_string()), "type": kind,
        "roleArn": "arn:aws:iam::123456789012:role/test", "tracingConfiguration": {"enabled": true}});
    let request = CreateStateMachineRequest::decode(&body).expect("a valid request");
    engine.create_state_machine(request).await.expect("the machine is created").state_machine_arn.to_string()
}

async fn start_traced(engine: &Engine, machine: &str, header: Option<&str>) -> String {
    let mut body = ObjectBuilder::new();
    body.insert("stateMachineArn", machine).insert("name", "e").insert_some("traceHeader", header);
    let request = StartExecutionRequest::decode(&body.build().into()).expect("a valid request");
    engine.start_execution(request).await.expect("it starts").execution_arn.to_string()
}

/// Takes a task, and ends it well or with an error; its token.
async fn work(engine: &Engine, error: Option<&str>) -> Arc<str> {
    let body = json!({"activityArn": ACTIVITY, "workerName": "me"});
    let request = GetActivityTaskRequest::decode(&body).expect("a valid request");
    let task = engine.get_activity_task(request).await.expect("the activity exists");
    let GetActivityTaskResponse::Task { task_token, .. } = task else { panic!("there is a task") };
    match error {
        None => {
            let body = json!({"taskToken": (&task_token), "output": "1"});
            engine.send_task_success(SendTaskSuccessRequest::decode(&body).expect("valid")).await.expect("it waits");
        }
        Some(error) => {
            let body = json!({"taskToken": (&task_token), "error": error, "cause": "so it was"});
            engine.send_task_failure(SendTaskFailureRequest::decode(&body).expect("valid")).await.expect("it waits");
        }
    }
    task_token
}

async fn redrive(engine: &Engine, execution: &str) {
    let request = RedriveExecutionRequest::decode(&json!({"executionArn": execution})).expect("a valid request");
    engine.redrive_execution(request).await.expect("it can be redriven");
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// The spans as a tree. Ids and times are left out, but checked: the parent is there, unless it is the caller's, and began no later.
fn tree(lines: &str) -> String {
    let spans: Vec<Value> = lines.lines().map(|line| json::parse(line).expect("JSON")).collect();
    let mut ids: Vec<&str> = spans.iter().map(|span| text(span, "spanId")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), spans.len(), "every span is told once: {lines}");
    let mut shown = String::new();
    let is_root = |span: &&Value| !ids.contains(&text(span, "parentSpanId"));
    let mut roots: Vec<&Value> = spans.iter().filter(is_root).collect();
    roots.sort_by_key(|span| (attribute(span, "redrive_count"), text(span, "name").to_owned()));
    for root in roots {
        show(root, &spans, 0, &mut shown);
    }
    shown
}

fn show(span: &Value, spans: &[Value], depth: usize, shown: &mut String) {
    let time = |of: &Value, name| text(of, name).parse::<u64>().expect("nanoseconds");
    let attributes: Vec<String> = span
        .get("attributes")
        .and_then(Value::as_array)
        .into_iter()
        .flat_map(|attributes| attributes.iter())
        .filter(|attribute| !text(attribute, "key").ends_with("event.id"))
        .map(|attribute| {
            let value = attribute.get("value").expect("a value");
            let value = ["stringValue", "intValue"].iter().find_map(|kind| value.get(kind)).expect("a value");
            format!("{}={}", text(attribute, "key").replace("aws.step_functions.", "~"), value.as_str().expect("text"))
        })
        .collect();
    let mut line = format!("{}{} [{}]", "  ".repeat(depth), text(span, "name"), attributes.join(" "));
    for event in span.get("events").and_then(Value::as_array).into_iter().flat_map(|events| events.iter()) {
        line.push_str(&format!(" @{}", text(event, "name")));
    }
    if let Some(status) = span.get("status") {
        line.push_str(&format!(" {status}"));
    }
    shown.push_str(&line);
    shown.push('\n');
    assert!(time(span, "startTimeUnixNano") <= time(span, "endTimeUnixNano"));
    let inside = spans.iter().filter(|other| text(other, "parentSpanId") == text(span, "spanId"));
    let mut inside: Vec<&Value> = inside.collect();
    inside.sort_by_cached_key(|span| (attribute(span, "event.id").len(), attribute(span, "event.id")));
    for child in inside {
        assert!(time(span, "startTimeUnixNano") <= time(child, "startTimeUnixNano"), "{shown}");
        assert!(time(child, "endTimeUnixNano") <= time(span, "endTimeUnixNano"), "{shown}");
        show(child, spans, depth + 1, shown);
    }
}

fn attribute(span: &Value, wanted: &str) -> String {
    let attributes = span.get("attributes").and_then(Value::as_array).expect("attributes");
    let found = attributes.iter().find(|attribute| text(attribute, "key").ends_with(wanted));
    found.and_then(|found| found.get("value")).map(Value::to_string).unwrap_or_default()
}

/// An activity in a Map in a Parallel that is retried once.
fn nested() -> Value {
    let task = json!({"Type": "Task", "Resource": ACTIVITY, "End": true,
        "Retry": [{"ErrorEquals": ["Once"], "MaxAttempts": 1}]});
    let map = json!({"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "Next": "After",
        "ItemProcessor": {"StartAt": "Work", "States": {"Work": task}}});
    let after = json!({"Type": "Pass", "End": true});
    let waits = json!({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": true}}});
    let branch = json!({"StartAt": "Each", "States": {"Each": map, "After": after}});
    let caught = json!([{"ErrorEquals": ["Bad"], "ResultPath": null, "Next": "Mend"}]);
    json!({"StartAt": "Items", "States": {
        "Items": {"Type": "Pass", "Result": {"items": [1, 2]}, "Next": "Both"},
        "Both": {"Type": "Parallel", "Branches": [branch, waits], "Next": "Mend", "Catch": caught},
        "Mend": {"Type": "Choice", "Choices": [{"Variable": "$", "IsPresent": true, "Next": "Done"}]},
        "Done": {"Type": "Succeed"}
    }})
}

#[tokio::test]
async fn what_ran_is_a_tree() {
    let lines = Lines::default();
    let clock = Arc::new(Clock(AtomicI64::new(1_785_000_000_000)));
    let engine = open_at(&Arc::new(Memory::new()), &lines, clock.clone()).await;
    let machine = create_traced(&engine, &nested(), "STANDARD").await;
    let execution = start_traced(&engine, &machine, Some(HEADER)).await;
    let token = work(&engine, Some("Once")).await;
    // The retry is due; somebody has to come for that to be seen at once.
    clock.0.fetch_add(1000, Ordering::SeqCst);
    let late = SendTaskHeartbeatRequest::decode(&json!({"taskToken": token})).expect("a valid request");
    engine.send_task_heartbeat(late).await.expect_err("the attempt is over");
    work(&engine, None).await;
    work(&engine, None).await;
    closed(&engine, &execution).await;
    engine.shutdown().await.expect("it closes");
    expect![[r#"
        traced-STANDARD [~execution.arn=arn:aws:states:us-east-1:123456789012:execution:traced-STANDARD:e ~state_machine.arn=arn:aws:states:us-east-1:123456789012:stateMachine:traced-STANDARD ~execution.status=SUCCEEDED]
          Items [~state.name=Items ~state.type=Pass ~status=SUCCEEDED]
          Both [~state.name=Both ~state.type=Parallel ~status=SUCCEEDED]
            Each [~state.name=Each ~state.type=Map ~status=SUCCEEDED]
              Each iteration [~state.name=Each ~map.index=0 ~status=SUCCEEDED]
                Work [~state.name=Work ~state.type=Task ~state.retry_count=1 ~status=SUCCEEDED]
                  work [~activity.arn=arn:aws:states:us-east-1:123456789012:activity:work ~activity.worker=me ~status=FAILED error.type=Once] @started {"code":2,"message":"so it was"}
                  work [~activity.arn=arn:aws:states:us-east-1:123456789012:activity:work ~activity.worker=me ~status=SUCCEEDED] @started
              Each iteration [~state.name=Each ~map.index=1 ~status=SUCCEEDED]
                Work [~state.name=Work ~state.type=Task ~status=SUCCEEDED]
                  work [~activity.arn=arn:aws:states:us-east-1:123456789012:activity:work ~activity.worker=me ~status=SUCCEEDED] @started
            Wait [~state.name=Wait ~state.type=Wait ~status=SUCCEEDED]
            After [~state.name=After ~state.type=Pass ~status=SUCCEEDED]
          Mend [~state.name=Mend ~state.type=Choice ~status=SUCCEEDED]
          Done [~state.name=Done ~state.type=Succeed ~status=SUCCEEDED]
    "#]].assert_eq(&tree(&lines.text()));
    let spans: Vec<Value> = lines.text().lines().map(|line| json::parse(line).expect("JSON")).collect();
    assert!(spans.iter().all(|span| text(span, "traceId") == "5759e988bd862e3fe1be46a994272793"));
    let root = spans.last().expect("the execution ends last");
    assert_eq!(text(root, "parentSpanId"), "53995c3f42cd8ad8");
}

#[tokio::test]
async fn a_failure_ends_what_was_open_around_it() {
    let lines = Lines::default();
    let engine = open_tracing(&Arc::new(Memory::new()), &lines).await;
    let machine = create_traced(&engine, &nested(), "STANDARD").await;
    let execution = start_traced(&engine, &machine, None).await;
    work(&engine, Some("Bad")).await;
    closed(&engine, &execution).await;
    engine.shutdown().await.expect("it closes");
    expect![[r#"
        traced-STANDARD [~execution.arn=arn:aws:states:us-east-1:123456789012:execution:traced-STANDARD:e ~state_machine.arn=arn:aws:states:us-east-1:123456789012:stateMachine:traced-STANDARD ~execution.status=SUCCEEDED]
          Items [~state.name=Items ~state.type=Pass ~status=SUCCEEDED]
          Both [~state.name=Both ~state.type=Parallel ~status=CAUGHT_ERROR error.type=Bad]
            Each [~state.name=Each ~state.type=Map ~status=FAILED error.type=Bad] {"code":2,"message":"so it was"}
              Each iteration [~state.name=Each ~map.index=0 ~status=FAILED error.type=Bad] {"code":2,"message":"so it was"}
                Work [~state.name=Work ~state.type=Task ~status=FAILED error.type=Bad] {"code":2,"message":"so it was"}
                  work [~activity.arn=arn:aws:states:us-east-1:123456789012:activity:work ~activity.worker=me ~status=FAILED error.type=Bad] @started {"code":2,"message":"so it was"}
            Wait [~state.name=Wait ~state.type=Wait ~status=SUCCEEDED]
          Mend [~state.name=Mend ~state.type=Choice ~status=SUCCEEDED]
          Done [~state.name=Done ~state.type=Succeed ~status=SUCCEEDED]
    "#]].assert_eq(&tree(&lines.text()));
}

/// States within states that end well or badly, none of which waits.
struct Machines {
    random: u64,
    names: u64,
}

impl Machines {
    fn draw(&mut self, below: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % below
    }

    fn scope(&mut self, depth: u64) -> Value {
        let names: Vec<String> = (0..=self.draw(3)).map(|number| format!("S{}-{number}", self.names)).collect();
        self.names += 1;
        let mut states = ObjectBuilder::new();
        for (position, name) in names.iter().enumerate() {
            let mut state = ObjectBuilder::new();
            match self.draw(8) {
                0 | 6 if position + 1 == names.len() => drop(state.insert("Type", "Fail").insert("Error", "Random")),
                kind @ 1..=4 if depth > 0 => {
                    if kind % 2 == 0 {
                        state.insert("Type", "Parallel");
                        let branches: Vec<Value> = (0..=self.draw(3)).map(|_| self.scope(depth - 1)).collect();
                        state.insert("Branches", branches);
                    } else {
                        state.insert("Type", "Map").insert("Items", json!([1, 2]));
                        state.insert("MaxConcurrency", self.draw(3) as i64);
                        state.insert("ItemProcessor", self.scope(depth - 1));
                    }
                    // Only forwards, so that everything ends.
                    if position + 1 < names.len() && self.draw(2) == 0 {
                        let last = names.last().expect("there is one");
                        state.insert("Catch", json!([{"ErrorEquals": ["States.ALL"], "Next": last}]));
                    }
                }
                5 => drop(state.insert("Type", "Pass").insert("Output", "{% $nothing.such %}")),
                _ => drop(state.insert("Type", "Pass")),
            }
            let state = state.build();
            let ends = state.get("Type") == Some(&"Fail".into());
            let state = match names.get(position + 1) {
                _ if ends => state,
                Some(next) => state.with("Next", next.as_str().into()),
                None => state.with("End", true.into()),
            };
            states.insert(name.as_str(), state);
        }
        json!({"StartAt": (&*names[0]), "States": (states.build())})
    }
}

#[tokio::test]
async fn every_visit_of_any_machine_has_its_span() {
    let lines = Lines::default();
    let engine = open_tracing(&Arc::new(Memory::new()), &lines).await;
    let mut machines = Machines { random: 7, names: 0 };
    let mut executions = Vec::new();
    for number in 0..200 {
        let definition = machines.scope(3).as_object().expect("an object").with("QueryLanguage", "JSONata".into());
        let body = json!({"name": (format!("m{number}")), "definition": (Value::from(definition).to_string()),
            "roleArn": "arn:aws:iam::123456789012:role/test", "tracingConfiguration": {"enabled": true}});
        let request = CreateStateMachineRequest::decode(&body).expect("a valid request");
        let Ok(created) = engine.create_state_machine(request).await else { continue };
        let execution = start_traced(&engine, &created.state_machine_arn, None).await;
        closed(&engine, &execution).await;
        let entered = history(&engine, &execution).await.into_iter().filter_map(|event| {
            let details = event.get("stateEnteredEventDetails")?;
            let id = event.get("id").and_then(Value::as_i64).expect("an id");
            Some(format!("{id} {}", text(details, "name")))
        });
        executions.push((execution.rsplit(':').nth(1).expect("a machine").to_owned(), entered.collect::<Vec<_>>()));
    }
    engine.shutdown().await.expect("it closes");
    assert!(executions.len() > 150, "most definitions are valid");
    let all = lines.text();
    // Every trace of its own, the execution last.
    let mut visits = 0;
    for (machine, entered) in executions {
        let root = all.lines().find(|line| line.contains(&format!("\"name\":\"{machine}\""))).expect("it has a root");
        let trace = text(&json::parse(root).expect("JSON"), "traceId").to_owned();
        let of_trace: Vec<&str> = all.lines().filter(|line| line.contains(&trace)).collect();
        let shown = tree(&of_trace.join("\n"));
        assert!(shown.starts_with(&machine), "the execution is the only root: {shown}");
        assert_eq!(shown.lines().filter(|line| !line.starts_with(' ')).count(), 1, "{shown}");
        let spans = of_trace.iter().map(|line| json::parse(line).expect("JSON"));
        let states = spans.filter(|span| !attribute(span, "state.type").is_empty());
        let mut told: Vec<(u64, String)> = states
            .map(|span| {
                let id = attribute(&span, "event.id").chars().filter(char::is_ascii_digit).collect::<String>();
                (id.parse().expect("a number"), text(&span, "name").to_owned())
            })
            .collect();
        told.sort();
        let told: Vec<String> = told.into_iter().map(|(id, name)| format!("{id} {name}")).collect();
        assert_eq!(told, entered, "{shown}");
        visits += told.len();
    }
    assert!(visits > 1000, "{visits} states were visited");
}

#[tokio::test]
async fn restarts_and_redrives_lose_nothing() {
    let store = Arc::new(Memory::new());
    let lines = Lines::default();
    let engine = open_tracing(&store, &lines).await;
    let machine = create_traced(&engine, &nested(), "STANDARD").await;
    let execution = start_traced(&engine, &machine, None).await;
    work(&engine, None).await;
    wait_for(&lines, "Each iteration").await;
    assert!(!lines.text().contains(&execution), "the execution goes on");
    let engine = open_tracing(&store, &lines).await;
    work(&engine, Some("Worse")).await;
    closed(&engine, &execution).await;
    wait_for(&lines, &execution).await;
    let engine = open_tracing(&store, &lines).await;
    redrive(&engine, &execution).await;
    work(&engine, None).await;
    closed(&engine, &execution).await;
    engine.shutdown().await.expect("it closes");
    expect![[r#"
        traced-STANDARD [~execution.arn=arn:aws:states:us-east-1:123456789012:execution:traced-STANDARD:e ~state_machine.arn=arn:aws:states:us-east-1:123456789012:stateMachine:traced-STANDARD ~execution.status=FAILED error.type=Worse] {"code":2,"message":"so it was"}
          Items [~state.name=Items ~state.type=Pass ~status=SUCCEEDED]
          Both [~state.name=Both ~state.type=Parallel ~status=FAILED error.type=Worse] {"code":2,"message":"so it was"}
            Each [~state.name=Each ~state.type=Map ~status=FAILED error.type=Worse] {"code":2,"message":"so it was"}
              Each iteration [~state.name=Each ~map.index=0 ~status=SUCCEEDED]
                Work [~state.name=Work ~state.type=Task ~status=SUCCEEDED]
                  work [~activity.arn=arn:aws:states:us-east-1:123456789012:activity:work ~activity.worker=me ~status=SUCCEEDED] @started
              Each iteration [~state.name=Each ~map.index=1 ~status=FAILED error.type=Worse] {"code":2,"message":"so it was"}
                Work [~state.name=Work ~state.type=Task ~status=FAILED error.type=Worse] {"code":2,"message":"so it was"}
                  work [~activity.arn=arn:aws:states:us-east-1:123456789012:activity:work ~activity.worker=me ~status=FAILED error.type=Worse] @started {"code":2,"message":"so it was"}
            Wait [~state.name=Wait ~state.type=Wait ~status=SUCCEEDED]
        traced-STANDARD [~execution.arn=arn:aws:states:us-east-1:123456789012:execution:traced-STANDARD:e ~state_machine.arn=arn:aws:states:us-east-1:123456789012:stateMachine:traced-STANDARD ~execution.status=SUCCEEDED ~execution.redrive_count=1]
          Both [~state.name=Both ~state.type=Parallel ~status=SUCCEEDED]
            Each [~state.name=Each ~state.type=Map ~status=SUCCEEDED]
              Each iteration [~state.name=Each ~map.index=1 ~status=SUCCEEDED]
                Work [~state.name=Work ~state.type=Task ~status=SUCCEEDED]
                  work [~activity.arn=arn:aws:states:us-east-1:123456789012:activity:work ~activity.worker=me ~status=SUCCEEDED] @started
            After [~state.name=After ~state.type=Pass ~status=SUCCEEDED]
          Mend [~state.name=Mend ~state.type=Choice ~status=SUCCEEDED]
          Done [~state.name=Done ~state.type=Succeed ~status=SUCCEEDED]
    "#]].assert_eq(&tree(&lines.text()));
}

/// Answers with the trace header it was given.
struct Echo;

impl Performer for Echo {
    fn perform(&self, request: TaskRequest) -> PerformFuture {
        let header = request.trace_header.expect("the execution is traced");
        Box::pin(async move { Some(TaskOutcome::Succeeded { output: Payload::from_value(header.into()) }) })
    }
}

#[tokio::test]
async fn what_is_called_is_told_of_its_span() {
    let lines = Lines::default();
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    options.traces = Some(Box::new(lines.clone()));
    let engine = Engine::open(Arc::new(Memory::new()), Echo, options).await.expect("it opens");
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let task = json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": function, "TimeoutSeconds": 9, "End": true}}});
    let machine = create_traced(&engine, &task, "STANDARD").await;
    let execution = start_traced(&engine, &machine, Some(HEADER)).await;
    let given = output(&closed(&engine, &execution).await);
    engine.shutdown().await.expect("it closes");
    let spans: Vec<Value> = lines.text().lines().map(|line| json::parse(line).expect("JSON")).collect();
    let call = spans.iter().find(|span| text(span, "name") == "f").expect("a span of the call");
    let root = "Root=1-5759e988-bd862e3fe1be46a994272793";
    assert_eq!(given, format!("\"{root};Parent={};Sampled=1\"", text(call, "spanId")));
}

#[tokio::test]
async fn express_executions_are_told_of_and_nobody_is_who_does_not_want_it() {
    let lines = Lines::default();
    let engine = open_tracing(&Arc::new(Memory::new()), &lines).await;
    let fail = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "No", "Cause": "Way"}}});
    let plain = create(&engine, "plain", &fail).await;
    let untold = start(&engine, &plain, "e", &json!({})).await;
    closed(&engine, &untold).await;
    let standard = create_traced(&engine, &fail, "STANDARD").await;
    let refused = HEADER.replace("Sampled=1", "Sampled=0");
    let untold = start_traced(&engine, &standard, Some(&refused)).await;
    closed(&engine, &untold).await;
    let express = create_traced(&engine, &fail, "EXPRESS").await;
    let body = json!({"stateMachineArn": (&*express), "name": "e"});
    let request = StartSyncExecutionRequest::decode(&body).expect("a valid request");
    engine.start_sync_execution(request).await.expect("it runs");
    engine.shutdown().await.expect("it closes");
    let told = tree(&lines.text());
    let id = told.split("express:traced-EXPRESS:e:").nth(1).expect("an id").get(..36).expect("a UUID").to_owned();
    expect![[r#"
        traced-EXPRESS [~execution.arn=arn:aws:states:us-east-1:123456789012:express:traced-EXPRESS:e:ID ~state_machine.arn=arn:aws:states:us-east-1:123456789012:stateMachine:traced-EXPRESS ~execution.status=FAILED error.type=No] {"code":2,"message":"Way"}
          F [~state.name=F ~state.type=Fail ~status=FAILED error.type=No] {"code":2,"message":"Way"}
    "#]].assert_eq(&told.replace(&id, "ID"));
}
