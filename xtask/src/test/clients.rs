//! AWS's own clients and the reference implementation of JSONata, installed into the checkout or built there.

use crate::{console, process, workspace};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the Python clients are, relative to the root.
const PYTHON: [&str; 2] = ["crates/functions/tests/clients/python/requirements.txt", "tests/requirements.txt"];
/// Where AWS's examples of its protocols are put, of botocore's source package.
const PROTOCOLS: &str = "protocols";
/// Where the Node.js client is.
const NODE: &str = "crates/functions/tests/clients/node";
/// Where AWS's SDK for JavaScript is.
const JAVASCRIPT: &str = "tests/clients/node";
/// The program on AWS's SDK for Rust, in a workspace of its own.
const RUST: &str = "tests/clients/rust/Cargo.toml";
/// Where that is built, in the target directory.
const RUST_TARGET: &str = "clients";
/// Where the reference implementation of JSONata is.
const JSONATA: &str = "crates/jsonata/tests/differential/node";
/// A copy of what was installed, kept beside it.
const STAMP: &str = ".stepwell-installed";

/// Installs what is not there or out of date.
pub(crate) fn install() -> anyhow::Result<()> {
    python()?;
    protocols()?;
    node(NODE, "AWS's runtime client for Node.js, about a minute")?;
    node(JAVASCRIPT, "AWS's SDK for JavaScript")?;
    rust()?;
    jsonata()?;
    console::browser()?;
    console::build()
}

/// Installs the reference implementation of JSONata.
pub(crate) fn jsonata() -> anyhow::Result<()> {
    node(JSONATA, "jsonata-js")
}

/// Lets a program find what was installed before anything else.
pub(super) fn on_path(command: &mut Command) -> &mut Command {
    let before = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(programs()).chain(std::env::split_paths(&before));
    let joined = std::env::join_paths(paths).expect("they came from such a variable, or from cargo");
    command.env("PATH", joined)
}

fn virtual_environment() -> PathBuf {
    workspace::root().join(".venv")
}

/// What a Python program that asks botocore prints.
pub(crate) fn ask_botocore(program: &str) -> anyhow::Result<String> {
    let output = Command::new(python_program()).args(["-c", program]).output();
    let output = output.context("botocore is installed by cargo xtask test")?;
    if !output.status.success() {
        bail!("botocore could not be asked: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The version of the botocore that is installed.
pub(crate) fn botocore_version() -> anyhow::Result<String> {
    Ok(ask_botocore("import botocore; print(botocore.__version__)")?.trim().to_owned())
}

/// The Python that AWS's clients are installed for.
fn python_program() -> PathBuf {
    programs().join("python")
}

fn programs() -> PathBuf {
    virtual_environment().join("bin")
}

fn python() -> anyhow::Result<()> {
    let directory = virtual_environment();
    let wanted = PYTHON.map(|path| std::fs::read_to_string(workspace::root().join(path)).context(path));
    let wanted = wanted.into_iter().collect::<anyhow::Result<Vec<_>>>()?.concat();
    if is_installed(&directory, &wanted) {
        return Ok(());
    }
    let mut create = Command::new("python3");
    process::run("a virtual environment in .venv", create.args(["-m", "venv"]).arg(&directory))?;
    let mut pip = Command::new(python_program());
    pip.current_dir(workspace::root()).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    process::run("AWS's clients for Python", pip.args(PYTHON.iter().flat_map(|path| ["-r", path])))?;
    installed(&directory, &wanted)
}

/// Wheels have no tests; the source package of the same version does.
fn protocols() -> anyhow::Result<()> {
    let version = botocore_version()?;
    let directory = virtual_environment().join(PROTOCOLS);
    if is_installed(&directory, &version) {
        return Ok(());
    }
    std::fs::create_dir_all(&directory).with_context(|| directory.display().to_string())?;
    let mut pip = Command::new(python_program());
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--dest",
    ]);
    pip.arg(&directory).arg(format!("botocore=={version}"));
    process::run("AWS's examples of its protocols", &mut pip)?;
    let mut tar = Command::new("tar");
    tar.arg("--extract")
        .arg("--file")
        .arg(directory.join(format!("botocore-{version}.tar.gz")))
        .arg("--directory")
        .arg(&directory);
    tar.arg("--strip-components=4").arg(format!("botocore-{version}/tests/unit/protocols"));
    process::run("what is in them", &mut tar)?;
    installed(&directory, &version)
}

/// Installs what a folder's lock file names.
pub(crate) fn node(place: &str, title: &str) -> anyhow::Result<()> {
    let directory = workspace::root().join(place);
    let modules = directory.join("node_modules");
    let wanted = std::fs::read_to_string(directory.join("package-lock.json")).context(place.to_owned())?;
    if is_installed(&modules, &wanted) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    // The native part is built with the cmake of the virtual environment.
    on_path(npm.current_dir(workspace::root()).args(["ci", "--no-audit", "--no-fund", "--prefix", place]));
    process::run(title, &mut npm)?;
    installed(&modules, &wanted)
}

/// Cargo knows what is up to date.
fn rust() -> anyhow::Result<()> {
    let mut build = workspace::cargo();
    build.args(["build", "--quiet", "--locked", "--manifest-path", RUST, "--target-dir"]);
    build.arg(workspace::target_directory()?.join(RUST_TARGET));
    process::run("a client on AWS's SDK for Rust, about a minute", &mut build)
}

fn is_installed(directory: &Path, wanted: &str) -> bool {
    std::fs::read_to_string(directory.join(STAMP)).is_ok_and(|found| found == wanted)
}

fn installed(directory: &Path, wanted: &str) -> anyhow::Result<()> {
    std::fs::write(directory.join(STAMP), wanted).with_context(|| directory.display().to_string())
}
