//! Whose account a request is for. Nobody is authenticated: an access key id of twelve digits is the account's number, as local emulators of
//! AWS have it, and any other leads to the server's own account.

use hyper::header::{AUTHORIZATION, HeaderMap};

/// The account that the access key id in a Signature Version 4 names.
pub(crate) fn account(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = authorization.split_once("Credential=")?;
    let (access_key_id, _) = credential.split_once('/')?;
    let is_account = access_key_id.len() == 12 && access_key_id.bytes().all(|byte| byte.is_ascii_digit());
    is_account.then_some(access_key_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_are_an_account() {
        let of = |authorization: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, authorization.parse().expect("a header's value"));
            account(&headers).map(str::to_owned)
        };
        let signed = |key: &str| {
            format!(
                "AWS4-HMAC-SHA256 Credential={key}/20261126/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0"
            )
        };
        assert_eq!(of(&signed("210987654321")).as_deref(), Some("210987654321"));
        for other in
            [&*signed("test"), &signed("21098765432"), &signed("2109876543210"), &signed("21098765432x"), "Basic 1", ""]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
