//! CreateStateMachineAlias, UpdateStateMachineAlias, DescribeStateMachineAlias, DeleteStateMachineAlias and ListStateMachineAliases.

use crate::Paging;
use crate::exception::Exception;
use crate::fields::{Fields, read_body};
use crate::shapes::{
    ALIAS_DESCRIPTION, ARN, CHARACTER_RESTRICTED_NAME, PAGE_TOKEN, ROUTING_CONFIGURATION_LIST, VERSION_WEIGHT,
};
use crate::timestamp::timestamp;
use crate::versions::wrong_kind;
use arn::{Qualifier, StateMachineArn};
use json::{ObjectBuilder, Value, json};
use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Arc;

/// Where an alias leads: one or two versions of one machine, whose weights make 100 together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routing {
    /// The machine, unqualified.
    pub state_machine_arn: StateMachineArn,
    /// In the order in which they were given.
    pub routes: Vec<Route>,
}

/// A version and its share of an alias's executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The version's number.
    pub version: u64,
    /// Of 100 executions.
    pub weight: u32,
}

/// What a new alias shall be.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateStateMachineAliasRequest {
    /// A valid alias name.
    pub name: Arc<str>,
    /// Description of the alias.
    pub description: Option<Arc<str>>,
    /// Where it leads; this says which machine it is of.
    pub routing: Routing,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateStateMachineAliasResponse {
    /// The alias.
    pub state_machine_alias_arn: Arc<str>,
    /// When it was first created, in ms since the epoch.
    pub creation_date_ms: i64,
}

/// An alias by its ARN.
#[derive(Clone, Debug, PartialEq)]
pub struct AliasArn {
    /// Its machine, unqualified.
    pub state_machine_arn: StateMachineArn,
    /// Its name.
    pub name: Arc<str>,
}

/// What shall change; what is `None` stays.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateStateMachineAliasRequest {
    /// The alias.
    pub alias: AliasArn,
    /// The new description.
    pub description: Option<Arc<str>>,
    /// Where it leads from now on.
    pub routing: Option<Routing>,
}

/// When it changed.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateStateMachineAliasResponse {
    /// In ms since the epoch.
    pub update_date_ms: i64,
}

/// Which alias.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeStateMachineAliasRequest {
    /// The alias.
    pub alias: AliasArn,
}

/// An alias.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeStateMachineAliasResponse {
    /// The alias.
    pub alias: AliasArn,
    /// Description of the alias.
    pub description: Option<Arc<str>>,
    /// Where it leads.
    pub routes: Vec<Route>,
    /// In ms since the epoch.
    pub creation_date_ms: i64,
    /// When it was last changed, or created, in ms since the epoch.
    pub update_date_ms: i64,
}

/// Which alias shall go.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteStateMachineAliasRequest {
    /// The alias.
    pub alias: AliasArn,
}

/// Whose aliases, which page.
#[derive(Clone, Debug, PartialEq)]
pub struct ListStateMachineAliasesRequest {
    /// A machine, or a version: then only the aliases that lead to it.
    pub state_machine_arn: StateMachineArn,
    /// Size and place of the page.
    pub paging: Paging,
}

/// One alias in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct StateMachineAliasListItem {
    /// The alias.
    pub state_machine_alias_arn: Arc<str>,
    /// In ms since the epoch.
    pub creation_date_ms: i64,
}

/// A page of aliases.
#[derive(Clone, Debug, PartialEq)]
pub struct ListStateMachineAliasesResponse {
    /// Oldest first (recorded).
    pub state_machine_aliases: Vec<StateMachineAliasListItem>,
    /// Where the next page begins, if there is one.
    pub next_token: Option<String>,
}

/// Items of a list that an error message repeats at most.
const SHOWN_MAX: usize = 100;

/// `routingConfiguration` as written.
struct GivenRoutes(Vec<(Arc<str>, i64)>);

