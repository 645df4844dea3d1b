//! CreateStateMachine, UpdateStateMachine, DescribeStateMachine, DeleteStateMachine, ListStateMachines.

use super::change::{self, Change};
use super::machine::Machine;
use super::page::page;
use super::revision::{Revision, Settings};
use super::tables::{REVISIONS, STATE_MACHINES, TAGS};
use super::{Registry, definition, row, tags};
use api::{
    Code, CreateStateMachineRequest, CreateStateMachineResponse, DeleteStateMachineRequest,
    DescribeStateMachineRequest, DescribeStateMachineResponse, Exception, IncludedData, ListStateMachinesRequest,
    ListStateMachinesResponse, StateMachineListItem, StateMachineStatus, StateMachineType, UpdateStateMachineRequest,
    UpdateStateMachineResponse, limits,
};
use arn::StateMachineArn;
use std::sync::Arc;
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
        refuse_publish(request.publish)?;
        let change = self.change().await;
        let state_machine_arn: Arc<str> = self.machine_arn(&request.name).to_string().into();
        let settings = Settings {
            role_arn: request.role_arn,
            definition_text: request.definition,
            logging: request.logging_configuration,
            tracing: request.tracing_configuration,
            encryption: request.encryption_configuration,
        };
        let existing = self.names().machines.get(&request.name).cloned();
        if let Some(existing) = existing {
            let current = self.revision(existing.current).await.map_err(|error| change::exception(&error))?;
            if existing.machine_type != request.machine_type || !current.equals_except_role(&settings) {
                return Err(Exception::state_machine_already_exists(&state_machine_arn));
            }
            let creation_date_ms = existing.creation_date_ms;
            return Ok(CreateStateMachineResponse {
                state_machine_arn,
                creation_date_ms,
                state_machine_version_arn: None,
            });
        }
        if self.names().machines.len() >= limits::STATE_MACHINES_MAX {
            let message = "The maximum number of state machines has been reached";
            return Err(Exception::new(Code::StateMachineLimitExceeded, message));
        }
        let tags = tags::merged(Vec::new(), request.tags);
        tags::check_count(&tags, &state_machine_arn)?;
        let tags = tags::write(tags::machine_key(&request.name), &tags);
        let machine_type = request.machine_type;
        self.revise(
            change,
            NewRevision { name: request.name, machine_type, settings, created_ms: None },
            vec![tags],
            now_ms,
        )
        .await?;
        Ok(CreateStateMachineResponse { state_machine_arn, creation_date_ms: now_ms, state_machine_version_arn: None })
    }

    /// UpdateStateMachine: a new revision, unless nothing changes. Running executions keep theirs.
    pub async fn update_state_machine(
        &self,
        request: UpdateStateMachineRequest,
        now_ms: i64,
    ) -> Result<UpdateStateMachineResponse, Exception> {
        refuse_publish(request.publish)?;
        let change = self.change().await;
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
        let revision_id = if current.equals_except_role(&settings) && current.role_arn == settings.role_arn {
            current.revision_id.clone()
        } else {
            let created_ms = Some(machine.creation_date_ms);
            let new = NewRevision { name: machine.name, machine_type: machine.machine_type, settings, created_ms };
            self.revise(change, new, Vec::new(), now_ms).await?.revision_id.clone()
        };
        Ok(UpdateStateMachineResponse { update_date_ms: now_ms, revision_id, state_machine_version_arn: None })
    }

    /// DescribeStateMachine.
    pub async fn describe_state_machine(
        &self,
        request: DescribeStateMachineRequest,
        _now_ms: i64,
    ) -> Result<DescribeStateMachineResponse, Exception> {
        let machine = self.machine(&request.state_machine_arn)?;
        let revision = self.revision(machine.current).await.map_err(|error| change::exception(&error))?;
        let (definition, variable_references) = match request.included_data {
            IncludedData::AllData => (revision.definition_text.clone(), revision.variable_references.clone()),
            IncludedData::MetadataOnly => ("{}".into(), Vec::new()),
        };
        Ok(DescribeStateMachineResponse {
            state_machine_arn: request.state_machine_arn.to_string().into(),
            name: machine.name,
            status: StateMachineStatus::Active,
            definition,
            role_arn: revision.role_arn.clone(),
            machine_type: machine.machine_type,
            creation_date_ms: machine.creation_date_ms,
            logging_configuration: revision.logging.clone(),
            tracing_configuration: revision.tracing,
            encryption_configuration: revision.encryption.clone(),
            label: None,
            revision_id: revision.revision_id.clone(),
            description: None,
            variable_references,
        })
    }

    /// DeleteStateMachine: the name is free at once. `None` if there was no such machine, which is fine as well.
    pub async fn delete_state_machine(
        &self,
        request: DeleteStateMachineRequest,
        _now_ms: i64,
    ) -> Result<Option<DeletedStateMachine>, Exception> {
        let change = self.change().await;
        let machine_arn = request.state_machine_arn;
        let Ok(machine) = self.machine(&machine_arn) else { return Ok(None) };
        let writes = vec![
            Write::delete(STATE_MACHINES, machine.name.as_bytes().to_vec()),
            Write::delete(TAGS, tags::machine_key(&machine.name)),
        ];
        let name = machine.name;
        change.commit(writes, move |names| drop(names.machines.remove(&name))).await?;
        Ok(Some(DeletedStateMachine { machine_arn, machine_type: machine.machine_type }))
    }

    /// ListStateMachines, by name.
    pub async fn list_state_machines(
        &self,
        request: ListStateMachinesRequest,
        now_ms: i64,
    ) -> Result<ListStateMachinesResponse, Exception> {
        let names = self.names();
        let (machines, next_token) = page(&names.machines, &request.paging, "ListStateMachines", now_ms)?;
        let item = |machine: &Machine| StateMachineListItem {
            state_machine_arn: self.machine_arn(&machine.name).to_string().into(),
            name: machine.name.clone(),
            machine_type: machine.machine_type,
            creation_date_ms: machine.creation_date_ms,
        };
        Ok(ListStateMachinesResponse { state_machines: machines.into_iter().map(item).collect(), next_token })
    }

    /// Parses, numbers and stores a revision and makes it the machine's current one, together with `writes`.
    async fn revise(
        &self,
        mut change: Change,
        new: NewRevision,
        mut writes: Vec<Write>,
        now_ms: i64,
    ) -> Result<Arc<Revision>, Exception> {
        let parsed = definition::parse(&new.settings.definition_text, new.machine_type)?;
        let number = change.next_revision();
        let revision = Arc::new(Revision {
            number,
            machine_arn: self.machine_arn(&new.name),
            machine_name: new.name.clone(),
            machine_type: new.machine_type,
            role_arn: new.settings.role_arn,
            definition_text: new.settings.definition_text,
            definition: parsed.definition,
            revision_id: new.created_ms.map(|_| number.revision_id(now_ms)),
            update_date_ms: now_ms,
            logging: new.settings.logging,
            tracing: new.settings.tracing,
            encryption: new.settings.encryption,
            variable_references: parsed.variable_references,
        });
        let creation_date_ms = new.created_ms.unwrap_or(now_ms);
        let machine = Machine { name: new.name, machine_type: new.machine_type, creation_date_ms, current: number };
        writes.push(Write::put(REVISIONS, number.key().to_vec(), row::encode(revision.encode())));
        writes.push(Write::put(STATE_MACHINES, machine.name.as_bytes().to_vec(), row::encode(machine.encode())));
        change.commit(writes, move |names| drop(names.machines.insert(machine.name.clone(), machine))).await?;
        self.0.revisions.insert(revision.clone());
        Ok(revision)
    }
}

/// What a machine shall become.
struct NewRevision {
    name: Arc<str>,
    machine_type: StateMachineType,
    settings: Settings,
    /// When the machine was created; `None` if it is only now.
    created_ms: Option<i64>,
}

/// A version that could not be addressed afterwards is not made.
fn refuse_publish(publish: bool) -> Result<(), Exception> {
    if publish { Err(Exception::validation("Publishing versions is not supported yet")) } else { Ok(()) }
}
