//! What may be set about the HTTP server, as flags.

use anyhow::{Context, anyhow};
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use server::AccessLog;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// File descriptors kept for everything but connections: the store, functions, logs.
const OTHER_DESCRIPTORS: u64 = 512;

/// The flags.
#[derive(Args)]
#[command(next_help_heading = "HTTP")]
pub(crate) struct HttpArguments {
    /// Write a line of JSON for every request to a file, or to stdout with '-'. A file that is renamed is begun anew
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,
    /// Connections at a time; more wait. No more than there are file descriptors
    #[arg(long, value_name = "COUNT", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    connections_max: u32,
    /// Memory of all bodies under way, in MiB; more are answered ThrottlingException
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(16..))]
    bodies_max: u32,
    /// Seconds a client has to send the headers of a request
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = seconds())]
    header_timeout: u32,
    /// Seconds a client has to send the body of a request
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = seconds())]
    body_timeout: u32,
    /// Seconds after which a connection without a request is closed
    #[arg(long, value_name = "SECONDS", default_value_t = 75, value_parser = seconds())]
    idle_timeout: u32,
    /// Seconds a client has to begin to read a long reply; it has one more for every 64 KiB
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = seconds())]
    write_timeout: u32,
}

fn seconds() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=86_400)
}

impl HttpArguments {
    /// What the server is to be like. Opens the access log and has the system allow as many file descriptors as it may.
    pub(crate) fn options(&self, data: Option<&Path>) -> anyhow::Result<server::Options> {
        let access_log = self.access_log.as_ref().map(|file| {
            let opened = if file.as_os_str() == "-" { AccessLog::to_stdout() } else { AccessLog::to_file(file) };
            opened.map_err(|error| anyhow!("--access-log {}: {error}", file.display()))
        });
        let duration = |seconds: u32| Duration::from_secs(seconds.into());
        Ok(server::Options {
            all_bodies_bytes_max: (self.bodies_max as usize) << 20,
            connections_max: connections(self.connections_max),
            header_timeout: duration(self.header_timeout),
            body_timeout: duration(self.body_timeout),
            idle_timeout: duration(self.idle_timeout),
            write_timeout: duration(self.write_timeout),
            data_directory: data.map(Path::to_owned),
            access_log: access_log.transpose().context("the access log cannot be opened")?,
            ..server::Options::default()
        })
    }
}

/// As many of the connections wanted as there are file descriptors for. Functions are told the former limit by nobody: they inherit the
/// new one.
fn connections(wanted: u32) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // A system that refuses leaves things as they were.
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => limit.current,
    };
    let room = allowed.unwrap_or(u64::MAX).saturating_sub(OTHER_DESCRIPTORS).max(16);
    if room < u64::from(wanted) {
        tracing::info!(connections = room, "file descriptors limit the connections");
    }
    room.min(wanted.into()) as usize
}
