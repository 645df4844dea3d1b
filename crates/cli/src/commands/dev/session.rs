//! What is done when a project starts and when its files are saved.

use super::build;
use super::file_watch::FileWatch;
use super::follow::{Follow, Followed, short_name};
use super::sources::Sources;
use crate::calls::{self, Change};
use crate::configuration::{self, Function, Project, Run, StateMachine};
use crate::environment::Surroundings;
use crate::exit::Exit;
use crate::node::Node;
use crate::outcome::Closed;
use crate::{definition, outcome, output, pretty};
use anyhow::Context;
use api::{ExecutionStatus, StateMachineType};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Events of an Express execution that are shown after its end; more than that nobody reads.
const EXPRESS_EVENTS_SHOWN: usize = 1_000;

/// A project that is up.
pub(super) struct Session<'n> {
    node: &'n Node,
    surroundings: &'n Surroundings,
    file: PathBuf,
    project: Project,
    sources: Sources,
    follow: Follow,
    file_watch: FileWatch,
    /// The state machines that are there as their files say.
    present: BTreeSet<String>,
}

impl<'n> Session<'n> {
    /// The session of `project`, read from `file`. Its functions are there already.
    pub(super) fn new(
        node: &'n Node,
        surroundings: &'n Surroundings,
        file: PathBuf,
        project: Project,
    ) -> anyhow::Result<Session<'n>> {
        let sources = Sources::of(&project, &file);
        let mut file_watch = FileWatch::new()?;
        file_watch.set(sources.directories());
        let follow = Follow::new(&node.engine, &node.functions);
        Ok(Session { node, surroundings, file, project, sources, follow, file_watch, present: BTreeSet::new() })
    }

    /// Creates or updates everything; false if something could not be.
    pub(super) async fn put_all(&mut self) -> bool {
        let mut complete = true;
        for name in &self.project.activities {
            if let Err(error) = calls::put_activity(&self.node.engine, name).await {
                output::error(&error.context(format!("activity {name} cannot be created")));
                complete = false;
            }
        }
        for machine in self.project.state_machines.clone() {
            complete &= self.put(&machine).await;
        }
        complete
    }

    /// Brings a state machine to what its file says; what is wrong is told, and the machine stays as it was.
    async fn put(&mut self, machine: &StateMachine) -> bool {
        let name = &machine.name;
        match self.try_put(machine).await {
            Ok(Some(change)) => {
                match change {
                    Change::Created => output::talk(&format!("state machine {name} created")),
                    Change::Updated => output::talk(&format!("state machine {name} updated")),
                    Change::Unchanged => {}
                }
                self.present.insert(name.clone());
                true
            }
            Ok(None) => {
                output::talk(&format!("state machine {name} stays as it was: its definition has errors"));
                false
            }
            Err(error) => {
                output::error(&error.context(format!("state machine {name} stays as it was")));
                false
            }
        }
    }

    /// `None` if the definition has errors.
    async fn try_put(&self, machine: &StateMachine) -> anyhow::Result<Option<Change>> {
        let definition = definition::read(&shortened(&machine.definition), machine.machine_type)?;
        definition.tell();
        let Some(definition) = &definition.json else { return Ok(None) };
        let (name, role_arn) = (machine.name.as_str(), machine.role_arn.as_deref());
        let wanted = calls::Wanted { name, definition, machine_type: machine.machine_type, role_arn };
        calls::put_state_machine(&self.node.engine, self.surroundings, &wanted).await.map(Some)
    }

    /// Starts the executions under `run`, one after the other; false if one did not succeed.
    pub(super) async fn run_all(&mut self) -> anyhow::Result<bool> {
        let mut all_succeeded = true;
        for run in self.project.runs.clone() {
            if !self.present.contains(&run.state_machine) {
                output::warning(&format!("no execution of {}: it has errors", run.state_machine));
                all_succeeded = false;
                continue;
            }
            match self.run(&run).await {
                Ok(succeeded) => all_succeeded &= succeeded,
                Err(error) => {
                    output::error(&error.context(format!("no execution of {}", run.state_machine)));
                    all_succeeded = false;
                }
            }
        }
        Ok(all_succeeded)
    }

    async fn run(&mut self, run: &Run) -> anyhow::Result<bool> {
        let (closed, name) = match self.machine_type(&run.state_machine) {
            StateMachineType::Express => self.run_express(run).await?,
            StateMachineType::Standard => self.run_standard(run).await?,
        };
        outcome::tell(&closed, &name);
        if closed.status != ExecutionStatus::Succeeded {
            return Ok(false);
        }
        let text = closed.output.context("an execution that succeeded has an output")?;
        output::data(&json::parse(&text).map_or_else(|_| text.to_string(), |value| pretty::pretty(&value)));
        Ok(true)
    }

    fn machine_type(&self, name: &str) -> StateMachineType {
        let machine = self.project.state_machines.iter().find(|machine| machine.name == name);
        machine.expect("the project's file was checked for it").machine_type
    }

    /// An Express execution leaves nothing that could be followed or gone on with.
    async fn run_express(&mut self, run: &Run) -> anyhow::Result<(Closed, String)> {
        let machine_arn = calls::state_machine_arn(self.surroundings, &run.state_machine);
        let (input, name) = (run.input.to_string(), run.name.as_deref());
        let execution = calls::start_sync(&self.node.engine, &machine_arn, &input, name).await?;
        let arn = execution.execution_arn.clone();
        if let Ok(Some(history)) = self.node.engine.express_history(&arn, EXPRESS_EVENTS_SHOWN).await {
            self.follow.show(arn, history.events.into());
        }
        let name = short_name(&execution.execution_arn);
        Ok((execution.into(), name))
    }

    async fn run_standard(&mut self, run: &Run) -> anyhow::Result<(Closed, String)> {
        let execution_arn = self.start_or_go_on(run).await?;
        loop {
            let closed = self.follow.next().await?;
            let is_this = match &closed {
                Followed::Closed(arn) => *arn == execution_arn,
                Followed::Missed => true,
            };
            if !is_this {
                self.tell_closed(closed).await?;
                continue;
            }
            let execution = calls::describe(&self.node.engine, &execution_arn).await?;
            if execution.status != ExecutionStatus::Running {
                return Ok((execution.into(), short_name(&execution_arn)));
            }
        }
    }

    /// Starts the execution, unless one with the same input was left open when the last session ended: then that goes on.
    async fn start_or_go_on(&mut self, run: &Run) -> anyhow::Result<Arc<str>> {
        let engine = &self.node.engine;
        let machine_arn = calls::state_machine_arn(self.surroundings, &run.state_machine);
        let input = run.input.to_string();
        if let Some(open) = calls::open_execution(engine, &machine_arn, &input).await? {
            output::talk(&format!("execution {} goes on where it was", short_name(&open)));
            return Ok(open);
        }
        let started = calls::start(engine, &machine_arn, &input, run.name.as_deref()).await?;
        output::talk(&format!("execution {} started: {started}", short_name(&started)));
        Ok(started)
    }

    /// Shows what happens and follows the files, until it is dropped.
    pub(super) async fn watch(&mut self) -> anyhow::Result<Exit> {
        loop {
            tokio::select! {
                closed = self.follow.next() => {
                    let closed = closed?;
                    self.tell_closed(closed).await?;
                }
                changed = self.file_watch.changed() => self.handle_changed(&changed).await,
            }
        }
    }

    async fn tell_closed(&self, closed: Followed) -> anyhow::Result<()> {
        if let Followed::Closed(arn) = closed {
            outcome::tell(&calls::describe(&self.node.engine, &arn).await?.into(), &short_name(&arn));
        }
        Ok(())
    }

    async fn handle_changed(&mut self, changed: &BTreeSet<PathBuf>) {
        let affected = self.sources.affected(changed);
        if affected.configuration {
            self.reload().await;
        }
        for name in &affected.functions {
            self.node.functions.restart(name);
            output::talk(&format!("function {name} changed: its processes are restarted"));
        }
        for machine in self.project.state_machines.clone() {
            if affected.state_machines.contains(&machine.name) {
                self.put(&machine).await;
            }
        }
        if !affected.functions.is_empty() {
            // There may be new files and directories.
            self.look_again();
        }
    }

    /// Takes in the project's file; if it cannot be used, everything stays as it was.
    async fn reload(&mut self) {
        let project = match configuration::load(&self.file) {
            Ok(project) => project,
            Err(error) => return output::error(&error),
        };
        if project == self.project {
            return;
        }
        let is_built = |function: &Function| {
            let same = |old: &Function| old.config.name == function.config.name && old.build == function.build;
            self.project.functions.iter().any(same)
        };
        let changed: Vec<Function> = project.functions.iter().filter(|function| !is_built(function)).cloned().collect();
        let base = self.file.parent().unwrap_or(&self.file);
        if let Err(error) = build::all(&changed, base).await {
            return output::error(&error);
        }
        self.node.functions.set(project.functions.iter().map(|function| function.config.clone()).collect());
        for gone in &self.project.state_machines {
            if !project.state_machines.iter().any(|machine| machine.name == gone.name) {
                let name = &gone.name;
                output::talk(&format!(
                    "state machine {name} is kept with its executions; DeleteStateMachine removes it"
                ));
            }
        }
        self.project = project;
        self.look_again();
        self.put_all().await;
        output::talk("the project is as its file says");
    }

    fn look_again(&mut self) {
        self.sources = Sources::of(&self.project, &self.file);
        self.file_watch.set(self.sources.directories());
    }
}

/// The path from the working directory if it is below it: what one reads in a diagnostic.
fn shortened(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    here.unwrap_or_else(|| path.to_owned())
}
