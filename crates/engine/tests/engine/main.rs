//! The engine over the memory store, spoken to as the server speaks to it. One program, so that it is linked once.

mod accounts;
mod check;
mod executions;
mod express;
mod forks;
mod formats;
mod growth;
mod jobs;
mod map_runs;
mod mocks;
mod promises;
mod recovery;
mod redrive;
mod retention;
mod status_changes;
mod support;
mod tasks;
mod test_state;
mod tokens;
mod traces;
mod versions;
