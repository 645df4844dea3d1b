//! CreateStateMachine, UpdateStateMachine, DescribeStateMachine, DeleteStateMachine, ListStateMachines.

use super::account::name_of;
use super::alias::Alias;
use super::change::{self, Change};
use super::machine::Machine;
use super::revision::{Revision, Settings};
use super::tables::{ALIASES, REVISIONS, STATE_MACHINES, TAGS, VERSIONS};
use super::version::Version;
use super::versions::Publication;
use super::{Names, Registry, RevisionNumber, definition, row, tags};
use crate::looks::ListedMachine;
use api::{
    Code, CreateStateMachineRequest, CreateStateMachineResponse, DeleteStateMachineRequest,
    DescribeStateMachineRequest, DescribeStateMachineResponse, Exception, IncludedData, ListStateMachinesRequest,
    ListStateMachinesResponse, StateMachineListItem, StateMachineStatus, StateMachineType, UpdateStateMachineRequest,
    UpdateStateMachineResponse, limits,
};
use arn::{Qualifier, StateMachineArn};
use std::sync::{Arc, OnceLock};
use store::Write;

/// A machine that is gone: its running executions are to be stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedStateMachine {
    /// Its ARN, unqualified.
    pub machine_arn: StateMachineArn,
    /// Its type.
    pub machine_type: StateMachineType,
}

impl Registry {
    /// CreateStateMachine. The same request again gives the same answer; a machine of that name with another text, type or configuration
    /// is `StateMachineAlreadyExists`. A different role or different tags are neither an error nor applied.
    pub async fn create_state_machine(
        &self,
        request: CreateStateMachineRequest,
        now_ms: i64,
    ) -> Result<CreateStateMachineResponse, Exception> {
        let change = self.change().await;
        let publication = request.publish.then_some(Publication { description: request.version_description });
        let key = self.key_of(&request.name);
        let state_machine_arn: Arc<str> = self.machine_arn(&key).to_string().into();
        let settings = Settings {
            role_arn: request.role_arn,
            definition_text: request.definition,
            logging: request.logging_configuration,
            tracing: request.tracing_configuration,
            encryption: request.encryption_configuration,
        };
        let existing = self.names().machines.get(&key).cloned();
        if let Some(existing) = existing {
            let current = self.revision(existing.current).await.map_err(|error| change::exception(&error))?;
            let same = existing.machine_type == request.machine_type
                && existing.created_with == publication
                && current.equals_except_role(&settings);
            if !same {
                return Err(Exception::state_machine_already_exists(&state_machine_arn));
            }
            let creation_date_ms = existing.creation_date_ms;
            // The one of the first answer, if it is still there.
            let version =
                self.names().version(&existing.key, 1).filter(|_| publication.is_some()).map(|found| found.number);
            let state_machine_version_arn = version.map(|number| self.version_arn(&existing.key, number));
            return Ok(CreateStateMachineResponse { state_machine_arn, creation_date_ms, state_machine_version_arn });
        }
        if self.has(&self.names().machines, limits::STATE_MACHINES_MAX) {
            let message = "The maximum number of state machines has been reached";
            return Err(Exception::new(Code::StateMachineLimitExceeded, message));
        }
        let tags = tags::merged(Vec::new(), request.tags);
        tags::check_count(&tags, &state_machine_arn)?;
        let tags = tags::write(tags::machine_key(&key), &tags);
        let machine = Machine {
            key,
            machine_type: request.machine_type,
            creation_date_ms: now_ms,
            current: RevisionNumber(0),
            last_version: 0,
            created_with: publication.clone(),
        };
        let new = NewRevision { machine, is_first: true, settings, publication };
        let (_, state_machine_version_arn) = self.revise(change, new, vec![tags], now_ms).await?;
        Ok(CreateStateMachineResponse { state_machine_arn, creation_date_ms: now_ms, state_machine_version_arn })
    }

