//! Tags: one row per tagged resource.

use super::Registry;
use super::change::exception;
use super::row::{self, Row};
use super::tables::{CONTROL, TAGS};
use api::{
    EmptyResponse, Exception, ListTagsForResourceRequest, ListTagsForResourceResponse, Tag, TagResourceRequest,
    UntagResourceRequest, limits,
};
use arn::{Arn, ArnError};
use json::json;
use store::{Bytes, Write};

/// The key of a machine's tags.
pub(super) fn machine_key(name: &str) -> Bytes {
    format!("stateMachine:{name}").into()
}

/// The key of an activity's tags.
pub(super) fn activity_key(name: &str) -> Bytes {
    format!("activity:{name}").into()
}

/// The write that makes `tags` the tags behind `key`.
pub(super) fn write(key: Bytes, tags: &[Tag]) -> Write {
    if tags.is_empty() {
        return Write::delete(TAGS, key);
    }
    let list: Vec<_> = tags.iter().map(Tag::encode).collect();
    let row = json!({"tags": list});
    Write::put(TAGS, key, row::encode(row.as_object().expect("built as an object").clone()))
}

/// `TooManyTags` where a resource would have more than it may.
pub(super) fn check_count(tags: &[Tag], resource_arn: &str) -> Result<(), Exception> {
    if tags.len() > limits::TAGS_MAX { Err(Exception::too_many_tags(resource_arn)) } else { Ok(()) }
}

/// `tags` with `added` set, in the order in which keys first came.
pub(super) fn merged(mut tags: Vec<Tag>, added: Vec<Tag>) -> Vec<Tag> {
    for tag in added {
        match tags.iter_mut().find(|candidate| candidate.key == tag.key) {
            Some(existing) => existing.value = tag.value,
            None => tags.push(tag),
        }
    }
    tags
}

impl Registry {
    /// TagResource.
    pub async fn tag_resource(&self, request: TagResourceRequest, _now_ms: i64) -> Result<EmptyResponse, Exception> {
        let change = self.change().await;
        let key = self.taggable(&request.resource, &request.resource_arn)?;
        let tags = merged(self.tags(&key).await?, request.tags);
        check_count(&tags, &request.resource_arn)?;
        change.commit(vec![write(key, &tags)], |_| ()).await?;
        Ok(EmptyResponse)
    }

    /// UntagResource.
    pub async fn untag_resource(
        &self,
        request: UntagResourceRequest,
        _now_ms: i64,
    ) -> Result<EmptyResponse, Exception> {
        let change = self.change().await;
        let key = self.taggable(&request.resource, &request.resource_arn)?;
        let mut tags = self.tags(&key).await?;
        tags.retain(|tag| !request.tag_keys.contains(&tag.key));
        change.commit(vec![write(key, &tags)], |_| ()).await?;
        Ok(EmptyResponse)
    }

    /// ListTagsForResource.
    pub async fn list_tags_for_resource(
        &self,
        request: ListTagsForResourceRequest,
        _now_ms: i64,
    ) -> Result<ListTagsForResourceResponse, Exception> {
        let key = self.taggable(&request.resource, &request.resource_arn)?;
        Ok(ListTagsForResourceResponse { tags: self.tags(&key).await? })
    }

    /// The key of a resource's tags, if it exists and may have any.
    fn taggable(&self, resource: &Arn, resource_arn: &str) -> Result<Bytes, Exception> {
        match resource {
            Arn::StateMachine(arn) if self.machine(arn).is_ok() => Ok(machine_key(&self.key(&arn.name))),
            Arn::Activity(arn) if self.activity_exists(arn) => Ok(activity_key(&self.key(&arn.name))),
            Arn::StateMachine(_) | Arn::Activity(_) => Err(Exception::resource_not_found(resource_arn)),
            Arn::Execution(_) => Err(ArnError::ResourceType("execution".to_owned()).into()),
            Arn::MapRun(_) => Err(ArnError::ResourceType("mapRun".to_owned()).into()),
        }
    }

    async fn tags(&self, key: &[u8]) -> Result<Vec<Tag>, Exception> {
        let found = self.0.store.get(CONTROL, TAGS, key).await.map_err(|error| exception(&error))?;
        let Some(bytes) = found else { return Ok(Vec::new()) };
        let place = format!("tags '{}' of the control partition", key.escape_ascii());
        let tags = Row::decode(&bytes, place).and_then(|row| row.checked(Tag::decode_member(row.value())));
        Ok(tags.map_err(|error| exception(&error))?.unwrap_or_default())
    }
}
