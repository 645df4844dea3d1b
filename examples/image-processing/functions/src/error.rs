//! What can go wrong, by the names that the workflow's `Retry` and `Catch` match.

use lambda_runtime::Diagnostic;

/// An error of one of the functions; the variant's name is its `errorType`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such photo.
    #[error("there is no image {0}")]
    ImageNotFound(String),
    /// The file is not a photo these functions can read.
    #[error("{0}")]
    UnsupportedImage(String),
    /// Decoding it would take too much memory.
    #[error("{0}")]
    ImageTooLarge(String),
    /// The event names a path or an id it must not.
    #[error("{0}")]
    InvalidRequest(String),
    /// The disk did not do what it should; it may the next time.
    #[error("{0}")]
    StorageUnavailable(String),
}

impl Error {
    /// A failed write, with what was to be written.
    pub(crate) fn storage(what: &str, error: impl std::fmt::Display) -> Error {
        Error::StorageUnavailable(format!("cannot write {what}: {error}"))
    }

    fn error_type(&self) -> &'static str {
        match self {
            Error::ImageNotFound(_) => "ImageNotFound",
            Error::UnsupportedImage(_) => "UnsupportedImage",
            Error::ImageTooLarge(_) => "ImageTooLarge",
            Error::InvalidRequest(_) => "InvalidRequest",
            Error::StorageUnavailable(_) => "StorageUnavailable",
        }
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Diagnostic {
        Diagnostic { error_type: error.error_type().to_owned(), error_message: error.to_string() }
    }
}
