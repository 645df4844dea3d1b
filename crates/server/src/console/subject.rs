//! One execution that is looked at, wherever it is: on disk, in the memory of Express executions, or imported.

use super::Console;
use super::executions::{ExecutionRow, express_row};
use super::failure::Failure;
use super::import::Imported;
use super::machines::MachineType;
use api::{DescribeExecutionRequest, DescribeExecutionResponse, RedriveStatus};
use arn::ExecutionArn;
use engine::{ForkedFrom, HistoryEvent, Look};
use json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use visits::Story;

/// Events of an Express execution that are read.
const EXPRESS_EVENTS_MAX: usize = 100_000;
/// Events read in one go.
pub(super) const CHUNK: usize = 5_000;

/// What there is to tell of an execution beside its row.
#[derive(Clone)]
pub(super) struct About {
    /// Its machine where it ran; empty if that is not known.
    pub(super) machine_arn: Arc<str>,
    pub(super) input: Option<Arc<str>>,
    pub(super) output: Option<Arc<str>>,
    pub(super) cause: Option<Arc<str>>,
    pub(super) trace_header: Option<Arc<str>>,
    pub(super) definition: Arc<str>,
}

/// An execution as it was at one moment.
pub(super) struct Subject {
    pub(super) row: ExecutionRow,
    pub(super) about: About,
    pub(super) redrivable: bool,
    pub(super) redrive_reason: Option<Arc<str>>,
    pub(super) last_event: u64,
    pub(super) is_imported: bool,
    /// Where it was forked, if it is a fork.
    pub(super) forked_from: Option<Arc<ForkedFrom>>,
    events: Events,
}

enum Events {
    Stored(Box<Look>),
    Kept(Arc<[HistoryEvent]>),
    Imported(Arc<Imported>),
}

impl Console {
    /// The execution of an ARN, or an imported one.
    pub(super) async fn subject(&self, arn: &str) -> Result<Subject, Failure> {
        if let Ok(parsed) = ExecutionArn::parse(arn) {
            return self.stored(&parsed).await;
        }
        if let Some(imported) = self.imports.find(arn) {
            let gone = "It is not kept any more: an imported execution is in memory only. Import it again";
            return Ok(imported.ok_or_else(|| Failure::not_found(gone))?.into());
        }
        let missing = || Failure::not_found(format!("There is no execution '{arn}'"));
        let found = self.engine.express_execution(arn).ok_or_else(missing)?;
        let history = self.engine.express_history(arn, EXPRESS_EVENTS_MAX).await?.ok_or_else(missing)?;
        let about = About {
            machine_arn: found.state_machine_arn.clone(),
            input: Some(found.input.clone()),
            output: found.output.clone(),
            cause: found.cause.clone(),
            trace_header: found.trace_header.clone(),
            definition: history.definition,
        };
        Ok(Subject {
            about,
            redrivable: false,
            redrive_reason: Some("Express executions cannot be redriven".into()),
            last_event: history.events.len() as u64,
            is_imported: false,
            forked_from: found.forked_from.clone(),
            events: Events::Kept(history.events.into()),
            row: express_row(found),
        })
    }

    async fn stored(&self, arn: &ExecutionArn) -> Result<Subject, Failure> {
        let look = self.engine.look(arn).await?;
        let request = DescribeExecutionRequest::decode(&json!({"executionArn": (arn.to_string())}))?;
        let described = self.engine.describe_execution(request).await?;
        let DescribeExecutionResponse { redrive_status, redrive_status_reason, trace_header, .. } = described;
        let header = &look.execution.header;
        Ok(Subject {
            row: ExecutionRow {
                arn: described.execution_arn,
                name: described.name,
                machine: arn.state_machine.as_str().into(),
                r#type: MachineType::Standard,
                status: described.status.into(),
                started_at: described.start_date_ms,
                stopped_at: described.stop_date_ms,
                error: described.error,
                redrive_count: described.redrive_count,
                map_run_arn: described.map_run_arn,
                version: header.state_machine_version,
                alias: header.state_machine_alias.clone(),
            },
            about: About {
                machine_arn: described.state_machine_arn,
                input: described.input,
                output: described.output,
                cause: described.cause,
                trace_header,
                definition: look.revision.definition_text.clone(),
            },
            redrivable: redrive_status == RedriveStatus::Redrivable,
            redrive_reason: redrive_status_reason,
            last_event: look.last_event,
            is_imported: false,
            forked_from: look.execution.header.forked_from.clone(),
            events: Events::Stored(Box::new(look)),
        })
    }
}

impl Subject {
    /// Its story before its first event.
    pub(super) fn story(&self) -> Story {
        let forked = self.forked_from.as_ref().and_then(|forked| forked.variables.value().as_object());
        forked.map_or_else(Story::new, Story::forked)
    }

    /// `count` events from `first` on.
    pub(super) async fn forward(&self, first: u64, count: usize) -> Result<Vec<HistoryEvent>, Failure> {
        match &self.events {
            Events::Stored(look) => Ok(look.forward(first, count).await?),
            Events::Kept(events) => Ok(forward(events, first, count)),
            Events::Imported(imported) => Ok(forward(&imported.events, first, count)),
        }
    }

    /// `count` events from `first` back.
    pub(super) async fn backward(&self, first: u64, count: usize) -> Result<Vec<HistoryEvent>, Failure> {
        match &self.events {
            Events::Stored(look) => Ok(look.backward(first, count).await?),
            Events::Kept(events) => Ok(backward(events, first, count)),
            Events::Imported(imported) => Ok(backward(&imported.events, first, count)),
        }
    }

    /// An event.
    pub(super) async fn event(&self, id: u64) -> Result<HistoryEvent, Failure> {
        let found = self.forward(id, 1).await?.into_iter().find(|event| event.id == id);
        found.ok_or_else(|| Failure::not_found(format!("There is no event {id}")))
    }

    /// The id of the invocation that a `*Scheduled` event asked for, if it is among some that are known. Only of stored executions it can be told.
    pub(super) fn invocation(&self, scheduled_event: u64, known: &HashSet<&str>) -> Option<String> {
        match &self.events {
            Events::Stored(look) => look.invocation(scheduled_event, known),
            Events::Kept(_) | Events::Imported(_) => None,
        }
    }

    /// An event as AWS shapes it.
    pub(super) fn shown(&self, event: &HistoryEvent) -> Value {
        match &self.events {
            Events::Stored(look) => look.shown(event),
            Events::Kept(_) => event.to_value(true),
            Events::Imported(imported) => imported.shown[(event.id - 1) as usize].clone(),
        }
    }
}

impl From<Arc<Imported>> for Subject {
    fn from(imported: Arc<Imported>) -> Subject {
        Subject {
            row: imported.row.clone(),
            about: imported.about.clone(),
            redrivable: false,
            redrive_reason: Some("It is imported: it can only be looked at".into()),
            last_event: imported.events.len() as u64,
            is_imported: true,
            forked_from: None,
            events: Events::Imported(imported),
        }
    }
}

/// `count` of the events from `first` on; their ids have no gaps.
fn forward(events: &[HistoryEvent], first: u64, count: usize) -> Vec<HistoryEvent> {
    let skipped = usize::try_from(first.saturating_sub(1)).unwrap_or(usize::MAX);
    events.iter().skip(skipped).take(count).cloned().collect()
}

fn backward(events: &[HistoryEvent], first: u64, count: usize) -> Vec<HistoryEvent> {
    let end = usize::try_from(first).unwrap_or(usize::MAX).min(events.len());
    events[..end].iter().rev().take(count).cloned().collect()
}
