//! The bytes of an object, in order: fetched range by range, decompressed on the way, and held only as far as they are being looked at.

use crate::map_runs::Broken;
use flate2::write::MultiGzDecoder;
use integrations::{Buckets, ObjectPlace};
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use std::io::{self, Read, Write};
use tokio::sync::mpsc;

/// Compressed bytes that are decompressed in one go: they may become a thousand times as many.
const COMPRESSED: usize = 16 * 1024;
/// Pieces that may wait to be decompressed, and to be taken.
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
        into: Option<mpsc::Sender<Vec<u8>>>,
        /// What it has decoded; nothing, once, at the end.
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
                let into = into.as_ref().expect("nothing is fetched after the end");
                loop {
                    // The decoder may want more before it gives anything, or be held up until something is taken from it.
                    tokio::select! {
                        biased;
                        decoded = out.recv() => match decoded {
                            Some(decoded) => self.buffer.extend(decoded.map_err(|error| unreadable(place, &error))?),
                            None => return Err(unreadable(place, &DECODER_GONE)),
                        },
                        Ok(room) = into.reserve() => {
                            room.send(piece);
                            return Ok(());
                        }
                    }
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
                match out.recv().await {
                    Some(Ok(decoded)) if decoded.is_empty() => {}
                    Some(Ok(decoded)) => {
                        self.buffer.extend(decoded);
                        return Ok(());
                    }
                    Some(Err(error)) => return Err(unreadable(place, &error)),
                    None => return Err(unreadable(place, &DECODER_GONE)),
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

/// What is said of a decoder that ended without having said anything.
const DECODER_GONE: &str = "the decoder has failed";

/// A decoder on a thread of its own, which ends when nobody wants what it decodes.
fn zstd() -> Coding {
    let (into, pieces) = mpsc::channel(PIECES);
    let (decoded, out) = mpsc::channel(PIECES);
    std::thread::spawn(move || {
        let mut pieces = Pieces { pieces, piece: Vec::new(), at: 0 };
        let result = decode_frames(&mut pieces, &decoded);
        // Nobody may want to know.
        let _ = decoded.blocking_send(result.map(|()| Vec::new()));
    });
    Coding::Zstd { into: Some(into), out }
}

/// Decodes frame after frame, as long as somebody wants them.
fn decode_frames(pieces: &mut Pieces, out: &mpsc::Sender<Result<Vec<u8>, String>>) -> Result<(), String> {
    while pieces.has_more() {
        let mut decoder = match StreamingDecoder::new(&mut *pieces) {
            Ok(decoder) => decoder,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let skipped = io::copy(&mut pieces.take(u64::from(length)), &mut io::sink());
                if skipped.is_ok_and(|skipped| skipped < u64::from(length)) {
                    return Err(TOO_SHORT.to_owned());
                }
                continue;
            }
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::BadMagicNumber(_))) => {
                return Err("no frame of zstd begins where one is to begin".to_owned());
            }
            Err(error) => return Err(told(&error)),
        };
        loop {
            let mut buffer = vec![0; 64 * 1024];
            let count = decoder.read(&mut buffer).map_err(|error| told(&error))?;
            if count == 0 {
                break;
            }
            buffer.truncate(count);
            if out.blocking_send(Ok(buffer)).is_err() {
                return Ok(());
            }
        }
        let checksum = decoder.decoder.get_checksum_from_data();
        if checksum.is_some() && checksum != decoder.decoder.get_calculated_checksum() {
            return Err("its checksum is another one".to_owned());
        }
    }
    Ok(())
}

/// What is said of an object that ends within a frame.
const TOO_SHORT: &str = "it ends too early";

/// Why a frame cannot be decoded, in short if that is because it is cut off.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof) {
            return TOO_SHORT.to_owned();
        }
        cause = error.source();
    }
    error.to_string()
}

/// What comes piece by piece, to be read.
struct Pieces {
    pieces: mpsc::Receiver<Vec<u8>>,
    piece: Vec<u8>,
    at: usize,
}

impl Pieces {
    fn has_more(&mut self) -> bool {
        while self.at == self.piece.len() {
            match self.pieces.blocking_recv() {
                Some(piece) => (self.piece, self.at) = (piece, 0),
                None => return false,
            }
        }
        true
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.has_more() {
            return Ok(0);
        }
        let count = buffer.len().min(self.piece.len() - self.at);
        buffer[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
