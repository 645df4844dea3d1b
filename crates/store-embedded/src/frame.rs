//! A group of writes as bytes in the log.
//!
//! `length u32 | checksum u32 | sequence u64 | writes`, little-endian; a write is
//! `kind u8 | key length u32 | key`, for a put followed by `value length u32 | value`.
//! The CRC-32C covers the sequence and the writes, and starts from the segment's salt: bytes of a segment's former life,
//! or of a caller's value that looks like a frame, are not one. Frames begin at multiples of 16 bytes, so that looking
//! for one need not try every byte.

use store::Bytes;

/// Bytes before the writes.
pub(crate) const HEADER_BYTES: usize = 16;

/// Frames begin at multiples of this; zeros fill up to it.
pub(crate) const ALIGNMENT_BYTES: usize = 16;

const CHECKSUMMED_FROM: usize = 8;
const PUT: u8 = 1;
const DELETE: u8 = 2;

/// Bytes that a write takes in a frame, beside its key and value.
pub(crate) const WRITE_OVERHEAD_BYTES: usize = 9;

/// A row's key and its new value; `None` removes it.
pub(crate) type RowWrite = (Bytes, Option<Bytes>);

/// Writes the frame of one group over `buffer`.
pub(crate) fn encode(buffer: &mut Vec<u8>, salt: u32, sequence: u64, writes: &[RowWrite]) {
    buffer.clear();
    buffer.resize(CHECKSUMMED_FROM, 0);
    buffer.extend_from_slice(&sequence.to_le_bytes());
    for (key, value) in writes {
        buffer.push(if value.is_some() { PUT } else { DELETE });
        push_bytes(buffer, key);
        if let Some(value) = value {
            push_bytes(buffer, value);
        }
    }
    let length = u32::try_from(buffer.len() - HEADER_BYTES).expect("the queue bounds a group far below 4 GiB");
    buffer[..4].copy_from_slice(&length.to_le_bytes());
    let checksum = crc32c::crc32c_append(salt, &buffer[CHECKSUMMED_FROM..]);
    buffer[4..8].copy_from_slice(&checksum.to_le_bytes());
    buffer.resize(buffer.len().next_multiple_of(ALIGNMENT_BYTES), 0);
}

/// A frame found intact.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) sequence: u64,
    writes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The frame at the start of `bytes`, if there is an intact one.
    pub(crate) fn parse(bytes: &'a [u8], salt: u32) -> Option<Frame<'a>> {
        let length = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
        let checksum = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
        let sequence = u64::from_le_bytes(bytes.get(8..HEADER_BYTES)?.try_into().ok()?);
        let end = HEADER_BYTES.checked_add(length)?;
        let frame = bytes.get(..end.checked_next_multiple_of(ALIGNMENT_BYTES)?)?;
        let checked = &frame[CHECKSUMMED_FROM..end];
        (crc32c::crc32c_append(salt, checked) == checksum)
            .then(|| Frame { sequence, writes: &bytes[HEADER_BYTES..end] })
    }

    /// Bytes up to where the next frame begins.
    pub(crate) fn len(&self) -> usize {
        (HEADER_BYTES + self.writes.len()).next_multiple_of(ALIGNMENT_BYTES)
    }

    /// The writes, copied out of the log; `None` if the bytes, though intact, are not writes.
    pub(crate) fn writes(&self) -> Option<Vec<RowWrite>> {
        let mut rest = self.writes;
        let mut writes = Vec::new();
        while let Some((&kind, after)) = rest.split_first() {
            rest = after;
            let key = take_bytes(&mut rest)?;
            let value = match kind {
                PUT => Some(take_bytes(&mut rest)?),
                DELETE => None,
                _ => return None,
            };
            writes.push((key, value));
        }
        Some(writes)
    }
}

fn push_bytes(buffer: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("the queue bounds a batch far below 4 GiB");
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(bytes);
}

fn take_bytes(rest: &mut &[u8]) -> Option<Bytes> {
    let (length, after) = rest.split_first_chunk()?;
    let (bytes, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = after;
    Some(Bytes::copy_from_slice(bytes))
}
