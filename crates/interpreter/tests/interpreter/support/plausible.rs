//! Plausible data for a definition: what its paths and expressions read, with values that its rules ask for.
//!
//! [`Needs::of`] collects every path of a definition into one shape, whatever it is read from. An input or a result is that shape filled in;
//! a part that is read as a whole holds the shape once more, since a later state may read on inside it. Where rules compare, one of the
//! values that decide is drawn, so that another seed takes another way.

use json::{Object, ObjectBuilder, Value};
use std::collections::BTreeMap;

/// What is read at one place.
#[derive(Clone, Debug, Default)]
struct Shape {
    members: BTreeMap<String, Shape>,
    element: Option<Box<Shape>>,
    kind: Kind,
    /// Values that rules compare with.
    candidates: Vec<Value>,
    /// A rule asks whether it is there.
    optional: bool,
}

/// What the reader needs it to be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Kind {
    #[default]
    Any,
    Array,
    Number,
    Text,
    /// Text that is JSON.
    Json,
    Timestamp,
}

/// How deep shapes are moved into each other.
const LEVELS: usize = 9;

/// What a definition reads.
#[derive(Debug, Default)]
pub struct Needs {
    whole: Shape,
    /// What is read from variables, and what is assigned to them.
    variables: BTreeMap<String, Shape>,
    assigned: Vec<(String, Vec<Step>)>,
    /// Where states put what they have read from elsewhere: what is read there later is read from there.
    moved: Vec<(Vec<Step>, Vec<Step>)>,
    /// What `InputPath` and `OutputPath` make the whole document.
    rooted: Vec<Vec<Step>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Name(String),
    Element,
}

/// A generator of its own, so that seeds mean the same for ever.
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

impl Needs {
    pub fn of(definition: &Value) -> Needs {
        let mut needs = Needs::default();
        needs.walk(definition);
        for (name, path) in std::mem::take(&mut needs.assigned) {
            if let Some(shape) = needs.variables.get(&name).cloned() {
                merge(place(&mut needs.whole, &path), &shape, LEVELS);
            }
        }
        // A branch's output is an element of the list, an item of a batch is one like any other.
        needs.moved.push((vec![Step::Element], Vec::new()));
        for name in ["Items", "BatchInput"] {
            needs.moved.push((vec![Step::Name(name.to_owned())], Vec::new()));
        }
        let mut seen = Vec::new();
        needs.moved.retain(|pair| {
            let is_new = !seen.contains(pair);
            seen.push(pair.clone());
            is_new
        });
        for _ in 0..2 {
            for (to, from) in &needs.moved {
                if let Some(shape) = find(&needs.whole, to).cloned() {
                    merge(place(&mut needs.whole, from), &shape, LEVELS.saturating_sub(from.len()));
                }
            }
        }
        let whole = needs.whole.clone();
        for path in &needs.rooted {
            merge(place(&mut needs.whole, path), &whole, LEVELS.saturating_sub(path.len()));
        }
        needs
    }

    /// The whole shape, filled in: an item. `depth` is how often it holds itself.
    pub fn item(&self, draw: &mut Draw, depth: usize) -> Value {
        self.object(&self.whole, depth, draw)
    }

    /// An execution's input: the shape, or a list of it if something reads it as one.
    pub fn input(&self, draw: &mut Draw, depth: usize) -> Value {
        let is_list = self.whole.kind == Kind::Array || self.whole.element.is_some();
        if is_list && draw.below(2) == 0 { self.list(draw, depth) } else { self.item(draw, depth) }
    }

    /// A task's result: the shape as a rule, now and then a list of it, or a value that is compared as it is.
    pub fn result(&self, draw: &mut Draw, depth: usize) -> Value {
        if !self.whole.candidates.is_empty() && draw.below(4) == 0 {
            return self.whole.candidates[draw.below(self.whole.candidates.len())].clone();
        }
        let is_list = self.whole.kind == Kind::Array || self.whole.element.is_some();
        if is_list && draw.below(8) == 0 { self.list(draw, depth) } else { self.item(draw, depth) }
    }

    fn list(&self, draw: &mut Draw, depth: usize) -> Value {
        let element = self.whole.element.as_deref().cloned().unwrap_or_default();
        vec![self.object(&element, depth, draw), self.object(&element, depth, draw)].into()
    }

