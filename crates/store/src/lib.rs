//! The storage contract, its memory backend and the suite every backend passes.
