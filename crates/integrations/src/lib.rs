//! Task performers: what happens outside when a Task state runs.
