//! Every constraint of every member of every request: a request that breaks it is refused with a message that names the member and the
//! constraint, as AWS words it. Requests and expectations are made of AWS's model, not of the server's tables.

use crate::model::{Model, list, number, text};
use json::Value;
use std::collections::BTreeSet;
use stepwell_conformance::client::Client;
use stepwell_conformance::world::{Kind, World};

/// Constraints that AWS does not hold itself to.
const NOT_SO: [(&str, &str, &str); 1] =
    [("ValidateStateMachineDefinition", "definition", "have length greater than or equal to 1")];

/// A request, and what its answer must be.
struct Check {
    operation: String,
    body: Value,
    expected: Expected,
}

enum Expected {
    /// Nothing that has to do with constraints.
    Taken,
    /// `SerializationException`: a value of the wrong JSON type shows that the member is read at all.
    WrongType,
    /// `ValidationException` that has both texts, the second behind the first.
    Refused { place: String, constraint: String },
    /// The words of an enum, of which this is none.
    OneOf { path: String, words: BTreeSet<String> },
}

#[tokio::test]
async fn every_member_of_a_request_is_held_to_its_constraints() {
    let model = Model::read();
    let world = World::start(Kind::InMemory).await;
    let mut count = 0;
    for operation in model.operations.keys() {
        let input = model.input(operation);
        let least = model.sample("", input);
        let mut collected = Collected { model: &model, operation: operation.to_string(), checks: Vec::new() };
        collected.add(least.clone(), Expected::Taken);
        collected.structure("", model.shape(input), &least, &|body| body);
        count += collected.checks.len();
        for check in &collected.checks {
            check.hold(&world.client).await;
        }
    }
    world.stop().await;
    assert!(count > 280, "{count} checks for all operations are too few");
}

impl Check {
    async fn hold(&self, client: &Client) {
        let (status, answer) = client.send(&self.operation, &self.body.to_string()).await;
        let start = |text: &str| text.chars().take(500).collect::<String>();
        let told = format!("{} {}: {status} {}", self.operation, start(&self.body.to_string()), start(&answer));
        let answer = json::parse(&answer).unwrap_or_else(|error| panic!("{error}: {told}"));
        let (code, message) = (text(&answer, "__type"), text(&answer, "message"));
        match &self.expected {
            Expected::Taken => {
                let is_taken = status < 500 && code != "SerializationException" && !message.contains("constraint");
                assert!(is_taken, "{told}");
            }
            Expected::WrongType => assert_eq!((status, code), (400, "SerializationException"), "{told}"),
            Expected::Refused { place, constraint } => {
                let (of, wanted) =
                    message.split_once(" failed to satisfy constraint: Member must ").unwrap_or_default();
                assert_eq!((status, code), (400, "ValidationException"), "{told}");
                assert!(of.contains(place) && wanted.contains(constraint), "{place}, {constraint}: {told}");
            }
            Expected::OneOf { path, words } => {
                let start = format!(
                    "Value 'NONSENSE' at '{path}' failed to satisfy constraint: Member must satisfy enum value set: ["
                );
                let listed = message.split_once(&start).and_then(|(_, rest)| rest.split_once(']'));
                let (listed, _) = listed.unwrap_or_else(|| panic!("{told}"));
                let listed: BTreeSet<String> = listed.split(", ").map(str::to_owned).collect();
                assert_eq!((status, &listed), (400, words), "{told}");
            }
        }
    }
}

/// The checks of one operation.
struct Collected<'m> {
    model: &'m Model,
    operation: String,
    checks: Vec<Check>,
}

