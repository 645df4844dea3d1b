//! AWS's models of its services: which operations every API has, and the shapes of what goes in and comes out.
//!
//! The models are botocore's, without their prose, packed into the program (`models.pack`; `cargo xtask aws-models` makes it). The names of
//! services and operations are read on the first question, a service's shapes when that service is first asked for; they are kept then.
//!
//! Services have the names that Step Functions gives them in `aws-sdk:` resources: those of the packages of AWS's SDK for Java.
//!
//! Reading order: [`services`], [`service`], [`Service`], [`Shape`], [`Place`], [`result_problem`], [`optimised`] (what Step Functions' own integrations call).

mod endpoints;
mod event_streams;
mod names;
mod optimised;
mod pack;
mod result;
mod service;
mod shape;

pub use endpoints::{Partition, Place, partition_of, partitions};
pub use event_streams::has_event_stream;
pub use names::{class_name, exception_name};
pub use optimised::{Optimised, all_optimised, optimised};
pub use pack::{Entry, botocore_version, entry, pack_bytes, service, services};
pub use result::{Checks, result_problem};
pub use service::{Auth, Operation, Protocol, Service};
pub use shape::{Kind, Location, Shape, spelled};
