//! History events of one execution, turned into a tree of what ran inside what.
//!
//! Events say only what they follow. A state entered after a branch or iteration began is inside it; after anything else it is a neighbour
//! of the state before. Events may be missing before the first one seen (an execution that goes on after a restart): what they would
//! have told stays unknown, and nothing here fails over it.

use crate::output::printable;
use engine::{HistoryEvent, HistoryEventDetails as Details};
use std::collections::HashMap;

/// The execution itself.
const ROOT: usize = 0;

/// All rows of an execution; the first is the execution.
pub(crate) struct Tree {
    rows: Vec<Row>,
    /// The row each event belongs to, and whether what follows is inside it.
    places: HashMap<u64, Place>,
}

#[derive(Clone, Copy)]
struct Place {
    row: usize,
    opens: bool,
}

/// A state that was entered, a branch, an iteration, or the execution.
pub(crate) struct Row {
    pub(crate) parent: Option<usize>,
    pub(crate) children: Vec<usize>,
    pub(crate) kind: Kind,
    /// When it began, in ms since the Unix epoch.
    pub(crate) began: i64,
    /// When it ended.
    pub(crate) ended: Option<i64>,
    pub(crate) status: Status,
    /// The error of its last attempt, unless that succeeded or is going on.
    pub(crate) error: Option<String>,
    /// Attempts of its task that were scheduled.
    pub(crate) attempts: u32,
    /// Iterations it has in all.
    pub(crate) length: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Execution,
    State { name: String, state_type: &'static str },
    Branch(usize),
    Iteration(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Running,
    Succeeded,
    Failed,
    Aborted,
}

/// What an event means to somebody who watches; the number is the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    Began(usize),
    Ended(usize),
    AttemptFailed(usize),
    Closed,
}

impl Tree {
    /// The tree of an execution of which nothing is known yet.
    pub(crate) fn new() -> Tree {
        let root = Row {
            parent: None,
            children: Vec::new(),
            kind: Kind::Execution,
            began: 0,
            ended: None,
            status: Status::Running,
            error: None,
            attempts: 0,
            length: None,
        };
        Tree { rows: vec![root], places: HashMap::new() }
    }

    pub(crate) fn root(&self) -> &Row {
        &self.rows[ROOT]
    }

    pub(crate) fn row(&self, row: usize) -> &Row {
        &self.rows[row]
    }

    /// The names from the outermost down to `row`, without the execution.
    pub(crate) fn path(&self, row: usize) -> String {
        let mut labels: Vec<String> = self.upwards(row).filter(|&row| row != ROOT).map(|row| self.label(row)).collect();
        labels.reverse();
        labels.join(" > ")
    }

    /// What a row is called.
    pub(crate) fn label(&self, row: usize) -> String {
        match &self.rows[row].kind {
            Kind::Execution => "execution".to_owned(),
            Kind::State { name, .. } => name.clone(),
            Kind::Branch(number) => format!("branch {number}"),
            Kind::Iteration(index) => format!("#{index}"),
        }
    }

    /// Takes in the next event.
    pub(crate) fn handle(&mut self, event: &HistoryEvent) -> Option<Happening> {
        let at = event.timestamp.0;
        if self.rows[ROOT].began == 0 {
            self.rows[ROOT].began = at;
        }
        let from = self.places.get(&event.previous_event_id).copied().unwrap_or(Place { row: ROOT, opens: true });
        let (row, happening) = self.place(from, event, at);
        let opens = matches!(
            event.details,
            Details::ExecutionStarted { .. } | Details::ParallelStateStarted | Details::MapIterationStarted { .. }
        );
        self.places.insert(event.id, Place { row, opens });
        happening
    }

