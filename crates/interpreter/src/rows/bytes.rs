//! The bytes of a row: varints and length-prefixed text.

use super::{TextId, TextsApart};
use crate::{MapRunId, Timestamp};
use json::{Payload, Value};
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;

/// Texts that whoever reads a row knows already. A row refers to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownTexts {
    /// In an order that never changes; more may be added at the end.
    listed: Vec<Arc<str>>,
    /// Those that stand apart and have been read.
    apart: TextsApart,
}

impl KnownTexts {
    /// These, in this order.
    pub(crate) fn of<const N: usize>(texts: [&Arc<str>; N]) -> KnownTexts {
        KnownTexts { listed: texts.map(Arc::clone).into(), apart: TextsApart::default() }
    }

    /// Whether a text is among those that need no row.
    pub(crate) fn holds(&self, text: &Arc<str>) -> bool {
        self.listed.iter().any(|known| Arc::ptr_eq(known, text) || known == text)
    }

    /// One more behind them.
    pub(crate) fn and(mut self, text: &Arc<str>) -> KnownTexts {
        self.listed.push(text.clone());
        self
    }

    /// Whether a text that stands apart has been read.
    pub fn has_read(&self, id: &TextId) -> bool {
        self.apart.contains(id)
    }

    /// A text that stands apart, from its row.
    pub fn read_apart(&mut self, id: TextId, row: &[u8]) -> Result<(), CorruptRow> {
        self.apart.read(id, row)
    }
}

/// Writes a row.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
    texts: Texts,
    /// If long texts stand apart: those of this row, in the order they come in.
    apart: Option<Vec<(TextId, Arc<str>)>>,
}

/// Texts written so far, and those known before them: repeated ones become a number.
#[derive(Default)]
struct Texts {
    list: Vec<Arc<str>>,
    /// Where they are in the list; used when there are many.
    positions: HashMap<Arc<str>, usize>,
}

/// So few texts are compared one after the other.
const FEW_TEXTS: usize = 16;
/// So many are looked through for one that is the same in memory, as repeated ones often are.
const RECENT_TEXTS: usize = 64;

impl Texts {
    fn position(&self, text: &Arc<str>) -> Option<usize> {
        let recent = self.list.iter().enumerate().rev().take(RECENT_TEXTS);
        let same = recent.into_iter().find(|(_, known)| Arc::ptr_eq(known, text)).map(|(position, _)| position);
        same.or_else(|| match self.positions.is_empty() {
            true => self.list.iter().position(|known| known == text),
            false => self.positions.get(text).copied(),
        })
    }

    fn push(&mut self, text: &Arc<str>) {
        self.list.push(text.clone());
        let last = self.list.len() - 1;
        match last {
            ..FEW_TEXTS => {}
            FEW_TEXTS => self.positions = self.list.iter().cloned().zip(0..).collect(),
            _ => drop(self.positions.insert(text.clone(), last)),
        }
    }
}

impl Writer {
    /// A row that stands for itself.
    pub fn new() -> Writer {
        Writer { bytes: vec![super::VERSION], ..Writer::default() }
    }

    /// A row that stands for itself and leaves out what can be told from elsewhere.
    pub fn compact() -> Writer {
        Writer { bytes: vec![super::COMPACT_VERSION], ..Writer::default() }
    }

    /// A row that holds a whole execution.
    pub(crate) fn whole() -> Writer {
        Writer { bytes: vec![super::WHOLE_VERSION], ..Writer::default() }
    }

    /// A row that refers to texts its reader knows.
    pub fn knowing(known: &KnownTexts) -> Writer {
        Writer::referring(super::REFERRING_VERSION, known)
    }

    /// The same, and it leaves out what can be told from elsewhere.
    pub(crate) fn compact_knowing(known: &KnownTexts) -> Writer {
        Writer::referring(super::COMPACT_REFERRING_VERSION, known)
    }

    fn referring(version: u8, known: &KnownTexts) -> Writer {
        let mut row = Writer { bytes: vec![version], ..Writer::default() };
        row.number(known.listed.len() as u64);
        known.listed.iter().for_each(|text| row.texts.push(text));
        row
    }

    /// The same as [`Writer::compact_knowing`], and long texts stand apart: [`Writer::finish_apart`] says which.
    pub(crate) fn apart_knowing(known: &KnownTexts) -> Writer {
        Writer { apart: Some(Vec::new()), ..Writer::compact_knowing(known) }
    }

