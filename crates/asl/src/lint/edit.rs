//! Mending a text: edits that keep everything else as it is.

use super::Finding;
use super::context::Context;
use crate::parse::Format;
use crate::tree::Node;
use std::ops::Range;

/// The text with the findings' fixes, and how many were applied: one that touches what another changed is left.
pub(crate) fn apply(text: &str, findings: &[Finding]) -> (String, usize) {
    let mut taken: Vec<(Range<usize>, &str)> = Vec::new();
    let mut count = 0;
    for fix in findings.iter().filter_map(|finding| finding.fix.as_ref()) {
        let is_free = |range: &Range<usize>| {
            let is_apart = |other: &Range<usize>| range.end <= other.start || other.end <= range.start;
            text.get(range.clone()).is_some() && taken.iter().all(|(other, _)| is_apart(other) && range != other)
        };
        // Looking at all taken ranges is quadratic; a round therefore applies a bounded number of fixes.
        const FIXES_MAX: usize = 500;
        if count < FIXES_MAX && fix.edits.iter().all(|(range, _)| is_free(range)) {
            taken.extend(fix.edits.iter().map(|(range, text)| (range.clone(), &**text)));
            count += 1;
        }
    }
    taken.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (range, replacement) in taken {
        // Two edits of one fix do not overlap, and those of different fixes were compared.
        out.push_str(&text[at..range.start.max(at)]);
        out.push_str(replacement);
        at = range.end.max(at);
    }
    out.push_str(&text[at..]);
    (out, count)
}

/// The range whose removal takes one of several parts out of an object or list, with its comma or line; `None` if it is the only one, or
/// if a comment would go with it.
fn removal(context: &Context<'_>, parts: &[(usize, usize)], position: usize) -> Option<Range<usize>> {
    let range = match (position.checked_sub(1).and_then(|before| parts.get(before)), parts.get(position + 1)) {
        (_, Some(next)) => parts[position].0..next.0,
        (Some(before), None) => before.1..parts[position].1,
        (None, None) => return None,
    };
    let text = context.text.get(range.clone())?;
    (context.format == Format::Json || !text.contains('#')).then_some(range)
}

/// Takes a field out of an object.
pub(crate) fn remove_field(context: &Context<'_>, object: &Node, key: &str) -> Option<Range<usize>> {
    let entries = object.as_object()?;
    let position = entries.iter().position(|entry| &*entry.key == key)?;
    let parts: Vec<_> = entries.iter().map(|entry| (entry.key_span.start, entry.value.span.end)).collect();
    removal(context, &parts, position)
}

/// Takes an element out of a list.
pub(crate) fn remove_element(context: &Context<'_>, list: &Node, position: usize) -> Option<Range<usize>> {
    let parts: Vec<_> = list.as_array()?.iter().map(|element| (element.span.start, element.span.end)).collect();
    removal(context, &parts, position)
}

/// What stands at `span` with another text in its quotes, whichever it has.
pub(crate) fn requoted(context: &Context<'_>, span: &Range<usize>, text: &str) -> Option<String> {
    let quote = match context.text.as_bytes().get(span.start)? {
        b'"' => "\"",
        b'\'' => "'",
        _ => "",
    };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_. $".contains(&byte));
    is_plain.then(|| format!("{quote}{text}{quote}"))
}
