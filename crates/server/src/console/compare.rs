//! Two executions side by side: visit by visit, with what differs and where they part.
//!
//! The first visit of a state stands beside the first of the same state in the other, the second beside the second, in the same iteration or
//! branch. What happened in a Parallel or Map state stands below it, a branch or an iteration after the other: in which order those ran beside
//! each other says nothing. What only one has stands where it was among its own.

use super::Console;
use super::execution::{Visit, VisitStatus, shown};
use super::executions::ExecutionRow;
use super::failure::Failure;
use super::query::Query;
use super::shape::shapes;
use super::subject::{CHUNK, Subject};
use engine::HistoryEventDetails as Details;
use json::{Payload, Value};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::sync::Arc;
use visits::Story;

/// Rows in an answer.
const ROWS_MAX: usize = 2_000;
/// Longer payloads are the same only if their texts are.
const READ_BYTES_MAX: usize = 16 * 1024;

shapes! {
    /// Two executions side by side.
    struct Comparison {
        /// The one.
        a: ExecutionRow,
        /// The other.
        b: ExecutionRow,
        /// Whether they were started with different inputs.
        inputs_differ: bool,
        /// Where they part; null if they never do.
        first_divergence: Option<Divergence>,
        /// The visits of both, those in a Parallel or Map state below it, otherwise in the order of the first's.
        rows: Vec<ComparedVisit>,
        /// Rows that are left out because there are too many: those without a difference first.
        omitted: usize,
    }

    /// Where two executions part.
    struct Divergence {
        /// The place of the state; null if only their ends differ.
        state_id: Option<Arc<str>>,
        /// Its name.
        state_name: Option<Arc<str>>,
        /// What differs, in a few words.
        reason: String,
    }

    /// A visit of the one beside that of the other.
    struct ComparedVisit {
        /// The state's place in the definition of the first that has it.
        state_id: Arc<str>,
        /// The state's name.
        state_name: Arc<str>,
        /// The one's visit.
        visit_a: Option<Visit>,
        /// The other's.
        visit_b: Option<Visit>,
        /// Whether both have one and got different inputs.
        input_differs: bool,
        /// Whether both have one and gave different outputs, or only one gave any.
        output_differs: bool,
        /// How much longer the other's took.
        delta_ms: Option<i64>,
    }
}

/// A visit with what it is told apart by.
struct Side {
    visit: Visit,
    /// Which visit of which state, in which iteration: the same number in both executions.
    key: u64,
    /// The branch or iteration it is in.
    lane: Lane,
    input: Option<u64>,
    output: Option<u64>,
}

/// A branch or an iteration: the key of the visit it is in, and its number; zeros at the top.
type Lane = (u64, u64);

impl Console {
    /// `GET compare?a=&b=`
    pub(super) async fn compare(&self, query: &Query) -> Result<Comparison, Failure> {
        let wanted = |name: &'static str| {
            query.text(name).ok_or_else(|| Failure::field(name, format!("'{name}' is the ARN of an execution")))
        };
        let (a, b) = (wanted("a")?, wanted("b")?);
        let (a, b) = (self.subject(a).await?, self.subject(b).await?);
        let (of_a, of_b) = (self.sides(&a).await?, self.sides(&b).await?);
        let mut rows = align(of_a, of_b);
        let input = |subject: &Subject| subject.about.input.clone().map(|text| fingerprint(&payload(text)));
        let inputs_differ = input(&a) != input(&b);
        let first_divergence = first_divergence(&rows, inputs_differ, &a.row, &b.row);
        let total = rows.len();
        if total > ROWS_MAX {
            rows.retain(|row| reason(row).is_some());
            rows.truncate(ROWS_MAX);
        }
        let omitted = total - rows.len();
        Ok(Comparison { a: a.row, b: b.row, inputs_differ, first_divergence, rows, omitted })
    }

    async fn sides(&self, subject: &Subject) -> Result<Vec<Side>, Failure> {
        let (mut payloads, mut next) = (HashMap::new(), 1);
        while next <= subject.last_event {
            let events = subject.forward(next, CHUNK).await?;
            let Some(last) = events.last() else { break };
            next = last.id + 1;
            for event in &events {
                if let Details::StateEntered { input: payload, .. } | Details::StateExited { output: payload, .. } =
                    &event.details
                {
                    payloads.insert(event.id, fingerprint(payload));
                }
            }
        }
        self.told(subject, |told| {
            let keys = keys(&told.story);
            let side = |(visit, key): (usize, u64)| {
                let found = &told.story.visits()[visit];
                let lane = &told.story.lanes()[found.lane];
                Side {
                    visit: shown(&told.story, visit),
                    key,
                    lane: lane.parent.map_or((0, 0), |parent| (keys[parent], lane.index)),
                    input: payloads.get(&found.first_event).copied(),
                    output: found.exit_event().and_then(|event| payloads.get(&event).copied()),
                }
            };
            keys.iter().copied().enumerate().map(side).collect()
        })
        .await
    }
}

