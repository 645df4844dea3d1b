//! A file of mocks: text to [`MockSet`], with a finding at its place for all that is wrong. A finding never ends the reading.
//!
//! ```yaml
//! StateMachines:
//!   Order:
//!     Default: Happy                  # for executions that name no test case; ours
//!     TestCases:
//!       Happy:
//!         Charge: Charged             # a response by its name
//!         Ship: {Return: {Id: s-1}}   # or in place; ours
//! MockedResponses:
//!   Charged:                          # by invocation, as in AWS's format; "3-" has no end, ours
//!     "0": {Throw: {Error: Busy, Cause: try again}}
//!     "1-": {Return: {Paid: true}}
//! ```

use super::set::{Fault, Machine, MockSet, Pattern, Reply, Response, Rule, Span, TestCase, Throw, Validation, When};
use super::template::{Problem, Template, expression, parsed};
use asl::{Diagnostic, Entry, Node, NodeKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The one code of findings here.
pub(super) const CODE: &str = "INVALID_MOCKS";

pub(super) const FILE_FIELDS: [&str; 4] = ["StateMachines", "MockedResponses", "Seed", "Validation"];
pub(super) const MACHINE_FIELDS: [&str; 2] = ["Default", "TestCases"];
pub(super) const ENTRY_FIELDS: [&str; 7] = ["When", "DelaySeconds", "Fault", "Submitted", "Return", "Throw", "Call"];
pub(super) const WHEN_FIELDS: [&str; 8] =
    ["Invocation", "Attempt", "Item", "Input", "InputEquals", "Arguments", "ArgumentsEquals", "Condition"];
pub(super) const THROW_FIELDS: [&str; 2] = ["Error", "Cause"];
pub(super) const FAULT_FIELDS: [&str; 3] = ["Rate", "Error", "Cause"];

/// The longest a mock may take, in seconds: as long as an execution may.
const DELAY_SECONDS_MAX: f64 = 366.0 * 24.0 * 3600.0;

/// What was read.
#[derive(Debug)]
pub struct Read {
    /// All mocks, unless something is wrong.
    pub set: Option<MockSet>,
    /// The text as a tree, if it is one.
    pub tree: Option<Node>,
    /// What is wrong, or doubtful.
    pub findings: Vec<Diagnostic>,
}

/// Reads a file, JSON or YAML.
pub fn read(text: &str) -> Read {
    // JSON is told from YAML by its brace: JSON's findings are better, and a YAML file that begins with one is as good as JSON.
    let (tree, syntax) = match text.trim_start().starts_with('{') {
        true => asl::tree::parse_json(text),
        false => asl::tree::parse_yaml(text),
    };
    let Some(tree) = tree.filter(|_| syntax.is_empty()) else {
        return Read { set: None, tree: None, findings: syntax };
    };
    let mut reader = Reader::default();
    let set = reader.set(&tree);
    let is_right = reader.findings.iter().all(|finding| finding.severity != asl::Severity::Error);
    Read { set: is_right.then_some(set), tree: Some(tree), findings: reader.findings }
}

#[derive(Default)]
struct Reader {
    findings: Vec<Diagnostic>,
    /// Where in the file, as diagnostics write it.
    location: Vec<Arc<str>>,
}

impl Reader {
    fn error(&mut self, span: &std::ops::Range<usize>, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Diagnostic::error(CODE, message, span.clone()))
    }

    fn add(&mut self, finding: Diagnostic) -> &mut Diagnostic {
        let location: String = self.location.iter().flat_map(|part| ["/", part]).collect();
        self.findings.push(Diagnostic { location: (!location.is_empty()).then_some(location), ..finding });
        self.findings.last_mut().expect("one was pushed")
    }

    /// What `read` reads below a name.
    fn within<T>(&mut self, name: &Arc<str>, read: impl FnOnce(&mut Reader) -> T) -> T {
        self.location.push(name.clone());
        let result = read(self);
        self.location.pop();
        result
    }

    fn entries<'n>(&mut self, what: &str, node: &'n Node) -> &'n [Entry] {
        match &node.kind {
            NodeKind::Object(entries) => entries,
            NodeKind::Null => &[],
            _ => {
                self.error(&node.span, format!("{what} must be an object"));
                &[]
            }
        }
    }

    /// The entries of an object, of which those that are none of `known` are findings.
    fn fields<'n>(&mut self, what: &str, node: &'n Node, known: &[&str]) -> Fields<'n> {
        let entries = self.entries(what, node);
        for entry in entries.iter().filter(|entry| !known.contains(&&*entry.key)) {
            let message = format!("Field '{}' is not known in {what}", entry.key);
            let help = asl::similar(&entry.key, known.iter().copied());
            let help = help.map_or_else(|| format!("there are {}", known.join(", ")), did_you_mean);
            self.error(&entry.key_span, message).help = Some(help);
        }
        Fields(entries)
    }

    fn text<'n>(&mut self, name: &str, node: &'n Node) -> Option<&'n Arc<str>> {
        match &node.kind {
            NodeKind::String(text) => Some(text),
            _ => {
                self.error(&node.span, format!("'{name}' must be a text"));
                None
            }
        }
    }

    fn template(&mut self, node: &Node) -> Option<Template> {
        Template::compile(node).map_err(|problem| self.problem(problem)).ok()
    }

    fn problem(&mut self, Problem { span, message }: Problem) {
        self.error(&span, message);
    }

    fn set(&mut self, tree: &Node) -> MockSet {
        let fields = self.fields("a file of mocks", tree, &FILE_FIELDS);
        let mut set = MockSet::default();
        if let Some(node) = fields.get("Seed") {
            match number(node).and_then(|number| number.as_integral()) {
                Some(seed) => set.seed = seed.cast_unsigned(),
                None => drop(self.error(&node.span, "'Seed' must be a whole number")),
            }
        }
        if let Some(node) = fields.get("Validation") {
            set.validation = self.validation(node);
        }
        let mut responses = BTreeMap::new();
        if let Some(node) = fields.get("MockedResponses") {
            self.within(&"MockedResponses".into(), |reader| {
                for entry in reader.entries("'MockedResponses'", node) {
                    let response = reader.within(&entry.key, |reader| reader.response(entry.key.clone(), &entry.value));
                    responses.insert(entry.key.clone(), Arc::new(response));
                }
            });
        }
        if let Some(node) = fields.get("StateMachines") {
            self.within(&"StateMachines".into(), |reader| {
                for entry in reader.entries("'StateMachines'", node) {
                    let machine = reader.within(&entry.key, |reader| reader.machine(entry, &responses));
                    set.machines.insert(entry.key.clone(), machine);
                }
            });
        }
        set
    }

    fn validation(&mut self, node: &Node) -> Validation {
        match node.as_str().map(str::to_ascii_lowercase).as_deref() {
            Some("off" | "none") => Validation::Off,
            Some("present") => Validation::Present,
            Some("strict") => Validation::Strict,
            // What YAML 1.1 takes `off` for.
            _ if node.kind == NodeKind::Bool(false) => Validation::Off,
            _ => {
                self.error(&node.span, "'Validation' must be Off, Present or Strict");
                Validation::Off
            }
        }
    }

    fn machine(&mut self, entry: &Entry, responses: &BTreeMap<Arc<str>, Arc<Response>>) -> Machine {
        let fields = self.fields("a state machine", &entry.value, &MACHINE_FIELDS);
        let mut machine = Machine::default();
        match fields.get("TestCases") {
            None => drop(self.error(&entry.key_span, format!("'{}' has no 'TestCases'", entry.key))),
            Some(node) => self.within(&"TestCases".into(), |reader| {
                for entry in reader.entries("'TestCases'", node) {
                    let case = reader.within(&entry.key, |reader| reader.test_case(&entry.value, responses));
                    machine.cases.insert(entry.key.clone(), case);
                }
            }),
        }
        if let Some(node) = fields.get("Default")
            && let Some(name) = self.text("Default", node)
        {
            if !machine.cases.contains_key(name) {
                let help = asl::similar(name, machine.cases.keys().map(|name| &**name)).map(did_you_mean);
                self.error(&node.span, format!("There is no test case '{name}'")).help = help;
            }
            machine.default = Some(name.clone());
        }
        machine
    }

    fn test_case(&mut self, node: &Node, responses: &BTreeMap<Arc<str>, Arc<Response>>) -> TestCase {
        let mut case = TestCase::new();
        for Entry { key: state, value, .. } in self.entries("A test case", node) {
            let response = match &value.kind {
                NodeKind::String(name) => match responses.get(name) {
                    Some(response) => response.clone(),
                    None => {
                        let help = asl::similar(name, responses.keys().map(|name| &**name)).map(did_you_mean);
                        self.error(&value.span, format!("There is no '{name}' in 'MockedResponses'")).help = help;
                        continue;
                    }
                },
                _ => Arc::new(self.within(state, |reader| reader.response(state.clone(), value))),
            };
            case.insert(state.clone(), response);
        }
        case
    }

    fn response(&mut self, name: Arc<str>, node: &Node) -> Response {
        let rules = match &node.kind {
            NodeKind::Array(elements) => self.list(elements),
            NodeKind::Object(entries)
                if entries.iter().any(|entry| entry.key.starts_with(|c: char| c.is_ascii_digit())) =>
            {
                self.by_invocation(entries)
            }
            NodeKind::Object(entries) if !entries.is_empty() => self.rule(node).into_iter().collect(),
            NodeKind::Object(_) | NodeKind::Null => {
                let message = format!("'{name}' is empty: a state that comes to it fails");
                self.add(Diagnostic::warning(CODE, message, node.span.clone()));
                Vec::new()
            }
            _ => {
                self.error(&node.span, format!("'{name}' must be an object or a list")).help =
                    Some(RESPONSE_HELP.to_owned());
                Vec::new()
            }
        };
        Response { name, rules }
    }

    fn by_invocation(&mut self, entries: &[Entry]) -> Vec<Rule> {
        let mut rules: Vec<Rule> = Vec::new();
        for entry in entries {
            let Some(span) = self.span(&entry.key, &entry.key_span) else { continue };
            let overlapped = rules.iter().filter_map(|rule| rule.when.invocation).find(|other| other.overlaps(span));
            if overlapped.is_some() {
                self.error(&entry.key_span, format!("'{}' has invocations that an entry before it has", entry.key));
            }
            let rule = self.within(&entry.key, |reader| reader.rule(&entry.value));
            if let Some(mut rule) = rule {
                rule.when.invocation = Some(span);
                rules.push(rule);
            }
        }
        rules
    }

    fn list(&mut self, elements: &[Node]) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (position, element) in elements.iter().enumerate() {
            let name: Arc<str> = position.to_string().into();
            let rule = self.within(&name, |reader| reader.rule(element));
            let is_last = position + 1 == elements.len();
            if rule.is_some() && !is_last && element.get("When").is_none() {
                let message = "What comes behind this is never used: without 'When' it is for everything";
                self.add(Diagnostic::warning(CODE, message, element.span.clone()));
            }
            rules.extend(rule);
        }
        rules
    }

    /// `0`, `1-2`, or `3-` without an end.
    fn span(&mut self, text: &str, place: &std::ops::Range<usize>) -> Option<Span> {
        let parsed = match text.split_once('-') {
            None => text.parse().ok().map(|number| Span { first: number, last: Some(number) }),
            Some((first, "")) => first.parse().ok().map(|first| Span { first, last: None }),
            Some((first, last)) => {
                first.parse().ok().zip(last.parse().ok()).map(|(first, last)| Span { first, last: Some(last) })
            }
        };
        match parsed {
            Some(span) if span.last.is_none_or(|last| span.first <= last) => Some(span),
            _ => {
                let help = "write a number from 0 on, a range such as \"1-2\", or \"3-\" for all from there";
                self.error(place, format!("'{text}' is no number or range")).help = Some(help.to_owned());
                None
            }
        }
    }

    fn span_of(&mut self, name: &str, node: &Node) -> Option<Span> {
        match &node.kind {
            NodeKind::String(text) => self.span(text, &node.span),
            NodeKind::Number(number) => self.span(&number.to_string(), &node.span),
            _ => {
                self.error(&node.span, format!("'{name}' must be a number or a range"));
                None
            }
        }
    }

    fn rule(&mut self, node: &Node) -> Option<Rule> {
        let fields = self.fields("a mocked response", node, &ENTRY_FIELDS);
        let when = fields.get("When").map_or_else(When::default, |node| self.when(node));
        let delay = fields.get("DelaySeconds").and_then(|node| self.delay(node));
        let fault = fields.get("Fault").and_then(|node| self.fault(node));
        let submitted = fields.get("Submitted").map(|node| self.template(node));
        let submitted = match submitted {
            Some(broken @ None) => return broken.map(|_: Template| unreachable!("there is none")),
            Some(template) => template,
            None => None,
        };
        let given: Vec<&Entry> =
            fields.0.iter().filter(|entry| ["Return", "Throw", "Call"].contains(&&*entry.key)).collect();
        let reply = match given[..] {
            [entry] => match &*entry.key {
                "Return" => Reply::Return(self.template(&entry.value)?),
                "Throw" => Reply::Throw(self.throw("'Throw'", &entry.value, &THROW_FIELDS)?),
                _ if entry.value.kind == NodeKind::Bool(true) => Reply::Call,
                _ => {
                    self.error(&entry.value.span, "'Call' must be true");
                    return None;
                }
            },
            [] if submitted.is_some() => Reply::Wait,
            [] => {
                self.error(&node.span, "A mocked response needs 'Return' or 'Throw'").help =
                    Some(RESPONSE_HELP.to_owned());
                return None;
            }
            [_, second, ..] => {
                self.error(&second.key_span, "A mocked response has one of 'Return', 'Throw' and 'Call', not several");
                return None;
            }
        };
        Some(Rule { when, delay, fault, submitted, reply })
    }

    fn throw(&mut self, what: &str, node: &Node, known: &[&str]) -> Option<Throw> {
        let fields = self.fields(what, node, known);
        let error = match fields.get("Error") {
            // A task can fail without a name for it (SendTaskFailure): then it has no cause either.
            None if fields.0.is_empty() && matches!(node.kind, NodeKind::Object(_)) => None,
            None => {
                self.error(&node.span, format!("{what} needs the name of an 'Error'"));
                return None;
            }
            Some(error) => {
                self.text("Error", error)?;
                Some(self.template(error)?)
            }
        };
        let cause = match fields.get("Cause") {
            None => None,
            Some(node) => {
                self.text("Cause", node)?;
                Some(self.template(node)?)
            }
        };
        Some(Throw { error, cause })
    }

    fn fault(&mut self, node: &Node) -> Option<Fault> {
        let throw = self.throw("'Fault'", node, &FAULT_FIELDS)?;
        let rate = node.get("Rate").map(|rate| (rate, number(rate).map(json::Number::as_f64)));
        match rate {
            Some((_, Some(rate))) if (0.0..=1.0).contains(&rate) => Some(Fault { rate, throw }),
            Some((rate, _)) => {
                self.error(&rate.span, "'Rate' must be a number from 0 to 1");
                None
            }
            None => {
                self.error(&node.span, "'Fault' needs its 'Rate', a number from 0 to 1");
                None
            }
        }
    }

    /// A number of seconds, or the least and the most.
    fn delay(&mut self, node: &Node) -> Option<(f64, f64)> {
        let seconds = |node: &Node| {
            let seconds = number(node)?.as_f64();
            (0.0..=DELAY_SECONDS_MAX).contains(&seconds).then_some(seconds)
        };
        let delay = match node.as_array() {
            Some([least, most]) => seconds(least).zip(seconds(most)).filter(|(least, most)| least <= most),
            Some(_) => None,
            None => seconds(node).map(|seconds| (seconds, seconds)),
        };
        if delay.is_none() {
            self.error(&node.span, "'DelaySeconds' must be a number of seconds, or [least, most]");
        }
        delay
    }

    fn when(&mut self, node: &Node) -> When {
        let fields = self.fields("'When'", node, &WHEN_FIELDS);
        let span = |reader: &mut Reader, name: &str| fields.get(name).and_then(|node| reader.span_of(name, node));
        let (invocation, attempt, item) = (span(self, "Invocation"), span(self, "Attempt"), span(self, "Item"));
        let pattern = |partial: &str, whole: &str| match (fields.get(partial), fields.get(whole)) {
            (_, Some(whole)) => Some(Pattern::Equals(whole.to_value())),
            (partial, None) => partial.map(|partial| Pattern::Contains(partial.to_value())),
        };
        let (input, arguments) = (pattern("Input", "InputEquals"), pattern("Arguments", "ArgumentsEquals"));
        let condition = fields.get("Condition").and_then(|node| match node.as_str().and_then(expression) {
            Some(source) => parsed(source, &node.span).map_err(|problem| self.problem(problem)).ok(),
            None => {
                self.error(&node.span, "'Condition' must be a JSONata expression between {% and %}");
                None
            }
        });
        When { invocation, attempt, item, input, arguments, condition }
    }
}

const RESPONSE_HELP: &str =
    "such as {\"0\": {\"Return\": {…}}, \"1-2\": {\"Throw\": {\"Error\": \"…\", \"Cause\": \"…\"}}}";

/// The entries of an object.
struct Fields<'n>(&'n [Entry]);

impl<'n> Fields<'n> {
    fn get(&self, key: &str) -> Option<&'n Node> {
        self.0.iter().find(|entry| &*entry.key == key).map(|entry| &entry.value)
    }
}

fn number(node: &Node) -> Option<&json::Number> {
    match &node.kind {
        NodeKind::Number(number) => Some(number),
        _ => None,
    }
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean '{name}'?")
}
