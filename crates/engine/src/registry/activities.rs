//! CreateActivity, DescribeActivity, DeleteActivity, ListActivities.

use super::account::name_of;
use super::activity::Activity;
use super::tables::ACTIVITIES;
use super::{Registry, row, tags};
use api::{
    ActivityListItem, Code, CreateActivityRequest, CreateActivityResponse, DeleteActivityRequest,
    DescribeActivityRequest, DescribeActivityResponse, EmptyResponse, Exception, ListActivitiesRequest,
    ListActivitiesResponse, limits,
};
use std::sync::Arc;
use store::Write;

impl Registry {
    /// CreateActivity: creating it again is the same, unless its encryption would be another.
    pub async fn create_activity(
        &self,
        request: CreateActivityRequest,
        now_ms: i64,
    ) -> Result<CreateActivityResponse, Exception> {
        let change = self.change().await;
        let key = self.key_of(&request.name);
        let activity_arn: Arc<str> = self.activity_arn(&key).to_string().into();
        if let Some(existing) = self.names().activities.get(&key) {
            if existing.encryption != request.encryption_configuration {
                return Err(Exception::activity_already_exists(&activity_arn));
            }
            return Ok(CreateActivityResponse { activity_arn, creation_date_ms: existing.creation_date_ms });
        }
        if self.has(&self.names().activities, limits::ACTIVITIES_MAX) {
            return Err(Exception::new(
                Code::ActivityLimitExceeded,
                "The maximum number of activities has been reached",
            ));
        }
        let tags = tags::merged(Vec::new(), request.tags);
        tags::check_count(&tags, &activity_arn)?;
        let activity = Activity { key, creation_date_ms: now_ms, encryption: request.encryption_configuration };
        let key = activity.key.clone();
        let writes = vec![
            Write::put(ACTIVITIES, key.as_bytes().to_vec(), row::encode(activity.encode())),
            tags::write(tags::activity_key(&key), &tags),
        ];
        change.commit(writes, move |names| drop(names.activities.insert(key, activity))).await?;
        Ok(CreateActivityResponse { activity_arn, creation_date_ms: now_ms })
    }

    /// DescribeActivity.
    pub async fn describe_activity(
        &self,
        request: DescribeActivityRequest,
        _now_ms: i64,
    ) -> Result<DescribeActivityResponse, Exception> {
        let arn = request.activity_arn;
        let exists = arn.identity == self.1;
        let activity = exists.then(|| self.names().activities.get(&*self.key(&arn.name)).cloned()).flatten();
        let activity = activity.ok_or_else(|| Exception::activity_does_not_exist(&arn))?;
        Ok(DescribeActivityResponse {
            activity_arn: arn.to_string().into(),
            name: name_of(&activity.key).into(),
            creation_date_ms: activity.creation_date_ms,
            encryption_configuration: activity.encryption,
        })
    }

    /// DeleteActivity: deleting what is not there is fine.
    pub async fn delete_activity(
        &self,
        request: DeleteActivityRequest,
        _now_ms: i64,
    ) -> Result<EmptyResponse, Exception> {
        let change = self.change().await;
        if self.activity_exists(&request.activity_arn) {
            let key = self.key(&request.activity_arn.name).into_owned();
            let writes = vec![
                Write::delete(ACTIVITIES, key.as_bytes().to_vec()),
                Write::delete(super::tables::TAGS, tags::activity_key(&key)),
            ];
            change.commit(writes, move |names| drop(names.activities.remove(&*key))).await?;
        }
        Ok(EmptyResponse)
    }

    /// ListActivities, by name.
    pub async fn list_activities(
        &self,
        request: ListActivitiesRequest,
        now_ms: i64,
    ) -> Result<ListActivitiesResponse, Exception> {
        let names = self.names();
        let (activities, next_token) = self.page(&names.activities, &request.paging, "ListActivities", now_ms)?;
        let item = |activity: &Activity| ActivityListItem {
            activity_arn: self.activity_arn(&activity.key).to_string().into(),
            name: name_of(&activity.key).into(),
            creation_date_ms: activity.creation_date_ms,
        };
        Ok(ListActivitiesResponse { activities: activities.into_iter().map(item).collect(), next_token })
    }
}
