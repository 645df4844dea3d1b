//! Forks: an execution that begins at a state that an earlier one came to. No operation of AWS's API makes them, and its operations show them
//! as any others.
//!
//! What the earlier execution had at that state is not looked up here: whoever asks says it, and may say something else.

use super::start_execution::halves;
use crate::Engine;
use crate::express::Prepared;
use crate::registry::{Revision, RevisionNumber, Started};
use api::{Code, Exception, StartExecutionRequest, StartExecutionResponse, StateMachineType};
use arn::{ExecutionArn, StateMachineArn, valid_name};
use asl::StateMachineDefinition;
use asl::definition::TOP;
use interpreter::{ForkedFrom, Header};
use json::Payload;
use std::sync::Arc;

/// What is to be forked, where, and with what.
#[derive(Clone, Debug)]
pub struct ForkRequest {
    /// The fork; its execution is one that is stored, or an Express execution that is still kept.
    pub from: ForkedFrom,
    /// A name; the engine invents one without.
    pub name: Option<Arc<str>>,
    /// Whether it runs the machine's current revision, and not that of the execution it is forked from.
    pub runs_current: bool,
    /// X-Ray's header.
    pub trace_header: Option<Arc<str>>,
}

/// Why there is no fork.
#[derive(Clone, Debug)]
pub struct ForkRefused {
    /// What is to blame: `state`, `input`, `variables` or `name`, if it is one of them.
    pub field: Option<&'static str>,
    /// In the words of the API.
    pub exception: Exception,
}

impl From<Exception> for ForkRefused {
    fn from(exception: Exception) -> ForkRefused {
        ForkRefused { field: None, exception }
    }
}

/// What is known of the execution that is forked.
struct Origin {
    state_machine_arn: Arc<str>,
    revision: u64,
    version: Option<u64>,
    alias: Option<Arc<str>>,
    test_case: Option<Arc<str>>,
    is_child: bool,
    /// What it was started with.
    input: Payload,
}

impl Engine {
    /// Starts an execution at a state of the outermost scope that another one came to, with the other's input as its own; answered when the start
    /// is durable. Repeated with the same name and everything else while the fork runs, it answers the same again, as StartExecution does.
    pub async fn fork_execution(&self, request: ForkRequest) -> Result<StartExecutionResponse, ForkRefused> {
        let origin = self.origin(&request.from.execution_arn).await?;
        if origin.is_child {
            let message =
                "A child of a Map Run cannot be forked: fork the execution that has the Map Run, at its Map state";
            return Err(Exception::validation(message).into());
        }
        let machine = StateMachineArn::parse(&origin.state_machine_arn).map_err(Exception::from)?;
        let current = self.registry().current(&machine).await?;
        let started = match request.runs_current {
            true => Started { revision: current.clone(), version: None, alias: None },
            false => {
                let number = RevisionNumber(origin.revision);
                let revision = self.registry().revision(number).await.map_err(|error| crate::read_failed(&error))?;
                Started { revision, version: origin.version, alias: origin.alias }
            }
        };
        if started.revision.machine_type != current.machine_type {
            let message = "The state machine was deleted and made anew as one of another type";
            return Err(Exception::new(Code::ConflictException, message).into());
        }
        self.check(&request, &started.revision)?;
        let from = Arc::new(request.from);
        if current.machine_type == StateMachineType::Express {
            let start = StartExecutionRequest {
                state_machine_arn: machine,
                test_case: origin.test_case,
                name: request.name,
                input: origin.input,
                trace_header: request.trace_header,
            };
            let mut new = self.0.express.new_execution(Arc::new(Prepared::new(started)), start)?;
            new.header.forked_from = Some(from);
            return Ok(self.start_new_express(new).await?);
        }
        let test_case = self.0.shared.test_case(&started.revision.machine_name, origin.test_case.as_deref())?;
        let [seed, _] = halves(self.0.shared.environment.entropy());
        let Started { revision, version, alias } = started;
        let header = |header: Header| Header {
            trace_header: request.trace_header,
            state_machine_version: version,
            state_machine_alias: alias,
            test_case,
            forked_from: Some(from),
            ..header
        };
        Ok(self.start_standard(revision, request.name, origin.input, seed, header).await?)
    }

