//! The crate against AWS's model of the API: every operation, error, member of a request, constraint and word is known here, or named with
//! the reason why not.

mod support;

use json::{Object, Value};
use std::collections::BTreeSet;
use stepwell_api::{Code, NOT_BUILT, Operation};

const MODEL: &str = include_str!("../model/stepfunctions-2016-11-23.json");

/// Errors of the model that are never answered.
const NEVER_ANSWERED: [(&str, &str); 3] = [
    ("KmsAccessDeniedException", "keys are named, not used"),
    ("KmsInvalidStateException", "keys are named, not used"),
    ("KmsThrottlingException", "keys are named, not used"),
];

/// Constraints that AWS does not hold itself to.
const NOT_SO: [(&str, &str, &str); 1] =
    [("ValidateStateMachineDefinition", "definition", "have length greater than or equal to 1")];

/// Optional members without which a request, or a structure in one, says nothing.
const NEEDED: [(&str, &str); 4] = [
    ("Tag", "key"),
    ("ListExecutions", "stateMachineArn"),
    ("UpdateStateMachine", "definition"),
    ("UpdateStateMachineAlias", "description"),
];

/// Structures of replies of which only a part is made here.
const IN_PART: [(&str, &str); 2] = [
    ("InspectionData", "a state has those that belong to its type"),
    ("HistoryEvent", "its details are shaped and tested where histories are, in the interpreter"),
];

struct Model {
    operations: Object,
    shapes: Object,
}

impl Model {
    fn read() -> Model {
        let model = json::parse(MODEL).expect("the model is JSON");
        let section = |name: &str| model.get(name).and_then(Value::as_object).expect("a section").clone();
        Model { operations: section("operations"), shapes: section("shapes") }
    }

    fn shape(&self, name: &str) -> &Value {
        self.shapes.get(name).unwrap_or_else(|| panic!("no shape {name}"))
    }

    /// A value of a shape that decodes: structures have what they need only.
    fn sample(&self, name: &str, shape_name: &str) -> Value {
        let shape = self.shape(shape_name);
        match text(shape, "type") {
            "string" => match list(shape, "enum").first() {
                Some(word) => word.clone(),
                None => sample_text(name).into(),
            },
            "integer" | "long" => 100.into(),
            "boolean" => true.into(),
            "list" => vec![self.sample(name, text(shape.get("member").expect("a member"), "shape"))].into(),
            "structure" => {
                let required = list(shape, "required").iter().filter_map(Value::as_str);
                let needed =
                    NEEDED.iter().filter(|(of, _)| shape_name.strip_suffix("Input").unwrap_or(shape_name) == *of);
                let member = |member: &str| (member.to_owned(), self.sample(member, member_shape(shape, member)));
                required.chain(needed.map(|(_, member)| *member)).map(member).collect::<Object>().into()
            }
            other => panic!("{name} is of the type {other}, which no request had so far"),
        }
    }
}

fn sample_text(member: &str) -> &'static str {
    match member {
        "stateMachineArn" | "resourceArn" => "arn:aws:states:us-east-1:123456789012:stateMachine:m",
        "stateMachineVersionArn" => "arn:aws:states:us-east-1:123456789012:stateMachine:m:1",
        "stateMachineAliasArn" => "arn:aws:states:us-east-1:123456789012:stateMachine:m:PROD",
        "executionArn" => "arn:aws:states:us-east-1:123456789012:execution:m:e",
        "mapRunArn" => "arn:aws:states:us-east-1:123456789012:mapRun:m/label:00000000-0000-4000-8000-000000000000",
        "activityArn" => "arn:aws:states:us-east-1:123456789012:activity:a",
        "roleArn" => "arn:aws:iam::123456789012:role/r",
        "output" | "input" => "{}",
        _ => "word",
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], |array| array)
}

fn number(value: &Value, name: &str) -> Option<i64> {
    value.get(name).and_then(Value::as_i64)
}

fn member_shape<'v>(structure: &'v Value, member: &str) -> &'v str {
    let members = structure.get("members").and_then(|members| members.get(member));
    text(members.unwrap_or_else(|| panic!("no member {member}")), "shape")
}

fn names(object: &Object) -> BTreeSet<&str> {
    object.keys().map(|name| &**name).collect()
}

#[test]
fn every_operation_and_error_is_known() {
    let model = Model::read();
    let built = Operation::ALL.iter().map(|operation| operation.as_str());
    assert_eq!(built.chain(NOT_BUILT).collect::<BTreeSet<_>>(), names(&model.operations));
    let is_error = |shape: &Value| shape.get("exception").is_some();
    let errors = model.shapes.iter().filter(|(_, shape)| is_error(shape)).map(|(name, _)| &**name);
    for error in errors {
        let answered = Code::ALL.iter().any(|code| code.as_str() == error);
        let listed = NEVER_ANSWERED.iter().any(|(name, _)| *name == error);
        assert!(answered != listed, "{error}: answered {answered}, listed as never answered {listed}");
    }
}