    /// The row.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// The row; the texts that it refers to and that stand apart are added to `texts`.
    pub(crate) fn finish_apart(self, texts: &mut TextsApart) -> Vec<u8> {
        let apart = self.apart.unwrap_or_default();
        if apart.is_empty() {
            return self.bytes;
        }
        // They are named first, so that they can be fetched before the row is read.
        let mut row = Writer { bytes: vec![super::APART_VERSION], ..Writer::default() };
        row.number(apart.len() as u64);
        for (id, text) in apart {
            row.bytes.extend_from_slice(&id.0);
            texts.add(id, text);
        }
        row.bytes.extend_from_slice(&self.bytes);
        row.bytes
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// An unsigned number, seven bits a byte.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// Eight bytes, for numbers that are random anyway.
    pub fn fixed(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    /// The id of a Map Run.
    pub fn map_run(&mut self, run: MapRunId) {
        self.bytes.extend_from_slice(&run.0.to_be_bytes());
    }

    /// A point in time.
    pub fn timestamp(&mut self, timestamp: Timestamp) {
        self.number(((timestamp.0 << 1) ^ (timestamp.0 >> 63)) as u64);
    }

    /// A point in time, near another.
    pub fn time_since(&mut self, since: Timestamp, timestamp: Timestamp) {
        self.timestamp(Timestamp(timestamp.0.wrapping_sub(since.0)));
    }

    /// Text, as it is.
    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Text that may come again in this row: the first time as it is, then as a number.
    pub fn shared(&mut self, text: &Arc<str>) {
        if let Some(position) = self.texts.position(text) {
            return self.number(position as u64 + 1);
        }
        if let Some(apart) = &mut self.apart
            && text.len() >= super::APART_MIN
        {
            apart.push((TextId::of(text), text.clone()));
            self.texts.push(text);
            // One more than any text there is: the next of those that stand apart.
            let next = self.texts.list.len() as u64;
            return self.number(next);
        }
        self.written_here(text);
    }

    /// The same for a text that nothing in the history says: it goes when this row does.
    pub(crate) fn passing(&mut self, text: &Arc<str>) {
        match self.texts.position(text) {
            Some(position) => self.number(position as u64 + 1),
            None => self.written_here(text),
        }
    }

    fn written_here(&mut self, text: &Arc<str>) {
        self.texts.push(text);
        self.number(0);
        self.text(text);
    }

    /// Something that may be absent.
    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Writer, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// A stored row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorruptRow(pub &'static str);

impl fmt::Display for CorruptRow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a stored row cannot be read: {}", self.0)
    }
}

impl std::error::Error for CorruptRow {}

/// Reads a row.
pub struct Reader<'r> {
    version: u8,
    rest: &'r [u8],
    texts: Vec<Arc<str>>,
    /// Texts that stand apart and have not been come across yet.
    apart: VecDeque<Arc<str>>,
}

