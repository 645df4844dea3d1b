//! What a visit worked with, step by step, as the history says it; and a whole history to take away.

use super::execution::{name_of, no_visit, number};
use super::failure::Failure;
use super::payload::{Payload, reference};
use super::shape::{Shape, shapes};
use super::subject::CHUNK;
use super::{Answer, Console};
use engine::HistoryEventDetails as Details;
use json::{Value, json, write_value};
use std::sync::Arc;

/// Bytes of a history that is taken away.
const EXPORT_BYTES_MAX: usize = 64 << 20;

shapes! {
    /// What a visit worked with.
    struct VisitData {
        /// The visit.
        visit: String,
        /// What came in, was sent, came back, went out: what the history has of that, in this order.
        steps: Vec<Step>,
        /// The variables that its state saw, as an object.
        variables_before: Payload,
        /// Those after it was left; null until then.
        variables_after: Option<Payload>,
    }

    /// A step of a visit's data.
    struct Step {
        /// `input`, `arguments` (what was sent, of the last attempt), `result` (what came back) or `output`.
        name: &'static str,
        /// The event that has it.
        event_id: u64,
        /// The data.
        payload: Payload,
    }
}

impl Console {
    /// `GET executions/{arn}/visits/{id}/data`
    pub(super) async fn data(&self, arn: &str, id: &str) -> Result<VisitData, Failure> {
        let id = number(id)?;
        let subject = self.subject(arn).await?;
        let arn = &subject.row.arn;
        let found = self.told(&subject, |told| {
            let visit = told.story.visit_of_entry(id)?;
            let found = &told.story.visits()[visit];
            let attempt = found.attempts.last().map(|attempt| attempt.events);
            let before = told.story.variables(found.lane, id);
            let after = found.exit_event().map(|event| (event, told.story.variables(found.lane, event + 1)));
            Some((name_of(&told.story, visit), attempt, before, after))
        });
        let (visit, attempt, before, after) = found.await?.ok_or_else(|| no_visit(id))?;
        let mut events = vec![subject.event(id).await?];
        if let Some((first, last)) = attempt {
            events.push(subject.event(first).await?);
            if last > first {
                events.push(subject.event(last).await?);
            }
        }
        if let Some((event, _)) = &after {
            events.push(subject.event(*event).await?);
        }
        let step = |event: &engine::HistoryEvent| {
            let payload = event.details.payload()?;
            let (name, member) = match &event.details {
                Details::StateEntered { .. } => ("input", "input"),
                Details::StateExited { .. } => ("output", "output"),
                Details::TaskScheduled { .. } => ("arguments", "parameters"),
                Details::LambdaFunctionScheduled { .. } | Details::ActivityScheduled { .. } => ("arguments", "input"),
                _ => ("result", "output"),
            };
            // What was imported without its data has none.
            super::events::details(&subject.shown(event)).filter(|details| details.contains_key(member))?;
            let payload = Payload::new(payload.text(), || reference(arn, event.id, member));
            Some(Step { name, event_id: event.id, payload })
        };
        let variables = |variables: json::Object, event: u64| {
            let text: Arc<str> = Value::from(variables).to_string().into();
            Payload::new(&text, || reference(arn, event, "variables"))
        };
        Ok(VisitData {
            visit,
            steps: events.iter().filter_map(step).collect(),
            variables_before: variables(before, id),
            variables_after: after.map(|(event, after)| variables(after, event)),
        })
    }

    /// `GET executions/{arn}/export`: what GetExecutionHistory would say, all of it, with the definition.
    pub(super) async fn export(&self, arn: &str) -> Answer {
        let subject = self.subject(arn).await?;
        let mut text =
            json!({"executionArn": (&subject.row.arn), "stateMachineArn": (&subject.machine_arn)}).to_string();
        text.pop();
        text.push_str(",\"definition\":");
        subject.definition.write(&mut text);
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
