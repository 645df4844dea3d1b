//! Amazon Resource Names and the name rules of Step Functions.
//!
//! A text becomes a typed ARN once, at the edge; everything behind it works with the type. Printing a parsed ARN gives the text it was
//! parsed from. Whether the named thing exists is not known here.
//!
//! Reading order: [`Identity`], [`StateMachineArn`], [`ExecutionArn`], [`ActivityArn`], [`MapRunArn`], [`Arn`] for any of them,
//! [`LambdaArn`], [`valid_name`].

mod activity;
mod any;
mod error;
mod execution;
mod identity;
mod lambda;
mod map_run;
mod name;
mod parts;
mod state_machine;

pub use activity::ActivityArn;
pub use any::Arn;
pub use error::ArnError;
pub use execution::ExecutionArn;
pub use identity::Identity;
pub use lambda::LambdaArn;
pub use map_run::MapRunArn;
pub use name::{NAME_CHARACTERS_MAX, valid_alias_name, valid_name};
pub use state_machine::{Qualifier, StateMachineArn};
