//! Input and output processing. JSONPath: InputPath, Parameters, ResultSelector, ResultPath, OutputPath; JSONata: Arguments, Output; both:
//! Assign.

use crate::context::{self, Extras};
use crate::failure::{Fault, error_name};
use crate::frame::{Frame, FrameId, Phase};
use crate::history::HistoryEventDetails;
use crate::step::{Progress, Step, state_type};
use asl::definition::{Assign, Flow, JsonPathFlow, JsonataFlow, PathField, ResultPath, State, Template, Transition};
use expressions::{
    JsonataExpression, JsonataFailure, JsonataScope, JsonataTemplate, Path, PayloadTemplate, Random, Scope, Variables,
};
use json::{Object, ObjectBuilder, Payload, Value};
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

/// What a field may see besides the variables and the context object.
#[derive(Clone, Copy)]
pub(crate) struct Visible<'v> {
    /// `$` of JSONPath.
    pub document: &'v Value,
    /// `$states.result` of JSONata.
    pub result: Option<&'v Value>,
    /// `$states.errorOutput` of JSONata.
    pub error_output: Option<&'v Value>,
    /// What the context object shows besides the usual.
    pub extras: Extras<'v>,
}

impl<'v> Visible<'v> {
    /// A document and nothing else.
    pub fn of(document: &'v Value) -> Visible<'v> {
        Visible { document, result: None, error_output: None, extras: Extras::default() }
    }

    /// The result of the state's work.
    pub fn result(result: &'v Value) -> Visible<'v> {
        Visible { result: Some(result), ..Visible::of(result) }
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
        let context = context::build(self.execution, self.settings, frame, self.state_of(frame), extras);
        let mut random = Random::new(self.execution.seed);
        let variables =
            VisibleVariables { own: &frame.variables, parent: frame.parent, frames: &self.execution.frames };
        let result = evaluate(&Scope { input, context: &context, variables: &variables }, &mut random);
        self.execution.seed = random.seed();
        result
    }

    /// Evaluates something in JSONata.
    pub fn evaluate_jsonata<T>(
        &mut self,
        frame: &Frame,
        visible: Visible<'_>,
        evaluate: impl FnOnce(&JsonataScope<'_>, &mut Random) -> Result<T, JsonataFailure>,
    ) -> Result<T, Fault> {
        let now_ms = self.now.0;
        let evaluated = self.evaluate(frame, visible.document, visible.extras, |scope, random| {
            let mut states = ObjectBuilder::new();
            states.insert("input", frame.input.value());
            states.insert_some("result", visible.result);
            states.insert_some("errorOutput", visible.error_output);
            states.insert("context", scope.context);
            let states = Value::from(states.build());
            evaluate(&JsonataScope { states: &states, variables: scope.variables, now_ms }, random)
        });
        evaluated.map_err(Fault::from)
    }

    /// A JSONata template for the field `location`.
    pub fn jsonata(
        &mut self,
        frame: &Frame,
        visible: Visible<'_>,
        template: &JsonataTemplate,
        location: &str,
    ) -> Result<Value, Fault> {
        self.evaluate_jsonata(frame, visible, |scope, random| template.evaluate(location, scope, random))
    }

    /// A JSONata expression for the field `location`, which needs a value that `read` accepts.
    pub fn expression<T>(
        &mut self,
        frame: &Frame,
        expression: &JsonataExpression,
        location: &str,
        expected: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, Fault> {
        let input = frame.input.clone();
        self.evaluate_jsonata(frame, Visible::of(input.value()), |scope, random| {
            let value = expression.evaluate(location, scope, random)?;
            read(&value).ok_or_else(|| expression.unexpected_type(location, expected, &value))
        })
    }

    /// A JSONata expression for the field `location`, which needs a whole number. `out_of_range` says what is wrong with one (recorded for
    /// `TimeoutSeconds`, as is what is said of a fraction).
    pub fn whole_number(
        &mut self,
        frame: &Frame,
        expression: &JsonataExpression,
        location: &str,
        out_of_range: impl FnOnce(i64) -> Option<String>,
    ) -> Result<u64, Fault> {
        let number = self.expression(frame, expression, location, "number", |value| value.as_number().cloned())?;
        let refused = |cause| Fault::Evaluation { location: Some(location.to_owned()), cause, after_entry: false };
        let Some(integer) = number.as_integral() else {
            return Err(refused(format!("The {location} field cannot be parsed as an integer: {number}")));
        };
        match out_of_range(integer) {
            None => Ok(integer.unsigned_abs()),
            Some(cause) => Err(refused(cause)),
        }
    }

    pub fn path(&mut self, frame: &Frame, input: &Value, path: &Path) -> Result<Value, Fault> {
        self.evaluate(frame, input, Extras::default(), |scope, _| path.evaluate(scope))
            .map_err(|failure| Fault::runtime(failure.as_invalid_path(path.text())))
    }

    /// `InputPath` or `OutputPath` applied to `input`.
    fn filter(&mut self, frame: &Frame, input: &Payload, field: &PathField) -> Result<Payload, Fault> {
        match field {
            PathField::Whole => Ok(input.clone()),
            PathField::Discard => Ok(Value::empty_object().into()),
            PathField::Path(path) => self.path(frame, input.value(), path).map(Payload::from),
        }
    }

    /// A template of either language for the field `location`.
    pub fn template(
        &mut self,
        frame: &Frame,
        visible: Visible<'_>,
        template: &Template,
        location: &str,
    ) -> Result<Value, Fault> {
        match template {
            Template::JsonPath(template) => {
                Ok(self.evaluate(frame, visible.document, visible.extras, |scope, random| {
                    template.evaluate(scope, random)
                })?)
            }
            Template::Jsonata(template) => self.jsonata(frame, visible, template, location),
        }
    }

    /// The input as the state's own fields see it: filtered by `InputPath`.
    pub fn effective_input(&mut self, frame: &Frame, state: &State) -> Result<Payload, Fault> {
        match &state.flow {
            Flow::JsonPath(flow) => {
                let input = self.filter(frame, &frame.input, &flow.input_path)?;
                self.inspect("afterInputPath", &input);
                Ok(input)
            }
            Flow::Jsonata(_) => Ok(frame.input.clone()),
        }
    }

    /// What the work is given: `Parameters` over the effective input, or `Arguments`; the input itself where there are none.
    pub fn parameters(&mut self, frame: &Frame, state: &State, extras: Extras<'_>) -> Result<Payload, Fault> {
        let input = self.effective_input(frame, state)?;
        let visible = Visible { extras, ..Visible::of(input.value()) };
        match &state.flow {
            Flow::JsonPath(JsonPathFlow { parameters: Some(template), .. }) => {
                let evaluated = self.evaluate(frame, visible.document, visible.extras, |scope, random| {
                    template.evaluate(scope, random)
                });
                let parameters = Payload::from(evaluated?);
                self.inspect("afterParameters", &parameters);
                Ok(parameters)
            }
            Flow::JsonPath(_) => {
                self.inspect("afterParameters", &input);
                Ok(input)
            }
            Flow::Jsonata(JsonataFlow { arguments: Some(template), .. }) => {
                let arguments = Payload::from(self.jsonata(frame, visible, template, "Arguments")?);
                self.inspect("afterArguments", &arguments);
                Ok(arguments)
            }
            Flow::Jsonata(_) => Ok(input),
        }
    }

    /// What follows the work of a Task, Parallel or Map state: its result becomes the state's output.
    pub fn finish_work(&mut self, frame: &mut Frame, state: &State, result: Payload) -> Result<Progress, Fault> {
        let visible = Visible::result(result.value());
        let assigned = self.assign(frame, visible, state.assign.as_ref(), "Assign")?;
        let output = match &state.flow {
            Flow::JsonPath(JsonPathFlow { result_selector: Some(template), .. }) => {
                let selected = self.select(frame, result.value(), template)?;
                self.inspect("afterResultSelector", &selected);
                self.output(frame, state, selected)?
            }
            Flow::JsonPath(_) => {
                self.inspect("afterResultSelector", &result);
                self.output(frame, state, result)?
            }
            Flow::Jsonata(JsonataFlow { output: Some(template), .. }) => {
                self.jsonata(frame, visible, template, "Output")?.into()
            }
            Flow::Jsonata(JsonataFlow { output: None, .. }) => result,
        };
        self.leave(frame, state, output, assigned)
    }

    /// From a result to the state's output by `ResultPath` and `OutputPath`.
    pub fn output(&mut self, frame: &Frame, state: &State, result: Payload) -> Result<Payload, Fault> {
        let Flow::JsonPath(flow) = &state.flow else { return Ok(result) };
        let merged = place(&frame.input, result, &flow.result_path)?;
        self.inspect("afterResultPath", &merged);
        self.filter(frame, &merged, &flow.output_path)
    }

    /// What a state without a result hands on: its input through `OutputPath`, or `Output`, which stands at `location`.
    pub fn output_of_input(
        &mut self,
        frame: &Frame,
        state: &State,
        input: &Payload,
        output: Option<&JsonataTemplate>,
        location: &str,
    ) -> Result<Payload, Fault> {
        match (&state.flow, output) {
            (Flow::JsonPath(flow), _) => self.filter(frame, input, &flow.output_path),
            (Flow::Jsonata(_), None) => Ok(input.clone()),
            (Flow::Jsonata(_), Some(template)) => {
                self.jsonata(frame, Visible::of(input.value()), template, location).map(Payload::from)
            }
        }
    }

    /// Exits the state and goes where its transition leads.
    pub fn leave(
        &mut self,
        frame: &mut Frame,
        state: &State,
        output: Payload,
        assigned: Option<Object>,
    ) -> Result<Progress, Fault> {
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
        frame.phase = Phase::Ready;
        Progress::Next(next)
    }

    /// Evaluates the `Assign` at `location`; nothing is visible yet.
    pub fn assign(
        &mut self,
        frame: &Frame,
        visible: Visible<'_>,
        assign: Option<&Assign>,
        location: &str,
    ) -> Result<Option<Object>, Fault> {
        let Some(template) = assign else { return Ok(None) };
        let value = self.template(frame, visible, template, location)?;
        Ok(Some(value.as_object().expect("Assign is an object, checked with the definition").clone()))
    }

    /// The variables that a template reads, as the frame sees them.
    pub fn variables_read_by(&self, frame: &Frame, template: &Template) -> Object {
        let names = match template {
            Template::JsonPath(template) => template.variables().clone(),
            Template::Jsonata(template) => template.variables(),
        };
        let visible = VisibleVariables { own: &frame.variables, parent: frame.parent, frames: &self.execution.frames };
        names.iter().filter_map(|name| Some((json::Key::from(&**name), visible.get(name)?))).collect()
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
        if bytes > self.settings.payload_bytes_max || assigned.values().any(|value| value.is_deeper_than(DEPTH_MAX)) {
            return Err(Fault::too_large(state));
        }
        let length = |text: &Value| text.as_str().map_or(0, str::len);
        let grows = |(name, text)| frame.variables_bytes_with(name, length(text)) as i64 - frame.variables_bytes as i64;
        let growth: i64 = texts.iter().map(grows).sum();
        let held = self.execution.variables_bytes.saturating_add(self.execution.lacking_variables_bytes);
        let held = held.saturating_add(frame.variables_bytes).saturating_add_signed(growth as isize);
        if growth > 0 && held > self.settings.variables_bytes_max {
            return Err(Fault::too_large(state));
        }
        // Nobody shares them here: this takes no longer for a thousand variables than for one.
        for ((name, value), text) in assigned.iter().zip(texts.values()) {
            frame.set_variable(name, value, length(text));
        }
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
