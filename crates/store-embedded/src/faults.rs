//! A disk that fails, under log and engine, for tests: operations that were planned to fail do, and a power cut takes what was not synced.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

/// What can fail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Operation {
    Write,
    Sync,
    Rename,
    SyncDirectory,
    Remove,
    Feed,
}

/// How the n-th operation fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// It does nothing and says so.
    Error(ErrorKind),
    /// A write writes half, and says that it failed; another operation does nothing.
    Short(ErrorKind),
    /// A write changes one bit, and says nothing; another operation works.
    BitFlip,
    /// It and everything after it fails; what was not synced before may be gone.
    PowerCut,
}

/// Which of the writes survive that were not synced before a power cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Survivors {
    None,
    /// The earlier half.
    Earlier,
    /// The last one alone: disks do not keep the order.
    Last,
    All,
}

/// A change that is not durable yet.
enum Unsynced {
    Write { file: PathBuf, offset: u64, before: Vec<u8>, length_before: u64, after: Vec<u8>, lost: bool },
    Rename { from: PathBuf, to: PathBuf },
}

/// The disk under one directory.
#[derive(Default)]
struct Disk {
    planned: HashMap<Operation, (ErrorKind, u32)>,
    /// The n-th operation from now on fails.
    nth: Option<(u64, Fault)>,
    operations: u64,
    is_off: bool,
    unsynced: Vec<Unsynced>,
}

static DISKS: Mutex<Option<HashMap<PathBuf, Disk>>> = Mutex::new(None);

fn with<T>(directory: &Path, act: impl FnOnce(&mut Disk) -> T) -> T {
    let mut disks: MutexGuard<'_, _> = DISKS.lock().expect("nothing panics while holding the lock");
    act(disks.get_or_insert_default().entry(directory.to_owned()).or_default())
}

fn directory_of(file: &Path) -> &Path {
    file.parent().unwrap_or(file)
}

/// The next `times` operations on files in `directory` fail.
pub(crate) fn plan(directory: &Path, operation: Operation, kind: ErrorKind, times: u32) {
    with(directory, |disk| disk.planned.insert(operation, (kind, times)));
}

/// The n-th operation of any kind on files in `directory` fails; counted from 1, now.
pub(crate) fn plan_nth(directory: &Path, nth: u64, fault: Fault) {
    with(directory, |disk| {
        disk.operations = 0;
        disk.nth = Some((nth, fault));
    });
}

/// Ends all faults; says how many operations there were since the plan.
pub(crate) fn heal(directory: &Path) -> u64 {
    with(directory, |disk| {
        (disk.nth, disk.is_off) = (None, false);
        disk.operations
    })
}

/// Brings the files into a state that a power cut may leave.
pub(crate) fn cut_power(directory: &Path, survivors: Survivors) {
    let unsynced = with(directory, |disk| std::mem::take(&mut disk.unsynced));
    let kept = match survivors {
        Survivors::None | Survivors::Last => 0,
        Survivors::Earlier => unsynced.len() / 2,
        Survivors::All => unsynced.len(),
    };
    for (position, change) in unsynced.iter().enumerate().rev() {
        match change {
            // A file that never came to its name is removed when the directory is opened.
            Unsynced::Write { file, .. } if !file.exists() => {}
            Unsynced::Write { file, offset, before, length_before, lost, .. } if position >= kept || *lost => {
                put(file, *offset, before).expect("the test's own files can be written");
                let open = OpenOptions::new().write(true).open(file).expect("it was there");
                open.set_len(*length_before).expect("the test's own files can be cut");
            }
            Unsynced::Rename { from, to } if position >= kept => fs::rename(to, from).expect("it was renamed"),
            _ => {}
        }
    }
    if let (Survivors::Last, Some(Unsynced::Write { file, offset, after, .. })) = (survivors, unsynced.last())
        && file.exists()
    {
        put(file, *offset, after).expect("the test's own files can be written");
    }
}

fn put(file: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(file)?;
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

/// Fails if that was planned for the directory the file is in.
pub(crate) fn strike(file: &Path, operation: Operation) -> io::Result<()> {
    match verdict(file, operation) {
        Some(Fault::Error(kind) | Fault::Short(kind)) => {
            if operation == Operation::Sync {
                // The kernel forgets what it could not write: a later sync brings none of it back.
                with(directory_of(file), |disk| disk.unsynced.iter_mut().for_each(|change| lose(change, file)));
            }
            Err(kind.into())
        }
        Some(Fault::PowerCut) => Err(io::Error::other("the power is off")),
        Some(Fault::BitFlip) | None => Ok(()),
    }
}

fn lose(change: &mut Unsynced, of: &Path) {
    if let Unsynced::Write { file, lost, .. } = change {
        *lost |= file == of;
    }
}

fn verdict(file: &Path, operation: Operation) -> Option<Fault> {
    with(directory_of(file), |disk| {
        if let Some((kind, times)) = disk.planned.get_mut(&operation).filter(|(_, times)| *times > 0) {
            *times -= 1;
            return Some(Fault::Error(*kind));
        }
        disk.operations += 1;
        if disk.is_off {
            return Some(Fault::PowerCut);
        }
        let (_, fault) = disk.nth.filter(|(nth, _)| *nth == disk.operations)?;
        disk.is_off = fault == Fault::PowerCut;
        Some(fault)
    })
}

/// Writes to an open file, as far as the plan lets it. The file's name may be one it will have.
pub(crate) fn write(path: &Path, file: &mut File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    let fault = verdict(path, Operation::Write);
    let (mut bytes, result) = match fault {
        None => (bytes.to_vec(), Ok(())),
        Some(Fault::BitFlip) => (bytes.to_vec(), Ok(())),
        Some(Fault::Short(kind)) => (bytes[..bytes.len() / 2].to_vec(), Err(kind.into())),
        Some(Fault::Error(kind)) => return Err(kind.into()),
        Some(Fault::PowerCut) => return Err(io::Error::other("the power is off")),
    };
    if fault == Some(Fault::BitFlip) && !bytes.is_empty() {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
    }
    let mut before = Vec::new();
    // The handle is for writing only.
    if let Ok(mut readable) = File::open(path) {
        readable.seek(SeekFrom::Start(offset))?;
        readable.take(bytes.len() as u64).read_to_end(&mut before)?;
    }
    let length_before = file.metadata()?.len();
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(&bytes)?;
    let change = Unsynced::Write { file: path.to_owned(), offset, before, length_before, after: bytes, lost: false };
    with(directory_of(path), |disk| disk.unsynced.push(change));
    result
}

/// What was written to the file is durable, but for what an earlier sync lost.
pub(crate) fn synced(path: &Path) {
    with(directory_of(path), |disk| {
        disk.unsynced.retain(|change| match change {
            Unsynced::Write { file, lost, .. } => file != path || *lost,
            Unsynced::Rename { .. } => true,
        });
    });
}

pub(crate) fn renamed(from: &Path, to: &Path) {
    let change = Unsynced::Rename { from: from.to_owned(), to: to.to_owned() };
    with(directory_of(from), |disk| disk.unsynced.push(change));
}

pub(crate) fn names_synced(directory: &Path) {
    with(directory, |disk| disk.unsynced.retain(|change| !matches!(change, Unsynced::Rename { .. })));
}
