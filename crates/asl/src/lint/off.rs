//! Switching rules off inside a definition: in `Comment` fields, and in comments of YAML.
//!
//! `stepwell-lint: off rule-a, rule-b` in the machine's `Comment`, or in a comment above everything else in a YAML file, is about the file;
//! in a state's `Comment` about the state and all inside it; in the `Comment` of a choice rule, a retrier or a catcher about that one alone (so
//! JSON has a way to be as exact as YAML, and AWS accepts it); in a YAML comment about its line or, if it stands alone, about the next one. A
//! line that begins a state stands for the state. What follows the names may say why.

use super::Finding;
use super::context::Context;
use super::machine::StateId;
use super::state::State;
use crate::parse::Format;
use crate::tree::Node;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

const MARK: &str = "stepwell-lint:";

#[derive(Default)]
struct Off<'t> {
    file: HashSet<&'t str>,
    states: HashMap<StateId, Vec<&'t str>>,
    lines: HashMap<usize, Vec<&'t str>>,
    /// Of parts of states with a `Comment`.
    parts: Vec<(Range<usize>, Vec<&'t str>)>,
}

/// Drops the findings that are switched off.
pub(crate) fn apply(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.text.contains(MARK) {
        return;
    }
    let starts: Vec<usize> = std::iter::once(0).chain(context.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let line_of = |offset: usize| starts.partition_point(|&start| start <= offset);
    let mut off = Off::default();
    off.file.extend(context.machine.root.get("Comment").and_then(Node::as_str).map(named).unwrap_or_default());
    for state in context.states() {
        if let Some(names) = state.get("Comment").and_then(Node::as_str).map(named) {
            off.states.entry(state.id).or_default().extend(names);
        }
        for (part, comment) in parts(state) {
            let names = comment.as_str().map(named).unwrap_or_default();
            off.parts.push((part.span.clone(), names));
        }
    }
    off.parts.retain(|(_, names)| !names.is_empty());
    if context.format == Format::Yaml {
        off.read_comments(context.text);
        for state in context.states() {
            if let Some(names) = off.lines.get(&line_of(state.key_span.start)) {
                off.states.entry(state.id).or_default().extend(names);
            }
        }
    }
    findings.retain(|finding| {
        let in_line = |names: &Vec<&str>| names.contains(&finding.rule);
        let mut around = finding.state.into_iter().flat_map(|state| context.machine.parents(state));
        !(off.file.contains(finding.rule)
            || off.lines.get(&line_of(finding.span.start)).is_some_and(in_line)
            || off.parts.iter().any(|(span, names)| {
                names.contains(&finding.rule) && span.start <= finding.span.start && finding.span.end <= span.end
            })
            || around.any(|state| off.states.get(&state).is_some_and(in_line)))
    });
}

impl<'t> Off<'t> {
    /// Reads comments line by line. A text in quotes that looks like one counts as one.
    fn read_comments(&mut self, text: &'t str) {
        let mut above: Vec<&str> = Vec::new();
        let mut is_head = true;
        for (number, line) in text.lines().enumerate() {
            let (before, comment) = line.split_once('#').unwrap_or((line, ""));
            let names = if comment.trim_start().starts_with(MARK) { named(comment) } else { Vec::new() };
            let is_content = !before.trim().is_empty() && before.trim() != "---";
            if is_content {
                is_head = false;
                self.lines.entry(number + 1).or_default().extend(above.drain(..).chain(names));
            } else if is_head {
                self.file.extend(names);
            } else {
                above.extend(names);
            }
        }
    }
}

/// The choice rules, retriers and catchers of a state that have a `Comment`, each with it.
fn parts<'t>(state: &State<'t>) -> impl Iterator<Item = (&'t Node, &'t Node)> + use<'t> {
    let lists = ["Choices", "Retry", "Catch"].map(|field| state.elements(field));
    lists.into_iter().flatten().filter_map(|part| Some((part, part.get("Comment")?)))
}

/// Every name in a `Comment` or a comment of YAML, with the place of the comment.
pub(crate) fn mentions<'c>(context: &'c Context<'_>) -> Vec<(&'c str, Range<usize>)> {
    let mut mentions: Vec<(&str, Range<usize>)> = Vec::new();
    let comments = context.states().iter().filter_map(|state| state.get("Comment"));
    let of_parts = context.states().iter().flat_map(parts).map(|(_, comment)| comment);
    for node in comments.chain(of_parts).chain(context.machine.root.get("Comment")) {
        mentions.extend(node.as_str().map(named).unwrap_or_default().iter().map(|name| (*name, node.span.clone())));
    }
    if context.format == Format::Yaml {
        let mut start = 0;
        for line in context.text.split_inclusive('\n') {
            if let Some((before, comment)) = line.split_once('#')
                && comment.trim_start().starts_with(MARK)
            {
                let span = start + before.len()..start + line.trim_end().len();
                mentions.extend(named(comment).iter().map(|name| (*name, span.clone())));
            }
            start += line.len();
        }
    }
    mentions
}

/// The rules a comment names.
fn named(comment: &str) -> Vec<&str> {
    let Some((_, rest)) = comment.split_once(MARK) else { return Vec::new() };
    let Some(mut rest) = rest.trim_start().strip_prefix("off ") else { return Vec::new() };
    let mut names = Vec::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
        names.push(&rest[..end]);
        match rest[end..].trim_start().strip_prefix(',') {
            Some(after) => rest = after,
            None => return names,
        }
    }
}
