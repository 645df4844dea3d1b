//! The console over raw HTTP: who is answered, and what.

mod executions;
mod lists;
mod live;
mod safety;
mod tasks;
mod world;
