//! Why a call gave nothing.

use crate::{Fault, Problem};
use json::Value;
use std::fmt;

/// A call that did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// There is no such operation.
    #[error("there is no operation {operation} of the service {service}")]
    Unknown {
        /// The service's name.
        service: String,
        /// The operation's name.
        operation: String,
    },
    /// The parameters do not fit the operation; nothing was sent.
    #[error("{}", told(.0))]
    Invalid(Vec<Problem>),
    /// The request cannot be made of them, or the client is not set up for it; nothing was sent.
    #[error("{0}")]
    Unsendable(String),
    /// The service answered with an error.
    #[error("{0}")]
    Service(Box<ServiceError>),
    /// There was no answer.
    #[error("{message}")]
    NoAnswer {
        /// Why.
        message: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// It is longer than was allowed.
    #[error("the answer has more than {bytes_max} bytes")]
    TooLong {
        /// What was allowed.
        bytes_max: usize,
    },
    /// There was one, but it is not what the service's model says.
    #[error("{0}")]
    Unreadable(String),
}

/// An error that a service answers with.
#[derive(Clone, Debug, Default)]
pub struct ServiceError {
    /// Its code, such as `ResourceNotFoundException` or `NoSuchBucket`.
    pub code: String,
    /// Its message.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// The request's id; empty if there was none.
    pub request_id: String,
    /// S3's second id of a request.
    pub extended_request_id: Option<String>,
    /// The shape of the service's model that has this code.
    pub shape: Option<String>,
    /// The members of that shape, as results have them.
    pub members: Value,
    /// How often the call was tried.
    pub attempts: u32,
}

impl fmt::Display for ServiceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.is_empty() {
            true => write!(formatter, "{} (status {})", self.code, self.status),
            false => write!(formatter, "{}: {}", self.code, self.message),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            Fault::Unknown => write!(formatter, "The field '{}' is not supported by Step Functions", self.field),
            Fault::Format => write!(formatter, "The value of the field '{}' has an invalid format", self.field),
        }
    }
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
