//! `traces:`, where spans go. The variables of OpenTelemetry are stronger.

use super::reader::{Fields, Findings};
use asl::Node;
use aws_client::is_url;

const FIELDS: [&str; 3] = ["endpoint", "headers", "serviceName"];

/// Where spans go.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TracesConfiguration {
    /// The URL of an OTLP endpoint, without `/v1/traces`.
    pub(crate) endpoint: Option<String>,
    /// What requests there have besides.
    pub(crate) headers: Vec<(String, String)>,
    /// What the server is called there.
    pub(crate) service_name: Option<String>,
}

/// Reads the mapping.
pub(super) fn read(node: &Node, findings: &mut Findings) -> TracesConfiguration {
    let fields = Fields::of("traces", node, &FIELDS, findings);
    let endpoint = fields.get("endpoint").and_then(|node| {
        let url = findings.text("endpoint", node)?;
        if !is_url(url) {
            findings.add(&node.span, "'endpoint' must be a URL such as http://127.0.0.1:4318");
        }
        Some(url.to_string())
    });
    let mut headers = Vec::new();
    for entry in fields.get("headers").map_or(&[][..], |node| findings.entries("headers", node)) {
        headers.extend(findings.text(&entry.key, &entry.value).map(|value| (entry.key.to_string(), value.to_string())));
    }
    let service_name = fields.get("serviceName").and_then(|node| findings.text("serviceName", node));
    TracesConfiguration { endpoint, headers, service_name: service_name.map(|name| name.to_string()) }
}
