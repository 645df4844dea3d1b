//! One file per command.

pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod describe;
pub(crate) mod dev;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod fork;
pub(crate) mod history;
pub(crate) mod lint;
pub(crate) mod list;
pub(crate) mod map_run;
pub(crate) mod mock;
pub(crate) mod redrive;
pub(crate) mod render;
pub(crate) mod restore;
pub(crate) mod run;
pub(crate) mod send_task;
pub(crate) mod serve;
pub(crate) mod start;
pub(crate) mod stats;
pub(crate) mod stop;
pub(crate) mod tasks;
pub(crate) mod validate;
pub(crate) mod waiting;
pub(crate) mod why;
