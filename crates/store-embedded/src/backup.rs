//! A backup: all rows of one moment in one file, and back.
//!
//! `magic 8 bytes | backup format u32 | storage format u32 | made at, ms since 1970, i64 | salt u32 | checksum u32`, little-endian, then
//! frames as in the log, numbered from 1, of rows in key order, and a last frame that says how many there were: a file that was cut off is
//! told from a whole one.
//!
//! A restored directory is made beside its place and takes it when it is complete and durable.

use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use store::{Bytes, StoreError};

use crate::directory::{Directory, FORMAT, sync_directory};
use crate::engine::{Engine, FeedError};
use crate::frame::{self, Frame, RowWrite};
use crate::snapshot::Snapshot;
use crate::{OpenError, Options, row_key};

const MAGIC: &[u8; 8] = b"stepwbak";
/// The layout of the file. What its rows mean is the storage format's business.
const BACKUP_FORMAT: u32 = 1;
const HEADER_BYTES: usize = 32;
const CHECKSUM_AT: usize = 28;
/// Rows are gathered into frames of about this size.
const FRAME_BYTES: usize = 256 * 1024;
/// A frame has at most the largest row that a batch can hold, and what was gathered before it.
const FRAME_BYTES_MAX: usize = 300 * 1024 * 1024;
/// The number of the last frame.
const END: u64 = u64::MAX;

/// What a backup holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BackupSummary {
    /// When it was made, in ms since 1970, UTC.
    pub made_at_ms: i64,
    /// Rows in it.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Writes the rows of a snapshot. What went wrong with reading them, or with writing, ends it: the file has no end then.
pub(crate) fn write(snapshot: &Snapshot, made_at_ms: i64, out: &mut dyn Write) -> Result<BackupSummary, StoreError> {
    let salt = RandomState::new().hash_one(made_at_ms) as u32;
    let mut frames = Frames { out, salt, buffer: Vec::new(), gathered: Vec::new(), number: 1, bytes: 0 };
    frames.put(&header(made_at_ms, salt))?;
    let mut rows = 0_u64;
    for row in snapshot.rows() {
        let (key, value) = row?;
        rows += 1;
        frames.add((key, Some(value)))?;
    }
    frames.flush()?;
    let counted = [rows.to_le_bytes(), (frames.number - 1).to_le_bytes()].concat();
    frame::push_write(&mut frames.gathered, [&[], &[]], Some(&counted));
    frames.number = END;
    frames.flush()?;
    frames.out.flush().map_err(|error| cannot_write(&error))?;
    Ok(BackupSummary { made_at_ms, rows, bytes: frames.bytes })
}

struct Frames<'o> {
    out: &'o mut dyn Write,
    salt: u32,
    buffer: Vec<u8>,
    gathered: Vec<u8>,
    number: u64,
    bytes: u64,
}

impl Frames<'_> {
    fn add(&mut self, (key, value): RowWrite) -> Result<(), StoreError> {
        frame::push_write(&mut self.gathered, [&key, &[]], value.as_deref());
        if self.gathered.len() >= FRAME_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        frame::encode(&mut buffer, self.salt, self.number, &self.gathered);
        self.put(&buffer)?;
        self.buffer = buffer;
        self.gathered.clear();
        self.number = self.number.wrapping_add(1);
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes).map_err(|error| cannot_write(&error))
    }
}

fn cannot_write(error: &io::Error) -> StoreError {
    StoreError::unavailable(format!("the backup could not be written: {error}"))
}