    fn fill(&self, shape: &Shape, depth: usize, draw: &mut Draw) -> Option<Value> {
        if shape.optional && draw.below(2) == 0 {
            return None;
        }
        let is_list = shape.kind == Kind::Array && draw.below(2) == 0;
        if !is_list && !shape.members.is_empty() {
            let object = self.object(shape, depth, draw);
            return Some(if shape.kind == Kind::Json { object.to_string().into() } else { object });
        }
        if !shape.candidates.is_empty() {
            let candidate = shape.candidates[draw.below(shape.candidates.len())].clone();
            return Some(if shape.kind == Kind::Json { candidate.to_string().into() } else { candidate });
        }
        Some(match (&shape.element, shape.kind) {
            (Some(element), _) => {
                let elements: Vec<Value> =
                    (0..2).filter_map(|_| self.fill(element, depth.saturating_sub(1), draw)).collect();
                elements.into()
            }
            (None, Kind::Array) => vec![self.opaque(depth, draw), self.opaque(depth, draw)].into(),
            (None, Kind::Number) => 1.into(),
            (None, Kind::Text) => "text".into(),
            (None, Kind::Timestamp) => "2030-01-01T00:00:00Z".into(),
            (None, Kind::Json) => self.opaque(depth, draw).to_string().into(),
            (None, Kind::Any) => self.opaque(depth, draw),
        })
    }

    /// What nobody has looked into yet may be looked into by a later state.
    fn opaque(&self, depth: usize, draw: &mut Draw) -> Value {
        if depth == 0 { "text".into() } else { self.object(&Shape::default(), depth - 1, draw) }
    }

