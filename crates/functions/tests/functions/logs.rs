//! What functions write.

use stepwell_functions::{InvokeRequest, LogStream};

use crate::fixture::{failure, functions, invoke, request, result, scripted};

#[tokio::test]
async fn lines_are_kept_with_their_invocation() {
    let functions = functions(scripted());
    let mut feed = functions.subscribe_logs();
    let request = InvokeRequest { log_tail: true, ..request(r#"{"do":"print","text":"garbage: {[\u0000"}"#) };
    let id = request.request_id.clone();
    let response = functions.invoke(request).await.expect("accepted");

    let lines = functions.recent_logs("f");
    let seen: Vec<_> = lines.iter().map(|line| (line.request_id.as_deref(), line.stream, &*line.text)).collect();
    assert!(seen.contains(&(None, LogStream::Stdout, "ready")), "{seen:?}");
    assert!(seen.contains(&(Some(&id), LogStream::Stdout, "garbage: {[\0")), "{seen:?}");
    assert!(seen.contains(&(Some(&id), LogStream::Stderr, "to stderr")), "{seen:?}");
    assert_eq!(feed.try_recv().expect("a line"), lines[0]);

    let tail = String::from_utf8(response.log_tail.expect("asked for")).expect("UTF-8");
    let tail: Vec<&str> = tail.lines().collect();
    assert_eq!(tail[0], format!("START RequestId: {id} Version: $LATEST"));
    assert!(tail.contains(&"garbage: {[\0") && tail.contains(&"to stderr") && !tail.contains(&"ready"), "{tail:?}");
    assert!(tail[4].starts_with(&format!("REPORT RequestId: {id}\tDuration: ")), "{tail:?}");
    functions.shutdown().await;
}

#[tokio::test]
async fn a_chatty_function_costs_a_fixed_amount_of_memory() {
    let functions = functions(scripted());
    let long = "x".repeat(40_000);
    result(&functions, &format!(r#"{{"do":"print","text":"{long}","times":500}}"#)).await;
    result(&functions, r#"{"do":"print","text":"y","times":50000}"#).await;
    let request =
        InvokeRequest { log_tail: true, ..request(&format!(r#"{{"do":"print","text":"{long}","times":2}}"#)) };
    let response = functions.invoke(request).await.expect("accepted");
    assert!(response.log_tail.expect("asked for").len() <= 4_096);
    let lines = functions.recent_logs("f");
    assert!(lines.len() <= 1_000);
    let cut = lines.iter().find(|line| line.text.starts_with('x')).expect("the long line");
    assert_eq!(&cut.text[16_384..], "… (23616 more bytes)");
    functions.shutdown().await;
}

#[tokio::test]
async fn the_last_words_of_a_crashed_process_are_kept() {
    let functions = functions(scripted());
    invoke(&functions, r#"{"do":"print","text":"before"}"#).await.expect("accepted");
    failure(&functions, r#"{"do":"write","path":"/no-such-directory/file"}"#).await;
    let lines: Vec<String> = functions.recent_logs("f").iter().map(|line| line.text.to_string()).collect();
    assert!(lines.iter().any(|line| line.starts_with("FileNotFoundError")), "{lines:?}");
    assert!(lines.last().expect("lines").ends_with("Runtime exited with error: exit status 1"), "{lines:?}");
    functions.shutdown().await;
}
