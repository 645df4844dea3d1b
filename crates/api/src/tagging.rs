//! TagResource, UntagResource and ListTagsForResource, and the tags of CreateStateMachine and CreateActivity.

use crate::exception::Exception;
use crate::fields::{Fields, read_body};
use crate::shapes::{ARN, TAG_KEY, TAG_VALUE};
use arn::Arn;
use json::{Value, json};
use std::sync::Arc;

/// A key and a value on a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The key, unique on its resource.
    pub key: Arc<str>,
    /// The value, empty if none was given.
    pub value: Arc<str>,
}

/// TagResource: sets tags, whether or not their keys were there.
#[derive(Clone, Debug, PartialEq)]
pub struct TagResourceRequest {
    /// The ARN as given, for messages.
    pub resource_arn: Arc<str>,
    /// What it names.
    pub resource: Arn,
    /// The tags to set.
    pub tags: Vec<Tag>,
}

/// UntagResource: removes tags, whether or not they are there.
#[derive(Clone, Debug, PartialEq)]
pub struct UntagResourceRequest {
    /// The ARN as given, for messages.
    pub resource_arn: Arc<str>,
    /// What it names.
    pub resource: Arn,
    /// The keys of the tags to remove.
    pub tag_keys: Vec<Arc<str>>,
}

/// ListTagsForResource.
#[derive(Clone, Debug, PartialEq)]
pub struct ListTagsForResourceRequest {
    /// The ARN as given, for messages.
    pub resource_arn: Arc<str>,
    /// What it names.
    pub resource: Arn,
}

/// The tags of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct ListTagsForResourceResponse {
    /// In the order in which their keys came.
    pub tags: Vec<Tag>,
}

impl Tag {
    /// The member `tags` of a structure, as lists write it.
    pub fn decode_member(structure: &Value) -> Result<Option<Vec<Tag>>, Exception> {
        read_body(structure, Tag::read_list)
    }

    pub(crate) fn read_list(fields: &Fields<'_>) -> Result<Option<Vec<Tag>>, Exception> {
        fields.structures("tags", |tag| {
            Ok(Tag {
                key: tag.optional_text("key", TAG_KEY)?.unwrap_or_default(),
                value: tag.optional_text("value", TAG_VALUE)?.unwrap_or_default(),
            })
        })
    }

    /// Refuses what no tag may be: no key, a reserved prefix, characters outside letters, digits, white space and `_.:/=+-@`.
    pub(crate) fn check_list(tags: &[Tag]) -> Result<(), Exception> {
        tags.iter().try_for_each(Tag::check)
    }

    fn check(&self) -> Result<(), Exception> {
        let reserved = self.key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"));
        if self.key.is_empty() || reserved || !tag_characters(&self.key) || !tag_characters(&self.value) {
            return Err(Exception::validation(format!("Invalid tag: '{}={}'", self.key, self.value)));
        }
        Ok(())
    }

    /// As in requests and lists.
    pub fn encode(&self) -> Value {
        json!({"key": (&self.key), "value": (&self.value)})
    }
}

fn tag_characters(text: &str) -> bool {
    text.chars()
        .all(|character| character.is_alphanumeric() || character.is_whitespace() || "_.:/=+-@".contains(character))
}

fn read_resource_arn(fields: &Fields<'_>) -> Result<Arc<str>, Exception> {
    fields.text("resourceArn", ARN)
}

impl TagResourceRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<TagResourceRequest, Exception> {
        let (resource_arn, tags) = read_body(body, |fields| {
            Ok((read_resource_arn(fields)?, fields.required("tags", Tag::read_list(fields)?).unwrap_or_default()))
        })?;
        let resource = Arn::parse(&resource_arn)?;
        Tag::check_list(&tags)?;
        Ok(TagResourceRequest { resource_arn, resource, tags })
    }
}

impl UntagResourceRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<UntagResourceRequest, Exception> {
        let (resource_arn, tag_keys) = read_body(body, |fields| {
            let tag_keys = fields.required("tagKeys", fields.texts("tagKeys", TAG_KEY)?).unwrap_or_default();
            Ok((read_resource_arn(fields)?, tag_keys))
        })?;
        Ok(UntagResourceRequest { resource: Arn::parse(&resource_arn)?, resource_arn, tag_keys })
    }
}

impl ListTagsForResourceRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<ListTagsForResourceRequest, Exception> {
        let resource_arn = read_body(body, read_resource_arn)?;
        Ok(ListTagsForResourceRequest { resource: Arn::parse(&resource_arn)?, resource_arn })
    }
}

impl ListTagsForResourceResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        json!({"tags": (self.tags.iter().map(Tag::encode).collect::<Vec<_>>())})
    }
}
