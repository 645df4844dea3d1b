//! The bytes of a row: varints and length-prefixed text.

use crate::Timestamp;
use json::{Payload, Value};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Texts that whoever reads a row knows already, in an order that never changes; more may be added at the end. A row refers to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownTexts(Vec<Arc<str>>);

impl KnownTexts {
    /// These, in this order.
    pub(crate) fn of<const N: usize>(texts: [&Arc<str>; N]) -> KnownTexts {
        KnownTexts(texts.map(Arc::clone).into())
    }

    /// Whether a text is among them.
    pub(crate) fn holds(&self, text: &Arc<str>) -> bool {
        self.0.iter().any(|known| Arc::ptr_eq(known, text) || known == text)
    }

    /// One more behind them.
    pub(crate) fn and(mut self, text: &Arc<str>) -> KnownTexts {
        self.0.push(text.clone());
        self
    }
}

/// Writes a row.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
    texts: Texts,
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
        row.number(known.0.len() as u64);
        known.0.iter().for_each(|text| row.texts.push(text));
        row
    }

    /// The row.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
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
}

impl<'r> Reader<'r> {
    /// Begins to read a row that stands for itself.
    pub fn new(row: &'r [u8]) -> Result<Reader<'r>, CorruptRow> {
        match row.split_first() {
            Some((&version @ (super::VERSION | super::COMPACT_VERSION | super::WHOLE_VERSION), rest)) => {
                Ok(Reader { version, rest, texts: Vec::new() })
            }
            Some(_) => Err(CorruptRow("it was written by another version")),
            None => Err(CorruptRow("it is empty")),
        }
    }

    /// Begins to read a row that may refer to known texts.
    pub fn knowing(row: &'r [u8], known: &KnownTexts) -> Result<Reader<'r>, CorruptRow> {
        let Some((&version @ (super::REFERRING_VERSION | super::COMPACT_REFERRING_VERSION), rest)) = row.split_first()
        else {
            return Reader::new(row);
        };
        let mut row = Reader { version, rest, texts: Vec::new() };
        let count = usize::try_from(row.number()?).ok();
        let known = count.and_then(|count| known.0.get(..count));
        row.texts.extend_from_slice(known.ok_or(CorruptRow("it refers to texts that are not there"))?);
        Ok(row)
    }

    /// Whether it leaves out what can be told from elsewhere.
    pub fn is_compact(&self) -> bool {
        [super::COMPACT_VERSION, super::COMPACT_REFERRING_VERSION, super::WHOLE_VERSION].contains(&self.version)
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
                self.texts.get(number as usize - 1).cloned().ok_or(CorruptRow("a text is referred to but missing"))
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
