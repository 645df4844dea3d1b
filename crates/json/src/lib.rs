//! The JSON value every other floor shares: immutable, cheap to clone, order and number text kept.
