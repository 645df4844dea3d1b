//! Signature Version 4 and 4A (IAM User Guide, "AWS Signature Version 4 for API requests"). They differ in the key and in what is signed with it, which
//! for 4A is in `asymmetric`.

use crate::{Credentials, NoCredentials, Request, asymmetric};
use jiff::Timestamp;
use ring::{digest, hmac};

/// What a signature is good for.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// The Region; in Version 4A all Regions, between commas, or `*`.
    pub region: &'s str,
    /// The service's name in signatures, such as `states`.
    pub service: &'s str,
    /// As [`basic_time`] gives it.
    pub now: &'s str,
}

impl Scope<'_> {
    /// As signatures name it.
    fn text(&self) -> String {
        let Scope { region, service, now } = self;
        format!("{}/{region}/{service}/aws4_request", &now[..8])
    }

    fn signature(&self, credentials: &Credentials, canonical: &str) -> String {
        let Scope { region, service, now } = self;
        let to_sign = format!("AWS4-HMAC-SHA256\n{now}\n{}\n{}", self.text(), hash(canonical.as_bytes()));
        let first = format!("AWS4{}", credentials.secret_access_key).into_bytes();
        let key = [&now[..8], region, service, "aws4_request"].iter().fold(first, |key, part| hmac(&key, part));
        hex(&hmac(&key, &to_sign))
    }
}

/// The body's hash of a signature that leaves the body out.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// Headers that may change on the way.
const UNSIGNED_HEADERS: [&str; 4] = ["expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"];

/// The time in AWS's basic form, such as `20150830T123600Z`.
pub fn basic_time() -> String {
    Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string()
}

impl Request {
    /// Adds the headers that say who asks, and when.
    pub fn sign(&mut self, credentials: &Credentials, scope: &Scope<'_>) {
        let (canonical, signed) = self.ready_to_sign(credentials, scope);
        let credential = format!("{}/{}", credentials.access_key_id, scope.text());
        self.authorize("AWS4-HMAC-SHA256", &credential, &signed, &scope.signature(credentials, &canonical));
    }

    /// The same for all Regions of the scope, by Version 4A.
    ///
    /// # Errors
    /// If no key can be made of the credentials, as of one in four thousand million.
    pub fn sign_for_regions(&mut self, credentials: &Credentials, scope: &Scope<'_>) -> Result<(), NoCredentials> {
        self.set("x-amz-region-set", scope.region);
        let (canonical, signed) = self.ready_to_sign(credentials, scope);
        let credential = format!("{}/{}", credentials.access_key_id, asymmetric::scope(scope));
        let signature = asymmetric::signature(credentials, scope, &canonical)?;
        self.authorize(asymmetric::ALGORITHM, &credential, &signed, &signature);
        Ok(())
    }

    /// Sets the headers that are signed themselves; the canonical request, and the names of the headers in it.
    fn ready_to_sign(&mut self, credentials: &Credentials, scope: &Scope<'_>) -> (String, String) {
        self.set("x-amz-date", scope.now);
        if let Some(token) = &credentials.session_token {
            self.set("x-amz-security-token", token);
        }
        // Who gives the hash need not have it made.
        let given = self.header("x-amz-content-sha256").map(str::to_owned);
        let hash =
            given.unwrap_or_else(|| if self.is_payload_unsigned { UNSIGNED.to_owned() } else { hash(&self.body) });
        // S3 wants to be told; so does whoever gets a body that is not signed.
        if self.is_payload_unsigned || is_s3(scope.service) {
            self.set("x-amz-content-sha256", &hash);
        }
        self.canonical(scope.service, &hash)
    }

    fn authorize(&mut self, algorithm: &str, credential: &str, signed: &str, signature: &str) {
        let value = format!("{algorithm} Credential={credential}, SignedHeaders={signed}, Signature={signature}");
        self.set("authorization", &value);
    }

