//! Connections: what EventBridge keeps on AWS, here from the configuration.

use super::addresses;
use super::oauth::Tokens;
use aws_client::{Client, Http, Options};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use json::{Object, Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long a connection to a host may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// One connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Its name: what follows `connection/` in its ARN.
    pub name: String,
    /// How requests prove whom they come from.
    pub authorization: Authorization,
    /// What is added to every request, and wins over what a task says.
    pub parameters: Parameters<Secret>,
    /// Whether other machines may be called without TLS.
    pub allow_plain_http: bool,
    /// Whether link-local addresses and metadata services may be called.
    pub allow_link_local: bool,
}

/// How requests prove whom they come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Authorization {
    /// A user's name and password.
    Basic {
        /// The name.
        username: Secret,
        /// The password.
        password: Secret,
    },
    /// A header with a key in it.
    ApiKey {
        /// The header.
        name: String,
        /// The key.
        value: Secret,
    },
    /// A token that a server gives for a client's id and secret.
    OAuth(Box<OAuth>),
}

/// Where tokens come from (OAuth 2.0, client credentials).
#[derive(Clone, Debug, PartialEq)]
pub struct OAuth {
    /// The URL that gives tokens.
    pub endpoint: String,
    /// GET, POST or PUT.
    pub method: String,
    /// The client.
    pub client_id: Secret,
    /// Its secret.
    pub client_secret: Secret,
    /// How the two are sent.
    pub client_authentication: ClientAuthentication,
    /// What else is sent.
    pub parameters: Parameters<Secret>,
}

/// How a client proves who it is (RFC 6749, 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// `client_id` and `client_secret` among the fields of the form.
    #[default]
    Body,
    /// An `Authorization` header.
    Basic,
}

/// Headers, query parameters and fields of the body. Where `V` is text, no secret is left unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters<V = String> {
    /// Headers.
    pub headers: Vec<(String, V)>,
    /// Query parameters.
    pub query: Vec<(String, V)>,
    /// Fields of the body.
    pub body: Object,
}

impl<V> Default for Parameters<V> {
    fn default() -> Self {
        Parameters { headers: Vec::new(), query: Vec::new(), body: Object::new() }
    }
}

/// A text that may be kept elsewhere. It is fetched anew for every request.
#[derive(Clone, PartialEq)]
pub enum Secret {
    /// It stands in the configuration.
    Text(String),
    /// A variable of the server's environment.
    Environment(String),
    /// A file, without the line break at its end.
    File(PathBuf),
    /// Secrets Manager has it.
    SecretsManager {
        /// Name or ARN.
        id: String,
        /// The field of the secret, which is JSON then.
        key: Option<String>,
    },
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Secret::Text(_) => formatter.write_str("Text(…)"),
            Secret::Environment(name) => formatter.debug_tuple("Environment").field(name).finish(),
            Secret::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Secret::SecretsManager { id, .. } => formatter.debug_tuple("SecretsManager").field(id).finish(),
        }
    }
}

/// Why a connection cannot be used just now.
pub(super) enum Fault {
    /// A secret cannot be had.
    Secret(String),
    /// No token can be had.
    Token(String),
}

/// All connections. Cloning shares them, their tokens and what they have open.
#[derive(Clone, Debug)]
pub struct Connections(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    connections: BTreeMap<String, Connection>,
    tokens: Tokens,
    /// To this machine.
    loopback: Http,
    /// To anything but link-local addresses.
    guarded: Http,
    /// To anything.
    open: Http,
}

impl Default for Connections {
    fn default() -> Connections {
        Connections::new([])
    }
}

impl Connections {
    /// These connections.
    pub fn new(connections: impl IntoIterator<Item = Connection>) -> Connections {
        let connections = connections.into_iter().map(|connection| (connection.name.clone(), connection));
        Connections(Arc::new(Inner {
            connections: connections.collect(),
            tokens: Tokens::default(),
            loopback: Http::to_allowed(CONNECT_TIMEOUT, addresses::is_loopback),
            guarded: Http::to_allowed(CONNECT_TIMEOUT, addresses::is_public_or_private),
            open: Http::new(CONNECT_TIMEOUT),
        }))
    }