fn header(made_at_ms: i64, salt: u32) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&BACKUP_FORMAT.to_le_bytes());
    bytes[12..16].copy_from_slice(&FORMAT.to_le_bytes());
    bytes[16..24].copy_from_slice(&made_at_ms.to_le_bytes());
    bytes[24..28].copy_from_slice(&salt.to_le_bytes());
    let checksum = crc32c::crc32c(&bytes[..CHECKSUM_AT]);
    bytes[CHECKSUM_AT..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Reads a whole backup and checks every checksum, the order of the rows, and that nothing is missing.
///
/// # Errors
/// What is wrong, and where in the file.
pub fn verify_backup(path: &Path) -> Result<BackupSummary, OpenError> {
    read(path, |_, _| Ok::<(), OpenError>(()))
}

/// Makes the data directory `directory` from a backup. A directory that has anything in it is refused.
///
/// # Errors
/// If the backup is damaged or of a newer release, or the directory is in use or cannot be written. `directory` is as before then.
pub fn restore(path: &Path, directory: &Path, options: &Options) -> Result<BackupSummary, OpenError> {
    refuse_content(directory)?;
    // Read twice rather than half a directory made.
    verify_backup(path)?;
    let unfinished = beside(directory);
    refuse_content(&unfinished)?;
    let summary = fill(path, &unfinished, options);
    let moved = summary.and_then(|summary| {
        if directory.exists() {
            fs::remove_dir(directory).map_err(OpenError::io(directory))?;
        }
        fs::rename(&unfinished, directory).map_err(OpenError::io(directory))?;
        let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync_directory(parent).map_err(OpenError::io(parent))?;
        Ok(summary)
    });
    if moved.is_err() {
        // It was made here and is of no use to anybody.
        let _ = fs::remove_dir_all(&unfinished);
    }
    moved
}

fn beside(directory: &Path) -> PathBuf {
    let mut name = directory.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    directory.with_file_name(name)
}

fn refuse_content(directory: &Path) -> Result<(), OpenError> {
    match fs::read_dir(directory).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(OpenError::NotEmpty { directory: directory.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(OpenError::io(directory)(error)),
    }
}

fn fill(path: &Path, directory: &Path, options: &Options) -> Result<BackupSummary, OpenError> {
    let held = Directory::hold(directory)?;
    let engine = Engine::open(held.rows(), options)?;
    let failed = |error: FeedError| OpenError::Engine { path: held.rows(), message: error.message };
    let filled = engine.fill(|put| read(path, |key, value| put(key, value).map_err(Failure::Feed)));
    let summary = filled.map_err(|failure| match failure {
        Failure::Open(error) => error,
        Failure::Feed(error) => failed(error),
    })?;
    drop(engine);
    sync_directory(directory).map_err(OpenError::io(directory))?;
    Ok(summary)
}

/// What ends filling a directory: the backup, or the engine.
enum Failure {
    Open(OpenError),
    Feed(FeedError),
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        Failure::Open(error)
    }
}

impl From<FeedError> for Failure {
    fn from(error: FeedError) -> Failure {
        Failure::Feed(error)
    }
}

/// Reads a backup row by row.
fn read<E: From<OpenError>>(
    path: &Path,
    mut row: impl FnMut(Bytes, Bytes) -> Result<(), E>,
) -> Result<BackupSummary, E> {
    let file = File::open(path).map_err(OpenError::io(path))?;
    let mut source = Source { file: BufReader::with_capacity(1024 * 1024, file), path, offset: 0 };
    let (made_at_ms, salt) = source.header()?;
    let (mut rows, mut number) = (0, 1_u64);
    let mut last_key: Option<Bytes> = None;
    loop {
        let at = source.offset;
        let bytes = source.frame()?;
        let frame = Frame::parse(&bytes, salt).ok_or_else(|| damaged(path, at, "a part of the backup is damaged"))?;
        let writes = frame.writes().ok_or_else(|| damaged(path, at, "a part of the backup cannot be read"))?;
        if frame.sequence == END {
            let counted = writes.into_iter().next().and_then(|(_, value)| value).unwrap_or_default();
            let expected = [u64::to_le_bytes(rows), (number - 1).to_le_bytes()].concat();
            if counted[..] != expected[..] || !source.is_at_end()? {
                return Err(damaged(path, at, "the end of the backup does not fit what is before it").into());
            }
            return Ok(BackupSummary { made_at_ms, rows, bytes: source.offset });
        }
        if frame.sequence != number {
            return Err(damaged(path, at, "a part of the backup is missing").into());
        }
        number += 1;
        for (key, value) in writes {
            let in_order = last_key.as_ref().is_none_or(|last| *last < key) && *key != *row_key::APPLIED;
            let value =
                value.filter(|_| in_order).ok_or_else(|| damaged(path, at, "rows of the backup are out of order"))?;
            last_key = Some(key.clone());
            rows += 1;
            row(key, value)?;
        }
    }
}

struct Source<'p> {
    file: BufReader<File>,
    path: &'p Path,
    offset: u64,
}

impl Source<'_> {
    /// When the backup was made, and its salt.
    fn header(&mut self) -> Result<(i64, u32), OpenError> {
        let mut bytes = [0; HEADER_BYTES];
        self.exactly(&mut bytes).map_err(|error| match error {
            OpenError::Corrupt { .. } => damaged(self.path, 0, "this is no backup"),
            other => other,
        })?;
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        if bytes[..8] != MAGIC[..] {
            return Err(damaged(self.path, 0, "this is no backup"));
        }
        if crc32c::crc32c(&bytes[..CHECKSUM_AT]) != number(CHECKSUM_AT) {
            return Err(damaged(self.path, 0, "the backup's header is damaged"));
        }
        for (found, supported) in [(number(8), BACKUP_FORMAT), (number(12), FORMAT)] {
            if found > supported {
                return Err(OpenError::NewerFormat { directory: self.path.to_owned(), found, supported });
            }
        }
        Ok((i64::from_le_bytes(bytes[16..24].try_into().expect("eight bytes")), number(24)))
    }

    /// The bytes of the next frame, whatever is in it.
    fn frame(&mut self) -> Result<Vec<u8>, OpenError> {
        let at = self.offset;
        let mut bytes = vec![0; frame::HEADER_BYTES];
        self.exactly(&mut bytes)?;
        let length = frame::content_bytes(&bytes).expect("a whole header was read");
        if length > FRAME_BYTES_MAX {
            return Err(damaged(self.path, at, "a part of the backup is damaged"));
        }
        bytes.resize((frame::HEADER_BYTES + length).next_multiple_of(frame::ALIGNMENT_BYTES), 0);
        self.exactly(&mut bytes[frame::HEADER_BYTES..])?;
        Ok(bytes)
    }

    fn exactly(&mut self, bytes: &mut [u8]) -> Result<(), OpenError> {
        self.file.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => damaged(self.path, self.offset, "the backup was cut off"),
            _ => OpenError::io(self.path)(error),
        })?;
        self.offset += bytes.len() as u64;
        Ok(())
    }

    fn is_at_end(&mut self) -> Result<bool, OpenError> {
        Ok(self.file.read(&mut [0]).map_err(OpenError::io(self.path))? == 0)
    }
}

fn damaged(path: &Path, offset: u64, what: &str) -> OpenError {
    OpenError::Corrupt { what: what.to_owned(), place: format!("{} at offset {offset}", path.display()) }
}
