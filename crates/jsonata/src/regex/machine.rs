//! Tree to instructions, and the backtracking machine that runs them.

use super::parse::{Parsed, Tree};
use crate::budget::Budget;
use crate::error::{Error, MEMORY_EXCEEDED};

/// The longest program; counted repetitions are written out.
const PROGRAM_MAX: usize = 20_000;
/// The most alternatives that may wait to be tried.
const WAITING_MAX: usize = 1_000_000;

#[derive(Clone, Debug)]
pub(super) enum Instruction {
    Char(char),
    CharFolded(char),
    Any,
    Class {
        ranges: Vec<(char, char)>,
        negated: bool,
        folded: bool,
    },
    Start {
        lines: bool,
    },
    End {
        lines: bool,
    },
    Boundary {
        negated: bool,
    },
    /// Remembers the position.
    Save(usize),
    /// Forgets the groups captured in an earlier turn of a loop.
    Forget {
        from: usize,
        to: usize,
    },
    /// Fails where nothing was read since the position was saved.
    Progress(usize),
    Split {
        first: usize,
        second: usize,
    },
    Jump(usize),
    BackReference {
        index: usize,
        folded: bool,
        backward: bool,
    },
    /// The look-around's program follows and ends in `Match`; `next` is after it. One that looks behind reads backward.
    Look {
        negated: bool,
        next: usize,
    },
    /// An instruction that reads a character, done to the one before the position.
    Backward(Box<Instruction>),
    Match,
}

/// A pattern ready to run.
#[derive(Clone)]
pub(super) struct Program {
    pub(super) instructions: Vec<Instruction>,
    /// How many groups capture.
    pub(super) groups: usize,
    /// Positions the machine remembers: two per group, and one per loop that could stand still.
    pub(super) slots: usize,
}

/// Refuses a pattern whose program would be too long, without writing it.
pub(super) fn check(parsed: &Parsed) -> Result<(), String> {
    if length(&parsed.root) < PROGRAM_MAX { Ok(()) } else { Err(TOO_LARGE.to_owned()) }
}

const TOO_LARGE: &str = "Regular expression too large";

/// How many instructions a tree becomes.
fn length(tree: &Tree) -> usize {
    let turn = |tree: &Tree| length(tree).saturating_add(usize::from(groups_in(tree).is_some()));
    let sum = |parts: &[Tree]| parts.iter().map(length).fold(0, usize::saturating_add);
    match tree {
        Tree::Char(_)
        | Tree::Any
        | Tree::Class { .. }
        | Tree::Start
        | Tree::End
        | Tree::Boundary { .. }
        | Tree::BackReference(_) => 1,
        Tree::NamedReference(_) => 0,
        Tree::Group { tree, index: None } => length(tree),
        Tree::Group { tree, index: Some(_) } | Tree::Look { tree, .. } => length(tree).saturating_add(2),
        Tree::Sequence(parts) => sum(parts),
        Tree::Choice(choices) => sum(choices).saturating_add(2 * choices.len().saturating_sub(1)),
        Tree::Repeat { tree, least, most, .. } => {
            let turn = turn(tree);
            let optional = match most {
                None => turn.saturating_add(4),
                Some(most) => turn.saturating_add(3).saturating_mul(most.saturating_sub(*least) as usize),
            };
            turn.saturating_mul(*least as usize).saturating_add(optional)
        }
    }
}

pub(super) fn compile(parsed: &Parsed, folded: bool, lines: bool) -> Result<Program, String> {
    let mut compiler = Compiler { program: Vec::new(), slots: 2 * parsed.groups, folded, lines, backward: false };
    compiler.tree(&parsed.root)?;
    compiler.push(Instruction::Match)?;
    debug_assert_eq!(compiler.program.len(), length(&parsed.root) + 1, "the length is known before");
    Ok(Program { instructions: compiler.program, groups: parsed.groups, slots: compiler.slots })
}

