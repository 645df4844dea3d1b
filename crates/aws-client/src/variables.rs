//! The variables of the process, or others in their place.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// AWS's variables, such as `AWS_PROFILE`: those of the process by default.
#[derive(Clone, Debug, Default)]
pub struct Variables(Option<Arc<BTreeMap<String, String>>>);

/// A variable of the process that says something.
pub fn variable(name: &str) -> Option<String> {
    Variables::default().get(name)
}

impl Variables {
    /// A variable that says something.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Some(variables) => variables.get(name).cloned(),
            None => std::env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }

    /// Whether a variable says `true`.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Where a user's files are.
    pub(crate) fn home(&self) -> PathBuf {
        match &self.0 {
            Some(_) => self.get("HOME").map(PathBuf::from).unwrap_or_default(),
            None => std::env::home_dir().unwrap_or_default(),
        }
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Variables {
        Variables(Some(Arc::new(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())))
    }
}
