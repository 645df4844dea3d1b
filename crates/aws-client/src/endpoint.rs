//! Where an operation's requests go.

use crate::Settings;
use service_models::{Place, Service, partition_of, partitions};

/// A service in a Region.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    /// Such as `https`.
    pub(crate) scheme: String,
    /// The host, with a port if it is not the scheme's.
    pub(crate) authority: String,
    /// What stands before every path; empty or without a slash at its end.
    pub(crate) path: String,
    /// The Region in signatures.
    pub(crate) region: String,
    /// The service's name in signatures.
    pub(crate) signing_name: String,
    /// Whether it is one of AWS's own.
    pub(crate) is_aws: bool,
}

impl Endpoint {
    /// The endpoint of a service, named as Step Functions does.
    pub(crate) fn of(settings: &Settings, name: &str, service: &Service, region: &str) -> Result<Endpoint, String> {
        if !is_region(region) {
            return Err(format!("the Region '{region}' is none, such as eu-central-1"));
        }
        let signing_name = service.signing_name().to_owned();
        match settings.endpoint_of(name) {
            Some(url) => Endpoint::from_url(url, region, signing_name),
            None => Endpoint::of_aws(name, region, signing_name),
        }
    }

    fn from_url(url: &str, region: &str, signing_name: String) -> Result<Endpoint, String> {
        if !crate::is_url(url) {
            return Err(format!("the endpoint '{url}' is no URL such as http://127.0.0.1:4566"));
        }
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let host = authority.split(':').next().unwrap_or_default();
        Ok(Endpoint {
            scheme: scheme.to_ascii_lowercase(),
            authority: authority.to_owned(),
            path: if path.is_empty() { String::new() } else { format!("/{path}") },
            region: region.to_owned(),
            signing_name,
            is_aws: is_aws_host(host),
        })
    }

    /// Scheme and host.
    pub(crate) fn origin(&self, authority: &str) -> String {
        format!("{}://{authority}", self.scheme)
    }

    fn of_aws(name: &str, region: &str, signing_name: String) -> Result<Endpoint, String> {
        let entry = service_models::entry(name).ok_or_else(|| format!("there is no service '{name}'"))?;
        let Place { host, signing_region } = entry.place(region);
        let endpoint = Endpoint::from_url(&format!("https://{host}"), &signing_region, signing_name)?;
        Ok(Endpoint { is_aws: true, ..endpoint })
    }
}

/// Whether a text can be a Region's name, such as `eu-central-1`.
pub fn is_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether a host is one of AWS's own.
pub fn is_aws_host(host: &str) -> bool {
    let is_below = |suffix: &str| host.strip_suffix(suffix).is_some_and(|host| host.ends_with('.'));
    is_below("api.aws") || partitions().iter().any(|partition| is_below(&partition.dns_suffix))
}

/// What AWS's hosts in a Region end with.
pub fn dns_suffix(region: &str) -> &'static str {
    &partition_of(region).dns_suffix
}
