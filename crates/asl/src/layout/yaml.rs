//! YAML, line by line: lines are indented anew, what is inside of a value that goes over several lines moves with it. The parser tells
//! which lines those are; everything else of the text stays, comments with it.

use super::INDENTED_LEVELS_MAX;
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::{HashMap, HashSet};

/// How a line is part of a value that began before it.
#[derive(Clone, Copy, PartialEq)]
enum Continued {
    /// Of a plain or quoted text: how much it is indented has no meaning.
    Text,
    /// Of a collection in brackets that began in this line.
    Flow(usize),
}

/// What the parser knows of the lines, from 0.
#[derive(Default)]
struct Lines {
    continued: HashMap<usize, Continued>,
    /// Columns of the characters inside of texts, where `#` begins no comment: `(line, from, to)`.
    texts: HashMap<usize, Vec<(usize, usize)>>,
    /// Lines in which a text in a block (`|` or `>`) begins.
    blocks: HashSet<usize>,
}

impl Lines {
    fn of(text: &str) -> Lines {
        let characters: Vec<char> = text.chars().collect();
        let mut lines = Lines::default();
        let mut parser = Parser::new_from_str(text);
        let mut flows: Vec<Option<usize>> = Vec::new();
        while let Some(Ok((event, span))) = parser.next_event() {
            // The parser counts lines from 1 and columns from 0.
            let (start, end) = (span.start.line() - 1, span.end.line() - 1);
            match event {
                Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) => {
                    lines.blocks.insert(start);
                }
                Event::Scalar(..) => {
                    let columns = (span.start.col(), if start == end { span.end.col() } else { usize::MAX });
                    lines.texts.entry(start).or_default().push(columns);
                    for line in start + 1..=end {
                        lines.continued.entry(line).or_insert(Continued::Text);
                        let to = if line == end { span.end.col() } else { usize::MAX };
                        lines.texts.entry(line).or_default().push((0, to));
                    }
                }
                Event::SequenceStart(..) | Event::MappingStart(..) => {
                    let first = characters.get(span.start.index());
                    flows.push(matches!(first, Some('[' | '{')).then_some(start));
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    if let Some(Some(first)) = flows.pop()
                        && !flows.iter().any(Option::is_some)
                    {
                        for line in first + 1..=end {
                            lines.continued.insert(line, Continued::Flow(first));
                        }
                    }
                }
                _ => {}
            }
        }
        lines
    }

    /// Whether the character at this place is inside of a text. Those of a line are in order.
    fn is_text(&self, line: usize, column: usize) -> bool {
        self.texts.get(&line).is_some_and(|texts| {
            let after = texts.partition_point(|&(from, _)| from <= column);
            after.checked_sub(1).is_some_and(|position| column < texts[position].1)
        })
    }
}

/// A collection in block form that is open: where its lines begin, and where they are to begin.
#[derive(Clone, Copy)]
struct Level {
    old: usize,
    new: usize,
    is_list: bool,
}

struct Writer<'t> {
    lines: Vec<&'t str>,
    known: Lines,
    /// By line: the first line from there on that is neither blank nor a comment.
    next_content: Vec<usize>,
    levels: Vec<Level>,
    /// How far each line was moved, for the lines that follow it.
    moved: HashMap<usize, isize>,
    out: String,
    is_blank_wanted: bool,
}

