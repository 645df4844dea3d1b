//! A call: from parameters to a result, or to why there is none.

use crate::chain::{self, Kept};
use crate::data::Data;
use crate::endpoint::Endpoint;
use crate::input::Reader;
use crate::protocol::{self, Answer};
use crate::request::filled;
use crate::{
    Blobs, CallError, Credentials, Http, HttpError, Looks, NoCredentials, Request, Scope, ServiceError, Settings,
    Times, basic_time, output,
};
use crate::{checksum, multi_region, quirks, s3};
use json::Value;
use service_models::{Auth, Operation};
use std::sync::Arc;
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
    kept: Kept,
}

/// What a call may say besides its parameters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'o> {
    /// The Region, if not the client's.
    pub region: Option<&'o str>,
    /// Who asks, if not whoever the client's settings say.
    pub credentials: Option<&'o Credentials>,
    /// A role that is assumed first, by whoever the client's settings say.
    pub role_arn: Option<&'o str>,
    /// What identifies this call and its repetitions: it fills idempotency tokens that are not given. Random ones do if there is none.
    pub identity: Option<&'o str>,
    /// How long an answer may take, if not the client's time.
    pub timeout: Option<Duration>,
    /// The most bytes an answer may have, if not the client's.
    pub answer_bytes_max: Option<usize>,
    /// How bytes look in parameters and result.
    pub blobs: Blobs,
    /// How times look in the result.
    pub times: Times,
}

impl Client {
    /// A client that calls as `settings` say. It connects and looks for credentials at the first call.
    pub fn new(settings: Settings) -> Client {
        let http = Http::new(settings.connect_timeout);
        Client(Arc::new(Inner { settings, http, kept: Kept::default() }))
    }

    /// The request of a call, before it is signed.
    pub fn prepare(
        &self,
        service: &str,
        operation: &str,
        parameters: &Value,
        options: Options<'_>,
    ) -> Result<Prepared, CallError> {
        let operation = find(service, operation)?;
        Call { client: self, service, operation, options }.prepare(parameters)
    }

    /// Who asks: whoever the settings say, or the role they assume. Elsewhere than at AWS it may be nobody.
    pub async fn credentials(&self, role_arn: Option<&str>, is_aws: bool) -> Result<Credentials, CallError> {
        let found = chain::credentials(self, role_arn, is_aws).await;
        match found.map_err(|error| CallError::Unsendable(error.to_string()))? {
            Some(found) => Ok(found),
            None if !is_aws => Ok(Credentials::of_nobody()),
            None => Err(CallError::Unsendable(
                "Unable to load credentials: there are no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the profile in ~/.aws has none, and neither a container nor this machine gives any"
                    .to_owned(),
            )),
        }
    }

    pub(crate) fn kept(&self) -> &Kept {
        &self.0.kept
    }

    /// The connections it keeps.
    pub fn http(&self) -> &Http {
        &self.0.http
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
        self.reply(service, operation, parameters, options).await.map(|reply| reply.value)
    }

    /// The same, with what HTTP says besides the result.
    pub async fn reply(
        &self,
        service: &str,
        operation: &str,
        parameters: &Value,
        options: Options<'_>,
    ) -> Result<Reply, CallError> {
        let operation = find(service, operation)?;
        let call = Call { client: self, service, operation, options };
        let prepared = call.prepare(parameters)?;
        let mut pause = PAUSE;
        let mut attempt = 1;
        loop {
            let outcome = call.attempt(prepared.clone(), attempt).await;
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

fn find(service: &str, operation: &str) -> Result<Operation<'static>, CallError> {
    let unknown = || CallError::Unknown { service: service.to_owned(), operation: operation.to_owned() };
    let entry = service_models::entry(service).ok_or_else(unknown)?;
    entry.load().operation_spelled(operation).ok_or_else(unknown)
}

/// One call.
struct Call<'c> {
    client: &'c Client,
    service: &'c str,
    operation: Operation<'c>,
    options: Options<'c>,
}

/// A result, and what HTTP says besides.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The result.
    pub value: Value,
    /// The HTTP status.
    pub status: u16,
    /// The headers, their names in small letters.
    pub headers: Vec<(String, String)>,
}

/// A request that is ready to be signed and sent.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Scheme and host, such as `https://states.eu-central-1.amazonaws.com`.
    pub origin: String,
    /// The request.
    pub request: Request,
    /// The Region in its signature, or all of them.
    pub region: String,
    /// The service's name in its signature.
    pub signing_name: String,
    /// Whether it is signed at all.
    pub is_signed: bool,
    /// Whether it is signed for several Regions, by Version 4A.
    pub is_for_regions: bool,
    is_aws: bool,
}

impl Prepared {
    /// Signs it; `now` is as [`basic_time`] gives it.
    ///
    /// # Errors
    /// See [`Request::sign_for_regions`].
    pub fn sign(&mut self, credentials: &Credentials, now: &str) -> Result<(), NoCredentials> {
        let scope = Scope { region: &self.region, service: &self.signing_name, now };
        if self.is_for_regions {
            return self.request.sign_for_regions(credentials, &scope);
        }
        self.request.sign(credentials, &scope);
        Ok(())
    }
}

