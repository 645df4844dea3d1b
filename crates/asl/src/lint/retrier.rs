//! Retriers and catchers as rules read them.

use super::state::{State, number};
use crate::tree::Node;

/// The names in `ErrorEquals`, each with its node.
pub(crate) fn names(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let elements = node.get("ErrorEquals").and_then(Node::as_array).unwrap_or_default();
    elements.iter().filter_map(|element| Some((element.as_str()?, element)))
}

/// The elements of `Retry` and of `Catch`, with the field they are in.
pub(crate) fn lists<'t>(state: &State<'t>) -> [(&'static str, &'t [Node]); 2] {
    ["Retry", "Catch"].map(|field| (field, state.elements(field)))
}

/// Whether some retrier of the state really retries one of these errors, or all.
pub(crate) fn retries(state: &State<'_>, wanted: impl Fn(&str) -> bool) -> bool {
    state.elements("Retry").iter().any(|retrier| {
        attempts(retrier) > 0.0
            && names(retrier).any(|(name, _)| matches!(name, "States.ALL" | "States.TaskFailed") || wanted(name))
    })
}

/// `MaxAttempts`
pub(crate) fn attempts(retrier: &Node) -> f64 {
    retrier.get("MaxAttempts").and_then(number).unwrap_or(3.0)
}

/// `BackoffRate`
pub(crate) fn backoff_rate(retrier: &Node) -> f64 {
    retrier.get("BackoffRate").and_then(number).unwrap_or(2.0)
}

/// How long a retrier waits altogether, at least: past some attempts the delay is taken to stay as it is.
pub(crate) fn delay_seconds(retrier: &Node) -> f64 {
    const STEPS_MAX: usize = 1000;
    let longest = retrier.get("MaxDelaySeconds").and_then(number).unwrap_or(f64::MAX);
    let mut delay = retrier.get("IntervalSeconds").and_then(number).unwrap_or(1.0);
    let (mut left, mut sum) = (attempts(retrier), 0.0);
    for _ in 0..STEPS_MAX {
        if left < 1.0 || delay >= longest {
            break;
        }
        sum += delay;
        left -= 1.0;
        delay *= backoff_rate(retrier);
    }
    sum + left.max(0.0) * delay.min(longest)
}
