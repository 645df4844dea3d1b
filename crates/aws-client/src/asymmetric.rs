//! Signature Version 4A: signed with a key pair that is derived from an access key, so that a service can check a signature in Regions that must not
//! know the secret (IAM User Guide, "How AWS SigV4a works").
//!
//! The canonical request is that of Version 4. It is signed by ECDSA on the curve P-256, its scope has no Region.

use crate::signature::{hash, hex};
use crate::{Credentials, NoCredentials, Scope};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use ring::hmac;

pub(crate) const ALGORITHM: &str = "AWS4-ECDSA-P256-SHA256";

/// What a signature is good for, as it names it.
pub(crate) fn scope(scope: &Scope<'_>) -> String {
    format!("{}/{}/aws4_request", &scope.now[..8], scope.service)
}

pub(crate) fn signature(
    credentials: &Credentials,
    scope: &Scope<'_>,
    canonical: &str,
) -> Result<String, NoCredentials> {
    let key = key(credentials).ok_or_else(|| NoCredentials("the secret gives no key for Version 4A".to_owned()))?;
    // The same signature every time: nothing random is in it.
    let signature: Signature = key.sign(to_sign(scope, canonical).as_bytes());
    Ok(hex(signature.to_der().as_bytes()))
}

fn to_sign(scope: &Scope<'_>, canonical: &str) -> String {
    format!("{ALGORITHM}\n{}\n{}\n{}", scope.now, self::scope(scope), hash(canonical.as_bytes()))
}

/// The key, derived in counter mode (NIST SP 800-108): the first block that is a number below the curve's order, and one more.
fn key(credentials: &Credentials) -> Option<SigningKey> {
    let input = hmac::Key::new(hmac::HMAC_SHA256, format!("AWS4A{}", credentials.secret_access_key).as_bytes());
    (1..=254_u8).find_map(|counter| {
        let mut message = vec![0, 0, 0, 1];
        message.extend_from_slice(ALGORITHM.as_bytes());
        message.push(0);
        message.extend_from_slice(credentials.access_key_id.as_bytes());
        message.push(counter);
        // How many bits there are to be.
        message.extend_from_slice(&256_u32.to_be_bytes());
        let mut block: [u8; 32] = hmac::sign(&input, &message).as_ref().try_into().ok()?;
        add_one(&mut block);
        // One that is no key of the curve is taken for none.
        SigningKey::from_slice(&block).ok()
    })
}

fn add_one(number: &mut [u8; 32]) {
    for byte in number.iter_mut().rev() {
        let (sum, is_over) = byte.overflowing_add(1);
        *byte = sum;
        if !is_over {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Request;
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;

    fn credentials(token: Option<&str>) -> Credentials {
        Credentials {
            access_key_id: "AKISORANDOMAASORANDOM".to_owned(),
            secret_access_key: "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom".to_owned(),
            session_token: token.map(str::to_owned),
        }
    }

    /// The pair that AWS's C library (aws-c-auth) is tested with.
    #[test]
    fn the_key_pair_is_aws_own() {
        let public = VerifyingKey::from(&key(&credentials(None)).expect("a key")).to_sec1_point(false);
        let expected = "04\
            15d242ceebf8d8169fd6a8b5a746c41140414c3b07579038da06af89190fffcb\
            0515242cedd82e94799482e4c0514b505afccf2c0c98d6a553bf539f424c5ec0";
        assert_eq!(hex(public.as_bytes()), expected);
    }

    #[test]
    fn one_is_added_with_all_carries() {
        let mut number = [0xff; 32];
        number[0] = 1;
        add_one(&mut number);
        let mut expected = [0; 32];
        expected[0] = 2;
        assert_eq!(number, expected);
        number = [0xff; 32];
        add_one(&mut number);
        assert_eq!(number, [0; 32]);
    }

    /// Method, path, headers, service, body, token, signature.
    type Case = (
        &'static str,
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static str,
        &'static str,
        Option<&'static str>,
        &'static str,
    );

    const SIGNED: [Case; 4] = [
        (
            "GET",
            "/",
            &[("host", "example.amazonaws.com")],
            "service",
            "",
            None,
            "304502204278fd18d452e658460c48fd16bed1d1dec760f5b568644e6a871be5f1b3d2ec022100da67c597231dfda54fab8c7eda7ef0f612e336948dabec121709a6f21301274f",
        ),
        (
            "POST",
            "/",
            &[
                ("host", "abcde.veo.endpoint.events.amazonaws.com"),
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", "AWSEvents.PutEvents"),
            ],
            "events",
            r#"{"Entries":[]}"#,
            Some("token"),
            "3045022073837408e5e32b8cd2b0931cdb7b4707b1971fa280a5ee6e679e0544d56c735c022100fe1ebc6b3212c0c05b156b9d05b40de2247923591fe16fe4b16d3eb22b450385",
        ),
        (
            "GET",
            "/key-value-stores/arn%3Aaws%3Acloudfront%3A%3A123456789012%3Akey-value-store%2Fa1b2/keys/a%20b?x=1&a=2",
            &[("host", "123456789012.cloudfront-kvs.global.api.aws")],
            "cloudfront-keyvaluestore",
            "",
            None,
            "304402207cc4b5939103359ab172b6daf421731b8e02ce0f7c7f4e3ca157b3594a86941902200fed66d8fcbfb6057595ace7c7ceabc19ba1e9f85087ba1ea82b0b917a2c0461",
        ),
        // S3 takes a path as it is, and wants to be told the body's hash.
        (
            "GET",
            "/a%20b/../c",
            &[("host", "m.mrap.accesspoint.s3-global.amazonaws.com")],
            "s3",
            "",
            None,
            "3044022031b63bb58d0d549a9f40cbd705393f4103fc171c3ee57865cadfb4a4820f989b02207ee8010f06db5966b180ed093dfdd599f47b0f9c88532b28e35aedf14196b2a0",
        ),
    ];

    /// Signatures are random where AWS makes them: those its library made of these requests are signatures of what we would sign, with our key.
    #[test]
    fn aws_library_signed_what_we_sign() {
        for (method, path, headers, service, body, token, signature) in SIGNED {
            let mut request = Request::new(method, path);
            headers.iter().for_each(|(name, value)| request.set(name, value));
            request.body = body.as_bytes().to_vec().into();
            let scope = Scope { region: "*", service, now: "20150830T123600Z" };
            let credentials = credentials(token);
            request.sign_for_regions(&credentials, &scope).expect("a key");
            let authorization = request.header("authorization").expect("it is signed").to_owned();
            let (_, ours) = authorization.split_once("Signature=").expect("a signature");
            request.headers.retain(|(name, _)| name != "authorization");
            let (canonical, _) = request.canonical(service, &hash(body.as_bytes()));
            let public = VerifyingKey::from(&key(&credentials).expect("a key"));
            for signature in [signature, ours] {
                let bytes: Vec<u8> = (0..signature.len() / 2)
                    .map(|index| u8::from_str_radix(&signature[2 * index..2 * index + 2], 16).expect("hex"))
                    .collect();
                let signature = Signature::from_der(&bytes).expect("DER");
                public.verify(to_sign(&scope, &canonical).as_bytes(), &signature).expect("it is a signature of it");
            }
        }
    }
}
