//! Loads a server over HTTP and measures it: `cargo xtask bench --http`.
//!
//! The server is the release binary with a data directory of its own, on the same machine. This program is one thread that keeps
//! connections busy; what it costs is taken from the server's processors.
//!
//! Reading order: [`measure`] (what is measured, in order), [`beside_bare`] (the same requests beside a server that does nothing), [`idle`]
//! (connections that wait), `server` (the process under load), `client` (one connection), `figures` (the
//! table and the file).
#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

mod bare;
mod beside_bare;
mod client;
mod figures;
mod idle;
mod machine;
mod measure;
mod options;
mod server;

use anyhow::Context;
use figures::Figure;
use options::Options;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|argument| argument == bare::COMMAND).is_some() {
        return bare::run(arguments);
    }
    let options = Options::read(arguments)?;
    let earlier = options.compare.as_deref().map(figures::read).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let figures = runtime.block_on(measured(&options))?;
    print!("{}", figures::table(&figures, earlier.as_ref()));
    std::fs::create_dir_all(&options.results)?;
    let file = options.results.join("http.json");
    std::fs::write(&file, figures::document(&figures, &options)).with_context(|| file.display().to_string())?;
    println!("\nwritten to {}", file.display());
    Ok(())
}

async fn measured(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    if !options.only_bare {
        figures.extend(measure::all(options).await?);
    }
    figures.extend(beside_bare::all(options).await?);
    figures.extend(idle::all(options).await?);
    Ok(figures)
}
