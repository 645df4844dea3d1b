//! Where credentials come from that are not just written down: other services give them, for a while
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>). They are kept until shortly before they expire.

use crate::credentials::Found;
use crate::{Client, Credentials, HttpError, NoCredentials, Options, Profile, Variables};
use bytes::Bytes;
use http_body_util::Full;
use jiff::{SignedDuration, Timestamp};
use json::{Value, json};
use std::collections::HashMap;
use std::pin::Pin;
use std::time::Duration;

/// How long before they expire credentials are asked for anew.
const SPARE: SignedDuration = SignedDuration::from_mins(2);
/// Profiles that take their credentials from each other.
const SOURCES_MAX: usize = 5;
/// The container's and the machine's own services are near.
const NEAR_TIMEOUT: Duration = Duration::from_secs(2);
const MACHINE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a machine is left alone that does not answer.
const SILENCE: SignedDuration = SignedDuration::from_mins(1);
const NEAR_BYTES_MAX: usize = 1 << 20;
const CONTAINER: &str = "http://169.254.170.2";
const MACHINE: &str = "http://169.254.169.254";
const MACHINE_IPV6: &str = "http://[fd00:ec2::254]";
/// Who may be told a token without TLS: the machine itself, and the agents of ECS and EKS.
const CONTAINER_HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
/// What a session is called in AWS's logs.
const SESSION_NAME: &str = "stepwell";

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Kept(tokio::sync::Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// By the role that was assumed with them, if any.
    found: HashMap<Option<String>, Found>,
    /// Until when the machine is not asked again.
    silent_until: Option<Timestamp>,
}

impl Memory {
    fn fresh(&self, role: &Option<String>) -> Option<Found> {
        self.found.get(role).filter(|found| found.lasts(SPARE)).cloned()
    }

    /// What was got, or what is still good if nothing was.
    fn renewed(&mut self, role: Option<String>, got: Result<Found, NoCredentials>) -> Result<Found, NoCredentials> {
        match got {
            Ok(found) => {
                self.found.insert(role, found.clone());
                Ok(found)
            }
            Err(error) => match self.found.get(&role).filter(|found| found.lasts(SignedDuration::ZERO)) {
                Some(found) => {
                    tracing::warn!("credentials could not be renewed, those there are go on for a while: {error}");
                    Ok(found.clone())
                }
                None => Err(error),
            },
        }
    }
}

impl Found {
    fn lasts(&self, time: SignedDuration) -> bool {
        self.expires.is_none_or(|expires| Timestamp::now() + time < expires)
    }
}

type Outcome = Result<Option<Found>, NoCredentials>;
type Search<'c> = Pin<Box<dyn Future<Output = Outcome> + Send + 'c>>;

/// The client's own credentials, or those of a role that they may assume; none if there are none. `is_aws` says whether they are for AWS.
pub(crate) async fn credentials(
    client: &Client,
    role_arn: Option<&str>,
    is_aws: bool,
) -> Result<Option<Credentials>, NoCredentials> {
    // Whoever waits finds what the first one got.
    let mut kept = client.kept().0.lock().await;
    let role = role_arn.map(str::to_owned);
    if let Some(found) = kept.fresh(&role) {
        return Ok(Some(found.credentials));
    }
    let own = match kept.fresh(&None) {
        Some(found) => Some(found),
        None => match search(client, is_aws, &mut kept.silent_until).await.transpose() {
            Some(got) => Some(kept.renewed(None, got)?),
            None => None,
        },
    };
    let Some(role_arn) = role_arn else { return Ok(own.map(|found| found.credentials)) };
    let parameters = json!({"RoleArn": role_arn, "RoleSessionName": SESSION_NAME});
    let got = assumed(client, own.map(|found| found.credentials), "AssumeRole", parameters).await;
    kept.renewed(role, got).map(|found| Some(found.credentials))
}

async fn search(client: &Client, is_aws: bool, silent_until: &mut Option<Timestamp>) -> Outcome {
    let settings = client.settings();
    let (profile, first) = (settings.profile.clone(), settings.is_profile_asked_for);
    let variables = &settings.variables;
    if let (false, Some(found)) = (first, Credentials::of_variables(variables)) {
        return Ok(Some(Found::lasting(found)));
    }
    if let Some(found) = of_profile(client, profile, SOURCES_MAX).await? {
        return Ok(Some(found));
    }
    if let (true, Some(found)) = (first, Credentials::of_variables(variables)) {
        return Ok(Some(Found::lasting(found)));
    }
    if let (Some(file), Some(role)) = (variables.get("AWS_WEB_IDENTITY_TOKEN_FILE"), variables.get("AWS_ROLE_ARN")) {
        return with_web_identity(client, &file, &role, variables.get("AWS_ROLE_SESSION_NAME")).await.map(Some);
    }
    if let Some(found) = of_container(client).await? {
        return Ok(Some(found));
    }
    let is_named = machine_url(client).is_some();
    let is_asked =
        settings.use_instance_metadata && (is_aws || is_named) && !variables.is_true("AWS_EC2_METADATA_DISABLED");
    if !is_asked || !is_named && silent_until.is_some_and(|until| Timestamp::now() < until) {
        return Ok(None);
    }
    match of_machine(client).await {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_named => Err(error),
        // Most machines are none of EC2.
        Err(error) => {
            tracing::debug!("this machine has no credentials: {error}");
            *silent_until = Some(Timestamp::now() + SILENCE);
            Ok(None)
        }
    }
}

