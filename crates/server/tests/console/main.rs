//! The console over raw HTTP: who is answered, and what.

mod lists;
mod safety;
mod world;
