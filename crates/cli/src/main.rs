//! The `stepwell` binary: arguments, output, exit codes and wiring; nothing else.
fn main() {}