fn of_profile(client: &Client, profile: Profile, sources: usize) -> Search<'_> {
    Box::pin(async move {
        let name = profile.name.clone();
        let problem = |what: String| NoCredentials(format!("profile {name}: {what}"));
        if sources == 0 {
            return Err(problem("it takes its credentials from too many others".to_owned()));
        }
        if let Some(role) = profile.get("role_arn") {
            if let Some(file) = profile.get("web_identity_token_file") {
                return with_web_identity(client, &file, &role, profile.get("role_session_name")).await.map(Some);
            }
            let source = match (profile.get("source_profile"), profile.get("credential_source").as_deref()) {
                // One that names itself has keys of its own.
                (Some(source), _) if source == name => of_keys(profile.clone()).await?,
                (Some(source), _) => {
                    let source =
                        profile.other(&source).ok_or_else(|| problem(format!("there is no profile '{source}'")))?;
                    of_profile(client, source, sources - 1).await?
                }
                (None, Some("Environment")) => {
                    Credentials::of_variables(&client.settings().variables).map(Found::lasting)
                }
                (None, Some("EcsContainer")) => of_container(client).await?,
                (None, Some("Ec2InstanceMetadata")) => Some(of_machine(client).await?),
                _ => return Err(problem("role_arn wants a source_profile or a credential_source".to_owned())),
            };
            let source =
                source.ok_or_else(|| problem("there are no credentials to assume its role with".to_owned()))?;
            let session = profile.get("role_session_name").unwrap_or_else(|| SESSION_NAME.to_owned());
            let parameters = json!({"RoleArn": role, "RoleSessionName": session, "ExternalId": (optional(profile.get("external_id")))});
            return assumed(client, Some(source.credentials), "AssumeRole", parameters).await.map(Some);
        }
        if profile.get("sso_account_id").is_some() && profile.get("sso_role_name").is_some() {
            return of_login(client, &profile).await.map(Some).map_err(|NoCredentials(what)| problem(what));
        }
        of_keys(profile).await
    })
}

fn optional(text: Option<String>) -> Value {
    text.map_or(Value::Null, Value::from)
}

/// What is written down, or printed by a program.
async fn of_keys(profile: Profile) -> Outcome {
    let found = tokio::task::spawn_blocking(move || Found::of_profile(&profile)).await;
    found.unwrap_or_else(|error| Err(NoCredentials(error.to_string())))
}

async fn with_web_identity(
    client: &Client,
    file: &str,
    role: &str,
    session: Option<String>,
) -> Result<Found, NoCredentials> {
    let token = tokio::fs::read_to_string(file).await;
    let token = token.map_err(|error| NoCredentials(format!("the web identity in {file} cannot be read: {error}")))?;
    let session = session.unwrap_or_else(|| SESSION_NAME.to_owned());
    let parameters = json!({"RoleArn": role, "RoleSessionName": session, "WebIdentityToken": (token.trim())});
    assumed(client, None, "AssumeRoleWithWebIdentity", parameters).await
}

async fn assumed(
    client: &Client,
    source: Option<Credentials>,
    operation: &str,
    parameters: Value,
) -> Result<Found, NoCredentials> {
    let nobody = Credentials::of_nobody();
    let options = Options { credentials: Some(source.as_ref().unwrap_or(&nobody)), ..Options::default() };
    let role = parameters.get("RoleArn").and_then(Value::as_str).unwrap_or_default();
    // A call with credentials looks for none.
    let answer = Box::pin(client.call("sts", operation, &parameters, options)).await;
    let answer = answer.map_err(|error| NoCredentials(format!("the role {role} cannot be assumed: {error}")))?;
    let unreadable = || NoCredentials(format!("STS gave no credentials of the role {role}"));
    found(answer.get("Credentials").ok_or_else(unreadable)?, "SessionToken").ok_or_else(unreadable)
}

