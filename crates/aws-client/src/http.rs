//! HTTP/1.1 to any host, with TLS if a URL says so. Connections are kept for later requests.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::error::Error;
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tower_service::Service;

/// AWS closes a connection that was idle for 20 s or longer.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// Sends requests.
pub struct Http {
    connect_timeout: Duration,
    allows: Allows,
    plain: Client<HttpConnector<Resolver>, Full<Bytes>>,
    /// Made when first needed: the system's certificates take a while to read.
    secure: OnceLock<Result<Secure, String>>,
}

type Secure = Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>;

/// Which addresses may be connected to.
type Allows = fn(IpAddr) -> bool;

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection was made.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// The host has an address that must not be connected to.
    #[error("the address {0} is not allowed")]
    Forbidden(IpAddr),
    /// The answer did not come, or not to its end.
    #[error("{0}")]
    Lost(String),
    /// It did not come in time.
    #[error("no answer came in time")]
    TimedOut,
    /// It is longer than was allowed.
    #[error("the answer has more than {0} bytes")]
    TooLong(usize),
}

impl Http {
    /// Waits `connect_timeout` for a connection.
    pub fn new(connect_timeout: Duration) -> Http {
        Http::to_allowed(connect_timeout, |_| true)
    }

    /// The same, but connects to no address that is not allowed, whatever name leads to it: a host with such an address is refused.
    pub fn to_allowed(connect_timeout: Duration, allows: fn(IpAddr) -> bool) -> Http {
        let plain = client(connector(connect_timeout, allows));
        Http { connect_timeout, allows, plain, secure: OnceLock::new() }
    }

    /// The same, but trusts a host whose certificate leads to one of these alone, in PEM.
    ///
    /// # Errors
    /// If there is none.
    pub fn trusting(self, certificates: &[u8]) -> Result<Http, String> {
        let mut roots = RootCertStore::empty();
        let found = CertificateDer::pem_slice_iter(certificates).collect::<Result<Vec<_>, _>>();
        roots.add_parsable_certificates(found.map_err(|error| error.to_string())?);
        if roots.is_empty() {
            return Err("there is no certificate in it".to_owned());
        }
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Ok(Http { secure: OnceLock::from(Ok(self.secure_with(tls))), ..self })
    }

    /// The answer, which may have `bytes_max` bytes and must come within `timeout`.
    pub async fn send(
        &self,
        request: hyper::Request<Full<Bytes>>,
        timeout: Duration,
        bytes_max: usize,
    ) -> Result<Response<Bytes>, HttpError> {
        if let Some(address) = literal(request.uri()).filter(|address| !(self.allows)(*address)) {
            return Err(HttpError::Forbidden(address));
        }
        let exchange = async {
            let response = if request.uri().scheme_str() == Some("https") {
                exchange(self.secure()?, request).await
            } else {
                exchange(&self.plain, request).await
            };
            let (head, body) = response?.into_parts();
            match Limited::new(body, bytes_max).collect().await {
                Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
                Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(HttpError::TooLong(bytes_max)),
                Err(error) => Err(HttpError::Lost(chain(&*error))),
            }
        };
        tokio::time::timeout(timeout, exchange).await.unwrap_or(Err(HttpError::TimedOut))
    }

    fn secure(&self) -> Result<&Secure, HttpError> {
        let made = self.secure.get_or_init(|| Ok(self.secure_with(tls()?)));
        made.as_ref().map_err(|problem| HttpError::Unreachable(problem.clone()))
    }

    fn secure_with(&self, tls: ClientConfig) -> Secure {
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let mut connector = connector(self.connect_timeout, self.allows);
        connector.enforce_http(false);
        client(builder.wrap_connector(connector))
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Http")
    }
}

/// The address that stands in a URL itself: nobody resolves it.
fn literal(uri: &Uri) -> Option<IpAddr> {
    uri.host()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Resolves names, and refuses those that lead to an address that is not allowed.
#[derive(Clone)]
struct Resolver {
    system: GaiResolver,
    allows: Allows,
}

/// The address of a name that is not allowed.
#[derive(Debug, thiserror::Error)]
#[error("the address {0} is not allowed")]
struct ForbiddenAddress(IpAddr);

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.system.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (found, allows) = (self.system.call(name), self.allows);
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = found.await?.collect();
            match addresses.iter().find(|address| !allows(address.ip())) {
                Some(forbidden) => Err(ForbiddenAddress(forbidden.ip()).into()),
                None => Ok(addresses.into_iter()),
            }
        })
    }
}

fn connector(timeout: Duration, allows: Allows) -> HttpConnector<Resolver> {
    let mut connector = HttpConnector::new_with_resolver(Resolver { system: GaiResolver::new(), allows });
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(timeout));
    connector
}

fn client<C: Connect + Clone>(connector: C) -> Client<C, Full<Bytes>> {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_TIMEOUT).build(connector)
}

async fn exchange<C: Connect + Clone + Send + Sync + 'static>(
    client: &Client<C, Full<Bytes>>,
    request: hyper::Request<Full<Bytes>>,
) -> Result<Response<hyper::body::Incoming>, HttpError> {
    client.request(request).await.map_err(|error| match error.is_connect() {
        true if forbidden(&error).is_some() => HttpError::Forbidden(forbidden(&error).expect("just seen")),
        true => HttpError::Unreachable(error.source().map_or_else(|| error.to_string(), chain)),
        false => HttpError::Lost(error.source().map_or_else(|| error.to_string(), chain)),
    })
}

fn forbidden(error: &(dyn Error + 'static)) -> Option<IpAddr> {
    let mut source = Some(error);
    while let Some(error) = source {
        if let Some(ForbiddenAddress(address)) = error.downcast_ref() {
            return Some(*address);
        }
        source = error.source();
    }
    None
}

/// An error with all that led to it.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let told = error.to_string();
        if !text.ends_with(&told) {
            let _ = write!(text, ": {told}");
        }
        source = error.source();
    }
    text
}

/// The certificates this system trusts; `SSL_CERT_FILE` names others.
fn tls() -> Result<ClientConfig, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err(
            "TLS: this system has no certificates to trust (Debian: ca-certificates); SSL_CERT_FILE can name some"
                .to_owned(),
        );
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// Whether a text is the URL of a host.
pub fn is_url(text: &str) -> bool {
    let parsed = text.parse::<Uri>().ok();
    parsed.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    })
}
