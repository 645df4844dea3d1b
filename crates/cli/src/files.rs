//! The files that arguments name: a directory stands for the definitions in it and below.

use anyhow::{anyhow, bail};
use std::path::{Path, PathBuf};

/// Ends of the names of definitions.
const ENDS: [&str; 3] = [".asl.json", ".asl.yaml", ".asl.yml"];

/// Directories that hold other people's files.
const SKIPPED: [&str; 3] = ["node_modules", "target", "cdk.out"];

/// How deep directories are looked into.
const DEPTH_MAX: usize = 50;

/// The files, in the order of the arguments, those of a directory by name.
pub(crate) fn definitions(arguments: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for argument in arguments {
        if !argument.is_dir() {
            files.push(argument.clone());
            continue;
        }
        let before = files.len();
        let shown = argument.display();
        in_directory(argument, 0, &mut files).map_err(|error| anyhow!("cannot read {shown}: {error}"))?;
        if files.len() == before {
            bail!("there is no file in {shown} whose name ends in {}", ENDS.join(", "));
        }
    }
    Ok(files)
}

fn in_directory(directory: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(directory)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        // A link to a directory is not followed: it may lead in a circle.
        if entry.file_type()?.is_dir() {
            if depth < DEPTH_MAX && !name.starts_with('.') && !SKIPPED.contains(&&*name) {
                in_directory(&path, depth + 1, files)?;
            }
        } else if ENDS.iter().any(|end| name.ends_with(end)) {
            files.push(path);
        }
    }
    Ok(())
}

/// Puts `text` in the place of what a file holds, at once: a full disk or a crash leaves the old text.
pub(crate) fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    // A link stays one: what it leads to is replaced.
    let file = file.canonicalize()?;
    let mut name = std::ffi::OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(format!(".stepwell-{}", std::process::id()));
    let beside = file.with_file_name(name);
    let written = std::fs::write(&beside, text)
        .and_then(|()| std::fs::set_permissions(&beside, std::fs::metadata(&file)?.permissions()))
        .and_then(|()| std::fs::rename(&beside, &file));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
