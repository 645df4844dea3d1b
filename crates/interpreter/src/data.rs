//! Input and output processing of the JSONPath language: InputPath, Parameters, ResultSelector, ResultPath, OutputPath, Assign.

use crate::context::{self, Extras};
use crate::failure::{Fault, error_name};
use crate::frame::{Frame, FrameId};
use crate::history::HistoryEventDetails;
use crate::step::{Progress, Step, state_type};
use asl::definition::{Assign, PathField, ResultPath, State, Transition};
use expressions::{Path, PayloadTemplate, Random, Scope, Variables};
use json::{Object, Payload, Value};
use std::collections::BTreeMap;

/// How deep a payload may nest: what AWS's JSON library reads. A loop that wraps its input again and again ends here.
const DEPTH_MAX: usize = json::DEPTH_MAX;

/// The variables a frame sees: its own, then those of the scopes around it.
struct VisibleVariables<'f> {
    own: &'f Object,
    parent: Option<FrameId>,
    frames: &'f BTreeMap<FrameId, Frame>,
}

impl Variables for VisibleVariables<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.own.get(name) {
            return Some(value.clone());
        }
        let mut next = self.parent;
        while let Some(frame) = next.and_then(|id| self.frames.get(&id)) {
            if let Some(value) = frame.variables.get(name) {
                return Some(value.clone());
            }
            next = frame.parent;
        }
        None
    }
}

