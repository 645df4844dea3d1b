//! Definitions people deploy run to their ends with plausible data, and every history they leave is well formed.
//!
//! The interpreter has no distributed Map yet. The definitions that use one run here as inline Maps over generated items, which shows what is
//! inside them and nothing of how AWS runs such a Map.
#![allow(clippy::disallowed_methods, reason = "the definitions are files")]

use crate::support::Run;
use crate::support::plausible::{Draw, Needs};
use crate::support::play::{Answer, Performer, Reply, play};
use crate::support::{text, well_formed};
use asl::StateMachineDefinition;
use json::{Object, ObjectBuilder, Payload, Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use stepwell_interpreter::ExecutionStatus;

/// Seeds tried until a definition succeeds.
const SEEDS: u64 = 100;

#[test]
fn every_definition_succeeds_with_plausible_data() {
    let mut problems = String::new();
    let mut distributed = 0;
    let files = files();
    for (name, whole) in &files {
        let definition = inline(whole, false);
        distributed += usize::from(definition != *whole);
        let needs = Needs::of(&definition);
        let mut compiled = compile(&definition);
        let mut endings = BTreeSet::new();
        let mut succeeded = false;
        for seed in 0..SEEDS {
            let (run, played) = run(compiled, &needs, seed, 0);
            succeeded = matches!(run.execution.status, ExecutionStatus::Succeeded { .. });
            endings.insert(played.err().unwrap_or_else(|| ending(&run)));
            if succeeded {
                break;
            }
            compiled = run.definition;
        }
        if !succeeded {
            let endings: Vec<String> = endings.into_iter().take(4).collect();
            problems += &format!("\n{name}\n    {}\n", endings.join("\n    "));
        }
    }
    assert!(files.len() > 75 && distributed > 3, "the samples are there: {}, {distributed}", files.len());
    assert!(problems.is_empty(), "{problems}");
}

/// Any task may fail. How the execution ends is its own affair; that it ends, and with a history
/// like any other, is not.
#[test]
fn failing_tasks_leave_well_formed_histories() {
    for (name, whole) in &files() {
        let definition = inline(whole, false);
        let needs = Needs::of(&definition);
        let mut compiled = compile(&definition);
        for seed in [0, 2, 4, 6] {
            let (run, played) = run(compiled, &needs, seed, 3);
            if let Err(problem) = played {
                assert!(problem.contains("has not ended"), "{name}, seed {seed}: {problem}");
            }
            compiled = run.definition;
        }
    }
}

fn compile(definition: &Value) -> StateMachineDefinition {
    let parsed = asl::parse(&definition.to_string(), asl::Format::Json, &asl::Options::default());
    let diagnostics: Vec<String> = parsed.diagnostics.iter().map(asl::Diagnostic::aws_text).collect();
    parsed.definition.unwrap_or_else(|| panic!("refused: {diagnostics:?}"))
}

/// Runs a definition; one task in `failing` fails, none if that is zero.
fn run(compiled: StateMachineDefinition, needs: &Needs, seed: u64, failing: usize) -> (Run, Result<(), String>) {
    // Small documents suffice for most.
    let depth = if seed % 4 == 3 { 2 } else { 1 };
    let mut performer = Plausible { needs, draw: Draw::new(seed), depth, failing };
    let items: Vec<Value> = (0..2).map(|_| needs.item(&mut performer.draw, depth)).collect();
    let batches =
        vec![json!({"Items": (Value::from(items.clone())), "BatchInput": (needs.item(&mut performer.draw, depth))})];
    let input = match needs.input(&mut performer.draw, depth) {
        Value::Object(object) => object.with(ITEMS, items.into()).with(BATCHES, batches.into()).into(),
        list => list,
    };
    let mut run = Run::of(compiled, Payload::from(input));
    // The generated documents hold more than AWS would take.
    run.settings.payload_bytes_max = 64 << 20;
    run.reloads = false;
    let played = play(&mut run, &mut performer);
    if played.is_err() {
        return (run, played);
    }
    well_formed::check(&run.events).unwrap_or_else(|problem| panic!("{problem}\n{}", text::history(&run)));
    let told = stepwell_interpreter::replay::check(&run.definition, &run.execution, &run.events, &run.settings);
    assert_eq!(told, Ok(()), "{}", text::history(&run));
    (run, Ok(()))
}

fn ending(run: &Run) -> String {
    match &run.execution.status {
        ExecutionStatus::Failed(ending) => {
            let cause: String = ending.cause.as_deref().unwrap_or("-").chars().take(300).collect();
            format!("{} {cause}", ending.error.as_deref().unwrap_or("-"))
        }
        other => other.name().to_owned(),
    }
}

struct Plausible<'n> {
    needs: &'n Needs,
    draw: Draw,
    depth: usize,
    failing: usize,
}

