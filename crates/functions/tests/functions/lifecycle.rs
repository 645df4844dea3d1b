//! No process survives its server.

use std::process::Stdio;
use std::time::Duration;

use json::Value;
use stepwell_functions::{FunctionConfig, InvokeError};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::fixture::{ended, functions, invoke, is_running, result, scripted};

#[tokio::test]
async fn a_timeout_ends_the_process_and_what_it_started() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("pids");
    let functions = functions(FunctionConfig { timeout: Duration::from_secs(1), ..scripted() });
    invoke(&functions, &hang_with_child(&path)).await.expect("accepted");
    for pid in pids(&path) {
        ended(pid).await;
    }
    functions.shutdown().await;
}

#[tokio::test]
async fn shutdown_ends_idle_and_working_processes() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("pids");
    let functions = functions(scripted());
    let idle = result(&functions, r#"{"do":"child"}"#).await;
    let working = {
        let (functions, payload) = (functions.clone(), hang_with_child(&path));
        tokio::spawn(async move { invoke(&functions, &payload).await })
    };
    while pids(&path).len() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    functions.shutdown().await;
    assert_eq!(working.await.expect("no panic").expect_err("ended"), InvokeError::ShuttingDown);
    assert_eq!(invoke(&functions, "{}").await.expect_err("ended"), InvokeError::ShuttingDown);
    for pid in pids(&path)
        .into_iter()
        .chain(["pid", "child"].map(|name| idle.get(name).and_then(Value::as_i64).expect("a pid")))
    {
        ended(pid).await;
    }
}

#[tokio::test]
async fn a_killed_server_leaves_no_process_behind() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("pids");
    // This test binary again, as a server of its own.
    let mut server = tokio::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "lifecycle::server_to_be_killed", "--nocapture"])
        .env("STEPWELL_TEST_PIDS", &path)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(server.stdout.take().expect("piped")).lines();
    while pids(&path).len() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let idle = loop {
        let line = lines.next_line().await.expect("readable").expect("a line with the pids");
        if let Some((_, pid)) = line.split_once("idle ") {
            break pid.parse::<i64>().expect("a pid");
        }
    };
    let running: Vec<i64> = pids(&path).into_iter().chain([idle]).collect();
    assert!(running.iter().all(|pid| is_running(*pid)));
    // SIGKILL: no destructor runs.
    server.kill().await.expect("killed");
    for pid in running {
        ended(pid).await;
    }
}

/// Not a test by itself: the server of the test above, which starts it.
#[expect(clippy::print_stdout, reason = "the test above reads it")]
#[tokio::test]
async fn server_to_be_killed() {
    let Some(path) = std::env::var_os("STEPWELL_TEST_PIDS") else { return };
    let functions = functions(scripted());
    let hanging = {
        let (functions, payload) = (functions.clone(), hang_with_child(path.as_ref()));
        tokio::spawn(async move { invoke(&functions, &payload).await })
    };
    while pids(path.as_ref()).len() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let idle = result(&functions, "{}").await;
    println!("idle {}", idle.get("pid").and_then(Value::as_i64).expect("a pid"));
    let _ = hanging.await;
}

fn hang_with_child(path: &std::path::Path) -> String {
    format!(r#"{{"do":"hang_with_child","path":{:?}}}"#, path.display().to_string())
}

fn pids(path: &std::path::Path) -> Vec<i64> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