    /// UpdateStateMachine: a new revision, unless nothing changes. Running executions keep theirs. Published or not, all or nothing happens.
    pub async fn update_state_machine(
        &self,
        request: UpdateStateMachineRequest,
        now_ms: i64,
    ) -> Result<UpdateStateMachineResponse, Exception> {
        let change = self.change().await;
        let publication = request.publish.then_some(Publication { description: request.version_description });
        let machine = self.machine(&request.state_machine_arn)?;
        let current = self.revision(machine.current).await.map_err(|error| change::exception(&error))?;
        let before = current.settings();
        let settings = Settings {
            role_arn: request.role_arn.unwrap_or(before.role_arn),
            definition_text: request.definition.unwrap_or(before.definition_text),
            logging: request.logging_configuration.unwrap_or(before.logging),
            tracing: request.tracing_configuration.unwrap_or(before.tracing),
            encryption: request.encryption_configuration.unwrap_or(before.encryption),
        };
        let changes = !current.equals_except_role(&settings) || current.role_arn != settings.role_arn;
        let (revision_id, state_machine_version_arn) = if changes {
            let new = NewRevision { machine, is_first: false, settings, publication };
            let (revision, version_arn) = self.revise(change, new, Vec::new(), now_ms).await?;
            (revision.revision_id.clone(), version_arn)
        } else if let Some(publication) = publication {
            let version = self.publish(change, machine, publication, now_ms).await?;
            (current.revision_id.clone(), Some(self.version_arn(&version.machine, version.number)))
        } else {
            (current.revision_id.clone(), None)
        };
        Ok(UpdateStateMachineResponse { update_date_ms: now_ms, revision_id, state_machine_version_arn })
    }

    /// DescribeStateMachine, of a machine, a version of it, or a machine with the label of one of its Distributed Maps.
    pub async fn describe_state_machine(
        &self,
        request: DescribeStateMachineRequest,
        _now_ms: i64,
    ) -> Result<DescribeStateMachineResponse, Exception> {
        let arn = &request.state_machine_arn;
        let missing = || Exception::state_machine_does_not_exist(arn);
        let (machine, version) = match arn.qualifier {
            Qualifier::None => (self.machine(&arn.unqualified()).map_err(|_| missing())?, None),
            Qualifier::Version(number) => {
                let machine = self.machine(&arn.unqualified()).map_err(|_| missing())?;
                let version = self.names().version(&machine.key, number).cloned().ok_or_else(missing)?;
                (machine, Some(version))
            }
            Qualifier::Alias(_) => return Err(missing()),
        };
        let number = version.as_ref().map_or(machine.current, |version| version.revision);
        let revision = self.revision(number).await.map_err(|error| change::exception(&error))?;
        if arn.label.as_deref().is_some_and(|label| !revision.has_map_labelled(label)) {
            return Err(missing());
        }
        let (definition, variable_references) = match request.included_data {
            IncludedData::AllData => (revision.definition_text.clone(), revision.variable_references.clone()),
            IncludedData::MetadataOnly => ("{}".into(), Vec::new()),
        };
        Ok(DescribeStateMachineResponse {
            state_machine_arn: request.state_machine_arn.to_string().into(),
            name: name_of(&machine.key).into(),
            status: StateMachineStatus::Active,
            definition,
            role_arn: revision.role_arn.clone(),
            machine_type: machine.machine_type,
            creation_date_ms: version.as_ref().map_or(machine.creation_date_ms, |version| version.creation_date_ms),
            logging_configuration: revision.logging.clone(),
            tracing_configuration: revision.tracing,
            encryption_configuration: revision.encryption.clone(),
            label: arn.label.as_deref().map(Into::into),
            revision_id: revision.revision_id.clone(),
            description: version.and_then(|version| version.description),
            variable_references,
        })
    }

    /// DeleteStateMachine, with its versions and aliases: the name is free at once. `None` if there was no such machine, which is fine as well.
    pub async fn delete_state_machine(
        &self,
        request: DeleteStateMachineRequest,
        _now_ms: i64,
    ) -> Result<Option<DeletedStateMachine>, Exception> {
        let change = self.change().await;
        let machine_arn = request.state_machine_arn;
        let Ok(machine) = self.machine(&machine_arn) else { return Ok(None) };
        let key = machine.key;
        let mut writes =
            vec![Write::delete(STATE_MACHINES, key.as_bytes().to_vec()), Write::delete(TAGS, tags::machine_key(&key))];
        {
            let names = self.names();
            let versions = names.versions.get(&key).into_iter().flat_map(|versions| versions.keys());
            writes.extend(versions.map(|number| Write::delete(VERSIONS, Version::key(&key, *number))));
            writes.extend(names.aliases_of(&key).map(|alias| Write::delete(ALIASES, Alias::key(&key, &alias.name))));
        }
        let apply = move |names: &mut Names| {
            names.machines.remove(&key);
            names.versions.remove(&key);
            names.aliases.remove(&key);
        };
        change.commit(writes, apply).await?;
        Ok(Some(DeletedStateMachine { machine_arn, machine_type: machine.machine_type }))
    }

