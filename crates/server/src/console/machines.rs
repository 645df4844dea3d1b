//! State machines: the list with how they have done lately, and one of them whole.

use super::executions::{Outcome, Status, express_row, standard_row};
use super::failure::Failure;
use super::query::Query;
use super::shape::shapes;
use super::{Console, cursor};
use api::{
    DescribeStateMachineRequest, ExecutionStatus, ListStateMachineAliasesRequest, ListStateMachineVersionsRequest,
    StateMachineType,
};
use arn::StateMachineArn;
use asl::definition::{Resource, StateKind};
use engine::registry::Revision;
use engine::{ExecutionsQuery, ExpressQuery, ListedMachine};
use json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Executions that a machine's figures are of.
const SAMPLE: usize = 100;
/// Executions shown as a strip.
const STRIP: usize = 20;
/// Machines on a page.
const PAGE: usize = 50;
const PAGE_MAX: usize = 200;

shapes! {
    /// `STANDARD` or `EXPRESS`.
    enum MachineType {
        /// Durable.
        Standard = "STANDARD",
        /// In memory.
        Express = "EXPRESS",
    }

    /// A page of state machines, by name.
    struct Machines {
        /// The machines.
        items: Vec<Machine>,
        /// Where the next page begins.
        next: Option<String>,
    }

    /// A state machine and how it has done lately.
    struct Machine {
        /// Its ARN.
        arn: Arc<str>,
        /// Its name.
        name: Arc<str>,
        /// Its type.
        r#type: MachineType,
        /// When it was created.
        created_at: i64,
        /// When its definition was changed last.
        updated_at: i64,
        /// `JSONPath` or `JSONata`: that of the whole definition.
        query_language: Arc<str>,
        /// States it has, nested ones included.
        states: usize,
        /// AWS's `revisionId`; null as long as it has never been changed.
        revision: Option<Arc<str>>,
        /// Executions that run, counted up to `limits.counts`.
        running: usize,
        /// The newest executions, 20 at most, newest first.
        recent: Vec<Outcome>,
        /// How many of the last 100 closed executions did not succeed, 0 to 1; null if there are none.
        failure_rate: Option<f64>,
        /// How long 95 of 100 of the last succeeded executions took at most, in ms.
        p95_ms: Option<i64>,
        /// The services its tasks call, such as `lambda`.
        services: Vec<String>,
    }

    /// A state machine, whole.
    struct MachineDetail with machine: Machine {
        /// The definition byte for byte.
        definition: Arc<str>,
        /// The role it was created with.
        role_arn: Arc<str>,
        /// The definition's `Comment`.
        comment: Option<String>,
        /// AWS's `loggingConfiguration`.
        logging: Value,
        /// AWS's `tracingConfiguration`.
        tracing: Value,
        /// Its versions, newest first, 100 at most.
        versions: Vec<Version>,
        /// Its aliases by name, 100 at most.
        aliases: Vec<Alias>,
        /// The picture, as the crate `diagram` makes it; null if there is none.
        scene: Value,
        /// What is doubtful in the definition.
        problems: Vec<Problem>,
    }

    /// A published version.
    struct Version {
        /// Its ARN.
        arn: Arc<str>,
        /// Its number.
        version: u64,
        /// When it was published.
        created_at: i64,
    }

    /// An alias.
    struct Alias {
        /// Its ARN.
        arn: Arc<str>,
        /// Its name.
        name: String,
        /// When it was created.
        created_at: i64,
        /// Where it leads.
        routes: Vec<Route>,
    }

    /// A version that an alias leads to.
    struct Route {
        /// The version's number.
        version: u64,
        /// In percent.
        weight: u64,
    }

    /// How bad a problem is.
    enum Severity {
        /// The definition cannot run.
        Error = "ERROR",
        /// It can, but probably not as meant.
        Warning = "WARNING",
        /// A hint.
        Info = "INFO",
    }

    /// A finding about a definition.
    struct Problem {
        /// Its code.
        code: String,
        /// How bad it is.
        severity: Severity,
        /// In a sentence.
        message: String,
        /// Where it is, in AWS's form.
        location: String,
        /// First byte of the text that is meant, and the byte behind the last.
        span: Vec<usize>,
    }
}

