//! AWS's limits on requests and resources, in one place. Lengths of text count UTF-16 units as AWS's Java does, unless they say bytes.

/// Execution inputs and outputs and task results, in UTF-8 bytes.
pub const PAYLOAD_BYTES_MAX: usize = 262_144;
/// A definition.
pub const DEFINITION_CHARACTERS_MAX: usize = 1_048_576;
/// Names of machines, executions, activities and workers.
pub const NAME_CHARACTERS_MAX: usize = arn::NAME_CHARACTERS_MAX;
/// Most ARNs.
pub const ARN_CHARACTERS_MAX: usize = 256;
/// ARNs of Map Runs.
pub const LONG_ARN_CHARACTERS_MAX: usize = 2000;
/// `error` of a failure.
pub const ERROR_CHARACTERS_MAX: usize = 256;
/// `cause` of a failure.
pub const CAUSE_CHARACTERS_MAX: usize = 32_768;
/// `traceHeader`.
pub const TRACE_HEADER_CHARACTERS_MAX: usize = 256;
/// Task tokens.
pub const TASK_TOKEN_CHARACTERS_MAX: usize = 2048;
/// Descriptions of versions and aliases.
pub const DESCRIPTION_CHARACTERS_MAX: usize = 256;
/// A KMS key's id, alias or ARN.
pub const KMS_KEY_ID_CHARACTERS_MAX: usize = 2048;
/// `kmsDataKeyReusePeriodSeconds`, least.
pub const KMS_REUSE_SECONDS_MIN: i64 = 60;
/// `kmsDataKeyReusePeriodSeconds`, most.
pub const KMS_REUSE_SECONDS_MAX: i64 = 900;
/// `kmsDataKeyReusePeriodSeconds` when not given.
pub const KMS_REUSE_SECONDS_DEFAULT: i64 = 300;
/// `maxResults`, most.
pub const MAX_RESULTS_MAX: i64 = 1000;
/// `maxResults` when 0 or not given.
pub const MAX_RESULTS_DEFAULT: usize = 100;
/// `maxResults` of ValidateStateMachineDefinition, most and when not given.
pub const DIAGNOSTICS_MAX: i64 = 100;
/// `nextToken` of most lists.
pub const NEXT_TOKEN_CHARACTERS_MAX: usize = 1024;
/// `nextToken` of ListExecutions.
pub const EXECUTIONS_NEXT_TOKEN_CHARACTERS_MAX: usize = 3096;
/// How long a `nextToken` is good, in milliseconds.
pub const NEXT_TOKEN_AGE_MS_MAX: i64 = 24 * 60 * 60 * 1000;
/// Tags on one resource.
pub const TAGS_MAX: usize = 50;
/// A tag's key.
pub const TAG_KEY_CHARACTERS_MAX: usize = 128;
/// A tag's value.
pub const TAG_VALUE_CHARACTERS_MAX: usize = 256;
/// Events in one execution's history.
pub const HISTORY_EVENTS_MAX: u64 = 25_000;
/// State machines in one account.
pub const STATE_MACHINES_MAX: usize = 100_000;
/// Activities in one account.
pub const ACTIVITIES_MAX: usize = 100_000;
/// Open executions in one account.
pub const OPEN_EXECUTIONS_MAX: u64 = 1_000_000;
/// Pollers of one activity.
pub const ACTIVITY_POLLERS_MAX: usize = 1000;
/// How long GetActivityTask waits for a task, in milliseconds.
pub const ACTIVITY_POLL_MS: u64 = 60_000;