#[test]
fn every_member_of_a_request_is_held_to_its_constraints() {
    let model = Model::read();
    let mut checked = 0;
    for operation in Operation::ALL {
        let name = operation.as_str();
        let description = model.operations.get(name).expect("a known operation");
        let input = text(description.get("input").expect("an input"), "shape");
        let least = model.sample("", input);
        assert_eq!(support::decode(*operation, &least), Ok(()), "{name} {least}");
        let mut check = Check { model: &model, operation: *operation, checked: 0 };
        check.structure("", model.shape(input), &least, &|body| body);
        checked += check.checked;
    }
    assert!(checked > 250, "{checked} checks for all operations are too few");
}

#[test]
fn every_member_of_a_reply_is_sent_as_what_it_is() {
    let model = Model::read();
    for operation in Operation::ALL {
        let description = model.operations.get(operation.as_str()).expect("a known operation");
        let output = text(description.get("output").expect("an output"), "shape");
        model.holds(operation.as_str(), output, &support::replies::full(*operation));
    }
}

impl Model {
    /// Panics unless `value` is of the shape and, with all that is in it, has every member of it.
    fn holds(&self, path: &str, shape_name: &str, value: &Value) {
        let shape = self.shape(shape_name);
        let is_of_type = match text(shape, "type") {
            "string" => value.as_str().is_some(),
            "integer" | "long" => value.as_i64().is_some(),
            "timestamp" | "float" => value.as_number().is_some(),
            "boolean" => value.as_bool().is_some(),
            "list" => {
                let items = value.as_array().unwrap_or_else(|| panic!("{path}: {value}"));
                let item = text(shape.get("member").expect("a member"), "shape");
                items.iter().for_each(|value| self.holds(&format!("{path}[]"), item, value));
                true
            }
            "map" => {
                let entries = value.as_object().unwrap_or_else(|| panic!("{path}: {value}"));
                let entry = text(shape.get("value").expect("a value"), "shape");
                entries.values().for_each(|value| self.holds(&format!("{path}{{}}"), entry, value));
                true
            }
            "structure" => {
                let members = value.as_object().unwrap_or_else(|| panic!("{path}: {value}"));
                let described = shape.get("members").and_then(Value::as_object).expect("members");
                let is_partial = IN_PART.iter().any(|(of, _)| *of == shape_name);
                if is_partial {
                    assert!(names(members).is_subset(&names(described)), "{path}");
                } else {
                    assert_eq!(names(members), names(described), "{path}");
                }
                for (name, value) in members.iter() {
                    self.holds(&format!("{path}.{name}"), member_shape(shape, name), value);
                }
                true
            }
            other => panic!("{path} is of the type {other}, which no reply had so far"),
        };
        let words = list(shape, "enum");
        assert!(is_of_type && (words.is_empty() || words.contains(value)), "{path}: {value}");
    }
}

/// The checks of one operation.
struct Check<'m> {
    model: &'m Model,
    operation: Operation,
    checked: usize,
}

