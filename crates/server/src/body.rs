//! Reading a request's body: no longer than allowed, no slower than allowed, JSON.

use crate::memory::{Full, Held};
use api::{Code, Exception, Operation};
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use json::Value;
use std::time::Duration;

/// Bytes of the longest body of operations without a definition: the longest payload, every byte of it escaped, and room to spare.
const WITHOUT_DEFINITION_BYTES_MAX: usize = 2 << 20;

/// Pieces of a body that may be as small as they like. After them the average counts: a piece costs more than its bytes.
const PIECES_FREE: usize = 4096;
const PIECE_BYTES_MIN: usize = 64;

/// What a body may cost.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) bytes_max: usize,
    pub(crate) timeout: Duration,
}

impl Limits {
    /// The same for an operation that needs less.
    pub(crate) fn of(self, operation: Operation) -> Limits {
        use Operation::{CreateStateMachine, TestState, UpdateStateMachine, ValidateStateMachineDefinition};
        let has_definition =
            matches!(operation, CreateStateMachine | UpdateStateMachine | ValidateStateMachineDefinition | TestState);
        let bytes_max = if has_definition { self.bytes_max } else { self.bytes_max.min(WITHOUT_DEFINITION_BYTES_MAX) };
        Limits { bytes_max, ..self }
    }
}

/// The body's bytes, which `held` has room for then, or the exception that says what is wrong with it.
pub(crate) async fn read(body: Incoming, limits: Limits, held: &mut Held) -> Result<Bytes, Exception> {
    match tokio::time::timeout(limits.timeout, collect(body, limits.bytes_max, held)).await {
        Ok(collected) => collected,
        Err(_) => Err(unreadable("The body did not arrive in time")),
    }
}

/// A body that comes in one piece is not copied.
async fn collect(mut body: Incoming, bytes_max: usize, held: &mut Held) -> Result<Bytes, Exception> {
    let announced = body.size_hint().exact();
    if announced.is_some_and(|bytes| bytes > bytes_max as u64) {
        return Err(too_large(bytes_max));
    }
    hold(held, announced.map_or(0, |bytes| bytes as usize))?;
    let (mut first, mut all, mut pieces) = (Bytes::new(), Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unreadable(&format!("The body could not be read: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        let bytes = first.len() + all.len() + data.len();
        if bytes > bytes_max {
            return Err(too_large(bytes_max));
        }
        pieces += 1;
        if pieces > PIECES_FREE && bytes / pieces < PIECE_BYTES_MIN {
            return Err(unreadable("The body comes in too small pieces"));
        }
        if all.is_empty() && first.is_empty() {
            hold(held, bytes)?;
            first = data;
            continue;
        }
        if all.len() + first.len() + data.len() > all.capacity() {
            // What a growing vector will take at once, so that it is refused rather than taken.
            let room = announced.map_or_else(|| (bytes * 2).min(bytes_max), |bytes| bytes as usize);
            hold(held, room)?;
            all.reserve_exact(room - all.len());
        }
        all.extend_from_slice(&std::mem::take(&mut first));
        all.extend_from_slice(&data);
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

/// The body as a value.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Exception> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| unreadable(&format!("The body is not UTF-8 from byte {} on", error.valid_up_to())))?;
    json::parse(text).map_err(|error| unreadable(&format!("The body is not JSON: {error} at byte {}", error.offset)))
}

fn hold(held: &mut Held, bytes: usize) -> Result<(), Exception> {
    held.grow_to(bytes).map_err(|Full| Exception::throttling())
}

fn too_large(bytes_max: usize) -> Exception {
    let message = format!("The body is longer than {bytes_max} bytes");
    Exception::new(Code::RequestEntityTooLargeException, message)
}

fn unreadable(message: &str) -> Exception {
    Exception::new(Code::SerializationException, message)
}
