//! Where a resource lives: the part every ARN of one server shares.

use std::fmt;
use std::sync::Arc;

/// Partition, Region and account. Cloning shares the texts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: Arc<str>,
    /// `us-east-1`, ...
    pub region: Arc<str>,
    /// The twelve digits of the account.
    pub account: Arc<str>,
}

impl Identity {
    /// The identity of a server.
    pub fn new(partition: &str, region: &str, account: &str) -> Identity {
        Identity { partition: partition.into(), region: region.into(), account: account.into() }
    }

    /// The start of an ARN of `service`, up to the colon before the resource.
    pub(crate) fn write_prefix(&self, service: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "arn:{}:{service}:{}:{}:", self.partition, self.region, self.account)
    }
}