fn hashed(of: impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(of)
}

/// Of each visit which one it is of its state, in its lane.
fn keys(story: &Story) -> Vec<u64> {
    let mut keys: Vec<u64> = Vec::with_capacity(story.visits().len());
    let mut seen: HashMap<(u64, &str), usize> = HashMap::new();
    for visit in story.visits() {
        let lane = &story.lanes()[visit.lane];
        let lane = lane.parent.map_or(0, |parent| hashed((keys[parent], lane.index)));
        let times = seen.entry((lane, &*visit.name)).or_default();
        keys.push(hashed((lane, &*visit.name, *times)));
        *times += 1;
    }
    keys
}

fn align(a: Vec<Side>, b: Vec<Side>) -> Vec<ComparedVisit> {
    let place_of = |sides: &[Side]| -> HashMap<u64, usize> {
        sides.iter().enumerate().map(|(place, side)| (side.key, place)).collect()
    };
    let (in_a, in_b) = (place_of(&a), place_of(&b));
    let mut lanes: BTreeMap<Lane, [Vec<usize>; 2]> = BTreeMap::new();
    for (which, sides) in [&a, &b].into_iter().enumerate() {
        for (place, side) in sides.iter().enumerate() {
            lanes.entry(side.lane).or_default()[which].push(place);
        }
    }
    // The rows of a lane, the last in front.
    let merged = |[of_a, of_b]: &[Vec<usize>; 2]| {
        let mut pairs = Vec::new();
        let mut rest = of_b.iter().copied().peekable();
        let only_b = |place: &usize| !in_a.contains_key(&b[*place].key);
        for &place in of_a {
            let beside = in_b.get(&a[place].key).copied();
            // What only the other has and came before.
            while let Some(before) = rest.next_if(|before| beside.is_some_and(|beside| *before < beside)) {
                pairs.extend(Some(before).filter(only_b).map(|before| (None, Some(before))));
            }
            pairs.push((Some(place), beside));
        }
        pairs.extend(rest.filter(only_b).map(|place| (None, Some(place))));
        pairs.reverse();
        pairs
    };
    let mut left = lanes.get(&(0, 0)).map(merged).unwrap_or_default();
    let mut order = Vec::new();
    while let Some(pair) = left.pop() {
        let key = pair.0.map(|place: usize| a[place].key).or(pair.1.map(|place: usize| b[place].key));
        let key = key.expect("there is one of them");
        order.push(pair);
        for (_, lane) in lanes.range((key, 0)..=(key, u64::MAX)).rev() {
            left.extend(merged(lane));
        }
    }
    let [mut a, mut b] = [a, b].map(|sides| sides.into_iter().map(Some).collect::<Vec<_>>());
    let side = |sides: &mut [Option<Side>], place: Option<usize>| place.and_then(|place| sides[place].take());
    order.into_iter().map(|(of_a, of_b)| row(side(&mut a, of_a), side(&mut b, of_b))).collect()
}

fn row(a: Option<Side>, b: Option<Side>) -> ComparedVisit {
    let both = a.as_ref().zip(b.as_ref());
    let took = |side: &Side| side.visit.exited_at.map(|exited| exited - side.visit.entered_at);
    let either = a.as_ref().or(b.as_ref()).expect("there is one of them");
    ComparedVisit {
        state_id: either.visit.state_id.clone(),
        state_name: either.visit.state_name.clone(),
        input_differs: both.is_some_and(|(a, b)| a.input != b.input),
        output_differs: both.is_some_and(|(a, b)| a.output != b.output),
        delta_ms: both.and_then(|(a, b)| Some(took(b)? - took(a)?)),
        visit_a: a.map(|side| side.visit),
        visit_b: b.map(|side| side.visit),
    }
}

