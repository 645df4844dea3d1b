//! Which files of a project matter, and to what.
//!
//! A function's files are its program, the files its command names, its handler's module and, if it has a directory of its own, everything
//! in there. The project's directory itself is no function's own: programs write their results there.

use crate::configuration::{Function, Project};
use functions::Target;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Directories full of files nobody edits.
const UNINTERESTING: [&str; 3] = ["target", "node_modules", "__pycache__"];
/// Directories watched for one function: each costs a little of the system's memory.
const DIRECTORIES_MAX: usize = 500;
/// What a handler's module may be written in.
const MODULE_ENDINGS: [&str; 5] = ["py", "js", "mjs", "cjs", "rb"];

/// The files of a project.
pub(super) struct Sources {
    configuration: PathBuf,
    definitions: Vec<(PathBuf, String)>,
    functions: Vec<FunctionSources>,
}

struct FunctionSources {
    name: String,
    files: Vec<PathBuf>,
    directories: Vec<PathBuf>,
}

/// What has to be looked at again.
#[derive(Default)]
pub(super) struct Affected {
    pub(super) configuration: bool,
    pub(super) state_machines: BTreeSet<String>,
    pub(super) functions: BTreeSet<String>,
}

impl Sources {
    /// The files of `project`, whose file is `configuration`.
    pub(super) fn of(project: &Project, configuration: &Path) -> Sources {
        let base = configuration.parent().unwrap_or(configuration);
        let definitions =
            project.state_machines.iter().map(|machine| (real(&machine.definition), machine.name.clone()));
        Sources {
            configuration: real(configuration),
            definitions: definitions.collect(),
            functions: project.functions.iter().map(|function| function_sources(function, base)).collect(),
        }
    }

    /// The directories in which something can happen.
    pub(super) fn directories(&self) -> BTreeSet<PathBuf> {
        let files = self.functions.iter().flat_map(|function| &function.files);
        let files = files.chain(self.definitions.iter().map(|(file, _)| file)).chain([&self.configuration]);
        let parents = files.filter_map(|file| file.parent()).filter(|parent| parent.is_dir()).map(Path::to_owned);
        parents.chain(self.functions.iter().flat_map(|function| function.directories.iter().cloned())).collect()
    }

    /// What the changed files are for.
    pub(super) fn affected(&self, changed: &BTreeSet<PathBuf>) -> Affected {
        let machines = self.definitions.iter().filter(|(file, _)| changed.contains(file));
        let functions = self.functions.iter().filter(|function| {
            changed.iter().any(|path| {
                function.files.contains(path)
                    || path.parent().is_some_and(|parent| function.directories.iter().any(|own| own == parent))
            })
        });
        Affected {
            configuration: changed.contains(&self.configuration),
            state_machines: machines.map(|(_, name)| name.clone()).collect(),
            functions: functions.map(|function| function.name.clone()).collect(),
        }
    }
}

fn function_sources(function: &Function, base: &Path) -> FunctionSources {
    let mut files: Vec<PathBuf> = function.program().into_iter().collect();
    if let Target::Command { command, handler, .. } = &function.config.target {
        files.extend(command.iter().map(|word| function.directory.join(word)).filter(|path| path.is_file()));
        let module = handler.as_deref().and_then(|handler| handler.rsplit_once('.')).map(|(module, _)| module);
        files.extend(module.into_iter().flat_map(|module| {
            MODULE_ENDINGS.iter().map(move |ending| function.directory.join(format!("{module}.{ending}")))
        }));
    }
    let files: Vec<PathBuf> = files.iter().map(|file| real(file)).collect();
    let own = function.directory.canonicalize().ok().filter(|directory| !base.starts_with(directory));
    let directories = own.map(with_subdirectories).unwrap_or_default();
    FunctionSources { name: function.config.name.clone(), files, directories }
}

/// The path as a watcher names it: its directory's real one. The file itself may be a link, or not there yet.
fn real(file: &Path) -> PathBuf {
    match (file.parent().and_then(|parent| parent.canonicalize().ok()), file.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => file.to_owned(),
    }
}

fn with_subdirectories(directory: PathBuf) -> Vec<PathBuf> {
    let mut all = vec![directory];
    let mut next = 0;
    while next < all.len() {
        let entries = std::fs::read_dir(&all[next]).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_directory && !name.starts_with('.') && !UNINTERESTING.contains(&&*name) && all.len() < DIRECTORIES_MAX
            {
                all.push(entry.path());
            }
        }
        next += 1;
    }
    all
}
