//! AWS's operations by name, for pages: the same code as behind the API, without its headers.

use super::{Answer, Console};
use crate::body;
use crate::console::failure::Failure;
use crate::operations::{self, Given};
use crate::trace_header::TraceHeaders;
use api::Operation;
use hyper::body::Incoming;

impl Console {
    /// `POST aws/{Operation}` with the operation's own JSON.
    pub(super) async fn aws(&self, operation: &str, trace: &TraceHeaders, body: Incoming) -> Answer {
        let named = Operation::ALL.iter().find(|known| known.as_str() == operation).copied();
        let operation = named.ok_or_else(|| Failure::not_found(format!("There is no operation '{operation}'")))?;
        let mut held = self.memory.none();
        let bytes = body::read(body, self.body_limits.of(operation), &mut held).await?;
        let request = body::parse(&bytes)?;
        drop(bytes);
        Ok(operations::perform(&self.engine, operation, Given { request, _held: held }, trace).await?)
    }
}
