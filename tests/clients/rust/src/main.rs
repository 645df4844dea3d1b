//! The main operations through `aws-sdk-sfn`, each call and paginator as a user writes it.
//!
//! Argument: the endpoint. Prints `done` when everything was as it should be. The SDK puts `sync-` before the host for StartSyncExecution and
//! TestState; no name server knows such a host on loopback, so the endpoint is its own proxy: requests come to it with the name they were
//! meant for.

use aws_sdk_sfn::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sfn::error::ProvideErrorMetadata;
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::types::{ExecutionStatus, StateMachineType, SyncExecutionStatus, Tag, TestExecutionStatus};
use aws_sdk_sfn::{Client, Config};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder, Connector};
use std::error::Error;
use std::time::Duration;

const ROLE: &str = "arn:aws:iam::123456789012:role/test";
const PASS: &str = r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#;
const FAIL: &str = r#"{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Never"}}}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = std::env::args().nth(1).ok_or("the endpoint is missing")?;
    let proxy = ProxyConfig::http(endpoint.clone())?;
    let http = Builder::new()
        .build_with_connector_fn(move |_, _| Connector::builder().proxy_config(proxy.clone()).build_http());
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "the test"))
        .endpoint_url(endpoint)
        .http_client(http)
        .build();
    let client = Client::from_conf(config);
    standard(&client).await?;
    failures(&client).await?;
    express(&client).await?;
    println!("done");
    Ok(())
}

async fn ended(client: &Client, execution: &str) -> Result<DescribeExecutionOutput, Box<dyn Error>> {
    loop {
        let description = client.describe_execution().execution_arn(execution).send().await?;
        if *description.status() != ExecutionStatus::Running {
            return Ok(description);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn standard(client: &Client) -> Result<(), Box<dyn Error>> {
    let team = Tag::builder().key("team").value("water").build();
    let create = client.create_state_machine().name("standard").definition(PASS).role_arn(ROLE).tags(team.clone());
    let created = create.send().await?;
    let machine = created.state_machine_arn();
    let described = client.describe_state_machine().state_machine_arn(machine).send().await?;
    assert_eq!((described.definition(), described.creation_date()), (PASS, created.creation_date()));
    let tags = client.list_tags_for_resource().resource_arn(machine).send().await?;
    assert_eq!(tags.tags(), [team]);

    let started = client.start_execution().state_machine_arn(machine).name("one").input("[1]").send().await?;
    let execution = started.execution_arn();
    let description = ended(client, execution).await?;
    assert_eq!((description.status(), description.output()), (&ExecutionStatus::Succeeded, Some("[1]")));
    let mut pages = client.get_execution_history().execution_arn(execution).max_results(3).into_paginator().send();
    let mut types = Vec::new();
    while let Some(page) = pages.next().await {
        types.extend(page?.events().iter().map(|event| event.r#type().as_str().to_owned()));
    }
    assert_eq!(types, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
    client.start_execution().state_machine_arn(machine).name("two").send().await?;
    let listed = client.list_executions().state_machine_arn(machine).into_paginator().page_size(1).items().send();
    let mut names: Vec<String> = Vec::new();
    for execution in listed.collect::<Result<Vec<_>, _>>().await? {
        names.push(execution.name().to_owned());
    }
    names.sort();
    assert_eq!(names, ["one", "two"]);

    let again = client.start_execution().state_machine_arn(machine).name("one").send().await;
    let again = again.expect_err("the name is taken").into_service_error();
    assert!(again.is_execution_already_exists(), "{again:?}");
    let version = client.publish_state_machine_version().state_machine_arn(machine).send().await?;
    assert_eq!(version.state_machine_version_arn(), format!("{machine}:1"));
    client.update_state_machine().state_machine_arn(machine).definition(FAIL).send().await?;
    Ok(())
}

async fn failures(client: &Client) -> Result<(), Box<dyn Error>> {
    let created = client.create_state_machine().name("fails").definition(FAIL).role_arn(ROLE).send().await?;
    let machine = created.state_machine_arn();
    let started = client.start_execution().state_machine_arn(machine).send().await?;
    assert_eq!(ended(client, started.execution_arn()).await?.error(), Some("Never"));
    client.redrive_execution().execution_arn(started.execution_arn()).send().await?;
    assert_eq!(ended(client, started.execution_arn()).await?.redrive_count(), Some(1));
    let missing = "arn:aws:states:us-east-1:123456789012:mapRun:fails/l:00000000-0000-4000-8000-000000000000";
    let missing = client.describe_map_run().map_run_arn(missing).send().await;
    let missing = missing.expect_err("there is no Map Run").into_service_error();
    assert!(missing.is_resource_not_found(), "{missing:?}");
    let too_many = client.list_state_machines().max_results(1001).send().await;
    let too_many = too_many.expect_err("more than may be").into_service_error();
    assert_eq!(too_many.code(), Some("ValidationException"));
    Ok(())
}

async fn express(client: &Client) -> Result<(), Box<dyn Error>> {
    let create = client.create_state_machine().name("express").definition(PASS).role_arn(ROLE);
    let created = create.r#type(StateMachineType::Express).send().await?;
    let machine = created.state_machine_arn();
    let ran = client.start_sync_execution().state_machine_arn(machine).input("[2]").send().await?;
    assert_eq!((ran.status(), ran.output()), (&SyncExecutionStatus::Succeeded, Some("[2]")));
    let tested = client.test_state().definition(r#"{"Type":"Succeed"}"#).input("[3]").send().await?;
    assert_eq!((tested.status(), tested.output()), (Some(&TestExecutionStatus::Succeeded), Some("[3]")));
    let listed = client.list_state_machines().into_paginator().page_size(1).items().send();
    for machine in listed.collect::<Result<Vec<_>, _>>().await? {
        client.delete_state_machine().state_machine_arn(machine.state_machine_arn()).send().await?;
    }
    assert!(client.list_state_machines().send().await?.state_machines().is_empty());
    Ok(())
}
