//! A Map Run as the interpreter sees it: what a Distributed Map asks for, and what its child executions begin with.
//!
//! The run itself is not here: reading items, starting child executions and gathering their results take as long as they take, and are the
//! engine's. What is pure about it is: the plan, into which the state's fields are evaluated once, and [`Plan::select`], which makes an
//! item's input of it.

use crate::Timestamp;
use crate::failure::{Failure, Fault, error_name};
use crate::frame::FrameId;
use asl::definition::{MapState, ScopeIndex, StateIndex, StateKind, Template};
use asl::{MachineType, StateMachineDefinition};
use expressions::{JsonataScope, Random, Scope};
use json::{Array, Object, ObjectBuilder, Payload, Value, json};
use std::fmt;
use std::sync::Arc;

/// What tells Map Runs apart; shown as a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MapRunId(pub u128);

impl MapRunId {
    /// The next random one.
    pub(crate) fn draw(random: &mut Random) -> MapRunId {
        let bits = u128::from(random.next_u64()) << 64 | u128::from(random.next_u64());
        MapRunId(with_version(bits, 4))
    }

    /// The one that a text shows.
    pub fn parse(text: &str) -> Option<MapRunId> {
        let hex: String = text.split('-').collect();
        let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase());
        let id = MapRunId(u128::from_str_radix(&hex, 16).ok().filter(|_| hex.len() == 32 && is_hex)?);
        (id.to_string() == text).then_some(id)
    }

    /// The name of the child execution `index`: the same whenever it is asked for, so that a child is not started twice.
    pub fn child_name(self, index: u64) -> Arc<str> {
        let high = mixed((self.0 >> 64) as u64 ^ index);
        // Each half is a bijection of the index, so that no two children of a run have the same name.
        let low = mixed(self.0 as u64 ^ index.rotate_left(32));
        uuid(with_version(u128::from(high) << 64 | u128::from(low), 8)).into()
    }

    /// The seed of the random numbers of the child execution `index`, and of its item's selection.
    pub fn child_seed(self, index: u64) -> u64 {
        mixed((self.0 >> 64) as u64 ^ mixed(self.0 as u64 ^ mixed(index)))
    }
}

impl fmt::Display for MapRunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&uuid(self.0))
    }
}

fn with_version(bits: u128, version: u128) -> u128 {
    bits & !(0xF000 << 64) & !(0xC000_u128 << 48) | version << 76 | 0x8000_u128 << 48
}

fn uuid(bits: u128) -> String {
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// SplitMix64's finishing steps.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// What makes an execution a child of a Map Run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapRunChild {
    /// The run.
    pub run: MapRunId,
    /// The `ItemProcessor` it runs.
    pub processor: ScopeIndex,
    /// Which child of the run it is.
    pub index: u64,
    /// How many items it was given.
    pub items: u64,
}

/// A Map Run to be started.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRunStart {
    /// The run.
    pub run: MapRunId,
    /// The frame of the Map state, which waits for its end.
    pub frame: FrameId,
    /// The run's ARN.
    pub map_run_arn: Arc<str>,
    /// The scope the Map state is in.
    pub scope: ScopeIndex,
    /// The Map state.
    pub state: StateIndex,
    /// The `MapRunStarted` event.
    pub started_event: u64,
    /// The text of a [`Plan`].
    pub plan: Payload,
}

/// How a Map Run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum MapRunEnd {
    /// With this result.
    Succeeded {
        /// The results of the items, or where they were written.
        output: Payload,
    },
    /// Not.
    Failed {
        /// The error's name.
        error: Arc<str>,
        /// Its cause.
        cause: Arc<str>,
    },
}

