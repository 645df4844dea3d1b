//! One execution's next step, as a pure function.
