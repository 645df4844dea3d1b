//! The work behind the three functions of the example: a thumbnail, the features of a photo, a record of both.
//!
//! Each function of this library is one Lambda function's handler without Lambda; `src/bin` puts them behind AWS's runtime client. Paths in
//! events are relative to the function's root (`LAMBDA_TASK_ROOT`) and may not leave it. Every function may run twice with the same event, as
//! a workflow may repeat a task, and then does no harm.

mod camera;
mod colour;
mod error;
mod features;
mod lambda;
mod metadata;
mod photo;
mod thumbnail;

pub use camera::Camera;
pub use error::Error;
pub use features::{Features, FeaturesRequest, identify_features};
pub use lambda::serve;
pub use metadata::{MetadataRequest, StoredMetadata, store_metadata};
pub use thumbnail::{Thumbnail, ThumbnailRequest, make_thumbnail};