/// Credentials as services write them.
fn found(answer: &Value, token: &str) -> Option<Found> {
    let text = |name: &str| Some(answer.get(name)?.as_str()?.to_owned());
    let expires = match answer.get("Expiration") {
        Some(Value::Number(milliseconds)) => Timestamp::from_millisecond(milliseconds.as_i64()?).ok(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    Some(Found {
        credentials: Credentials {
            access_key_id: text("AccessKeyId")?,
            secret_access_key: text("SecretAccessKey")?,
            session_token: text(token),
        },
        expires,
    })
}

/// What `aws sso login` left.
async fn of_login(client: &Client, profile: &Profile) -> Result<Found, NoCredentials> {
    let session = profile.get("sso_session");
    let section = session.as_ref().and_then(|name| Some(profile.section("sso-session", name)?.0));
    let setting = |name: &str| profile.get(name).or_else(|| section.and_then(|section| section.get(name)).cloned());
    let missing = |name: &str| NoCredentials(format!("it has no {name}"));
    let region = setting("sso_region").ok_or_else(|| missing("sso_region"))?;
    let key = session.clone().or_else(|| setting("sso_start_url")).ok_or_else(|| missing("sso_start_url"))?;
    let name = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    let name = format!(".aws/sso/cache/{}.json", crate::signature::hex(name.as_ref()));
    let file = client.settings().variables.home().join(name);
    let over = || NoCredentials(format!("nobody is logged in: aws sso login --profile {}", profile.name));
    let text = tokio::fs::read_to_string(&file).await.map_err(|_| over())?;
    let mut login = json::parse(&text).map_err(|_| over())?;
    if !is_open(&login, SPARE) {
        match renewed_login(client, &login, &region).await {
            Some(renewed) => {
                login = renewed;
                // Whoever asks next, and AWS's own tools, would ask with a token that was used.
                if let Err(error) = tokio::fs::write(&file, login.to_string()).await {
                    tracing::warn!("{} cannot be written: {error}", file.display());
                }
            }
            None if is_open(&login, SignedDuration::ZERO) => {}
            None => return Err(over()),
        }
    }
    let text = |name: &str| login.get(name).and_then(Value::as_str);
    let parameters = json!({
        "AccessToken": (text("accessToken").ok_or_else(over)?),
        "AccountId": (optional(profile.get("sso_account_id"))),
        "RoleName": (optional(profile.get("sso_role_name"))),
    });
    let nobody = Credentials::of_nobody();
    let options = Options { region: Some(&region), credentials: Some(&nobody), ..Options::default() };
    let answer = Box::pin(client.call("sso", "GetRoleCredentials", &parameters, options)).await;
    let answer = answer.map_err(|error| NoCredentials(error.to_string()))?;
    let role = answer.get("RoleCredentials").and_then(|role| found(role, "SessionToken"));
    role.ok_or_else(|| NoCredentials("the login gave no credentials".to_owned()))
}

/// Whether a login is still good after a while.
fn is_open(login: &Value, time: SignedDuration) -> bool {
    let expires = login.get("expiresAt").and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
    expires.is_none_or(|expires| Timestamp::now() + time < expires)
}

/// A login that was made with a session goes on as long as its refresh token is taken.
async fn renewed_login(client: &Client, login: &Value, region: &str) -> Option<Value> {
    let text = |name: &str| login.get(name).and_then(Value::as_str);
    let parameters = json!({
        "ClientId": (text("clientId")?), "ClientSecret": (text("clientSecret")?), "RefreshToken": (text("refreshToken")?),
        "GrantType": "refresh_token",
    });
    let nobody = Credentials::of_nobody();
    let options = Options { region: Some(region), credentials: Some(&nobody), ..Options::default() };
    let answer = Box::pin(client.call("ssooidc", "createToken", &parameters, options)).await;
    let answer = answer.map_err(|error| tracing::warn!("the login of AWS SSO could not be renewed: {error}")).ok()?;
    let seconds = answer.get("ExpiresIn").and_then(Value::as_i64)?;
    let expires = Timestamp::now() + SignedDuration::from_secs(seconds);
    let members = login.as_object()?.with("accessToken", answer.get("AccessToken")?.clone());
    let members = members.with("expiresAt", expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into());
    Some(match answer.get("RefreshToken").filter(|token| !token.is_null()) {
        Some(token) => members.with("refreshToken", token.clone()).into(),
        None => members.into(),
    })
}

/// A container is told where its credentials are.
async fn of_container(client: &Client) -> Outcome {
    let variables = &client.settings().variables;
    let Some(url) = container_url(variables)? else { return Ok(None) };
    let mut token = variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if let Some(file) = variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        let read = tokio::fs::read_to_string(&file).await;
        token = Some(read.map_err(|error| NoCredentials(format!("{file} cannot be read: {error}")))?.trim().to_owned());
    }
    let headers = token.iter().map(|token| ("authorization", &**token)).collect::<Vec<_>>();
    let text = near(client, "GET", &url, &headers, NEAR_TIMEOUT).await?;
    let answer = json::parse(&text).ok().and_then(|answer| found(&answer, "Token"));
    answer.map(Some).ok_or_else(|| NoCredentials(format!("{url} gave no credentials")))
}

fn container_url(variables: &Variables) -> Result<Option<String>, NoCredentials> {
    if let Some(path) = variables.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        return match path.starts_with('/') {
            true => Ok(Some(format!("{CONTAINER}{path}"))),
            false => Err(NoCredentials("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with a slash".to_owned())),
        };
    }
    let Some(url) = variables.get("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return Ok(None) };
    let parsed: Option<hyper::Uri> = url.parse().ok();
    let host = parsed.as_ref().and_then(|url| url.host()).unwrap_or_default();
    let is_loopback = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match parsed.as_ref().and_then(|url| url.scheme_str()) {
        Some("https") => Ok(Some(url)),
        Some("http") if is_loopback || CONTAINER_HOSTS.contains(&host) => Ok(Some(url)),
        _ => Err(NoCredentials(format!(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI '{url}' is neither https nor a container's own host"
        ))),
    }
}

/// Where the machine is, if that is said.
fn machine_url(client: &Client) -> Option<String> {
    let settings = client.settings();
    let named = settings.variables.get("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    named.or_else(|| settings.profile.get("ec2_metadata_service_endpoint"))
}

/// A machine of EC2 asks the one beside it, in the second version of that protocol only.
async fn of_machine(client: &Client) -> Result<Found, NoCredentials> {
    let settings = client.settings();
    let mode = settings.variables.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    let mode = mode.or_else(|| settings.profile.get("ec2_metadata_service_endpoint_mode"));
    let usual = || if mode.is_some_and(|mode| mode.eq_ignore_ascii_case("ipv6")) { MACHINE_IPV6 } else { MACHINE };
    let base = machine_url(client).unwrap_or_else(|| usual().to_owned());
    let base = base.trim_end_matches('/');
    let lasting = [("x-aws-ec2-metadata-token-ttl-seconds", "21600")];
    let token = near(client, "PUT", &format!("{base}/latest/api/token"), &lasting, MACHINE_TIMEOUT).await?;
    let headers = [("x-aws-ec2-metadata-token", &*token)];
    let url = format!("{base}/latest/meta-data/iam/security-credentials/");
    let role = near(client, "GET", &url, &headers, MACHINE_TIMEOUT).await?;
    let url = format!("{url}{}", role.lines().next().unwrap_or_default().trim());
    let text = near(client, "GET", &url, &headers, MACHINE_TIMEOUT).await?;
    let answer = json::parse(&text).ok().and_then(|answer| found(&answer, "Token"));
    answer.ok_or_else(|| NoCredentials("the machine's metadata has no credentials".to_owned()))
}

async fn near(
    client: &Client,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    timeout: Duration,
) -> Result<String, NoCredentials> {
    let problem = |what: String| NoCredentials(format!("{url}: {what}"));
    let mut request = hyper::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::<Bytes>::default()).map_err(|error| problem(error.to_string()))?;
    let answer = client.http().send(request, timeout, NEAR_BYTES_MAX).await;
    let answer = answer.map_err(|error: HttpError| problem(error.to_string()))?;
    match answer.status().is_success() {
        true => Ok(String::from_utf8_lossy(answer.body()).into_owned()),
        false => Err(problem(format!("it answers {}", answer.status()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_told_where_to_ask() {
        let url = |name: &str, value: &str| {
            container_url(&[(name, value)].into_iter().collect()).map_err(|error| error.to_string())
        };
        let (relative, full) = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI");
        assert_eq!(url("X", "/"), Ok(None));
        assert_eq!(url(relative, "/v2/id"), Ok(Some("http://169.254.170.2/v2/id".to_owned())));
        assert!(url(relative, ".evil.example/").is_err());
        let good = [
            "https://anywhere/x",
            "http://169.254.170.23/v1",
            "http://[fd00:ec2::23]/v1",
            "http://localhost:1/",
            "http://[::1]/",
        ];
        good.iter().for_each(|given| assert_eq!(url(full, given), Ok(Some((*given).to_owned()))));
        let bad = ["http://169.254.169.254/", "http://198.51.100.1/", "ftp://localhost/", "nonsense"];
        bad.iter().for_each(|given| assert!(url(full, given).is_err(), "{given}"));
    }
}
