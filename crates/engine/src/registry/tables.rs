//! Where the registry's rows live: numbers 1 to 9 of the control partition. A number is never given another meaning.

use store::{PartitionId, Table};

/// The partition of everything that is not an execution.
pub const CONTROL: PartitionId = PartitionId(0);

/// Name of a state machine to its current revision.
pub(super) const STATE_MACHINES: Table = Table(1);
/// Revision number, big-endian, to what it is. Never changed, never removed: executions refer to it.
pub(super) const REVISIONS: Table = Table(2);
/// Name of an activity to what it is.
pub(super) const ACTIVITIES: Table = Table(3);
/// Kind and name of a resource to its tags. A resource without tags has no row.
pub(super) const TAGS: Table = Table(4);
/// Name of a state machine, zero, number of a version, big-endian, to what it is.
pub(super) const VERSIONS: Table = Table(5);
/// Name of a state machine, zero, name of an alias, to what it is.
pub(super) const ALIASES: Table = Table(6);
