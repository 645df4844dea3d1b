//! Child executions: what they begin with, and how they are started.

use super::items::Source;
use super::results::pending_record;
use super::source::NewChild;
use super::{Broken, ChildInput, ChildOf, Doors, Ended, MapRunRow, Message};
use crate::express::Express;
use crate::keys::ExecutionKey;
use crate::partition::{Input, Shared};
use crate::registry::{Revision, RevisionNumber};
use arn::{ExecutionArn, MapRunArn, StateMachineArn};
use asl::definition::StateKind;
use interpreter::{Batcher, Header, Item, MapRunChild, MapRunId, OfMachine, Plan, Timestamp};
use json::{Payload, Value};
use std::sync::Arc;

/// What all children of a run have in common.
pub(super) struct Context {
    pub shared: Arc<Shared>,
    pub express: Arc<Express>,
    pub run: MapRunId,
    pub row: MapRunRow,
    pub revision: Arc<Revision>,
    pub plan: Plan,
    pub batcher: Option<Batcher>,
    pub source: Arc<Source>,
    /// A child as it begins, but for what is its own.
    header: Header,
    /// What the ARNs of children begin with; the name follows, and an id if they are Express executions.
    arn_prefix: String,
    machine_key: String,
}

impl Context {
    /// Reads what a run needs.
    pub async fn of(
        shared: Arc<Shared>,
        express: Arc<Express>,
        run: MapRunId,
        row: MapRunRow,
    ) -> Result<Context, store::StoreError> {
        let revision = shared.registry.revision(RevisionNumber(row.revision)).await?;
        let plan = Plan::read(&row.plan);
        let state = revision.definition.state(row.scope, row.state);
        let StateKind::Map(map) = &state.kind else { unreachable!("the run of a Map state") };
        let arn = MapRunArn::parse(&row.map_run_arn).expect("the interpreter made it");
        let machine = StateMachineArn {
            label: Some(arn.label.clone()),
            ..StateMachineArn::new(arn.identity.clone(), &*arn.state_machine)
        };
        let arn_prefix = match plan.is_express {
            true => ExecutionArn::express_prefix(&machine),
            false => {
                let standard = ExecutionArn::standard(arn.identity.clone(), &*arn.state_machine, "");
                ExecutionArn { label: machine.label.clone(), ..standard }.to_string()
            }
        };
        let of_children = OfMachine {
            name: format!("{}/{}", arn.state_machine, arn.label).into(),
            ..revision.of_machine(machine.to_string().into())
        };
        let header = Header {
            map_run: Some(MapRunChild { run, processor: map.processor, index: 0, items: 0 }),
            test_case: row.test_case.clone(),
            // What is each child's own is set for it.
            ..Header::new(of_children, "".into(), "".into(), Value::Null.into(), Timestamp(0), 0)
        };
        let machine_key = format!("{}/{}", revision.machine_key, arn.label);
        let batcher = plan.batcher();
        let source = Arc::new(Source::of(&plan));
        Ok(Context { shared, express, run, row, revision, plan, batcher, source, header, arn_prefix, machine_key })
    }

    /// The ARN of the children's machine, which ends in the label.
    pub fn child_machine_arn(&self) -> &str {
        &self.header.state_machine_arn
    }

    /// The key of a Standard child.
    pub fn key(&self, index: u64) -> ExecutionKey {
        ExecutionKey::new(&self.machine_key, &self.run.child_name(index))
    }

    /// What `ItemSelector` makes of an item.
    pub fn select(&self, index: u64, value: &Value, key: Option<&str>) -> Result<Value, Broken> {
        let item = Item { index, value, key };
        let at = (self.row.scope, self.row.state);
        let now = self.shared.environment.now();
        let seed = self.run.child_seed(index);
        let selected = self.plan.select(&self.revision.definition, at, item, &self.source.shown, seed, now);
        selected.map_err(|(error, cause)| Broken { error, cause })
    }

    /// The name of the state.
    pub fn state_name(&self) -> &Arc<str> {
        &self.revision.definition.state(self.row.scope, self.row.state).name
    }

    /// What is said of a payload that is larger than it may be.
    pub fn too_large(&self) -> Broken {
        let name = self.state_name();
        Broken::new(
            "States.DataLimitExceeded",
            format!(
                "The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit."
            ),
        )
    }