pub(super) fn lay_out(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let lines: Vec<&str> = text.lines().collect();
    let known = Lines::of(&text);
    let mut next_content = vec![lines.len(); lines.len() + 1];
    for (at, line) in lines.iter().enumerate().rev() {
        let is_content = !is_blank(line) && !line.trim_start().starts_with('#');
        next_content[at] = if is_content { at } else { next_content[at + 1] };
    }
    let mut writer = Writer {
        lines,
        known,
        next_content,
        levels: Vec::new(),
        moved: HashMap::new(),
        out: String::with_capacity(text.len() + 64),
        is_blank_wanted: false,
    };
    let mut at = 0;
    while at < writer.lines.len() {
        at = writer.line(at);
    }
    writer.out
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_blank(line: &str) -> bool {
    line.trim_matches([' ', '\t']).is_empty()
}

impl Writer<'_> {
    /// Writes the line `at` and what belongs to it; the line to go on with.
    fn line(&mut self, at: usize) -> usize {
        let line = self.lines[at];
        match self.known.continued.get(&at) {
            Some(Continued::Text) => {
                let indent = self.levels.last().map_or(0, |level| level.new) + 2;
                let content = if is_blank(line) { String::new() } else { self.content(at, indentation(line)) };
                self.write(if content.is_empty() { 0 } else { indent }, &content);
                return at + 1;
            }
            Some(&Continued::Flow(first)) => {
                let old = indentation(line);
                let moved = self.moved.get(&first).copied().unwrap_or(0);
                let content = self.content(at, old);
                self.write(if content.is_empty() { 0 } else { old.saturating_add_signed(moved) }, &content);
                return at + 1;
            }
            None => {}
        }
        if is_blank(line) {
            self.is_blank_wanted = !self.out.is_empty();
            return at + 1;
        }
        if std::mem::take(&mut self.is_blank_wanted) {
            self.out.push('\n');
        }
        let old = indentation(line);
        if line[old..].starts_with('#') {
            let indent = self.comment_indentation(at, old);
            self.write(indent, line[old..].trim_end());
            return at + 1;
        }
        if old == 0 && (line.starts_with("---") || line.starts_with("...") || line.starts_with('%')) {
            self.levels.clear();
            self.write(0, line.trim_end());
            return at + 1;
        }
        self.content_line(at, old);
        if self.known.blocks.contains(&at) { self.block(at + 1) } else { at + 1 }
    }

    fn write(&mut self, indent: usize, content: &str) {
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.out.push_str(content);
        self.out.push('\n');
    }

    /// A line that begins an entry of a mapping or of a list.
    fn content_line(&mut self, at: usize, old: usize) {
        let line = self.lines[at];
        let (mut column, mut rest) = (old, &line[old..]);
        let mut written = String::new();
        let mut indent = None;
        while let Some(after) = item(rest) {
            let new = self.level(column, true);
            indent.get_or_insert(new);
            written.push('-');
            let spaces = indentation(after);
            (column, rest) = (column + 1 + spaces, &after[spaces..]);
            if rest.is_empty() || rest.starts_with('#') {
                break;
            }
            written.push(' ');
        }
        // A text in a block belongs to the list itself, which it must be indented more than.
        let is_entry = !rest.is_empty() && !rest.starts_with(['#', '|', '>']);
        let new = if is_entry { self.level(column, false) } else { self.levels.last().map_or(0, |level| level.new) };
        let indent = indent.unwrap_or(new);
        self.moved.insert(at, new as isize - column as isize);
        let content = self.content(at, column);
        if content.starts_with('#') {
            written.push(' ');
        }
        self.write(indent, &(written + &content));
    }

    /// Where the lines of the collection begin that has its lines at `old`.
    fn level(&mut self, old: usize, is_list: bool) -> usize {
        while self.levels.last().is_some_and(|level| level.old > old || level.old == old && level.is_list && !is_list) {
            self.levels.pop();
        }
        match self.levels.last() {
            Some(level) if level.old == old && level.is_list == is_list => level.new,
            outer => {
                let new = outer.map_or(0, |level| level.new + 2).min(INDENTED_LEVELS_MAX * 2);
                self.levels.push(Level { old, new, is_list });
                new
            }
        }
    }

    /// What stands in a line from the byte `from` on: without spaces at its end, and with single ones between texts.
    fn content(&self, at: usize, from: usize) -> String {
        let line = self.lines[at];
        let mut content = String::with_capacity(line.len() - from.min(line.len()));
        // Only spaces come before `from`, so that bytes are columns there.
        for (column, character) in line.chars().enumerate().skip(from) {
            let is_text = self.known.is_text(at, column);
            let is_blank = matches!(character, ' ' | '\t');
            if !is_text && is_blank && content.ends_with(' ') && !self.known.is_text(at, column - 1) {
                continue;
            }
            if !is_text && character == '#' && (content.is_empty() || content.ends_with(' ')) {
                let comment = line.char_indices().nth(column).map_or("", |(byte, _)| &line[byte..]);
                content.push_str(comment);
                break;
            }
            content.push(if is_blank && !is_text { ' ' } else { character });
        }
        if !self.known.is_text(at, usize::MAX - 1) {
            content.truncate(content.trim_end().len());
        }
        content
    }

    /// A comment goes with the lines that begin where it begins, else with the next one.
    fn comment_indentation(&mut self, at: usize, old: usize) -> usize {
        let next = Some(self.next_content[at]).filter(|&line| line < self.lines.len());
        let next_old = next.map_or(0, |line| indentation(self.lines[line]));
        let Some(line) = next.filter(|_| old <= next_old) else {
            // Behind the last entry of a collection, whose lines it is indented like.
            let level = self.levels.iter().rev().find(|level| level.old <= old);
            return level.map_or(0, |level| level.new);
        };
        let levels = self.levels.clone();
        let is_list = item(&self.lines[line][next_old..]).is_some();
        let new = self.level(next_old, is_list);
        self.levels = levels;
        new
    }

    /// The lines of a text in a block, from the one after its indicator on.
    fn block(&mut self, first: usize) -> usize {
        let parent_old = self.levels.last().map_or(0, |level| level.old);
        let indicator = self.lines[first - 1];
        let content = (first..self.lines.len()).find(|&line| !is_blank(self.lines[line]));
        let old = content.map_or(0, |line| indentation(self.lines[line]));
        let parent_new = self.levels.last().map_or(0, |level| level.new);
        // With an explicit indentation the text keeps its distance.
        let is_explicit =
            block_indicator(indicator).is_some_and(|indicator| indicator.contains(|c: char| c.is_ascii_digit()));
        let moved = match is_explicit {
            true => parent_new as isize - parent_old as isize,
            false => parent_new as isize + 2 - old as isize,
        };
        let least = if is_explicit { parent_old + 1 } else { old.max(parent_old + 1) };
        let mut end = first;
        for line in first..self.lines.len() {
            if is_blank(self.lines[line]) {
                continue;
            }
            if indentation(self.lines[line]) < least {
                break;
            }
            end = line + 1;
        }
        let keeps_end = block_indicator(indicator).is_some_and(|indicator| indicator.contains('+'));
        if keeps_end {
            while end < self.lines.len() && is_blank(self.lines[end]) {
                end += 1;
            }
        }
        for line in first..end {
            let text = self.lines[line];
            let old = indentation(text);
            if text.trim_start_matches(' ').is_empty() && old < least {
                self.out.push('\n');
            } else {
                self.out.extend(std::iter::repeat_n(' ', old.saturating_add_signed(moved)));
                self.out.push_str(&text[old..]);
                self.out.push('\n');
            }
        }
        end
    }
}

/// What follows the `-` of a list's entry.
fn item(text: &str) -> Option<&str> {
    text.strip_prefix('-').filter(|after| after.is_empty() || after.starts_with([' ', '\t']))
}

/// The last word of a line that begins a text in a block: `|`, `>-`, `|2+`.
fn block_indicator(line: &str) -> Option<&str> {
    line.split_whitespace().rfind(|word| word.starts_with(['|', '>']))
}
