//! Random machines. All are valid; loops end.

use super::{
    Catcher, Condition, Distributed, Kind, Language, List, Machine, Number, Record, Resource, Retrier, Scope, State,
    Task, Text,
};
use crate::random::Random;

/// How deep Parallel and Map states nest.
const DEPTH_MAX: u32 = 2;

/// The machine of a seed.
pub(crate) fn generate(random: &mut Random) -> Machine {
    let mixed = random.percent(30);
    let jsonata = random.percent(40);
    let language = if jsonata { Language::Jsonata } else { Language::JsonPath };
    let mut generator = Generator {
        left: random.between(2, 14),
        named: 0,
        language,
        // A machine in JSONPath may have states in JSONata, not the other way round.
        mixed: mixed && !jsonata,
        has_loop: random.percent(4),
        long_waits: random.percent(10),
        is_express: false,
        may_distribute: true,
        may_nest: true,
        random,
    };
    let top = generator.scope(0, &Place { variable: false, in_map: false });
    let timeout_seconds = generator.random.percent(6).then(|| generator.random.between(5, 400).unsigned_abs());
    Machine { language, timeout_seconds, top }
}

/// An Express machine of a seed. Its first state is a task, so that whoever performs tasks sees that an execution ran.
pub(crate) fn generate_express(random: &mut Random) -> Machine {
    let language = if random.percent(40) { Language::Jsonata } else { Language::JsonPath };
    let left = random.between(1, 6);
    let (named, mixed, has_loop, long_waits, is_express) = (0, false, false, false, true);
    let (may_distribute, may_nest) = (false, false);
    let mut generator =
        Generator { left, named, language, mixed, has_loop, long_waits, is_express, may_distribute, may_nest, random };
    let mut top = generator.scope(0, &Place { variable: false, in_map: false });
    for state in &mut top.states {
        if let Kind::Choice { rules, .. } = &mut state.kind {
            rules.iter_mut().for_each(|(_, next)| *next += 1);
        }
        state.catch.iter_mut().for_each(|catcher| catcher.next += 1);
    }
    let (resource, keeps_input, is_broken) = (Resource::Function, true, false);
    let seen = Task { resource, timeout_seconds: None, heartbeat_seconds: None, keeps_input, is_broken };
    top.states.insert(0, generator.state(Kind::Task(seen)));
    Machine { language, timeout_seconds: None, top }
}

/// The machine that others start executions of.
pub(crate) fn generate_nested(random: &mut Random) -> Machine {
    let language = if random.percent(40) { Language::Jsonata } else { Language::JsonPath };
    let (named, mixed, has_loop, long_waits, is_express) = (0, false, false, false, false);
    let (left, may_distribute, may_nest) = (random.between(1, 6), random.percent(30), false);
    let mut generator =
        Generator { left, named, language, mixed, has_loop, long_waits, is_express, may_distribute, may_nest, random };
    let top = generator.scope(0, &Place { variable: false, in_map: false });
    Machine { language, timeout_seconds: None, top }
}

struct Generator<'r> {
    /// States that may still be made.
    left: i64,
    named: u32,
    language: Language,
    mixed: bool,
    has_loop: bool,
    long_waits: bool,
    /// Whether tasks may not wait for tokens or workers, nor run out of time.
    is_express: bool,
    /// Whether Maps may be distributed.
    may_distribute: bool,
    /// Whether tasks may start executions.
    may_nest: bool,
    random: &'r mut Random,
}

/// What expressions may refer to.
#[derive(Clone)]
struct Place {
    variable: bool,
    in_map: bool,
}

