//! Which JSONata is spoken.

/// A version of the language and its set of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Profile {
    /// JSONata as AWS Step Functions runs it: the language of 2.0.6, without `$eval`, `??` and `?:`; with `$partition`, `$range`, `$hash`,
    /// `$random(seed)`, `$uuid` and `$parse`; and what AWS's implementation was seen to do otherwise than the reference implementation.
    #[default]
    StepFunctions,
    /// JSONata 2.0.6 as the reference implementation has it: the version AWS documents.
    Documented,
    /// JSONata 2.2 as the reference implementation has it, for its suite of cases.
    Reference,
}

impl Profile {
    /// Whether the language is that of 2.0.6.
    pub(crate) fn is_documented(self) -> bool {
        self != Profile::Reference
    }
}
