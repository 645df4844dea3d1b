//! Reading the fields of one object: take what is known, check its type, report the rest as unknown. The sentences are AWS's where they
//! are known.

use super::checker::Checker;
use super::location::Location;
use super::similar::similar;
use crate::QueryLanguage;
use crate::tree::{Entry, Node, NodeKind};
use expressions::StatesMembers;
use std::ops::{Range, RangeInclusive};

/// An object whose fields are being taken.
pub(crate) struct Fields<'t, 'l> {
    pub(crate) node: &'t Node,
    pub(crate) location: &'l Location<'l>,
    /// The language in force for this object.
    pub(crate) language: QueryLanguage,
    /// Whether fields of the other language are let pass: the language itself is already refused, and AWS says no more.
    pub(crate) is_downgraded: bool,
    /// What `$states` has in the expressions that are being read.
    pub(crate) states_members: StatesMembers,
    entries: &'t [Entry],
    taken: Vec<bool>,
    asked: Vec<&'static str>,
}

impl<'t, 'l> Fields<'t, 'l> {
    /// The fields of `node`, which must be an object.
    pub(crate) fn open(
        checker: &mut Checker<'t>,
        node: &'t Node,
        location: &'l Location<'l>,
        language: QueryLanguage,
    ) -> Option<Fields<'t, 'l>> {
        let NodeKind::Object(entries) = &node.kind else {
            checker.schema(location, &node.span, "Expected value of type Object");
            return None;
        };
        Some(Fields {
            node,
            location,
            language,
            is_downgraded: false,
            states_members: StatesMembers::Input,
            entries,
            taken: vec![false; entries.len()],
            asked: Vec::new(),
        })
    }

    /// Where findings about the object itself point: its opening bracket, or the first key of a YAML block, which has none.
    pub(crate) fn span(&self) -> Range<usize> {
        let start = self.node.span.start;
        match self.entries.first() {
            Some(entry) if entry.key_span.start == start => entry.key_span.clone(),
            _ => start..(start + 1).min(self.node.span.end),
        }
    }

    /// The field `name`, with the mark that it is known.
    pub(crate) fn entry(&mut self, name: &'static str) -> Option<&'t Entry> {
        self.asked.push(name);
        let position = self.entries.iter().position(|entry| &*entry.key == name)?;
        self.taken[position] = true;
        Some(&self.entries[position])
    }

    /// The value of field `name`.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<&'t Node> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// The value of field `name`, unless it is a placeholder.
    fn take_known(&mut self, checker: &Checker<'t>, name: &'static str) -> Option<&'t Node> {
        self.take(name).filter(|node| !checker.is_placeholder(node))
    }

