//! Figures: the table people read, the file that later figures are compared with.

use crate::options::Options;
use anyhow::{Context, anyhow};
use json::{Object, ObjectBuilder, Value, json};
use std::fmt::Write;
use std::path::Path;

/// Which way is progress.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Better {
    Less,
    More,
}

/// One measured value.
pub(crate) struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    better: Better,
}

pub(crate) fn figure(name: impl Into<String>, value: f64, unit: &'static str, better: Better) -> Figure {
    Figure { name: name.into(), value, unit, better }
}

/// The figures, beside earlier ones if there are some.
pub(crate) fn table(suite: &str, figures: &[Figure], earlier: Option<&Object>) -> String {
    let mut table = format!("\n{suite}\n");
    for Figure { name, value, unit, better } in figures {
        let before = earlier
            .and_then(|earlier| earlier.get(suite)?.get(name)?.get("value")?.as_number())
            .map(json::Number::as_f64);
        let compared = before.filter(|before| *before > 0.0).map(|before| {
            let change = (value / before - 1.0) * 100.0;
            let is_better = (change > 0.0) == (*better == Better::More);
            let verdict = if change.abs() < 3.0 {
                ""
            } else if is_better {
                " better"
            } else {
                " worse"
            };
            format!("   before {:>12} {change:>+7.1} %{verdict}", shown(before))
        });
        // Writing to a text cannot fail.
        let _ = writeln!(table, "  {name:<66}{:>12} {unit:<4}{}", shown(*value), compared.unwrap_or_default());
    }
    table
}

/// Three figures are as many as such measurements have.
fn shown(value: f64) -> String {
    let decimals = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.decimals$}")
}

/// The file: figures by suite and name.
pub(crate) fn document(suites: &[(&str, Vec<Figure>)], options: &Options) -> String {
    let mut all = ObjectBuilder::new();
    for (suite, figures) in suites {
        let mut of_suite = ObjectBuilder::new();
        for figure in figures {
            let value = json::Number::from_f64(figure.value).map_or(Value::Null, Value::Number);
            of_suite.insert(figure.name.clone(), json!({"value": value, "unit": (figure.unit)}));
        }
        all.insert(*suite, of_suite.build());
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from) as i64;
    let document = json!({
        "processors": processors,
        "connections": (options.connections as i64),
        "seconds": (options.duration.as_secs() as i64),
        "figures": (all.build())
    });
    format!("{document}\n")
}

/// The figures of such a file.
pub(crate) fn read(file: &Path) -> anyhow::Result<Object> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let document = json::parse(&text).map_err(|error| anyhow!("{}: {error}", file.display()))?;
    let figures = document.get("figures").and_then(Value::as_object);
    figures.cloned().with_context(|| format!("{} has no figures", file.display()))
}