    /// ListStateMachines, by name.
    pub async fn list_state_machines(
        &self,
        request: ListStateMachinesRequest,
        now_ms: i64,
    ) -> Result<ListStateMachinesResponse, Exception> {
        let names = self.names();
        let (machines, next_token) = self.page(&names.machines, &request.paging, "ListStateMachines", now_ms)?;
        let item = |machine: &Machine| StateMachineListItem {
            state_machine_arn: self.machine_arn(&machine.key).to_string().into(),
            name: name_of(&machine.key).into(),
            machine_type: machine.machine_type,
            creation_date_ms: machine.creation_date_ms,
        };
        Ok(ListStateMachinesResponse { state_machines: machines.into_iter().map(item).collect(), next_token })
    }

    /// All of the account's machines, by name.
    pub fn machines(&self) -> Vec<ListedMachine> {
        let names = self.names();
        let machines = names.machines.iter().filter(|(key, _)| self.shows(key));
        let listed = |(key, machine): (&Arc<str>, &Machine)| ListedMachine {
            arn: self.machine_arn(key),
            machine_type: machine.machine_type,
            creation_date_ms: machine.creation_date_ms,
        };
        machines.map(listed).collect()
    }

    /// Parses, numbers and stores a revision, makes it the machine's current one and a version if that is wanted, together with `writes`.
    /// Gives the version's ARN as well.
    async fn revise(
        &self,
        mut change: Change,
        new: NewRevision,
        mut writes: Vec<Write>,
        now_ms: i64,
    ) -> Result<(Arc<Revision>, Option<Arc<str>>), Exception> {
        let mut machine = new.machine;
        let parsed = definition::parse(&new.settings.definition_text, machine.machine_type)?;
        if new.publication.is_some() {
            self.names().check_versions_quota(&machine.key)?;
        }
        let number = change.next_revision();
        let revision = Arc::new(Revision {
            number,
            machine_arn: self.machine_arn(&machine.key),
            machine_key: machine.key.clone(),
            machine_name: name_of(&machine.key).into(),
            machine_type: machine.machine_type,
            role_arn: new.settings.role_arn,
            definition_text: new.settings.definition_text,
            definition: parsed.definition,
            revision_id: (!new.is_first).then(|| number.revision_id(now_ms)),
            update_date_ms: now_ms,
            logging: new.settings.logging,
            tracing: new.settings.tracing,
            encryption: new.settings.encryption,
            variable_references: parsed.variable_references,
            metrics: OnceLock::new(),
        });
        machine.current = number;
        let version = new.publication.map(|publication| publication.apply(&mut machine, now_ms));
        let version_arn = version.as_ref().map(|version| self.version_arn(&version.machine, version.number));
        writes.extend(version.iter().map(Version::write));
        writes.push(Write::put(REVISIONS, number.key().to_vec(), row::encode(revision.encode())));
        writes.push(Write::put(STATE_MACHINES, machine.key.as_bytes().to_vec(), row::encode(machine.encode())));
        let apply = move |names: &mut Names| {
            names.machines.insert(machine.key.clone(), machine);
            version.into_iter().for_each(|version| names.insert_version(version));
        };
        change.commit(writes, apply).await?;
        self.0.revisions.insert(revision.clone());
        Ok((revision, version_arn))
    }
}

/// What a machine shall become.
struct NewRevision {
    /// The machine so far.
    machine: Machine,
    /// Whether it is only now created: the first revision has no `revisionId`.
    is_first: bool,
    settings: Settings,
    publication: Option<Publication>,
}