impl Step<'_> {
    /// Evaluates something with `$` as `input`; the execution's random numbers move on with it.
    pub fn evaluate<T>(
        &mut self,
        frame: &Frame,
        input: &Value,
        extras: Extras<'_>,
        evaluate: impl FnOnce(&Scope<'_>, &mut Random) -> T,
    ) -> T {
        let context = context::build(self.execution, frame, self.state_of(frame), extras);
        let mut random = Random::new(self.execution.seed);
        let variables =
            VisibleVariables { own: &frame.variables, parent: frame.parent, frames: &self.execution.frames };
        let result = evaluate(&Scope { input, context: &context, variables: &variables }, &mut random);
        self.execution.seed = random.seed();
        result
    }

    pub fn path(&mut self, frame: &Frame, input: &Value, path: &Path) -> Result<Value, Fault> {
        self.evaluate(frame, input, Extras::default(), |scope, _| path.evaluate(scope))
            .map_err(|failure| Fault::runtime(failure.as_invalid_path(path.text())))
    }

    /// `InputPath` or `OutputPath` applied to `input`.
    pub fn filter(&mut self, frame: &Frame, input: &Payload, field: &PathField) -> Result<Payload, Fault> {
        match field {
            PathField::Whole => Ok(input.clone()),
            PathField::Discard => Ok(Value::empty_object().into()),
            PathField::Path(path) => self.path(frame, input.value(), path).map(Payload::from),
        }
    }

    pub fn template(
        &mut self,
        frame: &Frame,
        input: &Value,
        extras: Extras<'_>,
        template: &PayloadTemplate,
    ) -> Result<Value, Fault> {
        Ok(self.evaluate(frame, input, extras, |scope, random| template.evaluate(scope, random))?)
    }

    /// `Parameters` over the effective input; the input itself where there are none.
    pub fn parameters(&mut self, frame: &Frame, state: &State, extras: Extras<'_>) -> Result<Payload, Fault> {
        let input = self.filter(frame, &frame.input, &state.flow.input_path)?;
        match &state.flow.parameters {
            Some(template) => self.template(frame, input.value(), extras, template).map(Payload::from),
            None => Ok(input),
        }
    }

    /// What follows the work of a Task, Parallel or Map state: its result becomes the state's output.
    pub fn finish_work(&mut self, frame: &mut Frame, state: &State, result: Payload) -> Result<Progress, Fault> {
        let assigned = self.assign(frame, result.value(), state.assign.as_ref())?;
        let selected = match &state.flow.result_selector {
            Some(template) => self.select(frame, result.value(), template)?,
            None => result,
        };
        self.finish(frame, state, selected, assigned)
    }

    /// From a result to the state's output, and on to the next state.
    pub fn finish(
        &mut self,
        frame: &mut Frame,
        state: &State,
        result: Payload,
        assigned: Option<Object>,
    ) -> Result<Progress, Fault> {
        let merged = place(&frame.input, result, &state.flow.result_path)?;
        let output = self.filter(frame, &merged, &state.flow.output_path)?;
        self.exit(frame, state, output, assigned)?;
        Ok(match state.transition {
            Transition::Next(next) => self.go_to(frame, next),
            Transition::End => Progress::End(frame.input.clone()),
        })
    }

    /// Leaves the state with `output`, which becomes the frame's input, and makes its variables visible.
    pub fn exit(
        &mut self,
        frame: &mut Frame,
        state: &State,
        output: Payload,
        assigned: Option<Object>,
    ) -> Result<(), Fault> {
        self.check_size(&output, &state.name)?;
        let assigned_variables = match assigned {
            Some(assigned) => Some(self.set_variables(frame, &state.name, &assigned)?),
            None => None,
        };
        let event = HistoryEventDetails::StateExited {
            state_type: state_type(state),
            name: state.name.clone(),
            output: output.clone(),
            assigned_variables,
        };
        self.emit_on(frame, event);
        frame.input = output;
        frame.work = None;
        frame.changed.base = true;
        Ok(())
    }

    pub fn go_to(&mut self, frame: &mut Frame, next: asl::definition::StateIndex) -> Progress {
        frame.changed.base = true;
        Progress::Next(next)
    }

    /// Evaluates `Assign` over `input`; nothing is visible yet.
    pub fn assign(&mut self, frame: &Frame, input: &Value, assign: Option<&Assign>) -> Result<Option<Object>, Fault> {
        let Some(template) = assign else { return Ok(None) };
        let value = self.template(frame, input, Extras::default(), template)?;
        Ok(Some(value.as_object().expect("Assign is an object, checked with the definition").clone()))
    }

    pub fn check_size(&self, payload: &Payload, what: &str) -> Result<(), Fault> {
        if payload.value().is_deeper_than(DEPTH_MAX) || payload.len_bytes() > self.settings.payload_bytes_max {
            return Err(Fault::too_large(what));
        }
        Ok(())
    }

    /// AWS words a missing path in `ResultSelector` like one in `InputPath` (recorded).
    fn select(&mut self, frame: &Frame, result: &Value, template: &PayloadTemplate) -> Result<Payload, Fault> {
        self.evaluate(frame, result, Extras::default(), |scope, random| template.evaluate(scope, random))
            .map(Payload::from)
            .map_err(|error| Fault::AtState { error: error.error_name(), detail: error.as_invalid_path() })
    }

    /// Merges assigned variables into the frame's and returns them as the event shows them: names to JSON text.
    fn set_variables(&mut self, frame: &mut Frame, state: &str, assigned: &Object) -> Result<Object, Fault> {
        let texts: Object =
            assigned.iter().map(|(name, value)| (name.clone(), Value::from(value.to_string()))).collect();
        let bytes: usize = texts.values().filter_map(Value::as_str).map(str::len).sum();
        let variables =
            assigned.iter().fold(frame.variables.clone(), |all, (name, value)| all.with(name.clone(), value.clone()));
        if bytes > self.settings.payload_bytes_max
            || assigned.values().any(|value| value.is_deeper_than(DEPTH_MAX))
            || Value::from(&variables).to_string().len() > self.settings.variables_bytes_max
        {
            return Err(Fault::too_large(state));
        }
        frame.variables = variables;
        frame.changed.base = true;
        Ok(texts)
    }
}

/// `ResultPath`: where in the raw input a result goes.
pub(crate) fn place(input: &Payload, result: Payload, result_path: &ResultPath) -> Result<Payload, Fault> {
    match result_path {
        ResultPath::Whole => Ok(result),
        ResultPath::Discard => Ok(input.clone()),
        ResultPath::Path(path) => {
            path.set(input.value(), result.value().clone()).map(Payload::from).map_err(|mismatch| Fault::AtState {
                error: error_name::RESULT_PATH_MATCH_FAILURE,
                detail: mismatch.to_string(),
            })
        }
    }
}
