//! CreateStateMachineAlias, UpdateStateMachineAlias, DescribeStateMachineAlias, DeleteStateMachineAlias, ListStateMachineAliases.

use super::alias::Alias;
use super::page::page_of;
use super::tables::ALIASES;
use super::{Names, Registry, row};
use api::{
    AliasArn, CreateStateMachineAliasRequest, CreateStateMachineAliasResponse, DeleteStateMachineAliasRequest,
    DescribeStateMachineAliasRequest, DescribeStateMachineAliasResponse, EmptyResponse, Exception,
    ListStateMachineAliasesRequest, ListStateMachineAliasesResponse, Routing, StateMachineAliasListItem,
    UpdateStateMachineAliasRequest, UpdateStateMachineAliasResponse, limits,
};
use arn::Qualifier;
use std::sync::Arc;
use store::Write;

impl Alias {
    fn write(&self) -> Write {
        Write::put(ALIASES, Alias::key(&self.machine, &self.name), row::encode(self.encode()))
    }

    /// Where it stands among its machine's aliases: by age.
    fn position(&self) -> Vec<u8> {
        let sortable = (self.creation_date_ms as u64) ^ (1 << 63);
        [&sortable.to_be_bytes(), self.name.as_bytes()].concat()
    }
}

impl Names {
    pub(super) fn insert_alias(&mut self, alias: Alias) {
        self.aliases.entry(alias.machine.clone()).or_default().insert(alias.name.clone(), alias);
    }

    /// The alias of a machine by its name.
    pub(super) fn alias(&self, machine: &str, name: &str) -> Option<&Alias> {
        self.aliases.get(machine)?.get(name)
    }

    /// All aliases of a machine, by name.
    pub(super) fn aliases_of(&self, machine: &str) -> impl Iterator<Item = &Alias> {
        self.aliases.get(machine).into_iter().flat_map(|aliases| aliases.values())
    }
}

impl Registry {
    /// CreateStateMachineAlias. The same request again gives the same answer; an alias of that name with another description or routing is
    /// `ConflictException`.
    pub async fn create_state_machine_alias(
        &self,
        request: CreateStateMachineAliasRequest,
        now_ms: i64,
    ) -> Result<CreateStateMachineAliasResponse, Exception> {
        let change = self.change().await;
        let machine_arn = &request.routing.state_machine_arn;
        let machine = self.machine(machine_arn).map_err(|_| Exception::references_nothing())?.key;
        self.check_routes(&request.routing)?;
        let state_machine_alias_arn: Arc<str> = machine_arn.alias(&*request.name).to_string().into();
        {
            let names = self.names();
            if let Some(existing) = names.alias(&machine, &request.name) {
                if existing.description != request.description || existing.routes != request.routing.routes {
                    return Err(Exception::conflict(
                        "Failed to create alias because an alias with the same name and a different routing configuration already exists.",
                    ));
                }
                let creation_date_ms = existing.creation_date_ms;
                return Ok(CreateStateMachineAliasResponse { state_machine_alias_arn, creation_date_ms });
            }
            if names.aliases_of(&machine).count() >= limits::ALIASES_MAX {
                return Err(Exception::service_quota_exceeded("aliases of a state machine", limits::ALIASES_MAX));
            }
        }
        let alias = Alias {
            machine,
            name: request.name,
            description: request.description,
            routes: request.routing.routes,
            creation_date_ms: now_ms,
            update_date_ms: now_ms,
        };
        change.commit(vec![alias.write()], move |names| names.insert_alias(alias)).await?;
        Ok(CreateStateMachineAliasResponse { state_machine_alias_arn, creation_date_ms: now_ms })
    }

    /// UpdateStateMachineAlias: executions that run keep their version.
    pub async fn update_state_machine_alias(
        &self,
        request: UpdateStateMachineAliasRequest,
        now_ms: i64,
    ) -> Result<UpdateStateMachineAliasResponse, Exception> {
        let change = self.change().await;
        let mut alias = self.alias(&request.alias)?;
        if let Some(routing) = request.routing {
            self.check_routes(&routing)?;
            alias.routes = routing.routes;
        }
        if request.description.is_some() {
            alias.description = request.description;
        }
        alias.update_date_ms = now_ms;
        change.commit(vec![alias.write()], move |names| names.insert_alias(alias)).await?;
        Ok(UpdateStateMachineAliasResponse { update_date_ms: now_ms })
    }

