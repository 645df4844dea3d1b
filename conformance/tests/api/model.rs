//! AWS's model of the API as it is kept in `crates/api/model`.

use json::{Object, Value};

const TEXT: &str = include_str!("../../../crates/api/model/stepfunctions-2016-11-23.json");

/// Optional members without which a request, or a structure in one, says nothing.
const NEEDED: [(&str, &str); 4] = [
    ("Tag", "key"),
    ("ListExecutions", "stateMachineArn"),
    ("UpdateStateMachine", "definition"),
    ("UpdateStateMachineAlias", "description"),
];

pub struct Model {
    pub operations: Object,
    shapes: Object,
}

impl Model {
    pub fn read() -> Model {
        let model = json::parse(TEXT).expect("the model is JSON");
        let section = |name: &str| model.get(name).and_then(Value::as_object).expect("a section").clone();
        Model { operations: section("operations"), shapes: section("shapes") }
    }

    pub fn shape(&self, name: &str) -> &Value {
        self.shapes.get(name).unwrap_or_else(|| panic!("no shape {name}"))
    }

    /// The shape of an operation's request.
    pub fn input(&self, operation: &str) -> &str {
        let description = self.operations.get(operation).unwrap_or_else(|| panic!("no operation {operation}"));
        text(description.get("input").expect("an input"), "shape")
    }

    /// The errors an operation lists.
    pub fn errors(&self, operation: &str) -> Vec<&str> {
        let description = self.operations.get(operation).unwrap_or_else(|| panic!("no operation {operation}"));
        list(description, "errors").iter().map(|error| text(error, "shape")).collect()
    }

    /// A value of a shape without anything wrong in it: structures have what they need only.
    pub fn sample(&self, name: &str, shape_name: &str) -> Value {
        let shape = self.shape(shape_name);
        match text(shape, "type") {
            "string" => match list(shape, "enum").first() {
                Some(word) => word.clone(),
                None => sample_text(name).into(),
            },
            "integer" | "long" | "float" => 100.into(),
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
        "stateMachineArn" | "resourceArn" => "arn:aws:states:us-east-1:111111111111:stateMachine:m",
        "stateMachineVersionArn" => "arn:aws:states:us-east-1:111111111111:stateMachine:m:1",
        "stateMachineAliasArn" => "arn:aws:states:us-east-1:111111111111:stateMachine:m:PROD",
        "executionArn" => "arn:aws:states:us-east-1:111111111111:execution:m:e",
        "mapRunArn" => "arn:aws:states:us-east-1:111111111111:mapRun:m/label:00000000-0000-4000-8000-000000000000",
        "activityArn" => "arn:aws:states:us-east-1:111111111111:activity:a",
        "roleArn" => "arn:aws:iam::111111111111:role/r",
        "output" | "input" => "{}",
        _ => "word",
    }
}

pub fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], |array| array)
}

pub fn number(value: &Value, name: &str) -> Option<i64> {
    value.get(name).and_then(Value::as_i64)
}

pub fn member_shape<'v>(structure: &'v Value, member: &str) -> &'v str {
    let members = structure.get("members").and_then(|members| members.get(member));
    text(members.unwrap_or_else(|| panic!("no member {member}")), "shape")
}
