//! `$match`, `$contains`, `$replace` and `$split`: with strings, with regexes, and with any function that finds matches the way they do.

use super::Arguments;
use crate::error::Error;
use crate::evaluate::Evaluator;
use crate::evaluate::function::{Function, FunctionKind};
use crate::evaluate::item::{Item, RecordBuilder};
use crate::regex::{Match, Regex};
use std::rc::Rc;
use std::sync::Arc;

/// A match in a text, in bytes.
struct Found {
    start: usize,
    end: usize,
    groups: Vec<Item>,
    /// What the replacement function gets.
    item: Item,
}

/// The matches of a matcher in a text, one after the other.
enum Matches<'a> {
    /// `from` is where the last match ended.
    Regex {
        regex: Arc<Regex>,
        from: Option<usize>,
    },
    Function {
        next: Item,
        arguments: Vec<Item>,
        context: &'a Item,
    },
}

impl<'a> Matches<'a> {
    fn new(matcher: &Item, text: &Arc<str>, context: &'a Item) -> Matches<'a> {
        if let Item::Function(function) = matcher
            && let FunctionKind::Regex(regex) = &function.kind
        {
            return Matches::Regex { regex: regex.clone(), from: None };
        }
        Matches::Function { next: matcher.clone(), arguments: vec![Item::string(text.clone())], context }
    }

    fn next(&mut self, evaluator: &Evaluator<'_>, text: &Arc<str>) -> Result<Option<Found>, Error> {
        match self {
            Matches::Regex { regex, from } => {
                let first = from.is_none();
                let at = from.unwrap_or(0);
                if !first && at >= text.len() {
                    return Ok(None);
                }
                let Some(found) = regex.find(text, at, &evaluator.budget)? else { return Ok(None) };
                let Match { start, end, groups } = found;
                // A match of nothing would be found again and again; the first one does no harm.
                if start == end && !first {
                    return Err(Error::new("D1004").with_value(regex.source()));
                }
                *from = Some(end);
                let groups = groups.into_iter().map(|group| match group {
                    Some((start, end)) => evaluator.text(&text[start..end]),
                    None => Ok(Item::Undefined),
                });
                Ok(Some(Found { start, end, groups: groups.collect::<Result<_, _>>()?, item: Item::Undefined }))
            }
            Matches::Function { next, arguments, context } => {
                let item = evaluator.apply(next, std::mem::take(arguments), context)?;
                if item.is_undefined() {
                    return Ok(None);
                }
                let (start, end) = (item.get("start").as_number(), item.get("end").as_number());
                let groups = item.get("groups");
                *next = item.get("next");
                if start.is_none() && end.is_none() && !groups.is_array() && !next.is_function() {
                    return Err(Error::new("T1010"));
                }
                let start = byte_of(text, start.unwrap_or(0.0));
                let matched = item.get("match").as_str().map_or(0, |matched| matched.len());
                let mut end = end.map_or(start + matched, |end| byte_of(text, end)).max(start);
                end = end.min(text.len());
                Ok(Some(Found { start, end, groups: groups.into_items(), item }))
            }
        }
    }
}

/// The search for one more match than a limit allows: nothing comes of it, but it can fail.
fn search_on(matches: &mut Matches<'_>, evaluator: &Evaluator<'_>, text: &Arc<str>, limit: f64) -> Result<(), Error> {
    if limit > 0.0 && limit.is_finite() {
        matches.next(evaluator, text)?;
    }
    Ok(())
}

/// The byte at a position in UTF-16 units.
fn byte_of(text: &str, units: f64) -> usize {
    let mut seen = 0.0;
    for (byte, character) in text.char_indices() {
        if seen >= units {
            return byte;
        }
        seen += character.len_utf16() as f64;
    }
    text.len()
}

/// Positions in UTF-16 units, for bytes that only go forward.
struct Units<'a> {
    text: &'a str,
    byte: usize,
    units: usize,
}

impl Units<'_> {
    fn at(&mut self, byte: usize) -> f64 {
        if byte < self.byte {
            (self.byte, self.units) = (0, 0);
        }
        self.units += self.text[self.byte..byte].encode_utf16().count();
        self.byte = byte;
        self.units as f64
    }
}

fn describe(
    evaluator: &Evaluator<'_>,
    text: &Arc<str>,
    units: &mut Units<'_>,
    found: &Found,
    index_key: &str,
) -> Result<RecordBuilder, Error> {
    let mut record = RecordBuilder::default();
    evaluator.grow(3)?;
    record.insert("match".into(), evaluator.text(&text[found.start..found.end])?);
    record.insert(index_key.into(), Item::Number(units.at(found.start)));
    if index_key == "start" {
        record.insert("end".into(), Item::Number(units.at(found.end)));
    }
    record.insert("groups".into(), Item::array(found.groups.clone()));
    Ok(record)
}

fn limit(arguments: &Arguments<'_>, index: usize, code: &'static str) -> Result<f64, Error> {
    match arguments.number(index) {
        Some(limit) if limit < 0.0 => {
            Err(Error::new(code).with_index(index + 1).with_value(crate::number::to_json(limit)))
        }
        Some(limit) => Ok(limit),
        None => Ok(f64::INFINITY),
    }
}