struct Compiler {
    program: Vec<Instruction>,
    slots: usize,
    folded: bool,
    lines: bool,
    /// Within what looks behind: the parts of a sequence come in reverse order, as ECMAScript has it.
    backward: bool,
}

impl Compiler {
    fn reads(&mut self, instruction: Instruction) -> Result<(), String> {
        self.push(if self.backward { Instruction::Backward(Box::new(instruction)) } else { instruction })?;
        Ok(())
    }

    fn push(&mut self, instruction: Instruction) -> Result<usize, String> {
        if self.program.len() >= PROGRAM_MAX {
            return Err(TOO_LARGE.to_owned());
        }
        self.program.push(instruction);
        Ok(self.program.len() - 1)
    }

    fn tree(&mut self, tree: &Tree) -> Result<(), String> {
        match tree {
            Tree::Char(character) if self.folded => self.reads(Instruction::CharFolded(fold(*character)))?,
            Tree::Char(character) => self.reads(Instruction::Char(*character))?,
            Tree::Any => self.reads(Instruction::Any)?,
            Tree::Class { ranges, negated } => {
                let (ranges, negated, folded) = (ranges.clone(), *negated, self.folded);
                self.reads(Instruction::Class { ranges, negated, folded })?;
            }
            Tree::Start => drop(self.push(Instruction::Start { lines: self.lines })?),
            Tree::End => drop(self.push(Instruction::End { lines: self.lines })?),
            Tree::Boundary { negated } => drop(self.push(Instruction::Boundary { negated: *negated })?),
            Tree::Group { tree, index: None } => self.tree(tree)?,
            Tree::Group { tree, index: Some(index) } => {
                let (first, second) = (2 * index + usize::from(self.backward), 2 * index + usize::from(!self.backward));
                self.push(Instruction::Save(first))?;
                self.tree(tree)?;
                self.push(Instruction::Save(second))?;
            }
            Tree::Look { tree, ahead, negated } => {
                let look = self.push(Instruction::Look { negated: *negated, next: 0 })?;
                let around = std::mem::replace(&mut self.backward, !ahead);
                self.tree(tree)?;
                self.backward = around;
                self.push(Instruction::Match)?;
                let after = self.program.len();
                if let Instruction::Look { next, .. } = &mut self.program[look] {
                    *next = after;
                }
            }
            Tree::BackReference(index) => {
                let (folded, backward) = (self.folded, self.backward);
                self.push(Instruction::BackReference { index: *index, folded, backward })?;
            }
            Tree::NamedReference(_) => {}
            Tree::Sequence(parts) if self.backward => parts.iter().rev().try_for_each(|part| self.tree(part))?,
            Tree::Sequence(parts) => parts.iter().try_for_each(|part| self.tree(part))?,
            Tree::Choice(choices) => self.choice(choices)?,
            Tree::Repeat { tree, least, most, lazy } => self.repeat(tree, *least, *most, *lazy)?,
        }
        Ok(())
    }

    fn choice(&mut self, choices: &[Tree]) -> Result<(), String> {
        let mut jumps = Vec::new();
        for (position, choice) in choices.iter().enumerate() {
            if position + 1 == choices.len() {
                self.tree(choice)?;
                break;
            }
            let split = self.push(Instruction::Split { first: 0, second: 0 })?;
            self.tree(choice)?;
            jumps.push(self.push(Instruction::Jump(0))?);
            self.program[split] = Instruction::Split { first: split + 1, second: self.program.len() };
        }
        let end = self.program.len();
        jumps.into_iter().for_each(|jump| self.program[jump] = Instruction::Jump(end));
        Ok(())
    }