impl Collected<'_> {
    /// All members of the structure `valid`, which `place` makes a body of.
    fn structure(&mut self, path: &str, shape: &Value, valid: &Value, place: &dyn Fn(Value) -> Value) {
        let valid = valid.as_object().expect("a structure");
        let members = shape.get("members").and_then(Value::as_object).expect("members");
        let required = list(shape, "required");
        for (member, reference) in members.iter() {
            let path = if path.is_empty() { member.to_string() } else { format!("{path}.{member}") };
            if required.iter().any(|name| name.as_str() == Some(member)) {
                self.refused(place(valid.without(member).into()), "null ", &path, "not be null");
            }
            let place = |value: Value| place(valid.with(member.clone(), value).into());
            self.value(&path, member, text(reference, "shape"), &place);
        }
    }

    /// Everything that can be wrong with a value, which `place` makes a body of.
    fn value(&mut self, path: &str, name: &str, shape_name: &str, place: &dyn Fn(Value) -> Value) {
        let model = self.model;
        let shape = model.shape(shape_name);
        let kind = text(shape, "type");
        let wrong_type: Value = if kind == "string" { 1.into() } else { "text".into() };
        self.add(place(wrong_type), Expected::WrongType);
        match kind {
            "string" if shape.get("enum").is_some() => self.words(path, list(shape, "enum"), place),
            "string" => self.text(path, shape, place),
            "integer" | "long" | "float" => {
                for (bound, step, relation) in [("min", -1, "greater"), ("max", 1, "less")] {
                    let Some(limit) = number(shape, bound) else { continue };
                    let value =
                        if kind == "float" { format!("{}.0", limit + step) } else { (limit + step).to_string() };
                    let body = place(json::parse(&value).expect("a number"));
                    let constraint = format!("have value {relation} than or equal to {limit}");
                    self.refused(body, &format!("'{value}' "), path, &constraint);
                }
            }
            "boolean" => {}
            "list" => {
                let item = text(shape.get("member").expect("a member"), "shape");
                let items = |count: i64| Value::from(vec![model.sample(name, item); count as usize]);
                let quoted_path = format!("at '{path}'");
                if let Some(max) = number(shape, "max") {
                    let constraint = format!("have length less than or equal to {max}");
                    self.refused_in(place(items(max + 1)), &quoted_path, &constraint);
                }
                if let Some(min) = number(shape, "min") {
                    let constraint = format!("have length greater than or equal to {min}");
                    self.refused_in(place(items(min - 1)), &quoted_path, &constraint);
                }
                self.value(&format!("{path}.1.member"), name, item, &|value| place(vec![value].into()));
            }
            "structure" => self.structure(path, shape, &model.sample(name, shape_name), place),
            other => panic!("{path} is of the type {other}, which no request had so far"),
        }
    }

    fn text(&mut self, path: &str, shape: &Value, place: &dyn Fn(Value) -> Value) {
        let quoted = |value: &str| if shape.get("sensitive").is_some() { String::new() } else { format!("'{value}' ") };
        if let Some(max) = number(shape, "max") {
            let value = "x".repeat(max as usize + 1);
            let constraint = format!("have length less than or equal to {max}");
            self.refused(place(value.as_str().into()), &quoted(&value), path, &constraint);
        }
        if let Some(min @ 1..) = number(shape, "min") {
            let constraint = format!("have length greater than or equal to {min}");
            self.refused(place("".into()), &quoted(""), path, &constraint);
        }
        if let Some(pattern) = shape.get("pattern").and_then(Value::as_str) {
            let value = "\u{e9} ";
            let constraint = format!("satisfy regular expression pattern: {pattern}");
            self.refused(place(value.into()), &quoted(value), path, &constraint);
        }
    }

    /// The words of the model are all taken, and no others.
    fn words(&mut self, path: &str, words: &[Value], place: &dyn Fn(Value) -> Value) {
        for word in words {
            self.add(place(word.clone()), Expected::Taken);
        }
        let words = words.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        self.add(place("NONSENSE".into()), Expected::OneOf { path: path.to_owned(), words });
    }

    fn refused(&mut self, body: Value, value: &str, path: &str, constraint: &str) {
        self.refused_in(body, &format!("Value {value}at '{path}'"), constraint);
    }

    fn refused_in(&mut self, body: Value, place: &str, constraint: &str) {
        let is_exempt = |(of, member, what): &(&str, &str, &str)| {
            *of == self.operation && place.contains(member) && *what == constraint
        };
        if !NOT_SO.iter().any(is_exempt) {
            let (place, constraint) = (place.to_owned(), constraint.to_owned());
            self.add(body, Expected::Refused { place, constraint });
        }
    }

    fn add(&mut self, body: Value, expected: Expected) {
        self.checks.push(Check { operation: self.operation.clone(), body, expected });
    }
}
