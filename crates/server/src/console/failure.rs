//! What went wrong, as the console's API says it: `{"error": {"code", "message", "field"}}`.

use super::shape::{Shape, shapes};
use api::{Code, Exception};
use hyper::StatusCode;
use std::borrow::Cow;
use std::sync::Arc;

shapes! {
    /// The body of every answer that is no success.
    struct Failed {
        /// What went wrong.
        error: Trouble,
    }

    /// What went wrong.
    struct Trouble {
        /// A word for programs: one of AWS's exceptions, or one of the console's own.
        code: Arc<str>,
        /// A sentence for people.
        message: Arc<str>,
        /// The part of the request that is to blame.
        field: Option<Arc<str>>,
    }
}

/// A request that is not answered as wished.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    code: &'static str,
    message: String,
    field: Option<Cow<'static, str>>,
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Failure {
        Failure { status, code, message: message.into(), field: None }
    }

    /// A part of the query or body that cannot be.
    pub(crate) fn field(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Failure {
        Failure { field: Some(field.into()), ..Failure::new(StatusCode::BAD_REQUEST, "InvalidParameter", message) }
    }

    /// A cursor nobody was given, or of another list.
    pub(crate) fn cursor() -> Failure {
        let message = "The cursor is none that this list has given";
        Failure { field: Some("cursor".into()), ..Failure::new(StatusCode::BAD_REQUEST, "InvalidCursor", message) }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::NOT_FOUND, "NotFound", message)
    }

    pub(crate) fn forbidden(code: &'static str, message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::FORBIDDEN, code, message)
    }

    /// An execution that there can be no fork of.
    pub(crate) fn not_forkable(message: &'static str) -> Failure {
        Failure::new(StatusCode::BAD_REQUEST, "NotForkable", message)
    }

    pub(crate) fn method() -> Failure {
        Failure::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "There is nothing for this method here")
    }

    pub(crate) fn media_type() -> Failure {
        let message = "A body must be JSON: Content-Type application/json";
        Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
    }

    pub(crate) fn upgrade() -> Failure {
        Failure::new(StatusCode::UPGRADE_REQUIRED, "UpgradeRequired", "This is a WebSocket of version 13")
    }

    pub(crate) fn busy(message: &'static str) -> Failure {
        Failure::new(StatusCode::SERVICE_UNAVAILABLE, "Busy", message)
    }

    pub(crate) fn too_large(message: &'static str) -> Failure {
        Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "TooLarge", message)
    }

    pub(crate) fn internal() -> Failure {
        let message = "Something broke in the server; its log says more";
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", message)
    }

    /// The body.
    pub(crate) fn body(&self) -> String {
        let (code, message) = (self.code.into(), self.message.as_str().into());
        Failed { error: Trouble { code, message, field: self.field.as_deref().map(Into::into) } }.to_json()
    }
}

impl From<Exception> for Failure {
    fn from(exception: Exception) -> Failure {
        let status = match exception.code {
            Code::ExecutionDoesNotExist | Code::StateMachineDoesNotExist | Code::ResourceNotFound => {
                StatusCode::NOT_FOUND
            }
            Code::ThrottlingException => StatusCode::TOO_MANY_REQUESTS,
            code => StatusCode::from_u16(code.http_status()).expect("the codes' statuses are HTTP's"),
        };
        Failure::new(status, exception.code.as_str(), exception.message)
    }
}