    fn repeat(&mut self, tree: &Tree, least: u32, most: Option<u32>, lazy: bool) -> Result<(), String> {
        for _ in 0..least {
            self.turn(tree)?;
        }
        match most {
            None => {
                let slot = self.slots;
                self.slots += 1;
                let split = self.push(Instruction::Split { first: 0, second: 0 })?;
                self.push(Instruction::Save(slot))?;
                self.turn(tree)?;
                self.push(Instruction::Progress(slot))?;
                self.push(Instruction::Jump(split))?;
                self.set_split(split, lazy);
            }
            Some(most) => {
                let mut splits = Vec::new();
                for _ in least..most {
                    splits.push(self.push(Instruction::Split { first: 0, second: 0 })?);
                    let slot = self.slots;
                    self.slots += 1;
                    self.push(Instruction::Save(slot))?;
                    self.turn(tree)?;
                    self.push(Instruction::Progress(slot))?;
                }
                splits.into_iter().for_each(|split| self.set_split(split, lazy));
            }
        }
        Ok(())
    }

    fn turn(&mut self, tree: &Tree) -> Result<(), String> {
        if let Some((from, to)) = groups_in(tree) {
            self.push(Instruction::Forget { from: 2 * from, to: 2 * to + 2 })?;
        }
        self.tree(tree)
    }

    /// A split between what follows it and the end of the program so far.
    fn set_split(&mut self, split: usize, lazy: bool) {
        let (inside, outside) = (split + 1, self.program.len());
        let (first, second) = if lazy { (outside, inside) } else { (inside, outside) };
        self.program[split] = Instruction::Split { first, second };
    }
}

/// The first and the last capturing group in a tree.
fn groups_in(tree: &Tree) -> Option<(usize, usize)> {
    let join = |left: Option<(usize, usize)>, right: Option<(usize, usize)>| match (left, right) {
        (Some(left), Some(right)) => Some((left.0.min(right.0), left.1.max(right.1))),
        (left, right) => left.or(right),
    };
    match tree {
        Tree::Group { tree, index } => join(index.map(|index| (index, index)), groups_in(tree)),
        Tree::Look { tree, .. } | Tree::Repeat { tree, .. } => groups_in(tree),
        Tree::Sequence(parts) | Tree::Choice(parts) => parts.iter().map(groups_in).fold(None, join),
        _ => None,
    }
}

fn fold(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => character,
    }
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// What to go back to.
enum Waiting {
    Branch { instruction: usize, position: usize },
    Restore { slot: usize, position: Option<usize> },
}

pub(super) struct Machine<'a> {
    program: &'a [Instruction],
    text: &'a str,
    budget: &'a Budget<'a>,
    slots: Vec<Option<usize>>,
    /// Steps not charged yet.
    steps: u64,
}

impl<'a> Machine<'a> {
    pub(super) fn new(program: &'a [Instruction], slots: usize, text: &'a str, budget: &'a Budget<'a>) -> Self {
        Machine { program, text, budget, slots: vec![None; slots], steps: 0 }
    }

    pub(super) fn slots(&self) -> &[Option<usize>] {
        &self.slots
    }

