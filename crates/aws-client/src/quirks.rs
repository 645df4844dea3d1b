//! What AWS's SDKs know of services that the models do not say.

use crate::data::Data;
use crate::{Request, checksum};
use json::Key;
use service_models::Operation;

/// Changes parameters before the request is made of them.
pub(crate) fn mend_input(operation: Operation<'_>, input: Data) -> Data {
    let Data::Members(mut members) = input else { return input };
    match operation.service().id() {
        "Route 53" => {
            let shape = operation.input();
            let is_id = |name: &str| shape.and_then(|shape| Some(is_route53_id(shape.member(name)?.name())));
            members.iter_mut().filter(|(name, _)| is_id(name) == Some(true)).for_each(|(_, data)| route53_id(data));
        }
        // The account of whoever asks.
        "Glacier" if is_member(operation, "accountId") && !members.iter().any(|(name, _)| &**name == "accountId") => {
            members.push(("accountId".into(), Data::Text("-".into())));
        }
        "S3" => s3(&mut members),
        _ => {}
    }
    Data::Members(members)
}

/// The host of a call that says itself where it goes, at AWS.
pub(crate) fn host(operation: Operation<'_>, input: &Data) -> Result<Option<String>, String> {
    let (("Machine Learning", "Predict"), Some(url)) =
        ((operation.service().id(), operation.name()), input.get("PredictEndpoint"))
    else {
        return Ok(None);
    };
    let url = url.plain("iso8601");
    let host = url.strip_prefix("https://").unwrap_or(&url).split('/').next().unwrap_or_default();
    match crate::is_aws_host(host) {
        true => Ok(Some(host.to_owned())),
        false => Err("Parameter 'PredictEndpoint' must be an endpoint of AWS".to_owned()),
    }
}

/// Changes the request before its checksum and signature are made.
pub(crate) fn mend_request(operation: Operation<'_>, request: &mut Request) {
    if operation.finds_endpoints() {
        request.set("x-amz-api-version", operation.service().api_version());
    }
    match operation.service().id() {
        // It answers HAL otherwise.
        "API Gateway" => request.set_default("accept", "application/json"),
        "Glacier" => {
            request.set("x-amz-glacier-version", operation.service().api_version());
            if ["UploadArchive", "UploadMultipartPart"].contains(&operation.name()) {
                let hash = crate::signature::hex(&checksum::tree_hash(&request.body));
                request.set_default("x-amz-sha256-tree-hash", &hash);
                let hash = crate::signature::hash(&request.body);
                request.set_default("x-amz-content-sha256", &hash);
            }
        }
        // What is asked may be longer than a path can be.
        "CloudSearch Domain" if operation.name() == "Search" => {
            if let Some((path, query)) = request.path.split_once('?') {
                let (path, query) = (path.to_owned(), query.to_owned());
                request.method = "POST".to_owned();
                request.path = path;
                request.body = query.into();
                request.set("content-type", "application/x-www-form-urlencoded");
            }
        }
        _ => {}
    }
}

fn is_member(operation: Operation<'_>, name: &str) -> bool {
    operation.input().is_some_and(|shape| shape.member(name).is_some())
}

fn is_route53_id(shape: &str) -> bool {
    ["ResourceId", "DelegationSetId", "ChangeId"].contains(&shape)
}

/// Route 53 answers with `/hostedzone/Z1` and wants `Z1`.
fn route53_id(data: &mut Data) {
    if let Data::Text(text) = &*data
        && let Some((_, id)) = text.rsplit_once('/')
    {
        *data = Data::Text(id.into());
    }
}

fn s3(members: &mut [(Key, Data)]) {
    if let Some((_, data)) = members.iter_mut().find(|(name, _)| &**name == "CopySource")
        && let Data::Text(source) = &*data
    {
        *data = Data::Text(copy_source(source).into());
    }
}

/// A path in a header is encoded as one in a URL.
fn copy_source(source: &str) -> String {
    let (path, version) = match source.split_once("?versionId=") {
        Some((path, version)) => (path, format!("?versionId={version}")),
        None => (source, String::new()),
    };
    crate::request::percent_encoded(path, "/") + &version
}
