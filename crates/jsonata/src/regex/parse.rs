//! Pattern text to a tree.

use std::collections::HashMap;

/// How deep groups may nest.
const NESTING_MAX: usize = 100;

pub(super) struct Parsed {
    pub(super) root: Tree,
    pub(super) groups: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Tree {
    Char(char),
    /// `.`
    Any,
    Class {
        ranges: Vec<(char, char)>,
        negated: bool,
    },
    Start,
    End,
    Boundary {
        negated: bool,
    },
    Group {
        tree: Box<Tree>,
        index: Option<usize>,
    },
    Look {
        tree: Box<Tree>,
        ahead: bool,
        negated: bool,
    },
    BackReference(usize),
    NamedReference(String),
    Sequence(Vec<Tree>),
    Choice(Vec<Tree>),
    Repeat {
        tree: Box<Tree>,
        least: u32,
        most: Option<u32>,
        lazy: bool,
    },
}

pub(super) fn parse(pattern: &str) -> Result<Parsed, String> {
    let characters: Vec<char> = pattern.chars().collect();
    let group_count = count_groups(&characters);
    let mut parser = Parser { characters, position: 0, groups: 0, group_count, names: HashMap::new(), nesting: 0 };
    let mut root = parser.choice()?;
    if parser.position < parser.characters.len() {
        return Err("Unmatched ')'".to_owned());
    }
    resolve_names(&mut root, &parser.names)?;
    Ok(Parsed { root, groups: parser.groups })
}

/// Capturing groups in the whole pattern: a back-reference may stand before its group.
fn count_groups(characters: &[char]) -> usize {
    let mut count = 0;
    let mut in_class = false;
    let mut position = 0;
    while position < characters.len() {
        match characters[position] {
            '\\' => position += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let named = characters.get(position + 1..position + 3) == Some(&['?', '<'])
                    && !matches!(characters.get(position + 3), Some('=' | '!'));
                count += usize::from(characters.get(position + 1) != Some(&'?') || named);
            }
            _ => {}
        }
        position += 1;
    }
    count
}

fn resolve_names(tree: &mut Tree, names: &HashMap<String, usize>) -> Result<(), String> {
    match tree {
        Tree::NamedReference(name) => {
            let index = names.get(name).ok_or("Invalid named capture referenced")?;
            *tree = Tree::BackReference(*index);
            Ok(())
        }
        Tree::Group { tree, .. } | Tree::Look { tree, .. } | Tree::Repeat { tree, .. } => resolve_names(tree, names),
        Tree::Sequence(parts) | Tree::Choice(parts) => parts.iter_mut().try_for_each(|part| resolve_names(part, names)),
        _ => Ok(()),
    }
}

