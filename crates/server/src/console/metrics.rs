//! How a machine's executions did over time: those that started in each piece of a span, by status, and how long they took.

use super::Console;
use super::executions::{Status, express_row, standard_row};
use super::failure::Failure;
use super::query::Query;
use super::shape::shapes;
use engine::{ExecutionsQuery, ExpressQuery};

/// Executions looked at: the newest.
const EXECUTIONS_MAX: usize = 10_000;
/// Executions read at once.
const PAGE: usize = 1_000;
/// Pieces of a span.
const BUCKETS: usize = 60;
const BUCKETS_MAX: usize = 500;
/// The span, in ms.
const SPAN_MS: i64 = 3_600_000;
const SPAN_MS_MAX: i64 = 400 * 24 * 3_600_000;

shapes! {
    /// How a machine's executions did over time.
    struct Metrics {
        /// Where the span begins.
        from: i64,
        /// Where it ends.
        to: i64,
        /// The length of a bucket, in ms.
        bucket_ms: i64,
        /// Executions looked at.
        executions: usize,
        /// Since when all of them were looked at; later than `from` if there are too many.
        complete_from: i64,
        /// The pieces of the span, oldest first.
        buckets: Vec<Bucket>,
    }

    /// The executions that started in one piece of a span.
    struct Bucket {
        /// Where it begins.
        at: i64,
        /// Those that run.
        running: usize,
        /// Those that succeeded.
        succeeded: usize,
        /// Those that failed.
        failed: usize,
        /// Those that took too long.
        timed_out: usize,
        /// Those that were stopped.
        aborted: usize,
        /// How long half of those that are over took at most, in ms.
        p50_ms: Option<i64>,
        /// How long 95 of 100 took at most, in ms.
        p95_ms: Option<i64>,
    }
}

impl Console {
    /// `GET machines/{name}/metrics?span=&buckets=`: `span` in ms, up to now.
    pub(super) async fn metrics(&self, name: &str, query: &Query) -> Result<Metrics, Failure> {
        let all = self.engine.machines();
        let missing = || Failure::not_found(format!("There is no state machine '{name}'"));
        let machine = all.into_iter().find(|machine| machine.arn.name == *name).ok_or_else(missing)?;
        let span: i64 = query.parsed("span")?.unwrap_or(SPAN_MS);
        let count: usize = query.parsed("buckets")?.unwrap_or(BUCKETS);
        if !(1..=SPAN_MS_MAX).contains(&span) {
            return Err(Failure::field("span", format!("'span' is from 1 to {SPAN_MS_MAX} ms, not {span}")));
        }
        if !(1..=BUCKETS_MAX).contains(&count) {
            return Err(Failure::field("buckets", format!("'buckets' is from 1 to {BUCKETS_MAX}, not {count}")));
        }
        let bucket_ms = (span / count as i64).max(1);
        // Buckets begin at whole multiples, so that they stay the same while time goes on.
        let to = (self.engine.now_ms() / bucket_ms + 1) * bucket_ms;
        let from = to - bucket_ms * count as i64;
        let outcomes = match machine.machine_type {
            api::StateMachineType::Express => {
                let query = ExpressQuery {
                    state_machine_name: Some(name.to_owned()),
                    started_from_ms: Some(from),
                    max_results: EXECUTIONS_MAX,
                    ..ExpressQuery::default()
                };
                self.engine.express_executions(&query).into_iter().map(|found| express_row(found).outcome()).collect()
            }
            api::StateMachineType::Standard => {
                let query = ExecutionsQuery {
                    state_machine_name: Some(name.to_owned()),
                    started_from_ms: Some(from),
                    ..ExecutionsQuery::default()
                };
                let (mut outcomes, mut after) = (Vec::new(), None);
                while outcomes.len() < EXECUTIONS_MAX {
                    let page = self.engine.executions_page(&query, after, PAGE).await?;
                    outcomes.extend(page.executions.into_iter().map(|listed| standard_row(listed).outcome()));
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                outcomes
            }
        };
        let is_cut = outcomes.len() >= EXECUTIONS_MAX;
        let complete_from = outcomes.last().map_or(from, |oldest| if is_cut { oldest.started_at } else { from });
        let mut buckets: Vec<(Bucket, Vec<i64>)> =
            (0..count as i64).map(|place| (Bucket::at(from + place * bucket_ms), Vec::new())).collect();
        for outcome in &outcomes {
            let place = usize::try_from((outcome.started_at - from) / bucket_ms).unwrap_or(usize::MAX);
            // One that started while this was read is in none.
            let Some((bucket, took)) = buckets.get_mut(place) else { continue };
            match outcome.status {
                Status::Running | Status::PendingRedrive => bucket.running += 1,
                Status::Succeeded => bucket.succeeded += 1,
                Status::Failed => bucket.failed += 1,
                Status::TimedOut => bucket.timed_out += 1,
                Status::Aborted => bucket.aborted += 1,
            }
            took.extend(outcome.stopped_at.map(|stopped| stopped - outcome.started_at));
        }
        let buckets = buckets.into_iter().map(|(mut bucket, mut took)| {
            took.sort_unstable();
            let part = |percent: usize| took.get((took.len() * percent).div_ceil(100).max(1) - 1).copied();
            (bucket.p50_ms, bucket.p95_ms) = (part(50), part(95));
            bucket
        });
        Ok(Metrics { from, to, bucket_ms, executions: outcomes.len(), complete_from, buckets: buckets.collect() })
    }
}

impl Bucket {
    fn at(at: i64) -> Bucket {
        Bucket { at, running: 0, succeeded: 0, failed: 0, timed_out: 0, aborted: 0, p50_ms: None, p95_ms: None }
    }
}
