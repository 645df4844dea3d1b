//! One service: what it is called, its operations and shapes.

use crate::Shape;
use crate::names::{camel, pascal};
use json::Value;

/// A service's model.
#[derive(Debug)]
pub struct Service {
    model: Value,
}

/// One operation of a service.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'s> {
    service: &'s Service,
    name: &'s str,
    model: &'s Value,
}

/// How requests and replies travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// JSON, the operation in a header.
    Json,
    /// JSON, the operation in method and path.
    RestJson,
    /// XML, the operation in method and path.
    RestXml,
    /// A form there, XML back.
    Query,
    /// The same as EC2 does it.
    Ec2,
    /// CBOR, the operation in the path.
    RpcV2Cbor,
}

/// How a request says who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Signature Version 4.
    SigV4,
    /// Signature Version 4 for several Regions.
    SigV4a,
    /// Not at all.
    Nothing,
    /// A token of another kind, which is no AWS key.
    Bearer,
}

impl Service {
    /// A service of which this is the model, in botocore's form.
    pub fn from_model(model: Value) -> Service {
        Service { model }
    }

    /// An operation by the API's name for it, such as `PutItem`.
    pub fn operation(&self, name: &str) -> Option<Operation<'_>> {
        let (name, model) = self.model.get("operations")?.as_object()?.key_value(name)?;
        Some(Operation { service: self, name, model })
    }

    /// An operation as Step Functions spells it, such as `putItem`.
    pub fn action(&self, action: &str) -> Option<Operation<'_>> {
        self.operation(&pascal(action))
    }

    /// An operation in either spelling.
    pub fn operation_spelled(&self, name: &str) -> Option<Operation<'_>> {
        self.operation(name).or_else(|| self.action(name))
    }

    /// How requests and replies travel: of several ways the one that AWS's SDK for Python takes.
    pub fn protocol(&self) -> Option<Protocol> {
        const PREFERRED: [(&str, Protocol); 6] = [
            ("json", Protocol::Json),
            ("rest-json", Protocol::RestJson),
            ("rest-xml", Protocol::RestXml),
            ("smithy-rpc-v2-cbor", Protocol::RpcV2Cbor),
            ("query", Protocol::Query),
            ("ec2", Protocol::Ec2),
        ];
        let several = self.metadata("protocols").and_then(Value::as_array);
        let has = |name: &str| match several {
            Some(several) => several.iter().any(|known| known.as_str() == Some(name)),
            None => self.text("protocol") == Some(name),
        };
        PREFERRED.into_iter().find(|(name, _)| has(name)).map(|(_, protocol)| protocol)
    }

    /// Its id, such as `DynamoDB`.
    pub fn id(&self) -> &str {
        self.text("serviceId").unwrap_or_default()
    }

    /// The version of its API, such as `2012-08-10`.
    pub fn api_version(&self) -> &str {
        self.text("apiVersion").unwrap_or_default()
    }

    /// The version in the content type of the protocol `json`.
    pub fn json_version(&self) -> &str {
        self.text("jsonVersion").unwrap_or("1.0")
    }

    /// What stands before an operation's name in `X-Amz-Target`.
    pub fn target_prefix(&self) -> &str {
        self.text("targetPrefix").unwrap_or_default()
    }

    /// The first part of its host's name at AWS, in most places ([`crate::Entry::place`] has all).
    pub fn endpoint_prefix(&self) -> &str {
        self.text("endpointPrefix").unwrap_or_default()
    }

    /// What it is called in a signature.
    pub fn signing_name(&self) -> &str {
        self.text("signingName").unwrap_or_else(|| self.endpoint_prefix())
    }

    /// Whether errors have names of the protocol `query`, which was its own once.
    pub fn is_query_compatible(&self) -> bool {
        self.metadata("awsQueryCompatible").is_some()
    }

    /// Who may ask, if an operation does not say otherwise.
    fn auth(&self) -> Auth {
        match self.metadata("auth").and_then(first_known) {
            Some(auth) => auth,
            None => match self.text("signatureVersion") {
                Some("bearer") => Auth::Bearer,
                _ => Auth::SigV4,
            },
        }
    }

    /// An error of any operation, by its code on the wire.
    pub fn error(&self, code: &str) -> Option<Shape<'_>> {
        let operations = self.model.get("operations")?.as_object()?;
        let errors = operations.values().filter_map(|operation| operation.get("errors")?.as_array());
        let mut shapes = errors.flat_map(|errors| errors.iter()).filter_map(|error| self.shape(error));
        shapes.find(|shape| shape.name() == code || shape.error_code() == Some(code))
    }

    /// The shape that a reference names.
    pub(crate) fn shape<'s>(&'s self, reference: &'s Value) -> Option<Shape<'s>> {
        let model = self.model.get("shapes")?.get(reference.get("shape")?.as_str()?)?;
        Some(Shape::new(self, model, reference))
    }

    fn metadata(&self, key: &str) -> Option<&Value> {
        self.model.get("metadata")?.get(key)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.metadata(key)?.as_str()
    }
}

