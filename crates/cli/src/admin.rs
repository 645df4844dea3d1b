//! The door for operators of a running server: a socket in its data directory, which only the user who runs the server may open. It makes
//! backups. No address of the network leads to it.
//!
//! A client sends a line with what it wants. `backup` is answered with `ok` on a line and the backup, or with a line that says why not.

use crate::output;
use anyhow::{Context, bail};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store_embedded::Embedded;

const SOCKET: &str = "admin.sock";
/// The longest line a client may send.
const LINE_BYTES_MAX: u64 = 100;
/// A client that neither takes nor sends anything for so long is let go.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lets operators in as long as the store is open. A server without the door still serves: what is in the way is a warning.
pub(crate) fn open(data: &Path, store: &Arc<Embedded>) {
    let store = Arc::downgrade(store);
    let listening = listen(data).and_then(|listener| {
        std::thread::Builder::new().name("admin".to_owned()).spawn(move || {
            for stream in listener.incoming() {
                match (stream, store.strong_count()) {
                    (_, 0) => return,
                    (Ok(stream), _) => drop(answer(&stream, &store)),
                    (Err(error), _) => tracing::warn!("a connection to the admin socket failed: {error}"),
                }
            }
        })
    });
    if let Err(error) = listening {
        output::warning(&format!(
            "no backup can be made while the server runs: {SOCKET} in {}: {error}",
            data.display()
        ));
    }
}

fn listen(data: &Path) -> io::Result<UnixListener> {
    let path = data.join(SOCKET);
    // The directory's lock is held: whoever left it is gone.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(short(data)?)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// A path to the socket that is short enough for one: a long one goes by way of the process's own directory of files.
fn short(data: &Path) -> io::Result<PathBuf> {
    let path = data.join(SOCKET);
    if path.as_os_str().len() < 100 {
        return Ok(path);
    }
    use std::os::fd::AsRawFd;
    let directory = std::fs::File::open(data)?;
    let by_number = PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd())).join(SOCKET);
    // Kept open as long as the process: the number must lead there.
    std::mem::forget(directory);
    Ok(by_number)
}

fn answer(stream: &UnixStream, store: &Weak<Embedded>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream.take(LINE_BYTES_MAX)).read_line(&mut line)?;
    let mut out = BufWriter::with_capacity(256 * 1024, stream);
    match (line.trim_end(), store.upgrade()) {
        ("backup", Some(store)) => {
            tracing::info!("a backup is made");
            writeln!(out, "ok")?;
            match store.back_up(now_ms(), &mut out) {
                Ok(summary) => tracing::info!(rows = summary.rows, bytes = summary.bytes, "a backup was made"),
                // Whoever reads it sees that it has no end.
                Err(error) => tracing::warn!("a backup failed: {error}"),
            }
        }
        ("backup", None) => writeln!(out, "the server is going down")?,
        _ => writeln!(out, "there is no such request")?,
    }
    out.flush()
}

/// The time, in ms since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Has the server that runs on a data directory write a backup; false if none runs there.
pub(crate) fn back_up(data: &Path, out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut stream = match UnixStream::connect(short(data)?) {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(false);
        }
        Err(error) => return Err(error).with_context(|| format!("cannot talk to the server on {}", data.display())),
    };
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"backup\n")?;
    let mut reader = BufReader::with_capacity(256 * 1024, stream);
    let mut line = String::new();
    reader.by_ref().take(10 * LINE_BYTES_MAX).read_line(&mut line)?;
    if line != "ok\n" {
        bail!("the server made no backup: {}", output::printable(line.trim_end()));
    }
    io::copy(&mut reader, out).context("the backup could not be written")?;
    Ok(true)
}
