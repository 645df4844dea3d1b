//! The state types, one file each.

pub(crate) mod choice;
pub(crate) mod comparison;
pub(crate) mod distributed_map;
pub(crate) mod fail;
pub(crate) mod map;
pub(crate) mod parallel;
pub(crate) mod pass;
pub(crate) mod succeed;
pub(crate) mod task;
pub(crate) mod wait;
