//! How long something takes: the best batch of many.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long all batches of one figure take together.
const TOTAL: Duration = Duration::from_millis(200);
/// How long a batch takes: short enough that some batch is not interrupted.
const BATCH: Duration = Duration::from_micros(500);
/// What takes longer is done once.
const ENDLESS: Duration = Duration::from_secs(1);

/// Nanoseconds that one call of `work` takes.
pub(crate) fn nanoseconds<T>(mut work: impl FnMut() -> T) -> f64 {
    let mut time = |count: u32| {
        let start = Instant::now();
        for _ in 0..count {
            black_box(work());
        }
        start.elapsed()
    };
    let start = Instant::now();
    let mut best = time(1).as_nanos() as f64;
    while start.elapsed() < TOTAL {
        let count = (BATCH.as_nanos() as f64 / best.max(1.0)).clamp(1.0, 1e5) as u32;
        best = best.min(time(count).as_nanos() as f64 / f64::from(count));
    }
    best
}

/// What one case costs one implementation.
#[derive(Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) parse: Option<f64>,
    pub(crate) evaluate: Option<f64>,
    pub(crate) both: Option<f64>,
}

/// Parses, evaluates what was parsed, and does both; checks first that `expected` comes out.
pub(crate) fn figures<P>(
    expected: Option<&serde_json::Value>,
    parse: impl Fn() -> P,
    evaluate: impl Fn(&P) -> Option<serde_json::Value>,
    run: impl Fn(&P),
) -> Result<Figures, String> {
    let parsed = parse();
    let start = Instant::now();
    let result = evaluate(&parsed);
    let first = start.elapsed();
    if !result.as_ref().is_some_and(|result| expected.is_none_or(|expected| same(result, expected))) {
        return Err(format!("a different result: {result:?}"));
    }
    let parse_time = nanoseconds(&parse);
    if first > ENDLESS {
        return Ok(Figures { parse: Some(parse_time), evaluate: Some(first.as_nanos() as f64), both: None });
    }
    Ok(Figures {
        parse: Some(parse_time),
        evaluate: Some(nanoseconds(|| run(&parsed))),
        both: Some(nanoseconds(|| run(&parse()))),
    })
}

/// Whether two results are the same but for how numbers are written and rounded.
pub(crate) fn same(left: &serde_json::Value, right: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.as_f64().unwrap_or(f64::NAN), right.as_f64().unwrap_or(f64::NAN));
            (left - right).abs() <= 1e-9 * right.abs()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        _ => left == right,
    }
}
