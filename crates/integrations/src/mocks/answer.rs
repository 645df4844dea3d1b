//! What becomes of a mocked task.

use super::set::{Fault, MockSet, Pattern, Reply, Response, Rule, Throw, Validation, When};
use super::template::{Surroundings, Template, evaluate};
use crate::{TaskOrigin, TaskOutcome, TaskRequest, Thrown, mocked_result_problem};
use asl::definition::{IntegrationPattern, Resource};
use json::{Object, ObjectBuilder, Payload, Value, json};
use jsonata::World;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The longest an error's name or cause may be shown in a cause.
const SHOWN_MAX: usize = 200;

/// One task before a response. What expressions see is made when the first is evaluated.
struct Asked<'r> {
    set: &'r MockSet,
    request: &'r TaskRequest,
    origin: &'r TaskOrigin,
    surroundings: OnceLock<Surroundings>,
}

/// Whether the task is to be mocked, and not really done.
pub(super) fn mocks(set: &MockSet, request: &TaskRequest, origin: &TaskOrigin) -> bool {
    let Some(response) = response(set, origin) else { return false };
    let asked = Asked::new(set, request, origin);
    !matches!(asked.rule(response), Ok(Some(Rule { reply: Reply::Call, .. })))
}

/// What becomes of a task. `None` if it is to be really done.
pub(super) async fn perform(set: &MockSet, request: &TaskRequest, origin: &TaskOrigin) -> Option<TaskOutcome> {
    let response = response(set, origin)?;
    let asked = Asked::new(set, request, origin);
    let rule = match asked.rule(response) {
        Ok(Some(rule)) => rule,
        Ok(None) => return Some(refused(asked.no_rule(response))),
        Err(problem) => return Some(refused(asked.told(response, &problem))),
    };
    let mut chance = asked.chance();
    if let Some((least, most)) = rule.delay {
        let seconds = least + (most - least) * chance.f64();
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    }
    if let Some(Fault { rate, throw }) = &rule.fault
        && chance.f64() < *rate
    {
        return Some(asked.thrown(throw, None).unwrap_or_else(|problem| refused(asked.told(response, &problem))));
    }
    let outcome = asked.outcome(rule);
    outcome.unwrap_or_else(|problem| Some(refused(asked.told(response, &problem))))
}

fn response<'s>(set: &'s MockSet, origin: &TaskOrigin) -> Option<&'s Response> {
    let case = set.machines.get(&origin.state_machine)?.cases.get(&origin.test_case)?;
    case.get(&origin.state).map(|response| &**response)
}

