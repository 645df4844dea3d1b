//! Logging, tracing and encryption of a state machine, and encryption of an activity.
//!
//! The configurations are checked and shown again; what they switch on is elsewhere.

use crate::exception::Exception;
use crate::fields::{Fields, read_body};
use crate::limits;
use crate::shapes::{ARN, KMS_DATA_KEY_REUSE_PERIOD_SECONDS, KMS_KEY_ID};
use json::{ObjectBuilder, Value, json};
use std::sync::Arc;

/// `loggingConfiguration`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LoggingConfiguration {
    /// Which events are logged.
    pub level: LogLevel,
    /// Whether inputs and outputs are logged.
    pub include_execution_data: bool,
    /// ARNs of log groups. `None` if the request did not name the member, which a description then omits as well (recorded).
    pub destinations: Option<Vec<Arc<str>>>,
}

/// Which events are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LogLevel {
    /// Every event.
    All,
    /// Events of failures, caught or not.
    Error,
    /// Events that end an execution badly.
    Fatal,
    /// None.
    #[default]
    Off,
}

/// `tracingConfiguration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TracingConfiguration {
    /// Whether X-Ray tracing is on.
    pub enabled: bool,
}

/// `encryptionConfiguration`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum EncryptionConfiguration {
    /// `AWS_OWNED_KEY`: the default.
    #[default]
    AwsOwnedKey,
    /// `CUSTOMER_MANAGED_KMS_KEY`.
    CustomerManagedKmsKey {
        /// Key id, key ARN, alias or alias ARN.
        kms_key_id: Arc<str>,
        /// How long a data key may be used again.
        kms_data_key_reuse_period_seconds: i64,
    },
}

impl LoggingConfiguration {
    /// The member `loggingConfiguration` of a structure, as [`encode`](LoggingConfiguration::encode) wrote it.
    pub fn decode_member(structure: &Value) -> Result<Option<LoggingConfiguration>, Exception> {
        read_body(structure, LoggingConfiguration::read)
    }

    pub(crate) fn read(fields: &Fields<'_>) -> Result<Option<LoggingConfiguration>, Exception> {
        fields.structure("loggingConfiguration", |fields| {
            let destinations = fields.structures("destinations", |destination| {
                let group =
                    destination.structure("cloudWatchLogsLogGroup", |group| group.optional_text("logGroupArn", ARN))?;
                Ok(group.flatten().unwrap_or_default())
            })?;
            Ok(LoggingConfiguration {
                level: fields.word("level", &LogLevel::WORDS)?.unwrap_or_default(),
                include_execution_data: fields.boolean("includeExecutionData")?.unwrap_or_default(),
                destinations,
            })
        })
    }

    /// `InvalidLoggingConfiguration` unless there is the one destination a level needs.
    pub(crate) fn check(&self) -> Result<(), Exception> {
        let destinations = self.destinations.as_deref().unwrap_or_default();
        let needed = if self.level == LogLevel::Off { 0..=1 } else { 1..=1 };
        if !needed.contains(&destinations.len()) {
            return Err(Exception::invalid_logging_configuration("Must specify exactly one Log Destination."));
        }
        if destinations.iter().any(|arn| !arn.starts_with("arn:") || !arn.ends_with(":*")) {
            return Err(Exception::invalid_logging_configuration("Log Destination not found."));
        }
        Ok(())
    }

    /// As in requests and descriptions.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("level", self.level.as_str()).insert("includeExecutionData", self.include_execution_data);
        let destination = |arn: &Arc<str>| json!({"cloudWatchLogsLogGroup": {"logGroupArn": (arn)}});
        let destinations = self.destinations.as_ref().map(|list| list.iter().map(destination).collect::<Vec<_>>());
        body.insert_some("destinations", destinations);
        body.build().into()
    }
}

