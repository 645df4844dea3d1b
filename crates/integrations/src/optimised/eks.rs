//! `eks:call` and `eks:runJob`: requests to the Kubernetes API of a cluster, and a job that is run there ("Create and manage Amazon EKS clusters with Step
//! Functions"). Who asks is told as `aws eks get-token` does: by a URL that asks STS who signed it.

use super::apigateway::lists;
use super::{Call, services};
use crate::{Job, TaskOutcome, TaskRequest};
use asl::definition::{IntegrationPattern, Resource};
use aws_client::{Client, Http, Request, Scope, basic_time, percent_encoded};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use json::{Object, ObjectBuilder, Payload, Value, json};
use service_models::optimised;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(60);
const ANSWER_BYTES_MAX: usize = 10 << 20;
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"];
/// By which a job is known that this very attempt made before a crash.
const ANNOTATION: &str = "stepwell/invocation-id";
/// How long a token's URL is good for, in seconds: EKS takes none that is good for longer than a quarter of an hour.
const TOKEN_SECONDS: u32 = 60;

pub(super) async fn invoke(call: Call<'_>) -> TaskOutcome {
    let done = match call.action.action {
        "runJob" => run_job(call).await,
        _ => read_and_write(call).await,
    };
    done.unwrap_or_else(|outcome| outcome)
}

/// An answer of the cluster.
struct Answer {
    status: u16,
    headers: Value,
    text: String,
}

impl Answer {
    fn body(&self) -> Value {
        json::parse(&self.text).unwrap_or_else(|_| self.text.as_str().into())
    }

    /// The result of a task that asked for it.
    fn result(&self) -> Payload {
        let mut result = ObjectBuilder::new();
        result.insert("Headers", &self.headers).insert("ResponseBody", self.body());
        result.insert("StatusCode", u32::from(self.status));
        Payload::from(Value::from(result.build()))
    }

    fn good(self) -> Result<Answer, TaskOutcome> {
        match self.status {
            200..300 => Ok(self),
            status => Err(TaskOutcome::failed(format!("EKS.{status}"), self.text)),
        }
    }
}

async fn read_and_write(call: Call<'_>) -> Result<TaskOutcome, TaskOutcome> {
    let cluster = Cluster::of(call)?;
    let unusable = |problem: String| TaskOutcome::unusable(call.request, problem);
    let method = cluster.required("Method")?;
    if !METHODS.contains(&method) {
        let problem = format!("The field 'Method' should have one of these values: [{}]", METHODS.join(", "));
        return Err(unusable(problem));
    }
    let mut request = Request::new(method, &path(cluster.required("Path")?));
    for (name, values) in lists(cluster.parameters, "QueryParameters").map_err(unusable)? {
        values.iter().for_each(|value| request.add_query(name, value));
    }
    let body = cluster.parameters.get("RequestBody").filter(|body| !body.is_null());
    let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let answer = cluster.send(request, body, kind).await?.good()?;
    Ok(TaskOutcome::answered(call.pattern, answer.result()))
}

async fn run_job(call: Call<'_>) -> Result<TaskOutcome, TaskOutcome> {
    let cluster = Cluster::of(call)?;
    let Some(job) = cluster.parameters.get("Job").and_then(Value::as_object) else {
        return Err(TaskOutcome::unusable(call.request, "The field 'Job' is required but was missing"));
    };
    let job = identified(job, &call.request.invocation_id);
    let answer = cluster.send(Request::new("POST", &cluster.jobs()), Some(&job), "application/json").await?;
    let answer = match (answer.status, name_of(&job)) {
        // Made before a crash, by this attempt?
        (409, Some(name)) => {
            let found = cluster.send(Request::new("GET", &cluster.job(name)), None, "").await?;
            let annotated = found.body();
            let annotation =
                annotated.get("metadata").and_then(|metadata| metadata.get("annotations")?.get(ANNOTATION));
            if annotation.and_then(Value::as_str) == Some(&call.request.invocation_id) { found } else { answer }
        }
        _ => answer,
    };
    Ok(TaskOutcome::answered(call.pattern, answer.good()?.result()))
}