    /// What is told of a child that was not started.
    pub fn pending(&self, child: &NewChild) -> Value {
        let name = self.run.child_name(child.index);
        let arn = (!self.plan.is_express).then(|| format!("{}{name}", self.arn_prefix));
        let input = match self.header(child) {
            Ok(header) => header.input.text().clone(),
            // It could not have been started: the item as it was read.
            Err(_) => child.input.as_ref().map_or_else(|| child.value.to_string().into(), |input| input.text().clone()),
        };
        pending_record(arn.as_deref(), &name, &input, self.child_machine_arn())
    }

    fn header(&self, child: &NewChild) -> Result<Header, Broken> {
        let input = match &child.input {
            Some(ready) => ready.clone(),
            None => Payload::from(self.select(child.first_item, &child.value, child.key.as_deref())?),
        };
        if input.len_bytes() > self.shared.settings.payload_bytes_max {
            return Err(self.too_large());
        }
        let name = self.run.child_name(child.index);
        let of_run = self.header.map_run.expect("it is a child");
        Ok(Header {
            execution_arn: format!("{}{name}", self.arn_prefix).into(),
            name,
            input,
            seed: self.run.child_seed(child.index),
            map_run: Some(MapRunChild { index: child.index, items: child.items, ..of_run }),
            ..self.header.clone()
        })
    }
}

/// Children that are started together.
pub(super) struct Piece {
    pub children: Vec<NewChild>,
    /// No child from here on was ever started.
    pub new_from: u64,
    /// Whether children that have ended without success go on.
    pub redrives: bool,
}

/// Starts a piece's children. Express ones run here as far as they go without waiting; given are those that were not begun, because an input
/// could not be made or nobody waits any more.
pub(super) async fn start(context: Arc<Context>, piece: Piece, mut run: ChildOf) -> Vec<u64> {
    let mut not_started = Vec::new();
    let done = match context.plan.is_express {
        true => run_express(&context, piece, &mut run, &mut not_started).await,
        false => start_standard(&context, piece).await,
    };
    if let Err(broken) = done {
        let _ = run.told.send(Message::Broken(broken));
    }
    not_started
}

async fn run_express(
    context: &Context,
    piece: Piece,
    run: &mut ChildOf,
    not_started: &mut Vec<u64>,
) -> Result<(), Broken> {
    let mut ended: Vec<Ended> = Vec::with_capacity(piece.children.len());
    let mut done = Ok(());
    for child in &piece.children {
        if done.is_err() || *run.stopped.borrow() {
            not_started.push(child.index);
            continue;
        }
        match context.header(child) {
            Ok(header) => ended.extend(context.express.run_child(&context.revision, header, run).await),
            Err(broken) => {
                not_started.push(child.index);
                done = Err(broken);
            }
        }
    }
    let _ = run.told.send(Message::Ended(ended));
    done
}

async fn start_standard(context: &Context, piece: Piece) -> Result<(), Broken> {
    let map_runs = &context.shared.map_runs;
    for child in &piece.children {
        let header = context.header(child)?;
        let permit = map_runs.starts.clone().acquire_owned().await.expect("the semaphore is never closed");
        let execution = ExecutionKey::new(&context.machine_key, &header.name);
        let input = ChildInput {
            header,
            revision: context.revision.clone(),
            is_new: child.index >= piece.new_from,
            redrives: piece.redrives,
            permit,
            execution,
        };
        map_runs.send(Input::Child(Box::new(input))).await;
    }
    Ok(())
}

impl super::MapRuns {
    /// Hands an input to the partition that owns the execution it is about.
    pub(super) async fn send(&self, input: Input) {
        let doors = self.doors();
        let key = match &input {
            Input::Child(child) => &child.execution,
            Input::StopChild { execution, .. } => execution,
            _ => unreachable!("nothing else is sent to children"),
        };
        let inbox = &doors.inboxes[key.partition(crate::engine::PARTITIONS) as usize];
        // A partition that is gone has nothing to start any more: the server goes down.
        let _ = inbox.send(input).await;
    }

    fn doors(&self) -> &Doors {
        self.doors.get().expect("the engine opens them before its partitions")
    }

    /// The Express executions of the server, while it is open.
    pub(super) fn express(&self) -> Option<Arc<Express>> {
        self.doors().express.upgrade()
    }
}
