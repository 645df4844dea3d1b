//! The API over raw HTTP: the documents in `conformance/cases/api`, each case against a server of its own, and the constraints of all members
//! of all requests. `UPDATE_EXPECT=1` writes what was answered into the documents.
//!
//! What is demanded comes from AWS's own model of the API: a case where an operation succeeds, one for every error it lists, and every
//! constraint. What cannot happen here is named with its reason ([`cases::NEVER`]).

mod cases;
mod constraints;
#[allow(dead_code, reason = "the interpreter's cases use more of it")]
#[path = "../../../crates/interpreter/tests/interpreter/support/document.rs"]
mod document;
mod masks;
mod model;