impl<'r> Reader<'r> {
    /// Begins to read a row that stands for itself.
    pub fn new(row: &'r [u8]) -> Result<Reader<'r>, CorruptRow> {
        match row.split_first() {
            Some((&version @ (super::VERSION | super::COMPACT_VERSION | super::WHOLE_VERSION), rest)) => {
                Ok(Reader { version, rest, texts: Vec::new(), apart: VecDeque::new() })
            }
            Some(_) => Err(CorruptRow("it was written by another version")),
            None => Err(CorruptRow("it is empty")),
        }
    }

    /// Begins to read a row that may refer to known texts.
    pub fn knowing(row: &'r [u8], known: &KnownTexts) -> Result<Reader<'r>, CorruptRow> {
        let (ids, row) = named_apart(row)?;
        let apart = ids.map(|id| known.apart.get(&id).ok_or(CorruptRow("a text that stands apart is missing")));
        let apart = apart.collect::<Result<_, _>>()?;
        let Some((&version @ (super::REFERRING_VERSION | super::COMPACT_REFERRING_VERSION), rest)) = row.split_first()
        else {
            return Reader::new(row);
        };
        let mut row = Reader { version, rest, texts: Vec::new(), apart };
        let count = usize::try_from(row.number()?).ok();
        let listed = count.and_then(|count| known.listed.get(..count));
        row.texts.extend_from_slice(listed.ok_or(CorruptRow("it refers to texts that are not there"))?);
        Ok(row)
    }

    /// Whether it leaves out what can be told from elsewhere.
    pub fn is_compact(&self) -> bool {
        [super::COMPACT_VERSION, super::COMPACT_REFERRING_VERSION, super::WHOLE_VERSION].contains(&self.version)
    }

    /// Whether the next byte is this one.
    pub fn next_is(&self, byte: u8) -> bool {
        self.rest.first() == Some(&byte)
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, CorruptRow> {
        let (&byte, rest) = self.rest.split_first().ok_or(CorruptRow("it ends too early"))?;
        self.rest = rest;
        Ok(byte)
    }

    /// An unsigned number.
    pub fn number(&mut self) -> Result<u64, CorruptRow> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(CorruptRow("a number is too long"))
    }

    /// Eight bytes.
    pub fn fixed(&mut self) -> Result<u64, CorruptRow> {
        let bytes = self.take(8)?;
        Ok(u64::from_be_bytes(bytes.try_into().expect("eight bytes were taken")))
    }

    /// The id of a Map Run.
    pub fn map_run(&mut self) -> Result<MapRunId, CorruptRow> {
        let bytes = self.take(16)?;
        Ok(MapRunId(u128::from_be_bytes(bytes.try_into().expect("sixteen bytes were taken"))))
    }

    /// A point in time.
    pub fn timestamp(&mut self) -> Result<Timestamp, CorruptRow> {
        let number = self.number()?;
        Ok(Timestamp((number >> 1) as i64 ^ -((number & 1) as i64)))
    }

    /// A point in time, near another.
    pub fn time_since(&mut self, since: Timestamp) -> Result<Timestamp, CorruptRow> {
        Ok(Timestamp(self.timestamp()?.0.wrapping_add(since.0)))
    }

    /// Text.
    pub fn text(&mut self) -> Result<Arc<str>, CorruptRow> {
        let length = usize::try_from(self.number()?).map_err(|_| CorruptRow("a text is too long"))?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map(Arc::from).map_err(|_| CorruptRow("a text is not UTF-8"))
    }

    /// Text written with [`Writer::shared`].
    pub fn shared(&mut self) -> Result<Arc<str>, CorruptRow> {
        match self.number()? {
            0 => {
                let text = self.text()?;
                self.texts.push(text.clone());
                Ok(text)
            }
            number => {
                let position = usize::try_from(number - 1).unwrap_or(usize::MAX);
                if position == self.texts.len()
                    && let Some(next) = self.apart.pop_front()
                {
                    self.texts.push(next);
                }
                self.texts.get(position).cloned().ok_or(CorruptRow("a text is referred to but missing"))
            }
        }
    }

    /// A payload written as shared text.
    pub fn payload(&mut self) -> Result<Payload, CorruptRow> {
        self.shared().map(Payload::from_valid_text)
    }

    /// A value written as shared text, looked into at once.
    pub fn json(&mut self) -> Result<Value, CorruptRow> {
        json::parse(&self.shared()?).map_err(|_| CorruptRow("a value is not JSON"))
    }

    /// Something that may be absent.
    pub fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, CorruptRow>,
    ) -> Result<Option<T>, CorruptRow> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(CorruptRow("a mark of absence is neither 0 nor 1")),
        }
    }

    /// Whether nothing is left.
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Something that may be absent, and that older rows of the current version end before.
    pub fn later_option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, CorruptRow>,
    ) -> Result<Option<T>, CorruptRow> {
        if self.is_at_end() { Ok(None) } else { self.option(read) }
    }

    /// A byte that older rows of the current version end before; zero there.
    pub(crate) fn later_byte(&mut self) -> Result<u8, CorruptRow> {
        if self.rest.is_empty() { Ok(0) } else { self.byte() }
    }

    fn take(&mut self, length: usize) -> Result<&'r [u8], CorruptRow> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CorruptRow("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }
}

/// The texts that a row names because they stand apart, and the row behind the names.
fn named_apart(row: &[u8]) -> Result<(impl Iterator<Item = TextId>, &[u8]), CorruptRow> {
    let (names, row) = match row.split_first() {
        Some((&super::APART_VERSION, rest)) => {
            let mut reader = Reader { version: super::APART_VERSION, rest, texts: Vec::new(), apart: VecDeque::new() };
            let length = usize::try_from(reader.number()?).ok().and_then(|count| count.checked_mul(TextId::LENGTH));
            let names = reader.take(length.unwrap_or(usize::MAX))?;
            (names, reader.rest)
        }
        _ => (&row[..0], row),
    };
    let ids = names.chunks_exact(TextId::LENGTH).filter_map(TextId::read);
    Ok((ids, row))
}

/// The texts that have to be [read](KnownTexts::read_apart) before a row can be.
pub fn texts_apart(row: &[u8]) -> Result<Vec<TextId>, CorruptRow> {
    Ok(named_apart(row)?.0.collect())
}