    /// Whether field `name` is there, taken or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| &*entry.key == name)
    }

    /// A field that only `language` has.
    pub(crate) fn take_of(
        &mut self,
        checker: &mut Checker<'t>,
        language: QueryLanguage,
        name: &'static str,
    ) -> Option<&'t Node> {
        let entry = self.entry(name)?;
        if language == self.language {
            return Some(&entry.value);
        }
        if self.is_downgraded {
            return None;
        }
        let message = format!(
            "The QueryLanguage is set to '{}', but field '{name}' is only supported for the '{}' QueryLanguage",
            self.language.name(),
            language.name()
        );
        checker.schema(self.location, &entry.key_span, message);
        None
    }

    /// Reports those of `names` that are missing, in one finding as AWS does.
    pub(crate) fn require(&self, checker: &mut Checker<'t>, names: &[&str]) {
        let missing: Vec<&str> = names.iter().copied().filter(|name| !self.has(name)).collect();
        if !missing.is_empty() {
            let message = format!("These fields are required: [{}]", missing.join(", "));
            checker.schema(self.location, &self.span(), message);
        }
    }

    /// Reports it if more than one of `names` is there.
    pub(crate) fn at_most_one(&self, checker: &mut Checker<'t>, names: &[&str]) {
        let mut present = self.entries.iter().filter(|entry| names.contains(&&*entry.key));
        if let (Some(_), Some(second)) = (present.next(), present.next()) {
            let message = format!("There should only be one of the following fields: [{}]", names.join(", "));
            checker.schema(self.location, &second.key_span, message);
        }
    }

    /// Reports it if not exactly one of `names` is there.
    pub(crate) fn exactly_one(&self, checker: &mut Checker<'t>, names: &[&str]) {
        if names.iter().any(|name| self.has(name)) {
            self.at_most_one(checker, names);
        } else {
            let message = format!("This object should have only one of the following fields: [{}]", names.join(", "));
            checker.schema(self.location, &self.span(), message);
        }
    }

    /// A text field.
    pub(crate) fn text(&mut self, checker: &mut Checker<'t>, name: &'static str) -> Option<&'t str> {
        let node = self.take(name)?;
        let text = node.as_str();
        if text.is_none() {
            checker.schema(&self.location.key(name), &node.span, "Expected value of type String");
        }
        text
    }

    /// A text field with a fixed set of values.
    pub(crate) fn one_of(&mut self, checker: &mut Checker<'t>, name: &'static str, values: &[&str]) -> Option<&'t str> {
        let node = self.take_known(checker, name)?;
        let text = node.as_str().filter(|text| values.contains(text));
        if text.is_none() {
            let message = format!("Value should be one of the following: [{}]", values.join(", "));
            checker.schema(&self.location.key(name), &node.span, message);
        }
        text
    }

    /// `QueryLanguage`, marked as known; its value is judged by [`Fields::query_language_value`]. AWS takes everything but the exact
    /// `JSONPath` for JSONata (measured), also what it refuses at the same time.
    pub(crate) fn query_language(&mut self) -> Option<(QueryLanguage, &'t Entry)> {
        let entry = self.entry("QueryLanguage")?;
        Some((QueryLanguage::of_node(&entry.value), entry))
    }

    /// Reports a `QueryLanguage` that is none.
    pub(crate) fn query_language_value(&mut self, checker: &mut Checker<'t>) {
        match self.take("QueryLanguage") {
            Some(node) if node.as_str().is_none() => {
                checker.schema(&self.location.key("QueryLanguage"), &node.span, "Expected value of type [STRING]");
            }
            Some(_) => {
                self.one_of(checker, "QueryLanguage", &QueryLanguage::NAMES);
            }
            None => {}
        }
    }

    /// A field that is `true` or `false`.
    pub(crate) fn boolean(&mut self, checker: &mut Checker<'t>, name: &'static str) -> Option<bool> {
        let node = self.take_known(checker, name)?;
        match node.kind {
            NodeKind::Bool(boolean) => Some(boolean),
            _ => {
                let help = match node.as_str().map(str::to_ascii_lowercase).as_deref() {
                    Some("yes" | "on" | "true") => Some("write true".to_owned()),
                    Some("no" | "off" | "false") => Some("write false".to_owned()),
                    _ => None,
                };
                let location = self.location.key(name);
                checker.schema_with_help(&location, &node.span, "Expected value of type Boolean", help);
                None
            }
        }
    }

    /// An integer field within `range`.
    pub(crate) fn integer(
        &mut self,
        checker: &mut Checker<'t>,
        name: &'static str,
        range: RangeInclusive<u64>,
    ) -> Option<u64> {
        let node = self.take_known(checker, name)?;
        let location = self.location.key(name);
        integer(checker, node, &location, range)
    }

    /// An integer field within `range`, or in JSONata any expression.
    pub(crate) fn integer_or_expression(
        &mut self,
        checker: &mut Checker<'t>,
        name: &'static str,
        range: RangeInclusive<u64>,
    ) -> Option<u64> {
        let node = self.take(name)?;
        if self.is_expression(node) { None } else { self.integer(checker, name, range) }
    }

    /// A number field within `range`, or in JSONata any expression.
    pub(crate) fn number(
        &mut self,
        checker: &mut Checker<'t>,
        name: &'static str,
        range: RangeInclusive<f64>,
    ) -> Option<f64> {
        let node = self.take_known(checker, name)?;
        if self.is_expression(node) {
            return None;
        }
        let location = self.location.key(name);
        let NodeKind::Number(number) = &node.kind else {
            checker.schema(&location, &node.span, "Expected value of type Number");
            return None;
        };
        let number = number.as_f64();
        if number < *range.start() {
            checker.schema(&location, &node.span, format!("Minimum value is {}", range.start()));
        } else if number > *range.end() {
            checker.schema(&location, &node.span, format!("Maximum value is {}", range.end()));
        }
        Some(number)
    }

    /// Whether `node` is a JSONata expression of a JSONata object.
    pub(crate) fn is_expression(&self, node: &Node) -> bool {
        self.language == QueryLanguage::Jsonata && node.as_str().is_some_and(|text| text.starts_with("{%"))
    }

    /// The elements of an array field.
    pub(crate) fn array(&mut self, checker: &mut Checker<'t>, name: &'static str) -> Option<&'t [Node]> {
        let node = self.take_known(checker, name)?;
        let elements = node.as_array();
        if elements.is_none() {
            checker.schema(&self.location.key(name), &node.span, "Expected value of type Array");
        }
        elements
    }

    /// The elements of an array field that may not be empty.
    pub(crate) fn filled_array(&mut self, checker: &mut Checker<'t>, name: &'static str) -> Option<&'t [Node]> {
        let span = self.entries.iter().find(|entry| &*entry.key == name)?.value.span.clone();
        let elements = self.array(checker, name)?;
        if elements.is_empty() {
            checker.schema(&self.location.key(name), &span, "Value cannot be empty");
            return None;
        }
        Some(elements)
    }

    /// Reports every field nobody took.
    pub(crate) fn finish(self, checker: &mut Checker<'t>) {
        let unknown = self.entries.iter().zip(&self.taken).filter(|&(_, taken)| !taken);
        for (entry, _) in unknown {
            let known = checker.is_hint_worthwhile().then(|| similar(&entry.key, self.asked.iter().copied())).flatten();
            let help = known.map(|name| format!("did you mean '{name}'?"));
            let message = format!("Field '{}' is not supported", entry.key);
            checker.schema_with_help(self.location, &entry.key_span, message, help);
        }
    }
}

/// An integer within `range`.
fn integer(checker: &mut Checker<'_>, node: &Node, location: &Location<'_>, range: RangeInclusive<u64>) -> Option<u64> {
    let NodeKind::Number(::json::Number::Integer(integer)) = node.kind else {
        checker.schema(location, &node.span, "Expected value of type Integer");
        return None;
    };
    let value = u64::try_from(integer).ok();
    if value.is_none_or(|value| value < *range.start()) {
        checker.schema(location, &node.span, format!("Minimum value is {}", range.start()));
    } else if value.is_some_and(|value| value > *range.end()) {
        checker.schema(location, &node.span, format!("Maximum value is {}", range.end()));
    }
    value
}
