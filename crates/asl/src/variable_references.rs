//! Which variables each state reads: DescribeStateMachine's `variableReferences`.

use crate::definition::{
    Catcher, Condition, Flow, IntegerField, MapState, NumberField, Operand, Operator, PathField, State, StateKind,
    StateMachineDefinition, TaskState, Template, TextField, WaitState,
};
use expressions::{JsonataExpression, JsonataTemplate, Path, PayloadTemplate};
use std::collections::{BTreeMap, BTreeSet};

/// State name to the names of the variables it reads, sorted; a state that reads none is left out. What a state assigns is not told.
/// (Recorded: a variable read in a nested state belongs to that state alone.)
pub fn variable_references(definition: &StateMachineDefinition) -> BTreeMap<String, Vec<String>> {
    let mut references = BTreeMap::new();
    for state in definition.scopes.iter().flat_map(|scope| &scope.states) {
        let mut names = Names::default();
        names.state(state);
        if !names.0.is_empty() {
            references.insert(state.name.to_string(), names.0.into_iter().collect());
        }
    }
    references
}

#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn path(&mut self, path: &Path) {
        self.0.extend(path.variable().map(str::to_owned));
    }

    fn payload_template(&mut self, template: &Option<PayloadTemplate>) {
        self.0.extend(template.iter().flat_map(|template| template.variables()).map(|name| name.to_string()));
    }

    fn jsonata_template(&mut self, template: &Option<JsonataTemplate>) {
        self.0.extend(template.iter().flat_map(|template| template.variables()).map(|name| name.to_string()));
    }

    fn expression(&mut self, expression: &JsonataExpression) {
        self.0.extend(expression.variables().iter().map(|name| name.to_string()));
    }

    fn template(&mut self, template: &Option<Template>) {
        match template {
            None => {}
            Some(Template::JsonPath(template)) => {
                self.0.extend(template.variables().iter().map(|name| name.to_string()));
            }
            Some(Template::Jsonata(template)) => {
                self.0.extend(template.variables().iter().map(|name| name.to_string()));
            }
        }
    }

    fn flow(&mut self, flow: &Flow) {
        match flow {
            Flow::JsonPath(flow) => {
                self.path_field(&flow.input_path);
                self.payload_template(&flow.parameters);
                self.payload_template(&flow.result_selector);
                self.path_field(&flow.output_path);
            }
            Flow::Jsonata(flow) => {
                self.jsonata_template(&flow.arguments);
                self.jsonata_template(&flow.output);
            }
        }
    }

    fn path_field(&mut self, field: &PathField) {
        if let PathField::Path(path) = field {
            self.path(path);
        }
    }

    fn integer(&mut self, field: &Option<IntegerField>) {
        match field {
            Some(IntegerField::Path(path)) => self.path(path),
            Some(IntegerField::Expression(expression)) => self.expression(expression),
            Some(IntegerField::Literal(_)) | None => {}
        }
    }

    fn text(&mut self, field: &Option<TextField>) {
        match field {
            Some(TextField::Expression(expression)) => {
                self.0.extend(expression.variables().iter().map(|name| name.to_string()));
            }
            Some(TextField::Jsonata(expression)) => self.expression(expression),
            Some(TextField::Literal(_)) | None => {}
        }
    }

    fn state(&mut self, state: &State) {
        self.flow(&state.flow);
        self.template(&state.assign);
        for Catcher { assign, output, .. } in state.catch() {
            self.template(assign);
            self.jsonata_template(output);
        }
        match &state.kind {
            StateKind::Pass(_) | StateKind::Succeed | StateKind::Parallel(_) => {}
            StateKind::Task(task) => self.task(task),
            StateKind::Choice(choice) => {
                for rule in &choice.rules {
                    self.condition(&rule.condition);
                    self.template(&rule.assign);
                    self.jsonata_template(&rule.output);
                }
            }
            StateKind::Wait(WaitState::SecondsPath(path) | WaitState::TimestampPath(path)) => self.path(path),
            StateKind::Wait(WaitState::SecondsExpression(expression) | WaitState::TimestampExpression(expression)) => {
                self.expression(expression);
            }
            StateKind::Wait(WaitState::Seconds(_) | WaitState::Timestamp(_)) => {}
            StateKind::Fail(fail) => {
                self.text(&fail.error);
                self.text(&fail.cause);
            }
            StateKind::Map(map) => self.map(map),
        }
    }

    fn task(&mut self, task: &TaskState) {
        self.integer(&task.timeout_seconds);
        self.integer(&task.heartbeat_seconds);
        self.template(&task.credentials);
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::And(conditions) | Condition::Or(conditions) => {
                for condition in conditions {
                    self.condition(condition);
                }
            }
            Condition::Not(condition) => self.condition(condition),
            Condition::Literal(_) => {}
            Condition::Jsonata(expression) => self.expression(expression),
            Condition::Compare(comparison) => {
                self.path(&comparison.variable);
                if let Operator::String(_, Operand::Path(path))
                | Operator::Numeric(_, Operand::Path(path))
                | Operator::Timestamp(_, Operand::Path(path))
                | Operator::BooleanEquals(Operand::Path(path)) = &comparison.operator
                {
                    self.path(path);
                }
            }
        }
    }

    fn map(&mut self, map: &MapState) {
        if let Some(path) = &map.items_path {
            self.path(path);
        }
        self.jsonata_template(&map.items);
        self.template(&map.item_selector);
        self.integer(&map.max_concurrency);
        self.integer(&map.tolerated_failure_count);
        match &map.tolerated_failure_percentage {
            Some(NumberField::Path(path)) => self.path(path),
            Some(NumberField::Expression(expression)) => self.expression(expression),
            Some(NumberField::Literal(_)) | None => {}
        }
        let Some(distributed) = &map.distributed else {
            return;
        };
        if let Some(reader) = &distributed.item_reader {
            self.template(&reader.parameters);
            self.integer(&reader.max_items);
        }
        if let Some(batcher) = &distributed.item_batcher {
            self.integer(&batcher.max_items_per_batch);
            self.integer(&batcher.max_input_bytes_per_batch);
            self.template(&batcher.batch_input);
        }
        if let Some(writer) = &distributed.result_writer {
            self.template(&writer.parameters);
        }
    }
}