/// The job with what it is known by when it is made twice: its name, and who made it.
fn identified(job: &Object, invocation_id: &str) -> Value {
    let metadata = job.get("metadata").and_then(Value::as_object).cloned().unwrap_or_else(Object::new);
    let annotations = metadata.get("annotations").and_then(Value::as_object).cloned().unwrap_or_else(Object::new);
    let mut metadata = metadata.with("annotations", annotations.with(ANNOTATION, invocation_id.into()).into());
    let prefix = metadata.get("generateName").and_then(Value::as_str).map(str::to_owned);
    if let Some(prefix) = prefix.filter(|_| !metadata.contains_key("name")) {
        let suffix = invocation_id.split('-').next().unwrap_or_default();
        metadata = metadata.without("generateName").with("name", format!("{prefix}{suffix}").into());
    }
    job.with("metadata", metadata.into()).into()
}

fn name_of(job: &Value) -> Option<&str> {
    job.get("metadata")?.get("name")?.as_str()
}

/// The cluster that a job runs in, and the job's name.
fn whereabouts<'j>(client: &'j Client, job: &'j Job) -> Option<(Cluster<'j>, &'j str)> {
    let Resource::Service { service, action, pattern, .. } = &job.request.resource else { return None };
    let (service, action) = (services::of(service)?, optimised(service, action)?);
    let call = Call { client, service, action, pattern: *pattern, request: &job.request };
    Some((Cluster::of(call).ok()?, name_of(job.submitted.value().get("ResponseBody")?)?))
}

