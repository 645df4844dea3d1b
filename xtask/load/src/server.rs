//! The process under load, and what the kernel says about it (Linux).

use crate::bare;
use crate::client::Client;
use crate::process::Process;
use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// What block devices count in, whatever their own sectors are.
const SECTOR_BYTES: f64 = 512.0;

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Child,
    data: PathBuf,
    /// Removed with it.
    _own_data: Option<TempDir>,
}

/// What a server has used since its start.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    /// CPU time of all threads.
    pub(crate) cpu_seconds: f64,
    /// Bytes written to the device that holds its data, by whomever; `None` if the kernel does not tell. What the kernel counts for one
    /// process (`write_bytes`) is no measure: it counts whole cached blocks each time a few bytes of them change.
    pub(crate) written_bytes: Option<f64>,
}

impl Server {
    /// Starts one in a new directory. It may not serve yet.
    pub(crate) fn spawn(program: &Path) -> anyhow::Result<Server> {
        // Beside the builds, not in the place for temporary files: that is often no disk.
        let near = program.parent().context("the server's program has no directory")?;
        let data = tempfile::Builder::new().prefix("bench-data-").tempdir_in(near)?;
        let mut server = Server::spawn_in(program, data.path())?;
        server._own_data = Some(data);
        Ok(server)
    }

    /// Starts one in a directory that may have been used before.
    pub(crate) fn spawn_in(program: &Path, data: &Path) -> anyhow::Result<Server> {
        Server::spawn_with(program, data, &[])
    }

    /// The same, with more arguments.
    pub(crate) fn spawn_with(program: &Path, data: &Path, arguments: &[&OsStr]) -> anyhow::Result<Server> {
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).args(arguments);
        Server::started(command, data)
    }

    /// Starts the server that does nothing but reply with so many bytes.
    pub(crate) fn spawn_bare(reply_bytes: usize) -> anyhow::Result<Server> {
        let data = TempDir::new()?;
        let mut server = Server::started(bare::command(reply_bytes)?, data.path())?;
        server._own_data = Some(data);
        Ok(server)
    }

    fn started(mut command: Command, data: &Path) -> anyhow::Result<Server> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().with_context(|| format!("{:?}", command.get_program()))?;
        let stdout = process.stdout.take().expect("it was asked for");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.split_whitespace().find_map(|word| word.strip_prefix("http://")?.parse().ok());
        match address {
            Some(address) => Ok(Server { address, process, data: data.to_owned(), _own_data: None }),
            None => {
                process.kill()?;
                process.wait()?;
                bail!("the server did not say where it listens: '{}'", line.trim())
            }
        }
    }

    /// A new connection to it.
    pub(crate) async fn connect(&self) -> anyhow::Result<Client> {
        Client::connect(self.address).await
    }

    /// It as the kernel sees it.
    pub(crate) fn process(&self) -> Process {
        Process::of(self.process.id())
    }

    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        Ok(Usage { cpu_seconds: self.process().cpu_seconds()?, written_bytes: self.device_written_bytes() })
    }

    /// Ends it and waits for that.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.process), Signal::TERM)?;
        for _ in 0..500 {
            if let Some(status) = self.process.try_wait()? {
                if !status.success() {
                    bail!("the server ended with {status}");
                }
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("the server did not end within 10 s")
    }

    fn device_written_bytes(&self) -> Option<f64> {
        let device = std::fs::metadata(&self.data).ok()?.dev();
        // A device number's halves, as Linux packs them.
        let (major, minor) = ((device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xf_ff00));
        let stat = std::fs::read_to_string(format!("/sys/dev/block/{major}:{minor}/stat")).ok()?;
        let sectors: f64 = stat.split_whitespace().nth(6)?.parse().ok()?;
        Some(sectors * SECTOR_BYTES)
    }
}

impl Drop for Server {
    /// Leaves no process behind when a measurement fails.
    fn drop(&mut self) {
        if let Ok(None) = self.process.try_wait() {
            // It may end in this very moment.
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}
