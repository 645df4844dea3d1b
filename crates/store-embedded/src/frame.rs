//! A group of writes as bytes in the log.
//!
//! `length u32 | checksum u32 | sequence u64 | writes`, little-endian; a write is
//! `kind u8 | key length | key`, for a put followed by `value length | value`; these lengths have seven bits a byte (up to format 3 other kinds
//! had them in four bytes). If the length's highest bit is set, what follows the
//! sequence is `length of the writes u32 | the writes as a block of LZ4`: a group repeats names and payloads of its executions.
//! The CRC-32C covers the sequence and the writes, and starts from the segment's salt: bytes of a segment's former life,
//! or of a caller's value that looks like a frame, are not one. Frames begin at multiples of 16 bytes, so that looking
//! for one need not try every byte.

use store::Bytes;

/// Bytes before the writes.
pub(crate) const HEADER_BYTES: usize = 16;

/// Frames begin at multiples of this; zeros fill up to it.
pub(crate) const ALIGNMENT_BYTES: usize = 16;

const CHECKSUMMED_FROM: usize = 8;
/// In the length: the writes are compressed.
const COMPRESSED: u32 = 1 << 31;
/// Fewer bytes than this are not worth it.
const COMPRESSED_MIN_BYTES: usize = 256;
/// Kinds of formats 1 to 3.
const LONG_PUT: u8 = 1;
const LONG_DELETE: u8 = 2;
const PUT: u8 = 3;
const DELETE: u8 = 4;

/// Bytes that a write takes in a frame, beside its key and value, at most.
pub(crate) const WRITE_OVERHEAD_BYTES: usize = 11;

/// A row's key and its new value; `None` removes it.
pub(crate) type RowWrite = (Bytes, Option<Bytes>);

/// Adds a write to those of a group; its key is the two parts together.
pub(crate) fn push_write(writes: &mut Vec<u8>, key: [&[u8]; 2], value: Option<&[u8]>) {
    writes.push(if value.is_some() { PUT } else { DELETE });
    push_length(writes, key[0].len() + key[1].len());
    writes.extend_from_slice(key[0]);
    writes.extend_from_slice(key[1]);
    if let Some(value) = value {
        push_length(writes, value.len());
        writes.extend_from_slice(value);
    }
}

/// Writes the frame of one group over `buffer`.
pub(crate) fn encode(buffer: &mut Vec<u8>, salt: u32, sequence: u64, writes: &[u8]) {
    buffer.clear();
    buffer.resize(CHECKSUMMED_FROM, 0);
    buffer.extend_from_slice(&sequence.to_le_bytes());
    let is_compressed = push_compressed(buffer, writes);
    if !is_compressed {
        buffer.extend_from_slice(writes);
    }
    let length = u32::try_from(buffer.len() - HEADER_BYTES).ok().filter(|length| *length < COMPRESSED);
    let length = length.expect("the queue bounds a group far below 2 GiB");
    let marked = if is_compressed { length | COMPRESSED } else { length };
    buffer[..4].copy_from_slice(&marked.to_le_bytes());
    let checksum = crc32c::crc32c_append(salt, &buffer[CHECKSUMMED_FROM..]);
    buffer[4..8].copy_from_slice(&checksum.to_le_bytes());
    buffer.resize(buffer.len().next_multiple_of(ALIGNMENT_BYTES), 0);
}

/// Bytes behind the header that a frame's header announces.
pub(crate) fn content_bytes(header: &[u8]) -> Option<usize> {
    Some((u32::from_le_bytes(*header.first_chunk()?) & !COMPRESSED) as usize)
}

/// A frame found intact.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) sequence: u64,
    writes: &'a [u8],
    is_compressed: bool,
}

