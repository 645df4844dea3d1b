//! Reads the log when a directory is opened: what the engine does not have yet comes back into memory.
//!
//! Groups are written one after the other, each synced before the next. So a crash can only tear the last one; what it
//! leaves of it was never acknowledged and is passed over. A damaged group with an intact later one behind it is not the
//! work of a crash, and refuses to open.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::frame::{self, Frame};
use crate::log::Log;
use crate::overlay::Overlay;
use crate::retired::{Retired, remove};
use crate::segment::{self, Header, Segment};
use crate::{OpenError, Options};

/// What the log held beyond the engine, and the log to go on with.
pub(crate) fn recover(
    directory: &Path,
    options: &Options,
    applied: u64,
    retired: &Arc<Retired>,
) -> Result<(Overlay, Log), OpenError> {
    for unfinished in ["new", "spare"] {
        let path = directory.join(unfinished);
        remove(&path).map_err(OpenError::io(&path))?;
    }
    let segments = list(directory)?;
    let mut overlay = Overlay::default();
    let mut tail = None;
    for (index, (path, first)) in segments.iter().enumerate() {
        let next = segments.get(index + 1).map(|(_, first)| *first);
        if next.is_some_and(|next| next <= applied + 1) {
            retired.push(path.clone(), applied);
            continue;
        }
        let end = replay(path, *first, next, applied, &mut overlay)?;
        match next {
            Some(next) => retired.push(path.clone(), next - 1),
            None => tail = Some((path, end)),
        }
    }
    let log = match tail {
        Some((path, end)) if end.next_sequence > applied => {
            let segment = Segment::resume(path.clone(), end.header, end.offset, &end.last_frame);
            let segment = segment.map_err(OpenError::io(path))?;
            Log::resume(directory.to_owned(), options.segment_bytes, segment, end.next_sequence, Arc::clone(retired))
        }
        _ => {
            // The engine has everything: what is left of the log says nothing new and is replaced.
            tail.into_iter().for_each(|(path, _)| retired.push(path.clone(), applied));
            retired.applied(applied).map_err(OpenError::io(directory))?;
            Log::create(directory.to_owned(), options.segment_bytes, applied + 1, Arc::clone(retired))
                .map_err(OpenError::io(directory))?
        }
    };
    retired.applied(applied).map_err(OpenError::io(directory))?;
    Ok((overlay, log))
}

/// Where the log is damaged as no crash damages it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Damage {
    pub(crate) path: PathBuf,
    pub(crate) offset: u64,
    what: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in {} at offset {}", self.what, self.path.display(), self.offset)
    }
}

/// What ends reading a segment.
enum Failure {
    Damage(Damage),
    Other(OpenError),
}

impl From<Failure> for OpenError {
    fn from(failure: Failure) -> OpenError {
        match failure {
            Failure::Damage(damage) => OpenError::LogDamaged { damage: damage.to_string() },
            Failure::Other(error) => error,
        }
    }
}

/// What the log holds beyond the engine, up to the first damage if there is one. Changes nothing.
pub(crate) fn inspect(directory: &Path, applied: u64) -> Result<(Overlay, Option<Damage>), OpenError> {
    let segments = list(directory)?;
    let mut overlay = Overlay::default();
    for (index, (path, first)) in segments.iter().enumerate() {
        let next = segments.get(index + 1).map(|(_, first)| *first);
        if next.is_some_and(|next| next <= applied + 1) {
            continue;
        }
        match replay(path, *first, next, applied, &mut overlay) {
            Ok(_) => {}
            Err(Failure::Damage(damage)) => return Ok((overlay, Some(damage))),
            Err(Failure::Other(error)) => return Err(error),
        }
    }
    Ok((overlay, None))
}

/// Where a segment's frames end.
struct End {
    header: Header,
    offset: u64,
    next_sequence: u64,
    /// The last frame, of the last segment only.
    last_frame: Vec<u8>,
}

/// Segments, oldest first, with the sequence their name gives.
pub(crate) fn list(directory: &Path) -> Result<Vec<(PathBuf, u64)>, OpenError> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(directory).map_err(OpenError::io(directory))? {
        let path = entry.map_err(OpenError::io(directory))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".log"));
        if let Some(first) = name.and_then(|name| name.parse().ok()) {
            segments.push((path, first));
        }
    }
    segments.sort_by_key(|(_, first)| *first);
    Ok(segments)
}

/// Takes the groups after `applied` from one segment; `next` is where the following segment begins, if there is one.
fn replay(path: &Path, first: u64, next: Option<u64>, applied: u64, overlay: &mut Overlay) -> Result<End, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::Other(OpenError::io(path)(error)))?;
    let header = Header::parse(&bytes).filter(|header| header.first_sequence == first);
    let header = header.ok_or_else(|| corrupt(path, 0, "the log segment's header is damaged".to_owned()))?;
    if first > applied + 1 && overlay.sequence + 1 != first {
        let missing = overlay.sequence.max(applied) + 1;
        return Err(corrupt(path, 0, format!("the log goes on at group {first}, group {missing} is missing")));
    }
    let mut end = End { header, offset: segment::HEADER_BYTES as u64, next_sequence: first, last_frame: Vec::new() };
    let mut last_bytes = 0;
    while let Some(frame) = frame_at(&bytes, &end) {
        if frame.sequence > applied {
            let writes = frame.writes().ok_or_else(|| {
                corrupt(path, end.offset, format!("log group {} holds no writes this release knows", frame.sequence))
            })?;
            overlay.apply(frame.sequence, frame.len() as u64, writes);
        }
        last_bytes = frame.len();
        end.offset += last_bytes as u64;
        end.next_sequence += 1;
    }
    if next.is_none() {
        let behind = usize::try_from(end.offset).expect("the offset is within the bytes read");
        end.last_frame = bytes[behind - last_bytes..behind].to_vec();
    }
    let last_known = match next {
        Some(next) => next - 1,
        None => last_intact_beyond(&bytes, &end),
    };
    if last_known >= end.next_sequence && last_known > applied {
        return Err(corrupt(path, end.offset, format!("log group {} is damaged", end.next_sequence)));
    }
    Ok(end)
}

fn frame_at<'a>(bytes: &'a [u8], end: &End) -> Option<Frame<'a>> {
    let rest = bytes.get(usize::try_from(end.offset).ok()?..)?;
    Frame::parse(rest, end.header.salt).filter(|frame| frame.sequence == end.next_sequence)
}

/// The latest intact group behind the first one that is not; 0 if there is none. Looks wherever one may
/// begin: the length of a damaged group may be what is damaged.
fn last_intact_beyond(bytes: &[u8], end: &End) -> u64 {
    let from = usize::try_from(end.offset).unwrap_or(bytes.len()).min(bytes.len());
    let mut last = 0;
    for (skipped, header) in bytes[from..].chunks_exact(frame::ALIGNMENT_BYTES).enumerate() {
        let sequence = u64::from_le_bytes(header[8..].try_into().expect("the other half of a header"));
        // Every group in between took one step at least, so no later sequence can be this near.
        if sequence <= end.next_sequence || sequence - end.next_sequence > skipped as u64 {
            continue;
        }
        if Frame::parse(&bytes[from + skipped * frame::ALIGNMENT_BYTES..], end.header.salt).is_some() {
            last = last.max(sequence);
        }
    }
    last
}

fn corrupt(path: &Path, offset: u64, what: String) -> Failure {
    Failure::Damage(Damage { path: path.to_owned(), offset, what })
}
