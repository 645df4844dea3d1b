//! PublishStateMachineVersion, DeleteStateMachineVersion, ListStateMachineVersions, and what publishing is for the other operations.

use super::machine::Machine;
use super::page::page_of;
use super::revision::RevisionNumber;
use super::tables::{STATE_MACHINES, VERSIONS};
use super::version::Version;
use super::{Names, Registry, change, row};
use api::{
    DeleteStateMachineVersionRequest, EmptyResponse, Exception, INITIAL_REVISION, ListStateMachineVersionsRequest,
    ListStateMachineVersionsResponse, PublishStateMachineVersionRequest, PublishStateMachineVersionResponse,
    StateMachineVersionListItem, limits,
};
use std::sync::Arc;
use store::Write;

/// That a version is to be published, and as what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Publication {
    pub(super) description: Option<Arc<str>>,
}

impl Publication {
    /// Publishes what is `machine`'s current revision by then. The number is the machine's next one; deleted numbers do not come again.
    pub(super) fn apply(self, machine: &mut Machine, now_ms: i64) -> Version {
        machine.last_version += 1;
        Version {
            machine: machine.key.clone(),
            number: machine.last_version,
            revision: machine.current,
            description: self.description,
            creation_date_ms: now_ms,
        }
    }
}

impl Version {
    pub(super) fn write(&self) -> Write {
        Write::put(VERSIONS, Version::key(&self.machine, self.number), row::encode(self.encode()))
    }
}

impl Names {
    pub(super) fn insert_version(&mut self, version: Version) {
        self.versions.entry(version.machine.clone()).or_default().insert(version.number, version);
    }

    /// The version of a machine by its number.
    pub(super) fn version(&self, machine: &str, number: u64) -> Option<&Version> {
        self.versions.get(machine)?.get(&number)
    }

    /// The version a revision was published as. A revision is published once, and mostly the newest is asked for.
    pub(super) fn version_of(&self, machine: &str, revision: RevisionNumber) -> Option<&Version> {
        self.versions.get(machine)?.values().rev().find(|version| version.revision == revision)
    }

    /// `ServiceQuotaExceededException` if the machine has all the versions it may have.
    pub(super) fn check_versions_quota(&self, machine: &str) -> Result<(), Exception> {
        match self.versions.get(machine) {
            Some(versions) if versions.len() >= limits::VERSIONS_MAX => {
                Err(Exception::service_quota_exceeded("versions of a state machine", limits::VERSIONS_MAX))
            }
            _ => Ok(()),
        }
    }
}

impl Registry {
    /// PublishStateMachineVersion. The current revision becomes a version once: later requests answer the same, whatever their description.
    pub async fn publish_state_machine_version(
        &self,
        request: PublishStateMachineVersionRequest,
        now_ms: i64,
    ) -> Result<PublishStateMachineVersionResponse, Exception> {
        let change = self.change().await;
        let machine = self.machine(&request.state_machine_arn)?;
        if let Some(wanted) = &request.revision_id {
            let current = self.revision(machine.current).await.map_err(|error| change::exception(&error))?;
            let current = current.revision_id.as_deref().unwrap_or(INITIAL_REVISION);
            if **wanted != *current {
                return Err(Exception::conflict(format!(
                    "Failed to publish the State Machine version for revision {wanted}. The current State Machine revision is {current}."
                )));
            }
        }
        let version = self.publish(change, machine, Publication { description: request.description }, now_ms).await?;
        Ok(PublishStateMachineVersionResponse {
            creation_date_ms: version.creation_date_ms,
            state_machine_version_arn: self.version_arn(&version.machine, version.number),
        })
    }

    /// The version of `machine`'s current revision, published now unless it is already.
    pub(super) async fn publish(
        &self,
        change: change::Change,
        mut machine: Machine,
        publication: Publication,
        now_ms: i64,
    ) -> Result<Version, Exception> {
        let existing = self.names().version_of(&machine.key, machine.current).cloned();
        if let Some(existing) = existing {
            return Ok(existing);
        }
        self.names().check_versions_quota(&machine.key)?;
        let version = publication.apply(&mut machine, now_ms);
        let machine_row = Write::put(STATE_MACHINES, machine.key.as_bytes().to_vec(), row::encode(machine.encode()));
        let published = version.clone();
        let apply = move |names: &mut Names| {
            names.machines.insert(machine.key.clone(), machine);
            names.insert_version(published);
        };
        change.commit(vec![machine_row, version.write()], apply).await?;
        Ok(version)
    }

    /// DeleteStateMachineVersion: deleting what is not there is fine. Executions that run it go on.
    pub async fn delete_state_machine_version(
        &self,
        request: DeleteStateMachineVersionRequest,
        _now_ms: i64,
    ) -> Result<EmptyResponse, Exception> {
        let change = self.change().await;
        let Ok(machine) = self.machine(&request.state_machine_arn) else { return Ok(EmptyResponse) };
        let number = request.version;
        let aliases: Vec<String> = {
            let names = self.names();
            if names.version(&machine.key, number).is_none() {
                return Ok(EmptyResponse);
            }
            names.aliases_of(&machine.key).filter(|alias| alias.leads_to(number)).map(|a| a.name.to_string()).collect()
        };
        if !aliases.is_empty() {
            return Err(Exception::conflict(format!(
                "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{}]",
                aliases.join(", ")
            )));
        }
        let writes = vec![Write::delete(VERSIONS, Version::key(&machine.key, number))];
        let apply = move |names: &mut Names| {
            if let Some(versions) = names.versions.get_mut(&machine.key) {
                versions.remove(&number);
            }
        };
        change.commit(writes, apply).await?;
        Ok(EmptyResponse)
    }

    /// ListStateMachineVersions, newest first. AWS's model has no exception for a machine that is not there; it has no versions.
    pub async fn list_state_machine_versions(
        &self,
        request: ListStateMachineVersionsRequest,
        now_ms: i64,
    ) -> Result<ListStateMachineVersionsResponse, Exception> {
        let machine = self.machine(&request.state_machine_arn).ok();
        let scope = format!("ListStateMachineVersions {}", request.state_machine_arn);
        let names = self.names();
        let versions = machine.and_then(|machine| names.versions.get(&machine.key));
        let (versions, next_token) = page_of(&request.paging, &scope, now_ms, |after| {
            // A token's position is the number of the last version shown.
            let below = match after {
                None => u64::MAX,
                Some(after) => u64::from_be_bytes(after.try_into().ok()?),
            };
            let rest = versions.into_iter().flat_map(move |versions| versions.range(..below).rev());
            Some(rest.map(|(number, version)| (number.to_be_bytes().to_vec(), version)))
        })?;
        let item = |version: &Version| StateMachineVersionListItem {
            state_machine_version_arn: self.version_arn(&version.machine, version.number),
            creation_date_ms: version.creation_date_ms,
        };
        let state_machine_versions = versions.into_iter().map(item).collect();
        Ok(ListStateMachineVersionsResponse { state_machine_versions, next_token })
    }

    pub(super) fn version_arn(&self, machine: &str, number: u64) -> Arc<str> {
        self.machine_arn(machine).version(number).to_string().into()
    }
}
