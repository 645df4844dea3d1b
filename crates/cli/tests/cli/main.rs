//! The finished binary, run as its users run it. One program, so that it is linked once.

mod aws_deliveries;
mod client;
mod dev;
mod fmt;
mod lint;
mod render;
mod run;
mod serve;
mod support;
mod validate;
mod why;
