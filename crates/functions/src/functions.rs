//! The set of functions and its door: [`Functions::invoke`].

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::time::Duration;

use bytes::Bytes;
use hyper::header::HeaderValue;
use tokio::sync::broadcast;
use tokio::task::JoinSet;

use crate::clock;
use crate::config::{FunctionConfig, Options, Target};
use crate::error::InvokeError;
use crate::function_name::FunctionName;
use crate::guard::Guard;
use crate::invoke::{InvokeRequest, InvokeResponse};
use crate::logs::{self, LogLine, LogRing};
use crate::pool::{Completed, Pool};
use crate::process::Control;
use crate::remote::Remote;
use crate::runtime_api::Invocation;

/// The most a synchronous invocation may carry, in bytes. Source: Lambda quotas.
const PAYLOAD_BYTES_MAX: usize = 6_291_456;
/// The most an asynchronous one may carry, in bytes. Source: Lambda quotas.
const EVENT_BYTES_MAX: usize = 1_048_576;
/// What Lambda's longest function may take, and a little for the way: the wait for an endpoint that serves functions we know nothing of.
const DEFAULT_ENDPOINT_TIMEOUT: Duration = Duration::from_secs(910);

/// All functions of a server. Cheap to clone; every clone is the same set. Used within a tokio runtime.
#[derive(Clone)]
pub struct Functions {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    pools: RwLock<BTreeMap<String, Arc<Pool>>>,
    remote: Remote,
}

/// What every process needs.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) guard: Guard,
    pub(crate) next_process: AtomicU64,
    feed: broadcast::Sender<LogLine>,
    live: Mutex<BTreeMap<u64, Control>>,
    closing: AtomicBool,
}

impl Shared {
    /// The processes that have not ended yet.
    pub(crate) fn live(&self) -> MutexGuard<'_, BTreeMap<u64, Control>> {
        self.live.lock().expect("no panic happens under this lock")
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }
}

impl Functions {
    /// An empty set.
    pub fn new(options: Options) -> Functions {
        let remote = Remote::new(options.secure.clone());
        let shared = Shared {
            options,
            guard: Guard::default(),
            next_process: AtomicU64::new(1),
            feed: logs::new_feed(),
            live: Mutex::default(),
            closing: AtomicBool::new(false),
        };
        Functions { inner: Arc::new(Inner { shared: Arc::new(shared), pools: RwLock::default(), remote }) }
    }

    /// Replaces the whole set. A function that did not change keeps its processes; of one that did or is gone, idle processes end at once,
    /// working ones when they are done.
    pub fn set(&self, configs: Vec<FunctionConfig>) {
        let kept: Vec<&str> = configs.iter().map(|config| config.name.as_str()).collect();
        for name in self.names() {
            if !kept.contains(&name.as_str()) {
                self.remove(&name);
            }
        }
        for config in configs {
            self.put(config);
        }
    }

    /// Adds one function, or replaces the one of its name.
    pub fn put(&self, config: FunctionConfig) {
        let mut pools = self.inner.pools.write().expect("no panic happens under this lock");
        let old = pools.get(&config.name);
        if old.is_some_and(|old| old.config == config) {
            return;
        }
        // Its log goes on: what the last version wrote is what one wants to see after an edit.
        let ring = old.map_or_else(|| Arc::new(LogRing::new(self.inner.shared.feed.clone())), |old| old.ring.clone());
        let pool = Arc::new(Pool::new(config.clone(), ring, self.inner.shared.clone()));
        if let Some(old) = pools.insert(config.name, pool) {
            old.retire();
        }
    }

    /// Removes a function, if there is one.
    pub fn remove(&self, name: &str) {
        if let Some(pool) = self.inner.pools.write().expect("no panic happens under this lock").remove(name) {
            pool.retire();
        }
    }

    /// The names of the configured functions, sorted.
    pub fn names(&self) -> Vec<String> {
        self.inner.pools.read().expect("no panic happens under this lock").keys().cloned().collect()
    }

    /// Ends the function's idle processes now and its working ones when they are done: the next invocation runs the program as it is on disk
    /// by then. For a function whose code was rebuilt.
    pub fn restart(&self, name: &str) {
        let mut pools = self.inner.pools.write().expect("no panic happens under this lock");
        if let Some(pool) = pools.get_mut(name) {
            let fresh = Arc::new(Pool::new(pool.config.clone(), pool.ring.clone(), self.inner.shared.clone()));
            std::mem::replace(pool, fresh).retire();
        }
    }

    /// The function's last lines, oldest first: at most 1,000 lines and 1 MiB.
    pub fn recent_logs(&self, name: &str) -> Vec<LogLine> {
        self.pool(name).map_or_else(Vec::new, |pool| pool.ring.recent())
    }

    /// Every line of every function from now on. A receiver that falls more than 1,024 lines behind loses the oldest.
    pub fn subscribe_logs(&self) -> broadcast::Receiver<LogLine> {
        self.inner.shared.feed.subscribe()
    }