    fn object(&self, shape: &Shape, depth: usize, draw: &mut Draw) -> Value {
        let mut object = ObjectBuilder::new();
        for (name, member) in &shape.members {
            object.insert_some(name.as_str(), self.fill(member, depth, draw));
        }
        if depth > 0 {
            for (name, member) in &self.whole.members {
                if !shape.members.contains_key(name) {
                    object.insert_some(name.as_str(), self.fill(member, depth - 1, draw));
                }
            }
        }
        object.build().into()
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::Object(object) => {
                self.moves(object);
                for (key, member) in object.iter() {
                    self.member(key, member);
                    self.walk(member);
                }
                if let Some(variable) = object.get("Variable").and_then(Value::as_str) {
                    let variable = variable.to_owned();
                    for (operator, operand) in object.iter() {
                        self.compared(&variable, operator, operand);
                    }
                }
                if let Some(Value::Object(assigned)) = object.get("Assign") {
                    for (name, value) in assigned.iter() {
                        let path = value.as_str().and_then(|text| match text.strip_prefix("{%") {
                            Some(expression) => references(expression).into_iter().next().map(|(path, _)| path),
                            None => Some(text.to_owned()),
                        });
                        if let Some((None, steps)) = path.as_deref().and_then(steps) {
                            self.assigned.push((name.trim_end_matches(".$").to_owned(), steps));
                        }
                    }
                }
            }
            Value::Array(array) => array.iter().for_each(|element| self.walk(element)),
            Value::String(text) => {
                if let Some(expression) = text.strip_prefix("{%") {
                    for (path, rest) in references(expression) {
                        let rest = rest.trim_start();
                        let literal = rest.strip_prefix('=').map(str::trim_start).and_then(|rest| {
                            let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
                            rest[1..].split(quote).next()
                        });
                        let kind = if rest.starts_with(['<', '>', '+', '-'])
                            || expression.contains(&format!("$number({path})"))
                        {
                            Kind::Number
                        } else {
                            Kind::Any
                        };
                        if let Some(shape) = self.read(&path, kind) {
                            shape.candidates.extend(literal.map(Value::from));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// What a state moves: its result to `ResultPath`, and what its templates take to their keys.
    fn moves(&mut self, state: &Object) {
        let text = |key: &str| state.get(key).and_then(Value::as_str);
        if text("Type") == Some("Map") && !state.contains_key("ItemsPath") && !state.contains_key("Items") {
            self.read(text("InputPath").unwrap_or("$"), Kind::Array);
        }
        for field in ["InputPath", "OutputPath"] {
            if let Some((None, path)) = text(field).and_then(steps)
                && !path.is_empty()
                && !self.rooted.contains(&path)
            {
                self.rooted.push(path);
            }
        }
        let result_path = text("ResultPath").and_then(steps).map_or(Vec::new(), |(_, path)| path);
        if !result_path.is_empty() {
            self.moved.push((result_path.clone(), Vec::new()));
        }
        for field in ["Parameters", "ResultSelector", "ItemSelector", "Arguments", "Output"] {
            if let Some(template) = state.get(field) {
                self.template(template, &mut Vec::new());
                self.template(template, &mut result_path.clone());
            }
        }
    }

    fn template(&mut self, template: &Value, at: &mut Vec<Step>) {
        for (key, value) in template.as_object().into_iter().flat_map(|object| object.iter()) {
            at.push(Step::Name(key.trim_end_matches(".$").to_owned()));
            let jsonata = value.as_str().and_then(|text| text.strip_prefix("{%")?.strip_suffix("%}"));
            let whole = jsonata.filter(|inner| !inner.trim().contains([' ', '(', '&', '+']));
            let text = whole.or_else(|| value.as_str().filter(|_| key.ends_with(".$"))).unwrap_or_default();
            let parsed = text.strip_prefix("States.StringToJson(").and_then(|text| text.strip_suffix(')'));
            let path = parsed.unwrap_or(text).trim();
            match steps(path) {
                Some((None, from)) => {
                    let mut to = at.clone();
                    // Such a path gives a list of what it finds.
                    to.extend(["[?", "[*", ":"].iter().any(|sign| path.contains(sign)).then_some(Step::Element));
                    self.moved.push((to, from));
                }
                _ => self.template(value, at),
            }
            at.pop();
        }
    }

    fn member(&mut self, key: &str, value: &Value) {
        let Some(text) = value.as_str() else { return };
        let kind = match key {
            "ItemsPath" | "Items" => Kind::Array,
            "SecondsPath" | "TimeoutSecondsPath" | "HeartbeatSecondsPath" | "MaxConcurrencyPath" => Kind::Number,
            "ErrorPath" | "CausePath" => Kind::Text,
            "TimestampPath" => Kind::Timestamp,
            "InputPath" | "OutputPath" => Kind::Any,
            key if key.ends_with(".$") => Kind::Any,
            _ => return,
        };
        match text.strip_prefix("{%") {
            Some(expression) if kind == Kind::Array => {
                for (path, _) in references(expression) {
                    self.read(&path, kind);
                }
            }
            Some(_) => {}
            None => self.expression(text, kind),
        }
    }

    /// A path, or a call whose arguments are.
    fn expression(&mut self, text: &str, kind: Kind) {
        let text = text.trim();
        let Some((name, arguments)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) else {
            self.read(text, kind);
            return;
        };
        if !name.starts_with("States.") {
            self.read(text, kind);
            return;
        }
        let arguments = arguments_of(arguments);
        if let ("States.StringSplit", [path, delimiter]) = (name, arguments.as_slice())
            && let Some(shape) = self.read(path.trim(), Kind::Text)
        {
            let delimiter = delimiter.trim().trim_matches('\'');
            shape.candidates.push(["a", "b", "c", "d", "e", "f"].join(delimiter).into());
        }
        for (position, argument) in arguments.into_iter().enumerate() {
            let kind = match (name, position) {
                ("States.StringToJson", 0) => Kind::Json,
                ("States.StringSplit" | "States.Base64Encode" | "States.Base64Decode" | "States.Hash", _) => Kind::Text,
                ("States.MathAdd" | "States.MathRandom" | "States.ArrayRange", _) => Kind::Number,
                ("States.ArrayGetItem" | "States.ArrayPartition", 1) => Kind::Number,
                ("States.ArrayLength" | "States.ArrayGetItem" | "States.ArrayPartition", 0) => Kind::Array,
                ("States.ArrayContains" | "States.ArrayUnique", 0) => Kind::Array,
                _ => Kind::Any,
            };
            self.expression(argument, kind);
        }
    }

    fn compared(&mut self, variable: &str, operator: &str, operand: &Value) {
        let Some(shape) = self.read(variable, Kind::Any) else { return };
        let number =
            |by: i64| -> Value { (operand.as_number().map_or(0, |number| number.as_f64() as i64) + by).into() };
        match operator {
            "IsPresent" => shape.optional = true,
            "IsNull" => shape.candidates.extend([Value::Null, "text".into()]),
            "StringMatches" => {
                shape.candidates.extend([operand.as_str().unwrap_or_default().replace('*', "x").into(), "else".into()]);
            }
            "StringEquals" => shape.candidates.extend([operand.clone(), "else".into()]),
            "BooleanEquals" => shape.candidates.extend([true.into(), false.into()]),
            _ if operator.ends_with("Path") => {
                let text = operand.as_str().unwrap_or_default().to_owned();
                let values: Vec<Value> = match operator {
                    _ if operator.starts_with("Numeric") => vec![0.into(), 1.into(), 2.into()],
                    _ if operator.starts_with("String") => vec!["a".into(), "b".into()],
                    _ if operator.starts_with("Boolean") => vec![true.into(), false.into()],
                    _ => return,
                };
                shape.candidates.extend(values.iter().cloned());
                if let Some(other) = self.read(&text, Kind::Any) {
                    other.candidates.extend(values);
                }
            }
            _ if operator.starts_with("Numeric") => shape.candidates.extend([number(-1), number(0), number(1)]),
            _ if operator.starts_with("Timestamp") => {
                shape.candidates.extend([operand.clone(), "1970-01-01T00:00:00Z".into(), "2999-01-01T00:00:00Z".into()])
            }
            _ => {}
        }
    }

    /// The shape at a path's end; `None` for what the interpreter provides.
    fn read(&mut self, path: &str, kind: Kind) -> Option<&mut Shape> {
        for (at, _) in path.match_indices("[?(@") {
            let filter = path[at + 4..].split(")]").next().unwrap_or_default();
            if let Some((member, literal)) = filter.split_once("==")
                && let Some(shape) = self.read(&format!("{}[*]{}", &path[..at], member.trim()), Kind::Any)
            {
                shape.candidates.push(literal.trim().trim_matches(['\'', '"']).into());
            }
        }
        let (variable, steps) = steps(path)?;
        let root = match variable {
            Some(name) => self.variables.entry(name).or_default(),
            None => &mut self.whole,
        };
        let shape = place(root, &steps);
        if kind != Kind::Any {
            shape.kind = kind;
        }
        Some(shape)
    }
}

fn place<'s>(shape: &'s mut Shape, path: &[Step]) -> &'s mut Shape {
    path.iter().fold(shape, |shape, step| match step {
        Step::Name(name) => shape.members.entry(name.clone()).or_default(),
        Step::Element => shape.element.get_or_insert_with(Box::default),
    })
}

fn find<'s>(shape: &'s Shape, path: &[Step]) -> Option<&'s Shape> {
    path.iter().try_fold(shape, |shape, step| match step {
        Step::Name(name) => shape.members.get(name),
        Step::Element => shape.element.as_deref(),
    })
}

/// Adds what `from` needs, no deeper than `levels`: a place that is moved into itself has no end.
fn merge(into: &mut Shape, from: &Shape, levels: usize) {
    if levels > 0 {
        for (name, member) in &from.members {
            merge(into.members.entry(name.clone()).or_default(), member, levels - 1);
        }
        if let Some(element) = &from.element {
            merge(into.element.get_or_insert_with(Box::default), element, levels - 1);
        }
    }
    if from.kind != Kind::Any {
        into.kind = from.kind;
    }
    for candidate in &from.candidates {
        if !into.candidates.contains(candidate) {
            into.candidates.push(candidate.clone());
        }
    }
    into.optional |= from.optional;
}

/// The variable a path starts from, if it does, and its steps. `$$.Execution.Input` and `$$.Map.Item.Value` start from data as `$` does.
fn steps(path: &str) -> Option<(Option<String>, Vec<Step>)> {
    let data = [
        "$$.Execution.Input",
        "$$.Map.Item.Value",
        "$states.context.Execution.Input",
        "$states.context.Map.Item.Value",
    ];
    let roots = ["$states.input", "$states.result"];
    let stripped = data.iter().chain(&roots).find_map(|prefix| path.strip_prefix(prefix));
    let (variable, mut rest) = match stripped {
        Some(rest) => (None, rest),
        None if path.starts_with("$$") || path.starts_with("$states") => return None,
        None => {
            let rest = path.strip_prefix('$')?;
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            ((end > 0).then(|| rest[..end].to_owned()), &rest[end..])
        }
    };
    let mut steps = Vec::new();
    loop {
        rest = rest.trim_start_matches('.');
        if let Some(inner) = rest.strip_prefix("['") {
            let (name, after) = inner.split_once("']")?;
            steps.push(Step::Name(name.to_owned()));
            rest = after;
        } else if rest.starts_with('[') {
            let (_, after) = rest[1..].split_once(']')?;
            steps.push(Step::Element);
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            match &rest[..end] {
                "" => return Some((variable, steps)),
                "*" => steps.push(Step::Element),
                function if function.ends_with("()") => return Some((variable, steps)),
                name => steps.push(Step::Name(name.to_owned())),
            }
            rest = &rest[end..];
        }
    }
}

/// The paths in a JSONata expression that start from a variable, each with the text after it.
fn references(expression: &str) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    for (start, _) in expression.match_indices('$') {
        let rest = &expression[start + 1..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && !"_.[]".contains(c)).unwrap_or(rest.len());
        let after = &rest[end..];
        if end > 0 && !after.starts_with('(') {
            found.push((format!("${}", &rest[..end]), after));
        }
    }
    found
}

fn arguments_of(text: &str) -> Vec<&str> {
    let mut arguments = Vec::new();
    let (mut depth, mut quoted, mut start) = (0, false, 0);
    for (at, character) in text.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                arguments.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(&text[start..]);
    arguments
}
