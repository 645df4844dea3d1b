//! The request and response of one `Lambda:Invoke`.

use bytes::Bytes;

/// What to invoke, with what.
#[derive(Clone, Debug)]
pub struct InvokeRequest {
    /// The function's name, partial ARN (`account:function:name`) or full ARN, each with an optional `:qualifier`. Locally the name
    /// decides: a definition that holds the ARNs of a real account runs against local functions unchanged.
    pub function: String,
    /// The event, JSON text. Empty means `{}`.
    pub payload: Bytes,
    /// `ClientContext`, JSON text (not base64).
    pub client_context: Option<String>,
    /// `LogType: Tail`: the response carries the end of this invocation's log.
    pub log_tail: bool,
    /// `InvocationType: Event`: answer 202 at once, run the function behind. It is tried once; Lambda would repeat a failure twice.
    pub event: bool,
    /// `InvocationType: DryRun`: whether there is the function is looked for, it is not run. Answers 204.
    pub dry_run: bool,
    /// Who asks an endpoint that wants to know, if not whoever runs the server.
    pub role_arn: Option<String>,
    /// The id this invocation is known by, everywhere: `Lambda-Runtime-Aws-Request-Id`, log lines, error texts. Unique among invocations in
    /// flight.
    pub request_id: String,
    /// X-Ray's header, with which the function's own spans are in the caller's trace; without one it is told of a trace nobody records.
    pub trace_header: Option<String>,
}

impl InvokeRequest {
    /// A plain `RequestResponse` invocation.
    pub fn new(function: impl Into<String>, payload: impl Into<Bytes>, request_id: impl Into<String>) -> InvokeRequest {
        InvokeRequest {
            function: function.into(),
            payload: payload.into(),
            client_context: None,
            log_tail: false,
            event: false,
            dry_run: false,
            role_arn: None,
            request_id: request_id.into(),
            trace_header: None,
        }
    }
}

/// What Lambda answers when it ran the function, well or badly.
#[derive(Clone, Debug)]
pub struct InvokeResponse {
    /// 200, 202 for an event, or 204 for a dry run.
    pub status_code: u16,
    /// What the function returned, byte for byte: usually JSON, but a custom runtime may return anything. With a
    /// [`function_error`](Self::function_error) it is the error's JSON, `{"errorType":…,"errorMessage":…}`.
    pub payload: Bytes,
    /// `X-Amz-Function-Error`: `Unhandled` when the function failed.
    pub function_error: Option<String>,
    /// `X-Amz-Executed-Version`: `$LATEST` for a local function.
    pub executed_version: String,
    /// The last 4 KiB of this invocation's log (plain, not base64), if asked for.
    pub log_tail: Option<Vec<u8>>,
    /// The response headers of a remote endpoint, in order, names in lower case; empty for a local function.
    pub headers: Vec<(String, String)>,
    /// The request's id, or the one a remote endpoint gave.
    pub request_id: String,
}
