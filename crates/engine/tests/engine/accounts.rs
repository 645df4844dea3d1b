//! Two accounts with the same names in one store: each finds its own again after a restart, and the check finds nothing amiss. What one sees of the
//! other, over HTTP, is in `conformance/cases/api/accounts.md`.

use crate::support::*;
use api::*;
use json::json;
use std::sync::Arc;
use stepwell_engine::check::{CheckOptions, check};
use stepwell_engine::{Engine, Settings, registry::Identity};
use store::{Memory, Store};

const OTHER: &str = "210987654321";

async fn names(engine: &Engine) -> Vec<String> {
    let request = ListStateMachinesRequest::decode(&json!({})).expect("a valid request");
    let listed = engine.list_state_machines(request).await.expect("it can be listed");
    listed.state_machines.iter().map(|machine| machine.state_machine_arn.to_string()).collect()
}

#[tokio::test]
async fn each_account_finds_its_own_again() {
    let store = Arc::new(Memory::new());
    let home = open(&store).await;
    let other = home.in_account(OTHER);
    let says = |text: &str| json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": text, "End": true}}});
    let mut executions = Vec::new();
    for (engine, text) in [(&home, "home"), (&other, "other")] {
        let machine = create(engine, "same", &says(text)).await;
        assert_eq!(machine, format!("arn:aws:states:us-east-1:{}:stateMachine:same", engine.account()));
        let execution = start(engine, &machine, "same", &json!({})).await;
        assert_eq!(output(&closed(engine, &execution).await), format!("\"{text}\""));
        executions.push(execution);
    }
    home.shutdown().await.expect("the store closes");

    let store = Arc::new(store.reopen());
    let home = open(&store).await;
    let other = home.in_account(OTHER);
    for (engine, execution, text) in [(&home, &executions[0], "home"), (&other, &executions[1], "other")] {
        assert_eq!(output(&describe(engine, execution).await), format!("\"{text}\""));
        assert_eq!(names(engine).await, [format!("arn:aws:states:us-east-1:{}:stateMachine:same", engine.account())]);
        assert_eq!(history(engine, execution).await.len(), 4);
    }
    assert!(names(&home.in_account("000000000000")).await.is_empty());
    home.shutdown().await.expect("the store closes");

    let store: Arc<dyn Store> = Arc::new(store.reopen());
    let identity = Identity::new("aws", "us-east-1", ACCOUNT);
    let options = CheckOptions { identity, settings: Settings::default(), replays: true };
    let mut findings = Vec::new();
    let checked = check(store, &options, &mut |finding| findings.push(finding.what)).await;
    assert_eq!((checked.expect("it can be read").executions, findings), (2, Vec::<String>::new()));
}
