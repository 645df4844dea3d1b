//! Whether a request may be answered: the console serves the pages of its own origin on this machine, and nobody else's.
//!
//! A page of any site can send requests to loopback addresses, and a name that it owns can be made to lead there. The one is told by
//! `Origin` and `Sec-Fetch-Site`, the other by `Host`.

use super::failure::Failure;
use hyper::header::{HOST, HeaderMap, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, header};

/// What a request that changes something must carry. A form of another site cannot, and scripts of one are asked about it first.
pub(crate) const CONSOLE_HEADER: &str = "x-stepwell-console";

/// Refuses what comes from elsewhere.
pub(crate) fn check(head: &Parts) -> Result<(), Failure> {
    let host = host(head).ok_or_else(|| Failure::forbidden("HostNotAllowed", "The request names no host"))?;
    if !is_this_machine(&host) {
        let message = "The console answers requests to localhost, 127.0.0.1 and [::1] only";
        return Err(Failure::forbidden("HostNotAllowed", message));
    }
    if let Some(origin) = head.headers.get(ORIGIN) {
        let same = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        if !same.is_some_and(|origin| origin.eq_ignore_ascii_case(&host)) {
            return Err(Failure::forbidden("OriginNotAllowed", "The request comes from a page of another origin"));
        }
    }
    Ok(())
}

/// Refuses what pages of other sites had a browser send for data, and changes without the console's header.
pub(crate) fn check_api(head: &Parts) -> Result<(), Failure> {
    let site = text(&head.headers, "sec-fetch-site");
    if !matches!(site, None | Some("same-origin" | "none")) {
        return Err(Failure::forbidden("OriginNotAllowed", "The request comes from a page of another origin"));
    }
    let changes = !matches!(head.method, Method::GET | Method::HEAD);
    if changes && text(&head.headers, CONSOLE_HEADER) != Some("1") {
        let message = "What changes something needs the header X-Stepwell-Console: 1";
        return Err(Failure::forbidden("ConsoleHeaderMissing", message));
    }
    let has_body = changes && head.method != Method::DELETE;
    let media_type = text(&head.headers, header::CONTENT_TYPE.as_str()).and_then(|value| value.split(';').next());
    match has_body && media_type.map(str::trim) != Some("application/json") {
        true => Err(Failure::media_type()),
        false => Ok(()),
    }
}

/// The one host that the request is for, with its port.
fn host(head: &Parts) -> Option<String> {
    let mut given = head.headers.get_all(HOST).iter();
    let (first, second) = (given.next(), given.next());
    // HTTP/2 says it with the address.
    let of_address = head.uri.authority().map(|authority| authority.as_str().to_owned());
    let of_header = first.map(|host| host.to_str().map(str::to_owned)).transpose().ok()?;
    match (of_address, of_header, second) {
        (Some(address), Some(header), None) if address == header => Some(header),
        (Some(host), None, None) | (None, Some(host), None) => Some(host),
        _ => None,
    }
}

/// Whether a host, with or without a port, can only be this machine, whatever a name server says.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || name == "[::1]"
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_pass() {
        for host in
            ["localhost", "localhost:8083", "LOCALHOST:1", "127.0.0.1:8083", "127.1.2.3", "[::1]:8083", "a.localhost:1"]
        {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil-localhost",
            "10.0.0.1:8083",
            "0.0.0.0",
            "[::2]",
            "localhost:80:evil",
            "127.1",
            "2130706433",
            "localhost:",
            "user@localhost",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
