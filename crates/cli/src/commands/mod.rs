//! One file per command.

pub(crate) mod dev;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod lint;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod validate;
