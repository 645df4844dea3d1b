//! The console over raw HTTP: who is answered, and what.

mod executions;
mod forks;
mod imported;
mod lists;
mod live;
mod map_runs;
mod safety;
mod tasks;
mod world;
