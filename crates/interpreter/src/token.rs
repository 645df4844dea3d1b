//! Task tokens: opaque to callers, readable by the engine that has to find the execution.

use crate::{FrameId, TaskId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const VERSION: u8 = 1;
const FIXED_LEN: usize = 1 + 3 * 8;

/// What a task token carries. Only the nonce is secret: it is drawn from the execution's random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskToken {
    /// The execution.
    pub execution_arn: String,
    /// The attempt.
    pub task: TaskId,
    /// Must be the attempt's own.
    pub nonce: u64,
}

impl TaskToken {
    /// The token's text: URL-safe base64.
    pub fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(FIXED_LEN + self.execution_arn.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.task.frame.0.to_be_bytes());
        bytes.extend_from_slice(&self.task.scheduled_event.to_be_bytes());
        bytes.extend_from_slice(&self.nonce.to_be_bytes());
        bytes.extend_from_slice(self.execution_arn.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token; `None` for anything this function's counterpart did not write.
    pub fn decode(text: &str) -> Option<TaskToken> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (fixed, arn) = bytes.split_at_checked(FIXED_LEN)?;
        if fixed[0] != VERSION {
            return None;
        }
        let number =
            |position: usize| u64::from_be_bytes(fixed[position..position + 8].try_into().expect("eight bytes"));
        Some(TaskToken {
            task: TaskId { frame: FrameId(number(1)), scheduled_event: number(9) },
            nonce: number(17),
            execution_arn: std::str::from_utf8(arn).ok()?.to_owned(),
        })
    }
}
