//! Why a data directory could not be opened, in one line an operator can act on.

use std::io;
use std::path::{Path, PathBuf};

use store::Trouble;

/// A data directory that could not be opened. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another handle of this one, has it open.
    #[error("data directory {} is in use by another process {}", directory.display(), Trouble::DirectoryInUse.hint())]
    InUse {
        /// The data directory.
        directory: PathBuf,
    },
    /// It cannot be created or written.
    #[error("data directory {} cannot be written: {source} {}", directory.display(), Trouble::NotWritable.hint())]
    NotWritable {
        /// The data directory.
        directory: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A later release wrote it.
    #[error(
        "{} has storage format {found}, this release reads up to {supported}: use a newer release {}",
        directory.display(), Trouble::NewerFormat.hint()
    )]
    NewerFormat {
        /// The data directory, or the backup.
        directory: PathBuf,
        /// The format it has.
        found: u32,
        /// The newest format this release knows.
        supported: u32,
    },
    /// There is no data directory where one was expected.
    #[error("{} is no data directory", directory.display())]
    NoDirectory {
        /// Where.
        directory: PathBuf,
    },
    /// A directory that was to be new has something in it.
    #[error("{} is not empty: nothing is overwritten, name another directory", directory.display())]
    NotEmpty {
        /// The directory.
        directory: PathBuf,
    },
    /// The log is damaged where no crash damages it.
    #[error(
        "{damage}: what was acknowledged would be lost; restore a backup, or let stepwell check --cut-log put it aside {}",
        Trouble::LogDamaged.hint()
    )]
    LogDamaged {
        /// What is damaged: file, offset, what is wrong.
        damage: String,
    },
    /// Stored bytes are not what was written. Restore a backup.
    #[error("{what} in {place}")]
    Corrupt {
        /// What is wrong.
        what: String,
        /// The file, with offset if there is one.
        place: String,
    },
    /// The operating system refused to read or write a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The engine behind the log could not be opened.
    #[error("{}: {message} {}", path.display(), Trouble::RowsDamaged.hint())]
    Engine {
        /// The engine's directory.
        path: PathBuf,
        /// What it said.
        message: String,
    },
}

impl OpenError {
    /// For `map_err`: says which path an input or output error is about.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> OpenError + '_ {
        |source| OpenError::Io { path: path.to_owned(), source }
    }
}