impl Call<'_> {
    fn prepare(&self, parameters: &Value) -> Result<Prepared, CallError> {
        let operation = self.operation;
        let identity = || self.options.identity.map_or_else(random_identity, str::to_owned);
        let reader = Reader::new(self.options.blobs, &identity);
        let input = reader.read(operation.input(), parameters).map_err(CallError::Invalid)?;
        self.addressed(&quirks::mend_input(operation, input)).map_err(CallError::Unsendable)
    }

    fn addressed(&self, input: &Data) -> Result<Prepared, String> {
        let (settings, operation) = (self.client.settings(), self.operation);
        let region = self.options.region.unwrap_or(&settings.region);
        let mut endpoint = Endpoint::of(settings, self.service, operation.service(), region)?;
        let mut request = protocol::request(operation, input)?;
        quirks::mend_request(operation, &mut request);
        checksum::add(&mut request, operation, input)?;
        let mut authority = endpoint.authority.clone();
        let mut is_for_regions = endpoint.is_aws && multi_region::is_preferred(operation);
        // An endpoint of one's own is asked as any other: an emulator looks for a Region in the signature.
        if endpoint.is_aws
            && let Some(host) = multi_region::host(operation, input, region)?
        {
            (authority, is_for_regions) = (host, true);
        }
        if endpoint.is_aws
            && let Some(host) = quirks::host(operation, input)?
        {
            authority = host;
        }
        // Whoever runs an emulator has no name for every prefix.
        if let Some(prefix) = operation.host_prefix().filter(|_| endpoint.is_aws) {
            authority = format!("{}{authority}", host_prefix(prefix, input)?);
        }
        if let (true, Some(bucket)) = (operation.service().id() == "S3", input.get("Bucket")) {
            let bucket = bucket.plain("iso8601");
            s3::address(settings, &endpoint, &bucket, &mut request, &mut authority)?;
            if let Some(region) = s3::region(&bucket) {
                is_for_regions = region.is_empty();
                endpoint.region = region.to_owned();
            }
        }
        // The root of a path is the path.
        if !endpoint.path.is_empty() && (request.path == "/" || request.path.starts_with("/?")) {
            request.path.remove(0);
        }
        request.path.insert_str(0, &endpoint.path);
        request.set("host", &authority);
        Ok(Prepared {
            origin: endpoint.origin(&authority),
            request,
            region: if is_for_regions { multi_region::REGIONS.to_owned() } else { endpoint.region },
            signing_name: endpoint.signing_name,
            is_signed: operation.auth() != Auth::Nothing,
            is_for_regions,
            is_aws: endpoint.is_aws,
        })
    }

    async fn attempt(&self, mut prepared: Prepared, attempts: u32) -> Result<Reply, CallError> {
        if prepared.is_signed {
            let credentials = self.credentials(prepared.is_aws).await?;
            let signed = prepared.sign(&credentials, &basic_time());
            signed.map_err(|error| CallError::Unsendable(error.to_string()))?;
        }
        let Prepared { origin, mut request, .. } = prepared;
        request.set("user-agent", concat!("stepwell/", env!("CARGO_PKG_VERSION")));
        let sent = request.to_message(&origin).map_err(CallError::Unsendable)?;
        let settings = self.client.settings();
        let timeout = self.options.timeout.unwrap_or(settings.timeout);
        let lost = |error: HttpError| match error {
            HttpError::TooLong(bytes_max) => CallError::TooLong { bytes_max },
            error => CallError::NoAnswer { message: format!("{origin}: {error}"), attempts },
        };
        let bytes_max = self.options.answer_bytes_max.unwrap_or(settings.answer_bytes_max);
        let answer = self.client.0.http.send(sent, timeout, bytes_max).await.map_err(lost)?;
        let answer = Answer::from(answer);
        if protocol::is_error(self.operation, &answer) {
            let error = protocol::error(self.operation, &answer, self.options.blobs);
            return Err(CallError::Service(Box::new(ServiceError { attempts, ..error })));
        }
        if let Some(error) = protocol::error_in_stream(self.operation, &answer, self.options.blobs) {
            return Err(CallError::Service(Box::new(ServiceError { attempts, ..error })));
        }
        let unreadable = |problem: String| {
            CallError::Unreadable(format!("{origin} answered {} with what is no reply: {problem}", answer.status))
        };
        let data = protocol::reply(self.operation, &answer).map_err(unreadable)?;
        let looks = Looks { blobs: self.options.blobs, times: self.options.times };
        let value = output::shown(self.operation.output(), data, looks);
        Ok(Reply { value, status: answer.status, headers: answer.headers })
    }

    async fn credentials(&self, is_aws: bool) -> Result<Credentials, CallError> {
        if let Some(credentials) = self.options.credentials {
            return Ok(credentials.clone());
        }
        self.client.credentials(self.options.role_arn, is_aws).await
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
        // It began well: what was done by then would be done again.
        CallError::Service(error) if error.status < 300 => false,
        CallError::Service(error) => {
            matches!(error.status, 500 | 502 | 503 | 504 | 429) || CODES.contains(&&*error.code)
        }
        _ => false,
    }
}

/// What stands before the host, its labels filled in.
fn host_prefix(template: &str, input: &Data) -> Result<String, String> {
    filled("host", template, |label| {
        let value = input.get(label).map(|data| data.plain("iso8601")).unwrap_or_default();
        let plain = |character: char| character.is_ascii_alphanumeric() || "-.".contains(character);
        if value.is_empty() || !value.chars().all(plain) {
            return Err(format!("Parameter '{}' must be a part of a host's name", service_models::spelled(label)));
        }
        Ok(value)
    })
}

fn random_identity() -> String {
    let random = fastrand::u128(..);
    let version_4 = (random & !(0xf << 76) & !(0b11 << 62)) | (4 << 76) | (0b10 << 62);
    let hex = format!("{version_4:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
