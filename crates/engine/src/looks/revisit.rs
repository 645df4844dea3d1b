//! A visit of a state worked on once more, to see what its fields made of the data on the way: the history has what came in, what was asked for and
//! what went out, not what was between.
//!
//! The work itself is not done again, what came of it is given. What draws random numbers comes out otherwise than it did.

use crate::Engine;
use crate::operations::find;
use asl::{Format, Options};
use interpreter::{Begun, Header, OfMachine, StateTest, Timestamp, Work};
use json::{Object, ObjectBuilder, Payload, Value, json};
use std::sync::Arc;

/// What a visit is worked on with.
pub struct Revisit<'v> {
    /// The machine's definition, in JSON.
    pub definition: &'v str,
    /// The state, which no other of the machine is called.
    pub state_name: &'v str,
    /// The execution.
    pub execution_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its machine.
    pub state_machine_arn: Arc<str>,
    /// The machine's name.
    pub state_machine_name: Arc<str>,
    /// The role it runs with.
    pub role_arn: Arc<str>,
    /// What it was started with.
    pub execution_input: Payload,
    /// When.
    pub started_at: Timestamp,
    /// How often it has been redriven.
    pub redrive_count: u64,
    /// When the state was entered.
    pub entered_at: Timestamp,
    /// The state's input.
    pub input: Payload,
    /// The variables it sees.
    pub variables: &'v Object,
    /// Attempts before the last.
    pub retries: u64,
    /// The item of the iteration it is in: position and value.
    pub item: Option<(u64, Value)>,
    /// How the work of a Task, Parallel or Map state ended.
    pub work: Option<Work>,
}

/// What came of it.
pub struct Revisited {
    /// What fields became, by the members of AWS's InspectionData, in the order of work.
    pub stages: Vec<(&'static str, Payload)>,
    /// The output, unless the state failed.
    pub output: Option<Payload>,
    /// The error it failed with.
    pub error: Option<Arc<str>>,
}

impl Engine {
    /// Works on a visit once more. Nothing if its state cannot be found, or does not come to an end with what is given.
    pub fn revisit(&self, revisit: Revisit<'_>) -> Option<Revisited> {
        let definition = asl::parse(revisit.definition, Format::Json, &Options::default()).definition?;
        let (scope, state) = find(&definition, revisit.state_name)?;
        let context = context(&revisit);
        let machine = OfMachine {
            arn: revisit.state_machine_arn,
            name: revisit.state_machine_name,
            role_arn: revisit.role_arn,
            region: self.registry().identity().region.clone(),
            revision: 0,
        };
        let test = StateTest {
            definition: &definition,
            scope,
            state,
            header: Header::new(
                machine,
                revisit.execution_arn,
                revisit.name,
                revisit.execution_input,
                revisit.started_at,
                0,
            ),
            input: revisit.input,
            variables: revisit.variables,
            usual_context: context.clone(),
            context: Some(context),
            retries: revisit.retries,
            iteration_failures: 0,
            item_reader_data: None,
            now: revisit.entered_at,
            settings: &self.0.shared.settings,
        };
        let tested = match test.begin(revisit.work) {
            Begun::Tested(tested) => *tested,
            Begun::Wait(_) => test.end(None),
            Begun::Task(_) => return None,
        };
        Some(Revisited { stages: tested.stages, output: tested.output, error: tested.error })
    }
}

/// The context object as the state saw it, but for a task's token.
fn context(revisit: &Revisit<'_>) -> Value {
    let execution = json!({
        "Id": (&revisit.execution_arn),
        "Input": (revisit.execution_input.value()),
        "StartTime": (revisit.started_at.to_string()),
        "Name": (&revisit.name),
        "RoleArn": (&revisit.role_arn),
        "RedriveCount": (revisit.redrive_count)
    });
    let state = json!({
        "Name": (revisit.state_name),
        "EnteredTime": (revisit.entered_at.to_string()),
        "RetryCount": (revisit.retries)
    });
    let machine = json!({"Id": (&revisit.state_machine_arn), "Name": (&revisit.state_machine_name)});
    let mut context = ObjectBuilder::new();
    context.insert("Execution", execution).insert("StateMachine", machine).insert("State", state);
    context.insert("Task", json!({"Token": ""}));
    if let Some((index, value)) = &revisit.item {
        context.insert("Map", json!({"Item": {"Index": (*index), "Value": value}}));
    }
    context.build().into()
}
