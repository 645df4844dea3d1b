//! `stepwell explain`: the pages of the linter's rules and of the codes in error messages.

use crate::exit::Exit;
use crate::output;
use anyhow::bail;
use asl::lint::{Rule, rule, rules};
use clap::Args;
use store::Trouble;

/// Show what a rule of the linter or the code of an error is about, or list them all
#[derive(Args)]
pub(crate) struct Arguments {
    /// The rule, or the code; without it all are listed
    #[arg(value_name = "RULE|CODE")]
    rule: Option<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let Some(id) = arguments.rule else {
        rules().iter().for_each(|rule| output::data(&line(rule)));
        Trouble::ALL
            .iter()
            .for_each(|trouble| output::data(&format!("{:<28} {:<8} {}", trouble.code(), "trouble", trouble.title())));
        return Ok(Exit::Success);
    };
    if let Some(trouble) = Trouble::of_code(&id) {
        output::data_raw(trouble.page());
        return Ok(Exit::Success);
    }
    let Some(rule) = rule(&id) else {
        bail!("there is no rule and no code '{}'; stepwell explain lists them", output::printable(&id));
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