    /// Runs from an instruction at a position: where the match ends, if there is one.
    pub(super) fn run(&mut self, instruction: usize, position: usize) -> Result<Option<usize>, Error> {
        if instruction == 0 {
            self.slots.fill(None);
        }
        let mut waiting: Vec<Waiting> = Vec::new();
        let mut high_water = 1024;
        let (mut at, mut here) = (instruction, position);
        loop {
            self.steps += 1;
            if self.steps >= 64 {
                self.budget.step(self.steps)?;
                self.steps = 0;
            }
            let next = match &self.program[at] {
                Instruction::Match => return Ok(Some(here)),
                Instruction::Jump(target) => {
                    at = *target;
                    continue;
                }
                Instruction::Split { first, second } => {
                    waiting.push(Waiting::Branch { instruction: *second, position: here });
                    at = *first;
                    if waiting.len() > high_water {
                        self.budget.allocate(high_water * size_of::<Waiting>())?;
                        high_water *= 2;
                        if waiting.len() > WAITING_MAX {
                            return Err(Error::new(MEMORY_EXCEEDED));
                        }
                    }
                    continue;
                }
                Instruction::Save(slot) => {
                    waiting.push(Waiting::Restore { slot: *slot, position: self.slots[*slot] });
                    self.slots[*slot] = Some(here);
                    Some(here)
                }
                Instruction::Forget { from, to } => {
                    for slot in *from..*to {
                        waiting.push(Waiting::Restore { slot, position: self.slots[slot].take() });
                    }
                    Some(here)
                }
                Instruction::Progress(slot) => (self.slots[*slot] != Some(here)).then_some(here),
                Instruction::Look { negated, next } => {
                    let (negated, next) = (*negated, *next);
                    let before = self.slots.clone();
                    let found = self.run(at + 1, here)?.is_some();
                    if !found || negated {
                        self.slots.clone_from(&before);
                    } else {
                        for (slot, position) in before.into_iter().enumerate() {
                            if position != self.slots[slot] {
                                waiting.push(Waiting::Restore { slot, position });
                            }
                        }
                    }
                    if found != negated {
                        at = next;
                        continue;
                    }
                    None
                }
                Instruction::BackReference { index, folded, backward } => {
                    self.back_reference(*index, *folded, *backward, here)
                }
                Instruction::Start { lines } => {
                    let line = *lines && self.text[..here].chars().next_back().is_some_and(is_line_end);
                    (here == 0 || line).then_some(here)
                }
                Instruction::End { lines } => {
                    let line = *lines && self.text[here..].chars().next().is_some_and(is_line_end);
                    (here == self.text.len() || line).then_some(here)
                }
                Instruction::Boundary { negated } => {
                    let before = self.text[..here].chars().next_back().is_some_and(is_word);
                    let after = self.text[here..].chars().next().is_some_and(is_word);
                    ((before != after) != *negated).then_some(here)
                }
                Instruction::Backward(reading) => {
                    let character = self.text[..here].chars().next_back();
                    character
                        .filter(|character| accepts(reading, *character))
                        .map(|character| here - character.len_utf8())
                }
                reading => {
                    let character = self.text[here..].chars().next();
                    character
                        .filter(|character| accepts(reading, *character))
                        .map(|character| here + character.len_utf8())
                }
            };
            match next {
                Some(next) => (at, here) = (at + 1, next),
                None => loop {
                    match waiting.pop() {
                        Some(Waiting::Branch { instruction, position }) => {
                            (at, here) = (instruction, position);
                            break;
                        }
                        Some(Waiting::Restore { slot, position }) => self.slots[slot] = position,
                        None => return Ok(None),
                    }
                },
            }
        }
    }

    fn back_reference(&self, index: usize, folded: bool, backward: bool, here: usize) -> Option<usize> {
        let Some((start, end)) = self.slots[2 * index].zip(self.slots[2 * index + 1]) else { return Some(here) };
        let is_same = |found: char, wanted: char| found == wanted || folded && fold(found) == fold(wanted);
        let captured = self.text.get(start..end).unwrap_or_default().chars();
        if backward {
            let mut before = self.text[..here].chars();
            let all = captured.rev().all(|wanted| before.next_back().is_some_and(|found| is_same(found, wanted)));
            return all.then_some(before.as_str().len());
        }
        let (mut captured, mut rest) = (captured, self.text[here..].chars());
        let all = captured.all(|wanted| rest.next().is_some_and(|found| is_same(found, wanted)));
        all.then_some(self.text.len() - rest.as_str().len())
    }
}

fn accepts(instruction: &Instruction, character: char) -> bool {
    match instruction {
        Instruction::Char(wanted) => character == *wanted,
        Instruction::CharFolded(wanted) => fold(character) == *wanted,
        Instruction::Any => !is_line_end(character),
        Instruction::Class { ranges, negated, folded } => {
            let within = |character: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&character));
            let found = within(character)
                || *folded && (within(fold(character)) || character.to_lowercase().next().is_some_and(within));
            found != *negated
        }
        _ => false,
    }
}
