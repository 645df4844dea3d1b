//! S3 names a bucket in the host or in the path
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>).

use crate::endpoint::Endpoint;
use crate::multi_region::is_label;
use crate::{Request, Settings};

/// Puts the bucket of a request, whose path begins with it, where the endpoint wants it. `authority` becomes that of the request.
pub(crate) fn address(
    settings: &Settings,
    endpoint: &Endpoint,
    bucket: &str,
    request: &mut Request,
    authority: &mut String,
) -> Result<(), String> {
    let encoded = crate::request::percent_encoded(bucket, "");
    let without_bucket = |path: &str| {
        let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(&*encoded)).unwrap_or(path);
        if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") }
    };
    if bucket.starts_with("arn:") {
        *authority = access_point(endpoint, bucket)?;
        request.path = without_bucket(&request.path);
        return Ok(());
    }
    let is_in_path = settings.s3_path_style.unwrap_or(!endpoint.is_aws);
    if !is_in_path && is_host_label(bucket) {
        *authority = format!("{bucket}.{authority}");
        request.path = without_bucket(&request.path);
    }
    Ok(())
}

/// Whether a certificate for `*.host` is one for this bucket.
fn is_host_label(bucket: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = bucket.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| plain(*byte) || *byte == b'-')
        && [bytes.first(), bytes.last()].into_iter().flatten().all(|byte| plain(*byte))
}

/// The Region of a bucket that is an access point; empty of one for buckets of several Regions.
pub(crate) fn region(bucket: &str) -> Option<&str> {
    bucket.strip_prefix("arn:")?.split(':').nth(2)
}

/// The host of an access point. That of one for several Regions is an alias such as `m1a2b3.mrap`.
fn access_point(endpoint: &Endpoint, arn: &str) -> Result<String, String> {
    let unsupported = || format!("the bucket '{arn}' is neither a name nor the ARN of an access point");
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, partition, "s3", region, account, resource] = parts[..] else { return Err(unsupported()) };
    let name = resource.strip_prefix("accesspoint/").or_else(|| resource.strip_prefix("accesspoint:"));
    let name = name.ok_or_else(unsupported)?;
    match region {
        "" if !name.split('.').all(is_label) => Err(unsupported()),
        "" if !endpoint.is_aws => Err(format!(
            "the access point '{arn}' is at AWS, and S3 has an endpoint of its own: {}",
            endpoint.authority
        )),
        "" => {
            let partition = service_models::partitions().iter().find(|known| known.id == partition);
            Ok(format!("{name}.accesspoint.s3-global.{}", partition.ok_or_else(unsupported)?.dns_suffix))
        }
        _ if !is_host_label(name) || !is_label(account) || !crate::is_region(region) => Err(unsupported()),
        _ if !endpoint.is_aws => Ok(format!("{name}-{account}.{}", endpoint.authority)),
        _ => Ok(format!("{name}-{account}.s3-accesspoint.{region}.{}", crate::dns_suffix(region))),
    }
}