    /// Runs a function as `Lambda:Invoke` does.
    ///
    /// The invocation goes on when this future is dropped, as in Lambda, where a caller that gives up does not stop the function.
    ///
    /// # Errors
    /// See [`InvokeError`]. A function that failed is an `Ok` with a `function_error`.
    pub async fn invoke(&self, request: InvokeRequest) -> Result<InvokeResponse, InvokeError> {
        let shared = &self.inner.shared;
        if shared.is_closing() {
            return Err(InvokeError::ShuttingDown);
        }
        let function = FunctionName::parse(&request.function, &shared.options)?;
        let payload_max = if request.event { EVENT_BYTES_MAX } else { PAYLOAD_BYTES_MAX };
        if request.payload.len() > payload_max {
            let message = format!("Request must be smaller than {payload_max} bytes for the InvokeFunction operation");
            return Err(InvokeError::RequestTooLarge { message });
        }
        let Some(pool) = self.pool(&function.name) else {
            return match &shared.options.default_endpoint {
                Some(url) => self.inner.remote.invoke(url, &function, &request, DEFAULT_ENDPOINT_TIMEOUT).await,
                None => {
                    Err(InvokeError::NotFound { message: format!("Function not found: {}", function.qualified_arn()) })
                }
            };
        };
        match &pool.config.target {
            Target::Url(url) => self.inner.remote.invoke(url, &function, &request, pool.config.timeout).await,
            Target::Command { .. } if request.dry_run => Ok(response(request.request_id, 204, Completed::nothing())),
            Target::Command { .. } => run_local(&pool, &function, request).await,
        }
    }

    /// Ends all processes: first SIGTERM, after two seconds SIGKILL. Invocations in flight and later ones answer
    /// [`InvokeError::ShuttingDown`].
    pub async fn shutdown(&self) {
        self.inner.shared.closing.store(true, Ordering::Release);
        let pools = std::mem::take(&mut *self.inner.pools.write().expect("no panic happens under this lock"));
        let controls: Vec<Control> = self.inner.shared.live().values().cloned().collect();
        let mut ending: JoinSet<()> = controls.into_iter().map(Control::terminate).collect();
        for pool in pools.values() {
            pool.retire();
        }
        while ending.join_next().await.is_some() {}
    }

    fn pool(&self, name: &str) -> Option<Arc<Pool>> {
        self.inner.pools.read().expect("no panic happens under this lock").get(name).cloned()
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Functions").field("names", &self.names()).finish_non_exhaustive()
    }
}

async fn run_local(
    pool: &Arc<Pool>,
    function: &FunctionName,
    request: InvokeRequest,
) -> Result<InvokeResponse, InvokeError> {
    let event = request.event;
    let request_id = request.request_id.clone();
    let invocation = invocation(pool, function, request)?;
    let ticket = pool.enter()?;
    let running = tokio::spawn(ticket.run(invocation));
    if event {
        return Ok(response(request_id, 202, Completed::nothing()));
    }
    match running.await {
        Ok(completed) => Ok(response(request_id, 200, completed?)),
        Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
        // The runtime itself is coming down.
        Err(_) => Err(InvokeError::ShuttingDown),
    }
}

fn invocation(pool: &Pool, function: &FunctionName, request: InvokeRequest) -> Result<Invocation, InvokeError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if request.request_id.is_empty() || request.request_id.len() > 128 || !request.request_id.bytes().all(is_plain) {
        return Err(invalid("a request id has 1 to 128 letters, digits, hyphens and underscores"));
    }
    let client_context = request.client_context.as_deref().map(HeaderValue::from_str).transpose();
    let trace_id = trace_id(&request)?;
    Ok(Invocation {
        payload: if request.payload.is_empty() { Bytes::from_static(b"{}") } else { request.payload },
        function_arn: HeaderValue::from_str(&function.invoked_arn())
            .expect("a parsed name has letters, digits and a few marks only"),
        client_context: client_context
            .map_err(|_| invalid("Client context must be a valid Base64-encoded JSON object."))?,
        trace_id,
        timeout: pool.config.timeout,
        keep_tail: request.log_tail,
        request_id: request.request_id.into(),
    })
}

fn invalid(message: &str) -> InvokeError {
    InvokeError::InvalidRequest { exception: "InvalidRequestContentException".to_owned(), message: message.to_owned() }
}

fn response(request_id: String, status_code: u16, completed: Completed) -> InvokeResponse {
    InvokeResponse {
        status_code,
        payload: completed.payload,
        function_error: completed.failed.then(|| "Unhandled".to_owned()),
        executed_version: "$LATEST".to_owned(),
        log_tail: completed.log_tail,
        headers: Vec::new(),
        request_id,
    }
}

/// The caller's X-Ray header, or one that is not sampled, since nothing records its trace; clients want its form.
fn trace_id(request: &InvokeRequest) -> Result<HeaderValue, InvokeError> {
    if let Some(header) = &request.trace_header {
        return HeaderValue::from_str(header).map_err(|_| invalid("the trace header is no text"));
    }
    let state = RandomState::new();
    let (root, parent) = (state.hash_one((&request.request_id, 0)), state.hash_one((&request.request_id, 1)));
    let seconds = u32::try_from(clock::now_ms() / 1_000).unwrap_or(u32::MAX);
    let text = format!("Root=1-{seconds:08x}-{root:016x}{:08x};Parent={parent:016x};Sampled=0", parent as u32);
    Ok(HeaderValue::from_str(&text).expect("hexadecimal digits and a few marks"))
}