    /// The request's URL with who asks in its query string, as it is good for so many seconds. `origin` is scheme and host. The body is empty.
    pub fn presigned(mut self, origin: &str, credentials: &Credentials, scope: &Scope<'_>, seconds: u32) -> String {
        let (_, signed) = self.canonical(scope.service, "");
        self.add_query("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        self.add_query("X-Amz-Credential", &format!("{}/{}", credentials.access_key_id, scope.text()));
        self.add_query("X-Amz-Date", scope.now);
        self.add_query("X-Amz-Expires", &seconds.to_string());
        self.add_query("X-Amz-SignedHeaders", &signed);
        if let Some(token) = &credentials.session_token {
            self.add_query("X-Amz-Security-Token", token);
        }
        let (canonical, _) = self.canonical(scope.service, &hash(b""));
        let signature = scope.signature(credentials, &canonical);
        self.add_query("X-Amz-Signature", &signature);
        format!("{origin}{}", self.path)
    }

    /// The canonical request, and the names of the headers that are signed.
    pub(crate) fn canonical(&self, service: &str, hash: &str) -> (String, String) {
        let of = |(name, value): &(String, String)| {
            let name = name.to_ascii_lowercase();
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            (!UNSIGNED_HEADERS.contains(&&*name)).then_some((name, value))
        };
        let mut headers: Vec<(String, String)> = self.headers.iter().filter_map(of).collect();
        headers.sort();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let signed = headers.iter().map(|(name, _)| &**name).collect::<Vec<_>>().join(";");
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        // S3 alone takes a path as it is.
        let path = if is_s3(service) { path.to_owned() } else { encoded_again(&without_dots(path)) };
        let mut query: Vec<(&str, &str)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .collect();
        query.sort_unstable();
        let query = query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        (format!("{}\n{path}\n{query}\n{lines}\n{signed}\n{hash}", self.method), signed)
    }
}

/// Whether a name in signatures is one of S3 itself.
fn is_s3(signing_name: &str) -> bool {
    ["s3", "s3-object-lambda", "s3express"].contains(&signing_name)
}

/// The path without `.`, `..` and empty segments.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let is_open = path.ends_with('/') && !kept.is_empty();
    format!("/{}{}", kept.join("/"), if is_open { "/" } else { "" })
}

fn encoded_again(path: &str) -> String {
    crate::request::percent_encoded(path, "/")
}

/// SHA-256.
pub(crate) fn hash(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of AWS's test suite for Signature Version 4.
    #[test]
    fn signatures_are_aws_own() {
        for (method, path, signature) in [
            ("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            // `get-relative-relative`, `get-vanilla-query-order-key-case`.
            ("GET", "/example1/example2/../..", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            (
                "GET",
                "/?Param2=value2&Param1=value1",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
        ] {
            let mut request = Request::new(method, path);
            request.set("host", "example.amazonaws.com");
            let credentials = Credentials {
                access_key_id: "AKIDEXAMPLE".to_owned(),
                secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
                session_token: None,
            };
            request.sign(&credentials, &Scope { region: "us-east-1", service: "service", now: "20150830T123600Z" });
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders=host;x-amz-date, Signature={signature}"
            );
            assert_eq!(request.header("authorization"), Some(&*expected), "{method} {path}");
        }
    }

    /// Made by botocore of the same.
    #[test]
    fn a_url_can_say_who_asks() {
        let mut request = Request::new("GET", "/?Action=GetCallerIdentity&Version=2011-06-15");
        request.set("host", "sts.eu-central-1.amazonaws.com");
        request.set("x-k8s-aws-id", "my-cluster");
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: Some("token+/=".to_owned()),
        };
        let scope = Scope { region: "eu-central-1", service: "sts", now: "20150830T123600Z" };
        let url = request.presigned("https://sts.eu-central-1.amazonaws.com", &credentials, &scope, 60);
        let expected = "https://sts.eu-central-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
            &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Feu-central-1%2Fsts%2Faws4_request\
            &X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id\
            &X-Amz-Security-Token=token%2B%2F%3D\
            &X-Amz-Signature=5e6867789dd4d2e4d0ef4ecadd7d7b520a9c7af1db9ffa32d20588348cceb49e";
        assert_eq!(url, expected);
    }

    #[test]
    fn the_time_has_aws_basic_form() {
        let now = basic_time();
        assert!(now.len() == 16 && now.as_bytes()[8] == b'T' && now.ends_with('Z'), "{now}");
    }
}