    /// Where a stored execution was forked, if it is a fork.
    pub async fn forked_from(&self, arn: &ExecutionArn) -> Result<Option<Arc<ForkedFrom>>, Exception> {
        Ok(self.stored(arn).await?.header.forked_from)
    }

    async fn origin(&self, arn: &str) -> Result<Origin, Exception> {
        if let Ok(arn) = ExecutionArn::parse(arn) {
            let header = self.stored(&arn).await?.header;
            return Ok(Origin {
                is_child: header.map_run.is_some(),
                state_machine_arn: header.state_machine_arn,
                revision: header.revision,
                version: header.state_machine_version,
                alias: header.state_machine_alias,
                test_case: header.test_case,
                input: header.input,
            });
        }
        let found = self.0.express.origin(arn).ok_or_else(|| Exception::execution_does_not_exist(&arn))?;
        Ok(Origin {
            is_child: found.shown.child.is_some(),
            state_machine_arn: found.shown.state_machine_arn,
            revision: found.revision,
            version: found.shown.state_machine_version,
            alias: found.shown.state_machine_alias,
            test_case: found.test_case,
            input: Payload::from_valid_text(found.shown.input),
        })
    }

    /// Whether the machine has the state, and the data may be a state's.
    fn check(&self, request: &ForkRequest, revision: &Revision) -> Result<(), ForkRefused> {
        let settings = &self.0.shared.settings;
        let ForkedFrom { state_name, input, variables, .. } = &request.from;
        let refuse =
            |field, message: String| Err(ForkRefused { field: Some(field), exception: Exception::validation(message) });
        if !is_outermost(&revision.definition, state_name) {
            let whose = if request.runs_current { "state machine's current" } else { "execution's" };
            return refuse(
                "state",
                match outermost(&revision.definition, state_name) {
                    Some(around) => format!(
                        "The state '{state_name}' is inside '{around}': a fork begins at the outermost state around it, '{around}'"
                    ),
                    None => format!("The {whose} definition has no state '{state_name}'"),
                },
            );
        }
        if let Some(name) = request.name.as_deref().filter(|name| !valid_name(name)) {
            return refuse("name", format!("'{name}' cannot be an execution's name"));
        }
        let bytes_max = settings.payload_bytes_max;
        if input.len_bytes() > bytes_max {
            return refuse("input", format!("The input has {} bytes, more than {bytes_max}", input.len_bytes()));
        }
        let Some(named) = variables.value().as_object() else {
            return refuse("variables", "The variables must be an object".to_owned());
        };
        for (name, value) in named.iter() {
            let why = match asl::why_no_variable_name(name) {
                _ if &**name == "states" => Some("is reserved"),
                why => why,
            };
            if let Some(why) = why {
                return refuse("variables", format!("No variable can be called '{name}': the name {why}"));
            }
            let bytes = value.to_string().len();
            if bytes > bytes_max {
                return refuse("variables", format!("The variable '{name}' has {bytes} bytes, more than {bytes_max}"));
            }
        }
        if variables.len_bytes() > settings.variables_bytes_max {
            let (bytes, bytes_max) = (variables.len_bytes(), settings.variables_bytes_max);
            return refuse("variables", format!("The variables have {bytes} bytes, more than {bytes_max}"));
        }
        Ok(())
    }
}

fn is_outermost(definition: &StateMachineDefinition, name: &str) -> bool {
    definition.scope(TOP).states.iter().any(|state| *state.name == *name)
}

/// The state of the outermost scope that a state is, or is inside.
fn outermost<'d>(definition: &'d StateMachineDefinition, name: &str) -> Option<&'d Arc<str>> {
    let (mut scope, mut state) = super::find(definition, name)?;
    while let Some(around) = definition.scope(scope).parent {
        (scope, state) = around;
    }
    Some(&definition.state(scope, state).name)
}
