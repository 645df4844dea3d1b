//! The console's pages, as they were built into the program.
//!
//! A route of the pages is answered with `index.html`, which gets a nonce of its own for the styles that scripts make. What has the hash of its
//! content in its name is kept by browsers for good; anything else is asked for again each time.

use crate::reply::Reply;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use sha1::{Digest, Sha1};
use std::sync::OnceLock;

struct File {
    name: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
}

const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/console_files.rs"));

/// Stands in `index.html` where the nonce is to be.
const NONCE: &str = "__NONCE__";

const NOT_BUILT: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Stepwell</title>\
    <h1>The console is not in this program</h1>\
    <p>It was built without the console's pages. With Node.js 22 or later, in Stepwell's source:</p>\
    <pre>npm --prefix console ci\nnpm --prefix console run build\ncargo build --release</pre>\
    <p>The API of Step Functions is served as ever: <code>aws stepfunctions list-state-machines --endpoint-url http://HOST:PORT</code></p>";

const OFF: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Stepwell</title>\
    <h1>The console is off</h1>\
    <p>It is served on loopback addresses only, unless it is switched off. Where other machines can reach the server \
    (<code>--allow-remote</code>), whoever opened the console could do everything with it: requests are not authenticated yet.</p>\
    <p>To use it from another machine, have the server listen on 127.0.0.1 and forward a port: \
    <code>ssh -L 8083:127.0.0.1:8083 HOST</code>, then open <code>http://localhost:8083/console/</code>.</p>";

/// Whether the pages are there.
pub(crate) fn are_built() -> bool {
    FILES.iter().any(|file| file.name == "index.html")
}

/// The answer to a path below `/console/`.
pub(crate) fn serve(path: &str, headers: &HeaderMap) -> Reply {
    if !are_built() {
        return page(StatusCode::OK, NOT_BUILT.to_owned(), None);
    }
    match FILES.iter().position(|file| file.name == path && path != "index.html") {
        Some(position) => file(position, headers),
        None if path.starts_with("assets/") => {
            page(StatusCode::NOT_FOUND, "<!doctype html><title>Not found</title>".to_owned(), None)
        }
        None => index(),
    }
}

/// What is said where there is no console.
pub(crate) fn off() -> Reply {
    page(StatusCode::FORBIDDEN, OFF.to_owned(), None)
}

/// A page that says what went wrong.
pub(crate) fn refused(status: StatusCode, words: &str) -> Reply {
    let escaped = words.replace('&', "&amp;").replace('<', "&lt;");
    page(
        status,
        format!("<!doctype html><html lang=en><meta charset=utf-8><title>Stepwell</title><p>{escaped}</p>"),
        None,
    )
}

/// Sends a browser to the console.
pub(crate) fn redirect() -> Reply {
    let mut reply = page(StatusCode::FOUND, String::new(), None);
    reply.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/console/"));
    reply.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    reply
}

fn index() -> Reply {
    let file = FILES.iter().find(|file| file.name == "index.html").expect("the pages are there");
    let text = String::from_utf8_lossy(file.plain);
    let nonce = format!("{:032x}", rand::random::<u128>());
    page(StatusCode::OK, text.replace(NONCE, &nonce), Some(&nonce))
}

fn page(status: StatusCode, text: String, nonce: Option<&str>) -> Reply {
    let mut reply = Response::new(Full::from(text));
    *reply.status_mut() = status;
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy).expect("it is ASCII"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    harden(headers);
    reply
}

/// What every answer of the console says to browsers.
pub(crate) fn harden(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
}

fn file(position: usize, headers: &HeaderMap) -> Reply {
    let File { name, plain, brotli } = &FILES[position];
    let etag = &etags()[position];
    let mut reply = Response::new(Full::default());
    let answered = reply.headers_mut();
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    answered.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answered.insert(header::ETAG, etag.clone());
    answered.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    harden(answered);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| names(known, etag)) {
        *reply.status_mut() = StatusCode::NOT_MODIFIED;
        return reply;
    }
    answered.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    let body = match brotli.filter(|_| takes_brotli(headers)) {
        Some(brotli) => {
            answered.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            brotli
        }
        None => plain,
    };
    *reply.body_mut() = Full::from(Bytes::from_static(body));
    reply
}

fn names(known: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(known), Ok(etag)) = (known.to_str(), etag.to_str()) else { return false };
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == etag)
}

fn etags() -> &'static [HeaderValue] {
    static ETAGS: OnceLock<Vec<HeaderValue>> = OnceLock::new();
    ETAGS.get_or_init(|| {
        let etag = |file: &File| {
            let digest: String = Sha1::digest(file.plain).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            HeaderValue::try_from(format!("\"{digest}\"")).expect("it is ASCII")
        };
        FILES.iter().map(etag).collect()
    })
}

/// Whether the client takes Brotli: named, and not with a weight of zero.
fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
        name.trim().eq_ignore_ascii_case("br") && weight > 0.0
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
