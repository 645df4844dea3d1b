//! The crate against AWS's model of the API: every operation, error and member of a reply is known here, or named with the reason why not.
//! Members of requests and their constraints are held to the model over HTTP, in `conformance/tests/api`.

mod support;

use json::{Object, Value};
use std::collections::BTreeSet;
use stepwell_api::{Code, Operation};

const MODEL: &str = include_str!("../model/stepfunctions-2016-11-23.json");

/// Errors of the model that are never answered.
const NEVER_ANSWERED: [(&str, &str); 3] = [
    ("KmsAccessDeniedException", "keys are named, not used"),
    ("KmsInvalidStateException", "keys are named, not used"),
    ("KmsThrottlingException", "keys are named, not used"),
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
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], |array| array)
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
    assert_eq!(built.collect::<BTreeSet<_>>(), names(&model.operations));
    let is_error = |shape: &Value| shape.get("exception").is_some();
    let errors = model.shapes.iter().filter(|(_, shape)| is_error(shape)).map(|(name, _)| &**name);
    for error in errors {
        let answered = Code::ALL.iter().any(|code| code.as_str() == error);
        let listed = NEVER_ANSWERED.iter().any(|(name, _)| *name == error);
        assert!(answered != listed, "{error}: answered {answered}, listed as never answered {listed}");
    }
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