    fn place(&mut self, from: Place, event: &HistoryEvent, at: i64) -> (usize, Option<Happening>) {
        let began = |row| (row, Some(Happening::Began(row)));
        let ended = |row| (row, Some(Happening::Ended(row)));
        match &event.details {
            Details::StateEntered { state_type, name, .. } => {
                let parent = self.lane(from, at);
                let kind = Kind::State { name: printable(name), state_type: state_type.name() };
                began(self.add(parent, kind, at))
            }
            Details::StateExited { state_type, name, .. } => {
                let name = printable(name);
                let row = self.open_state(from.row, &name).unwrap_or_else(|| {
                    let kind = Kind::State { name, state_type: state_type.name() };
                    let lane = self.lane(from, at);
                    self.add(lane, kind, at)
                });
                self.end_below(row, Status::Aborted, at);
                self.end(row, Status::Succeeded, at);
                ended(row)
            }
            // It names no state and follows the failure, not the state: what was aborted ends with its Parallel or Map.
            Details::StateAborted { .. } => (from.row, None),
            Details::MapStateStarted { length } => {
                self.rows[from.row].length = Some(*length);
                (from.row, None)
            }
            Details::MapIterationStarted { name, index } => {
                let map = self.open_state(from.row, &printable(name)).unwrap_or(ROOT);
                began(self.add(map, Kind::Iteration(*index), at))
            }
            Details::MapIterationSucceeded { name, index } => {
                self.end_iteration(from, name, *index, Status::Succeeded, at)
            }
            Details::MapIterationFailed { name, index } => self.end_iteration(from, name, *index, Status::Failed, at),
            Details::MapIterationAborted { name, index } => self.end_iteration(from, name, *index, Status::Aborted, at),
            Details::ParallelStateSucceeded | Details::ParallelStateFailed => {
                let row = self.open_of_type(from.row, "Parallel").unwrap_or(from.row);
                let failed = event.details == Details::ParallelStateFailed;
                self.end_children(from.row, row, failed, at);
                (row, None)
            }
            Details::MapStateSucceeded | Details::MapStateFailed => {
                let row = self.open_of_type(from.row, "Map").unwrap_or(from.row);
                self.end_children(from.row, row, event.details == Details::MapStateFailed, at);
                (row, None)
            }
            Details::TaskScheduled { .. }
            | Details::LambdaFunctionScheduled { .. }
            | Details::ActivityScheduled { .. } => {
                self.rows[from.row].attempts += 1;
                self.rows[from.row].error = None;
                (from.row, None)
            }
            Details::TaskSucceeded { .. }
            | Details::LambdaFunctionSucceeded { .. }
            | Details::ActivitySucceeded { .. } => {
                self.rows[from.row].error = None;
                (from.row, None)
            }
            Details::TaskFailed { error, .. }
            | Details::TaskTimedOut { error, .. }
            | Details::LambdaFunctionFailed { error, .. }
            | Details::LambdaFunctionTimedOut { error, .. }
            | Details::ActivityFailed { error, .. }
            | Details::MapRunFailed { error, .. }
            | Details::ActivityTimedOut { error, .. } => {
                self.rows[from.row].error = Some(printable(error.as_deref().unwrap_or("an error without a name")));
                (from.row, Some(Happening::AttemptFailed(from.row)))
            }
            // It may point past the state's own entry, so the state is found by its name.
            Details::EvaluationFailed { state, error, .. } => {
                let state = printable(state);
                let is_it =
                    |row: &Row| row.ended.is_none() && matches!(&row.kind, Kind::State { name, .. } if *name == state);
                let row = self.rows.iter().rposition(is_it).unwrap_or(from.row);
                self.rows[row].error = Some(printable(error));
                (row, Some(Happening::AttemptFailed(row)))
            }
            Details::ExecutionSucceeded { .. } => self.close(from, Status::Succeeded, at),
            Details::ExecutionFailed { .. } | Details::ExecutionTimedOut { .. } => self.close(from, Status::Failed, at),
            Details::ExecutionAborted { .. } => self.close(from, Status::Aborted, at),
            Details::ExecutionStarted { .. } => (ROOT, None),
            // What had not succeeded goes on.
            Details::ExecutionRedriven { .. } => {
                for row in &mut self.rows {
                    if matches!(row.status, Status::Failed | Status::Aborted) {
                        (row.ended, row.status, row.error) = (None, Status::Running, None);
                    }
                }
                (ROOT, None)
            }
            Details::TaskStarted { .. }
            | Details::TaskSubmitted { .. }
            | Details::LambdaFunctionStarted
            | Details::ActivityStarted { .. }
            | Details::MapRunStarted { .. }
            | Details::MapRunSucceeded { .. }
            | Details::MapRunAborted
            | Details::MapRunRedriven { .. }
            | Details::ParallelStateStarted => (from.row, None),
        }
    }

