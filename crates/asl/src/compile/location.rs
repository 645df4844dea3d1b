//! Where in a definition the compiler stands: a chain of steps on the stack, written out only when something is found.

use std::fmt;

/// A place, as AWS writes it: `/States/Name/Choices[0]/Next`.
#[derive(Clone, Copy)]
pub(crate) struct Location<'l> {
    parent: Option<&'l Location<'l>>,
    step: Step<'l>,
}

#[derive(Clone, Copy)]
enum Step<'l> {
    Root,
    Key(&'l str),
    Index(usize),
}

impl Location<'static> {
    /// The whole text.
    pub(crate) const ROOT: Location<'static> = Location { parent: None, step: Step::Root };
}

impl<'l> Location<'l> {
    pub(crate) fn key(&'l self, key: &'l str) -> Location<'l> {
        Location { parent: Some(self), step: Step::Key(key) }
    }

    pub(crate) fn index(&'l self, index: usize) -> Location<'l> {
        Location { parent: Some(self), step: Step::Index(index) }
    }

    fn write(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.write(formatter)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Key(key) => write!(formatter, "/{key}"),
            Step::Index(index) => write!(formatter, "[{index}]"),
        }
    }
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parent.is_none() { formatter.write_str("/") } else { self.write(formatter) }
    }
}
