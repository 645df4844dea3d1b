//! Tokens of OAuth 2.0's client credentials (RFC 6749, 4.4), kept until shortly before they expire.

use super::connection::{ClientAuthentication, Connection, Connections, Fault, OAuth, Parameters, basic, known};
use super::encoding;
use aws_client::Client;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response};
use json::{Object, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// How long asking for a token may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest answer with a token, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// How long a token is good of which nobody says so.
const USUAL_LIFE: Duration = Duration::from_secs(5 * 60);
/// So long before its end it is renewed; of a short life a tenth.
const MARGIN: Duration = Duration::from_secs(30);

/// The tokens of all connections.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<Token>>>>>);

#[derive(Clone)]
struct Token {
    header: String,
    /// When another one is asked for.
    renewed_at: Instant,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(…)")
    }
}

impl Tokens {
    /// The `Authorization` header with a connection's token. However many ask at a time, one token is fetched.
    pub async fn get(
        &self,
        connections: &Connections,
        connection: &Connection,
        oauth: &OAuth,
        aws: Option<&Client>,
        renew: bool,
    ) -> Result<String, Fault> {
        let asked = Instant::now();
        let place = {
            let mut tokens = self.0.lock().expect("nothing panics while holding the lock");
            tokens.entry(connection.name.clone()).or_default().clone()
        };
        let before = if renew { place.lock().await.clone() } else { None };
        let mut token = place.lock().await;
        let is_refused = |token: &Token| before.as_ref().is_some_and(|before| before.header == token.header);
        if let Some(token) = token.as_ref().filter(|token| asked < token.renewed_at && !is_refused(token)) {
            return Ok(token.header.clone());
        }
        let fresh = fetch(connections, connection, oauth, aws).await?;
        let header = fresh.header.clone();
        *token = Some(fresh);
        Ok(header)
    }
}

async fn fetch(
    connections: &Connections,
    connection: &Connection,
    oauth: &OAuth,
    aws: Option<&Client>,
) -> Result<Token, Fault> {
    let request = request(oauth, aws).await?;
    let problem =
        |problem: &dyn std::fmt::Display| Fault::Token(format!("no token from {}: {problem}", oauth.endpoint));
    let http = connections.http(connection, request.uri());
    let response = http.send(request, TIMEOUT, ANSWER_BYTES_MAX).await.map_err(|error| problem(&error))?;
    token(&response).map_err(|told| problem(&told))
}

async fn request(oauth: &OAuth, aws: Option<&Client>) -> Result<Request<Full<Bytes>>, Fault> {
    let invalid = |what: &dyn std::fmt::Display| Fault::Token(format!("no token can be asked for: {what}"));
    let Parameters { headers, query, body } = known(&oauth.parameters, aws).await?;
    let mut fields = Object::new();
    fields.set("grant_type", Value::from("client_credentials"));
    let mut authorization = None;
    match oauth.client_authentication {
        ClientAuthentication::Body => {
            fields.set("client_id", Value::from(oauth.client_id.get(aws).await?));
            fields.set("client_secret", Value::from(oauth.client_secret.get(aws).await?));
        }
        ClientAuthentication::Basic => {
            authorization = Some(basic(&oauth.client_id, &oauth.client_secret, aws).await?);
        }
    }
    for (name, value) in body.iter() {
        fields.set(name.clone(), value.clone());
    }
    let form = encoding::form(&fields, encoding::ArrayFormat::Repeat);
    let mut url = encoding::with_query(&oauth.endpoint, &encoding::query(&Object::new(), &query, Default::default()));
    let mut request = Request::builder().method(oauth.method.as_str()).header("accept", "application/json");
    let mut sent = Bytes::new();
    if oauth.method == "GET" {
        url = encoding::with_query(&url, &form);
    } else {
        request = request.header("content-type", "application/x-www-form-urlencoded");
        sent = form.into();
    }
    for (name, value) in headers.iter().map(|(name, value)| (&**name, value)) {
        request = request.header(name, value);
    }
    if let Some(authorization) = &authorization {
        request = request.header("authorization", authorization);
    }
    request.uri(url).body(Full::new(sent)).map_err(|error| invalid(&error))
}

fn token(response: &Response<Bytes>) -> Result<Token, String> {
    let text = String::from_utf8_lossy(response.body());
    let fields = json::parse(&text).unwrap_or(Value::Null);
    let field = |name: &str| fields.get(name);
    if !response.status().is_success() {
        let told = ["error", "error_description"].map(|name| field(name).and_then(Value::as_str).unwrap_or_default());
        return Err(format!("it answers {} {}", response.status().as_u16(), told.join(" ")).trim_end().to_owned());
    }
    let Some(access_token) = field("access_token").and_then(Value::as_str) else {
        return Err("its answer has no 'access_token'".to_owned());
    };
    // Everybody writes it in capitals, whatever the answer has.
    let kind = field("token_type").and_then(Value::as_str).unwrap_or("Bearer");
    let kind = if kind.eq_ignore_ascii_case("bearer") { "Bearer" } else { kind };
    let seconds = match field("expires_in") {
        Some(Value::Number(seconds)) => Some(seconds.as_f64()),
        // Some servers write a text.
        Some(Value::String(seconds)) => seconds.parse().ok(),
        _ => None,
    };
    let life = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(USUAL_LIFE);
    let life = life.min(Duration::from_secs(24 * 3600));
    let renewed_at = Instant::now() + life.saturating_sub(MARGIN.min(life / 10));
    Ok(Token { header: format!("{kind} {access_token}"), renewed_at })
}
