//! How long closed executions are kept: words such as `90d`, in stepwell.yaml and as flags, which are the stronger ones.

use crate::configuration::Project;
use clap::Args;
use engine::Retention;
use std::time::Duration;

/// Seconds of a unit.
const UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];

/// The flags.
#[derive(Args, Clone, Debug)]
pub(crate) struct RetentionArguments {
    /// How long closed executions are kept, of all state machines or of one: 90d, 12h, 30m, forever, orders=7d [default: 90d]
    #[arg(long, value_name = "[MACHINE=]TIME", value_delimiter = ',', value_parser = setting)]
    retention: Vec<Setting>,
}

/// One flag's value.
#[derive(Clone, Debug, PartialEq)]
struct Setting {
    machine: Option<String>,
    kept: Option<Duration>,
}

impl RetentionArguments {
    /// What holds for a server with this project.
    pub(crate) fn with(&self, project: Option<&Project>) -> Retention {
        let mut retention = Retention::default();
        if let Some(project) = project {
            retention.default = project.retention.unwrap_or(retention.default);
            let machines = project.state_machines.iter();
            retention.machines =
                machines.filter_map(|machine| Some((machine.name.clone(), machine.retention?))).collect();
        }
        for Setting { machine, kept } in &self.retention {
            match machine {
                Some(machine) => drop(retention.machines.insert(machine.clone(), *kept)),
                None => retention.default = *kept,
            }
        }
        retention
    }
}

/// A time to keep something: a whole number with a unit, or `forever`, which is none.
pub(crate) fn kept(text: &str) -> Result<Option<Duration>, String> {
    if text == "forever" {
        return Ok(None);
    }
    let unit = UNITS.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    let seconds = unit.and_then(|(number, seconds)| number.parse::<u64>().ok()?.checked_mul(*seconds));
    let seconds = seconds.filter(|_| !text.starts_with('+'));
    seconds
        .map(|seconds| Some(Duration::from_secs(seconds)))
        .ok_or_else(|| format!("'{text}' is no time: a whole number with s, m, h or d, such as 90d, or forever"))
}

fn setting(text: &str) -> Result<Setting, String> {
    match text.split_once('=') {
        Some(("", _)) => Err("there is no name before '='".to_owned()),
        Some((machine, time)) => Ok(Setting { machine: Some(machine.to_owned()), kept: kept(time)? }),
        None => Ok(Setting { machine: None, kept: kept(text)? }),
    }
}

#[cfg(test)]
mod tests {
    use super::{RetentionArguments, kept, setting};
    use std::time::Duration;

    #[test]
    fn times_have_units() {
        assert_eq!(kept("90d"), Ok(Some(Duration::from_secs(90 * 86_400))));
        assert_eq!(kept("0s"), Ok(Some(Duration::ZERO)));
        assert_eq!(kept("forever"), Ok(None));
        for wrong in ["", "d", "90", "-1d", "+1d", "1.5h", "9 d", "99999999999999999999d", "999999999999999999d"] {
            assert!(kept(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn later_flags_and_names_are_stronger() {
        let flags = ["1h", "orders=forever", "2d"].map(|text| setting(text).expect("it is valid"));
        let retention = RetentionArguments { retention: flags.into() }.with(None);
        assert_eq!(retention.default, Some(Duration::from_secs(2 * 86_400)));
        assert_eq!(retention.machines, [("orders".to_owned(), None)].into());
        assert!(setting("=1d").is_err());
    }
}
