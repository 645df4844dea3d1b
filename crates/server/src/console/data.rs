//! What a visit worked with, step by step, as the history says it; and a whole history to take away.

use super::execution::{name_of, no_visit, number};
use super::failure::Failure;
use super::payload::{Payload, reference};
use super::shape::{Shape, shapes};
use super::stages::{self, Known};
use super::subject::{CHUNK, Subject};
use super::{Answer, Console};
use crate::function_logs::FunctionLine;
use engine::HistoryEventDetails as Details;
use json::{Value, json, write_value};
use std::collections::HashSet;
use std::sync::Arc;

/// Bytes of a history that is taken away.
const EXPORT_BYTES_MAX: usize = 64 << 20;

/// Attempts, the last ones, whose lines are looked for.
const LOGGED_MAX: usize = 10;

shapes! {
    /// What a visit worked with.
    struct VisitData {
        /// The visit.
        visit: String,
        /// What came in, what each field made of it, what was sent, came back and went out, in the order of work. What the history does not have is
        /// worked out once more, and left out if that does not end as it did.
        steps: Vec<Step>,
        /// The variables that its state saw, as an object.
        variables_before: Payload,
        /// Those after it was left; null until then.
        variables_after: Option<Payload>,
        /// What its function wrote while it was at work, the last lines of each attempt; null if there is no function, or nothing is kept of it.
        logs: Option<Vec<Arc<str>>>,
    }

    /// A step of a visit's data.
    struct Step {
        /// `input`, `afterInputPath`, `items`, `afterItemSelector` (of the first item), `afterParameters` or `arguments` (of the last attempt),
        /// `result` (what came back), `afterResultSelector`, `afterResultPath` or `output`.
        name: &'static str,
        /// The event that has it; null if it was worked out.
        event_id: Option<u64>,
        /// The field of the definition that made it.
        expression: Option<Value>,
        /// The data.
        payload: Payload,
    }
}

/// The order of work.
const ORDER: [&str; 10] = [
    "input",
    "afterInputPath",
    "items",
    "afterItemSelector",
    "afterParameters",
    "arguments",
    "result",
    "afterResultSelector",
    "afterResultPath",
    "output",
];

/// What the names of members begin with that no event has.
const STAGE: &str = "stage:";

impl Console {
    /// The text of a step that no event has.
    pub(super) async fn stage(&self, subject: &Subject, visit: u64, member: &str) -> Result<Option<Arc<str>>, Failure> {
        let Some(name) = member.strip_prefix(STAGE) else { return Ok(None) };
        let known = self.told(subject, |told| Some(Known::of(&told.story, told.story.visit_of_entry(visit)?)));
        let Some(known) = known.await? else { return Ok(None) };
        let state = stages::state_of(&subject.about.definition, known.name());
        let stages = self.stages(subject, &known, state.as_ref()).await?;
        Ok(stages.into_iter().find(|stage| stage.name == name).map(|stage| stage.payload.text().clone()))
    }

