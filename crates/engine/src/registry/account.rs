//! Whose resources a registry shows: those of one account, with the names of all of them side by side in one store.
//!
//! A key is a resource's name in the server's own account, and `account|name` in any other: no name has a `|` in it. So a server that never saw
//! another account has the rows it always had.

use super::{Inner, Registry};
use arn::Identity;
use std::borrow::Cow;
use std::sync::Arc;

const SEPARATOR: char = '|';

/// The key of `name` in `account`, where `home` is the server's own.
pub(crate) fn key<'n>(home: &str, account: &str, name: &'n str) -> Cow<'n, str> {
    if account == home { Cow::Borrowed(name) } else { Cow::Owned(format!("{account}{SEPARATOR}{name}")) }
}

/// The name in a key.
pub(crate) fn name_of(key: &str) -> &str {
    key.split_once(SEPARATOR).map_or(key, |(_, name)| name)
}

impl Inner {
    /// Who has what is behind `key`.
    pub(super) fn owner(&self, key: &str) -> Identity {
        match key.split_once(SEPARATOR) {
            Some((account, _)) => Identity { account: account.into(), ..self.home.clone() },
            None => self.home.clone(),
        }
    }
}

impl Registry {
    /// The same registry as `account` sees it, and acts on it.
    pub fn in_account(&self, account: &str) -> Registry {
        Registry(self.0.clone(), Identity { account: account.into(), ..self.0.home.clone() })
    }

    /// Whether it shows the server's own account.
    pub fn is_home(&self) -> bool {
        self.1.account == self.0.home.account
    }

    /// The account of the server.
    pub(crate) fn home(&self) -> &str {
        &self.0.home.account
    }

    /// The key of a resource of this account.
    pub(crate) fn key<'n>(&self, name: &'n str) -> Cow<'n, str> {
        key(&self.0.home.account, &self.1.account, name)
    }

    /// The same, to be kept.
    pub(super) fn key_of(&self, name: &Arc<str>) -> Arc<str> {
        match self.key(name) {
            Cow::Borrowed(_) => name.clone(),
            Cow::Owned(key) => key.into(),
        }
    }

    /// What the keys of this account begin with; nothing for the server's own, among whose keys are those of others.
    pub(crate) fn key_prefix(&self) -> String {
        self.key("").into_owned()
    }

    /// Whether a key is one of this account's.
    pub(crate) fn shows(&self, key: &str) -> bool {
        if self.is_home() { !key.contains(SEPARATOR) } else { key.starts_with(&*self.key("")) }
    }
}
