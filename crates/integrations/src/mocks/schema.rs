//! The JSON Schema of files of mocks, by which editors complete and check them. What needs more than a look at one place, as a name of a
//! response does, `check` tells.

use super::read::{ENTRY_FIELDS, FAULT_FIELDS, FILE_FIELDS, MACHINE_FIELDS, THROW_FIELDS, WHEN_FIELDS};
use json::{ObjectBuilder, Value, json};

/// The schema, as a document of draft 7.
pub fn schema() -> Value {
    let mut schema = ObjectBuilder::new();
    schema.insert("$schema", "http://json-schema.org/draft-07/schema#");
    schema.insert("title", "Mocks for Stepwell; AWS's MockConfigFile.json is one");
    let file = object(&FILE_FIELDS, &[], file_field);
    for (name, value) in file.as_object().expect("it is one").iter() {
        schema.insert(name.clone(), value);
    }
    let mut definitions = ObjectBuilder::new();
    definitions.insert("machine", object(&MACHINE_FIELDS, &["TestCases"], machine_field));
    definitions.insert("response", response());
    definitions.insert("entry", entry());
    definitions.insert("when", described(object(&WHEN_FIELDS, &[], when_field), "All that is said here must hold."));
    definitions.insert("throw", throw());
    definitions.insert("fault", object(&FAULT_FIELDS, &["Rate", "Error"], fault_field));
    definitions.insert("span", span());
    definitions.insert("expression", json!({"type": "string", "pattern": "^\\s*\\{%[\\s\\S]*%\\}\\s*$"}));
    schema.insert("definitions", definitions.build());
    schema.build().into()
}

/// An object with these fields and no others.
fn object(fields: &[&str], required: &[&str], field: fn(&str) -> Value) -> Value {
    let mut properties = ObjectBuilder::new();
    for name in fields {
        properties.insert(*name, field(name));
    }
    let mut object = ObjectBuilder::new();
    object.insert("type", "object").insert("additionalProperties", false).insert("properties", properties.build());
    if !required.is_empty() {
        object.insert("required", required.iter().map(|name| Value::from(*name)).collect::<Vec<_>>());
    }
    object.build().into()
}

fn described(value: Value, description: &str) -> Value {
    let members = value.as_object().cloned().expect("schemas are objects");
    members.with("description", description.into()).into()
}

fn reference(name: &str) -> Value {
    json!({"$ref": (format!("#/definitions/{name}"))})
}

fn map_of(value: &Value) -> Value {
    json!({"type": ["object", "null"], "additionalProperties": (value.clone())})
}

fn file_field(name: &str) -> Value {
    match name {
        "StateMachines" => described(map_of(&reference("machine")), "State machines by name."),
        "MockedResponses" => described(map_of(&reference("response")), "Responses by the names that test cases use."),
        "Seed" => {
            json!({"type": "integer", "description": "All chance comes from it: the same run again, with the same input."})
        }
        "Validation" => json!({
            "enum": ["Off", "Present", "Strict", "off", "present", "strict", "None", "none", false],
            "description": "How results are held to AWS's models: not at all, what is there, or what must be there as well."
        }),
        other => unreachable!("{other} has no schema"),
    }
}

fn machine_field(name: &str) -> Value {
    match name {
        "Default" => json!({"type": "string", "description": "The test case of executions that name none."}),
        "TestCases" => {
            let response = json!({"anyOf": [
                {"type": "string", "description": "The name of a response in MockedResponses."}, (reference("response"))
            ]});
            described(
                map_of(&map_of(&response)),
                "Test cases by name: for each state, what its tasks get. Others are really done.",
            )
        }
        other => unreachable!("{other} has no schema"),
    }
}

fn response() -> Value {
    json!({"anyOf": [
        {
            "type": "object",
            "patternProperties": {"^[0-9]+(-[0-9]*)?$": (reference("entry"))},
            "additionalProperties": false,
            "minProperties": 1,
            "description": "By invocation, counted from 0: \"0\", \"1-2\", or \"3-\" for all from there."
        },
        {"type": "array", "items": (reference("entry")), "description": "The first entry that fits."},
        (reference("entry"))
    ]})
}

fn entry() -> Value {
    let entry = object(&ENTRY_FIELDS, &[], entry_field);
    let ends = ["Return", "Throw", "Call", "Submitted"];
    let ends: Vec<Value> = ends.iter().map(|name| json!({"required": [(*name)]})).collect();
    entry.as_object().cloned().expect("it is one").with("anyOf", ends.into()).into()
}

fn entry_field(name: &str) -> Value {
    match name {
        "When" => reference("when"),
        "DelaySeconds" => json!({
            "anyOf": [{"type": "number", "minimum": 0}, {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 2, "maxItems": 2}],
            "description": "How long it takes: seconds, or the least and the most."
        }),
        "Fault" => described(reference("fault"), "An error that comes instead in some of the cases."),
        "Submitted" => {
            json!({"description": "What the request of a .sync or .waitForTaskToken task is answered; alone, the task waits for who has its token."})
        }
        "Return" => json!({"description": "The raw result; texts between {% and %} are JSONata."}),
        "Throw" => reference("throw"),
        "Call" => json!({"const": true, "description": "The task is really done."}),
        other => unreachable!("{other} has no schema"),
    }
}

fn throw() -> Value {
    let thrown = object(&THROW_FIELDS, &["Error"], thrown_field);
    // A task can fail without a name for it: then it has no cause either.
    json!({"anyOf": [thrown, {"type": "object", "maxProperties": 0}]})
}

fn thrown_field(name: &str) -> Value {
    match name {
        "Error" => json!({"type": "string", "description": "The name of the error, as Retry and Catch match it."}),
        "Cause" => json!({"type": "string"}),
        other => unreachable!("{other} has no schema"),
    }
}

fn fault_field(name: &str) -> Value {
    match name {
        "Rate" => {
            json!({"type": "number", "minimum": 0, "maximum": 1, "description": "In how many of the cases, from 0 to 1."})
        }
        other => thrown_field(other),
    }
}

fn when_field(name: &str) -> Value {
    let value = |what: &str| json!({"description": what});
    match name {
        "Invocation" => described(
            span(),
            "Which task of the state in the execution it is, from 0 on: over retries, loops and iterations.",
        ),
        "Attempt" => described(span(), "How many retries there were before."),
        "Item" => described(span(), "Which item of the nearest Map."),
        "Input" => value("The state's input has at least this."),
        "InputEquals" => value("The state's input is this."),
        "Arguments" => value("The task's arguments have at least this."),
        "ArgumentsEquals" => value("The task's arguments are this."),
        "Condition" => described(reference("expression"), "JSONata that is true or false."),
        other => unreachable!("{other} has no schema"),
    }
}

fn span() -> Value {
    json!({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+(-[0-9]*)?$"}]})
}