    /// DescribeStateMachineAlias.
    pub async fn describe_state_machine_alias(
        &self,
        request: DescribeStateMachineAliasRequest,
        _now_ms: i64,
    ) -> Result<DescribeStateMachineAliasResponse, Exception> {
        let alias = self.alias(&request.alias)?;
        Ok(DescribeStateMachineAliasResponse {
            alias: request.alias,
            description: alias.description,
            routes: alias.routes,
            creation_date_ms: alias.creation_date_ms,
            update_date_ms: alias.update_date_ms,
        })
    }

    /// DeleteStateMachineAlias: deleting what is not there is fine (recorded).
    pub async fn delete_state_machine_alias(
        &self,
        request: DeleteStateMachineAliasRequest,
        _now_ms: i64,
    ) -> Result<EmptyResponse, Exception> {
        let change = self.change().await;
        if let Ok(alias) = self.alias(&request.alias) {
            let writes = vec![Write::delete(ALIASES, Alias::key(&alias.machine, &alias.name))];
            let apply = move |names: &mut Names| {
                if let Some(aliases) = names.aliases.get_mut(&alias.machine) {
                    aliases.remove(&alias.name);
                }
            };
            change.commit(writes, apply).await?;
        }
        Ok(EmptyResponse)
    }

    /// ListStateMachineAliases, oldest first; of a version only those that lead to it.
    pub async fn list_state_machine_aliases(
        &self,
        request: ListStateMachineAliasesRequest,
        now_ms: i64,
    ) -> Result<ListStateMachineAliasesResponse, Exception> {
        let arn = &request.state_machine_arn;
        let machine = self.machine(&arn.unqualified())?.key;
        let names = self.names();
        let version = match arn.qualifier {
            Qualifier::Version(number) => {
                names.version(&machine, number).ok_or_else(Exception::references_nothing)?;
                Some(number)
            }
            Qualifier::None | Qualifier::Alias(_) => None,
        };
        let wanted = |alias: &&Alias| version.is_none_or(|number| alias.leads_to(number));
        let mut aliases: Vec<(Vec<u8>, &Alias)> =
            names.aliases_of(&machine).filter(wanted).map(|alias| (alias.position(), alias)).collect();
        aliases.sort_by(|(left, _), (right, _)| left.cmp(right));
        let scope = format!("ListStateMachineAliases {arn}");
        let (aliases, next_token) = page_of(&request.paging, &scope, now_ms, |after| {
            Some(
                aliases
                    .into_iter()
                    .skip_while(move |(position, _)| after.as_ref().is_some_and(|after| position <= after)),
            )
        })?;
        let item = |alias: &Alias| StateMachineAliasListItem {
            state_machine_alias_arn: arn.alias(&*alias.name).to_string().into(),
            creation_date_ms: alias.creation_date_ms,
        };
        Ok(ListStateMachineAliasesResponse {
            state_machine_aliases: aliases.into_iter().map(item).collect(),
            next_token,
        })
    }

    fn alias(&self, arn: &AliasArn) -> Result<Alias, Exception> {
        let machine = self.machine(&arn.state_machine_arn).map_err(|_| Exception::references_nothing())?.key;
        self.names().alias(&machine, &arn.name).cloned().ok_or_else(Exception::references_nothing)
    }

    /// `ResourceNotFound` unless the machine has all versions of `routing`.
    fn check_routes(&self, routing: &Routing) -> Result<(), Exception> {
        let machine = self.key(&routing.state_machine_arn.name);
        let names = self.names();
        let exist = |version| names.version(&machine, version).is_some();
        if routing.routes.iter().all(|route| exist(route.version)) {
            Ok(())
        } else {
            Err(Exception::references_nothing())
        }
    }
}
