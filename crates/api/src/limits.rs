//! AWS's limits on requests and resources, in one place, but for the constraints of single members, which are in `shapes`. Lengths of text count UTF-16 units as AWS's Java does, unless they say bytes.

/// Execution inputs and outputs and task results, in UTF-8 bytes.
pub const PAYLOAD_BYTES_MAX: usize = 262_144;
/// Names of machines, executions, activities and workers.
pub const NAME_CHARACTERS_MAX: usize = arn::NAME_CHARACTERS_MAX;
/// `traceHeader`.
pub const TRACE_HEADER_CHARACTERS_MAX: usize = 256;
/// `kmsDataKeyReusePeriodSeconds` when not given.
pub const KMS_REUSE_SECONDS_DEFAULT: i64 = 300;
/// `maxResults` when 0 or not given.
pub const MAX_RESULTS_DEFAULT: usize = 100;
/// `maxResults` of ValidateStateMachineDefinition, most and when not given.
pub const DIAGNOSTICS_MAX: i64 = 100;
/// How long a `nextToken` is good, in milliseconds.
pub const NEXT_TOKEN_AGE_MS_MAX: i64 = 24 * 60 * 60 * 1000;
/// Tags on one resource.
pub const TAGS_MAX: usize = 50;
/// Events in one execution's history.
pub const HISTORY_EVENTS_MAX: u64 = 25_000;
/// State machines in one account.
pub const STATE_MACHINES_MAX: usize = 100_000;
/// Activities in one account.
pub const ACTIVITIES_MAX: usize = 100_000;
/// Versions of one state machine.
pub const VERSIONS_MAX: usize = 1000;
/// Aliases of one state machine.
pub const ALIASES_MAX: usize = 100;
/// Open executions in one account.
pub const OPEN_EXECUTIONS_MAX: u64 = 1_000_000;
/// Pollers of one activity.
pub const ACTIVITY_POLLERS_MAX: usize = 1000;
/// How long GetActivityTask waits for a task, in milliseconds.
pub const ACTIVITY_POLL_MS: u64 = 60_000;
