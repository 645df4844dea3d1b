//! SIGKILL at any moment: what was acknowledged stays, what was done is not done again, and every execution ends as if nothing had happened.
//!
//! `STEPWELL_KILLS` says how often the server is killed (40), `STEPWELL_SEED` when, `STEPWELL_FULL_DISK` that the disk is full now and then;
//! `cargo xtask crash` sets them.

use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use system_tests::ledger::{self, Entry};
use system_tests::{CallError, Client, Server, Setup, SmallDisk, functions, history, machines};

/// Executions that run at a time while the server is being killed.
const RUNNING: usize = 4;
/// How long the executions that are left may take at the end.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn executions_survive_sigkill_at_any_moment() {
    let kills = number("STEPWELL_KILLS").unwrap_or(40);
    let seed = number("STEPWELL_SEED").unwrap_or_else(|| fastrand::u64(..));
    let is_disk_small = number("STEPWELL_FULL_DISK").is_some_and(|number| number > 0);
    eprintln!(
        "STEPWELL_KILLS={kills} STEPWELL_SEED={seed}{}",
        if is_disk_small { " STEPWELL_FULL_DISK=1" } else { "" }
    );
    run(kills, seed, is_disk_small);
}

/// The same on a disk that is full at every other kill.
#[test]
fn executions_survive_sigkill_on_a_full_disk() {
    if number("STEPWELL_KILLS").is_none() {
        run(12, fastrand::u64(..), true);
    }
}

fn run(kills: u64, seed: u64, is_disk_small: bool) {
    let mut random = fastrand::Rng::with_seed(seed);
    let directory = tempfile::tempdir().expect("a directory can be made");
    let place = directory.path().join("disk");
    std::fs::create_dir(&place).expect("a directory can be made");
    let disk = match is_disk_small.then(|| SmallDisk::mount(&place, 256)) {
        None => None,
        Some(Ok(disk)) => Some(disk),
        Some(Err(reason)) => {
            return eprintln!("skipped: a small file system cannot be mounted here: {}", reason.trim());
        }
    };
    let mut world = World::new(directory.path(), &place);
    for kill in 0..kills {
        world.refill(&mut random);
        match kill % 6 {
            0 => world.start_one(),
            1 => world.answer_one_token(),
            2 => world.begin_to_start_one(&mut random),
            _ => std::thread::sleep(Duration::from_millis(random.u64(20..400))),
        }
        if let Some(disk) = disk.as_ref().filter(|_| kill % 2 == 1) {
            world.with_a_full_disk(disk, &mut random);
        }
        let while_it_recovers = (kill % 6 == 3).then(|| Duration::from_micros(random.u64(0..80_000)));
        world.kill_and_start(while_it_recovers, kill % 10 == 9, disk.as_ref());
    }
    world.finish();
    world.setup.check();
    world.check(is_disk_small);
}