impl LogLevel {
    const WORDS: [(&str, LogLevel); 4] =
        [("ALL", LogLevel::All), ("ERROR", LogLevel::Error), ("FATAL", LogLevel::Fatal), ("OFF", LogLevel::Off)];

    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            LogLevel::All => "ALL",
            LogLevel::Error => "ERROR",
            LogLevel::Fatal => "FATAL",
            LogLevel::Off => "OFF",
        }
    }
}

impl TracingConfiguration {
    /// The member `tracingConfiguration` of a structure, as [`encode`](TracingConfiguration::encode) wrote it.
    pub fn decode_member(structure: &Value) -> Result<Option<TracingConfiguration>, Exception> {
        read_body(structure, TracingConfiguration::read)
    }

    pub(crate) fn read(fields: &Fields<'_>) -> Result<Option<TracingConfiguration>, Exception> {
        fields.structure("tracingConfiguration", |fields| {
            Ok(TracingConfiguration { enabled: fields.boolean("enabled")?.unwrap_or_default() })
        })
    }

    /// As in requests and descriptions.
    pub fn encode(&self) -> Value {
        json!({"enabled": (self.enabled)})
    }
}

/// `encryptionConfiguration` as written: its members may contradict each other.
pub(crate) struct GivenEncryption {
    customer_managed: bool,
    key: Option<Arc<str>>,
    reuse_seconds: Option<i64>,
}

impl GivenEncryption {
    pub(crate) fn read(fields: &Fields<'_>) -> Result<Option<GivenEncryption>, Exception> {
        let words = [("AWS_OWNED_KEY", false), ("CUSTOMER_MANAGED_KMS_KEY", true)];
        fields.structure("encryptionConfiguration", |fields| {
            Ok(GivenEncryption {
                customer_managed: fields.required("type", fields.word("type", &words)?).unwrap_or_default(),
                key: fields.optional_text("kmsKeyId", KMS_KEY_ID)?,
                reuse_seconds: fields.integer("kmsDataKeyReusePeriodSeconds", KMS_DATA_KEY_REUSE_PERIOD_SECONDS)?,
            })
        })
    }

    pub(crate) fn check(self) -> Result<EncryptionConfiguration, Exception> {
        match (self.customer_managed, self.key) {
            (true, Some(kms_key_id)) => Ok(EncryptionConfiguration::CustomerManagedKmsKey {
                kms_key_id,
                kms_data_key_reuse_period_seconds: self.reuse_seconds.unwrap_or(limits::KMS_REUSE_SECONDS_DEFAULT),
            }),
            (true, None) => Err(Exception::invalid_encryption_configuration(
                "kmsKeyId must be specified when type is CUSTOMER_MANAGED_KMS_KEY",
            )),
            (false, None) if self.reuse_seconds.is_none() => Ok(EncryptionConfiguration::AwsOwnedKey),
            (false, _) => Err(Exception::invalid_encryption_configuration(
                "kmsKeyId and kmsDataKeyReusePeriodSeconds can only be specified when type is CUSTOMER_MANAGED_KMS_KEY",
            )),
        }
    }
}

impl EncryptionConfiguration {
    /// The member `encryptionConfiguration` of a structure, as [`encode`](EncryptionConfiguration::encode) wrote it.
    pub fn decode_member(structure: &Value) -> Result<Option<EncryptionConfiguration>, Exception> {
        read_body(structure, GivenEncryption::read)?.map(GivenEncryption::check).transpose()
    }

    /// As in requests and descriptions.
    pub fn encode(&self) -> Value {
        match self {
            EncryptionConfiguration::AwsOwnedKey => json!({"type": "AWS_OWNED_KEY"}),
            EncryptionConfiguration::CustomerManagedKmsKey { kms_key_id, kms_data_key_reuse_period_seconds } => json!({
                "kmsKeyId": (kms_key_id),
                "kmsDataKeyReusePeriodSeconds": (*kms_data_key_reuse_period_seconds),
                "type": "CUSTOMER_MANAGED_KMS_KEY"
            }),
        }
    }
}
