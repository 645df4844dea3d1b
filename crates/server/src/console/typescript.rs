//! The TypeScript of all shapes, in `console/src/api/types.ts`: `cargo xtask console-types` writes it, and this test tells when it is old.

use super::shape::{Declarations, Shape};
use super::{
    bootstrap, compare, data, events, execution, executions, failure, fork, health, import, machines, map_run, metrics,
    overlay, scene, tasks,
};

const HEAD: &str = "// The shapes of /console/api/v1, made of the server's own by `cargo xtask console-types`.\n\n\
    /** Any JSON. */\nexport type Json = null | boolean | number | string | Json[] | { [member: string]: Json };\n";

#[test]
fn the_types_of_the_pages_are_the_servers() {
    let mut declarations = Declarations::default();
    failure::Failed::declare(&mut declarations);
    bootstrap::Bootstrap::declare(&mut declarations);
    machines::Machines::declare(&mut declarations);
    machines::MachineDetail::declare(&mut declarations);
    executions::Executions::declare(&mut declarations);
    execution::Execution::declare(&mut declarations);
    execution::Visits::declare(&mut declarations);
    execution::Iterations::declare(&mut declarations);
    execution::Moment::declare(&mut declarations);
    events::Events::declare(&mut declarations);
    events::Range::declare(&mut declarations);
    data::VisitData::declare(&mut declarations);
    fork::ForkDraft::declare(&mut declarations);
    fork::ForkBody::declare(&mut declarations);
    fork::ForkAnswer::declare(&mut declarations);
    health::Health::declare(&mut declarations);
    overlay::Overlay::declare(&mut declarations);
    tasks::Tasks::declare(&mut declarations);
    tasks::Activities::declare(&mut declarations);
    import::ImportAnswer::declare(&mut declarations);
    compare::Comparison::declare(&mut declarations);
    metrics::Metrics::declare(&mut declarations);
    map_run::MapRun::declare(&mut declarations);
    map_run::FailedChildren::declare(&mut declarations);
    scene::Drawn::declare(&mut declarations);
    let types: String = declarations.0.values().map(|text| format!("\n{text}")).collect();
    expect_test::expect_file!["../../../../console/src/api/types.ts"].assert_eq(&format!("{HEAD}{types}"));
}