struct Parser {
    characters: Vec<char>,
    position: usize,
    groups: usize,
    group_count: usize,
    names: HashMap<String, usize>,
    nesting: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.position).copied()
    }

    fn eat(&mut self, text: &str) -> bool {
        let matches = text
            .chars()
            .enumerate()
            .all(|(offset, wanted)| self.characters.get(self.position + offset) == Some(&wanted));
        if matches {
            self.position += text.chars().count();
        }
        matches
    }

    fn choice(&mut self) -> Result<Tree, String> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return Err("Regular expression too large".to_owned());
        }
        let mut choices = vec![self.sequence()?];
        while self.eat("|") {
            choices.push(self.sequence()?);
        }
        self.nesting -= 1;
        Ok(if choices.len() == 1 { choices.remove(0) } else { Tree::Choice(choices) })
    }

    fn sequence(&mut self) -> Result<Tree, String> {
        let mut parts = Vec::new();
        while let Some(character) = self.peek() {
            if matches!(character, '|' | ')') {
                break;
            }
            let atom = self.atom(character)?;
            parts.push(self.quantified(atom)?);
        }
        Ok(Tree::Sequence(parts))
    }

    fn atom(&mut self, character: char) -> Result<Tree, String> {
        self.position += 1;
        Ok(match character {
            '.' => Tree::Any,
            '^' => Tree::Start,
            '$' => Tree::End,
            '(' => self.group()?,
            '[' => self.class()?,
            '\\' => self.escape()?,
            '*' | '+' | '?' => return Err("Nothing to repeat".to_owned()),
            '{' if self.bounds_ahead() => return Err("Nothing to repeat".to_owned()),
            other => Tree::Char(other),
        })
    }

    /// Whether what follows the `{` just read makes it a quantifier.
    fn bounds_ahead(&mut self) -> bool {
        self.position -= 1;
        let start = self.position;
        let found = self.bounds().is_some();
        self.position = start + 1;
        found
    }

    fn group(&mut self) -> Result<Tree, String> {
        let look = [("?=", true, false), ("?!", true, true), ("?<=", false, false), ("?<!", false, true)];
        for (text, ahead, negated) in look {
            if self.eat(text) {
                let tree = Box::new(self.group_end()?);
                return Ok(Tree::Look { tree, ahead, negated });
            }
        }
        if self.eat("?:") {
            return Ok(Tree::Group { tree: Box::new(self.group_end()?), index: None });
        }
        let index = self.groups;
        self.groups += 1;
        if self.eat("?<") {
            let name = self.name()?;
            if self.names.insert(name, index).is_some() {
                return Err("Duplicate capture group name".to_owned());
            }
        } else if self.peek() == Some('?') {
            return Err("Invalid group".to_owned());
        }
        Ok(Tree::Group { tree: Box::new(self.group_end()?), index: Some(index) })
    }

    fn group_end(&mut self) -> Result<Tree, String> {
        let tree = self.choice()?;
        if self.eat(")") { Ok(tree) } else { Err("Unterminated group".to_owned()) }
    }

    fn name(&mut self) -> Result<String, String> {
        let rest = &self.characters[self.position..];
        let length = rest.iter().position(|character| *character == '>').filter(|length| *length > 0);
        let length = length.ok_or("Invalid capture group name")?;
        let name = rest[..length].iter().collect();
        self.position += length + 1;
        Ok(name)
    }

    fn quantified(&mut self, atom: Tree) -> Result<Tree, String> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.bounds() {
                Some(bounds) => bounds,
                None => return Ok(atom),
            },
            _ => return Ok(atom),
        };
        self.position += 1;
        if most.is_some_and(|most| most < least) {
            return Err("numbers out of order in {} quantifier".to_owned());
        }
        if matches!(atom, Tree::Start | Tree::End | Tree::Boundary { .. } | Tree::Look { ahead: false, .. }) {
            return Err("Nothing to repeat".to_owned());
        }
        let lazy = self.eat("?");
        if matches!(self.peek(), Some('*' | '+' | '?')) {
            return Err("Nothing to repeat".to_owned());
        }
        Ok(Tree::Repeat { tree: Box::new(atom), least, most, lazy })
    }

    /// `{n}`, `{n,}` or `{n,m}`: the numbers, leaving the parser at the closing brace; `None` and no move for anything else.
    fn bounds(&mut self) -> Option<(u32, Option<u32>)> {
        let start = self.position;
        let bounds = self.read_bounds();
        if bounds.is_none() {
            self.position = start;
        }
        bounds
    }

    fn read_bounds(&mut self) -> Option<(u32, Option<u32>)> {
        self.position += 1;
        let least = self.integer()?;
        let most = match self.peek()? {
            '}' => Some(least),
            ',' => {
                self.position += 1;
                if self.peek()? == '}' { None } else { Some(self.integer()?) }
            }
            _ => return None,
        };
        (self.peek()? == '}').then_some((least, most))
    }

    fn integer(&mut self) -> Option<u32> {
        let digits: String =
            self.characters[self.position..].iter().take_while(|digit| digit.is_ascii_digit()).collect();
        self.position += digits.len();
        if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(u32::MAX)) }
    }

    fn escape(&mut self) -> Result<Tree, String> {
        let Some(character) = self.peek() else { return Err("\\ at end of pattern".to_owned()) };
        self.position += 1;
        Ok(match character {
            'b' => Tree::Boundary { negated: false },
            'B' => Tree::Boundary { negated: true },
            'k' if !self.names.is_empty() || self.characters[self.position..].starts_with(&['<']) => {
                if !self.eat("<") {
                    return Err("Invalid named reference".to_owned());
                }
                Tree::NamedReference(self.name()?)
            }
            '1'..='9' => {
                self.position -= 1;
                let start = self.position;
                let number = self.integer().unwrap_or(0) as usize;
                if number <= self.group_count {
                    Tree::BackReference(number - 1)
                } else {
                    self.position = start + 1;
                    Tree::Char(character)
                }
            }
            _ => match class_escape(character) {
                Some((ranges, negated)) => Tree::Class { ranges, negated },
                None => Tree::Char(self.character_escape(character)),
            },
        })
    }

    fn character_escape(&mut self, character: char) -> char {
        match character {
            't' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            '0' => '\0',
            'c' => match self.peek() {
                Some(letter) if letter.is_ascii_alphabetic() => {
                    self.position += 1;
                    char::from(letter as u8 & 0x1f)
                }
                _ => '\\',
            },
            'x' => self.hexadecimal(2).unwrap_or('x'),
            'u' => self.hexadecimal(4).unwrap_or('u'),
            other => other,
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<char> {
        let text: String = self.characters.get(self.position..self.position + digits)?.iter().collect();
        let code = u32::from_str_radix(&text, 16).ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.position += digits;
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn class(&mut self) -> Result<Tree, String> {
        let negated = self.eat("^");
        let mut ranges = Vec::new();
        loop {
            let Some(first) = self.class_atom()? else { return Ok(Tree::Class { ranges, negated }) };
            let dashed =
                self.peek() == Some('-') && self.characters.get(self.position + 1).is_some_and(|next| *next != ']');
            if !dashed {
                first.add_to(&mut ranges);
                continue;
            }
            self.position += 1;
            let second = self.class_atom()?.ok_or("Unterminated character class")?;
            match (first, second) {
                (ClassAtom::Char(first), ClassAtom::Char(second)) if first <= second => ranges.push((first, second)),
                (ClassAtom::Char(_), ClassAtom::Char(_)) => {
                    return Err("Range out of order in character class".to_owned());
                }
                (first, second) => {
                    first.add_to(&mut ranges);
                    ranges.push(('-', '-'));
                    second.add_to(&mut ranges);
                }
            }
        }
    }

    /// One character or class escape; `None` at the closing bracket.
    fn class_atom(&mut self) -> Result<Option<ClassAtom>, String> {
        let character = self.peek().ok_or("Unterminated character class")?;
        self.position += 1;
        Ok(match character {
            ']' => None,
            '\\' => {
                let escape = self.peek().ok_or("\\ at end of pattern")?;
                self.position += 1;
                Some(match class_escape(escape) {
                    Some((ranges, negated)) => ClassAtom::Set(if negated { complement(&ranges) } else { ranges }),
                    None if escape == 'b' => ClassAtom::Char('\u{8}'),
                    None => ClassAtom::Char(self.character_escape(escape)),
                })
            }
            other => Some(ClassAtom::Char(other)),
        })
    }
}

enum ClassAtom {
    Char(char),
    Set(Vec<(char, char)>),
}

impl ClassAtom {
    fn add_to(self, ranges: &mut Vec<(char, char)>) {
        match self {
            ClassAtom::Char(character) => ranges.push((character, character)),
            ClassAtom::Set(set) => ranges.extend(set),
        }
    }
}

fn class_escape(character: char) -> Option<(Vec<(char, char)>, bool)> {
    let ranges = match character.to_ascii_lowercase() {
        'd' => vec![('0', '9')],
        'w' => vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        's' => vec![
            ('\t', '\r'),
            (' ', ' '),
            ('\u{a0}', '\u{a0}'),
            ('\u{1680}', '\u{1680}'),
            ('\u{2000}', '\u{200a}'),
            ('\u{2028}', '\u{2029}'),
            ('\u{202f}', '\u{202f}'),
            ('\u{205f}', '\u{205f}'),
            ('\u{3000}', '\u{3000}'),
            ('\u{feff}', '\u{feff}'),
        ],
        _ => return None,
    };
    Some((ranges, character.is_ascii_uppercase()))
}

/// Everything outside of `ranges`, which are in order.
fn complement(ranges: &[(char, char)]) -> Vec<(char, char)> {
    let mut result = Vec::new();
    let mut next = Some('\0');
    for (first, last) in ranges {
        if let Some(from) = next
            && from < *first
            && let Some(to) = before(*first)
        {
            result.push((from, to));
        }
        next = after(*last);
    }
    result.extend(next.map(|from| (from, char::MAX)));
    result
}

fn before(character: char) -> Option<char> {
    ('\0'..character).next_back()
}

fn after(character: char) -> Option<char> {
    (character..=char::MAX).nth(1)
}
