//! A call: from parameters to a result, or to why there is none.

use crate::endpoint::Endpoint;
use crate::input::Reader;
use crate::protocol::{self, Answer};
use crate::{
    Blobs, CallError, Credentials, Http, HttpError, NoCredentials, Request, Scope, ServiceError, Settings, basic_time,
    output,
};
use json::Value;
use service_models::{Auth, Operation, Service};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The first pause before another attempt; every later one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(20);

/// Calls AWS's services. A clone is the same client.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    http: Http,
    credentials: Mutex<Option<Credentials>>,
}

/// What a call may say besides its parameters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'o> {
    /// The Region, if not the client's.
    pub region: Option<&'o str>,
    /// Who asks, if not whoever the client's settings say.
    pub credentials: Option<&'o Credentials>,
    /// What identifies this call and its repetitions: it fills idempotency tokens that are not given. Random ones do if there is none.
    pub identity: Option<&'o str>,
    /// How long an answer may take, if not the client's time.
    pub timeout: Option<Duration>,
    /// How bytes look in parameters and result.
    pub blobs: Blobs,
}

impl Client {
    /// A client that calls as `settings` say. It connects and looks for credentials at the first call.
    pub fn new(settings: Settings) -> Client {
        let http = Http::new(settings.connect_timeout);
        Client(Arc::new(Inner { settings, http, credentials: Mutex::new(None) }))
    }

    /// How it calls.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Calls an operation, such as `putLogEvents` or `PutLogEvents` of `cloudwatchlogs`: a service has the name that Step Functions gives it in
    /// `aws-sdk:` resources. Parameters and result have members in PascalCase, whatever they are called on the wire.
    ///
    /// ```json
    /// {"LogGroupName": "g", "LogStreamName": "s", "LogEvents": [{"Timestamp": 1764189000000, "Message": "m"}]}
    /// ```
    ///
    /// A call that was throttled or could not be answered is tried again, as AWS's SDKs do, [`Settings::attempts_max`] times in all.
    pub async fn call(
        &self,
        service: &str,
        operation: &str,
        parameters: &Value,
        options: Options<'_>,
    ) -> Result<Value, CallError> {
        let unknown = || CallError::Unknown { service: service.to_owned(), operation: operation.to_owned() };
        let entry = service_models::entry(service).ok_or_else(unknown)?;
        let model: &Service = entry.load();
        let operation = model.operation_spelled(operation).ok_or_else(unknown)?;
        let call = Call { client: &self.0, service, operation, options };
        let request = call.request(parameters)?;
        let mut pause = PAUSE;
        let mut attempt = 1;
        loop {
            let outcome = call.attempt(request.clone(), attempt).await;
            match &outcome {
                Err(error) if attempt < self.0.settings.attempts_max && is_worth_another(error) => {
                    tracing::debug!("{service}:{}: {error}; tried again", operation.name());
                    tokio::time::sleep(pause.mul_f64(fastrand::f64())).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                    attempt += 1;
                }
                _ => return outcome,
            }
        }
    }
}

/// One call.
struct Call<'c> {
    client: &'c Inner,
    service: &'c str,
    operation: Operation<'c>,
    options: Options<'c>,
}

/// A request and where it goes.
#[derive(Clone)]
struct Addressed {
    request: Request,
    endpoint: Endpoint,
    authority: String,
}

impl Call<'_> {
    fn request(&self, parameters: &Value) -> Result<Addressed, CallError> {
        let settings = &self.client.settings;
        let identity = || self.options.identity.map_or_else(random_identity, str::to_owned);
        let reader = Reader::new(self.options.blobs, &identity);
        let input = reader.read(self.operation.input(), parameters).map_err(CallError::Invalid)?;
        let region = self.options.region.unwrap_or(&settings.region);
        let endpoint = Endpoint::of(settings, self.service, self.operation.service(), region);
        let endpoint = endpoint.map_err(CallError::Unsendable)?;
        let mut request = protocol::request(self.operation, &input).map_err(CallError::Unsendable)?;
        request.path.insert_str(0, &endpoint.path);
        let authority = endpoint.authority.clone();
        Ok(Addressed { request, endpoint, authority })
    }

    async fn attempt(&self, addressed: Addressed, attempts: u32) -> Result<Value, CallError> {
        let Addressed { mut request, endpoint, authority } = addressed;
        let lost = |error: HttpError| CallError::NoAnswer { message: format!("{authority}: {error}"), attempts };
        request.set("host", &authority);
        if self.operation.auth() != Auth::Nothing {
            let credentials = self.credentials(&endpoint).await?;
            let scope = Scope { region: &endpoint.region, service: &endpoint.signing_name, now: &basic_time() };
            request.sign(&credentials, &scope);
        }
        request.set("user-agent", concat!("stepwell/", env!("CARGO_PKG_VERSION")));
        let origin = format!("{}://{authority}", endpoint.scheme);
        let sent = request.to_message(&origin).map_err(CallError::Unsendable)?;
        let settings = &self.client.settings;
        let timeout = self.options.timeout.unwrap_or(settings.timeout);
        let answer = self.client.http.send(sent, timeout, settings.answer_bytes_max).await.map_err(lost)?;
        let answer = Answer::from(answer);
        if answer.status >= 300 {
            let error = protocol::error(self.operation, &answer, self.options.blobs);
            return Err(CallError::Service(Box::new(ServiceError { attempts, ..error })));
        }
        let unreadable = |problem: String| {
            CallError::Unreadable(format!("{authority} answered {} with what is no reply: {problem}", answer.status))
        };
        let data = protocol::reply(self.operation, &answer).map_err(unreadable)?;
        Ok(output::shown(self.operation.output(), data, self.options.blobs))
    }

    async fn credentials(&self, endpoint: &Endpoint) -> Result<Credentials, CallError> {
        if let Some(credentials) = self.options.credentials {
            return Ok(credentials.clone());
        }
        let kept = self.client.credentials.lock().expect("nothing panics with it").clone();
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let (profile, first) = (self.client.settings.profile.clone(), self.client.settings.is_profile_asked_for);
        // A credential_process may take its time.
        let found = tokio::task::spawn_blocking(move || Credentials::find(&profile, first)).await;
        let found = found.unwrap_or_else(|error| Err(NoCredentials(error.to_string())));
        match found.map_err(|error| CallError::Unsendable(error.to_string()))? {
            Some(found) => {
                *self.client.credentials.lock().expect("nothing panics with it") = Some(found.clone());
                Ok(found)
            }
            None if !endpoint.is_aws => Ok(Credentials::of_nobody()),
            None => Err(CallError::Unsendable(
                "AWS wants credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws with keys or a credential_process"
                    .to_owned(),
            )),
        }
    }
}

/// Whether the same call may go better the next time, as AWS's SDKs see it
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
fn is_worth_another(error: &CallError) -> bool {
    const CODES: [&str; 19] = [
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "IDPCommunicationError",
        "InternalError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
        "RequestTimeTooSkewed",
    ];
    match error {
        CallError::NoAnswer { .. } => true,
        CallError::Service(error) => {
            matches!(error.status, 500 | 502 | 503 | 504 | 429) || CODES.contains(&&*error.code)
        }
        _ => false,
    }
}

fn random_identity() -> String {
    let random = fastrand::u128(..);
    let version_4 = (random & !(0xf << 76) & !(0b11 << 62)) | (4 << 76) | (0b10 << 62);
    let hex = format!("{version_4:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
