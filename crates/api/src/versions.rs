//! PublishStateMachineVersion, DeleteStateMachineVersion and ListStateMachineVersions.

use crate::Paging;
use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::{ARN, LONG_ARN, PAGE_TOKEN, REVISION_ID, VERSION_DESCRIPTION};
use crate::timestamp::timestamp;
use arn::{ArnError, Qualifier, StateMachineArn};
use json::{ObjectBuilder, Value, json};
use std::sync::Arc;

/// The `revisionId` that names the revision a machine was created with, which has none of its own.
pub const INITIAL_REVISION: &str = "INITIAL";

/// Which revision becomes a version.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishStateMachineVersionRequest {
    /// The machine; a version or an alias does not exist for this operation, a label is refused.
    pub state_machine_arn: StateMachineArn,
    /// The revision that must be current; any without.
    pub revision_id: Option<Arc<str>>,
    /// Description of the version.
    pub description: Option<Arc<str>>,
}

/// The version, new or published before.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishStateMachineVersionResponse {
    /// When it was first published, in ms since the epoch.
    pub creation_date_ms: i64,
    /// The version.
    pub state_machine_version_arn: Arc<str>,
}

/// Which version shall go.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteStateMachineVersionRequest {
    /// Its machine, unqualified.
    pub state_machine_arn: StateMachineArn,
    /// Its number.
    pub version: u64,
}

/// Whose versions, which page.
#[derive(Clone, Debug, PartialEq)]
pub struct ListStateMachineVersionsRequest {
    /// The machine, unqualified.
    pub state_machine_arn: StateMachineArn,
    /// Size and place of the page.
    pub paging: Paging,
}

/// One version in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct StateMachineVersionListItem {
    /// The version.
    pub state_machine_version_arn: Arc<str>,
    /// When it was published, in ms since the epoch.
    pub creation_date_ms: i64,
}

/// A page of versions.
#[derive(Clone, Debug, PartialEq)]
pub struct ListStateMachineVersionsResponse {
    /// Newest first.
    pub state_machine_versions: Vec<StateMachineVersionListItem>,
    /// Where the next page begins, if there is one.
    pub next_token: Option<String>,
}

/// `InvalidArn` where an operation wants another kind of state machine ARN. AWS's wording is not known; this is its sentence for a wrong
/// type of resource.
pub(crate) fn wrong_kind() -> Exception {
    ArnError::ResourceType("stateMachine".to_owned()).into()
}

/// The ARN of a machine itself.
pub(crate) fn unqualified(text: &str) -> Result<StateMachineArn, Exception> {
    let arn = StateMachineArn::parse(text)?;
    if arn.is_qualified() { Err(wrong_kind()) } else { Ok(arn) }
}

impl PublishStateMachineVersionRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<PublishStateMachineVersionRequest, Exception> {
        let (arn, revision_id, description) = read_body(body, |fields| {
            Ok((
                fields.text("stateMachineArn", ARN)?,
                fields.optional_text("revisionId", REVISION_ID)?,
                fields.optional_text("description", VERSION_DESCRIPTION)?,
            ))
        })?;
        let state_machine_arn = StateMachineArn::parse(&arn)?;
        if state_machine_arn.label.is_some() {
            return Err(Exception::labelled_arn_not_supported(&state_machine_arn));
        }
        Ok(PublishStateMachineVersionRequest { state_machine_arn, revision_id, description })
    }
}

impl DeleteStateMachineVersionRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<DeleteStateMachineVersionRequest, Exception> {
        let arn = read_body(body, |fields| fields.text("stateMachineVersionArn", LONG_ARN))?;
        let arn = StateMachineArn::parse(&arn)?;
        let Qualifier::Version(version) = arn.qualifier else { return Err(wrong_kind()) };
        Ok(DeleteStateMachineVersionRequest { state_machine_arn: arn.unqualified(), version })
    }
}

impl ListStateMachineVersionsRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<ListStateMachineVersionsRequest, Exception> {
        let (arn, paging) =
            read_body(body, |fields| Ok((fields.text("stateMachineArn", ARN)?, Paging::read(fields, PAGE_TOKEN)?)))?;
        Ok(ListStateMachineVersionsRequest { state_machine_arn: unqualified(&arn)?, paging })
    }
}

impl PublishStateMachineVersionResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        json!({
            "creationDate": (timestamp(self.creation_date_ms)),
            "stateMachineVersionArn": (&self.state_machine_version_arn)
        })
    }
}

impl StateMachineVersionListItem {
    fn encode(&self) -> Value {
        json!({
            "stateMachineVersionArn": (&self.state_machine_version_arn),
            "creationDate": (timestamp(self.creation_date_ms))
        })
    }
}

impl ListStateMachineVersionsResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        let versions = self.state_machine_versions.iter().map(StateMachineVersionListItem::encode);
        body.insert("stateMachineVersions", versions.collect::<Vec<_>>());
        body.insert_some("nextToken", self.next_token.as_ref());
        body.build().into()
    }
}
