//! What our expression languages cost beside other implementations of them, measured in one run.
//!
//! Every figure is the best of many short batches on one thread, so that a busy machine disturbs little; read the ratios.
//! `--node DIRECTORY` says where the packages of `node/package.json` are installed; without it jsonata-js is left out.

mod cases;
mod jsonata_crates;
mod jsonpath_crates;
mod measure;
mod node;
mod table;

use std::process::ExitCode;

/// Some of the peers recurse deeply.
const STACK_BYTES: usize = 1 << 30;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let node = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => None,
        ["--node", directory] => Some((*directory).to_owned()),
        _ => {
            eprintln!("usage: stepwell-peers [--node DIRECTORY]");
            return ExitCode::from(2);
        }
    };
    let work = move || {
        let mut rows = jsonata_crates::measure();
        rows.extend(node.iter().flat_map(|directory| node::measure(directory)));
        table::print("JSONata", &cases::JSONATA.map(|case| case.name), &rows);
        table::print("JSONPath", &["$.order.a.b.c"], &jsonpath_crates::measure());
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
    match thread.expect("a thread can be started").join() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
