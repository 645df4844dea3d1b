//! The `Resource` of a Task state, parsed once.

/// What a Task state calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A function's own ARN: the state's input is the payload, the function's answer the result.
    LambdaFunction {
        /// The ARN as written.
        arn: String,
    },
    /// Work that a worker fetches with GetActivityTask.
    Activity {
        /// The ARN as written.
        arn: String,
    },
    /// `arn:aws:states:::<service>:<action>[.pattern]`, optimised or `aws-sdk:`.
    Service {
        /// The ARN as written.
        arn: String,
        /// `resourceType` in the history: `lambda`, `aws-sdk:s3`.
        service: String,
        /// The action without the pattern's suffix: `invoke`.
        action: String,
        /// The pattern its suffix asks for.
        pattern: IntegrationPattern,
    },
}

/// How long a service integration waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegrationPattern {
    /// For the call's response.
    RequestResponse,
    /// `.sync`: for the job it starts; the result as the job's service gives it.
    RunJob,
    /// `.sync:2`: the same, with JSON texts in the result parsed.
    RunJobVersion2,
    /// `.waitForTaskToken`: for SendTaskSuccess or SendTaskFailure.
    WaitForTaskToken,
}

impl IntegrationPattern {
    /// The suffix as it stands in a resource.
    pub fn suffix(self) -> &'static str {
        match self {
            IntegrationPattern::RequestResponse => "",
            IntegrationPattern::RunJob => ".sync",
            IntegrationPattern::RunJobVersion2 => ".sync:2",
            IntegrationPattern::WaitForTaskToken => ".waitForTaskToken",
        }
    }
}

impl Resource {
    /// The ARN as written.
    pub fn arn(&self) -> &str {
        match self {
            Resource::LambdaFunction { arn } | Resource::Activity { arn } | Resource::Service { arn, .. } => arn,
        }
    }
}
