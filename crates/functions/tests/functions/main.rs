//! Functions as a caller sees them: real processes, a real Runtime API, official clients.

mod fixture;
mod lifecycle;
mod logs;
mod official_clients;
mod outcomes;
mod pool;
mod protocol;
mod remote;