/// Deletes a job that nobody waits for any more, and with it its pods.
pub(super) async fn cancel(client: &Client, job: &Job) {
    let Some((cluster, name)) = whereabouts(client, job) else { return };
    let mut options = json!({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"});
    // One of the same name that somebody made since is not meant.
    let made = job.submitted.value().get("ResponseBody").and_then(|made| made.get("metadata")?.get("uid"));
    if let (Some(id), Some(members)) = (made, options.as_object()) {
        options = members.with("preconditions", json!({"uid": (id.clone())})).into();
    }
    let answer = cluster.send(Request::new("DELETE", &cluster.job(name)), Some(&options), "application/json").await;
    let problem = match answer {
        // It is gone, or another one has its name.
        Ok(Answer { status: 200..300 | 404 | 409, .. }) => return,
        Ok(answer) => format!("status {}: {}", answer.status, answer.text),
        Err(outcome) => format!("{outcome:?}"),
    };
    tracing::warn!(execution = %job.request.execution_arn, "the job {name} of eks could not be deleted: {problem}");
}

/// How a job stands that a `.sync` task waits for: how the task ends, or nothing if it goes on.
pub(super) async fn status(client: &Client, job: &Job) -> Option<TaskOutcome> {
    let (cluster, name) = whereabouts(client, job)?;
    // What cannot be reached may be the next time.
    let answer = cluster.send(Request::new("GET", &cluster.job(name)), None, "").await.ok()?;
    if answer.status >= 500 || [401, 429].contains(&answer.status) {
        return None;
    }
    let told = match answer.good() {
        Ok(answer) => answer.body(),
        Err(outcome) => return Some(outcome),
    };
    let conditions = told.get("status").and_then(|status| status.get("conditions")?.as_array());
    let has = |kind: &str| {
        let text = |condition: &Value, name: &str| condition.get(name).and_then(Value::as_str).map(str::to_owned);
        let holds = |condition: &Value| {
            text(condition, "type").as_deref() == Some(kind) && text(condition, "status").as_deref() == Some("True")
        };
        conditions.is_some_and(|conditions| conditions.iter().any(holds))
    };
    if has("Failed") {
        return Some(TaskOutcome::failed("States.TaskFailed", told.to_string()));
    }
    if !has("Complete") {
        return None;
    }
    let logs = match cluster.logs(name).await {
        Ok(logs) => logs,
        Err(outcome) => return Some(outcome),
    };
    let members = told.as_object().cloned().unwrap_or_else(Object::new);
    let result = match logs {
        Some(logs) => members.with("logs", logs),
        None => members,
    };
    Some(TaskOutcome::Succeeded { output: Payload::from(Value::from(result)) })
}

/// The cluster that a task names.
struct Cluster<'c> {
    call: Call<'c>,
    parameters: &'c Value,
    origin: String,
    authority: &'c str,
    http: Option<Http>,
}

impl<'c> Cluster<'c> {
    fn of(call: Call<'c>) -> Result<Cluster<'c>, TaskOutcome> {
        let parameters = call.request.payload.value();
        let mut cluster = Cluster { call, parameters, origin: String::new(), authority: "", http: None };
        let endpoint = cluster.required("Endpoint")?.trim_end_matches('/');
        if !aws_client::is_url(endpoint) {
            return Err(cluster.invalid("Endpoint"));
        }
        cluster.required("ClusterName")?;
        let (scheme, authority) = endpoint.split_once("://").unwrap_or(("https", endpoint));
        (cluster.origin, cluster.authority) = (endpoint.to_owned(), authority);
        if scheme == "https" {
            let pem = STANDARD.decode(cluster.required("CertificateAuthority")?);
            let pem = pem.map_err(|_| cluster.invalid("CertificateAuthority"))?;
            let http = Http::new(call.client.settings().connect_timeout).trusting(&pem);
            cluster.http = Some(http.map_err(|_| cluster.invalid("CertificateAuthority"))?);
        }
        Ok(cluster)
    }

    fn required(&self, name: &str) -> Result<&'c str, TaskOutcome> {
        match self.parameters.get(name) {
            Some(Value::String(text)) => Ok(text),
            None | Some(Value::Null) => {
                let problem = format!("The field '{name}' is required but was missing");
                Err(TaskOutcome::unusable(self.call.request, problem))
            }
            Some(_) => Err(self.invalid(name)),
        }
    }

    fn invalid(&self, name: &str) -> TaskOutcome {
        let problem = format!("The value of the field '{name}' has an invalid format");
        TaskOutcome::unusable(self.call.request, problem)
    }

    fn namespace(&self) -> String {
        let namespace = self.parameters.get("Namespace").and_then(Value::as_str).unwrap_or("default");
        percent_encoded(namespace, "")
    }

    fn jobs(&self) -> String {
        format!("/apis/batch/v1/namespaces/{}/jobs", self.namespace())
    }

    fn job(&self, name: &str) -> String {
        format!("{}/{}", self.jobs(), percent_encoded(name, ""))
    }

    async fn send(&self, mut request: Request, body: Option<&Value>, kind: &str) -> Result<Answer, TaskOutcome> {
        request.set("host", self.authority);
        request.set("accept", "application/json");
        let token = token(self.call.client, self.call.request, self.required("ClusterName")?, self.authority).await;
        let token = token.map_err(|error| self.call.failed(error))?;
        request.set("authorization", &format!("Bearer {token}"));
        if let Some(body) = body {
            request.set("content-type", kind);
            request.body = body.to_string().into_bytes().into();
        }
        let message = request.to_message(&self.origin);
        let message = message.map_err(|problem| TaskOutcome::unusable(self.call.request, problem))?;
        let http = self.http.as_ref().unwrap_or_else(|| self.call.client.http());
        let answer = http.send(message, TIMEOUT, ANSWER_BYTES_MAX).await.map_err(|error| {
            let cause = format!("Unable to execute HTTP request: {}: {error}", self.origin);
            TaskOutcome::failed("EKS.SdkClientException", cause)
        })?;
        let (head, body) = answer.into_parts();
        let mut headers = ObjectBuilder::new();
        for name in head.headers.keys() {
            let values = head.headers.get_all(name).iter();
            let values = values.map(|value| Value::from(&*String::from_utf8_lossy(value.as_bytes())));
            headers.insert(name.as_str(), values.collect::<Vec<_>>());
        }
        let text = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status: head.status.as_u16(), headers: headers.build().into(), text })
    }

    /// What the containers of a job's pods wrote, if that is asked for.
    async fn logs(&self, job: &str) -> Result<Option<Value>, TaskOutcome> {
        let Some(options) = self.parameters.get("LogOptions") else { return Ok(None) };
        let is_set = |name: &str| options.get(name).and_then(Value::as_bool) == Some(true);
        if !is_set("RetrieveLogs") {
            return Ok(None);
        }
        let unusable = |problem: String| TaskOutcome::unusable(self.call.request, problem);
        let parameters = lists(options, "LogParameters").map_err(unusable)?;
        let all = format!("/api/v1/namespaces/{}/pods", self.namespace());
        let mut request = Request::new("GET", &all);
        request.add_query("labelSelector", &format!("job-name={job}"));
        let found = self.send(request, None, "").await?.good()?.body();
        let mut pods = Object::new();
        for pod in found.get("items").and_then(Value::as_array).into_iter().flat_map(|items| items.iter()) {
            let Some(name) = name_of(pod) else { continue };
            let specified = pod.get("spec").and_then(|spec| spec.get("containers")?.as_array());
            let mut containers = Object::new();
            for container in specified.into_iter().flat_map(|containers| containers.iter()) {
                let Some(container) = container.get("name").and_then(Value::as_str) else { continue };
                let mut request = Request::new("GET", &format!("{all}/{}/log", percent_encoded(name, "")));
                request.add_query("container", container);
                for (name, values) in &parameters {
                    values.iter().for_each(|value| request.add_query(name, value));
                }
                let answer = self.send(request, None, "").await?.good()?;
                let log = if is_set("RawLogs") { answer.text.as_str().into() } else { answer.body() };
                containers.set(container, json!({"log": log}));
            }
            pods.set(name, json!({"containers": (Value::from(containers))}));
        }
        Ok(Some(json!({"pods": (Value::from(pods))})))
    }
}

