//! Playing the documents, and what they must cover.

use crate::document::{self, Block, Case};
use crate::masks::Names;
use crate::model::Model;
use json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};
use stepwell_conformance::client::Client;
use stepwell_conformance::world::{Kind, World};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Cases played at a time.
const AT_A_TIME: usize = 8;
/// How long a request marked `until` is repeated, and how long it is waited in between.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(10);

/// Of task tokens.
const ONE_OF_TWO: &str = "only of a token whose execution is no longer kept (crates/engine/tests/engine/tokens.rs)";

/// Errors of the model that an operation has no case for, and why: most it never answers here. `*` stands for every operation.
pub const NEVER: [(&str, &str, &str); 20] = [
    ("*", "KmsAccessDeniedException", "keys are named, not used"),
    ("*", "KmsInvalidStateException", "keys are named, not used"),
    ("*", "KmsThrottlingException", "keys are named, not used"),
    ("*", "StateMachineDeleting", "a machine that is deleted is gone at once"),
    ("*", "ExecutionLimitExceeded", "there may be as many open executions as the disk holds"),
    ("*", "InvalidTracingConfiguration", "its one member is a boolean; anything else is a SerializationException"),
    ("CreateActivity", "ActivityLimitExceeded", "100,000 are needed, as in crates/engine/src/registry/tests.rs"),
    (
        "CreateStateMachine",
        "StateMachineLimitExceeded",
        "100,000 are needed, as in crates/engine/src/registry/tests.rs",
    ),
    ("CreateStateMachine", "StateMachineTypeNotSupported", "both types are supported everywhere"),
    ("CreateStateMachine", "ConflictException", "changes are made one after the other"),
    ("UpdateStateMachine", "ConflictException", "changes are made one after the other"),
    ("DeleteStateMachineAlias", "ConflictException", "changes are made one after the other"),
    ("UpdateStateMachineAlias", "ConflictException", "changes are made one after the other"),
    ("DeleteStateMachineAlias", "ResourceNotFound", "an alias that is not there is deleted (recorded)"),
    (
        "GetActivityTask",
        "ActivityWorkerLimitExceeded",
        "1,000 at a time are needed, as in crates/engine/tests/engine/tokens.rs",
    ),
    (
        "ListStateMachineAliases",
        "ResourceNotFound",
        "a machine or version that is not there is StateMachineDoesNotExist, which it lists as well",
    ),
    ("CreateStateMachineAlias", "InvalidName", "a name that breaks its pattern is a ValidationException"),
    ("SendTaskSuccess", "TaskDoesNotExist", ONE_OF_TWO),
    ("SendTaskFailure", "TaskDoesNotExist", ONE_OF_TWO),
    ("SendTaskHeartbeat", "TaskDoesNotExist", ONE_OF_TWO),
];

