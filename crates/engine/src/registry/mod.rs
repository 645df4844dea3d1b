//! What exists besides executions: state machines, their revisions, versions and aliases, activities, tags.
//!
//! Everything is durable in the control partition before it is answered; names and small facts are held in memory, definitions are
//! loaded and parsed when needed. Changes are made one at a time. Executions are not known here: who deletes a machine ends its
//! executions.
//!
//! Reading order: [`Registry`], `revision`, `state_machines`, `versions`, `aliases`, `activities`, `tags`, `change` (how something becomes durable).

mod account;
mod activities;
mod activity;
mod alias;
mod aliases;
mod change;
mod definition;
mod machine;
mod page;
mod revision;
mod revision_cache;
mod row;
mod state_machines;
mod tables;
mod tags;
#[cfg(test)]
mod tests;
mod version;
mod versions;

pub(crate) use account::key;
pub use arn::Identity;
pub(crate) use definition::{TESTED_STATE, parse_state};
pub use revision::{Revision, RevisionNumber};
pub use state_machines::DeletedStateMachine;
pub use tables::CONTROL;

use activity::Activity;
use alias::Alias;
use api::Exception;
use arn::{ActivityArn, Qualifier, StateMachineArn};
use change::Changer;
use machine::Machine;
use revision_cache::RevisionCache;
use row::Row;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard};
use store::{Range, Store, StoreError, Table};
use version::Version;

/// Rows read in one go while opening.
const LOAD_ROWS: usize = 1000;

/// The registry of one server, as one account sees it. Cloning shares it.
#[derive(Clone)]
pub struct Registry(Arc<Inner>, Identity);

struct Inner {
    store: Arc<dyn Store>,
    /// The server's own account.
    home: Identity,
    names: RwLock<Names>,
    /// Rises with every change of `names`, after it.
    generation: AtomicU64,
    revisions: RevisionCache,
    changer: Arc<tokio::sync::Mutex<Changer>>,
}

/// What exists, by key (see `account`). Changed only after the change is durable.
#[derive(Default)]
struct Names {
    machines: BTreeMap<Arc<str>, Machine>,
    activities: BTreeMap<Arc<str>, Activity>,
    /// By machine and number. A machine without versions need not be there.
    versions: BTreeMap<Arc<str>, BTreeMap<u64, Version>>,
    /// By machine and name. A machine without aliases need not be there.
    aliases: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Alias>>,
}

/// What is behind an ARN: a revision, and the version and the alias on the way to it.
struct Resolved {
    revision: RevisionNumber,
    version: Option<u64>,
    alias: Option<Arc<str>>,
}

/// What an execution runs, and why that.
pub struct Started {
    /// The definition and its settings.
    pub revision: Arc<Revision>,
    /// The version, if one was named or an alias led to it.
    pub version: Option<u64>,
    /// The alias, if one was named.
    pub alias: Option<Arc<str>>,
}

impl Registry {
    /// Takes over the control partition of `store` and loads what exists.
    pub async fn open(store: Arc<dyn Store>, identity: Identity) -> Result<Registry, StoreError> {
        let epoch = store.open_partition(CONTROL).await?;
        let mut names = Names::default();
        load(&*store, tables::STATE_MACHINES, |row| {
            let machine = Machine::decode(row)?;
            names.machines.insert(machine.key.clone(), machine);
            Ok(())
        })
        .await?;
        load(&*store, tables::ACTIVITIES, |row| {
            let activity = Activity::decode(row)?;
            names.activities.insert(activity.key.clone(), activity);
            Ok(())
        })
        .await?;
        load(&*store, tables::VERSIONS, |row| Version::decode(row).map(|version| names.insert_version(version)))
            .await?;
        load(&*store, tables::ALIASES, |row| Alias::decode(row).map(|alias| names.insert_alias(alias))).await?;
        let last = store.scan(CONTROL, Range::all(tables::REVISIONS).reversed().limit(1)).await?;
        let last_revision =
            last.first().and_then(|(key, _)| RevisionNumber::from_key(key)).unwrap_or(RevisionNumber(0));
        let changer = Changer::new(epoch, last_revision);
        let inner = Inner {
            store,
            home: identity.clone(),
            names: RwLock::new(names),
            generation: AtomicU64::new(0),
            revisions: RevisionCache::default(),
            changer: Arc::new(tokio::sync::Mutex::new(changer)),
        };
        Ok(Registry(Arc::new(inner), identity))
    }

    /// The identity of every ARN that is shown.
    pub fn identity(&self) -> &Identity {
        &self.1
    }

