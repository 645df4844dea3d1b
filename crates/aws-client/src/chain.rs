//! Where credentials come from that are not just written down: other services give them, for a while
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>). They are kept until shortly before they expire.

use crate::profile::{Profile, variable};
use crate::{Client, Credentials, HttpError, NoCredentials, Options};
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
const NEAR_BYTES_MAX: usize = 1 << 20;
const CONTAINER: &str = "http://169.254.170.2";
const MACHINE: &str = "http://169.254.169.254";
/// What a session is called in AWS's logs.
const SESSION_NAME: &str = "stepwell";

/// Credentials that were found, by the role that was assumed with them, if any.
#[derive(Debug, Default)]
pub(crate) struct Kept(tokio::sync::Mutex<HashMap<Option<String>, Found>>);

#[derive(Clone, Debug)]
struct Found {
    credentials: Credentials,
    expires: Option<Timestamp>,
}

impl Found {
    fn lasting(credentials: Credentials) -> Found {
        Found { credentials, expires: None }
    }

    fn is_fresh(&self) -> bool {
        self.expires.is_none_or(|expires| Timestamp::now() + SPARE < expires)
    }
}

type Outcome = Result<Option<Found>, NoCredentials>;
type Search<'c> = Pin<Box<dyn Future<Output = Outcome> + Send + 'c>>;

/// The client's own credentials, or those of a role that they may assume; none if there are none.
pub(crate) async fn credentials(client: &Client, role_arn: Option<&str>) -> Result<Option<Credentials>, NoCredentials> {
    // Whoever waits finds what the first one got.
    let mut kept = client.kept().0.lock().await;
    let own = match kept.get(&None).filter(|found| found.is_fresh()) {
        Some(found) => Some(found.clone()),
        None => search(client).await?,
    };
    if let Some(own) = &own {
        kept.insert(None, own.clone());
    }
    let Some(role_arn) = role_arn else { return Ok(own.map(|found| found.credentials)) };
    let key = Some(role_arn.to_owned());
    if let Some(found) = kept.get(&key).filter(|found| found.is_fresh()) {
        return Ok(Some(found.credentials.clone()));
    }
    let parameters = json!({"RoleArn": role_arn, "RoleSessionName": SESSION_NAME});
    let found = assumed(client, own.map(|found| found.credentials), "AssumeRole", parameters).await?;
    kept.insert(key, found.clone());
    Ok(Some(found.credentials))
}

async fn search(client: &Client) -> Outcome {
    let settings = client.settings();
    let (profile, first) = (settings.profile.clone(), settings.is_profile_asked_for);
    if let (false, Some(found)) = (first, Credentials::of_variables()) {
        return Ok(Some(Found::lasting(found)));
    }
    if let Some(found) = of_profile(client, profile, SOURCES_MAX).await? {
        return Ok(Some(found));
    }
    if let (true, Some(found)) = (first, Credentials::of_variables()) {
        return Ok(Some(Found::lasting(found)));
    }
    if let (Some(file), Some(role)) = (variable("AWS_WEB_IDENTITY_TOKEN_FILE"), variable("AWS_ROLE_ARN")) {
        return with_web_identity(client, &file, &role, variable("AWS_ROLE_SESSION_NAME")).await.map(Some);
    }
    if let Some(found) = of_container(client).await? {
        return Ok(Some(found));
    }
    if settings.use_instance_metadata { of_machine(client).await.map(Some) } else { Ok(None) }
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
                (None, Some("Environment")) => Credentials::of_variables().map(Found::lasting),
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
    let found = tokio::task::spawn_blocking(move || Credentials::of_profile(&profile)).await;
    let found = found.unwrap_or_else(|error| Err(NoCredentials(error.to_string())))?;
    Ok(found.map(Found::lasting))
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
    let file = std::env::home_dir().unwrap_or_default().join(name);
    let over = || NoCredentials(format!("nobody is logged in: aws sso login --profile {}", profile.name));
    let text = tokio::fs::read_to_string(&file).await.map_err(|_| over())?;
    let login = json::parse(&text).map_err(|_| over())?;
    let text = |name: &str| login.get(name).and_then(Value::as_str);
    let expires: Option<Timestamp> = text("expiresAt").and_then(|text| text.parse().ok());
    if expires.is_some_and(|expires| expires <= Timestamp::now()) {
        return Err(over());
    }
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

/// A container is told where its credentials are.
async fn of_container(client: &Client) -> Outcome {
    let relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map(|path| format!("{CONTAINER}{path}"));
    let Some(url) = relative.or_else(|| variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")) else { return Ok(None) };
    let mut token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if let Some(file) = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        let read = tokio::fs::read_to_string(&file).await;
        token = Some(read.map_err(|error| NoCredentials(format!("{file} cannot be read: {error}")))?.trim().to_owned());
    }
    let headers = token.iter().map(|token| ("authorization", &**token)).collect::<Vec<_>>();
    let text = near(client, "GET", &url, &headers).await?;
    let answer = json::parse(&text).ok().and_then(|answer| found(&answer, "Token"));
    answer.map(Some).ok_or_else(|| NoCredentials(format!("{url} gave no credentials")))
}

/// A machine of EC2 asks the one beside it, in the second version of that protocol only.
async fn of_machine(client: &Client) -> Result<Found, NoCredentials> {
    let base = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").unwrap_or_else(|| MACHINE.to_owned());
    let base = base.trim_end_matches('/');
    let lasting = [("x-aws-ec2-metadata-token-ttl-seconds", "21600")];
    let token = near(client, "PUT", &format!("{base}/latest/api/token"), &lasting).await?;
    let headers = [("x-aws-ec2-metadata-token", &*token)];
    let url = format!("{base}/latest/meta-data/iam/security-credentials/");
    let role = near(client, "GET", &url, &headers).await?;
    let text = near(client, "GET", &format!("{url}{}", role.trim()), &headers).await?;
    let answer = json::parse(&text).ok().and_then(|answer| found(&answer, "Token"));
    answer.ok_or_else(|| NoCredentials("the machine's metadata has no credentials".to_owned()))
}

async fn near(client: &Client, method: &str, url: &str, headers: &[(&str, &str)]) -> Result<String, NoCredentials> {
    let problem = |what: String| NoCredentials(format!("{url}: {what}"));
    let mut request = hyper::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::<Bytes>::default()).map_err(|error| problem(error.to_string()))?;
    let answer = client.http().send(request, NEAR_TIMEOUT, NEAR_BYTES_MAX).await;
    let answer = answer.map_err(|error: HttpError| problem(error.to_string()))?;
    match answer.status().is_success() {
        true => Ok(String::from_utf8_lossy(answer.body()).into_owned()),
        false => Err(problem(format!("it answers {}", answer.status()))),
    }
}