    /// The connection of an ARN, `arn:aws:events:us-east-1:123456789012:connection/name/uuid`, or of a name.
    pub(super) fn find(&self, arn: &str) -> Option<&Connection> {
        let name = match arn.split_once(":connection/") {
            Some((_, name)) => name.split('/').next().unwrap_or_default(),
            None => arn,
        };
        self.0.connections.get(name)
    }

    /// What sends a request of a connection.
    pub(super) fn http(&self, connection: &Connection, uri: &Uri) -> &Http {
        let is_plain = uri.scheme_str() == Some("http");
        match (is_plain && !connection.allow_plain_http, connection.allow_link_local) {
            (true, _) => &self.0.loopback,
            (false, false) => &self.0.guarded,
            (false, true) => &self.0.open,
        }
    }

    /// What a connection adds to a request.
    pub(super) async fn added(
        &self,
        connection: &Connection,
        aws: Option<&Client>,
        renew_token: bool,
    ) -> Result<Parameters, Fault> {
        let mut added = known(&connection.parameters, aws).await?;
        let (name, value) = match &connection.authorization {
            Authorization::Basic { username, password } => {
                ("Authorization".to_owned(), basic(username, password, aws).await?)
            }
            Authorization::ApiKey { name, value } => (name.clone(), value.get(aws).await?),
            Authorization::OAuth(oauth) => {
                let token = self.0.tokens.get(self, connection, oauth, aws, renew_token).await?;
                ("Authorization".to_owned(), token)
            }
        };
        added.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
        added.headers.push((name, value));
        Ok(added)
    }
}

impl Connection {
    /// Whether it asks a server for tokens.
    pub(super) fn has_token(&self) -> bool {
        matches!(self.authorization, Authorization::OAuth(_))
    }
}

/// Parameters with all secrets in place.
pub(super) async fn known(parameters: &Parameters<Secret>, aws: Option<&Client>) -> Result<Parameters, Fault> {
    let mut known = Parameters { body: parameters.body.clone(), ..Parameters::default() };
    for (name, secret) in &parameters.headers {
        known.headers.push((name.clone(), secret.get(aws).await?));
    }
    for (name, secret) in &parameters.query {
        known.query.push((name.clone(), secret.get(aws).await?));
    }
    Ok(known)
}

/// The header of Basic authentication.
pub(super) async fn basic(username: &Secret, password: &Secret, aws: Option<&Client>) -> Result<String, Fault> {
    let both = format!("{}:{}", username.get(aws).await?, password.get(aws).await?);
    Ok(format!("Basic {}", STANDARD.encode(both)))
}

impl Secret {
    /// The text.
    pub(super) async fn get(&self, aws: Option<&Client>) -> Result<String, Fault> {
        match self {
            Secret::Text(text) => Ok(text.clone()),
            Secret::Environment(name) => {
                std::env::var(name).map_err(|_| Fault::Secret(format!("the variable {name} is not set")))
            }
            Secret::File(path) => match tokio::fs::read_to_string(path).await {
                Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
                Err(error) => Err(Fault::Secret(format!("{}: {error}", path.display()))),
            },
            Secret::SecretsManager { id, key } => {
                let problem = |problem: &dyn std::fmt::Display| Fault::Secret(format!("the secret {id}: {problem}"));
                let Some(aws) = aws else { return Err(problem(&"AWS's services are not configured")) };
                let parameters = json!({"SecretId": (id.as_str())});
                let answer = aws.call("secretsmanager", "getSecretValue", &parameters, Options::default()).await;
                let answer = answer.map_err(|error| problem(&error))?;
                let text =
                    answer.get("SecretString").and_then(Value::as_str).ok_or_else(|| problem(&"it has no text"))?;
                let Some(key) = key else { return Ok(text.to_owned()) };
                let value = json::parse(text).ok().and_then(|fields| fields.get(key).cloned());
                let text = value.as_ref().and_then(Value::as_str);
                text.map(str::to_owned).ok_or_else(|| problem(&format_args!("it has no field '{key}' with a text")))
            }
        }
    }
}

/// The Region of a connection.
pub(super) fn region_of(arn: &str) -> &str {
    arn.split(':').nth(3).filter(|region| !region.is_empty()).unwrap_or("us-east-1")
}
