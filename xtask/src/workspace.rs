//! The workspace as cargo and git know it.

use anyhow::{Context, anyhow};
use json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask is a directory of the workspace").to_owned()
}

/// Cargo itself, as the one that runs this chore.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Where cargo builds.
pub(crate) fn target_directory() -> anyhow::Result<PathBuf> {
    let metadata = metadata()?;
    let directory = metadata.get("target_directory").and_then(Value::as_str);
    Ok(PathBuf::from(directory.context("cargo metadata names no target directory")?))
}

/// One package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    /// `stepwell-json`.
    pub(crate) name: String,
    /// Its directory under the root, with `/`: `crates/json`.
    pub(crate) directory: String,
    /// Names of the packages it depends on, for whatever purpose.
    pub(crate) dependencies: Vec<String>,
    /// Names of its benches.
    pub(crate) benches: Vec<String>,
}

/// All packages of the workspace, by directory.
pub(crate) fn packages() -> anyhow::Result<Vec<Package>> {
    let metadata = metadata()?;
    let mut packages: Vec<Package> = list(&metadata, "packages")
        .iter()
        .map(read_package)
        .collect::<Option<_>>()
        .context("cargo metadata is not as expected")?;
    packages.sort_by(|left, right| left.directory.cmp(&right.directory));
    Ok(packages)
}

fn read_package(package: &Value) -> Option<Package> {
    let manifest = Path::new(package.get("manifest_path")?.as_str()?);
    let directory = manifest.parent()?.strip_prefix(root()).ok()?;
    let directory: Vec<_> = directory.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let is_bench = |target: &&Value| list(target, "kind").iter().any(|kind| kind.as_str() == Some("bench"));
    Some(Package {
        name: text(package, "name")?,
        directory: directory.join("/"),
        dependencies: list(package, "dependencies").iter().filter_map(|dependency| text(dependency, "name")).collect(),
        benches: list(package, "targets").iter().filter(is_bench).filter_map(|target| text(target, "name")).collect(),
    })
}

fn text(value: &Value, key: &str) -> Option<String> {
    Some(value.get(key)?.as_str()?.to_owned())
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], |array| array)
}

fn metadata() -> anyhow::Result<Value> {
    let output = cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
    if !output.status.success() {
        return Err(anyhow!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    json::parse(std::str::from_utf8(&output.stdout)?).map_err(|error| anyhow!("cargo metadata: {error}"))
}

/// A file that is part of the project.
pub(crate) struct File {
    /// Its path under the root, with `/`.
    pub(crate) path: String,
    /// What is in it, unless it is not text.
    pub(crate) text: Option<String>,
}

/// Every file that git tracks, or would when added, and that is there.
pub(crate) fn files() -> anyhow::Result<Vec<File>> {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.output().context("git is needed to list the files")?;
    if !output.status.success() {
        return Err(anyhow!("git ls-files failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let paths = String::from_utf8(output.stdout)?;
    let mut files = Vec::new();
    for path in paths.split_terminator('\0') {
        match std::fs::read(root().join(path)) {
            Ok(bytes) => files.push(File { path: path.to_owned(), text: String::from_utf8(bytes).ok() }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).context(path.to_owned()),
        }
    }
    Ok(files)
}