impl<'r> Asked<'r> {
    fn new(set: &'r MockSet, request: &'r TaskRequest, origin: &'r TaskOrigin) -> Asked<'r> {
        Asked { set, request, origin, surroundings: OnceLock::new() }
    }

    /// The first rule that fits.
    fn rule<'s>(&self, response: &'s Response) -> Result<Option<&'s Rule>, String> {
        for rule in &response.rules {
            if self.fits(&rule.when)? {
                return Ok(Some(rule));
            }
        }
        Ok(None)
    }

    fn fits(&self, when: &When) -> Result<bool, String> {
        let TaskOrigin { invocation, attempt, item, input, .. } = self.origin;
        let in_numbers = when.invocation.is_none_or(|span| span.contains(*invocation))
            && when.attempt.is_none_or(|span| span.contains(*attempt))
            && when.item.is_none_or(|span| item.is_some_and(|item| span.contains(item)))
            && when.input.as_ref().is_none_or(|pattern| pattern.fits(input.value()))
            && when.arguments.as_ref().is_none_or(|pattern| pattern.fits(self.request.payload.value()));
        match &when.condition {
            Some(condition) if in_numbers => match evaluate(condition, self.surroundings())? {
                Value::Bool(holds) => Ok(holds),
                other => Err(format!("The condition '{}' is {other}, not true or false.", condition.source().trim())),
            },
            _ => Ok(in_numbers),
        }
    }

    fn outcome(&self, rule: &Rule) -> Result<Option<TaskOutcome>, String> {
        let submitted = rule.submitted.as_ref().map(|template| self.payload(template)).transpose()?;
        Ok(Some(match &rule.reply {
            Reply::Call => return Ok(None),
            Reply::Throw(throw) => self.thrown(throw, submitted)?,
            Reply::Wait => match (self.pattern(), submitted) {
                (IntegrationPattern::WaitForTaskToken, Some(output)) => TaskOutcome::Submitted { output },
                _ => return Err("A mock without 'Return' or 'Throw' is for .waitForTaskToken tasks only.".to_owned()),
            },
            Reply::Return(template) => {
                let result = self.payload(template)?;
                self.check(&result)?;
                let submitted = match self.pattern() {
                    IntegrationPattern::RequestResponse => None,
                    // Nobody said what the request was answered.
                    _ => Some(submitted.unwrap_or_else(|| result.clone())),
                };
                TaskOutcome::Mocked { submitted, end: Ok(result) }
            }
        }))
    }

    fn thrown(&self, throw: &Throw, submitted: Option<Payload>) -> Result<TaskOutcome, String> {
        let error = throw.error.as_ref().map(|error| self.text(error, "Error")).transpose()?;
        let cause = throw.cause.as_ref().map(|cause| self.text(cause, "Cause")).transpose()?;
        let submitted = submitted.filter(|_| self.pattern() != IntegrationPattern::RequestResponse);
        Ok(TaskOutcome::Mocked { submitted, end: Err(Thrown { error, cause }) })
    }

    fn text(&self, template: &Template, name: &str) -> Result<Arc<str>, String> {
        match template.evaluate(self.surroundings())? {
            Value::String(text) => Ok(text),
            other => Err(format!("'{name}' is {:.SHOWN_MAX$}, not a text.", other.to_string())),
        }
    }

    fn payload(&self, template: &Template) -> Result<Payload, String> {
        match template {
            Template::Value(value) => Ok(Payload::from(value.clone())),
            computed => computed.evaluate(self.surroundings()).map(Payload::from),
        }
    }

    fn check(&self, result: &Payload) -> Result<(), String> {
        let required = match self.set.validation {
            Validation::Off => return Ok(()),
            Validation::Present => false,
            Validation::Strict => true,
        };
        match mocked_result_problem(&self.request.resource, result.value(), required) {
            Some(problem) => Err(format!("The mocked result is none of this service: {problem}")),
            None => Ok(()),
        }
    }

    fn pattern(&self) -> IntegrationPattern {
        match &self.request.resource {
            Resource::Service { pattern, .. } => *pattern,
            _ => IntegrationPattern::RequestResponse,
        }
    }

    fn surroundings(&self) -> &Surroundings {
        self.surroundings.get_or_init(|| Surroundings {
            bindings: self.bindings(),
            world: World { now_ms: jiff::Timestamp::now().as_millisecond(), seed: self.identity() },
        })
    }

    fn bindings(&self) -> Object {
        let TaskOrigin {
            state_machine, execution_arn, execution_input, state, invocation, attempt, item, input, ..
        } = self.origin;
        let name = execution_arn.rsplit(':').next().unwrap_or_default();
        let mut context = ObjectBuilder::new();
        context.insert(
            "Execution",
            json!({"Id": (&**execution_arn), "Name": name, "Input": (execution_input.value().clone())}),
        );
        context.insert("State", json!({"Name": (&**state), "RetryCount": (*attempt)}));
        context.insert("StateMachine", json!({"Name": (&**state_machine)}));
        if let Some(item) = item {
            context.insert("Map", json!({"Item": {"Index": (*item)}}));
        }
        let mut states = ObjectBuilder::new();
        states.insert("input", input.value());
        states.insert("arguments", self.request.payload.value());
        states.insert("context", context.build());
        let mut bindings = ObjectBuilder::new();
        bindings.insert("states", states.build());
        bindings.insert("invocation", *invocation);
        bindings.insert("attempt", *attempt);
        bindings.insert_some("item", *item);
        bindings.build()
    }

    /// The same for the same task of an execution with the same input: so a run can be had again.
    fn identity(&self) -> u64 {
        let TaskOrigin { state_machine, state, invocation, execution_input, .. } = self.origin;
        let text = format!("{state_machine}\0{state}\0{invocation}\0{}", execution_input.text());
        // FNV-1a, begun with the seed.
        let begin = 0xcbf2_9ce4_8422_2325 ^ self.set.seed;
        text.bytes().fold(begin, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    fn chance(&self) -> fastrand::Rng {
        fastrand::Rng::with_seed(self.identity())
    }

    fn no_rule(&self, response: &Response) -> String {
        let TaskOrigin { invocation, attempt, item, .. } = self.origin;
        let item = item.map(|item| format!(", item {item}")).unwrap_or_default();
        let which = format!("invocation {invocation} (attempt {attempt}{item})");
        self.told(response, &format!("Nothing in it is for {which}."))
    }

    fn told(&self, response: &Response, problem: &str) -> String {
        let TaskOrigin { test_case, state, .. } = self.origin;
        format!(
            "The mocked response '{}' of the state '{state}' in the test case '{test_case}': {problem}",
            response.name
        )
    }
}

fn refused(cause: String) -> TaskOutcome {
    TaskOutcome::Refused { cause: cause.into() }
}

impl Pattern {
    fn fits(&self, value: &Value) -> bool {
        match self {
            Pattern::Equals(wanted) => value == wanted,
            Pattern::Contains(wanted) => contains(value, wanted),
        }
    }
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(object), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| object.get(name).is_some_and(|value| contains(value, wanted)))
        }
        (Value::Array(array), Value::Array(wanted)) => {
            array.len() == wanted.len()
                && array.iter().zip(wanted.iter()).all(|(value, wanted)| contains(value, wanted))
        }
        (value, wanted) => value == wanted,
    }
}
