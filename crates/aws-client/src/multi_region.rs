//! Calls that go to no Region: whoever takes them is where the caller does not know, and checks a signature of Version 4A. AWS's endpoint rules say which
//! they are; access points of S3 in several Regions are in `s3`.

use crate::data::Data;
use service_models::{Auth, Operation};

/// The Regions in signatures.
pub(crate) const REGIONS: &str = "*";

/// The host of a call that goes to no Region, at AWS.
pub(crate) fn host(operation: Operation<'_>, input: &Data, region: &str) -> Result<Option<String>, String> {
    let given = |name: &str| input.get(name).map(|data| data.plain("iso8601"));
    let below = |id: String, rest: &str| match id.split('.').all(is_label) {
        true => Ok(Some(format!("{id}.{rest}.{}", crate::dns_suffix(region)))),
        false => Err("Parameter 'EndpointId' must be a part of a host's name".to_owned()),
    };
    match (operation.service().id(), operation.name()) {
        ("EventBridge", "PutEvents") => given("EndpointId").map_or(Ok(None), |id| below(id, "endpoint.events")),
        ("SESv2", "SendEmail" | "SendBulkEmail") => {
            given("EndpointId").map_or(Ok(None), |id| below(id, "endpoints.email"))
        }
        ("CloudFront KeyValueStore", _) => {
            let arn = given("KvsARN").unwrap_or_default();
            let parts: Vec<&str> = arn.splitn(6, ':').collect();
            match parts[..] {
                ["arn", _, "cloudfront", "", account, _] if is_label(account) => {
                    Ok(Some(format!("{account}.cloudfront-kvs.global.api.aws")))
                }
                _ => Err("Parameter 'KvsARN' must be the ARN of a key value store".to_owned()),
            }
        }
        _ => Ok(None),
    }
}

/// Whether a service in one place wants a signature for several Regions first.
pub(crate) fn is_preferred(operation: Operation<'_>) -> bool {
    operation.auth() == Auth::SigV4a
}

/// Whether a text can stand between the dots of a host.
pub(crate) fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}
