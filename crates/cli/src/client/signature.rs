//! Signature Version 4 (IAM User Guide, "AWS Signature Version 4 for API requests").

use super::credentials::Credentials;
use crate::admin::now_ms;
use engine::Timestamp;
use ring::{digest, hmac};

/// A request before it is sent. Header names are in small letters.
pub(super) struct Request<'r> {
    pub(super) method: &'r str,
    /// As it is in the request line; it needs no encoding.
    pub(super) path: &'r str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: &'r str,
}

/// What a signature is good for.
pub(super) struct Scope<'s> {
    pub(super) region: &'s str,
    pub(super) service: &'s str,
    /// As [`now`] gives it.
    pub(super) now: &'s str,
}

/// The time in AWS's basic form, such as `20150830T123600Z`.
pub(super) fn now() -> String {
    let seconds = now_ms().div_euclid(1000);
    Timestamp(seconds * 1000).to_string().replace(['-', ':'], "")
}

impl Request<'_> {
    /// Adds the headers that say who asks, and when.
    pub(super) fn sign(&mut self, credentials: &Credentials, scope: &Scope<'_>) {
        self.headers.push(("x-amz-date", scope.now.to_owned()));
        if let Some(token) = &credentials.session_token {
            self.headers.push(("x-amz-security-token", token.clone()));
        }
        let Scope { region, service, now } = scope;
        let date = &now[..8];
        let scope = format!("{date}/{region}/{service}/aws4_request");
        let (canonical, signed) = self.canonical();
        let to_sign = format!("AWS4-HMAC-SHA256\n{now}\n{scope}\n{}", hash(&canonical));
        let first = format!("AWS4{}", credentials.secret_access_key).into_bytes();
        let key = [date, region, service, "aws4_request"].iter().fold(first, |key, part| hmac(&key, part));
        let signature = hex(&hmac(&key, &to_sign));
        let credential = format!("{}/{scope}", credentials.access_key_id);
        self.headers.push((
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}"),
        ));
    }

    /// The canonical request, and the names of the headers that are signed.
    fn canonical(&self) -> (String, String) {
        let mut headers: Vec<&(&str, String)> = self.headers.iter().collect();
        headers.sort();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let signed = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        (format!("{}\n{}\n\n{lines}\n{signed}\n{}", self.method, self.path, hash(self.body)), signed)
    }
}

fn hash(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `get-vanilla` and `post-vanilla` of AWS's test suite for Signature Version 4.
    #[test]
    fn signatures_are_aws_own() {
        for (method, signature) in [
            ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ] {
            let headers = vec![("host", "example.amazonaws.com".to_owned())];
            let mut request = Request { method, path: "/", headers, body: "" };
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
            assert_eq!(request.headers.last(), Some(&("authorization", expected)));
        }
    }

    #[test]
    fn the_time_has_aws_basic_form() {
        let now = now();
        assert!(now.len() == 16 && now.as_bytes()[8] == b'T' && now.ends_with('Z'), "{now}");
    }
}
