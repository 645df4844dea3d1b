//! `aws`: where tasks find AWS's services, and as whom.

use super::reader::{Fields, Findings};
use asl::{Node, NodeKind};
use aws_client::is_url;
use std::collections::BTreeMap;

const FIELDS: [&str; 5] = ["region", "profile", "endpoint", "endpoints", "s3PathStyle"];

/// What is said; AWS's variables and files say the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Aws {
    /// The Region of calls, if not the server's.
    pub(crate) region: Option<String>,
    /// The profile in AWS's files.
    pub(crate) profile: Option<String>,
    /// The endpoint of all services.
    pub(crate) endpoint: Option<String>,
    /// Endpoints of services, by the names of `aws-sdk:` resources.
    pub(crate) endpoints: BTreeMap<String, String>,
    /// Whether S3's buckets are named in the path.
    pub(crate) s3_path_style: Option<bool>,
}

/// Reads the field.
pub(super) fn read(node: &Node, findings: &mut Findings) -> Aws {
    let fields = Fields::of("aws", node, &FIELDS, findings);
    let mut aws = Aws::default();
    if let Some(node) = fields.get("region") {
        aws.region = findings.text("region", node).map(|text| text.to_string());
    }
    if let Some(node) = fields.get("profile") {
        aws.profile = findings.text("profile", node).map(|text| text.to_string());
    }
    if let Some(node) = fields.get("endpoint") {
        aws.endpoint = endpoint("endpoint", node, findings);
    }
    if let Some(node) = fields.get("endpoints") {
        for entry in findings.entries("endpoints", node) {
            if service_models::entry(&entry.key).is_none() {
                let help = "services have their names of aws-sdk resources, such as dynamodb or cloudwatchlogs";
                findings.add_with_help(&entry.key_span, format!("There is no service '{}'", entry.key), help);
            }
            let url = endpoint(&entry.key, &entry.value, findings);
            aws.endpoints.extend(url.map(|url| (entry.key.to_string(), url)));
        }
    }
    if let Some(node) = fields.get("s3PathStyle") {
        match &node.kind {
            NodeKind::Bool(value) => aws.s3_path_style = Some(*value),
            _ => findings.add(&node.span, "s3PathStyle is true or false"),
        }
    }
    aws
}

fn endpoint(name: &str, node: &Node, findings: &mut Findings) -> Option<String> {
    let url = findings.text(name, node)?;
    if !is_url(url) {
        findings.add(&node.span, format!("'{url}' is no URL such as http://127.0.0.1:4566"));
    }
    Some(url.to_string())
}
