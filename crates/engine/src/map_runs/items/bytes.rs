//! The bytes of an object, in order: fetched range by range, decompressed on the way, and held only as far as they are being looked at.

use crate::map_runs::Broken;
use flate2::write::MultiGzDecoder;
use integrations::{Buckets, ObjectPlace};
use ruzstd::decoding::StreamingDecoder;
use std::io::{Read, Write};
use tokio::sync::mpsc;

/// Compressed bytes that are decompressed in one go: they may become a thousand times as many.
const COMPRESSED: usize = 16 * 1024;
/// Decompressed bytes that may wait to be taken.
const PIECES: usize = 2;

/// An object's bytes from some place on.
pub(super) struct Bytes {
    buckets: Buckets,
    place: ObjectPlace,
    coding: Coding,
    /// Where the next range begins.
    fetched: u64,
    /// Fetched and not decompressed yet.
    compressed: Vec<u8>,
    /// What is held, and which of it is still to be looked at.
    buffer: Vec<u8>,
    at: usize,
    /// Where the buffer begins in the decompressed bytes.
    begins: u64,
    is_over: bool,
}

enum Coding {
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    /// Decompressed on a thread of its own: this decoder reads and waits.
    Zstd {
        into: Option<std::sync::mpsc::SyncSender<Vec<u8>>>,
        out: mpsc::Receiver<Result<Vec<u8>, String>>,
    },
}

impl Bytes {
    /// The bytes from `offset` on, which counts decompressed ones.
    pub async fn open(buckets: &Buckets, place: ObjectPlace, offset: u64) -> Result<Bytes, Broken> {
        let coding = match place.key.rsplit('.').next() {
            Some("gz") => Coding::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            Some("zst" | "zstd") => zstd(),
            _ => Coding::Plain,
        };
        let mut bytes = Bytes {
            buckets: buckets.clone(),
            place,
            coding,
            fetched: 0,
            compressed: Vec::new(),
            buffer: Vec::new(),
            at: 0,
            begins: 0,
            is_over: false,
        };
        if let Coding::Plain = bytes.coding {
            (bytes.fetched, bytes.begins) = (offset, offset);
        } else {
            while bytes.offset() < offset && (bytes.at < bytes.buffer.len() || bytes.fill().await?) {
                let left = usize::try_from(offset - bytes.offset()).unwrap_or(usize::MAX);
                let taken = left.min(bytes.buffer.len() - bytes.at);
                bytes.take(taken);
            }
        }
        Ok(bytes)
    }

    /// Where the next byte is.
    pub fn offset(&self) -> u64 {
        self.begins + self.at as u64
    }

    /// What is there already.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// So many have been looked at.
    pub fn take(&mut self, count: usize) {
        self.at += count;
    }

    /// Gets more; false if there is no more.
    pub async fn fill(&mut self) -> Result<bool, Broken> {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.begins += self.at as u64;
            self.at = 0;
        }
        let before = self.buffer.len();
        while !self.is_over && self.buffer.len() == before {
            self.fetch().await?;
        }
        Ok(self.buffer.len() > before)
    }

    async fn fetch(&mut self) -> Result<(), Broken> {
        if self.compressed.is_empty() {
            let range = self.buckets.read(&self.place, self.fetched).await;
            let range = range.map_err(|error| Broken::new("States.ItemReaderFailed", error.to_string()))?;
            self.fetched += range.len() as u64;
            if range.is_empty() {
                return self.finish().await;
            }
            match self.coding {
                Coding::Plain => {
                    self.buffer.extend(range);
                    return Ok(());
                }
                _ => self.compressed = range,
            }
        }
        let piece: Vec<u8> = self.compressed.drain(..COMPRESSED.min(self.compressed.len())).collect();
        let place = &self.place;
        match &mut self.coding {
            Coding::Plain => unreachable!("it is not compressed"),
            Coding::Gzip(decoder) => {
                decoder.write_all(&piece).map_err(|error| unreadable(place, &error))?;
                self.buffer.append(decoder.get_mut());
            }
            Coding::Zstd { into, out } => {
                if let Some(into) = into {
                    // A decoder that is gone has said why. It has room: it has taken all that came before, or waits for room itself.
                    let mut piece = Some(piece);
                    while let Some(next) = piece.take() {
                        match into.try_send(next) {
                            Err(std::sync::mpsc::TrySendError::Full(next)) => {
                                piece = Some(next);
                                match out.recv().await {
                                    Some(Ok(decoded)) => self.buffer.extend(decoded),
                                    Some(Err(error)) => return Err(unreadable(place, &error)),
                                    None => break,
                                }
                            }
                            Err(std::sync::mpsc::TrySendError::Disconnected(_)) | Ok(()) => {}
                        }
                    }
                }
                while let Ok(decoded) = out.try_recv() {
                    self.buffer.extend(decoded.map_err(|error| unreadable(place, &error))?);
                }
            }
        }
        Ok(())
    }

    /// Nothing more is fetched.
    async fn finish(&mut self) -> Result<(), Broken> {
        let place = &self.place;
        match &mut self.coding {
            Coding::Plain => {}
            Coding::Gzip(decoder) => {
                decoder.try_finish().map_err(|error| unreadable(place, &error))?;
                self.buffer.append(decoder.get_mut());
            }
            Coding::Zstd { into, out } => {
                *into = None;
                if let Some(decoded) = out.recv().await {
                    self.buffer.extend(decoded.map_err(|error| unreadable(place, &error))?);
                    return Ok(());
                }
            }
        }
        self.is_over = true;
        Ok(())
    }
}

fn unreadable(place: &ObjectPlace, error: &dyn std::fmt::Display) -> Broken {
    let cause = format!("The object s3://{}/{} cannot be decompressed: {error}", place.bucket, place.key);
    Broken::new("States.ItemReaderFailed", cause)
}

/// A decoder on a thread of its own, which ends when nobody wants what it decodes.
fn zstd() -> Coding {
    let (into, pieces) = std::sync::mpsc::sync_channel(PIECES);
    let (decoded, out) = mpsc::channel(PIECES);
    std::thread::spawn(move || {
        let tell = |result| decoded.blocking_send(result).is_ok();
        let mut pieces = Pieces { pieces, piece: Vec::new(), at: 0 };
        // Frames may follow one another.
        while pieces.has_more() {
            let mut decoder = match StreamingDecoder::new(&mut pieces) {
                Ok(decoder) => decoder,
                Err(error) => {
                    tell(Err(error.to_string()));
                    return;
                }
            };
            loop {
                let mut buffer = vec![0; 64 * 1024];
                match decoder.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => {
                        buffer.truncate(count);
                        if !tell(Ok(buffer)) {
                            return;
                        }
                    }
                    Err(error) => {
                        tell(Err(error.to_string()));
                        return;
                    }
                }
            }
        }
    });
    Coding::Zstd { into: Some(into), out }
}

/// What comes piece by piece, to be read.
struct Pieces {
    pieces: std::sync::mpsc::Receiver<Vec<u8>>,
    piece: Vec<u8>,
    at: usize,
}

impl Pieces {
    fn has_more(&mut self) -> bool {
        while self.at == self.piece.len() {
            match self.pieces.recv() {
                Ok(piece) => (self.piece, self.at) = (piece, 0),
                Err(_) => return false,
            }
        }
        true
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if !self.has_more() {
            return Ok(0);
        }
        let count = buffer.len().min(self.piece.len() - self.at);
        buffer[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
