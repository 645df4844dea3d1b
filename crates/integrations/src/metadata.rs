//! What the older of Step Functions' own integrations say of the HTTP exchange behind a result (recorded; `integrations.md` 1.2).

use json::{Object, ObjectBuilder, Value, json};

/// Headers as AWS's services spell them; HTTP does not keep their capitals.
const SPELLED: [(&str, &str); 9] = [
    ("connection", "connection"),
    ("content-length", "Content-Length"),
    ("content-type", "Content-Type"),
    ("date", "Date"),
    ("server", "Server"),
    ("x-amz-executed-version", "X-Amz-Executed-Version"),
    ("x-amzn-remapped-content-length", "x-amzn-Remapped-Content-Length"),
    ("x-amzn-requestid", "x-amzn-RequestId"),
    ("x-amzn-trace-id", "X-Amzn-Trace-Id"),
];

/// A header's name as AWS spells it.
pub(crate) fn spelled(name: &str) -> &str {
    SPELLED.iter().find(|(small, _)| *small == name).map_or(name, |(_, spelled)| spelled)
}

/// `SdkHttpMetadata`.
pub fn http_metadata<'h>(headers: impl IntoIterator<Item = (&'h str, &'h str)>, status: u16) -> Object {
    let mut all = ObjectBuilder::new();
    let mut single = ObjectBuilder::new();
    for (name, value) in headers {
        all.insert(name, vec![Value::from(value)]);
        single.insert(name, value);
    }
    let mut metadata = ObjectBuilder::new();
    metadata.insert("AllHttpHeaders", all.build());
    metadata.insert("HttpHeaders", single.build());
    metadata.insert("HttpStatusCode", u32::from(status));
    metadata.build()
}

/// A result with `SdkHttpMetadata` and `SdkResponseMetadata` in their places: members are in alphabetical order.
pub fn with_metadata(result: &Value, headers: &[(String, String)], status: u16) -> Value {
    let id = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-amzn-requestid"));
    let pairs = headers.iter().map(|(name, value)| (spelled(name), &**value));
    let http = Value::from(http_metadata(pairs, status));
    let response = id.map_or_else(|| json!({}), |(_, id)| json!({"RequestId": (id.as_str())}));
    let mut members: Vec<(json::Key, Value)> = match result {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        _ => Vec::new(),
    };
    members.push(("SdkHttpMetadata".into(), http));
    members.push(("SdkResponseMetadata".into(), response));
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    members.into_iter().collect::<Object>().into()
}

/// The headers Step Functions' endpoint would send with an answer that never left the process; `now_ms` since the epoch.
pub fn own_headers(answer: &Value, request_id: &str, now_ms: i64) -> Vec<(String, String)> {
    let now = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default();
    let headers = [
        ("x-amzn-requestid", request_id.to_owned()),
        ("connection", "keep-alive".to_owned()),
        ("content-length", answer.to_string().len().to_string()),
        ("date", now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        ("content-type", "application/x-amz-json-1.0".to_owned()),
    ];
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A result without them.
pub(crate) fn without_metadata(result: &Value) -> Value {
    let Value::Object(members) = result else { return result.clone() };
    let kept = members.iter().filter(|(name, _)| !["SdkHttpMetadata", "SdkResponseMetadata"].contains(&&***name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Object>().into()
}