#[tokio::test(flavor = "multi_thread")]
async fn documents() {
    let known = definitions();
    let update = env::var_os("UPDATE_EXPECT").is_some();
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut playing = JoinSet::new();
    for (file, document) in read_all() {
        for case in document::cases(&document) {
            let (known, places, file) = (known.clone(), places.clone(), file.clone());
            playing.spawn(async move {
                let _place = places.acquire().await.expect("it is never closed");
                let played = play(&case, known).await;
                (file, case, played)
            });
        }
    }
    let mut problems = BTreeSet::new();
    let mut written: BTreeMap<PathBuf, Vec<(std::ops::Range<usize>, String)>> = BTreeMap::new();
    while let Some(played) = playing.join_next().await {
        let (file, case, played) = played.expect("playing a case does not panic");
        let title = format!("{}: {}", file.file_stem().unwrap_or_default().display(), case.title);
        match played {
            Err(problem) => drop(problems.insert(format!("{title}\n    {problem}"))),
            Ok(answers) => {
                let blocks = case.blocks.iter().filter(|block| block.kind == "response");
                for (block, answer) in blocks.zip(answers).filter(|(block, answer)| block.text != *answer) {
                    if update {
                        written.entry(file.clone()).or_default().push((block.span.clone(), answer));
                    } else {
                        problems
                            .insert(format!("{title}\n    answered\n{answer}    but the document has\n{}", block.text));
                    }
                }
            }
        }
    }
    for (file, mut answers) in written {
        let mut document = fs::read_to_string(&file).expect("a document is text");
        answers.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        answers.into_iter().for_each(|(span, answer)| document.replace_range(span, &answer));
        fs::write(file, document).expect("the document can be written");
    }
    assert!(problems.is_empty(), "\n{}", problems.into_iter().collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn every_operation_and_each_of_its_errors_has_a_case() {
    let model = Model::read();
    let mut found = BTreeSet::new();
    for (_, document) in read_all() {
        for case in document::cases(&document) {
            for (request, response) in exchanges(&case).unwrap_or_default() {
                let (status, body) = response.text.split_once('\n').unwrap_or_default();
                let body = json::parse(body).unwrap_or(Value::Null);
                let outcome = if status == "200" {
                    "success"
                } else {
                    body.get("__type").and_then(Value::as_str).unwrap_or_default()
                };
                found.insert((Request::read(request).operation.to_owned(), outcome.to_owned()));
            }
        }
    }
    let mut missing = Vec::new();
    for operation in model.operations.keys() {
        for outcome in std::iter::once("success").chain(model.errors(operation)) {
            let is_found = found.contains(&(operation.to_string(), outcome.to_owned()));
            let never = NEVER.iter().any(|(of, error, _)| (*of == "*" || *of == &**operation) && *error == outcome);
            match (is_found, never) {
                (false, false) => missing.push(format!("{operation}: there is no case for {outcome}")),
                (true, true) => missing.push(format!("{operation}: {outcome} is said never to happen, and has a case")),
                _ => {}
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

/// The documents by their files.
fn read_all() -> Vec<(PathBuf, String)> {
    let folder = folder();
    let files = fs::read_dir(&folder).expect("the documents are part of the repository");
    let files = files.map(|entry| entry.expect("readable").path());
    let files: BTreeSet<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    files.into_iter().map(|path| (path.clone(), fs::read_to_string(path).expect("a document is text"))).collect()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cases/api")
}

/// The definitions that requests name, as texts.
fn definitions() -> Vec<(String, String)> {
    let text =
        fs::read_to_string(folder().join("definitions.json")).expect("the definitions are part of the repository");
    let all = json::parse(&text).expect("the definitions are JSON");
    let all = all.as_object().expect("one object").iter();
    all.map(|(name, definition)| (format!("<{name}>"), definition.to_string())).collect()
}

/// Every request with the response behind it.
fn exchanges(case: &Case) -> Result<Vec<(&Block, &Block)>, String> {
    let pairs = case.blocks.chunks(2).map(|pair| match pair {
        [request, response] if request.kind == "request" && response.kind == "response" => Ok((request, response)),
        _ => Err("its blocks are not a request and its response, in turns".to_owned()),
    });
    pairs.collect()
}

/// A recording that is named must be there.
fn check_source(source: &str) -> Result<(), String> {
    let recordings = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("recorded");
    match source.strip_prefix("recorded, `").map(|rest| rest.trim_end_matches('`')) {
        _ if source.is_empty() => Err("it does not say what it rests on (`source:`)".to_owned()),
        Some(name) if !recordings.join(name).exists() && !recordings.join(format!("{name}.json")).exists() => {
            Err(format!("there is no recording {name}"))
        }
        _ => Ok(()),
    }
}

/// What every `response` of the case should say.
async fn play(case: &Case, known: Vec<(String, String)>) -> Result<Vec<String>, String> {
    check_source(case.source.as_deref().unwrap_or_default())?;
    let exchanges = exchanges(case)?;
    let world = World::start(Kind::InMemory).await;
    let mut names = Names::with(known.into_iter());
    let mut answers = Vec::new();
    for (request, response) in exchanges {
        let answer = Request::read(request).answered(&world.client, &names).await;
        let answer = match answer {
            Ok((status, body)) => format!("{status}\n{}\n", laid_out(&names.masked(&body), 0)),
            Err(problem) => return Err(problem),
        };
        answers.push(answer);
        // What follows would go by answers that are not those of the document.
        if answers.last() != Some(&response.text) && env::var_os("UPDATE_EXPECT").is_none() {
            break;
        }
    }
    world.stop().await;
    Ok(answers)
}

/// A `request` block: `Operation`, perhaps `times N`, `until MEMBER` is there, `until MEMBER is VALUE` or `as ACCOUNT`, and the body below.
struct Request<'d> {
    operation: &'d str,
    account: Option<&'d str>,
    times: usize,
    until: Option<(&'d str, Option<&'d str>)>,
    body: &'d str,
}

impl<'d> Request<'d> {
    fn read(block: &'d Block) -> Request<'d> {
        let (head, body) = block.text.split_once('\n').unwrap_or((&block.text, ""));
        let words: Vec<&str> = head.split_whitespace().collect();
        let (operation, rest) = words.split_first().map_or(("", &[][..]), |(operation, rest)| (*operation, rest));
        let (mut times, mut until, mut account) = (1, None, None);
        match rest {
            ["times", count] => times = count.parse().expect("a number behind `times`"),
            ["until", member, "is", value] => until = Some((*member, Some(*value))),
            ["until", member] => until = Some((*member, None)),
            ["as", of] => account = Some(*of),
            [] => {}
            other => panic!("what are {other:?} behind {operation}?"),
        }
        Request { operation, account, times, until, body: body.trim_end() }
    }

    /// The last answer.
    async fn answered(&self, client: &Client, names: &Names) -> Result<(u16, Value), String> {
        let deadline = Instant::now() + PATIENCE;
        let mut turn = 1;
        loop {
            let body = names.put_in(self.body).replace("<n>", &turn.to_string());
            let (status, body) = client.send_as(self.account, self.operation, &body).await;
            let body = json::parse(&body).map_err(|error| format!("{}: {error}: {body}", self.operation))?;
            let is_last = match self.until {
                None => turn >= self.times,
                Some((member, Some(value))) => body.get(member).and_then(Value::as_str) == Some(value),
                Some((member, None)) => body.get(member).is_some(),
            };
            if is_last || (self.until.is_none() && status != 200) {
                return Ok((status, body));
            }
            if self.until.is_some() {
                if Instant::now() > deadline {
                    return Err(format!("{}: still {body}", self.operation));
                }
                tokio::time::sleep(PAUSE).await;
            }
            turn += 1;
        }
    }
}

/// On one line if it fits, otherwise with a line for every member.
fn laid_out(value: &Value, indent: usize) -> String {
    const WIDTH: usize = 140;
    let line = value.to_string();
    let (open, close, lines): (char, char, Vec<String>) = match value {
        _ if line.len() + indent <= WIDTH => return line,
        Value::Object(members) => {
            let lines = members
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_ref()), laid_out(value, indent + 2)));
            ('{', '}', lines.collect())
        }
        Value::Array(items) => ('[', ']', items.iter().map(|item| laid_out(item, indent + 2)).collect()),
        _ => return line,
    };
    let pad = " ".repeat(indent);
    format!("{open}\n{pad}  {}\n{pad}{close}", lines.join(&format!(",\n{pad}  ")))
}
