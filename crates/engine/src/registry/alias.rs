//! The row of an alias: a name for one or two versions.

use super::row::Row;
use api::Route;
use json::{Object, ObjectBuilder, Value, json};
use std::sync::Arc;
use store::{Bytes, StoreError};

/// An alias that exists.
#[derive(Clone, Debug)]
pub(super) struct Alias {
    /// The machine's key.
    pub(super) machine: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) description: Option<Arc<str>>,
    /// One or two, whose weights make 100.
    pub(super) routes: Vec<Route>,
    pub(super) creation_date_ms: i64,
    pub(super) update_date_ms: i64,
}

impl Alias {
    /// The key of its row. A zero ends the machine's name, which cannot hold one.
    pub(super) fn key(machine: &str, name: &str) -> Bytes {
        [machine.as_bytes(), &[0], name.as_bytes()].concat().into()
    }

    /// The version an execution runs, for a `draw` that is equally likely any number.
    pub(super) fn choose(&self, draw: u64) -> u64 {
        // The remainder of 2^64 by 100 makes the first sixteen of the hundred likelier by a part in 10^17.
        let mut left = draw % 100;
        for route in &self.routes {
            match left.checked_sub(u64::from(route.weight)) {
                Some(rest) => left = rest,
                None => return route.version,
            }
        }
        unreachable!("the weights of an alias make 100")
    }

    pub(super) fn leads_to(&self, version: u64) -> bool {
        self.routes.iter().any(|route| route.version == version)
    }

    pub(super) fn encode(&self) -> Object {
        let route = |route: &Route| json!({"version": (route.version as i64), "weight": (i64::from(route.weight))});
        let mut row = ObjectBuilder::new();
        row.insert("stateMachine", &self.machine);
        row.insert("name", &self.name);
        row.insert_some("description", self.description.as_ref());
        row.insert("routes", self.routes.iter().map(route).collect::<Vec<_>>());
        row.insert("creationDateMs", self.creation_date_ms);
        row.insert("updateDateMs", self.update_date_ms);
        row.build()
    }

    pub(super) fn decode(row: &Row) -> Result<Alias, StoreError> {
        let route = |route: &Value| {
            let number = |name: &str| route.get(name).and_then(Value::as_i64);
            let version = number("version")?.unsigned_abs();
            Some(Route { version, weight: u32::try_from(number("weight")?).ok()? })
        };
        let routes = row.value().get("routes").and_then(Value::as_array);
        let routes: Option<Vec<Route>> = routes.and_then(|routes| routes.iter().map(route).collect());
        let makes_100 = |routes: &Vec<Route>| routes.iter().map(|route| u64::from(route.weight)).sum::<u64>() == 100;
        Ok(Alias {
            machine: row.text("stateMachine")?,
            name: row.text("name")?,
            description: row.optional_text("description"),
            routes: routes.filter(makes_100).ok_or_else(|| row.missing("routes"))?,
            creation_date_ms: row.integer("creationDateMs")?,
            update_date_ms: row.integer("updateDateMs")?,
        })
    }
}
