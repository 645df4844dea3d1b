//! Where a client calls and as whom: given by the program, or AWS's variables and files
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>).

use crate::profile::{NoProfile, Profile};
use crate::{Variables, variable};
use std::collections::BTreeMap;
use std::time::Duration;

/// How a client calls.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The Region of calls that name no other.
    pub region: String,
    /// The endpoint of all services that have none of their own; AWS's if there is none.
    pub endpoint_url: Option<String>,
    /// Endpoints of services, by their names in Step Functions, such as `dynamodb`.
    pub endpoint_urls: BTreeMap<String, String>,
    /// Whether S3's buckets are named in the path; by default they are wherever an endpoint is not AWS's.
    pub s3_path_style: Option<bool>,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long an answer may take that names no other time.
    pub timeout: Duration,
    /// The most bytes an answer may have.
    pub answer_bytes_max: usize,
    /// How often a call is tried in all.
    pub attempts_max: u32,
    /// Whether the machine of EC2 that this may be is asked for credentials, when AWS is called and nobody else has any, or where
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT` says that it is. `AWS_EC2_METADATA_DISABLED` forbids it.
    pub use_instance_metadata: bool,
    /// AWS's variables, for credentials.
    pub variables: Variables,
    /// AWS's files, for credentials.
    pub profile: Profile,
    /// Whether the profile was asked for, so that its credentials count before the variables'.
    pub is_profile_asked_for: bool,
}

impl Settings {
    /// For a Region, with AWS's endpoints, and credentials from the variables or `profile`.
    pub fn new(region: &str, profile: Profile) -> Settings {
        Settings {
            region: region.to_owned(),
            endpoint_url: None,
            endpoint_urls: BTreeMap::new(),
            s3_path_style: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            answer_bytes_max: 64 << 20,
            attempts_max: 3,
            use_instance_metadata: false,
            variables: Variables::default(),
            profile,
            is_profile_asked_for: false,
        }
    }

    /// As AWS's variables and files say: `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_PROFILE` and so on. `region` is that of
    /// neither.
    pub fn from_environment(profile: Option<&str>, region: &str) -> Result<Settings, NoProfile> {
        let found = Profile::read(profile)?;
        let region = found.region().unwrap_or_else(|| region.to_owned());
        let mut settings = Settings::new(&region, found);
        settings.is_profile_asked_for = profile.is_some();
        settings.use_instance_metadata = true;
        if let Some(attempts) = variable("AWS_MAX_ATTEMPTS").or_else(|| settings.profile.get("max_attempts")) {
            settings.attempts_max = attempts.parse().unwrap_or(3).max(1);
        }
        settings.s3_path_style = match settings.profile.nested("s3", "addressing_style").as_deref() {
            Some("path") => Some(true),
            Some("virtual") => Some(false),
            _ => None,
        };
        let ignored = variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
        let ignored = ignored.or_else(|| settings.profile.get("ignore_configured_endpoint_urls"));
        if ignored.is_none_or(|ignored| !ignored.eq_ignore_ascii_case("true")) {
            settings.read_endpoints();
        }
        Ok(settings)
    }

    fn read_endpoints(&mut self) {
        self.endpoint_url = variable("AWS_ENDPOINT_URL").or_else(|| self.profile.get("endpoint_url"));
        let services = self.profile.get("services");
        let section = services.and_then(|name| Some(self.profile.section("services", &name)?.1));
        for entry in service_models::services() {
            let name = entry.id.replace([' ', '-'], "_");
            let from_variable = variable(&format!("AWS_ENDPOINT_URL_{}", name.to_ascii_uppercase()));
            let from_file = || section.as_ref()?.get(&name.to_ascii_lowercase(), "endpoint_url");
            if let Some(url) = from_variable.or_else(from_file) {
                self.endpoint_urls.insert(entry.name.clone(), url);
            }
        }
    }

    /// The endpoint that was set for a service, if one was.
    pub fn endpoint_of(&self, service: &str) -> Option<&str> {
        self.endpoint_urls.get(service).or(self.endpoint_url.as_ref()).map(|url| &**url)
    }
}
