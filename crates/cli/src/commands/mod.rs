//! One file per command.

pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod dev;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod lint;
pub(crate) mod restore;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod validate;
