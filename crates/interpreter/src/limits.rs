//! The limits a step keeps to. AWS's by default.

/// Limits of one step and one execution.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest payload in UTF-8 bytes (AWS quota "Maximum input or output size": 262,144).
    pub payload_bytes_max: usize,
    /// The most history events (AWS quota: 25,000).
    pub events_max: u64,
    /// Inline Map iterations that run at a time when the definition does not ask for fewer (AWS quota: 40).
    pub inline_map_concurrency_max: u64,
    /// The most bytes of variables one scope may hold (AWS quota: 10 MiB).
    pub variables_bytes_max: usize,
    /// States entered in one step before other executions get their turn.
    pub transitions_per_step: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            payload_bytes_max: 262_144,
            events_max: crate::history::EVENTS_MAX,
            inline_map_concurrency_max: 40,
            variables_bytes_max: 10 * 1024 * 1024,
            transitions_per_step: 1000,
        }
    }
}