impl<'s> Operation<'s> {
    /// The service it is one of.
    pub fn service(&self) -> &'s Service {
        self.service
    }

    /// Its name in the API, such as `PutItem`.
    pub fn name(&self) -> &'s str {
        self.name
    }

    /// Its name as Step Functions spells it, such as `putItem`.
    pub fn action(&self) -> String {
        camel(self.name)
    }

    /// What is sent; absent if there is nothing.
    pub fn input(&self) -> Option<Shape<'s>> {
        self.service.shape(self.model.get("input")?)
    }

    /// What comes back; absent if there is nothing.
    pub fn output(&self) -> Option<Shape<'s>> {
        self.service.shape(self.model.get("output")?)
    }

    /// What may come back instead.
    pub fn errors(&self) -> impl Iterator<Item = Shape<'s>> + use<'s> {
        let service = self.service;
        let errors = self.model.get("errors").and_then(Value::as_array);
        errors.into_iter().flat_map(|errors| errors.iter()).filter_map(move |error| service.shape(error))
    }

    /// Whether it sends or answers a stream of events.
    pub fn has_event_stream(&self) -> bool {
        let sides = [self.input(), self.output()].into_iter().flatten();
        sides.flat_map(|shape| shape.members()).any(|(_, member)| member.is_event_stream())
    }

    /// The method of its HTTP request.
    pub fn method(&self) -> &'s str {
        self.http("method").unwrap_or("POST")
    }

    /// The path, with labels in braces, and perhaps a query string.
    pub fn request_uri(&self) -> &'s str {
        self.http("requestUri").unwrap_or("/")
    }

    /// What stands before the host's name, with labels in braces.
    pub fn host_prefix(&self) -> Option<&'s str> {
        self.model.get("endpoint")?.get("hostPrefix")?.as_str()
    }

    /// How its request says who asks.
    pub fn auth(&self) -> Auth {
        if self.text("authtype") == Some("none") {
            return Auth::Nothing;
        }
        self.model.get("auth").and_then(first_known).unwrap_or_else(|| self.service.auth())
    }

    /// Whether the signature leaves out the body.
    pub fn is_payload_unsigned(&self) -> bool {
        self.flag("unsignedPayload") || self.text("authtype") == Some("v4-unsigned-body")
    }

    /// Whether it must come with a checksum of its body.
    pub fn is_checksum_required(&self) -> bool {
        let checksum = self.model.get("httpChecksum").and_then(|checksum| checksum.get("requestChecksumRequired"));
        self.flag("httpChecksumRequired") || checksum.and_then(Value::as_bool).unwrap_or_default()
    }

    /// The member that says which checksum comes with a request, where there may be one.
    pub fn checksum_member(&self) -> Option<&'s str> {
        self.model.get("httpChecksum")?.get("requestAlgorithmMember")?.as_str()
    }

    /// Whether it tells where other operations of the service are to be sent.
    pub fn finds_endpoints(&self) -> bool {
        self.flag("endpointoperation")
    }

    /// Whether it changes nothing.
    pub fn is_readonly(&self) -> bool {
        self.flag("readonly")
    }

    fn text(&self, key: &str) -> Option<&'s str> {
        self.model.get(key)?.as_str()
    }

    fn flag(&self, key: &str) -> bool {
        self.model.get(key).and_then(Value::as_bool).unwrap_or_default()
    }

    fn http(&self, key: &str) -> Option<&'s str> {
        self.model.get("http")?.get(key)?.as_str()
    }
}

/// The first way in a list that is known.
fn first_known(ways: &Value) -> Option<Auth> {
    ways.as_array()?.iter().filter_map(Value::as_str).find_map(|way| match way {
        "aws.auth#sigv4" => Some(Auth::SigV4),
        "aws.auth#sigv4a" => Some(Auth::SigV4a),
        "smithy.api#noAuth" => Some(Auth::Nothing),
        "smithy.api#httpBearerAuth" => Some(Auth::Bearer),
        _ => None,
    })
}
