//! Partitions, timers, dispatch: executions kept alive and durable.

pub mod registry;
