//! Which endpoint is called, in which Region, with whose credentials: flags first, then AWS's variables, then AWS's files.

use anyhow::{anyhow, bail};
use api::Operation;
use aws_client::{Credentials, Profile, dns_suffix, is_aws_host, is_region, is_url, variable};
use clap::Args;
use hyper::Uri;

/// Where `stepwell serve` listens by default.
const DEFAULT: &str = "http://127.0.0.1:8083";
const VARIABLES: [&str; 2] = ["AWS_ENDPOINT_URL_SFN", "AWS_ENDPOINT_URL"];

/// The flags.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Endpoint")]
pub(crate) struct EndpointArguments {
    /// The API's endpoint, or `aws` for AWS itself; else AWS_ENDPOINT_URL_SFN and AWS_ENDPOINT_URL count, else http://127.0.0.1:8083
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// The Region; else AWS_REGION, AWS_DEFAULT_REGION and the profile count, else us-east-1
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// The profile in ~/.aws whose credentials and Region count; else AWS_PROFILE, else the variables or `default`
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

/// Where requests go.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    /// As it is told.
    pub(super) url: String,
    pub(super) region: String,
    uri: Uri,
}

impl EndpointArguments {
    /// The endpoint, and who asks if that is known.
    pub(super) fn resolve(&self) -> anyhow::Result<(Endpoint, Option<Credentials>)> {
        let profile = Profile::read(self.profile.as_deref())?;
        let region = self.region.clone().or_else(|| profile.region()).unwrap_or_else(|| "us-east-1".to_owned());
        let url = self.endpoint_url.clone().filter(|url| !url.is_empty());
        let url = url.or_else(|| VARIABLES.into_iter().find_map(variable)).unwrap_or_else(|| DEFAULT.to_owned());
        let endpoint = Endpoint::new(&url, region)?;
        let credentials = Credentials::find(&profile, self.profile.is_some())?;
        if credentials.is_none() && endpoint.is_aws() {
            bail!(
                "AWS wants credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws with keys or a credential_process. \
                 For a login through the browser: eval \"$(aws configure export-credentials --format env)\""
            );
        }
        Ok((endpoint, credentials))
    }
}

impl Endpoint {
    fn new(url: &str, region: String) -> anyhow::Result<Endpoint> {
        if !is_region(&region) {
            bail!("the Region '{region}' is none, such as eu-central-1");
        }
        let url = match url {
            "aws" => format!("https://states.{region}.{}", dns_suffix(&region)),
            other => other.trim_end_matches('/').to_owned(),
        };
        let uri = url.parse::<Uri>().ok().filter(|_| is_url(&url));
        let uri = uri.ok_or_else(|| anyhow!("the endpoint '{url}' is no URL such as {DEFAULT}"))?;
        Ok(Endpoint { url, region, uri })
    }

    /// Whether it is one of AWS's own.
    pub(super) fn is_aws(&self) -> bool {
        self.uri.host().is_some_and(is_aws_host)
    }

    pub(super) fn is_tls(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// The `Host` of a request for an operation. AWS has synchronous ones on a host of their own.
    pub(super) fn authority(&self, operation: Operation) -> String {
        let authority = self.uri.authority().map(ToString::to_string).unwrap_or_default();
        let is_sync = matches!(operation, Operation::StartSyncExecution | Operation::TestState);
        if is_sync && self.is_aws() { format!("sync-{authority}") } else { authority }
    }

    /// Scheme and `Host`.
    pub(super) fn origin(&self, operation: Operation) -> String {
        let scheme = if self.is_tls() { "https" } else { "http" };
        format!("{scheme}://{}", self.authority(operation))
    }

    /// The path of every request.
    pub(super) fn path(&self) -> &str {
        self.uri.path()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_has_a_host_of_its_own_for_what_is_synchronous() {
        let hosts = |url: &str, region: &str| {
            let endpoint = Endpoint::new(url, region.to_owned()).expect("a URL");
            let of = |operation| endpoint.origin(operation);
            (of(Operation::StartExecution), of(Operation::StartSyncExecution))
        };
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        let aws = "states.eu-central-1.amazonaws.com";
        assert_eq!(hosts("aws", "eu-central-1"), pair(&format!("https://{aws}"), &format!("https://sync-{aws}")));
        assert_eq!(hosts("aws", "cn-north-1").0, "https://states.cn-north-1.amazonaws.com.cn");
        assert_eq!(
            hosts("http://127.0.0.1:8083/", "us-east-1"),
            pair("http://127.0.0.1:8083", "http://127.0.0.1:8083")
        );
        assert_eq!(hosts("http://[::1]:80", "us-east-1").0, "http://[::1]:80");
        for nonsense in ["", "127.0.0.1:8083", "ftp://host", "http://"] {
            assert!(Endpoint::new(nonsense, "us-east-1".to_owned()).is_err(), "{nonsense}");
        }
    }
}
