//! Executions in virtual time. One program, so that it is linked once.

mod cases;
mod definitions;
mod fork;
mod replay;
mod steps;
mod support;
