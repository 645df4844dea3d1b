//! What the server takes from flags and environment: who it is and how it behaves, by the names of Step Functions Local.

use anyhow::anyhow;
use clap::Args;
use engine::registry::Identity;
use engine::{MapRunOptions, Settings};
use integrations::mocks::Mocks;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Endpoint variables of AWS's tools that name a Lambda endpoint, the strongest first. `LAMBDA_ENDPOINT` is stronger than these.
const LAMBDA_ENDPOINTS: [&str; 2] = ["AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"];

/// What Step Functions Local looks for in the directory it is started in.
const MOCKS_FILE: &str = "MockConfigFile.json";

const ACCOUNT_ID: &str = "123456789012";
const REGION: &str = "us-east-1";

/// The flags, each with its variable. An empty value is as good as none: that is how variables are taken back in scripts and containers.
#[derive(Args, Clone, Debug)]
pub(crate) struct Surroundings {
    /// The account in ARNs
    #[arg(long, value_name = "ID", env = "AWS_ACCOUNT_ID", hide_env_values = true)]
    #[arg(default_value = ACCOUNT_ID, value_parser = account_id)]
    pub(crate) account_id: String,
    /// The Region in ARNs
    #[arg(long, value_name = "REGION", env = "AWS_DEFAULT_REGION", hide_env_values = true)]
    #[arg(default_value = REGION, value_parser = region)]
    pub(crate) region: String,
    /// What the durations of Wait states are multiplied with; 0 lets none of them wait
    #[arg(long, value_name = "FACTOR", env = "WAIT_TIME_SCALE", hide_env_values = true)]
    #[arg(default_value = "1", value_parser = wait_time_scale)]
    wait_time_scale: f64,
    /// The Lambda endpoint for functions that are not configured; else AWS_ENDPOINT_URL_LAMBDA and AWS_ENDPOINT_URL count
    #[arg(long, value_name = "URL", env = "LAMBDA_ENDPOINT", hide_env_values = true)]
    lambda_endpoint: Option<String>,
    /// A file of mocks, AWS's MockConfigFile.json or one in Stepwell's format: an execution started with STATE_MACHINE#TEST_CASE has its tasks
    /// mocked. Without it `mocks` in stepwell.yaml counts, then a MockConfigFile.json in the directory
    #[arg(long, value_name = "FILE", env = "SFN_MOCK_CONFIG", hide_env_values = true)]
    mocks: Option<PathBuf>,
    /// The longest a file of a Distributed Map's ResultWriter may be, in bytes; what comes then goes into the next one
    #[arg(long, value_name = "BYTES", env = "STEPWELL_RESULT_FILE_BYTES", hide_env_values = true)]
    #[arg(default_value = "5000000000", value_parser = clap::value_parser!(u64).range(1..))]
    result_file_bytes: u64,
}

impl Surroundings {
    /// The part every ARN shares.
    pub(crate) fn identity(&self) -> Identity {
        let partition = match &self.region {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        Identity::new(partition, &self.region, &self.account_id)
    }

    /// What the interpreter is told.
    pub(crate) fn settings(&self) -> Settings {
        Settings { wait_time_scale: self.wait_time_scale, ..Settings::default() }
    }

    /// What Distributed Maps are told.
    pub(crate) fn map_runs(&self) -> MapRunOptions {
        MapRunOptions { result_file_bytes_max: self.result_file_bytes }
    }

    /// The mocks, of which a project may say where they are.
    pub(crate) fn mocks(&self, configured: Option<&Path>) -> anyhow::Result<Option<Mocks>> {
        let given = self.mocks.as_deref().filter(|path| !path.as_os_str().is_empty());
        let usual = || Some(Path::new(MOCKS_FILE)).filter(|path| path.is_file());
        let path = given.or(configured).or_else(usual);
        path.map(Mocks::load).transpose().map_err(|problem| anyhow!("{problem}"))
    }

    /// Where functions that are not configured are invoked. A variable that names this very server is meant for its clients.
    pub(crate) fn lambda_endpoint(&self, own: Option<SocketAddr>) -> anyhow::Result<Option<String>> {
        let given = self.lambda_endpoint.clone().filter(|url| !url.is_empty());
        let given = given.map(|url| ("--lambda-endpoint", url));
        let variables = LAMBDA_ENDPOINTS.into_iter().filter_map(|name| Some((name, variable(name)?)));
        let foreign = variables.filter(|(_, url)| !own.is_some_and(|own| is_at(url, own)));
        match given.into_iter().chain(foreign).next() {
            Some((name, url)) => Ok(Some(endpoint(&url).map_err(|problem| anyhow!("{name}: {problem}"))?)),
            None => Ok(None),
        }
    }
}

/// A variable that is set and not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn account_id(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Ok(ACCOUNT_ID.to_owned())
    } else if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account id has 12 digits".to_owned())
    }
}

fn region(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() {
        Ok(REGION.to_owned())
    } else if text.len() <= 64 && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("a Region has small letters, digits and hyphens, such as eu-central-1".to_owned())
    }
}

fn wait_time_scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        _ if text.is_empty() => Ok(1.0),
        Ok(factor) if factor.is_finite() && factor >= 0.0 => Ok(factor),
        _ => Err("the factor is a number from 0".to_owned()),
    }
}

fn endpoint(url: &str) -> Result<String, String> {
    let authority = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    if authority.is_empty() || authority.starts_with('/') {
        return Err(format!("'{url}' is no URL such as http://127.0.0.1:3001"));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// Whether a URL is that of a server which listens on an address.
pub(crate) fn is_at(url: &str, address: SocketAddr) -> bool {
    let authority = url.strip_prefix("http://").unwrap_or_default().trim_end_matches('/');
    let port = address.port();
    authority == address.to_string()
        || [format!("localhost:{port}"), format!("127.0.0.1:{port}")].contains(&authority.to_owned())
}
