//! The embedded backend on real files. One program, so that it is linked once.

mod backup;
mod contract;
mod directory;
mod model;
mod recovery;