pub(super) fn matches(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    let limit = limit(&arguments, 2, "D3040")?;
    let mut matches = Matches::new(arguments.get(1), text, arguments.context);
    let mut units = Units { text, byte: 0, units: 0 };
    let mut results = Vec::new();
    while (results.len() as f64) < limit
        && let Some(found) = matches.next(evaluator, text)?
    {
        let item = if found.item.is_undefined() {
            describe(evaluator, text, &mut units, &found, "index")?
        } else {
            let mut record = RecordBuilder::default();
            for (from, to) in [("match", "match"), ("start", "index"), ("groups", "groups")] {
                record.insert(to.into(), found.item.get(from));
            }
            record
        };
        results.push(Item::Record(Rc::new(item.build())));
    }
    if results.len() as f64 >= limit {
        search_on(&mut matches, evaluator, text, limit)?;
    }
    Ok(Item::sequence(results))
}

pub(super) fn contains(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    if arguments.get(1).is_undefined() {
        return Ok(Item::Undefined);
    }
    evaluator.budget.step(text.len() as u64 / 64)?;
    let contained = match arguments.text(1) {
        Some(part) => text.contains(&**part),
        None => Matches::new(arguments.get(1), text, arguments.context).next(evaluator, text)?.is_some(),
    };
    Ok(Item::Json(json::Value::Bool(contained)))
}

pub(super) fn split(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    let limit = limit(&arguments, 2, "D3020")?;
    let mut parts = Vec::new();
    if let Some(separator) = arguments.text(1) {
        let limit = limit.floor().min(usize::MAX as f64) as usize;
        if separator.is_empty() {
            let mut buffer = [0; 4];
            for character in text.chars().take(limit) {
                parts.push(evaluator.text(&*character.encode_utf8(&mut buffer))?);
            }
        } else {
            for part in text.split(&**separator).take(limit) {
                parts.push(evaluator.text(part)?);
            }
        }
    } else {
        let mut matches = Matches::new(arguments.get(1), text, arguments.context);
        let mut start = 0;
        while (parts.len() as f64) < limit
            && let Some(found) = matches.next(evaluator, text)?
        {
            parts.push(evaluator.text(&text[start.min(found.start)..found.start])?);
            start = found.end;
        }
        if (parts.len() as f64) < limit {
            parts.push(evaluator.text(&text[start..])?);
        } else {
            search_on(&mut matches, evaluator, text, limit)?;
        }
    }
    evaluator.grow(parts.len())?;
    Ok(Item::array(parts))
}

pub(super) fn replace(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    if arguments.text(1).is_some_and(|pattern| pattern.is_empty()) {
        return Err(Error::new("D3010").with_index(2).with_value(""));
    }
    let limit = limit(&arguments, 3, "D3011")?;
    let replacement = arguments.get(2);
    let mut result = String::new();
    let mut position = 0;
    let mut count = 0.0;
    if let Some(pattern) = arguments.text(1) {
        let undefined: Arc<str> = "undefined".into();
        let replacement = match replacement.as_str() {
            Some(replacement) => replacement,
            None if replacement.is_undefined() => &undefined,
            None => return Err(Error::new("D3012").with_value(replacement.to_error_value())),
        };
        while count < limit
            && let Some(offset) = text[position..].find(&**pattern)
        {
            result.push_str(&text[position..position + offset]);
            result.push_str(replacement);
            position += offset + pattern.len();
            count += 1.0;
            evaluator.budget.allocate(offset + replacement.len())?;
            evaluator.budget.step(1)?;
        }
        result.push_str(&text[position..]);
        return evaluator.text(result);
    }
    let mut units = Units { text, byte: 0, units: 0 };
    let mut matches = Matches::new(arguments.get(1), text, arguments.context);
    while count < limit
        && let Some(found) = matches.next(evaluator, text)?
    {
        let length = result.len();
        result.push_str(&text[position.min(found.start)..found.start]);
        match replacement.as_str() {
            Some(replacement) => substitute(replacement, &text[found.start..found.end], &found.groups, &mut result),
            None => {
                let argument = if found.item.is_undefined() {
                    let mut record = describe(evaluator, text, &mut units, &found, "start")?;
                    if let Item::Function(function) = arguments.get(1)
                        && let FunctionKind::Regex(regex) = &function.kind
                    {
                        let (regex, text) = (regex.clone(), text.clone());
                        let next = FunctionKind::NextMatch { regex, text, from: found.end };
                        record.insert("next".into(), Function::item(next));
                    }
                    Item::Record(Rc::new(record.build()))
                } else {
                    found.item.clone()
                };
                let replaced = evaluator.apply(replacement, vec![argument], arguments.context)?;
                let Some(replaced) = replaced.as_str() else {
                    return Err(Error::new("D3012").with_value(replaced.to_error_value()));
                };
                result.push_str(replaced);
            }
        }
        position = found.end;
        count += 1.0;
        evaluator.budget.allocate(result.len() - length)?;
    }
    if count >= limit {
        search_on(&mut matches, evaluator, text, limit)?;
    }
    result.push_str(&text[position..]);
    evaluator.text(result)
}

/// Appends `replacement` with `$0`, `$1`… replaced by the match and its groups, and `$$` by `$`.
fn substitute(replacement: &str, matched: &str, groups: &[Item], out: &mut String) {
    let most_digits = if groups.is_empty() { 1 } else { groups.len().ilog10() as usize + 1 };
    let mut rest = replacement;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('0') {
            out.push_str(matched);
            rest = after;
        } else {
            let mut digits = rest.bytes().take(most_digits).take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                out.push('$');
                continue;
            }
            let number = |digits: usize| rest[..digits].parse::<usize>().unwrap_or(0);
            if digits > 1 && number(digits) > groups.len() {
                digits -= 1;
            }
            let group = number(digits).checked_sub(1).and_then(|index| groups.get(index));
            if let Some(text) = group.and_then(Item::as_str) {
                out.push_str(text);
            }
            rest = &rest[digits..];
        }
    }
    out.push_str(rest);
}
