//! The trace header of a request: X-Ray's own, or what W3C's `traceparent` says in its form.

use hyper::header::HeaderMap;

/// What the headers of a request say about its trace.
pub(crate) struct TraceHeaders {
    /// `X-Amzn-Trace-Id`, which is stronger than a member of the body.
    pub(crate) x_ray: Option<String>,
    /// `traceparent`, as an X-Ray header, which is weaker than both.
    pub(crate) w3c: Option<String>,
}

impl TraceHeaders {
    pub(crate) fn of(headers: &HeaderMap) -> TraceHeaders {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        TraceHeaders {
            x_ray: text("x-amzn-trace-id").map(str::to_owned),
            w3c: text("traceparent").and_then(from_traceparent),
        }
    }
}

/// W3C Trace Context, "traceparent Header": `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`. X-Ray's ids have the same bytes.
fn from_traceparent(text: &str) -> Option<String> {
    let mut parts = text.trim().splitn(5, '-');
    let mut part = |digits: usize| {
        let is_lower_hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        parts.next().filter(|part| part.len() == digits && part.bytes().all(is_lower_hexadecimal))
    };
    let (version, trace, parent, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
    // Later versions may say more.
    let is_version = version != "ff" && (version != "00" || parts.next().is_none());
    let is_id = |id: &str| id.bytes().any(|digit| digit != b'0');
    if !is_version || !is_id(trace) || !is_id(parent) {
        return None;
    }
    let sampled = u8::from_str_radix(flags, 16).ok()? & 1;
    Some(format!("Root=1-{}-{};Parent={parent};Sampled={sampled}", &trace[..8], &trace[8..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_is_an_x_ray_header() {
        let (trace, parent) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
        let header =
            |sampled| Some(format!("Root=1-0af76519-16cd43dd8448eb211c80319c;Parent={parent};Sampled={sampled}"));
        assert_eq!(from_traceparent(&format!("00-{trace}-{parent}-01")), header(1));
        assert_eq!(from_traceparent(&format!("00-{trace}-{parent}-02")), header(0));
        assert_eq!(from_traceparent(&format!("cc-{trace}-{parent}-01-more")), header(1));
        for malformed in [
            format!("00-{trace}-{parent}-01-more"),
            format!("ff-{trace}-{parent}-01"),
            format!("00-{trace}-{parent}"),
            format!("00-{}-{parent}-01", trace.to_uppercase()),
            format!("00-{}-{parent}-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            "é".repeat(20),
            String::new(),
        ] {
            assert_eq!(from_traceparent(&malformed), None, "{malformed}");
        }
    }
}
