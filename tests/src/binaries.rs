//! The programs under test, in the target directory and profile that the running test was built in.
//!
//! Building all tests of the workspace builds them too, and `cargo xtask test` says that it has. A test that is run otherwise may find none, or an old
//! one: then cargo builds it, which takes a while.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The server and command line.
pub fn stepwell() -> PathBuf {
    find("stepwell", "stepwell")
}

/// The function that does what its event says; cargo builds it with the tests.
pub fn scripted_function() -> PathBuf {
    find("scripted-function", "stepwell-system-tests")
}

/// A function of the image-processing example.
pub fn example_function(name: &str) -> PathBuf {
    find(name, "image-processing-functions")
}

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace").to_owned()
}

/// Set if the programs are known to be there and current. They cannot tell themselves then: cargo notes what a program was built from only if
/// the program was asked for by name.
const ARE_BUILT: &str = "STEPWELL_PROGRAMS_ARE_BUILT";

fn find(binary: &str, package: &str) -> PathBuf {
    let profile_directory = profile_directory();
    let path = profile_directory.join(binary);
    let is_built = std::env::var_os(ARE_BUILT).is_some() && path.is_file();
    if !is_built && !is_current(&path) {
        build(package, &profile_directory);
        assert!(path.is_file(), "{} is not there after building {package}", path.display());
    }
    path
}

/// The tests are in `<target>/<profile>/deps`.
fn profile_directory() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a file");
    test.ancestors().nth(2).expect("tests are in <target>/<profile>/deps").to_owned()
}

/// Whether the program is there and younger than all the sources that cargo noted beside it.
fn is_current(path: &Path) -> bool {
    let Ok(built) = modified(path) else { return false };
    let Ok(noted) = std::fs::read_to_string(path.with_extension("d")) else { return false };
    let sources = noted.split_once(": ").map_or("", |(_, sources)| sources);
    // Cargo writes a space in a path as "\ "; such a path looks missing here, and cargo decides.
    sources.split_whitespace().all(|source| modified(Path::new(source)).is_ok_and(|changed| changed <= built))
}

fn modified(path: &Path) -> std::io::Result<SystemTime> {
    path.metadata()?.modified()
}

fn build(package: &str, profile_directory: &Path) {
    let profile = profile_directory.file_name().and_then(|name| name.to_str()).expect("cargo names profiles in UTF-8");
    let profile = if profile == "debug" { "dev" } else { profile };
    let target = profile_directory.parent().expect("a profile is in a target directory");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--package", package, "--profile", profile, "--target-dir"])
        .arg(target)
        .current_dir(workspace())
        .status()
        .expect("cargo can be run");
    assert!(status.success(), "cargo build -p {package}: {status}");
}
