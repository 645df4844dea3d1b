//! Starts that became durable together: one row, which goes when all of them have ended.
//!
//! A row for each would be written and deleted again as often as executions are started. When most of a group have ended and a few have
//! not, its row is written anew with those that are left, so that a crash does not run the others once more.

use interpreter::Header;
use interpreter::rows::CorruptRow;
use std::time::Duration;
use store::Bytes;
use tokio::time::Instant;

/// What the row of a group begins with. That of one start alone is its header, which begins with another byte; storage format 3 began with
/// such rows only.
const VERSION: u8 = 3;
const ID_BYTES: usize = 16;
/// Before each start: its id and the length of its header.
const FRAME_BYTES: usize = ID_BYTES + 4;

/// How long after its start a group is looked at for the first time; then after twice as long, and so on.
const LOOK_AFTER: Duration = Duration::from_millis(250);
const LOOK_AFTER_MAX: Duration = Duration::from_secs(60);

/// The id at the end of an execution's ARN. A group's key is that of its first start.
pub(crate) type Id = [u8; ID_BYTES];

/// A start as its row has it.
pub(crate) struct Row {
    pub id: Id,
    pub header: Header,
    /// The bytes that say so, to be written again.
    bytes: Bytes,
}

/// The starts of a row, whatever wrote it.
pub(crate) fn read(key: &[u8], row: &Bytes) -> Result<Vec<Row>, CorruptRow> {
    let Some((&VERSION, mut rest)) = row.split_first() else {
        let id = Id::try_from(key).map_err(|_| CorruptRow("its key is malformed"))?;
        return Ok(vec![Row { id, header: Header::from_row(row)?, bytes: frame(&id, row).into() }]);
    };
    let mut starts = Vec::new();
    while !rest.is_empty() {
        let early = CorruptRow("it ends too early");
        let (id, behind) = rest.split_first_chunk::<ID_BYTES>().ok_or(early.clone())?;
        let (length, behind) = behind.split_first_chunk::<4>().ok_or(early.clone())?;
        let (header, behind) = behind.split_at_checked(u32::from_be_bytes(*length) as usize).ok_or(early)?;
        let bytes = row.slice_ref(&rest[..FRAME_BYTES + header.len()]);
        starts.push(Row { id: *id, header: Header::from_row(header)?, bytes });
        rest = behind;
    }
    Ok(starts)
}

fn frame(id: &Id, header: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(FRAME_BYTES + header.len());
    bytes.extend_from_slice(id);
    bytes.extend_from_slice(&u32::try_from(header.len()).expect("an input is far smaller").to_be_bytes());
    bytes.extend_from_slice(header);
    bytes
}

/// The starts of a row that have not ended.
pub(super) struct Group {
    /// Of each start, until it has ended.
    frames: Vec<Option<Bytes>>,
    left: usize,
    /// How many the row has.
    written: usize,
    /// When to see whether the row should be written anew.
    pub look: Instant,
    look_after: Duration,
}

impl Group {
    /// A group of new starts, and its row.
    pub fn of(starts: impl Iterator<Item = (Id, Vec<u8>)>, now: Instant) -> (Group, Bytes) {
        let (mut row, mut ends) = (vec![VERSION], Vec::new());
        for (id, header) in starts {
            row.extend_from_slice(&frame(&id, &header));
            ends.push(row.len());
        }
        let row = Bytes::from(row);
        let mut start = 1;
        let frames = ends.iter().map(|&end| Some(row.slice(std::mem::replace(&mut start, end)..end))).collect();
        (Group::new(frames, now), row)
    }

    /// A group that was read.
    pub fn read(starts: &[Row], now: Instant) -> Group {
        Group::new(starts.iter().map(|start| Some(start.bytes.clone())).collect(), now)
    }

    fn new(frames: Vec<Option<Bytes>>, now: Instant) -> Group {
        let (left, look_after) = (frames.len(), LOOK_AFTER);
        Group { frames, left, written: left, look: now + look_after, look_after }
    }

    /// It has been looked at.
    pub fn look_later(&mut self, now: Instant) {
        self.look_after = (self.look_after * 2).min(LOOK_AFTER_MAX);
        self.look = now + self.look_after;
    }

    /// A start has ended. Whether it was the last.
    pub fn ended(&mut self, number: usize) -> bool {
        self.left -= usize::from(self.frames[number].take().is_some());
        self.left == 0
    }

    /// The row with those that are left, if it has twice as many.
    pub fn anew(&mut self) -> Option<Bytes> {
        (self.left * 2 <= self.written).then(|| {
            self.written = self.left;
            let mut row = vec![VERSION];
            // Each with bytes of its own: none keeps the whole row in memory.
            for frame in self.frames.iter_mut().flatten() {
                row.extend_from_slice(frame);
                *frame = Bytes::copy_from_slice(frame);
            }
            row.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interpreter::{OfMachine, Timestamp};
    use json::Payload;

    fn header(name: &str) -> Header {
        let machine = OfMachine {
            arn: "arn:aws:states:us-east-1:123456789012:stateMachine:m".into(),
            name: "m".into(),
            role_arn: "arn:aws:iam::123456789012:role/r".into(),
            region: "us-east-1".into(),
            revision: 1,
        };
        let arn = format!("arn:aws:states:us-east-1:123456789012:express:m:{name}:id").into();
        Header::new(machine, arn, name.into(), Payload::from_valid_text("{}"), Timestamp(1), 0)
    }

    fn starts(key: &[u8], row: &Bytes) -> String {
        let starts = read(key, row).expect("it can be read");
        starts.iter().map(|start| format!("{}{} ", start.header.name, start.id[0])).collect()
    }

    #[tokio::test]
    async fn a_row_has_those_that_are_left() {
        let now = Instant::now();
        let new = [("a", 1), ("b", 2), ("c", 3), ("d", 4)].map(|(name, id)| ([id; 16], header(name).to_row()));
        let (mut group, row) = Group::of(new.into_iter(), now);
        assert_eq!(starts(&[1; 16], &row), "a1 b2 c3 d4 ");
        assert!(!group.ended(0) && group.anew().is_none(), "most are left");
        assert!(!group.ended(3) && !group.ended(3));
        let row = group.anew().expect("half have ended");
        assert_eq!(starts(&[1; 16], &row), "b2 c3 ");
        assert!(group.anew().is_none(), "it is as the row has it");
        let mut again = Group::read(&read(&[1; 16], &row).expect("it can be read"), now);
        assert!(!again.ended(0));
        assert_eq!(again.anew().map(|row| starts(&[1; 16], &row)).as_deref(), Some("c3 "));
        assert!(again.ended(1), "that was the last");
        let damaged = read(&[1; 16], &row.slice(..row.len() - 1));
        assert!(damaged.is_err());
    }

    #[tokio::test]
    async fn a_row_from_before_there_were_groups_is_a_group() {
        let row = Bytes::from(header("a").to_row());
        assert_eq!(starts(&[9; 16], &row), "a9 ");
        assert!(read(b"short", &row).is_err());
        let mut group = Group::read(&read(&[9; 16], &row).expect("it can be read"), Instant::now());
        assert!(group.ended(0));
    }
}
