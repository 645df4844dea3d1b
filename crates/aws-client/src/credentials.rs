//! Who asks, where that is written down: the variables, or a profile in AWS's files with keys or a `credential_process`. What services give is in `chain`.

use crate::{Profile, Variables};
use jiff::Timestamp;
use json::Value;
use std::fmt;
use std::process::{Command, Stdio};

/// An access key.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Which key.
    pub access_key_id: String,
    /// What signs.
    pub secret_access_key: String,
    /// What goes with a key that is valid for a while only.
    pub session_token: Option<String>,
}

/// Why there are no credentials.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoCredentials(pub(crate) String);

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret is told nobody.
        write!(formatter, "Credentials({})", self.access_key_id)
    }
}

impl Credentials {
    /// What emulators are given by those who have nothing else.
    pub(crate) fn of_nobody() -> Credentials {
        Credentials { access_key_id: "test".to_owned(), secret_access_key: "test".to_owned(), session_token: None }
    }

    /// The variables' or the profile's, which counts first if it was asked for by name; none if there are none.
    pub fn find(profile: &Profile, profile_first: bool) -> Result<Option<Credentials>, NoCredentials> {
        let of_variables = || Credentials::of_variables(&Variables::default());
        let of_profile = || Ok(Found::of_profile(profile)?.map(|found| found.credentials));
        if profile_first {
            return Ok(of_profile()?.or_else(of_variables));
        }
        match of_variables() {
            Some(found) => Ok(Some(found)),
            None => of_profile(),
        }
    }

    pub(crate) fn of_variables(variables: &Variables) -> Option<Credentials> {
        Some(Credentials {
            access_key_id: variables.get("AWS_ACCESS_KEY_ID")?,
            secret_access_key: variables.get("AWS_SECRET_ACCESS_KEY")?,
            session_token: variables.get("AWS_SESSION_TOKEN"),
        })
    }
}

/// Credentials, and until when they are good.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) credentials: Credentials,
    pub(crate) expires: Option<Timestamp>,
}

impl Found {
    pub(crate) fn lasting(credentials: Credentials) -> Found {
        Found { credentials, expires: None }
    }

    /// A profile's keys, or what its `credential_process` prints.
    pub(crate) fn of_profile(profile: &Profile) -> Result<Option<Found>, NoCredentials> {
        if let (Some(access_key_id), Some(secret_access_key)) =
            (profile.get("aws_access_key_id"), profile.get("aws_secret_access_key"))
        {
            let session_token = profile.get("aws_session_token");
            return Ok(Some(Found::lasting(Credentials { access_key_id, secret_access_key, session_token })));
        }
        let command = profile.get("credential_process");
        let named = |NoCredentials(problem)| NoCredentials(format!("profile {}: {problem}", profile.name));
        command.map(|command| from_process(&command)).transpose().map_err(named)
    }
}

/// What a program prints, in the form AWS gives (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html>).
fn from_process(command: &str) -> Result<Found, NoCredentials> {
    let problem = |what: String| NoCredentials(format!("credential_process '{command}' {what}"));
    let mut shell = Command::new("/bin/sh");
    let output = shell.args(["-c", command]).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| problem(format!("cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(problem(format!("ended with {}", output.status)));
    }
    let printed = json::parse(&String::from_utf8_lossy(&output.stdout));
    let printed = printed.map_err(|error| problem(format!("printed no JSON: {error}")))?;
    let member = |name: &str| {
        let member = printed.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        member.map(str::to_owned)
    };
    let missing = |name: &str| problem(format!("printed no {name}"));
    if let Some(version) = printed.get("Version").filter(|version| version.as_i64() != Some(1)) {
        return Err(problem(format!("printed credentials of Version {version}, not 1")));
    }
    let credentials = Credentials {
        access_key_id: member("AccessKeyId").ok_or_else(|| missing("AccessKeyId"))?,
        secret_access_key: member("SecretAccessKey").ok_or_else(|| missing("SecretAccessKey"))?,
        session_token: member("SessionToken"),
    };
    let expires = member("Expiration").map(|text| text.parse::<Timestamp>());
    let expires =
        expires.transpose().map_err(|error| problem(format!("printed an Expiration that is no time: {error}")))?;
    Ok(Found { credentials, expires })
}
