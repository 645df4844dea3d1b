//! What the world does with a task: decided by what the task is told, so that every performance of an attempt has the same outcome and the
//! reference can be told what is right.

use crate::random::{Random, hash};
use crate::reference::{Ending, call_key};
use json::{Value, json};

/// The cause of a task whose performer broke down.
const ENGINE_CAUSE: &str = "Performing the task failed because of an internal error; the server's log says more";

/// How a performer that breaks down says so.
pub(crate) const PANIC: &str = "this performer breaks down";

/// What becomes of one attempt of a task.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// How it ends, if it ends in time.
    pub ending: Ending,
    /// Whether whoever does it never answers.
    pub hangs: bool,
    /// How long it takes.
    pub takes_ms: u64,
    /// Whether a worker sends heartbeats.
    pub beats: bool,
    /// Whether an outcome sent with a token is sent again.
    pub repeats: bool,
    /// Whether a callback's request fails itself, instead of whoever got the token.
    pub fails_at_once: bool,
    /// Whether whoever performs it breaks down. What the engine makes of that is its own word.
    pub panics: bool,
    /// How long until a callback's request is accepted.
    pub accepted_after_ms: u64,
}

/// Decides about the task that is told `call`.
pub(crate) fn decide(seed: u64, call: &Value) -> Decision {
    let key = call_key(call);
    let mut random = Random::new(hash(seed, &key), "task", 0);
    let may_hang = call.get("h").and_then(Value::as_bool) == Some(true);
    let ending = match random.below(100) {
        0..12 => failure("E.A", "first"),
        12..20 => failure("E.B", "second"),
        20..24 => failure("States.TaskFailed", "third"),
        _ => {
            let numbers: Vec<Value> = (0..random.between(2, 4)).map(|_| Value::from(random.between(0, 9))).collect();
            let text = *random.pick(&["a", "b", "c \"quoted\" \\ ü", ""]);
            Ending::Output(json!({"n": (random.between(-2, 12)), "s": text, "l": numbers}))
        }
    };
    let panics = random.percent(2);
    let ending = if panics { failure("States.TaskFailed", ENGINE_CAUSE) } else { ending };
    let takes_ms = match random.below(20) {
        0..6 => 0,
        6..16 => random.between(1, 2_000),
        16..19 => random.between(2_000, 15_000),
        _ if may_hang => random.between(30_000, 200_000),
        _ => 20_000,
    };
    Decision {
        ending,
        hangs: may_hang && random.percent(7),
        takes_ms: takes_ms.unsigned_abs(),
        panics,
        beats: random.percent(70),
        repeats: random.percent(25),
        fails_at_once: random.percent(50),
        accepted_after_ms: if random.percent(50) { 0 } else { random.between(1, 4_000).unsigned_abs() },
    }
}

fn failure(error: &str, cause: &str) -> Ending {
    Ending::Failure { error: error.to_owned(), cause: Some(cause.to_owned()) }
}
