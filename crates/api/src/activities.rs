//! CreateActivity, DescribeActivity, DeleteActivity and ListActivities.

use crate::configuration::GivenEncryption;
use crate::create_state_machine::check_name;
use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::{ARN, NAME, PAGE_TOKEN};
use crate::timestamp::timestamp;
use crate::{EncryptionConfiguration, Paging, Tag};
use arn::ActivityArn;
use json::{ObjectBuilder, Value, json};
use std::sync::Arc;

/// What a new activity shall be.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateActivityRequest {
    /// A valid name.
    pub name: Arc<str>,
    /// Empty if not given.
    pub tags: Vec<Tag>,
    /// Default if not given.
    pub encryption_configuration: EncryptionConfiguration,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateActivityResponse {
    /// The activity.
    pub activity_arn: Arc<str>,
    /// When it was first created, in ms since the epoch.
    pub creation_date_ms: i64,
}

/// Which activity.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeActivityRequest {
    /// The activity.
    pub activity_arn: ActivityArn,
}

/// An activity.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeActivityResponse {
    /// The activity.
    pub activity_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// In ms since the epoch.
    pub creation_date_ms: i64,
    /// Encryption.
    pub encryption_configuration: EncryptionConfiguration,
}

/// Which activity shall go.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteActivityRequest {
    /// The activity.
    pub activity_arn: ActivityArn,
}

/// Which page.
#[derive(Clone, Debug, PartialEq)]
pub struct ListActivitiesRequest {
    /// Size and place of the page.
    pub paging: Paging,
}

/// One activity in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityListItem {
    /// The activity.
    pub activity_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// In ms since the epoch.
    pub creation_date_ms: i64,
}

/// A page of activities.
#[derive(Clone, Debug, PartialEq)]
pub struct ListActivitiesResponse {
    /// In ascending order of name.
    pub activities: Vec<ActivityListItem>,
    /// Where the next page begins, if there is one.
    pub next_token: Option<String>,
}

fn read_activity_arn(body: &Value) -> Result<ActivityArn, Exception> {
    Ok(ActivityArn::parse(&read_body(body, |fields| fields.text("activityArn", ARN))?)?)
}

impl CreateActivityRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<CreateActivityRequest, Exception> {
        let (name, tags, encryption) = read_body(body, |fields| {
            let tags = Tag::read_list(fields)?.unwrap_or_default();
            Ok((fields.text("name", NAME)?, tags, GivenEncryption::read(fields)?))
        })?;
        check_name(&name)?;
        let encryption_configuration = encryption.map_or_else(|| Ok(Default::default()), GivenEncryption::check)?;
        Tag::check_list(&tags)?;
        Ok(CreateActivityRequest { name, tags, encryption_configuration })
    }
}

impl DescribeActivityRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<DescribeActivityRequest, Exception> {
        Ok(DescribeActivityRequest { activity_arn: read_activity_arn(body)? })
    }
}

impl DeleteActivityRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<DeleteActivityRequest, Exception> {
        Ok(DeleteActivityRequest { activity_arn: read_activity_arn(body)? })
    }
}

impl ListActivitiesRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<ListActivitiesRequest, Exception> {
        let paging = read_body(body, |fields| Paging::read(fields, PAGE_TOKEN))?;
        Ok(ListActivitiesRequest { paging })
    }
}

impl CreateActivityResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        json!({"activityArn": (&self.activity_arn), "creationDate": (timestamp(self.creation_date_ms))})
    }
}

impl DescribeActivityResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        json!({
            "activityArn": (&self.activity_arn),
            "name": (&self.name),
            "creationDate": (timestamp(self.creation_date_ms)),
            "encryptionConfiguration": (self.encryption_configuration.encode())
        })
    }
}

impl ActivityListItem {
    fn encode(&self) -> Value {
        json!({
            "activityArn": (&self.activity_arn),
            "name": (&self.name),
            "creationDate": (timestamp(self.creation_date_ms))
        })
    }
}

impl ListActivitiesResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("activities", self.activities.iter().map(ActivityListItem::encode).collect::<Vec<_>>());
        body.insert_some("nextToken", self.next_token.as_ref());
        body.build().into()
    }
}
