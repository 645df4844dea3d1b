//! Standard and Express.

use crate::exception::Exception;
use crate::fields::Fields;

/// How the executions of a state machine are kept. A machine's type never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum StateMachineType {
    /// Durable, exactly once, up to a year.
    #[default]
    Standard,
    /// In memory, up to five minutes.
    Express,
}

impl StateMachineType {
    const WORDS: [(&str, StateMachineType); 2] =
        [("STANDARD", StateMachineType::Standard), ("EXPRESS", StateMachineType::Express)];

    pub(crate) fn read(fields: &Fields<'_>, name: &str) -> Result<StateMachineType, Exception> {
        Ok(fields.word(name, &StateMachineType::WORDS)?.unwrap_or_default())
    }

    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            StateMachineType::Standard => "STANDARD",
            StateMachineType::Express => "EXPRESS",
        }
    }

    /// The type of a wire spelling.
    pub fn from_word(word: &str) -> Option<StateMachineType> {
        StateMachineType::WORDS.iter().find(|(candidate, _)| *candidate == word).map(|(_, meaning)| *meaning)
    }
}
