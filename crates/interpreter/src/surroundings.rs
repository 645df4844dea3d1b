//! What a step is told about the world around its execution: limits, and which activities there are.

/// Everything a step may know besides definition, execution, command and time.
#[derive(Clone, Copy)]
pub struct Surroundings<'s> {
    /// Limits and scales.
    pub settings: &'s Settings,
    /// The activities that exist at this moment.
    pub activities: &'s dyn Activities,
}

/// Which activities exist.
pub trait Activities {
    /// Whether there is an activity with this ARN.
    fn exists(&self, activity_arn: &str) -> bool;
}

/// Limits of one step and one execution. AWS's by default.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The longest an execution may run, in seconds, whatever its machine's `TimeoutSeconds` says (AWS quota: five minutes for Express).
    pub execution_seconds_max: Option<u64>,
    /// Whether the context object shows `Execution.RedriveCount`: not in a synchronous Express execution (recorded).
    pub shows_redrive_count: bool,
    /// The longest payload in UTF-8 bytes (AWS quota "Maximum input or output size": 262,144).
    pub payload_bytes_max: usize,
    /// The most history events (AWS quota: 25,000).
    pub events_max: u64,
    /// Inline Map iterations that run at a time when the definition does not ask for fewer (AWS quota: 40).
    pub inline_map_concurrency_max: u64,
    /// The most bytes of variables an execution may hold (AWS quota: 10 MiB).
    pub variables_bytes_max: usize,
    /// States entered in one step before other executions get their turn.
    pub transitions_per_step: u32,
    /// What the durations of Wait states are multiplied with (`WAIT_TIME_SCALE` of Step Functions Local).
    pub wait_time_scale: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            execution_seconds_max: None,
            shows_redrive_count: true,
            payload_bytes_max: 262_144,
            events_max: crate::history::EVENTS_MAX,
            inline_map_concurrency_max: 40,
            variables_bytes_max: 10 * 1024 * 1024,
            transitions_per_step: 250,
            wait_time_scale: 1.0,
        }
    }
}