impl Console {
    /// `GET machines?q=&cursor=&limit=`
    pub(super) async fn machines(&self, query: &Query) -> Result<Machines, Failure> {
        let limit = query.limit(PAGE, PAGE_MAX)?;
        let text = query.text("q").unwrap_or_default().to_lowercase();
        let scope = format!("machines {text}");
        let after = query.text("cursor").map(|given| cursor::decode(&scope, given)).transpose()?;
        let all = self.engine.machines();
        let is_behind = |machine: &&ListedMachine| after.as_ref().is_none_or(|after| *machine.arn.name > **after);
        let fits = |machine: &&ListedMachine| machine.arn.name.to_lowercase().contains(&text);
        let wanted: Vec<_> = all.iter().filter(is_behind).filter(fits).take(limit + 1).collect();
        let next = (wanted.len() > limit).then(|| cursor::encode(&scope, &wanted[limit - 1].arn.name));
        let mut items = Vec::new();
        for machine in &wanted[..wanted.len().min(limit)] {
            // One that is deleted meanwhile is left out.
            items.extend(self.shown_machine(machine).await.ok().map(|(machine, _)| machine));
        }
        Ok(Machines { items, next })
    }

    /// `GET machines/{name}`
    pub(super) async fn machine(&self, name: &str) -> Result<MachineDetail, Failure> {
        let all = self.engine.machines();
        let missing = || Failure::not_found(format!("There is no state machine '{name}'"));
        let listed = all.into_iter().find(|machine| machine.arn.name == *name).ok_or_else(missing)?;
        let (machine, revision) = self.shown_machine(&listed).await?;
        let of = json!({"stateMachineArn": (&*machine.arn)});
        let described = self.engine.describe_state_machine(DescribeStateMachineRequest::decode(&of)?).await?.encode();
        let member = |name: &str| described.get(name).cloned().unwrap_or(Value::Null);
        Ok(MachineDetail {
            definition: revision.definition_text.clone(),
            role_arn: revision.role_arn.clone(),
            comment: revision.definition.comment.clone(),
            logging: member("loggingConfiguration"),
            tracing: member("tracingConfiguration"),
            versions: self.versions(&of).await?,
            aliases: self.aliases(&of).await?,
            scene: super::scene::of(&revision.definition_text),
            problems: super::scene::problems(&revision.definition_text),
            machine,
        })
    }

    async fn versions(&self, of: &Value) -> Result<Vec<Version>, Failure> {
        let response = self.engine.list_state_machine_versions(ListStateMachineVersionsRequest::decode(of)?).await?;
        let version = |item: &Value| {
            let arn: Arc<str> = item.get("stateMachineVersionArn")?.as_str()?.into();
            Some(Version { version: number_of(&arn)?, created_at: time(item.get("creationDate")?), arn })
        };
        Ok(items(&response.encode(), "stateMachineVersions").iter().filter_map(version).collect())
    }

    async fn aliases(&self, of: &Value) -> Result<Vec<Alias>, Failure> {
        let response = self.engine.list_state_machine_aliases(ListStateMachineAliasesRequest::decode(of)?).await?;
        let mut aliases = Vec::new();
        for item in items(&response.encode(), "stateMachineAliases") {
            let Some(arn) = item.get("stateMachineAliasArn").and_then(Value::as_str) else { continue };
            let of = json!({"stateMachineAliasArn": arn});
            let request = api::DescribeStateMachineAliasRequest::decode(&of)?;
            // One that is deleted meanwhile is left out.
            let Ok(described) = self.engine.describe_state_machine_alias(request).await else { continue };
            let described = described.encode();
            let route = |route: &Value| {
                let version = number_of(route.get("stateMachineVersionArn")?.as_str()?)?;
                Some(Route { version, weight: route.get("weight")?.as_i64()?.unsigned_abs() })
            };
            aliases.push(Alias {
                name: arn.rsplit(':').next().unwrap_or_default().to_owned(),
                arn: arn.into(),
                created_at: described.get("creationDate").map_or(0, time),
                routes: items(&described, "routingConfiguration").iter().filter_map(route).collect(),
            });
        }
        Ok(aliases)
    }