/// What differs in a row, in a few words.
fn reason(row: &ComparedVisit) -> Option<String> {
    let (a, b) = match (&row.visit_a, &row.visit_b) {
        (Some(a), Some(b)) => (a, b),
        (Some(_), None) => return Some("only A came here".to_owned()),
        (None, _) => return Some("only B came here".to_owned()),
    };
    if a.status != b.status || a.error != b.error {
        return Some(format!("{} in A, {} in B", how(a), how(b)));
    }
    Some(match (row.input_differs, row.output_differs) {
        (false, false) => return None,
        (false, true) => "the same input gave another output".to_owned(),
        (true, false) => "the inputs differ, the outputs do not".to_owned(),
        (true, true) => "the inputs differ, and so do the outputs".to_owned(),
    })
}

fn how(visit: &Visit) -> String {
    let word = match visit.status {
        VisitStatus::Running => "it runs",
        VisitStatus::Waiting => "it waits",
        VisitStatus::Retrying => "it is tried again",
        VisitStatus::Succeeded => "it succeeded",
        VisitStatus::Caught => "it failed and was caught",
        VisitStatus::Failed => "it failed",
        VisitStatus::TimedOut => "it ran out of time",
        VisitStatus::Aborted => "it was stopped",
    };
    match &visit.error {
        Some(error) => format!("{word} with {error}"),
        None => word.to_owned(),
    }
}

/// Executions with different inputs part where states are come to or end differently, or where the same input gives another output.
fn first_divergence(
    rows: &[ComparedVisit],
    inputs_differ: bool,
    a: &ExecutionRow,
    b: &ExecutionRow,
) -> Option<Divergence> {
    // A state that has others in it differs because of what is in it.
    let parent = |visit: &Option<Visit>| visit.as_ref().and_then(|visit| visit.parent_visit.clone());
    let different = || rows.iter().filter(|row| reason(row).is_some());
    let around: HashSet<(bool, String)> = different()
        .flat_map(|row| [parent(&row.visit_a).map(|id| (false, id)), parent(&row.visit_b).map(|id| (true, id))])
        .flatten()
        .collect();
    let is_around = |row: &ComparedVisit| match (&row.visit_a, &row.visit_b) {
        (Some(a), Some(b)) => around.contains(&(false, a.id.clone())) || around.contains(&(true, b.id.clone())),
        _ => false,
    };
    let parts = |row: &&ComparedVisit| match (&row.visit_a, &row.visit_b) {
        (Some(a), Some(b)) => !inputs_differ || !row.input_differs || a.status != b.status || a.error != b.error,
        _ => true,
    };
    let found = different().filter(|row| (row.input_differs && !inputs_differ) || !is_around(row)).find(parts);
    if let Some(row) = found.or_else(|| different().next()) {
        let (state_id, state_name) = (Some(row.state_id.clone()), Some(row.state_name.clone()));
        return Some(Divergence { state_id, state_name, reason: reason(row)? });
    }
    (a.status != b.status || a.error != b.error).then(|| {
        let end = |row: &ExecutionRow| match &row.error {
            Some(error) => format!("{} with {error}", row.status.word()),
            None => row.status.word().to_owned(),
        };
        Divergence { state_id: None, state_name: None, reason: format!("A is {}, B is {}", end(a), end(b)) }
    })
}

/// What an execution was started with, which may be no JSON if it was imported.
fn payload(text: Arc<str>) -> Payload {
    match json::parse(&text) {
        Ok(value) => Payload::from_parts(text, value),
        Err(_) => Payload::from_value(Value::from(text)),
    }
}

/// The same for the same data, whatever the order of members and the blanks between them.
fn fingerprint(payload: &Payload) -> u64 {
    match payload.text().len() > READ_BYTES_MAX {
        true => hashed(&**payload.text()),
        false => fingerprint_of(payload.value()),
    }
}

fn fingerprint_of(value: &Value) -> u64 {
    match value {
        Value::Null => hashed(0),
        Value::Bool(boolean) => hashed((1, boolean)),
        Value::Number(number) => hashed((2, number.as_f64().to_bits())),
        Value::String(text) => hashed((3, &**text)),
        Value::Array(elements) => hashed((4, elements.iter().map(fingerprint_of).collect::<Vec<_>>())),
        Value::Object(members) => {
            let sum = members.iter().map(|(name, member)| hashed((AsRef::<str>::as_ref(name), fingerprint_of(member))));
            hashed((5, sum.fold(0, u64::wrapping_add)))
        }
    }
}