impl GivenRoutes {
    fn read(fields: &Fields<'_>) -> Result<Option<GivenRoutes>, Exception> {
        const NAME: &str = "routingConfiguration";
        let items = fields.structures(NAME, |item| {
            let weight = item.integer("weight", VERSION_WEIGHT)?;
            Ok((item.text("stateMachineVersionArn", ARN)?, item.required("weight", weight).unwrap_or_default()))
        })?;
        let Some(items) = items else { return Ok(None) };
        fields.check_count(NAME, items.len(), ROUTING_CONFIGURATION_LIST, || shown(&items));
        Ok(Some(GivenRoutes(items)))
    }

    /// The rules between the members, in the order and words of AWS; of the one about machines the words are not known.
    fn check(self) -> Result<Routing, Exception> {
        let arns: Vec<StateMachineArn> =
            self.0.iter().map(|(arn, _)| StateMachineArn::parse(arn)).collect::<Result<_, _>>()?;
        let texts: Vec<&str> = self.0.iter().map(|(arn, _)| &**arn).collect();
        let refused = |rule: &str| Err(invalid(format!("{rule}. Received: [{}]", texts.join(", "))));
        let versions: Option<Vec<u64>> = arns.iter().map(version_of).collect();
        let Some(versions) = versions else {
            return refused("Routing configuration must contain state machine version ARNs");
        };
        if texts.iter().collect::<HashSet<_>>().len() < texts.len() {
            return refused("Routing configuration must contain distinct state machine version ARNs");
        }
        let weights: Vec<i64> = self.0.iter().map(|(_, weight)| *weight).collect();
        if weights.iter().sum::<i64>() != 100 {
            let weights: Vec<String> = weights.iter().map(i64::to_string).collect();
            let received = weights.join(", ");
            return Err(invalid(format!(
                "Sum of routing configuration weights must equal 100. Received: [{received}]"
            )));
        }
        let machine = arns[0].unqualified();
        if arns.iter().any(|arn| arn.unqualified() != machine) {
            return refused("Routing configuration must contain version ARNs of one state machine");
        }
        let route = |(version, weight): (&u64, &i64)| Route {
            version: *version,
            weight: u32::try_from(*weight).expect("between 0 and 100, as the front end has checked"),
        };
        Ok(Routing { state_machine_arn: machine, routes: versions.iter().zip(&weights).map(route).collect() })
    }
}

fn version_of(arn: &StateMachineArn) -> Option<u64> {
    match arn.qualifier {
        Qualifier::Version(version) => Some(version),
        Qualifier::None | Qualifier::Alias(_) => None,
    }
}

fn invalid(message: String) -> Exception {
    Exception::validation(message).with("reason", "INVALID_ROUTING_CONFIGURATION")
}

/// The list as AWS's front end prints it.
fn shown(items: &[(Arc<str>, i64)]) -> String {
    let mut text = String::from("[");
    for (position, (arn, weight)) in items.iter().take(SHOWN_MAX).enumerate() {
        let comma = if position == 0 { "" } else { ", " };
        write!(text, "{comma}RoutingConfigurationListItem(stateMachineVersionArn={arn}, weight={weight})")
            .expect("a String takes all");
    }
    text + if items.len() > SHOWN_MAX { ", ...]" } else { "]" }
}

impl AliasArn {
    fn parse(text: &str) -> Result<AliasArn, Exception> {
        let arn = StateMachineArn::parse(text)?;
        let state_machine_arn = arn.unqualified();
        match arn.qualifier {
            Qualifier::Alias(name) => Ok(AliasArn { state_machine_arn, name: name.into() }),
            Qualifier::None | Qualifier::Version(_) => Err(wrong_kind()),
        }
    }

    fn read(fields: &Fields<'_>) -> Result<Arc<str>, Exception> {
        fields.text("stateMachineAliasArn", ARN)
    }

    /// The ARN's text.
    pub fn text(&self) -> Arc<str> {
        self.state_machine_arn.alias(&*self.name).to_string().into()
    }
}

impl CreateStateMachineAliasRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<CreateStateMachineAliasRequest, Exception> {
        let (name, description, routes) = read_body(body, |fields| {
            let routes = fields.required("routingConfiguration", GivenRoutes::read(fields)?);
            Ok((
                fields.text("name", CHARACTER_RESTRICTED_NAME)?,
                fields.optional_text("description", ALIAS_DESCRIPTION)?,
                routes.unwrap_or(GivenRoutes(Vec::new())),
            ))
        })?;
        Ok(CreateStateMachineAliasRequest { name, description, routing: routes.check()? })
    }
}

impl UpdateStateMachineAliasRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<UpdateStateMachineAliasRequest, Exception> {
        let (arn, description, routes) = read_body(body, |fields| {
            Ok((
                AliasArn::read(fields)?,
                fields.optional_text("description", ALIAS_DESCRIPTION)?,
                GivenRoutes::read(fields)?,
            ))
        })?;
        let alias = AliasArn::parse(&arn)?;
        if description.is_none() && routes.is_none() {
            let message = "Either the description or the routingConfiguration must be specified";
            return Err(Exception::validation(message).with("reason", "MISSING_REQUIRED_PARAMETER"));
        }
        let routing = routes.map(GivenRoutes::check).transpose()?;
        if let Some(routing) = &routing
            && routing.state_machine_arn != alias.state_machine_arn
        {
            let arns: Vec<String> = routing
                .routes
                .iter()
                .map(|route| routing.state_machine_arn.version(route.version).to_string())
                .collect();
            return Err(invalid(format!(
                "Routing configuration must contain version ARNs of the alias's state machine. Received: [{}]",
                arns.join(", ")
            )));
        }
        Ok(UpdateStateMachineAliasRequest { alias, description, routing })
    }
}

impl DescribeStateMachineAliasRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<DescribeStateMachineAliasRequest, Exception> {
        Ok(DescribeStateMachineAliasRequest { alias: AliasArn::parse(&read_body(body, AliasArn::read)?)? })
    }
}

impl DeleteStateMachineAliasRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<DeleteStateMachineAliasRequest, Exception> {
        Ok(DeleteStateMachineAliasRequest { alias: AliasArn::parse(&read_body(body, AliasArn::read)?)? })
    }
}

impl ListStateMachineAliasesRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<ListStateMachineAliasesRequest, Exception> {
        let (arn, paging) =
            read_body(body, |fields| Ok((fields.text("stateMachineArn", ARN)?, Paging::read(fields, PAGE_TOKEN)?)))?;
        let state_machine_arn = StateMachineArn::parse(&arn)?;
        if state_machine_arn.label.is_some() || matches!(state_machine_arn.qualifier, Qualifier::Alias(_)) {
            return Err(wrong_kind());
        }
        Ok(ListStateMachineAliasesRequest { state_machine_arn, paging })
    }
}

impl CreateStateMachineAliasResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        json!({
            "stateMachineAliasArn": (&self.state_machine_alias_arn),
            "creationDate": (timestamp(self.creation_date_ms))
        })
    }
}

impl UpdateStateMachineAliasResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        json!({"updateDate": (timestamp(self.update_date_ms))})
    }
}

impl DescribeStateMachineAliasResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let machine = &self.alias.state_machine_arn;
        let route = |route: &Route| {
            json!({
                "stateMachineVersionArn": (machine.version(route.version).to_string()),
                "weight": (i64::from(route.weight))
            })
        };
        let mut body = ObjectBuilder::new();
        body.insert("stateMachineAliasArn", self.alias.text());
        body.insert("name", &self.alias.name);
        body.insert_some("description", self.description.as_ref());
        body.insert("routingConfiguration", self.routes.iter().map(route).collect::<Vec<_>>());
        body.insert("creationDate", timestamp(self.creation_date_ms));
        body.insert("updateDate", timestamp(self.update_date_ms));
        body.build().into()
    }
}

impl StateMachineAliasListItem {
    fn encode(&self) -> Value {
        json!({
            "stateMachineAliasArn": (&self.state_machine_alias_arn),
            "creationDate": (timestamp(self.creation_date_ms))
        })
    }
}

impl ListStateMachineAliasesResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        let aliases = self.state_machine_aliases.iter().map(StateMachineAliasListItem::encode);
        body.insert("stateMachineAliases", aliases.collect::<Vec<_>>());
        body.insert_some("nextToken", self.next_token.as_ref());
        body.build().into()
    }
}
