//! `stepwell explain`: the pages of the linter's rules.

use crate::exit::Exit;
use crate::output;
use anyhow::bail;
use asl::lint::{Rule, rule, rules};
use clap::Args;

/// Show what a rule of the linter is about, or list the rules
#[derive(Args)]
pub(crate) struct Arguments {
    /// The rule; without it all are listed
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let Some(id) = arguments.rule else {
        rules().iter().for_each(|rule| output::data(&line(rule)));
        return Ok(Exit::Success);
    };
    let Some(rule) = rule(&id) else {
        bail!("there is no rule '{}'; stepwell explain lists them", output::printable(&id));
    };
    output::data_raw(&format!("# {}: {}\n\nSeverity: {}.\n\n{}", rule.id, rule.summary, severity(rule), rule.page()));
    Ok(Exit::Success)
}

fn line(rule: &Rule) -> String {
    format!("{:<28} {:<8} {}", rule.id, rule.severity.word(), rule.summary)
}

fn severity(rule: &Rule) -> String {
    let note = if rule.is_optional { " (looks only when switched on)" } else { "" };
    format!("{}{note}", rule.severity.word())
}
