//! The state machines of the loads.

use crate::client::Client;
use crate::node::{chain, input, state_machine_arn};
use anyhow::Context;
use bytes::Bytes;
use json::{Value, json};

/// A state machine of so many Pass states, one after the other.
pub(crate) struct Machine {
    /// The body of a StartExecution of it, with an input of 200 bytes.
    pub(crate) start: Bytes,
    pub(crate) states: u32,
    arn: String,
}

impl Machine {
    pub(crate) async fn create(client: &mut Client, states: u32) -> anyhow::Result<Machine> {
        Machine::of_type(client, states, "STANDARD").await
    }

    pub(crate) async fn create_express(client: &mut Client, states: u32) -> anyhow::Result<Machine> {
        Machine::of_type(client, states, "EXPRESS").await
    }

    async fn of_type(client: &mut Client, states: u32, kind: &str) -> anyhow::Result<Machine> {
        let name = format!("{}-pass-{states}", kind.to_lowercase());
        let request = json!({
            "name": (name.as_str()),
            "type": kind,
            "roleArn": "arn:aws:iam::123456789012:role/bench",
            "definition": (chain(states as usize, &json!({"Type": "Pass"})).to_string())
        });
        let reply = client.ask("AWSStepFunctions.CreateStateMachine", &request).await?;
        let arn = reply.get("stateMachineArn").and_then(Value::as_str).context("no ARN came back")?.to_owned();
        Ok(Machine { start: start_of(&name), states, arn })
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

/// The body of a StartExecution of the machine of that name.
pub(crate) fn start_of(name: &str) -> Bytes {
    json!({"stateMachineArn": (state_machine_arn(name)), "input": (input())}).to_string().into()
}
