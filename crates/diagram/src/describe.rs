//! The words beside a state's name: what it calls, how long it waits, how many rules it has; its glyph and its badges.

use crate::machine::shortened;
use crate::scene::{Badge, BadgeKind, Glyph, Kind};
use asl::{Node, NodeKind};

/// How a state is described.
pub(crate) struct Words {
    pub(crate) glyph: Glyph,
    /// One short line.
    pub(crate) subtitle: String,
    /// What a tooltip adds: the resource, the cause.
    pub(crate) title: String,
    pub(crate) badges: Vec<Badge>,
}

/// Describes a state.
pub(crate) fn state(node: &Node, kind: Kind) -> Words {
    let (glyph, subtitle, title) = match kind {
        Kind::Task => task(node),
        Kind::Pass => (Glyph::Pass, "Pass".to_owned(), String::new()),
        Kind::Choice => (Glyph::Choice, count("Choice", node, "Choices", "rule"), String::new()),
        Kind::Wait => (Glyph::Wait, wait(node), String::new()),
        Kind::Succeed => (Glyph::Succeed, "Succeed".to_owned(), String::new()),
        Kind::Fail => fail(node),
        Kind::Parallel => (Glyph::Parallel, count("Parallel", node, "Branches", "branch"), String::new()),
        Kind::Map => (Glyph::Map, map(node), String::new()),
        _ => (Glyph::Unknown, unknown(node), String::new()),
    };
    Words { glyph, subtitle, title, badges: badges(node) }
}

/// Whether a Map's iterations are child executions.
pub(crate) fn is_distributed(node: &Node) -> bool {
    let mode = node.get("ItemProcessor").and_then(|processor| processor.get("ProcessorConfig")?.get("Mode")?.as_str());
    mode == Some("DISTRIBUTED")
}

/// The errors of a catcher.
pub(crate) fn errors(catcher: &Node) -> String {
    let names = catcher.get("ErrorEquals").and_then(Node::as_array).unwrap_or_default();
    shortened(&names.iter().take(20).filter_map(Node::as_str).collect::<Vec<_>>().join(", "))
}

fn count(word: &str, node: &Node, key: &str, one: &str) -> String {
    let many = if one == "branch" { "branches" } else { "rules" };
    match node.get(key).and_then(Node::as_array).map(<[Node]>::len) {
        None => word.to_owned(),
        Some(1) => format!("{word} · 1 {one}"),
        Some(count) => format!("{word} · {count} {many}"),
    }
}

fn unknown(node: &Node) -> String {
    match node.get("Type").and_then(Node::as_str) {
        Some(name) => format!("Unknown type {}", shortened(name)),
        None => "No type".to_owned(),
    }
}

fn task(node: &Node) -> (Glyph, String, String) {
    let Some(resource) = node.get("Resource").and_then(Node::as_str) else {
        return (Glyph::Task, "Task".to_owned(), String::new());
    };
    let (glyph, subtitle) = resource_words(resource, node);
    (glyph, subtitle, shortened(resource))
}

fn resource_words(resource: &str, node: &Node) -> (Glyph, String) {
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let [_, _, service, _, _, rest] = parts[..] else {
        return (Glyph::Task, format!("Task · {}", shortened(resource)));
    };
    match service {
        "lambda" => {
            let name = rest.strip_prefix("function:").unwrap_or(rest);
            (Glyph::Lambda, format!("Lambda: {}", shortened(name)))
        }
        "states" => match rest.strip_prefix("activity:") {
            Some(name) => (Glyph::Activity, format!("Activity: {}", shortened(name))),
            None => integration(rest, node),
        },
        _ => (Glyph::Task, format!("Task · {}", shortened(resource))),
    }
}