/// The path that a task gives, with what no path may have encoded.
fn path(given: &str) -> String {
    format!("/{}", percent_encoded(given.trim_start_matches('/'), "/%:@!$&'()*+,;="))
}

/// Who asks, as the cluster has it checked.
async fn token(
    client: &Client,
    request: &TaskRequest,
    cluster: &str,
    authority: &str,
) -> Result<String, aws_client::CallError> {
    // `https://ID.yl4.eu-central-1.eks.amazonaws.com`
    let labels: Vec<&str> = authority.split(':').next().unwrap_or_default().split('.').collect();
    let named = labels.iter().position(|label| *label == "eks").and_then(|at| labels.get(at.checked_sub(1)?));
    let region = named.map_or(&*client.settings().region, |region| region);
    let place = service_models::entry("sts").map(|sts| sts.place(region));
    let host = place.map_or_else(|| format!("sts.{region}.amazonaws.com"), |place| place.host);
    let credentials = client.credentials(request.role_arn.as_deref(), named.is_some()).await?;
    let mut identity = Request::new("GET", "/?Action=GetCallerIdentity&Version=2011-06-15");
    identity.set("host", &host);
    identity.set("x-k8s-aws-id", cluster);
    let scope = Scope { region, service: "sts", now: &basic_time() };
    let url = identity.presigned(&format!("https://{host}"), &credentials, &scope, TOKEN_SECONDS);
    Ok(format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url)))
}

/// Whether a task waits for a job in a cluster.
pub(super) fn is_job(resource: &Resource) -> bool {
    matches!(resource, Resource::Service { service, action, pattern, .. }
        if service == "eks" && action == "runJob" && *pattern == IntegrationPattern::RunJob)
}