    async fn shown_machine(&self, listed: &ListedMachine) -> Result<(Machine, Arc<Revision>), Failure> {
        let revision = self.engine.current_revision(&listed.arn).await?;
        let is_express = listed.machine_type == StateMachineType::Express;
        let (recent, running) =
            if is_express { self.express_outcomes(&listed.arn) } else { self.outcomes(&listed.arn).await? };
        let closed: Vec<&Outcome> = recent.iter().filter(|outcome| outcome.status != Status::Running).collect();
        let failed = closed.iter().filter(|outcome| outcome.status != Status::Succeeded).count();
        let failure_rate = (!closed.is_empty()).then(|| failed as f64 / closed.len() as f64);
        let succeeded = closed.iter().filter(|outcome| outcome.status == Status::Succeeded);
        let mut took: Vec<i64> =
            succeeded.filter_map(|outcome| Some(outcome.stopped_at? - outcome.started_at)).collect();
        took.sort_unstable();
        let p95_ms = (!took.is_empty()).then(|| took[(took.len() * 95).div_ceil(100) - 1]);
        let definition = &revision.definition;
        let states = || definition.scopes.iter().flat_map(|scope| &scope.states);
        let services: BTreeSet<String> = states().filter_map(|state| service(&state.kind)).collect();
        let machine = Machine {
            arn: listed.arn.to_string().into(),
            name: listed.arn.name.as_str().into(),
            r#type: if is_express { MachineType::Express } else { MachineType::Standard },
            created_at: listed.creation_date_ms,
            updated_at: revision.update_date_ms,
            query_language: super::scene::query_language(&revision.definition_text),
            states: states().count(),
            revision: revision.revision_id.clone(),
            running,
            recent: recent.into_iter().take(STRIP).collect(),
            failure_rate,
            p95_ms,
            services: services.into_iter().collect(),
        };
        Ok((machine, revision))
    }

    async fn outcomes(&self, arn: &StateMachineArn) -> Result<(Vec<Outcome>, usize), Failure> {
        let mut query = ExecutionsQuery { state_machine_name: Some(arn.name.clone()), ..ExecutionsQuery::default() };
        let page = self.engine.executions_page(&query, None, SAMPLE).await?;
        query.statuses = vec![ExecutionStatus::Running];
        let running = self.engine.execution_counts(&query).await?.first().map_or(0, |(_, count)| *count);
        Ok((page.executions.into_iter().map(|listed| standard_row(listed).outcome()).collect(), running))
    }

    fn express_outcomes(&self, arn: &StateMachineArn) -> (Vec<Outcome>, usize) {
        let mut query =
            ExpressQuery { state_machine_name: Some(arn.name.clone()), max_results: SAMPLE, ..ExpressQuery::default() };
        let recent =
            self.engine.express_executions(&query).into_iter().map(|found| express_row(found).outcome()).collect();
        (query.status, query.max_results) = (Some(ExecutionStatus::Running), engine::COUNT_MAX);
        (recent, self.engine.express_executions(&query).len())
    }
}

/// What a task is of: a service's name as it stands in `Resource`.
fn service(kind: &StateKind) -> Option<String> {
    let StateKind::Task(task) = kind else { return None };
    Some(match &task.resource {
        Resource::LambdaFunction { .. } => "lambda".to_owned(),
        Resource::Activity { .. } => "activity".to_owned(),
        Resource::Service { service, .. } => service.clone(),
    })
}

fn items(response: &Value, name: &str) -> Vec<Value> {
    response.get(name).and_then(Value::as_array).map(|items| items.iter().cloned().collect()).unwrap_or_default()
}

fn number_of(version_arn: &str) -> Option<u64> {
    version_arn.rsplit(':').next()?.parse().ok()
}

/// A time of AWS's JSON, seconds with three digits behind the point, in ms.
fn time(seconds: &Value) -> i64 {
    seconds.as_number().map_or(0, |seconds| (seconds.as_f64() * 1000.0).round() as i64)
}