fn integration(rest: &str, node: &Node) -> (Glyph, String) {
    let suffixes = [(".sync:2", " · run job"), (".sync", " · run job"), (".waitForTaskToken", " · wait for token")];
    let found = suffixes.iter().find_map(|(suffix, words)| Some((rest.strip_suffix(suffix)?, *words)));
    let (rest, pattern) = found.unwrap_or((rest, ""));
    let rest = rest.strip_prefix("aws-sdk:").unwrap_or(rest);
    let (service, action) = rest.rsplit_once(':').unwrap_or((rest, ""));
    let (name, glyph) = service_words(service);
    if (service, action) == ("lambda", "invoke")
        && let Some(function) = function_name(node)
    {
        return (glyph, format!("{name}: {function}{pattern}"));
    }
    let action = match action {
        "" => String::new(),
        action => format!(": {}", capitalised(&shortened(action))),
    };
    (glyph, format!("{name}{action}{pattern}"))
}

/// The function that is invoked, if it is named in the definition and not found out by an expression.
fn function_name(node: &Node) -> Option<String> {
    let arguments = node.get("Arguments").or_else(|| node.get("Parameters"))?;
    let name = arguments.get("FunctionName")?.as_str().filter(|name| !name.is_empty() && !name.starts_with("{%"))?;
    let name = name.strip_prefix("arn:").and_then(|rest| rest.split_once(":function:")).map_or(name, |(_, name)| name);
    Some(shortened(name))
}

/// How a service is called, and its glyph.
fn service_words(service: &str) -> (String, Glyph) {
    let (name, glyph) = match service {
        "lambda" => ("Lambda", Glyph::Lambda),
        "dynamodb" => ("DynamoDB", Glyph::Database),
        "rds" | "rdsdata" => ("RDS", Glyph::Database),
        "redshiftdata" => ("Redshift", Glyph::Database),
        "athena" => ("Athena", Glyph::Database),
        "glue" => ("Glue", Glyph::Job),
        "databrew" => ("DataBrew", Glyph::Job),
        "s3" => ("S3", Glyph::Bucket),
        "sqs" => ("SQS", Glyph::Queue),
        "sns" => ("SNS", Glyph::Message),
        "ses" | "sesv2" => ("SES", Glyph::Message),
        "kinesis" => ("Kinesis", Glyph::Queue),
        "firehose" => ("Firehose", Glyph::Queue),
        "events" | "eventbridge" => ("EventBridge", Glyph::Event),
        "scheduler" => ("EventBridge Scheduler", Glyph::Event),
        "states" | "sfn" => ("Step Functions", Glyph::Workflow),
        "ecs" => ("ECS", Glyph::Container),
        "eks" => ("EKS", Glyph::Container),
        "batch" => ("Batch", Glyph::Job),
        "codebuild" => ("CodeBuild", Glyph::Job),
        "elasticmapreduce" | "emr" => ("EMR", Glyph::Job),
        "emr-containers" => ("EMR on EKS", Glyph::Job),
        "emr-serverless" | "emrserverless" => ("EMR Serverless", Glyph::Job),
        "mediaconvert" => ("MediaConvert", Glyph::Job),
        "http" => ("HTTP", Glyph::Http),
        "apigateway" => ("API Gateway", Glyph::Http),
        "bedrock" | "bedrockruntime" => ("Bedrock", Glyph::Model),
        "bedrockagentruntime" | "bedrockagent" => ("Bedrock Agents", Glyph::Model),
        "bedrockagentcore" => ("Bedrock AgentCore", Glyph::Model),
        "sagemaker" => ("SageMaker", Glyph::Model),
        "sagemakerruntime" => ("SageMaker Runtime", Glyph::Model),
        "comprehend" => ("Comprehend", Glyph::Model),
        "rekognition" => ("Rekognition", Glyph::Model),
        "textract" => ("Textract", Glyph::Model),
        "transcribe" => ("Transcribe", Glyph::Model),
        "translate" => ("Translate", Glyph::Model),
        "polly" => ("Polly", Glyph::Model),
        "secretsmanager" => ("Secrets Manager", Glyph::Task),
        "ssm" => ("Systems Manager", Glyph::Task),
        "cloudformation" => ("CloudFormation", Glyph::Task),
        "cloudwatch" => ("CloudWatch", Glyph::Task),
        "cloudwatchlogs" => ("CloudWatch Logs", Glyph::Task),
        "servicecatalog" => ("Service Catalog", Glyph::Task),
        "iam" | "sts" | "ec2" | "kms" | "efs" | "acm" => return (service.to_uppercase(), Glyph::Task),
        _ => return (capitalised(&shortened(service)), Glyph::Task),
    };
    (name.to_owned(), glyph)
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn wait(node: &Node) -> String {
    let found = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"].into_iter().find_map(|key| {
        let words = match &node.get(key)?.kind {
            NodeKind::Number(number) => seconds(number.as_f64()).unwrap_or_else(|| format!("{number} s")),
            NodeKind::String(text) => expression(text),
            _ => return None,
        };
        let is_instant = key.starts_with("Timestamp");
        Some(format!("Wait {}{words}", if is_instant { "until " } else { "" }))
    });
    found.unwrap_or_else(|| "Wait".to_owned())
}

