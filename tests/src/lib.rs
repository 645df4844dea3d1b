//! What the tests of the finished binary share. No crate of ours is imported: these tests know Stepwell as its users do, by its binary, its
//! API and its files.
//!
//! Reading order: [`binaries`] (where the programs are), [`http`] and [`Client`] (requests), [`Server`] (a process on a data directory),
//! [`SmallDisk`], [`functions`] (what a functions file says), [`ledger`] (what functions did), [`history`] (what every history must be like), [`withholding`] (services that do not answer). The program
//! `scripted-function` is a Lambda function that does what its event says.

pub mod binaries;
mod client;
pub mod functions;
pub mod history;
pub mod http;
pub mod ledger;
pub mod machines;
pub mod moto;
mod server;
mod small_disk;
pub mod withholding;

pub use client::{CallError, Client};
pub use moto::Moto;
pub use server::{Server, Setup};
pub use small_disk::SmallDisk;
pub use withholding::Withholding;
