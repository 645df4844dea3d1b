//! moto's server, an imitation of AWS's services.

use crate::binaries;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running server. It ends with its value.
pub struct Moto {
    child: Child,
    /// Where it listens.
    pub url: String,
}

impl Moto {
    /// Starts it.
    pub fn start() -> Moto {
        let mut command = Command::new(installed("moto_server"));
        command.args(["-H", "127.0.0.1", "-p", "0"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("moto can be run");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let url = lines.find_map(|line| {
            let line = line.expect("it is text");
            line.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:")).map(str::to_owned)
        });
        // A pipe that nobody reads would hold it up.
        std::thread::spawn(move || lines.for_each(drop));
        Moto { child, url: url.expect("it tells where it listens") }
    }

    /// Its host and port.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://").trim_end_matches('/')
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that comes with the clients.
pub fn installed(program: &str) -> PathBuf {
    let place = binaries::workspace().join(".venv/bin").join(program);
    assert!(place.exists(), "{program} is not there: run cargo xtask clients");
    place
}