impl Generator<'_> {
    fn scope(&mut self, depth: u32, place: &Place) -> Scope {
        let mut place = place.clone();
        let mut states = Vec::new();
        let count = if depth == 0 { self.random.between(1, 6) } else { self.random.between(1, 3) };
        if depth == 0 && self.random.percent(40) {
            let record = self.plain_record();
            let mut first = self.state(Kind::Pass { record });
            first.assign = Some(("v".to_owned(), Number::Plus(Box::new(Number::Field), 100)));
            states.push(first);
            place.variable = true;
        }
        if depth == 0 && self.has_loop {
            self.add_loop(&mut states);
        }
        for _ in 0..count.min(self.left.max(1)) {
            self.add_state(&mut states, depth, &place);
        }
        if self.random.percent(15) {
            let kind = if self.random.percent(60) { Kind::Succeed } else { self.fail() };
            states.push(self.state(kind));
        }
        self.add_jumps(&mut states);
        Scope { states }
    }

    fn add_state(&mut self, states: &mut Vec<State>, depth: u32, place: &Place) {
        self.left -= 1;
        let nests = depth < DEPTH_MAX && self.left > 1;
        let kind = match self.random.below(100) {
            0..20 => Kind::Pass { record: self.record(place) },
            20..55 => Kind::Task(self.task()),
            55..65 => Kind::Wait { seconds: self.seconds() },
            65..77 => return self.add_choice(states, place),
            77..89 if nests => {
                let branches = (0..self.random.between(2, 3)).map(|_| self.scope(depth + 1, place)).collect();
                Kind::Parallel { branches, keeps_input: self.random.percent(30) }
            }
            89..100 if nests && self.may_distribute && self.random.percent(60) => self.distributed(depth),
            89..100 if nests => {
                let iteration = self.scope(depth + 1, &Place { in_map: true, ..place.clone() });
                let max_concurrency = self.random.between(0, 3).unsigned_abs();
                Kind::Map { iteration, max_concurrency, keeps_input: self.random.percent(30), distributed: None }
            }
            _ => Kind::Pass { record: self.record(place) },
        };
        let mut state = self.state(kind);
        if matches!(state.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map { .. }) {
            state.retry = self.retriers();
        }
        // The first of all results may be of one that failed.
        let has_records = !matches!(&state.kind, Kind::Map { distributed: Some(it), .. } if it.tolerates);
        if depth == 0
            && place.variable
            && has_records
            && self.random.percent(20)
            && !matches!(state.kind, Kind::Wait { .. })
        {
            state.assign = Some(("v".to_owned(), self.number(place)));
        }
        states.push(state);
    }

    /// A Map whose iterations are executions: they know nothing of what is around them but their input.
    fn distributed(&mut self, depth: u32) -> Kind {
        let is_express = self.random.percent(40);
        let (before, may_distribute) = (self.is_express, self.may_distribute && !is_express && self.random.percent(15));
        let (long_waits, nests) = (self.long_waits, self.may_nest);
        let outer = std::mem::replace(&mut self.may_distribute, may_distribute);
        self.is_express |= is_express;
        self.long_waits &= !is_express;
        // What starts executions does so once, in effect, only from Standard ones.
        self.may_nest &= !is_express;
        let iteration = self.scope(depth + 1, &Place { variable: false, in_map: false });
        (self.is_express, self.may_distribute, self.long_waits, self.may_nest) = (before, outer, long_waits, nests);
        let distributed = Distributed { is_express, tolerates: self.random.percent(30) };
        let max_concurrency = self.random.between(0, 3).unsigned_abs();
        Kind::Map { iteration, max_concurrency, keeps_input: self.random.percent(30), distributed: Some(distributed) }
    }

    /// A choice between the next state and the one after it; the next one may be where it ends.
    fn add_choice(&mut self, states: &mut Vec<State>, place: &Place) {
        let at = states.len();
        let mut rules = vec![(self.condition(), at + 2)];
        if self.random.percent(30) {
            rules.push((self.condition(), at + 1));
        }
        let has_default = self.random.percent(95);
        if !has_default {
            rules.push((self.condition(), at + 1));
        }
        states.push(self.state(Kind::Choice { rules, has_default }));
        let between = match self.random.below(10) {
            0 => Kind::Succeed,
            1 => self.fail(),
            _ => Kind::Pass { record: self.record(place) },
        };
        states.push(self.state(between));
        let record = self.record(place);
        states.push(self.state(Kind::Pass { record }));
    }

    /// Counts up to a limit: more states than a step may enter.
    fn add_loop(&mut self, states: &mut Vec<State>) {
        let at = states.len();
        let record = Record { n: Number::Plus(Box::new(Number::Field), 1), s: Text::Field, l: List::Field };
        states.push(self.state(Kind::Pass { record }));
        let limit = self.random.between(20, 900);
        states.push(self.state(Kind::Choice { rules: vec![(Condition::NumberLess(limit), at)], has_default: true }));
        let record = self.plain_record();
        states.push(self.state(Kind::Pass { record }));
    }

    /// Catchers lead from work to a later state.
    fn add_jumps(&mut self, states: &mut [State]) {
        let count = states.len();
        for (at, state) in states.iter_mut().enumerate() {
            let works = matches!(state.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map { .. });
            if works && at + 1 < count && self.random.percent(50) {
                let next = at + 1 + self.random.below(count - at - 1);
                let error_equals = vec![
                    (*self.random.pick(&["States.ALL", "States.ALL", "E.A", "States.TaskFailed", "States.Timeout"]))
                        .to_owned(),
                ];
                state.catch.push(Catcher { error_equals, next });
            }
        }
    }

    fn state(&mut self, kind: Kind) -> State {
        self.named += 1;
        let language = if self.mixed && self.random.percent(50) { Language::Jsonata } else { self.language };
        State { name: format!("S{}", self.named), language, kind, retry: Vec::new(), catch: Vec::new(), assign: None }
    }

    fn task(&mut self) -> Task {
        let resource = *self.random.pick(&[
            Resource::Function,
            Resource::Function,
            Resource::Invoke,
            Resource::Callback,
            Resource::Job,
            Resource::Activity,
            Resource::Nested,
        ]);
        let resource = match resource {
            Resource::Callback | Resource::Job | Resource::Activity if self.is_express => Resource::Invoke,
            Resource::Nested if !self.may_nest => Resource::Invoke,
            resource => resource,
        };
        // Whoever may take a task and never answer must have a time to do it in.
        let needs_timeout = matches!(resource, Resource::Activity | Resource::Callback);
        let timeout_seconds = (needs_timeout || self.random.percent(40) && !self.is_express)
            .then(|| self.random.between(5, 90).unsigned_abs());
        // How one that starts an execution ends is told by that alone.
        let timeout_seconds = timeout_seconds.filter(|_| resource != Resource::Nested);
        let has_heartbeat = needs_timeout && self.random.percent(30);
        let heartbeat_seconds = has_heartbeat.then(|| self.random.between(2, 4).unsigned_abs());
        let (keeps_input, is_broken) = (self.random.percent(30), self.random.percent(4));
        Task { resource, timeout_seconds, heartbeat_seconds, keeps_input, is_broken }
    }

    fn retriers(&mut self) -> Vec<Retrier> {
        // Express ones have five minutes.
        let count = if self.is_express { self.random.below(2) } else { [0, 0, 1, 1, 2][self.random.below(5)] };
        let mut retriers: Vec<Retrier> = Vec::new();
        for name in [["E.A", "States.TaskFailed", "States.Timeout"], ["States.ALL"; 3]].iter().take(count) {
            let name = (*self.random.pick(name)).to_owned();
            retriers.push(Retrier {
                error_equals: vec![name],
                interval_seconds: self.random.between(1, 4).unsigned_abs(),
                max_attempts: self.random.between(0, 3).unsigned_abs(),
                backoff_rate: self.random.between(1, 2).unsigned_abs(),
                full_jitter: self.random.percent(25),
            });
        }
        retriers
    }

    fn seconds(&mut self) -> u64 {
        if self.long_waits && self.random.percent(50) {
            return self.random.between(1, 40).unsigned_abs() * 86_400;
        }
        self.random.between(0, 12).unsigned_abs()
    }

    fn fail(&mut self) -> Kind {
        let cause = if self.random.percent(50) { Text::Field } else { Text::Literal("on purpose".to_owned()) };
        Kind::Fail { error: (*self.random.pick(&["E.A", "E.C"])).to_owned(), cause }
    }

    fn condition(&mut self) -> Condition {
        match self.random.below(6) {
            0 => Condition::NumberEquals(self.random.between(0, 9)),
            1 => Condition::TextEquals("a".to_owned()),
            2 => Condition::HasError(self.random.percent(50)),
            3 => Condition::Not(Box::new(Condition::NumberLess(self.random.between(0, 9)))),
            4 => {
                let (left, right) = (Condition::NumberLess(self.random.between(0, 9)), Condition::HasError(false));
                Condition::Both(Box::new(left), Box::new(right))
            }
            _ => Condition::NumberLess(self.random.between(0, 9)),
        }
    }

    fn plain_record(&self) -> Record {
        Record { n: Number::Field, s: Text::Field, l: List::Field }
    }

    fn record(&mut self, place: &Place) -> Record {
        let s = match self.random.below(3) {
            0 => Text::Field,
            1 => Text::Literal((*self.random.pick(&["a", "b", "ü"])).to_owned()),
            _ => Text::Suffixed(Box::new(Text::Field), "-x".to_owned()),
        };
        let l = match self.random.below(3) {
            0 => List::Numbers(vec![self.number(place), self.number(place)]),
            _ => List::Field,
        };
        Record { n: self.number(place), s, l }
    }

    fn number(&mut self, place: &Place) -> Number {
        match self.random.below(7) {
            0 => Number::Literal(self.random.between(-3, 12)),
            1 | 2 => Number::Plus(Box::new(Number::Field), self.random.between(-4, 4)),
            3 if place.variable => Number::Variable("v".to_owned()),
            4 if place.in_map => Number::Index,
            5 => Number::Length,
            _ => Number::Field,
        }
    }
}
