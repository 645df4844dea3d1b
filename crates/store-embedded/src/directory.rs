//! The data directory: who has it open, and which format it has.
//!
//! `LOCK` is held as an operating-system file lock, so it is free again however its process ends. `FORMAT` holds the
//! storage format as a decimal line. `log/` and `rows/` belong to the log and the engine.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::OpenError;

/// The storage format this release writes: layout of the directory, of the log, and of the engine's keys.
/// 2 compresses groups of the log; in 3 the engine's rows refer to each other's texts; in 4 they leave out what others say, an execution may be
/// one row, and lengths in the log take as many bytes as they need; in 5 long texts of an execution are rows of their own.
pub(crate) const FORMAT: u32 = 6;

/// How long a lock may outlive the process that held it. A process that is killed while it starts another one leaves its open files, the
/// lock among them, to a child that lets go of them only when it executes its program.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// A data directory held by this process until dropped.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Creates the directory if need be and takes it, or says why not.
    pub(crate) fn hold(path: &Path) -> Result<Directory, OpenError> {
        let not_writable = |source| OpenError::NotWritable { directory: path.to_owned(), source };
        fs::create_dir_all(path).map_err(not_writable)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("LOCK"));
        let lock = lock.map_err(not_writable)?;
        wait_for_lock(&lock).map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse { directory: path.to_owned() },
            TryLockError::Error(source) => OpenError::Io { path: path.join("LOCK"), source },
        })?;
        let directory = Directory { path: path.to_owned(), _lock: lock };
        directory.check_format()?;
        fs::create_dir_all(directory.log()).map_err(not_writable)?;
        fs::create_dir_all(directory.rows()).map_err(not_writable)?;
        sync_directory(path).map_err(not_writable)?;
        Ok(directory)
    }

    /// Where the log's segments are.
    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// Where the engine's files are.
    pub(crate) fn rows(&self) -> PathBuf {
        self.path.join("rows")
    }

    fn check_format(&self) -> Result<(), OpenError> {
        let path = self.path.join("FORMAT");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.write_format(&path),
            Err(source) => return Err(OpenError::Io { path, source }),
        };
        match text.trim_end().parse::<u32>() {
            Ok(FORMAT) => Ok(()),
            // What an older release wrote can be read; it cannot read what is written from now on.
            Ok(found) if found < FORMAT => self.write_number(&path),
            Ok(found) => Err(OpenError::NewerFormat { directory: self.path.clone(), found, supported: FORMAT }),
            Err(_) => Err(OpenError::Corrupt {
                what: "no storage format number".to_owned(),
                place: path.display().to_string(),
            }),
        }
    }

    /// A directory without a format is new, unless it already has rows: then the number was lost.
    fn write_format(&self, path: &Path) -> Result<(), OpenError> {
        if self.rows().exists() || self.log().exists() {
            let place = path.display().to_string();
            return Err(OpenError::Corrupt { what: "the file with the storage format is missing".to_owned(), place });
        }
        self.write_number(path)
    }

    fn write_number(&self, path: &Path) -> Result<(), OpenError> {
        let unfinished = self.path.join("FORMAT.new");
        let written = File::create(&unfinished).and_then(|mut file| {
            writeln!(file, "{FORMAT}")?;
            file.sync_all()
        });
        written
            .and_then(|()| fs::rename(&unfinished, path))
            .and_then(|()| sync_directory(&self.path))
            .map_err(|source| OpenError::NotWritable { directory: self.path.clone(), source })
    }
}

fn wait_for_lock(lock: &File) -> Result<(), TryLockError> {
    let deadline = Instant::now() + LOCK_PATIENCE;
    loop {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(LOCK_PAUSE),
            outcome => return outcome,
        }
    }
}

/// Makes created, renamed and removed names of a directory durable.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    // Elsewhere a directory cannot be opened as a file, and names are durable with the file's own sync.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}