impl<'a> Frame<'a> {
    /// The frame at the start of `bytes`, if there is an intact one.
    pub(crate) fn parse(bytes: &'a [u8], salt: u32) -> Option<Frame<'a>> {
        let marked = u32::from_le_bytes(*bytes.first_chunk()?);
        let (length, is_compressed) = ((marked & !COMPRESSED) as usize, marked & COMPRESSED != 0);
        let checksum = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
        let sequence = u64::from_le_bytes(bytes.get(8..HEADER_BYTES)?.try_into().ok()?);
        let end = HEADER_BYTES.checked_add(length)?;
        let frame = bytes.get(..end.checked_next_multiple_of(ALIGNMENT_BYTES)?)?;
        let checked = &frame[CHECKSUMMED_FROM..end];
        (crc32c::crc32c_append(salt, checked) == checksum).then(|| Frame {
            sequence,
            writes: &bytes[HEADER_BYTES..end],
            is_compressed,
        })
    }

    /// Bytes up to where the next frame begins.
    pub(crate) fn len(&self) -> usize {
        (HEADER_BYTES + self.writes.len()).next_multiple_of(ALIGNMENT_BYTES)
    }

    /// The writes, copied out of the log; `None` if the bytes, though intact, are not writes.
    pub(crate) fn writes(&self) -> Option<Vec<RowWrite>> {
        if self.is_compressed {
            let (length, block) = self.writes.split_first_chunk()?;
            let writes = lz4_flex::block::decompress(block, u32::from_le_bytes(*length) as usize).ok()?;
            return read_writes(&writes.into());
        }
        read_writes(&Bytes::copy_from_slice(self.writes))
    }
}

/// The writes of a group. They share its bytes: rows that came together mostly go together, and one piece of memory costs less than many.
pub(crate) fn read_writes(group: &Bytes) -> Option<Vec<RowWrite>> {
    let (mut writes, mut at) = (Vec::new(), 0);
    while let Some(&kind) = group.get(at) {
        at += 1;
        let (take, has_value): (Take, bool) = match kind {
            PUT => (take_bytes, true),
            DELETE => (take_bytes, false),
            LONG_PUT => (take_bytes_of_format_3, true),
            LONG_DELETE => (take_bytes_of_format_3, false),
            _ => return None,
        };
        let key = take(group, &mut at)?;
        let value = if has_value { Some(take(group, &mut at)?) } else { None };
        writes.push((key, value));
    }
    Some(writes)
}

/// Appends the writes compressed, if that makes them shorter.
fn push_compressed(buffer: &mut Vec<u8>, plain: &[u8]) -> bool {
    if plain.len() < COMPRESSED_MIN_BYTES {
        return false;
    }
    let length = u32::try_from(plain.len()).expect("the queue bounds a group far below 4 GiB");
    buffer.extend_from_slice(&length.to_le_bytes());
    let from = buffer.len();
    buffer.resize(from + lz4_flex::block::get_maximum_output_size(plain.len()), 0);
    match lz4_flex::block::compress_into(plain, &mut buffer[from..]) {
        Ok(bytes) if bytes + size_of::<u32>() < plain.len() => {
            buffer.truncate(from + bytes);
            true
        }
        _ => {
            buffer.truncate(HEADER_BYTES);
            false
        }
    }
}

fn push_length(writes: &mut Vec<u8>, length: usize) {
    let mut length = u32::try_from(length).expect("the queue bounds a batch far below 4 GiB");
    while length >= 0x80 {
        writes.push(length as u8 | 0x80);
        length >>= 7;
    }
    writes.push(length as u8);
}

/// Takes bytes with their length before them, at a place that then moves on.
type Take = fn(&Bytes, &mut usize) -> Option<Bytes>;

fn take_bytes(group: &Bytes, at: &mut usize) -> Option<Bytes> {
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let byte = *group.get(*at).filter(|_| shift < 35)?;
        *at += 1;
        length |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return take(group, at, length);
        }
    }
}

fn take_bytes_of_format_3(group: &Bytes, at: &mut usize) -> Option<Bytes> {
    let length = u32::from_le_bytes(*group.get(*at..)?.first_chunk()?) as usize;
    *at += size_of::<u32>();
    take(group, at, length)
}

fn take(group: &Bytes, at: &mut usize, length: usize) -> Option<Bytes> {
    let from = *at;
    let to = from.checked_add(length).filter(|to| *to <= group.len())?;
    *at = to;
    Some(group.slice(from..to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_former_formats_are_read() {
        let row =
            |key: &'static [u8], value: Option<&'static [u8]>| (Bytes::from_static(key), value.map(Bytes::from_static));
        let former = b"\x01\x03\0\0\0key\x02\0\0\0ab\x02\x01\0\0\0k";
        let expected = vec![row(b"key", Some(b"ab")), row(b"k", None)];
        assert_eq!(read_writes(&Bytes::from_static(former)), Some(expected.clone()));
        let long: &'static [u8] = Vec::leak(vec![7; 300]);
        let mut writes = former.to_vec();
        push_write(&mut writes, [b"k", b"ey"], Some(long));
        push_write(&mut writes, [b"", b"k"], None);
        let both = [&expected[..], &[row(b"key", Some(long)), row(b"k", None)]].concat();
        assert_eq!(read_writes(&writes.clone().into()), Some(both));
        assert!((1..6).all(|cut| {
            read_writes(&Bytes::copy_from_slice(&writes[..writes.len() - cut])).is_none_or(|read| read.len() < 4)
        }));
    }
}
