//! What a Task calls, read leniently: placeholders that a deployment fills in are common in `Resource`.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Called<'t> {
    /// A function by its own ARN.
    Function,
    Activity,
    Service(Service<'t>),
    /// A placeholder, or nothing that is known.
    Unknown,
}

/// `service:action`, with how it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Service<'t> {
    /// Without `aws-sdk:`.
    pub(crate) name: &'t str,
    pub(crate) action: &'t str,
    pub(crate) pattern: Pattern,
    pub(crate) is_sdk: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    RequestResponse,
    /// `.sync`
    Job,
    /// `.sync:2`
    Job2,
    /// `.waitForTaskToken`
    Token,
}

impl<'t> Called<'t> {
    pub(crate) fn of(resource: &'t str) -> Called<'t> {
        if !resource.starts_with("arn:") {
            return Called::Unknown;
        }
        if resource.contains(":lambda:") && resource.contains(":function:") {
            return Called::Function;
        }
        if resource.contains(":activity:") {
            return Called::Activity;
        }
        let Some((_, rest)) = resource.split_once(":states:::") else { return Called::Unknown };
        let (rest, pattern) = split(rest);
        let (service, is_sdk) = match rest.strip_prefix("aws-sdk:") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        match service.split_once(':') {
            Some((name, action)) => Called::Service(Service { name, action, pattern, is_sdk }),
            None => Called::Unknown,
        }
    }

    /// Whether it is `service:action`, optimised.
    pub(crate) fn is(self, name: &str, action: &str) -> bool {
        matches!(self, Called::Service(service) if !service.is_sdk && service.name == name && service.action == action)
    }

    pub(crate) fn pattern(self) -> Option<Pattern> {
        match self {
            Called::Service(service) => Some(service.pattern),
            _ => None,
        }
    }

    /// Whether it hands out a task token and waits for it.
    pub(crate) fn is_callback(self) -> bool {
        self.pattern() == Some(Pattern::Token)
    }

    /// Whether it waits for a job.
    pub(crate) fn is_job(self) -> bool {
        matches!(self.pattern(), Some(Pattern::Job | Pattern::Job2))
    }

    /// Whether it runs a Lambda function.
    pub(crate) fn is_lambda(self) -> bool {
        self == Called::Function || self.is("lambda", "invoke")
    }
}

fn split(text: &str) -> (&str, Pattern) {
    let patterns = [(".sync:2", Pattern::Job2), (".sync", Pattern::Job), (".waitForTaskToken", Pattern::Token)];
    let found = patterns.into_iter().find_map(|(suffix, pattern)| Some((text.strip_suffix(suffix)?, pattern)));
    found.unwrap_or((text, Pattern::RequestResponse))
}
