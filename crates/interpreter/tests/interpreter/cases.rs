//! The conformance documents in `conformance/cases`, run in virtual time: a definition, an input and scripted tasks in, the output, the
//! failure and the whole history out. `UPDATE_EXPECT=1` writes the results into the documents.
#![allow(clippy::disallowed_methods, reason = "the cases are files, and one variable updates them")]

use crate::support::Run;
use crate::support::document::{self, Case};
use crate::support::play::{Script, play, play_from};
use crate::support::{text, well_formed};
use std::path::{Path, PathBuf};
use std::{env, fs};
use stepwell_interpreter::{Command, ExecutionStatus, Settings};

#[test]
fn documents() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../conformance/cases");
    let update = env::var_os("UPDATE_EXPECT").is_some();
    let mut files = Vec::new();
    collect(&folder, &mut files);
    // Those of the API need a server: conformance/tests/api.
    files.retain(|file| !file.starts_with(folder.join("api")));
    files.sort();
    assert!(files.len() > 2, "the documents are there");
    let mut problems = String::new();
    for file in &files {
        let document = fs::read_to_string(file).expect("a document is text");
        let name = file.strip_prefix(&folder).expect("it is in the folder").display().to_string();
        let mut updated = document.clone();
        for case in document::cases(&document).iter().rev() {
            match check(case) {
                Err(problem) => problems += &format!("\n{name}: {}\n    {problem}\n", case.title),
                Ok(results) => {
                    for (block, result) in case.blocks.iter().rev().zip(results.into_iter().rev()) {
                        let Some(result) = result.filter(|result| *result != block.text) else { continue };
                        if update {
                            updated.replace_range(block.span.clone(), &result);
                        } else {
                            problems += &format!(
                                "\n{name}: {}\n    {} is\n{result}\n    but the document has\n{}",
                                case.title, block.kind, block.text
                            );
                        }
                    }
                }
            }
        }
        if update && updated != document {
            fs::write(file, updated).expect("the document can be written");
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the documents are part of the repository") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
}

/// What every block of the case should say; `None` for those that are given.
fn check(case: &Case) -> Result<Vec<Option<String>>, String> {
    if case.source.as_deref().unwrap_or_default().is_empty() {
        return Err("it does not say what it rests on (`source:`)".to_owned());
    }
    let definition = case.block("asl").ok_or("it has no `asl` block")?;
    let format = if definition.starts_with('{') { asl::Format::Json } else { asl::Format::Yaml };
    let parsed = asl::parse(definition, format, &asl::Options::default());
    let diagnostics: String = parsed.diagnostics.iter().map(|diagnostic| diagnostic.aws_text() + "\n").collect();
    let run = match parsed.definition {
        Some(definition) => Some(played(case, definition)?),
        None if case.block("diagnostics").is_some() => None,
        None => return Err(format!("the definition is refused: {diagnostics}")),
    };
    let mut results = Vec::new();
    for block in &case.blocks {
        let ended = || run.as_ref().ok_or("a definition that is refused does not run");
        results.push(match block.kind.as_str() {
            "asl" | "input" | "tasks" | "settings" | "redrives" => None,
            "diagnostics" => Some(diagnostics.clone()),
            "output" => Some(output(ended()?)),
            "failure" => Some(failure(ended()?)),
            "history" => Some(text::history(ended()?)),
            other => return Err(format!("there are no `{other}` blocks")),
        });
    }
    if results.iter().all(Option::is_none) {
        return Err("it has no block that says what comes out".to_owned());
    }
    Ok(results)
}

fn played(case: &Case, definition: asl::StateMachineDefinition) -> Result<Run, String> {
    let json = |kind: &str, default: &str| {
        json::parse(case.block(kind).unwrap_or(default).trim()).map_err(|error| format!("{kind}: {error}"))
    };
    let mut run = Run::of(definition, json("input", "{}")?.into());
    set(&mut run.settings, &json("settings", "{}")?)?;
    let mut script = Script::read(&json("tasks", "{}")?)?;
    play(&mut run, &mut script)?;
    // Seconds after each end.
    for pause in json("redrives", "[]")?.as_array().ok_or("`redrives` is a list")?.iter() {
        run.now = run.now.plus_seconds(pause.as_i64().and_then(|seconds| seconds.try_into().ok()).ok_or("in seconds")?);
        play_from(&mut run, &mut script, Command::RedriveExecution { client_token: None })?;
    }
    if !script.left_over().is_empty() {
        return Err(format!("nobody asked for all answers of {:?}", script.left_over()));
    }
    well_formed::check(&run.events).map_err(|problem| format!("{problem}\n{}", text::history(&run)))?;
    Ok(run)
}

fn set(settings: &mut Settings, given: &json::Value) -> Result<(), String> {
    for (name, value) in given.as_object().ok_or("`settings` is an object")?.iter() {
        let number = value.as_i64().ok_or("settings are integers")?;
        match &**name {
            "payload_bytes_max" => settings.payload_bytes_max = number as usize,
            "variables_bytes_max" => settings.variables_bytes_max = number as usize,
            "events_max" => settings.events_max = number as u64,
            "transitions_per_step" => settings.transitions_per_step = number as u32,
            other => return Err(format!("a case cannot set '{other}'")),
        }
    }
    Ok(())
}

fn output(run: &Run) -> String {
    match &run.execution.status {
        ExecutionStatus::Succeeded { output } => format!("{}\n", output.text()),
        other => format!("({})\n", other.name()),
    }
}

/// The error on the first line, its cause on the second.
fn failure(run: &Run) -> String {
    match &run.execution.status {
        ExecutionStatus::Failed(ending) | ExecutionStatus::TimedOut(ending) | ExecutionStatus::Aborted(ending) => {
            format!("{}\n{}\n", ending.error.as_deref().unwrap_or("-"), ending.cause.as_deref().unwrap_or("-"))
        }
        other => format!("({})\n", other.name()),
    }
}
