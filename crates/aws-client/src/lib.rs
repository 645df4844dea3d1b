//! A client of AWS's services: any operation of any of them, from AWS's own models of them.
//!
//! What goes in and comes out is JSON as Step Functions has it: members in PascalCase whatever they are called on the wire, times in ISO 8601, bytes as
//! text, values that are no text serialised where the API wants a text.
//!
//! Reading order: [`Client`] and [`Options`] (a call), [`CallError`], [`Settings`] (where to and as whom), `input` and `output` (JSON to typed data and
//! back), `protocol` (typed data to HTTP and back), `endpoint`, `chain` (who asks), [`Request`] and its signature, [`Http`].

mod asymmetric;
mod chain;
mod checksum;
mod client;
mod credentials;
mod data;
mod endpoint;
mod error;
mod event_stream;
mod http;
mod input;
mod moment;
mod multi_region;
mod output;
mod profile;
mod protocol;
mod quirks;
mod request;
mod s3;
mod settings;
mod signature;
mod variables;

pub use client::{Client, Options, Prepared, Reply};
pub use credentials::{Credentials, NoCredentials};
pub use endpoint::{dns_suffix, is_aws_host, is_region};
pub use error::{CallError, ServiceError};
pub use http::{Http, HttpError, is_url};
pub use input::{Fault, Problem};
pub use profile::{NoProfile, Profile};
pub use request::{Request, percent_encoded};
pub use settings::Settings;
pub use signature::{Scope, basic_time};
pub use variables::{Variables, variable};

pub(crate) use moment::Moment;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How bytes look in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blobs {
    /// As the text they are, as in Step Functions.
    #[default]
    Text,
    /// In base 64.
    Base64,
}

/// How times look in a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Times {
    /// In ISO 8601, as tasks of `aws-sdk:` have them.
    #[default]
    Iso8601,
    /// As milliseconds since the Unix epoch, as the older of Step Functions' own integrations have them.
    Milliseconds,
}

/// How values look that JSON does not have.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Looks {
    pub(crate) blobs: Blobs,
    pub(crate) times: Times,
}

impl From<Blobs> for Looks {
    fn from(blobs: Blobs) -> Looks {
        Looks { blobs, times: Times::default() }
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.trim()).ok()
}
