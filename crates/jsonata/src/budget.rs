//! What an evaluation may cost, counted as it goes: nothing here reads a clock.

use crate::error::{DEPTH_EXCEEDED, Error, MEMORY_EXCEEDED, TIME_EXCEEDED};
use std::cell::Cell;

/// What one evaluation may cost.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// Nodes evaluated and items handled by built-ins, together.
    pub steps: u64,
    /// Evaluations within evaluations, as AWS counts its 100 levels. More than [`DEPTH_MAX`] counts as that.
    pub depth: u32,
    /// Bytes allocated over the whole evaluation, freed or not.
    pub bytes: u64,
    /// Bytes of one value that the evaluation makes, as AWS was measured to count them: 8 for an item of an array, 1 for a character.
    pub value_bytes: u64,
    /// Asked every thousand steps or so; `true` ends the evaluation. A deadline belongs here.
    pub interrupted: Option<&'a dyn Fn() -> bool>,
}

/// The deepest evaluation that fits the stack of a thread of 2 MiB.
pub const DEPTH_MAX: u32 = 500;

impl Default for Limits<'_> {
    fn default() -> Self {
        Limits { steps: 100_000_000, depth: DEPTH_MAX, bytes: 256 << 20, value_bytes: u64::MAX, interrupted: None }
    }
}

/// Steps between two looks at [`Limits::interrupted`].
const INTERRUPT_STEPS: u64 = 1024;

pub(crate) struct Budget<'a> {
    steps: Cell<u64>,
    next_look: Cell<u64>,
    depth: Cell<u32>,
    bytes: Cell<u64>,
    limits: Limits<'a>,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(limits: &Limits<'a>) -> Self {
        let limits = Limits { depth: limits.depth.min(DEPTH_MAX), ..*limits };
        Budget { steps: Cell::new(0), next_look: Cell::new(0), depth: Cell::new(0), bytes: Cell::new(0), limits }
    }

    /// Counts `steps` steps.
    #[inline]
    pub(crate) fn step(&self, steps: u64) -> Result<(), Error> {
        let taken = self.steps.get().saturating_add(steps);
        self.steps.set(taken);
        if taken < self.next_look.get() { Ok(()) } else { self.look(taken) }
    }

    #[cold]
    fn look(&self, taken: u64) -> Result<(), Error> {
        if taken > self.limits.steps || self.limits.interrupted.is_some_and(|interrupted| interrupted()) {
            return Err(Error::new(TIME_EXCEEDED));
        }
        self.next_look.set(taken.saturating_add(INTERRUPT_STEPS).min(self.limits.steps.saturating_add(1)));
        Ok(())
    }

    /// Counts `bytes` of new memory.
    #[inline]
    pub(crate) fn allocate(&self, bytes: usize) -> Result<(), Error> {
        let taken = self.bytes.get().saturating_add(bytes as u64);
        self.bytes.set(taken);
        if taken > self.limits.bytes { Err(Error::new(MEMORY_EXCEEDED)) } else { Ok(()) }
    }

    /// Refuses a value of `bytes` bytes if it is larger than one may be.
    #[inline]
    pub(crate) fn hold(&self, bytes: usize) -> Result<(), Error> {
        if bytes as u64 > self.limits.value_bytes { Err(Error::new(MEMORY_EXCEEDED)) } else { Ok(()) }
    }

    /// Enters a nested evaluation; [`Budget::leave`] it again, unless this failed.
    #[inline]
    pub(crate) fn enter(&self) -> Result<(), Error> {
        let depth = self.depth.get() + 1;
        if depth > self.limits.depth {
            return Err(Error::new(DEPTH_EXCEEDED));
        }
        self.depth.set(depth);
        Ok(())
    }

    #[inline]
    pub(crate) fn leave(&self) {
        self.depth.set(self.depth.get() - 1);
    }

    /// A nested evaluation that nests no further.
    #[inline]
    pub(crate) fn touch(&self) -> Result<(), Error> {
        if self.depth.get() >= self.limits.depth { Err(Error::new(DEPTH_EXCEEDED)) } else { self.step(1) }
    }
}
