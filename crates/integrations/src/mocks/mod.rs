//! Mocked tasks: what a test case says instead of the services.
//!
//! A file in AWS's format (`MockConfigFile.json`), or in ours, which has more to say, names test cases by state machine, and for each of them the
//! states whose tasks are not performed and what comes in place of their results. An execution started with `stateMachineArn#TestCase` runs
//! that test case to its end, also after a crash: its name, and which invocation of its state a task is, are stored with the execution.
//!
//! Reading order: [`Mocks`] (the file as it is now), `set` (what is in it), `read` (text to set, with findings at their places), `answer` (a
//! task to its outcome), `template` (values with JSONata in them); [`check`], [`schema`], [`skeleton`] and [`recorded`] are for who writes such files.

mod answer;
mod check;
mod read;
mod record;
mod schema;
mod set;
mod skeleton;
mod template;
mod text;

pub use check::check;
pub use read::{Read, read};
pub use record::recorded;
pub use schema::schema;
pub use set::MockSet;
pub use skeleton::skeleton;

use crate::{TaskOrigin, TaskOutcome, TaskRequest};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

/// The mocks of a server. Cloning shares them.
///
/// The file is read again when it has changed. One that cannot be used then is told of in the log and to whoever asks for a test case that is
/// not there; what it said before stays until it is right again.
#[derive(Clone, Debug)]
pub struct Mocks(Arc<File>);

#[derive(Debug)]
struct File {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    seen: Stamp,
    set: Arc<MockSet>,
    /// Why the file as it is now is not what is used.
    problem: Option<Arc<str>>,
}

/// By what a changed file is known. Nothing if it is not there.
type Stamp = Option<(SystemTime, u64)>;

impl Mocks {
    /// Reads a file. The error holds all findings, ready to be shown.
    pub fn load(path: &Path) -> Result<Mocks, String> {
        let seen = stamp(path);
        let set = Arc::new(load(path)?);
        let state = Mutex::new(State { seen, set, problem: None });
        Ok(Mocks(Arc::new(File { path: path.to_owned(), state })))
    }

    /// What the file says.
    fn set(&self) -> Arc<MockSet> {
        self.current().set.clone()
    }

    fn current(&self) -> MutexGuard<'_, State> {
        let File { path, state } = &*self.0;
        let mut state = state.lock().expect("nothing panics while holding the lock");
        let now = stamp(path);
        if now != state.seen {
            state.seen = now;
            match load(path) {
                Ok(set) => {
                    tracing::info!(file = %path.display(), "the mocks were read again");
                    state.set = Arc::new(set);
                    state.problem = None;
                }
                Err(problem) => {
                    tracing::error!("the mocks stay as they were: {problem}");
                    state.problem = Some(problem.into());
                }
            }
        }
        state
    }

    /// The test case of an execution of `state_machine` about to be started: the one named, or the machine's default. An empty name is none.
    pub(crate) fn test_case(&self, state_machine: &str, named: Option<&str>) -> Result<Option<Arc<str>>, String> {
        let state = self.current();
        match (named, state.set.machines.get(state_machine)) {
            (Some(""), _) => Ok(None),
            (None, machine) => Ok(machine.and_then(|machine| machine.default.clone())),
            (Some(named), Some(machine)) if machine.cases.contains_key(named) => Ok(Some(named.into())),
            (Some(named), machine) => Err(self.no_test_case(named, state_machine, machine, state.problem.as_deref())),
        }
    }

    fn no_test_case(
        &self,
        named: &str,
        state_machine: &str,
        machine: Option<&set::Machine>,
        problem: Option<&str>,
    ) -> String {
        let path = self.0.path.display();
        let there = match machine {
            None => format!("'{path}' has no state machine '{state_machine}'"),
            Some(machine) => {
                let names: Vec<&str> = machine.cases.keys().map(|name| &**name).collect();
                format!("'{path}' has these for it: {}", names.join(", "))
            }
        };
        let problem = problem.map(|problem| format!(". It was changed since: {problem}"));
        let problem = problem.unwrap_or_default();
        format!("There is no test case '{named}' for the state machine '{state_machine}': {there}{problem}")
    }

    /// Whether the task is mocked, and not to be really done.
    pub(crate) fn mocks(&self, request: &TaskRequest) -> bool {
        request.origin.as_ref().is_some_and(|origin| answer::mocks(&self.set(), request, origin))
    }

    /// What becomes of a task. `None` if it is to be really done.
    pub(crate) async fn perform(&self, request: &TaskRequest, origin: &TaskOrigin) -> Option<TaskOutcome> {
        answer::perform(&self.set(), request, origin).await
    }
}

/// Why a test case cannot be run where there are no mocks.
pub fn none_configured(named: &str) -> String {
    format!(
        "The test case '{named}' cannot be run: no mocks are configured (SFN_MOCK_CONFIG or --mocks names their file)"
    )
}

fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn load(path: &Path) -> Result<MockSet, String> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))?;
    let Read { set, findings, .. } = read(&text);
    set.ok_or_else(|| {
        let rendered = asl::render(&findings, &text, &name, false);
        format!("{name} cannot be used\n{}", rendered.trim_end())
    })
}