    /// `GET executions/{arn}/visits/{id}/data`
    pub(super) async fn data(&self, arn: &str, id: &str) -> Result<VisitData, Failure> {
        let id = number(id)?;
        let subject = self.subject(arn).await?;
        let arn = &subject.row.arn;
        let found = self.told(&subject, |told| {
            let visit = told.story.visit_of_entry(id)?;
            let found = &told.story.visits()[visit];
            let attempts: Vec<(u64, u64)> = found.attempts.iter().map(|attempt| attempt.events).collect();
            let before = told.story.variables(found.lane, id);
            let after = found.exit_event().map(|event| (event, told.story.variables(found.lane, event + 1)));
            Some((name_of(&told.story, visit), attempts, before, after, Known::of(&told.story, visit)))
        });
        let (visit, attempts, before, after, known) = found.await?.ok_or_else(|| no_visit(id))?;
        let mut events = vec![subject.event(id).await?];
        if let Some(&(first, last)) = attempts.last() {
            events.push(subject.event(first).await?);
            if last > first {
                events.push(subject.event(last).await?);
            }
        }
        if let Some((event, _)) = &after {
            events.push(subject.event(*event).await?);
        }
        let state = stages::state_of(&subject.about.definition, known.name());
        let state = state.as_ref();
        let sent =
            if state.is_some_and(|state| state.contains_key("Parameters")) { "afterParameters" } else { "arguments" };
        let step = |event: &engine::HistoryEvent| {
            let payload = event.details.payload()?;
            let (name, member, fields): (_, _, &[&str]) = match &event.details {
                Details::StateEntered { .. } => ("input", "input", &[]),
                Details::StateExited { .. } => ("output", "output", &["Output", "OutputPath"]),
                Details::TaskScheduled { .. } => (sent, "parameters", &["Parameters", "Arguments"]),
                Details::LambdaFunctionScheduled { .. } | Details::ActivityScheduled { .. } => {
                    (sent, "input", &["Parameters", "Arguments"])
                }
                _ => ("result", "output", &[]),
            };
            // What was imported without its data has none.
            super::events::details(&subject.shown(event)).filter(|details| details.contains_key(member))?;
            let payload = Payload::new(payload.text(), || reference(arn, event.id, member));
            Some(Step { name, event_id: Some(event.id), expression: stages::field(state, fields), payload })
        };
        let mut steps: Vec<Step> = events.iter().filter_map(step).collect();
        for stage in self.stages(&subject, &known, state).await? {
            if !steps.iter().any(|step| step.name == stage.name) {
                let member = format!("{STAGE}{}", stage.name);
                let payload = Payload::new(stage.payload.text(), || reference(arn, id, &member));
                steps.push(Step { name: stage.name, event_id: None, expression: stage.expression, payload });
            }
        }
        steps.sort_by_key(|step| ORDER.iter().position(|name| *name == step.name));
        let logs = self.lines(&subject, &attempts, events.get(1));
        let variables = |variables: json::Object, event: u64| {
            let text: Arc<str> = Value::from(variables).to_string().into();
            Payload::new(&text, || reference(arn, event, "variables"))
        };
        Ok(VisitData {
            visit,
            steps,
            variables_before: variables(before, id),
            variables_after: after.map(|(event, after)| variables(after, event)),
            logs,
        })
    }

    /// What the function of a visit wrote in its attempts. `scheduled` is the event of one of them.
    fn lines(
        &self,
        subject: &Subject,
        attempts: &[(u64, u64)],
        scheduled: Option<&engine::HistoryEvent>,
    ) -> Option<Vec<Arc<str>>> {
        let recent = self.function_logs.as_ref()?.recent(function(&scheduled?.details)?);
        let known: HashSet<&str> = recent.iter().filter_map(|(invocation, _)| invocation.as_deref()).collect();
        if known.is_empty() {
            return None;
        }
        let attempts = &attempts[attempts.len().saturating_sub(LOGGED_MAX)..];
        let ids: Vec<String> =
            attempts.iter().filter_map(|(scheduled, _)| subject.invocation(*scheduled, &known)).collect();
        let of = |id: &String| {
            let own = recent.iter().filter(|(of, _)| of.as_deref() == Some(id));
            own.map(|(_, text): &FunctionLine| text.clone()).collect::<Vec<_>>()
        };
        let lines: Vec<Arc<str>> = ids.iter().flat_map(of).collect();
        Some(lines).filter(|lines| !lines.is_empty())
    }

    /// `GET executions/{arn}/export`: what GetExecutionHistory would say, all of it, with the definition.
    pub(super) async fn export(&self, arn: &str) -> Answer {
        let subject = self.subject(arn).await?;
        let mut text =
            json!({"executionArn": (&subject.row.arn), "stateMachineArn": (&subject.about.machine_arn)}).to_string();
        text.pop();
        text.push_str(",\"definition\":");
        subject.about.definition.write(&mut text);
        text.push_str(",\"events\":[");
        let mut next = 1;
        while next <= subject.last_event {
            let events = subject.forward(next, CHUNK).await?;
            let Some(last) = events.last() else { break };
            for event in &events {
                if event.id > 1 {
                    text.push(',');
                }
                write_value(&subject.shown(event), &mut text);
                if text.len() > EXPORT_BYTES_MAX {
                    let message = "The history is longer than 64 MiB: take it with GetExecutionHistory, page by page";
                    return Err(Failure::too_large(message));
                }
            }
            next = last.id + 1;
        }
        text.push_str("]}");
        Ok(text)
    }
}

/// The name of the function that a task calls, if it calls one.
fn function(scheduled: &Details) -> Option<&str> {
    let written = match scheduled {
        Details::LambdaFunctionScheduled { resource, .. } => &**resource,
        Details::TaskScheduled { resource_type, parameters, .. } if &**resource_type == "lambda" => {
            parameters.value().get("FunctionName")?.as_str()?
        }
        _ => return None,
    };
    let name = written.rsplit_once("function:").map_or(written, |(_, name)| name);
    Some(name.split(':').next().unwrap_or(name))
}
