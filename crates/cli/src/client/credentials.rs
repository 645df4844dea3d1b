//! Who asks: the variables, or a profile in AWS's files with keys or a `credential_process`. What asks a browser or another service for
//! credentials (SSO, roles, instance metadata) is left to the AWS CLI, whose `export-credentials` gives variables.

use super::endpoint::variable;
use super::text;
use anyhow::{Context, anyhow, bail};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// An access key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
    pub(super) session_token: Option<String>,
}

/// A profile as AWS's two files have it together; those of the credentials file count first.
#[derive(Debug, Default)]
pub(super) struct Profile {
    name: String,
    settings: BTreeMap<String, String>,
}

impl Profile {
    /// The profile asked for; it must be there if it was. A machine without AWS's files has an empty one.
    pub(super) fn read(asked_for: Option<&str>) -> anyhow::Result<Profile> {
        let asked_for = asked_for.map(str::to_owned).or_else(|| variable("AWS_PROFILE"));
        let name = asked_for.clone().unwrap_or_else(|| "default".to_owned());
        let mut settings = BTreeMap::new();
        let mut is_there = false;
        for (file, section) in [
            ("AWS_CONFIG_FILE", if name == "default" { name.clone() } else { format!("profile {name}") }),
            ("AWS_SHARED_CREDENTIALS_FILE", name.clone()),
        ] {
            let default = if file == "AWS_CONFIG_FILE" { ".aws/config" } else { ".aws/credentials" };
            let path = variable(file).map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(default)));
            let Some(text) = path.and_then(|path| std::fs::read_to_string(path).ok()) else { continue };
            if let Some(found) = section_of(&text, &section) {
                is_there = true;
                settings.extend(found);
            }
        }
        if let Some(name) = asked_for.filter(|_| !is_there) {
            bail!("there is no profile '{name}' in ~/.aws/config or ~/.aws/credentials");
        }
        Ok(Profile { name, settings })
    }

    pub(super) fn region(&self) -> Option<String> {
        self.get("region")
    }

    fn get(&self, name: &str) -> Option<String> {
        self.settings.get(name).filter(|value| !value.is_empty()).cloned()
    }

    fn credentials(&self) -> anyhow::Result<Option<Credentials>> {
        if let (Some(access_key_id), Some(secret_access_key)) =
            (self.get("aws_access_key_id"), self.get("aws_secret_access_key"))
        {
            let session_token = self.get("aws_session_token");
            return Ok(Some(Credentials { access_key_id, secret_access_key, session_token }));
        }
        let command = self.get("credential_process");
        command.map(|command| from_process(&command)).transpose().with_context(|| format!("profile {}", self.name))
    }
}

impl Credentials {
    /// The variables' or the profile's, which counts first if a flag named it; none if there are none.
    pub(super) fn find(profile: &Profile, profile_first: bool) -> anyhow::Result<Option<Credentials>> {
        let variables = || {
            Some(Credentials {
                access_key_id: variable("AWS_ACCESS_KEY_ID")?,
                secret_access_key: variable("AWS_SECRET_ACCESS_KEY")?,
                session_token: variable("AWS_SESSION_TOKEN"),
            })
        };
        if profile_first {
            return Ok(profile.credentials()?.or_else(variables));
        }
        match variables() {
            Some(found) => Ok(Some(found)),
            None => profile.credentials(),
        }
    }
}

/// What a program prints, in the form AWS gives (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html>).
fn from_process(command: &str) -> anyhow::Result<Credentials> {
    let mut shell = Command::new("/bin/sh");
    let output = shell.args(["-c", command]).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("credential_process '{command}' cannot be run"))?;
    if !output.status.success() {
        bail!("credential_process '{command}' ended with {}", output.status);
    }
    let printed = json::parse(&String::from_utf8_lossy(&output.stdout));
    let printed = printed.map_err(|error| anyhow!("credential_process '{command}' printed no JSON: {error}"))?;
    let member = |name: &str| Some(text(&printed, name)).filter(|text| !text.is_empty()).map(str::to_owned);
    let missing = |name: &str| anyhow!("credential_process '{command}' printed no {name}");
    Ok(Credentials {
        access_key_id: member("AccessKeyId").ok_or_else(|| missing("AccessKeyId"))?,
        secret_access_key: member("SecretAccessKey").ok_or_else(|| missing("SecretAccessKey"))?,
        session_token: member("SessionToken"),
    })
}

/// The settings of one section of an ini file; nested ones, which are indented, are left out.
fn section_of(text: &str, wanted: &str) -> Option<BTreeMap<String, String>> {
    let mut found: Option<BTreeMap<String, String>> = None;
    let mut is_within = false;
    for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
        if let Some(name) = line.trim_end().strip_prefix('[').and_then(|line| line.split_once(']')) {
            is_within = name.0.split_whitespace().eq(wanted.split_whitespace());
            if is_within {
                found.get_or_insert_default();
            }
        } else if let (true, false, Some((name, value))) =
            (is_within, line.starts_with([' ', '\t']), line.split_once('='))
        {
            let settings = found.get_or_insert_default();
            settings.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_has_its_own_settings_only() {
        let text = "[default]\nregion = eu-central-1\n# aws_access_key_id = no\n\n[profile  work ]\nregion=us-west-2\ns3 =\n  max = 1\n[x]\nregion=no\n";
        let of = |name: &str| section_of(text, name).map(|found| found.into_iter().collect::<Vec<_>>());
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(of("default"), Some(vec![pair("region", "eu-central-1")]));
        assert_eq!(of("profile work"), Some(vec![pair("region", "us-west-2"), pair("s3", "")]));
        assert_eq!(of("work"), None);
    }
}