/// The label in the ARNs of a Map state's runs and children: the definition's own, or one that is the same for the same state of the same
/// machine.
pub fn label(state_machine_arn: &str, state: &str, map: &MapState) -> Arc<str> {
    if let Some(label) = map.distributed.as_ref().and_then(|distributed| distributed.label.as_deref()) {
        return label.into();
    }
    let hash = |basis: u64| {
        let bytes = state_machine_arn.bytes().chain([0]).chain(state.bytes());
        mixed(bytes.fold(basis, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    };
    let bits = u128::from(hash(0xcbf2_9ce4_8422_2325)) << 64 | u128::from(hash(0x6c62_272e_07bb_0142));
    uuid(with_version(bits, 8)).into()
}

/// A Map Run's plan: the fields of the state, evaluated.
///
/// It is kept as JSON, in which an older plan may lack what a newer one has.
#[derive(Clone, Debug)]
pub struct Plan {
    whole: Value,
    /// `MaxConcurrency`; zero for as many as there may be.
    pub max_concurrency: u64,
    /// `ToleratedFailureCount`, if it was asked for.
    pub tolerated_failure_count: Option<u64>,
    /// `ToleratedFailurePercentage`, if it was asked for.
    pub tolerated_failure_percentage: Option<f64>,
    /// Whether children are Express executions.
    pub is_express: bool,
    /// The variables that `ItemSelector` sees.
    variables: Object,
}

/// `ItemBatcher`, evaluated.
#[derive(Clone, Debug, Default)]
pub struct Batcher {
    /// `MaxItemsPerBatch`
    pub items_max: Option<u64>,
    /// `MaxInputBytesPerBatch`
    pub bytes_max: Option<u64>,
    /// `BatchInput`
    pub input: Option<Value>,
}

/// Something to read items from, or to write results to.
#[derive(Clone, Debug)]
pub struct Place {
    /// `Resource`
    pub resource: Option<Arc<str>>,
    /// `Parameters` or `Arguments`, evaluated.
    pub arguments: Value,
    /// `ReaderConfig` or `WriterConfig` as written.
    pub config: Value,
}

/// One item.
#[derive(Clone, Copy, Debug)]
pub struct Item<'i> {
    /// Its position.
    pub index: u64,
    /// Itself.
    pub value: &'i Value,
    /// Its key, if what is iterated is an object.
    pub key: Option<&'i str>,
}

impl Plan {
    /// Reads a plan.
    pub fn read(text: &Payload) -> Plan {
        let whole = text.value().clone();
        let number = |name: &str| whole.get(name).and_then(Value::as_i64).map(i64::unsigned_abs);
        Plan {
            max_concurrency: number("MaxConcurrency").unwrap_or(0),
            tolerated_failure_count: number("ToleratedFailureCount"),
            tolerated_failure_percentage: whole
                .get("ToleratedFailurePercentage")
                .and_then(Value::as_number)
                .map(json::Number::as_f64),
            is_express: whole.get("Express").and_then(Value::as_bool).unwrap_or(false),
            variables: whole.get("Variables").and_then(Value::as_object).cloned().unwrap_or_default(),
            whole,
        }
    }

    /// The items, unless they are to be read from outside.
    pub fn items(&self) -> Option<&Array> {
        self.whole.get("Items").and_then(Value::as_array)
    }

    /// Where to read items from.
    pub fn reader(&self) -> Option<Place> {
        self.whole.get("ItemReader").map(place)
    }

    /// `MaxItems`, which may be nonsense; zero means no limit.
    pub fn max_items(&self) -> Option<i64> {
        self.whole.get("MaxItems").and_then(Value::as_i64)
    }

    /// `ItemBatcher`
    pub fn batcher(&self) -> Option<Batcher> {
        let batcher = self.whole.get("ItemBatcher")?;
        let number = |name: &str| batcher.get(name).and_then(Value::as_i64).map(i64::unsigned_abs);
        Some(Batcher {
            items_max: number("MaxItemsPerBatch"),
            bytes_max: number("MaxInputBytesPerBatch"),
            input: batcher.get("BatchInput").cloned(),
        })
    }

    /// Where to write results to, and how.
    pub fn writer(&self) -> Option<Place> {
        self.whole.get("ResultWriter").map(place)
    }

    /// What `ItemSelector` makes of an item, or the item itself. `source` is the context object's `Map.Item.Source`.
    ///
    /// # Errors
    /// The error's name and its cause, which end the run.
    pub fn select(
        &self,
        definition: &StateMachineDefinition,
        (scope, state): (ScopeIndex, StateIndex),
        item: Item<'_>,
        source: &str,
        seed: u64,
        now: Timestamp,
    ) -> Result<Value, (Arc<str>, Arc<str>)> {
        let state = definition.state(scope, state);
        let StateKind::Map(map) = &state.kind else { unreachable!("the run of a Map state") };
        let Some(template) = &map.item_selector else { return Ok(item.value.clone()) };
        let context = self.context(item, source);
        let input = self.whole.get("Input").unwrap_or(&Value::Null);
        let mut random = Random::new(seed);
        let selected = match template {
            Template::JsonPath(template) => {
                let scope = Scope { input, context: &context, variables: &self.variables };
                template.evaluate(&scope, &mut random).map_err(Fault::from)
            }
            Template::Jsonata(template) => {
                let states = json!({"input": input, "context": context});
                let scope = JsonataScope { states: &states, variables: &self.variables, now_ms: now.0 };
                template.evaluate("ItemSelector", &scope, &mut random).map_err(Fault::from)
            }
        };
        let entered = self.whole.get("EnteredEvent").and_then(Value::as_i64).unwrap_or(0).unsigned_abs();
        selected.map_err(|fault| {
            let Failure { error, cause, .. } = fault.at(&state.name, entered);
            (error.unwrap_or_else(|| error_name::RUNTIME.into()), cause.unwrap_or_default())
        })
    }

    fn context(&self, item: Item<'_>, source: &str) -> Value {
        let mut context = ObjectBuilder::new();
        for (key, value) in self.whole.get("Context").and_then(Value::as_object).into_iter().flat_map(Object::iter) {
            context.insert(key.clone(), value);
        }
        let mut shown = ObjectBuilder::new();
        shown.insert("Index", item.index).insert("Value", item.value);
        shown.insert_some("Key", item.key);
        shown.insert("Source", source);
        context.insert("Map", json!({"Item": (shown.build())}));
        context.build().into()
    }
}

fn place(value: &Value) -> Place {
    let member = |name: &str| value.get(name).cloned().unwrap_or_default();
    Place {
        resource: value.get("Resource").and_then(Value::as_str).map(Into::into),
        arguments: member("Arguments"),
        config: member("Config"),
    }
}

/// Whether the children of a Distributed Map are Express executions.
pub(crate) fn is_express(execution_type: MachineType) -> bool {
    execution_type == MachineType::Express
}
