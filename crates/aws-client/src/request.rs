//! A request before it is sent.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::HeaderValue;

/// A request to a host that is known elsewhere.
#[derive(Clone, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The path and perhaps a query string, encoded as they are sent.
    pub path: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// Whether a signature leaves out the body.
    pub is_payload_unsigned: bool,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &str, path: &str) -> Request {
        let (method, path) = (method.to_owned(), path.to_owned());
        Request { method, path, headers: Vec::new(), body: Bytes::new(), is_payload_unsigned: false }
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    /// Sets a header, whatever it was before.
    pub fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Sets a header that is not there.
    pub(crate) fn set_default(&mut self, name: &str, value: &str) {
        if self.header(name).is_none() {
            self.set(name, value);
        }
    }

    /// Whether the query string has a pair of this name.
    pub(crate) fn has_query(&self, name: &str) -> bool {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let name = percent_encoded(name, "");
        query.split('&').any(|pair| pair.split('=').next() == Some(&*name))
    }

    /// Adds to the query string.
    pub fn add_query(&mut self, name: &str, value: &str) {
        self.path.push(if self.path.contains('?') { '&' } else { '?' });
        self.path.push_str(&percent_encoded(name, ""));
        self.path.push('=');
        self.path.push_str(&percent_encoded(value, ""));
    }

    /// What is sent to `origin`, such as `https://states.eu-central-1.amazonaws.com`.
    pub fn to_message(self, origin: &str) -> Result<hyper::Request<Full<Bytes>>, String> {
        let mut message = hyper::Request::builder().method(&*self.method).uri(format!("{origin}{}", self.path));
        for (name, value) in &self.headers {
            // Bytes beyond ASCII are sent as they are.
            let value = HeaderValue::from_bytes(value.as_bytes());
            let value = value.map_err(|_| format!("the header {name} has characters that none may have"))?;
            message = message.header(&**name, value);
        }
        message.body(Full::from(self.body)).map_err(|error| format!("the request cannot be made: {error}"))
    }
}

/// A path or host of a model with its labels, such as `{Bucket}`, filled in; `what` it is, for complaints.
pub(crate) fn filled(
    what: &str,
    template: &str,
    mut fill: impl FnMut(&str) -> Result<String, String>,
) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (label, after) = after.split_once('}').ok_or_else(|| format!("the model's {what} has an open brace"))?;
        text.push_str(before);
        text.push_str(&fill(label)?);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

/// The text with all bytes encoded but letters, digits, `-._~` and those that are `safe`.
pub fn percent_encoded(text: &str, safe: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            byte if safe.as_bytes().contains(&byte) => encoded.push(char::from(byte)),
            byte => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                encoded.push('%');
                encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
                encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
    encoded
}
