//! Long texts: each is a row of its own, once in an execution, and other rows refer to it by what it says.

use super::{CorruptRow, Reader, Writer};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many bytes of text, and more, stand apart: a row of its own takes a hundred or so.
pub(super) const APART_MIN: usize = 1024;

/// The name of a text: the first half of its SHA-256. Whoever writes a text again finds its row without having to remember it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub [u8; TextId::LENGTH]);

impl TextId {
    /// The bytes of a name.
    pub const LENGTH: usize = 16;

    pub(super) fn of(text: &str) -> TextId {
        let digest = Sha256::digest(text.as_bytes());
        TextId::read(&digest[..TextId::LENGTH]).expect("a digest is longer")
    }

    /// A name from so many bytes.
    pub fn read(bytes: &[u8]) -> Option<TextId> {
        bytes.try_into().ok().map(TextId)
    }
}

/// Texts that stand apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextsApart(BTreeMap<TextId, Arc<str>>);

impl TextsApart {
    pub(super) fn add(&mut self, id: TextId, text: Arc<str>) {
        self.0.entry(id).or_insert(text);
    }

    pub(super) fn contains(&self, id: &TextId) -> bool {
        self.0.contains_key(id)
    }

    pub(super) fn get(&self, id: &TextId) -> Option<Arc<str>> {
        self.0.get(id).cloned()
    }

    pub(super) fn read(&mut self, id: TextId, row: &[u8]) -> Result<(), CorruptRow> {
        let text = Reader::new(row)?.text()?;
        if TextId::of(&text) != id {
            return Err(CorruptRow("a text is not the one it is named after"));
        }
        self.add(id, text);
        Ok(())
    }

    /// The rows of those that are wanted: a row is a copy, and most texts have theirs already.
    pub fn rows(&self, mut is_wanted: impl FnMut(TextId) -> bool) -> impl Iterator<Item = (TextId, Vec<u8>)> {
        self.0.iter().filter(move |(id, _)| is_wanted(**id)).map(|(id, text)| {
            let mut row = Writer::new();
            row.text(text);
            (*id, row.finish())
        })
    }
}
