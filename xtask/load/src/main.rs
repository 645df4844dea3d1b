//! The benchmarks that make a table and a file: `cargo xtask bench`.
//!
//! Eight suites, from the inside out: `interpreter`, `store` (beside a bare log), `in_process` (the engine without HTTP), `http` (the release
//! binary under load on the same machine), `beside_bare` (the same beside a server that does nothing, and
//! connections that wait), `growth` (what more of everything costs), `distributed` (Distributed Maps, and moto's), `models` (what AWS's models of
//! its services weigh, and what the first call to one costs). Each has data directories of its own on the disk the
//! builds are on.
//!
//! Reading order: a suite; `node` (an engine in this process), `server` and `client` (the binary), `child` (this program as its own child),
//! `figures` (the table and the file).
#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

mod bare;
mod bare_log;
mod beside_bare;
mod child;
mod client;
mod distributed;
mod figures;
mod growth;
mod http;
mod idle;
mod in_process;
mod interpreter;
mod latencies;
mod machine;
mod models;
mod node;
mod options;
mod pinned;
mod process;
mod server;
mod store;
mod timed_store;

use anyhow::Context;
use options::{Options, SUITES};
use tokio::runtime::{Builder, Runtime};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [child, data, words @ ..] = arguments.as_slice()
        && child == "--child"
    {
        return many_threads()?.block_on(child::main(data.as_ref(), words));
    }
    if let [command, reply_bytes] = arguments.as_slice()
        && command == bare::COMMAND
    {
        return many_threads()?.block_on(bare::run(reply_bytes));
    }
    let options = Options::read(arguments.into_iter())?;
    let earlier = options.compare.as_deref().map(figures::read).transpose()?;
    let mut measured = Vec::new();
    for suite in SUITES.into_iter().filter(|suite| options.suites.iter().any(|wanted| wanted == suite)) {
        let figures = match suite {
            "interpreter" => interpreter::all(),
            "store" => one_thread()?.block_on(store::all(&options))?,
            "engine" => many_threads()?.block_on(in_process::all(&options))?,
            // The load is one thread; what it costs is taken from the server's processors.
            "http" => one_thread()?.block_on(http::all(&options))?,
            "bare" => one_thread()?.block_on(beside_bare::all(&options))?,
            "distributed" => one_thread()?.block_on(distributed::all(&options))?,
            "models" => one_thread()?.block_on(models::all())?,
            _ => many_threads()?.block_on(growth::all(&options))?,
        };
        print!("{}", figures::table(suite, &figures, earlier.as_ref()));
        measured.push((suite, figures));
    }
    std::fs::create_dir_all(&options.results)?;
    let file = options.results.join("figures.json");
    std::fs::write(&file, figures::document(&measured, &options)).with_context(|| file.display().to_string())?;
    println!("\nwritten to {}", file.display());
    Ok(())
}

fn one_thread() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// As many threads as the server has.
fn many_threads() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build()
}