impl Check<'_> {
    /// All members of the structure `valid`, which `place` makes a body of.
    fn structure(&mut self, path: &str, shape: &Value, valid: &Value, place: &dyn Fn(Value) -> Value) {
        let valid = valid.as_object().expect("a structure");
        let members = shape.get("members").and_then(Value::as_object).expect("members");
        let required = list(shape, "required");
        for (member, reference) in members.iter() {
            let path = if path.is_empty() { member.to_string() } else { format!("{path}.{member}") };
            if required.iter().any(|name| name.as_str() == Some(member)) {
                self.refuses(&place(valid.without(member).into()), "null ", &path, "not be null");
            }
            let place = |value: Value| place(valid.with(member.clone(), value).into());
            self.value(&path, member, text(reference, "shape"), &place);
        }
    }

    /// Everything that can be wrong with a value, which `place` makes a body of.
    fn value(&mut self, path: &str, name: &str, shape_name: &str, place: &dyn Fn(Value) -> Value) {
        let shape = self.model.shape(shape_name);
        let sample = self.model.sample(name, shape_name);
        match text(shape, "type") {
            "string" if shape.get("enum").is_some() => self.words(path, list(shape, "enum"), place),
            "string" => self.text(path, shape, place),
            "integer" | "long" => {
                self.has_type(&place("text".into()));
                let bounds = [("min", -1, "greater"), ("max", 1, "less")];
                for (bound, step, relation) in bounds {
                    let Some(limit) = number(shape, bound) else { continue };
                    let value = limit + step;
                    let constraint = format!("have value {relation} than or equal to {limit}");
                    self.refuses(&place(value.into()), &format!("'{value}' "), path, &constraint);
                }
            }
            "boolean" => self.has_type(&place("text".into())),
            "list" => {
                self.has_type(&place("text".into()));
                let (max, min) = (number(shape, "max"), number(shape, "min"));
                let item = text(shape.get("member").expect("a member"), "shape");
                let items = |count: i64| vec![self.model.sample(name, item); count as usize].into();
                let too_many: Option<(Value, i64)> = max.map(|max| (items(max + 1), max));
                if let Some((many, max)) = too_many {
                    self.refuses_in(&place(many), path, &format!("have length less than or equal to {max}"));
                }
                if let Some(min) = min {
                    self.refuses_in(
                        &place(Vec::new().into()),
                        path,
                        &format!("have length greater than or equal to {min}"),
                    );
                }
                self.value(&format!("{path}.1.member"), name, item, &|value| place(vec![value].into()));
            }
            "structure" => {
                self.has_type(&place("text".into()));
                self.structure(path, shape, &sample, place);
            }
            other => panic!("{path} is of the type {other}, which no request had so far"),
        }
    }

    fn text(&mut self, path: &str, shape: &Value, place: &dyn Fn(Value) -> Value) {
        self.has_type(&place(1.into()));
        let quoted = |value: &str| if shape.get("sensitive").is_some() { String::new() } else { format!("'{value}' ") };
        if let Some(max) = number(shape, "max") {
            let value = "x".repeat(max as usize + 1);
            let constraint = format!("have length less than or equal to {max}");
            self.refuses(&place(value.as_str().into()), &quoted(&value), path, &constraint);
        }
        if let Some(min @ 1..) = number(shape, "min") {
            self.refuses(&place("".into()), &quoted(""), path, &format!("have length greater than or equal to {min}"));
        }
        if let Some(pattern) = shape.get("pattern").and_then(Value::as_str) {
            let value = "\u{e9} ";
            let constraint = format!("satisfy regular expression pattern: {pattern}");
            self.refuses(&place(value.into()), &quoted(value), path, &constraint);
        }
    }

    /// The words of the model are all taken, and no others.
    fn words(&mut self, path: &str, words: &[Value], place: &dyn Fn(Value) -> Value) {
        self.has_type(&place(1.into()));
        for word in words {
            let outcome = support::decode(self.operation, &place(word.clone()));
            let message = outcome.map_or_else(|exception| exception.message, |()| String::new());
            assert!(!message.contains("enum value set"), "{path} = {word}: {message}");
        }
        let message = self.refusal(&place("NONSENSE".into()));
        let start =
            format!("Value 'NONSENSE' at '{path}' failed to satisfy constraint: Member must satisfy enum value set: [");
        let told = message.split_once(&start).and_then(|(_, rest)| rest.split_once(']')).map(|(told, _)| told);
        let told: BTreeSet<&str> = told.unwrap_or_else(|| panic!("{path}: {message}")).split(", ").collect();
        assert_eq!(told, words.iter().filter_map(Value::as_str).collect(), "{path}");
    }

    /// A value of the wrong JSON type shows that the member is read at all.
    fn has_type(&mut self, body: &Value) {
        let outcome = support::decode(self.operation, body);
        let code = outcome.map_err(|exception| exception.code);
        assert_eq!(code, Err(Code::SerializationException), "{} {body}", self.operation.as_str());
        self.checked += 1;
    }

    fn refuses(&mut self, body: &Value, value: &str, path: &str, constraint: &str) {
        self.refuses_in(body, &format!("Value {value}at '{path}'"), constraint);
    }

    fn refuses_in(&mut self, body: &Value, place: &str, constraint: &str) {
        let operation = self.operation.as_str();
        if NOT_SO.iter().any(|(of, member, what)| *of == operation && place.contains(member) && *what == constraint) {
            return;
        }
        let message = self.refusal(body);
        let (of, told) = message.split_once(" failed to satisfy constraint: Member must ").unwrap_or_default();
        assert!(
            of.contains(place) && told.contains(constraint),
            "{operation}, {place}, {constraint}: {}",
            message.chars().take(500).collect::<String>()
        );
    }

    fn refusal(&mut self, body: &Value) -> String {
        self.checked += 1;
        match support::decode(self.operation, body) {
            Err(exception) if exception.code == Code::ValidationException => exception.message,
            other => panic!("{}: {other:?}", self.operation.as_str()),
        }
    }
}