    /// What a state that follows `from` is inside of.
    fn lane(&mut self, from: Place, at: i64) -> usize {
        if !from.opens {
            return self.rows[from.row].parent.unwrap_or(ROOT);
        }
        match self.rows[from.row].kind {
            Kind::State { .. } => {
                let number = self.rows[from.row].children.len() + 1;
                self.add(from.row, Kind::Branch(number), at)
            }
            Kind::Execution | Kind::Branch(_) | Kind::Iteration(_) => from.row,
        }
    }

    fn add(&mut self, parent: usize, kind: Kind, at: i64) -> usize {
        let row = self.rows.len();
        self.rows.push(Row {
            parent: Some(parent),
            children: Vec::new(),
            kind,
            began: at,
            ended: None,
            status: Status::Running,
            error: None,
            attempts: 0,
            length: None,
        });
        self.rows[parent].children.push(row);
        row
    }

    fn upwards(&self, row: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(row), |&row| self.rows[row].parent)
    }

    fn open_state(&self, from: usize, wanted: &str) -> Option<usize> {
        self.upwards(from).find(|&row| {
            self.rows[row].ended.is_none() && matches!(&self.rows[row].kind, Kind::State { name, .. } if name == wanted)
        })
    }

    fn open_of_type(&self, from: usize, wanted: &str) -> Option<usize> {
        self.upwards(from).find(|&row| {
            self.rows[row].ended.is_none()
                && matches!(&self.rows[row].kind, Kind::State { state_type, .. } if *state_type == wanted)
        })
    }

    fn end_iteration(
        &mut self,
        from: Place,
        name: &str,
        index: u64,
        status: Status,
        at: i64,
    ) -> (usize, Option<Happening>) {
        let map = self.open_state(from.row, &printable(name)).unwrap_or(ROOT);
        let children = &self.rows[map].children;
        let Some(&row) = children.iter().rev().find(|&&row| self.rows[row].kind == Kind::Iteration(index)) else {
            return (from.row, None);
        };
        self.end_children(from.row, row, status != Status::Succeeded, at);
        self.end(row, status, at);
        (row, Some(Happening::Ended(row)))
    }

    /// Ends what is open below `row`: after a failure, those on the way from it failed and the others were aborted.
    fn end_children(&mut self, from: usize, row: usize, failed: bool, at: i64) {
        if failed {
            // Whether it is caught shows later; a Fail state has told its error to the execution only.
            let error = self.rows[from].error.clone().unwrap_or_else(|| "a failure".to_owned());
            self.rows[row].error = Some(error);
            let way: Vec<usize> = self.upwards(from).take_while(|&step| step != row).collect();
            for step in way {
                self.end(step, Status::Failed, at);
            }
        }
        self.end_below(row, if failed { Status::Aborted } else { Status::Succeeded }, at);
    }

    fn end_below(&mut self, row: usize, status: Status, at: i64) {
        let mut open = self.rows[row].children.clone();
        while let Some(row) = open.pop() {
            if self.rows[row].ended.is_none() {
                self.end(row, status, at);
                open.extend(&self.rows[row].children);
            }
        }
    }

    fn end(&mut self, row: usize, status: Status, at: i64) {
        let row = &mut self.rows[row];
        if row.ended.is_none() {
            row.ended = Some(at);
            row.status = status;
        }
    }

    fn close(&mut self, from: Place, status: Status, at: i64) -> (usize, Option<Happening>) {
        self.end_children(from.row, ROOT, status == Status::Failed, at);
        if status == Status::Aborted {
            self.end_below(ROOT, Status::Aborted, at);
        }
        self.end(ROOT, status, at);
        (ROOT, Some(Happening::Closed))
    }
}
