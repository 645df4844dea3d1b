//! The state machines of the loads.

use crate::client::Client;
use anyhow::Context;
use bytes::Bytes;
use json::{ObjectBuilder, Value, json};

/// A state machine of so many Pass states, one after the other.
pub(crate) struct Machine {
    /// The body of a StartExecution of it, with a small input.
    pub(crate) start: Bytes,
    pub(crate) states: u32,
    arn: String,
}

impl Machine {
    pub(crate) async fn create(client: &mut Client, states: u32) -> anyhow::Result<Machine> {
        let request = json!({
            "name": (format!("pass-{states}")),
            "roleArn": "arn:aws:iam::123456789012:role/bench",
            "definition": (definition(states).to_string())
        });
        let reply = client.ask("AWSStepFunctions.CreateStateMachine", &request).await?;
        let arn = reply.get("stateMachineArn").and_then(Value::as_str).context("no ARN came back")?.to_owned();
        let start =
            json!({"stateMachineArn": (arn.clone()), "input": "{\"order\":{\"id\":\"o-1\",\"items\":[1,2,3]}}"});
        Ok(Machine { start: start.to_string().into(), states, arn })
    }

    /// Waits until no execution of it runs any more.
    pub(crate) async fn wait_until_all_closed(&self, client: &mut Client) -> anyhow::Result<()> {
        let request = json!({"stateMachineArn": (self.arn.clone()), "statusFilter": "RUNNING", "maxResults": 1});
        loop {
            let reply = client.ask("AWSStepFunctions.ListExecutions", &request).await?;
            let running = reply.get("executions").and_then(Value::as_array).context("no list came back")?;
            if running.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

fn definition(states: u32) -> Value {
    let mut all = ObjectBuilder::new();
    for number in 1..=states {
        let (name, next) = (format!("Pass {number}"), format!("Pass {}", number + 1));
        let state =
            if number == states { json!({"Type": "Pass", "End": true}) } else { json!({"Type": "Pass", "Next": next}) };
        all.insert(name, state);
    }
    json!({"StartAt": "Pass 1", "States": (all.build())})
}
