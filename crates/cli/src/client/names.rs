//! What is meant by what was written: an ARN, or a name where only one thing can be meant.

use super::{CallError, Client, execution, text};
use anyhow::{anyhow, bail};
use api::Operation;
use json::{Object, Value};

/// Machines that are looked through for the execution of a name.
const SEARCHED_MAX: usize = 100;
/// Hexadecimal digits of a waiting task's id.
const TASK_ID_MAX: usize = 16;
/// Names told when none is right.
const TOLD_MAX: usize = 10;

impl Client {
    /// The ARN of a state machine, or of its version or alias: `ARN`, `NAME` or `NAME:QUALIFIER`, each perhaps with `#TEST_CASE` behind it.
    pub(crate) async fn state_machine(&self, written: &str) -> anyhow::Result<String> {
        if written.starts_with("arn:") {
            return Ok(written.to_owned());
        }
        if let Some((written, test_case)) = written.split_once('#') {
            let machine = Box::pin(self.state_machine(written)).await?;
            return Ok(format!("{machine}#{test_case}"));
        }
        let (name, qualifier) = written.split_once(':').map_or((written, None), |(name, rest)| (name, Some(rest)));
        let machines = self.state_machines().await?;
        match machines.iter().find(|machine| text(machine, "name") == name) {
            Some(machine) => {
                let arn = text(machine, "stateMachineArn");
                Ok(qualifier.map_or_else(|| arn.to_owned(), |qualifier| format!("{arn}:{qualifier}")))
            }
            None => Err(missing(name, &machines)),
        }
    }

    /// The ARN of an execution: `ARN`, `MACHINE:NAME`, or `NAME` if only one state machine has such an execution.
    pub(crate) async fn execution(&self, written: &str) -> anyhow::Result<String> {
        if written.starts_with("arn:") {
            return Ok(written.to_owned());
        }
        if let Some((machine, name)) = written.split_once(':') {
            return Ok(of_machine(&self.state_machine(machine).await?, name));
        }
        match &self.executions_named(written).await?[..] {
            [] => bail!("there is no execution '{written}'; write MACHINE:NAME or an ARN"),
            [one] => Ok(one.clone()),
            several => {
                let told: Vec<String> = several.iter().map(|arn| short(arn)).collect();
                bail!("'{written}' may be any of {}", told.join(", "))
            }
        }
    }

    /// The ARNs of all executions of this name.
    pub(crate) async fn executions_named(&self, name: &str) -> anyhow::Result<Vec<String>> {
        let machines = self.state_machines().await?;
        let standard: Vec<&Value> = machines.iter().filter(|machine| text(machine, "type") != "EXPRESS").collect();
        if standard.len() > SEARCHED_MAX {
            bail!("there are {} state machines to look through; write MACHINE:NAME or an ARN", standard.len());
        }
        let mut found = Vec::new();
        for machine in standard {
            let arn = of_machine(text(machine, "stateMachineArn"), name);
            match self.call(Operation::DescribeExecution, &execution(&arn)).await {
                Ok(_) => found.push(arn),
                Err(error @ CallError::NoAnswer { .. }) => return Err(error.into()),
                Err(error) if error.is("ExecutionDoesNotExist") || error.is("InvalidArn") => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }

    /// All state machines, by name.
    pub(crate) async fn state_machines(&self) -> anyhow::Result<Vec<Value>> {
        let listed = self.list(Operation::ListStateMachines, &Object::new(), "stateMachines", usize::MAX).await?;
        Ok(listed.0)
    }
}

impl Client {
    /// A task's token: the token itself, or what only one task that waits can be meant by: the beginning of its id, or its execution, written
    /// with a colon.
    pub(crate) async fn task_token(&self, written: &str) -> anyhow::Result<String> {
        let is_id = (1..=TASK_ID_MAX).contains(&written.len()) && written.bytes().all(|byte| byte.is_ascii_hexdigit());
        let execution = if written.contains(':') { Some(self.execution(written).await?) } else { None };
        let meant = match &execution {
            Some(execution) => ("execution", &**execution),
            None if is_id => ("id", written),
            None => return Ok(written.to_owned()),
        };
        let mut found: Vec<Value> = Vec::new();
        let mut cursor = String::new();
        while found.len() < 2 {
            let page = self.console("tasks", &[meant, ("limit", "2"), ("cursor", &cursor)]).await?;
            found.extend(page.get("items").and_then(Value::as_array).into_iter().flat_map(|page| page.iter()).cloned());
            match page.get("next").and_then(Value::as_str) {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        match (&found[..], &execution) {
            ([], Some(execution)) => bail!("no task of {} waits for an answer", short(execution)),
            ([], None) => bail!("no task that waits for an answer has an id that begins with '{written}'"),
            ([task], _) if text(task, "token").is_empty() => bail!(
                "no worker has taken the task of state '{}' of {} yet: it has no token to answer it with",
                text(task, "stateName"),
                short(text(task, "executionArn"))
            ),
            ([task], _) => Ok(text(task, "token").to_owned()),
            ([..], _) => bail!("'{written}' may be any of several tasks; `stepwell tasks` shows their ids"),
        }
    }
}

/// An execution of a machine, a version or an alias.
pub(crate) fn of_machine(machine_arn: &str, name: &str) -> String {
    let plain = machine_arn.split(':').take(7).collect::<Vec<_>>().join(":");
    format!("{}:{name}", plain.replacen(":stateMachine:", ":execution:", 1))
}

/// `MACHINE:NAME` of an execution's ARN, as it can be written.
pub(crate) fn short(execution_arn: &str) -> String {
    execution_arn.splitn(7, ':').nth(6).unwrap_or(execution_arn).to_owned()
}

fn missing(name: &str, machines: &[Value]) -> anyhow::Error {
    let names: Vec<&str> = machines.iter().map(|machine| text(machine, "name")).take(TOLD_MAX).collect();
    let more = if machines.len() > TOLD_MAX { ", …" } else { "" };
    match names.is_empty() {
        true => anyhow!("there is no state machine '{name}', nor any other"),
        false => anyhow!("there is no state machine '{name}'; there are {}{more}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_is_of_the_machine_itself() {
        let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
        let execution = "arn:aws:states:us-east-1:123456789012:execution:m:e";
        for qualified in [machine.to_owned(), format!("{machine}:1"), format!("{machine}:PROD")] {
            assert_eq!(of_machine(&qualified, "e"), execution);
        }
        assert_eq!(short(execution), "m:e");
    }
}