    /// What an execution started now with `arn` runs: the machine's latest revision, the version named, or one that the alias named leads
    /// to, by its weights and a `draw` that is equally likely any number. `StateMachineDoesNotExist` if there is no such thing.
    pub async fn started(&self, arn: &StateMachineArn, draw: u64) -> Result<Started, Exception> {
        let Resolved { revision, version, alias } = self.names().resolve(self, arn, draw)?;
        let revision = self.revision(revision).await.map_err(|error| change::exception(&error))?;
        Ok(Started { revision, version, alias })
    }

    /// A number that is another one after every change. What [`started`](Registry::started) said after it was read is still true while it is
    /// the same, but for the draws of aliases.
    pub fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    /// `StateMachineDoesNotExist` unless there are the machine and the version or alias that `arn` names.
    pub fn check_exists(&self, arn: &StateMachineArn) -> Result<(), Exception> {
        self.names().resolve(self, arn, 0).map(drop)
    }

    /// A machine's latest revision. `StateMachineDoesNotExist` if there is none, or if a version, alias or label is named.
    pub async fn current(&self, arn: &StateMachineArn) -> Result<Arc<Revision>, Exception> {
        let machine = self.machine(arn)?;
        self.revision(machine.current).await.map_err(|error| change::exception(&error))
    }

    /// A revision by its number, as stored with an execution.
    pub async fn revision(&self, number: RevisionNumber) -> Result<Arc<Revision>, StoreError> {
        if let Some(revision) = self.0.revisions.get(number) {
            return Ok(revision);
        }
        let place = format!("revision {number} of the control partition");
        let Some(bytes) = self.0.store.get(CONTROL, tables::REVISIONS, &number.key()).await? else {
            return Err(StoreError::Corrupt { what: "a missing row".to_owned(), place });
        };
        let revision = Arc::new(Revision::decode(&Row::decode(&bytes, place)?, number, &self.0)?);
        self.0.revisions.insert(revision.clone());
        Ok(revision)
    }

    /// Whether the activity exists: what a Task state asks before it schedules one.
    pub fn activity_exists(&self, arn: &ActivityArn) -> bool {
        arn.identity == self.1 && self.names().activities.contains_key(&*self.key(&arn.name))
    }

    /// The machine an ARN names; a version, an alias or a label is none.
    fn machine(&self, arn: &StateMachineArn) -> Result<Machine, Exception> {
        let found = (arn.identity == self.1 && arn.qualifier == Qualifier::None && arn.label.is_none())
            .then(|| self.names().machines.get(&*self.key(&arn.name)).cloned());
        found.flatten().ok_or_else(|| Exception::state_machine_does_not_exist(arn))
    }

    fn machine_arn(&self, key: &str) -> StateMachineArn {
        StateMachineArn::new(self.0.owner(key), account::name_of(key))
    }

    fn activity_arn(&self, key: &str) -> ActivityArn {
        ActivityArn::new(self.0.owner(key), account::name_of(key))
    }

    fn names(&self) -> RwLockReadGuard<'_, Names> {
        self.0.names.read().expect("nothing panics while holding the lock")
    }
}

impl Names {
    fn resolve(&self, registry: &Registry, arn: &StateMachineArn, draw: u64) -> Result<Resolved, Exception> {
        let find = || {
            let is_there = arn.identity == registry.1 && arn.label.is_none();
            let machine = self.machines.get(&*registry.key(&arn.name)).filter(|_| is_there)?;
            let (version, alias) = match &arn.qualifier {
                Qualifier::None => return Some(Resolved { revision: machine.current, version: None, alias: None }),
                Qualifier::Version(number) => (*number, None),
                Qualifier::Alias(name) => {
                    let alias = self.alias(&machine.key, name)?;
                    (alias.choose(draw), Some(alias.name.clone()))
                }
            };
            let revision = self.version(&machine.key, version)?.revision;
            Some(Resolved { revision, version: Some(version), alias })
        };
        find().ok_or_else(|| Exception::state_machine_does_not_exist(arn))
    }
}

/// Reads every row of `table`.
async fn load(
    store: &dyn Store,
    table: Table,
    mut take: impl FnMut(&Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut range = Range::all(table).limit(LOAD_ROWS);
    loop {
        let rows = store.scan(CONTROL, range.clone()).await?;
        for (key, value) in &rows {
            let place = format!("table {} of the control partition, key '{}'", table.0, key.escape_ascii());
            take(&Row::decode(value, place)?)?;
        }
        match rows.into_iter().next_back() {
            Some((key, _)) => range = range.after(key),
            None => return Ok(()),
        }
    }
}
