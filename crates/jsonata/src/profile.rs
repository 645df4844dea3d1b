//! Which JSONata is spoken.

/// A version of the language and its set of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Profile {
    /// JSONata 2.0.6 as AWS Step Functions documents it: without `$eval`, `??` and `?:`; with `$partition`, `$range`, `$hash`, `$random(seed)`,
    /// `$uuid` and `$parse`.
    #[default]
    StepFunctions,
    /// JSONata 2.2 as the reference implementation has it, for its suite of cases.
    Reference,
}
