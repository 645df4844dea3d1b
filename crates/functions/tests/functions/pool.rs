//! How many processes a function has, and for how long.

use std::collections::BTreeSet;
use std::time::Duration;

use json::Value;
use stepwell_functions::{FunctionConfig, Functions, InvokeError, InvokeRequest, Options};
use tokio::task::JoinSet;

use crate::fixture::{ended, functions, invoke, request, result, scripted, text};

async fn pid(functions: &Functions) -> i64 {
    pid_of(&result(functions, "{}").await)
}

fn pid_of(result: &Value) -> i64 {
    result.get("pid").and_then(Value::as_i64).expect("a pid")
}

#[tokio::test]
async fn a_process_serves_one_invocation_after_the_other() {
    let functions = functions(scripted());
    let first = pid(&functions).await;
    assert!(invoke(&functions, r#"{"do":"error","message":"no reason to end"}"#).await.is_ok());
    assert_eq!(pid(&functions).await, first);
    functions.shutdown().await;
}

#[tokio::test]
async fn invocations_beyond_the_concurrency_wait_their_turn() {
    let functions = functions(FunctionConfig { concurrency: 2, ..scripted() });
    let mut running = JoinSet::new();
    for _ in 0..6 {
        let functions = functions.clone();
        running.spawn(async move { pid_of(&result(&functions, r#"{"do":"sleep","seconds":0.1}"#).await) });
    }
    let pids: BTreeSet<i64> = running.join_all().await.into_iter().collect();
    assert_eq!(pids.len(), 2);
    functions.shutdown().await;
}

#[tokio::test]
async fn a_full_queue_throttles() {
    let functions = functions(FunctionConfig { concurrency: 1, ..scripted() });
    let mut running = JoinSet::new();
    for _ in 0..1_002 {
        let functions = functions.clone();
        running
            .spawn(async move { invoke(&functions, r#"{"do":"sleep","seconds":600}"#).await.expect_err("never done") });
    }
    // One runs, a thousand wait.
    let throttled = running.join_next().await.expect("one of them").expect("no panic");
    assert_eq!((throttled.exception(), throttled.status_code()), ("TooManyRequestsException", Some(429)));
    assert_eq!(throttled.message(), "Rate Exceeded.");
    functions.shutdown().await;
    for error in running.join_all().await {
        assert_eq!(error, InvokeError::ShuttingDown);
    }
}

#[tokio::test]
async fn a_process_that_died_between_invocations_is_replaced_unnoticed() {
    let functions = functions(scripted());
    let first = pid_of(&result(&functions, r#"{"then":"exit"}"#).await);
    for _ in 0..3 {
        assert_ne!(pid_of(&result(&functions, r#"{"then":"exit"}"#).await), first);
    }
    functions.shutdown().await;
}

#[tokio::test]
async fn idle_processes_end() {
    let functions = Functions::new(Options { idle_timeout: Duration::from_millis(50), ..Options::default() });
    functions.put(scripted());
    let first = pid(&functions).await;
    ended(first).await;
    assert_ne!(pid(&functions).await, first);
    functions.shutdown().await;
}

#[tokio::test]
async fn a_changed_function_gets_new_processes_and_its_running_invocations_finish() {
    let functions = functions(scripted());
    let first = pid(&functions).await;
    functions.set(vec![scripted()]);
    assert_eq!(pid(&functions).await, first, "nothing changed");

    let slow = {
        let functions = functions.clone();
        tokio::spawn(async move { pid_of(&result(&functions, r#"{"do":"sleep","seconds":0.5}"#).await) })
    };
    // The invocation has begun once it shows in the log.
    while functions.recent_logs("f").last().is_none_or(|line| &*line.text != "begun") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let changed = FunctionConfig { memory_mb: 1_024, ..scripted() };
    functions.set(vec![changed]);
    assert_ne!(pid(&functions).await, first);
    assert_eq!(slow.await.expect("finished"), first);
    ended(first).await;

    functions.set(Vec::new());
    assert!(matches!(invoke(&functions, "{}").await, Err(InvokeError::NotFound { .. })));
    functions.shutdown().await;
}

#[tokio::test]
async fn restart_runs_the_program_anew() {
    let functions = functions(scripted());
    let first = pid(&functions).await;
    functions.restart("f");
    assert_ne!(pid(&functions).await, first);
    ended(first).await;
    functions.shutdown().await;
}

#[tokio::test]
async fn an_invocation_outlives_a_caller_that_gives_up() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("written");
    let functions = functions(scripted());
    let payload = format!(r#"{{"do":"write","seconds":0.2,"path":{:?}}}"#, path.display().to_string());
    let given_up = tokio::time::timeout(Duration::from_millis(20), invoke(&functions, &payload)).await;
    assert!(given_up.is_err());
    written(&path).await;
    functions.shutdown().await;
}

#[tokio::test]
async fn an_event_is_accepted_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("written");
    let functions = functions(scripted());
    let payload = format!(r#"{{"do":"write","path":{:?}}}"#, path.display().to_string());
    let response = functions.invoke(InvokeRequest { event: true, ..request(&payload) }).await.expect("accepted");
    assert_eq!((response.status_code, text(&response).as_str()), (202, ""));
    written(&path).await;
    functions.shutdown().await;
}

async fn written(path: &std::path::Path) {
    for _ in 0..500 {
        if path.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the function did not finish");
}