/// A whole number of seconds as people say it.
fn seconds(seconds: f64) -> Option<String> {
    if seconds < 60.0 || seconds.fract() != 0.0 || seconds > 1e9 {
        return None;
    }
    let seconds = seconds as u64;
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let (size, unit) = units.into_iter().find(|(size, _)| seconds.is_multiple_of(*size))?;
    Some(format!("{} {unit}", seconds / size))
}

fn fail(node: &Node) -> (Glyph, String, String) {
    let field = |key: &str| node.get(key).and_then(Node::as_str).map(expression);
    let error = field("Error").or_else(|| field("ErrorPath"));
    let cause = field("Cause").or_else(|| field("CausePath")).unwrap_or_default();
    (Glyph::Fail, error.map_or_else(|| "Fail".to_owned(), |error| format!("Fail · {error}")), cause)
}

fn map(node: &Node) -> String {
    let mut words = String::from(if is_distributed(node) { "Distributed Map" } else { "Map" });
    let source = node.get("ItemReader").and_then(|reader| reader.get("Resource")?.as_str());
    let items = ["Items", "ItemsPath"].into_iter().find_map(|key| node.get(key)?.as_str());
    match (source, items) {
        (Some(resource), _) => {
            let (_, reader) = resource_words(resource, node);
            words.push_str(&format!(" · {reader}"));
        }
        (None, Some(items)) if items != "$" => words.push_str(&format!(" · {}", expression(items))),
        _ => {}
    }
    if let Some(NodeKind::Number(number)) = node.get("MaxConcurrency").map(|node| &node.kind)
        && number.as_f64() > 0.0
    {
        words.push_str(&format!(" · {number} at a time"));
    }
    words
}

/// An expression without what only delimits it.
fn expression(text: &str) -> String {
    let trimmed = text.trim();
    let inner = trimmed.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}")).unwrap_or(trimmed);
    shortened(inner.trim()).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn badges(node: &Node) -> Vec<Badge> {
    let mut badges = Vec::new();
    if let Some(retriers) = node.get("Retry").and_then(Node::as_array).filter(|retriers| !retriers.is_empty()) {
        let title = format!("{} retry rule{}", retriers.len(), if retriers.len() == 1 { "" } else { "s" });
        badges.push(Badge { kind: BadgeKind::Retry, title });
    }
    let timeout = ["TimeoutSeconds", "TimeoutSecondsPath"].into_iter().find_map(|key| match &node.get(key)?.kind {
        NodeKind::Number(number) => Some(seconds(number.as_f64()).unwrap_or_else(|| format!("{number} s"))),
        NodeKind::String(text) => Some(expression(text)),
        _ => None,
    });
    if let Some(timeout) = timeout {
        badges.push(Badge { kind: BadgeKind::Timeout, title: format!("times out after {timeout}") });
    }
    badges
}
