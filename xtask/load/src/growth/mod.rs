//! What grows with what: open executions, histories, Maps, state machines, and small executions beside a large Map. Every part measures the
//! same with ten times as much, so that the shape is seen: what does not grow stands in rows that say the same.

mod fairness;
mod histories;
mod machines;
mod maps;
mod open;

use crate::figures::Figure;
use crate::options::Options;

/// The parts, in the order they run in.
pub(crate) const PARTS: [&str; 5] = ["histories", "maps", "machines", "fairness", "open"];

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for part in PARTS.into_iter().filter(|part| options.parts.is_empty() || options.parts.iter().any(|it| it == part)) {
        figures.extend(match part {
            "histories" => histories::all(options).await?,
            "maps" => maps::all(options).await?,
            "machines" => machines::all(options).await?,
            "fairness" => fairness::all(options).await?,
            _ => open::all(options).await?,
        });
    }
    Ok(figures)
}
