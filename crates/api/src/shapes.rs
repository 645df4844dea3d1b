//! The constraints of the members of requests, by the names of their shapes in AWS's model.
//!
//! Made by `cargo xtask api-model` from `crates/api/model`; do not edit. Words of enums are with the enums, in the order in which AWS lists
//! them in messages; `conformance/tests/api` holds them to the model.

use crate::fields::{Pattern, Text};
use std::ops::RangeInclusive;

pub(crate) const ALIAS_DESCRIPTION: Text = Text::characters(0, 256).sensitive();
pub(crate) const ARN: Text = Text::characters(1, 256);
pub(crate) const CHARACTER_RESTRICTED_NAME: Text = Text::characters(1, 80).matching(Pattern::CHARACTER_RESTRICTED_NAME);
pub(crate) const CLIENT_TOKEN: Text = Text::characters(1, 64).matching(Pattern::CLIENT_TOKEN);
pub(crate) const DEFINITION: Text = Text::characters(1, 1048576).sensitive();
pub(crate) const KMS_DATA_KEY_REUSE_PERIOD_SECONDS: RangeInclusive<i64> = 60..=900;
pub(crate) const KMS_KEY_ID: Text = Text::characters(1, 2048);
pub(crate) const LIST_EXECUTIONS_PAGE_TOKEN: Text = Text::characters(1, 3096);
pub(crate) const LONG_ARN: Text = Text::characters(1, 2000);
pub(crate) const MAP_ITERATION_FAILURE_COUNT: RangeInclusive<i64> = 0..=i64::MAX;
pub(crate) const MAX_CONCURRENCY: RangeInclusive<i64> = 0..=i64::MAX;
pub(crate) const NAME: Text = Text::characters(1, 80);
pub(crate) const PAGE_SIZE: RangeInclusive<i64> = 0..=1000;
pub(crate) const PAGE_TOKEN: Text = Text::characters(1, 1024);
pub(crate) const RETRIER_RETRY_COUNT: RangeInclusive<i64> = 0..=i64::MAX;
pub(crate) const REVISION_ID: Text = Text::any();
pub(crate) const ROUTING_CONFIGURATION_LIST: RangeInclusive<usize> = 1..=2;
pub(crate) const SENSITIVE_CAUSE: Text = Text::characters(0, 32768).sensitive();
pub(crate) const SENSITIVE_DATA: Text = Text::characters(0, 262144).sensitive();
pub(crate) const SENSITIVE_ERROR: Text = Text::characters(0, 256).sensitive();
pub(crate) const TAG_KEY: Text = Text::characters(1, 128);
pub(crate) const TAG_VALUE: Text = Text::characters(0, 256);
pub(crate) const TASK_TOKEN: Text = Text::characters(1, 2048);
pub(crate) const TEST_STATE_STATE_NAME: Text = Text::characters(1, 80).sensitive();
pub(crate) const TOLERATED_FAILURE_COUNT: RangeInclusive<i64> = 0..=i64::MAX;
pub(crate) const TOLERATED_FAILURE_PERCENTAGE: RangeInclusive<f64> = 0.0..=100.0;
pub(crate) const TRACE_HEADER: Text = Text::characters(0, 256).matching(Pattern::TRACE_HEADER);
pub(crate) const VALIDATE_STATE_MACHINE_DEFINITION_MAX_RESULT: RangeInclusive<i64> = 0..=100;
pub(crate) const VERSION_DESCRIPTION: Text = Text::characters(0, 256).sensitive();
pub(crate) const VERSION_WEIGHT: RangeInclusive<i64> = 0..=100;
