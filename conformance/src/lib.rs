//! Replays recordings of the real AWS against this server and compares every answer.
//!
//! A recording says what a client did and what AWS answered; it is played against a fresh server in this process, over HTTP. Nothing here
//! knows how the server works, and nothing is excused here: what may differ is written in `expected_failures.txt`.
//!
//! Reading order: [`case`] (a recording), [`applies`] (can it be played yet), [`world`] (the server it is played against), [`replay`]
//! (playing it, or with [`mocked`] tasks), [`compare`] (is the answer AWS's), [`report`] (the table).

pub mod applies;
pub mod case;
pub mod client;
pub mod compare;
pub mod derived;
pub mod lambda;
pub mod logs;
pub mod masks;
pub mod messages;
pub mod mocked;
pub mod placeholders;
pub mod reference;
pub mod replay;
pub mod report;
pub mod stand_in;
pub mod worker;
pub mod world;
