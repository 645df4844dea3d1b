//! Items of a JSON document, one after the other: the members of the list or object at its top, or where a pointer leads. No more of the
//! document is held than the item that is being read.

use super::bytes::Bytes;
use super::{ITEM_BYTES_MAX, failed};
use crate::map_runs::Broken;
use json::Value;
use std::sync::Arc;

/// What is iterated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    List,
    Object,
}

/// Goes to the first item of the node that `pointer` (RFC 6901) leads to.
pub(super) async fn enter(bytes: &mut Bytes, pointer: &str) -> Result<Kind, Broken> {
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let missing = || failed(format!("The ItemsPointer '{pointer}' does not lead to a value."));
        match next_byte(bytes).await? {
            Some(b'{') => {
                bytes.take(1);
                loop {
                    let Some(key) = next_key(bytes).await? else { return Err(missing()) };
                    if key == step {
                        break;
                    }
                    value_text(bytes).await?;
                }
            }
            Some(b'[') => {
                bytes.take(1);
                let index: u64 = step.parse().map_err(|_| missing())?;
                for _ in 0..index {
                    if !begins_value(bytes).await? {
                        return Err(missing());
                    }
                    value_text(bytes).await?;
                }
                if !begins_value(bytes).await? {
                    return Err(missing());
                }
            }
            _ => return Err(missing()),
        }
    }
    let kind = match next_byte(bytes).await? {
        Some(b'[') => Kind::List,
        Some(b'{') => Kind::Object,
        _ => return Err(failed("Attempting to map over non-iterable node.")),
    };
    bytes.take(1);
    Ok(kind)
}

/// The next item, with its key if it is an object's member.
pub(super) async fn next(bytes: &mut Bytes, kind: Kind) -> Result<Option<(Option<Arc<str>>, Value, usize)>, Broken> {
    let key = match kind {
        Kind::List => match begins_value(bytes).await? {
            true => None,
            false => return Ok(None),
        },
        Kind::Object => match next_key(bytes).await? {
            Some(key) => Some(key.into()),
            None => return Ok(None),
        },
    };
    let (value, length) = value(bytes).await?;
    Ok(Some((key, value, length)))
}

/// Whether another element of a list follows; the comma before it is taken.
async fn begins_value(bytes: &mut Bytes) -> Result<bool, Broken> {
    match next_byte(bytes).await? {
        Some(b']') => Ok(false),
        Some(b',') => {
            bytes.take(1);
            Ok(true)
        }
        Some(_) => Ok(true),
        None => Err(invalid()),
    }
}

/// The key of the next member; what is between it and its value is taken.
async fn next_key(bytes: &mut Bytes) -> Result<Option<String>, Broken> {
    let mut first = next_byte(bytes).await?;
    if first == Some(b',') {
        bytes.take(1);
        first = next_byte(bytes).await?;
    }
    match first {
        Some(b'}') => return Ok(None),
        Some(b'"') => {}
        _ => return Err(invalid()),
    }
    let (key, _) = value(bytes).await?;
    if next_byte(bytes).await? != Some(b':') {
        return Err(invalid());
    }
    bytes.take(1);
    Ok(key.as_str().map(str::to_owned))
}

/// The next byte that is no white space, which stays where it is.
async fn next_byte(bytes: &mut Bytes) -> Result<Option<u8>, Broken> {
    loop {
        let rest = bytes.rest();
        match rest.iter().position(|byte| !byte.is_ascii_whitespace()) {
            Some(at) => {
                let byte = rest[at];
                bytes.take(at);
                return Ok(Some(byte));
            }
            None => {
                bytes.take(bytes.rest().len());
                if !bytes.fill().await? {
                    return Ok(None);
                }
            }
        }
    }
}

async fn value(bytes: &mut Bytes) -> Result<(Value, usize), Broken> {
    let text = value_text(bytes).await?;
    let text = String::from_utf8(text).map_err(|_| invalid())?;
    let value = json::parse(&text).map_err(|_| invalid())?;
    Ok((value, text.len()))
}

/// The text of the next value.
async fn value_text(bytes: &mut Bytes) -> Result<Vec<u8>, Broken> {
    next_byte(bytes).await?;
    let mut scan = Scan::default();
    let mut scanned = 0;
    loop {
        if let Some(length) = scan.end(&bytes.rest()[scanned..]) {
            let text = bytes.rest()[..scanned + length].to_vec();
            bytes.take(scanned + length);
            return Ok(text);
        }
        scanned = bytes.rest().len();
        if scanned > ITEM_BYTES_MAX {
            return Err(failed("An item is longer than 8 MB."));
        }
        if !bytes.fill().await? {
            // A number at the very end of a document is over too.
            let text = bytes.rest().to_vec();
            bytes.take(text.len());
            return if text.is_empty() { Err(invalid()) } else { Ok(text) };
        }
    }
}

/// Where a value ends: brackets are counted, texts are passed over. Whether it is one is found out when it is parsed.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_text: bool,
    is_escaped: bool,
    began: bool,
}

impl Scan {
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            if self.in_text {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => {
                        self.in_text = false;
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_text = true,
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' if self.depth == 0 => return Some(at),
                b']' | b'}' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                b',' | b':' if self.depth == 0 => return Some(at),
                byte if byte.is_ascii_whitespace() && self.depth == 0 && self.began => return Some(at),
                _ => {}
            }
            self.began = true;
        }
        None
    }
}

fn invalid() -> Broken {
    failed("The object is not valid JSON.")
}

/// The next line that is a value.
pub(super) async fn next_line(bytes: &mut Bytes) -> Result<Option<(Value, usize)>, Broken> {
    let (mut is_over, mut scanned) = (false, 0);
    loop {
        let rest = bytes.rest();
        let end = rest[scanned..].iter().position(|byte| *byte == b'\n').map(|at| scanned + at);
        let Some(end) = end.or((is_over && !rest.is_empty()).then_some(rest.len())) else {
            if is_over {
                return Ok(None);
            }
            scanned = rest.len();
            if scanned > ITEM_BYTES_MAX {
                return Err(failed("A line is longer than 8 MB."));
            }
            is_over = !bytes.fill().await?;
            continue;
        };
        let line = std::str::from_utf8(&rest[..end]).map_err(|_| failed("The object is not encoded in UTF-8."))?;
        let value = match line.trim() {
            "" => None,
            line => Some(json::parse(line).map_err(|_| failed("A line of the object is not valid JSON."))?),
        };
        let taken = (end + 1).min(rest.len());
        bytes.take(taken);
        scanned = 0;
        if let Some(value) = value {
            return Ok(Some((value, taken)));
        }
    }
}