/// Many starts share a sync; each that was acknowledged must have been in it, whether the server is killed or asked to end.
#[test]
fn starts_under_load_survive_when_they_were_acknowledged() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let setup = Setup::new(directory.path());
    let mut server = setup.start();
    let pass = json!({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": true}}});
    let machine = server.client().create_machine("pass", &pass);
    let mut total = 0;
    for round in 0..6 {
        let client = server.client();
        let callers: Vec<JoinHandle<Vec<String>>> = (0..16)
            .map(|_| {
                let machine = machine.clone();
                std::thread::spawn(move || start_until_refused(client, &machine))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(fastrand::u64(50..400)));
        if round % 2 == 0 {
            server.kill();
        } else {
            server.terminate();
            let status = server.ended(Duration::from_secs(15));
            assert!(status.success(), "{status}\n{}", setup.log_text());
        }
        let acknowledged: Vec<String> =
            callers.into_iter().flat_map(|caller| caller.join().expect("every refusal was in order")).collect();
        server = setup.start();
        for arn in &acknowledged {
            let description = server.client().must("DescribeExecution", json!({"executionArn": arn}));
            assert_eq!(description["status"], "SUCCEEDED", "{description}");
        }
        total += acknowledged.len();
    }
    assert!(total > 0, "nothing was ever acknowledged");
    eprintln!("{total} starts acknowledged, none lost");
}

fn start_until_refused(client: Client, machine: &str) -> Vec<String> {
    let mut acknowledged = Vec::new();
    loop {
        match client.call("StartExecution", json!({"stateMachineArn": machine})) {
            Ok(started) => acknowledged.push(started["executionArn"].as_str().expect("an ARN").to_owned()),
            Err(CallError::Lost(_)) => return acknowledged,
            Err(error) if error.name() == Some("ServiceUnavailable") => return acknowledged,
            Err(error) => panic!("StartExecution: {error:?}"),
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable}: no number")))
}

/// An execution as it has been seen.
#[derive(Default)]
struct Seen {
    arn: String,
    is_over: bool,
    /// Each event with the generation of the server that showed it first.
    events: Vec<(u64, Value)>,
}

/// What the threads share.
struct Shared {
    /// The server of the moment; the worker and the answerer wait while there is none.
    client: Mutex<Option<(u64, Client)>>,
    seen: Mutex<BTreeMap<String, Seen>>,
    /// Keys whose callback was acknowledged.
    acknowledged: Mutex<HashSet<String>>,
    /// Tokens for which a call went out whose answer never came.
    uncertain: Mutex<HashSet<String>>,
    /// Tokens that wait to be answered, with their keys and since when.
    tokens: Mutex<HashMap<String, (String, Instant)>>,
    is_over: AtomicBool,
}

struct World {
    setup: Setup,
    ledger: PathBuf,
    functions: PathBuf,
    machine: String,
    activity: String,
    generation: u64,
    server: Option<Server>,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    started: usize,
    unanswered: Option<(Value, JoinHandle<Option<Value>>)>,
    restarts: Vec<Duration>,
}

impl World {
    fn new(directory: &Path, disk: &Path) -> World {
        let functions = directory.join("functions.yaml");
        let setup = Setup { data: disk.join("data"), functions: Some(functions.clone()), ..Setup::new(directory) };
        let shared = Arc::new(Shared {
            client: Mutex::new(None),
            seen: Mutex::default(),
            acknowledged: Mutex::default(),
            uncertain: Mutex::default(),
            tokens: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let mut world = World {
            setup,
            ledger: directory.join("ledger"),
            functions,
            machine: String::new(),
            activity: String::new(),
            generation: 0,
            server: None,
            shared,
            threads: Vec::new(),
            started: 0,
            unanswered: None,
            restarts: Vec::new(),
        };
        world.start_server();
        let client = world.client();
        let created = client.must("CreateActivity", json!({"name": "by-hand"}));
        world.activity = created["activityArn"].as_str().expect("it has an ARN").to_owned();
        world.machine = client.create_machine("everything", &machines::everything(&world.activity));
        let (shared, activity) = (world.shared.clone(), world.activity.clone());
        world.threads.push(std::thread::spawn(move || work(&shared, &activity)));
        let (shared, ledger) = (world.shared.clone(), world.ledger.clone());
        world.threads.push(std::thread::spawn(move || answer_tokens(&shared, &ledger)));
        let shared = world.shared.clone();
        world.threads.push(std::thread::spawn(move || read_histories(&shared)));
        world
    }

    fn client(&self) -> Client {
        self.server.as_ref().expect("a server runs").client()
    }

    fn next_generation(&mut self) {
        self.generation += 1;
        functions::write_scripted(&self.functions, &["work"], &self.ledger, self.generation, 8);
    }

    fn start_server(&mut self) {
        self.next_generation();
        let begun = Instant::now();
        let server = self.setup.start();
        self.restarts.push(begun.elapsed());
        *self.shared.client.lock().unwrap() = Some((self.generation, server.client()));
        self.server = Some(server);
    }

    /// Fills the disk and lets the server live with that for a while; it may be free again before the kill.
    fn with_a_full_disk(&mut self, disk: &SmallDisk, random: &mut fastrand::Rng) {
        disk.fill();
        let request = self.next_start();
        match self.client().call("StartExecution", request.clone()) {
            Ok(started) => self.note_start(&request, &started),
            Err(error) => assert_eq!(error.name(), Some("ServiceUnavailable"), "{error:?}"),
        }
        std::thread::sleep(Duration::from_millis(random.u64(0..600)));
        if random.bool() {
            disk.free();
            std::thread::sleep(Duration::from_millis(random.u64(0..900)));
        }
    }

    fn kill_and_start(&mut self, again_after: Option<Duration>, checks: bool, disk: Option<&SmallDisk>) {
        self.server.take().expect("a server runs").kill();
        *self.shared.client.lock().unwrap() = None;
        if let Some(disk) = disk {
            // A server may come up on a full disk or refuse to, but it must not break anything.
            if again_after.is_some() {
                self.next_generation();
                self.setup.start_and_kill(Duration::from_millis(100));
            }
            disk.free();
        }
        if checks {
            self.setup.check();
        }
        if let Some(after) = again_after {
            self.next_generation();
            self.setup.start_and_kill(after);
        }
        self.start_server();
        self.start_again();
        self.check_nothing_is_lost();
    }

    /// Keeps some executions running, without a kill right after their start.
    fn refill(&mut self, random: &mut fastrand::Rng) {
        while self.shared.running().len() < RUNNING {
            self.start_one();
            std::thread::sleep(Duration::from_millis(random.u64(0..30)));
        }
    }

    /// Returns as soon as the start is acknowledged.
    fn start_one(&mut self) {
        let request = self.next_start();
        let started = self.client().must("StartExecution", request.clone());
        self.note_start(&request, &started);
    }

    fn next_start(&mut self) -> Value {
        self.started += 1;
        let name = format!("e{:04}", self.started);
        json!({"stateMachineArn": self.machine, "name": name, "input": machines::input().to_string()})
    }

    fn note_start(&self, request: &Value, started: &Value) {
        let name = request["name"].as_str().expect("it was given one").to_owned();
        let arn = started["executionArn"].as_str().expect("it has an ARN").to_owned();
        self.shared.seen.lock().unwrap().insert(name, Seen { arn, ..Seen::default() });
    }

    /// Sends a start whose answer the kill may cut off; it is repeated after the kill.
    fn begin_to_start_one(&mut self, random: &mut fastrand::Rng) {
        let request = self.next_start();
        let (client, first) = (self.client(), request.clone());
        let starting = std::thread::spawn(move || client.call("StartExecution", first).ok());
        std::thread::sleep(Duration::from_micros(random.u64(0..6000)));
        self.unanswered = Some((request, starting));
    }

    /// Repeats it: whether it was the first to arrive or not, the answer is the same.
    fn start_again(&mut self) {
        let Some((request, starting)) = self.unanswered.take() else { return };
        let first = starting.join().expect("a call does not panic");
        let again = self.client().must("StartExecution", request.clone());
        assert!(first.is_none_or(|first| first == again), "a repeated start was answered differently");
        self.note_start(&request, &again);
    }

    /// Returns as soon as the answer to a callback is acknowledged; or after a while, if none waits.
    fn answer_one_token(&self) {
        let deadline = Instant::now() + Duration::from_millis(300);
        while Instant::now() < deadline {
            let waiting = self.shared.tokens.lock().unwrap().keys().next().cloned();
            if let Some(token) = waiting {
                return self.shared.answer(&token);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Every execution and every callback that was acknowledged before the kill is there after it.
    fn check_nothing_is_lost(&self) {
        let (client, running) = (self.client(), self.shared.running());
        for (name, arn) in running {
            client.must("DescribeExecution", json!({"executionArn": arn}));
            let events = client.history(&arn).expect("a server that was just started answers");
            let must_have_succeeded = self.shared.acknowledged.lock().unwrap().clone();
            let key = format!("{name}/callback");
            if must_have_succeeded.contains(&key) {
                let succeeded = history::succeeded_tasks(&events);
                // An answer that came in after the history was read is not in `must_have_succeeded` only if no kill was in between.
                let is_there = succeeded.iter().any(|(done, _)| *done == key) || {
                    let again = client.history(&arn).expect("it answers still");
                    history::succeeded_tasks(&again).iter().any(|(done, _)| *done == key)
                };
                assert!(is_there, "SendTaskSuccess for {key} was acknowledged and is lost");
            }
            self.shared.see(&name, self.generation, events);
        }
    }

    /// Lets everything that was started end.
    fn finish(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        let client = self.client();
        for (name, arn) in self.shared.running() {
            let description = client.wait(&arn, deadline.saturating_duration_since(Instant::now()));
            let events = client.history(&arn).expect("the server answers");
            assert_eq!(description["status"], "SUCCEEDED", "{name}: {:?}", events.last());
            self.shared.see(&name, self.generation, events);
        }
        self.shared.is_over.store(true, Ordering::Relaxed);
        for (name, seen) in &*self.shared.seen.lock().unwrap() {
            let description = client.must("DescribeExecution", json!({"executionArn": seen.arn}));
            assert_eq!(description["status"], "SUCCEEDED", "{name}: {description}");
            let output: Value = serde_json::from_str(description["output"].as_str().expect("output")).expect("JSON");
            assert_eq!(output, machines::expected_output(name));
        }
        let mut server = self.server.take().expect("a server runs");
        server.terminate();
        assert!(server.ended(Duration::from_secs(15)).success(), "{}", self.setup.log_text());
        for thread in self.threads.drain(..) {
            thread.join().expect("a thread of the test found something wrong");
        }
    }

    fn check(&self, is_disk_small: bool) {
        let seen = self.shared.seen.lock().unwrap();
        let (entries, _) = ledger::read_from(&self.ledger, 0);
        let runs = Runs::new(&entries);
        let mut tasks = 0;
        for seen in seen.values() {
            let events: Vec<Value> = seen.events.iter().map(|(_, event)| event.clone()).collect();
            history::check_succeeded(&events);
            for (key, event) in history::succeeded_tasks(&events) {
                let position = event["id"].as_u64().expect("an id") as usize - 1;
                tasks += 1;
                if !key.ends_with("/activity") {
                    runs.check_done_once(&key, seen.events[position].0, history::at_ms(event), is_disk_small);
                }
            }
        }
        // Items, rounds, the retry, the activity, the callback.
        assert_eq!(tasks, seen.len() * (machines::ITEMS + machines::ROUNDS as usize + 3));
        self.restarts.iter().max().inspect(|longest| {
            eprintln!(
                "{} starts of the server (longest {longest:?}), {} executions, {tasks} tasks succeeded, {} runs begun, \
                 {} callbacks acknowledged",
                self.generation,
                seen.len(),
                entries.iter().filter(|entry| entry.what == "start").count(),
                self.shared.acknowledged.lock().unwrap().len(),
            );
        });
    }
}

impl Shared {
    fn running(&self) -> Vec<(String, String)> {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|(_, seen)| !seen.is_over).map(|(name, seen)| (name.clone(), seen.arn.clone())).collect()
    }

    /// What is in a history stays there: what was seen before is the beginning of what is seen now, or the other way round if two read at
    /// once.
    fn see(&self, name: &str, generation: u64, events: Vec<Value>) {
        let mut all = self.seen.lock().unwrap();
        let seen = all.get_mut(name).expect("it was started");
        for ((_, before), now) in seen.events.iter().zip(&events) {
            assert_eq!(before, now, "the history of {name} has changed");
        }
        let is_later = seen.events.last().is_none_or(|(before, _)| *before < generation);
        assert!(!is_later || events.len() >= seen.events.len(), "the history of {name} has become shorter");
        let known = seen.events.len();
        seen.events.extend(events.into_iter().skip(known).map(|event| (generation, event)));
        seen.is_over = seen.events.last().is_some_and(|(_, event)| history::kind(event).starts_with("ExecutionSucc"));
        let failed = seen.events.iter().find(|(_, event)| history::kind(event) == "ExecutionFailed");
        assert!(failed.is_none(), "{name} failed: {failed:?}");
    }

    fn answer(&self, token: &str) {
        let Some((_, client)) = *self.client.lock().unwrap() else { return };
        // Whoever takes it out of the map answers it.
        let Some((key, since)) = self.tokens.lock().unwrap().remove(token) else { return };
        let output = json!(key).to_string();
        match client.call("SendTaskSuccess", json!({"taskToken": token, "output": output})) {
            Ok(_) => {
                let is_first = self.acknowledged.lock().unwrap().insert(key.clone());
                assert!(is_first, "{key} was acknowledged twice");
            }
            // What became of it is not known: not even a full disk says that nothing was written.
            Err(error) if matches!(error, CallError::Lost(_)) || error.name() == Some("ServiceUnavailable") => {
                self.uncertain.lock().unwrap().insert(token.to_owned());
                self.tokens.lock().unwrap().insert(token.to_owned(), (key, since));
            }
            Err(error) if error.name() == Some("TaskTimedOut") => {
                let is_explained = self.uncertain.lock().unwrap().contains(token);
                assert!(is_explained, "{key} was not answered before: {error:?}");
            }
            Err(error) => panic!("{key}: {error:?}"),
        }
    }
}

/// A worker of the activity. A reply that is lost leaves the task to its heartbeat.
fn work(shared: &Shared, activity: &str) {
    while !shared.is_over.load(Ordering::Relaxed) {
        let Some((_, client)) = *shared.client.lock().unwrap() else {
            continue_later();
            continue;
        };
        let task = match client.call("GetActivityTask", json!({"activityArn": activity, "workerName": "tester"})) {
            Ok(task) => task,
            Err(CallError::Lost(_)) => {
                continue_later();
                continue;
            }
            Err(error) if error.name() == Some("ServiceUnavailable") => {
                continue_later();
                continue;
            }
            Err(error) => panic!("GetActivityTask: {error:?}"),
        };
        let Some(token) = task["taskToken"].as_str() else { continue };
        let input: Value = serde_json::from_str(task["input"].as_str().expect("an input")).expect("JSON");
        let output = input["key"].to_string();
        let _ = client.call("SendTaskHeartbeat", json!({"taskToken": token}));
        // The token may have timed out, or the answer be lost: then the task comes again.
        let _ = client.call("SendTaskSuccess", json!({"taskToken": token, "output": output}));
    }
}

/// Answers the tokens that functions write into the ledger, each after a while, so that some are there to be answered at a kill.
fn answer_tokens(shared: &Shared, ledger: &Path) {
    let (mut offset, mut known) = (0, HashSet::new());
    while !shared.is_over.load(Ordering::Relaxed) {
        let (entries, end) = ledger::read_from(ledger, offset);
        offset = end;
        for Entry { token, key, .. } in entries {
            let Some(token) = token.filter(|token| known.insert(token.clone())) else { continue };
            shared.tokens.lock().unwrap().insert(token, (key, Instant::now()));
        }
        let old_enough = |since: &Instant| since.elapsed() > Duration::from_millis(500);
        let waiting = shared.tokens.lock().unwrap().clone();
        for (token, _) in waiting.into_iter().filter(|(_, (_, since))| old_enough(since)) {
            shared.answer(&token);
        }
        continue_later();
    }
}

/// Reads histories all the time, also while the server is being killed.
fn read_histories(shared: &Shared) {
    while !shared.is_over.load(Ordering::Relaxed) {
        for (name, arn) in shared.running() {
            continue_later();
            let Some((generation, client)) = *shared.client.lock().unwrap() else { continue };
            match client.history(&arn) {
                Ok(events) => shared.see(&name, generation, events),
                Err(CallError::Lost(_)) => {}
                Err(error) if error.name() == Some("ServiceUnavailable") => {}
                Err(error) => panic!("GetExecutionHistory: {error:?}"),
            }
        }
        continue_later();
    }
}

fn continue_later() {
    std::thread::sleep(Duration::from_millis(20));
}

/// The runs of functions, by key.
struct Runs<'e>(HashMap<&'e str, Vec<&'e Entry>>);

impl<'e> Runs<'e> {
    fn new(entries: &'e [Entry]) -> Runs<'e> {
        let mut runs: HashMap<&str, Vec<&Entry>> = HashMap::new();
        for entry in entries {
            runs.entry(&entry.key).or_default().push(entry);
        }
        Runs(runs)
    }

    /// The task ended once and for all at `succeeded_at`, which the server of `generation` was the first to show.
    fn check_done_once(&self, key: &str, generation: u64, succeeded_at: u64, is_disk_small: bool) {
        let runs = self.0.get(key).unwrap_or_else(|| panic!("{key} succeeded and was never run"));
        let ids: HashSet<&str> = runs.iter().map(|entry| entry.request.as_str()).collect();
        assert_eq!(ids.len(), 1, "{key} kept no identity: {ids:?}");
        let starts: Vec<&&Entry> = runs.iter().filter(|entry| entry.what == "start").collect();
        for start in &starts {
            assert!(start.generation <= generation, "{key} ran again after its success was recorded: {runs:#?}");
            // A token may be answered while the function that was to hand it over again is on its way; a function may not.
            let is_in_order = start.at <= succeeded_at || key.ends_with("/callback");
            assert!(is_in_order, "{key} began after its success at {succeeded_at}: {runs:#?}");
        }
        let generations: HashSet<u64> = starts.iter().map(|start| start.generation).collect();
        // A result that a full disk has no room for is lost as in a crash: the task is performed again, with the same identity.
        let explained = generations.len() == starts.len() || is_disk_small;
        assert!(explained, "{key} ran twice without a kill in between: {runs:#?}");
    }
}
