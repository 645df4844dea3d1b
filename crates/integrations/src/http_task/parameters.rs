//! What an HTTP Task says.

use super::connection::Parameters;
use super::encoding::{self, ArrayFormat};
use hyper::{Method, Uri};
use json::{Object, Value};
use std::sync::Arc;

/// Headers that a task may not set (Step Functions developer guide, "HTTP Task definition").
const FORBIDDEN: [&str; 35] = [
    "a-im",
    "accept-charset",
    "accept-datetime",
    "accept-encoding",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-md5",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authorization",
    "range",
    "referer",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "warning",
    "content-length",
];
const FORBIDDEN_BEGINNINGS: [&str; 3] = ["x-forwarded", "x-amz-", "x-amzn-"];

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];

/// One request, as the task has it.
pub(super) struct Call {
    pub endpoint: Arc<str>,
    pub method: Method,
    pub connection_arn: Arc<str>,
    pub headers: Vec<Header>,
    pub query: Object,
    pub body: Option<Value>,
    /// How lists are written where the body, or the query, is.
    pub array_format: ArrayFormat,
    pub is_body_encoded: bool,
}

/// A header's name and its values.
pub(super) type Header = (Arc<str>, Vec<Arc<str>>);

/// What is sent as the body.
pub(super) enum Body {
    None,
    Json(String),
    Text(String),
    Form(String),
}

impl Call {
    /// Reads the parameters; an error says what is wrong in AWS's manner.
    pub fn read(parameters: &Value) -> Result<Call, String> {
        let endpoint = required(parameters, "ApiEndpoint")?;
        let is_absolute = endpoint.parse::<Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
        });
        if !is_absolute || endpoint.contains('@') && endpoint.parse::<Uri>().is_ok_and(|uri| has_user(&uri)) {
            return Err(invalid("ApiEndpoint"));
        }
        let method = required(parameters, "Method")?;
        if !METHODS.contains(&&*method) {
            return Err(invalid("Method"));
        }
        let connection = |name: &str| parameters.get(name)?.get("ConnectionArn").cloned();
        let connection_arn = match connection("Authentication").or_else(|| connection("InvocationConfig")) {
            Some(Value::String(arn)) => arn,
            Some(_) => return Err(invalid("ConnectionArn")),
            None => return Err(missing("ConnectionArn")),
        };
        let transform = parameters.get("Transform");
        let (is_body_encoded, array_format) = encoding::transform(transform)?;
        Ok(Call {
            method: method.parse().map_err(|_| invalid("Method"))?,
            headers: headers(parameters.get("Headers"))?,
            query: match parameters.get("QueryParameters") {
                None | Some(Value::Null) => Object::new(),
                Some(Value::Object(query)) => query.clone(),
                Some(_) => return Err(invalid("QueryParameters")),
            },
            body: parameters.get("RequestBody").filter(|body| **body != Value::Null).cloned(),
            endpoint,
            connection_arn,
            array_format,
            is_body_encoded,
        })
    }

    /// The URL with the query parameters of the task but for those that a connection's stand in place of.
    pub fn url(&self, added: &Parameters) -> String {
        encoding::with_query(&self.endpoint, &encoding::query(&self.query, &added.query, self.array_format))
    }

    /// The body with what a connection adds to one that has fields.
    pub fn body(&self, added: &Object) -> Body {
        self.encode(match &self.body {
            Some(Value::Object(body)) => Some(Value::from(with(body, added))),
            Some(other) => Some(other.clone()),
            None if added.is_empty() => None,
            None => Some(Value::from(added)),
        })
    }

    /// The body without the fields that a connection's stand in place of.
    pub fn body_without(&self, added: &Object) -> Body {
        self.encode(self.body.as_ref().map(|body| match body {
            Value::Object(body) => {
                let own = body.iter().filter(|(name, _)| added.get(name).is_none());
                own.map(|(name, value)| (name.clone(), value.clone())).collect::<Object>().into()
            }
            other => other.clone(),
        }))
    }

    fn encode(&self, body: Option<Value>) -> Body {
        match body {
            None => Body::None,
            Some(Value::Object(fields)) if self.is_body_encoded => {
                Body::Form(encoding::form(&fields, self.array_format))
            }
            Some(Value::String(text)) => Body::Text(text.to_string()),
            Some(other) => Body::Json(other.to_string()),
        }
    }
}

/// `added` wins.
fn with(object: &Object, added: &Object) -> Object {
    let mut both = object.clone();
    for (name, value) in added.iter() {
        both.set(name.clone(), value.clone());
    }
    both
}

impl Body {
    pub fn content_type(&self) -> &'static str {
        match self {
            Body::Form(_) => "application/x-www-form-urlencoded",
            _ => "application/json; charset=UTF-8",
        }
    }

    /// What is sent, if anything is.
    pub fn into_text(self) -> Option<String> {
        match self {
            Body::None => None,
            Body::Json(text) | Body::Text(text) | Body::Form(text) => Some(text),
        }
    }
}

fn headers(given: Option<&Value>) -> Result<Vec<Header>, String> {
    let given = match given {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(headers)) => headers,
        Some(_) => return Err(invalid("Headers")),
    };
    let mut headers = Vec::new();
    for (name, value) in given.iter() {
        let lower = name.to_ascii_lowercase();
        if FORBIDDEN.contains(&&*lower) || FORBIDDEN_BEGINNINGS.iter().any(|beginning| lower.starts_with(*beginning)) {
            return Err(format!("The header '{name}' is not allowed"));
        }
        let values = match value {
            Value::Array(values) => values.iter().map(text).collect::<Option<Vec<_>>>(),
            single => text(single).map(|value| vec![value]),
        };
        headers.push((Arc::from(&**name), values.ok_or_else(|| invalid("Headers"))?));
    }
    Ok(headers)
}

/// What a plain value is as text.
fn text(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string().into()),
        _ => None,
    }
}

/// Credentials belong into a connection, not into a URL.
fn has_user(uri: &Uri) -> bool {
    uri.authority().is_some_and(|authority| authority.as_str().contains('@'))
}

fn required(parameters: &Value, name: &str) -> Result<Arc<str>, String> {
    match parameters.get(name) {
        None | Some(Value::Null) => Err(missing(name)),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(invalid(name)),
    }
}

fn missing(name: &str) -> String {
    format!("The field '{name}' is required but was missing")
}

pub(super) fn invalid(name: &str) -> String {
    format!("The value of the field '{name}' has an invalid format")
}