impl Performer for Plausible<'_> {
    fn perform(&mut self, _state: &str, _payload: &Payload) -> Result<Vec<Answer>, String> {
        let command = if self.failing > 0 && self.draw.below(self.failing) == 0 {
            let names = ["States.TaskFailed", "Lambda.ServiceException", "Boom"];
            let error = Some(names[self.draw.below(names.len())].to_owned());
            Reply::Failed { error, cause: Some(r#"{"errorMessage":"it failed"}"#.to_owned()) }
        } else {
            Reply::Succeeded(self.needs.result(&mut self.draw, self.depth).into())
        };
        Ok(vec![Answer { after: 1000, command }])
    }
}

fn files() -> Vec<(String, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../asl/test_data/definitions");
    let mut files: Vec<(String, Value)> = fs::read_dir(folder)
        .expect("the definitions are part of the repository")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json" || extension == "yaml"))
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            let text = substituted(&fs::read_to_string(&path).expect("readable"));
            let parsed = asl::parse(&text, asl::Format::of_file_name(&name), &asl::Options::default());
            (name, parsed.tree.expect("it parses").to_value())
        })
        .collect();
    files.sort_by(|left, right| left.0.cmp(&right.0));
    files
}

/// What SAM or Terraform would fill in: a partition after `arn:`, parameters as JSON, else a function's ARN where a value is a placeholder alone.
fn substituted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').expect("placeholders are closed");
        out.push_str(before);
        if before.ends_with("arn:") {
            out.push_str("aws");
        } else if name.ends_with("Parameters") {
            out.push_str("{}");
        } else if before.ends_with(['"', ' ']) {
            out.push_str("arn:aws:lambda:us-east-1:123456789012:function:");
            out.push_str(name);
        } else {
            out.push_str(name);
        }
        rest = after;
    }
    out + rest
}

/// Where the execution's input holds what a reader or batcher would give.
const ITEMS: &str = "generatedItems";
const BATCHES: &str = "generatedBatches";

/// The definition with its distributed Maps as inline ones.
fn inline(value: &Value, jsonata: bool) -> Value {
    match value {
        Value::Object(object) => {
            let language = object.get("QueryLanguage").and_then(Value::as_str);
            let jsonata = language.map_or(jsonata, |language| language == "JSONata");
            let members: Object = object.iter().map(|(key, member)| (key.clone(), inline(member, jsonata))).collect();
            if is_distributed(&members) { inline_map(&members, jsonata).into() } else { members.into() }
        }
        Value::Array(array) => array.iter().map(|element| inline(element, jsonata)).collect::<Vec<_>>().into(),
        scalar => scalar.clone(),
    }
}

fn is_distributed(state: &Object) -> bool {
    let processor = state.get("ItemProcessor").or_else(|| state.get("Iterator"));
    let mode = processor.and_then(|processor| processor.get("ProcessorConfig")).and_then(|config| config.get("Mode"));
    mode.and_then(Value::as_str) == Some("DISTRIBUTED")
}

fn inline_map(state: &Object, jsonata: bool) -> Object {
    let mut map = ObjectBuilder::new();
    let left_out =
        ["ItemReader", "ItemBatcher", "ResultWriter", "Label", "ToleratedFailurePercentage", "ToleratedFailureCount"];
    for (key, member) in state.iter().filter(|(key, _)| !left_out.contains(&&***key)) {
        let member = match (&**key, member) {
            ("ItemProcessor" | "Iterator", Value::Object(processor)) => {
                let kept = processor.iter().filter(|(key, _)| &***key != "ProcessorConfig");
                kept.map(|(key, value)| (key.clone(), value.clone())).collect::<Object>().into()
            }
            (_, member) => member.clone(),
        };
        map.insert(key.clone(), member);
    }
    let source = match (state.get("ItemBatcher"), state.get("ItemReader")) {
        (Some(_), _) => Some(BATCHES),
        (None, Some(_)) => Some(ITEMS),
        (None, None) => None,
    };
    if let Some(source) = source {
        if jsonata {
            map.insert("Items", format!("{{% $states.context.Execution.Input.{source} %}}"));
        } else {
            map.insert("ItemsPath", format!("$$.Execution.Input.{source}"));
        }
    }
    if state.get("ResultWriter").is_some() && !jsonata {
        map.insert("ResultSelector", json!({"MapRunArn": "m", "ResultWriterDetails": {"Bucket": "b", "Key": "k"}}));
    }
    map.build()
}
