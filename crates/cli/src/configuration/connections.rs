//! `connections:`, by name: what HTTP Tasks are sent with, as EventBridge's connections are on AWS.

use super::reader::{Fields, Findings};
use asl::{Entry, Node, NodeKind};
use aws_client::is_url;
use integrations::http_task::{Authorization, ClientAuthentication, Connection, OAuth, Parameters, Secret};
use std::path::Path;

const FIELDS: [&str; 6] = ["basic", "apiKey", "oauth", "parameters", "allowPlainHttp", "allowLinkLocal"];
const OAUTH_FIELDS: [&str; 6] =
    ["endpoint", "method", "clientId", "clientSecret", "clientAuthentication", "parameters"];
const SECRET_HELP: &str =
    "write a text, {env: NAME}, {file: PATH}, or {secret: NAME_OR_ARN, key: FIELD} of Secrets Manager";

/// Reads one entry; relative paths are relative to `base`.
pub(super) fn read(entry: &Entry, base: &Path, findings: &mut Findings) -> Option<Connection> {
    let name = &entry.key;
    let fields = Fields::of(name, &entry.value, &FIELDS, findings);
    let mut reader = Reader { base, findings };
    let ways = ["basic", "apiKey", "oauth"].map(|way| fields.get(way).map(|node| (way, node)));
    let ways: Vec<(&str, &Node)> = ways.into_iter().flatten().collect();
    let authorization = match ways[..] {
        [("basic", node)] => reader.basic(node),
        [("apiKey", node)] => reader.api_key(node),
        [(_, node)] => reader.oauth(node),
        _ => {
            let message = format!("Connection '{name}' needs one of 'basic', 'apiKey' and 'oauth'");
            reader.findings.add(&entry.key_span, message);
            None
        }
    };
    let parameters = fields.get("parameters").map(|node| reader.parameters(node)).unwrap_or_default();
    let mut flag = |name: &str| match fields.get(name).map(|node| (node, &node.kind)) {
        None => false,
        Some((_, NodeKind::Bool(value))) => *value,
        Some((node, _)) => {
            reader.findings.add(&node.span, format!("'{name}' is true or false"));
            false
        }
    };
    let (allow_plain_http, allow_link_local) = (flag("allowPlainHttp"), flag("allowLinkLocal"));
    let name = name.to_string();
    Some(Connection { name, authorization: authorization?, parameters, allow_plain_http, allow_link_local })
}

struct Reader<'r> {
    base: &'r Path,
    findings: &'r mut Findings,
}

impl Reader<'_> {
    fn basic(&mut self, node: &Node) -> Option<Authorization> {
        let fields = Fields::of("basic", node, &["username", "password"], self.findings);
        let (username, password) = (self.secret_of(&fields, "username"), self.secret_of(&fields, "password"));
        Some(Authorization::Basic { username: username?, password: password? })
    }

    fn api_key(&mut self, node: &Node) -> Option<Authorization> {
        let fields = Fields::of("apiKey", node, &["name", "value"], self.findings);
        let name = self.text_of(&fields, "name");
        let value = self.secret_of(&fields, "value");
        Some(Authorization::ApiKey { name: name?, value: value? })
    }

    fn oauth(&mut self, node: &Node) -> Option<Authorization> {
        let fields = Fields::of("oauth", node, &OAUTH_FIELDS, self.findings);
        let endpoint = self.text_of(&fields, "endpoint");
        if let (Some(url), Some(node)) = (&endpoint, fields.get("endpoint"))
            && !is_url(url)
        {
            self.findings.add(&node.span, "'endpoint' must be a URL such as https://auth.example.com/token");
        }
        let (client_id, client_secret) = (self.secret_of(&fields, "clientId"), self.secret_of(&fields, "clientSecret"));
        let method = self.word(&fields, "method", &["POST", "GET", "PUT"]);
        let client_authentication = match self.word(&fields, "clientAuthentication", &["body", "basic"]) {
            "basic" => ClientAuthentication::Basic,
            _ => ClientAuthentication::Body,
        };
        Some(Authorization::OAuth(Box::new(OAuth {
            endpoint: endpoint?,
            method: method.to_owned(),
            client_id: client_id?,
            client_secret: client_secret?,
            client_authentication,
            parameters: fields.get("parameters").map(|node| self.parameters(node)).unwrap_or_default(),
        })))
    }

    /// One of some words; the first if nothing is said.
    fn word(&mut self, fields: &Fields<'_>, name: &str, words: &[&'static str]) -> &'static str {
        let Some(node) = fields.get(name) else { return words[0] };
        let word = node.as_str().and_then(|text| words.iter().find(|word| **word == text));
        word.copied().unwrap_or_else(|| {
            self.findings.add(&node.span, format!("'{name}' must be one of {}", words.join(", ")));
            words[0]
        })
    }

    fn parameters(&mut self, node: &Node) -> Parameters<Secret> {
        let fields = Fields::of("parameters", node, &["headers", "query", "body"], self.findings);
        let mut parameters = Parameters::default();
        for (name, list) in [("headers", &mut parameters.headers), ("query", &mut parameters.query)] {
            for entry in fields.get(name).map_or(&[][..], |node| self.findings.entries(name, node)) {
                list.extend(self.secret(&entry.key, &entry.value).map(|secret| (entry.key.to_string(), secret)));
            }
        }
        if let Some(node) = fields.get("body") {
            self.findings.entries("body", node);
            parameters.body = node.to_value().as_object().cloned().unwrap_or_default();
        }
        parameters
    }

    fn text_of(&mut self, fields: &Fields<'_>, name: &str) -> Option<String> {
        match fields.get(name) {
            Some(node) => self.findings.text(name, node).map(|text| text.to_string()),
            None => {
                self.findings.add(&fields.span, format!("'{name}' is missing"));
                None
            }
        }
    }

    fn secret_of(&mut self, fields: &Fields<'_>, name: &str) -> Option<Secret> {
        match fields.get(name) {
            Some(node) => self.secret(name, node),
            None => {
                self.findings.add_with_help(&fields.span, format!("'{name}' is missing"), SECRET_HELP);
                None
            }
        }
    }

    fn secret(&mut self, name: &str, node: &Node) -> Option<Secret> {
        match &node.kind {
            NodeKind::String(text) => Some(Secret::Text(text.to_string())),
            NodeKind::Number(_) | NodeKind::Bool(_) => Some(Secret::Text(node.to_value().to_string())),
            NodeKind::Object(_) => {
                let fields = Fields::of(name, node, &["env", "file", "secret", "key"], self.findings);
                let mut text = |name: &str| fields.get(name).and_then(|node| self.findings.text(name, node)).cloned();
                let key = text("key").map(|key| key.to_string());
                match (text("env"), text("file"), text("secret")) {
                    (Some(variable), None, None) => Some(Secret::Environment(variable.to_string())),
                    (None, Some(file), None) => Some(Secret::File(self.base.join(&*file))),
                    (None, None, Some(id)) => Some(Secret::SecretsManager { id: id.to_string(), key }),
                    _ => {
                        let message = format!("'{name}' needs one of 'env', 'file' and 'secret'");
                        self.findings.add_with_help(&node.span, message, SECRET_HELP);
                        None
                    }
                }
            }
            _ => {
                self.findings.add_with_help(&node.span, format!("'{name}' must be a text"), SECRET_HELP);
                None
            }
        }
    }
}
