//! A server process on a data directory. It ends with its value, whatever happens to the test.

use crate::{Client, binaries, http};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How a server is started, again and again.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The data directory.
    pub data: PathBuf,
    /// The functions file, if there are functions.
    pub functions: Option<PathBuf>,
    /// More arguments of `stepwell serve`.
    pub arguments: Vec<String>,
    /// More variables.
    pub variables: Vec<(&'static str, String)>,
    /// Where its log goes, one start after the other.
    pub log: PathBuf,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    client: Client,
}

impl Setup {
    /// Everything in one directory.
    pub fn new(directory: &Path) -> Setup {
        Setup {
            data: directory.join("data"),
            functions: None,
            arguments: Vec::new(),
            variables: Vec::new(),
            log: directory.join("server.log"),
        }
    }

    /// Starts a server that must come up.
    #[track_caller]
    pub fn start(&self) -> Server {
        self.try_start().unwrap_or_else(|status| panic!("the server ended with {status}:\n{}", self.log_text()))
    }

    /// Starts a server and waits until it serves, or until it has ended.
    pub fn try_start(&self) -> Result<Server, ExitStatus> {
        let mut child = self.spawn();
        let stdout = child.stdout.take().expect("stdout is piped");
        let Some(address) = served_address(stdout) else {
            return Err(child.wait().expect("a child can be waited for"));
        };
        let client = Client { address: address.parse().expect("the server tells a socket address") };
        Ok(Server { child, client })
    }

    /// Starts a server and kills it before it has come up, or soon after.
    pub fn start_and_kill(&self, after: Duration) {
        let mut child = self.spawn();
        std::thread::sleep(after);
        child.kill().and_then(|()| child.wait()).expect("a child can be killed");
    }

    fn spawn(&self) -> Child {
        let mut command = Command::new(binaries::stepwell());
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&self.data);
        command.args(&self.arguments);
        if let Some(functions) = &self.functions {
            command.arg("--functions").arg(functions);
        }
        let log = OpenOptions::new().create(true).append(true).open(&self.log).expect("the log can be opened");
        command.env("STEPWELL_LOG", "info").env_remove("AWS_ENDPOINT_URL").stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped()).stderr(log).spawn().expect("the binary can be run")
    }

    /// Runs another command of the binary; returns its exit code, what it printed and what it said.
    pub fn command(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = Command::new(binaries::stepwell()).args(arguments).stdin(Stdio::null()).output();
        let output = output.expect("the binary can be run");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// Has the data directory checked, which no server may use meanwhile: it must be sound.
    #[track_caller]
    pub fn check(&self) {
        let data = self.data.to_str().expect("tests use names in UTF-8");
        let (code, printed, said) = self.command(&["check", "--data", data]);
        assert_eq!(code, Some(0), "{printed}\n{said}");
    }

    /// All that was logged so far.
    pub fn log_text(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Server {
    /// Calls it.
    pub fn client(&self) -> Client {
        self.client
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The most memory it has ever had, in bytes (Linux).
    pub fn peak_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("the process is there");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
        peak.and_then(|kibibytes| kibibytes.parse::<u64>().ok()).expect("the kernel tells it") * 1024
    }

    /// One value of `GET /metrics`, by its name and labels as they stand there; 0 if it is not there.
    pub fn metric(&self, name: &str) -> f64 {
        let reply = http::request(self.client.address, "GET", "/metrics", &[], b"").expect("an answer");
        let text = String::from_utf8(reply.body).expect("it is text");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().expect("a number"))
    }

    /// Whether it says that it serves.
    pub fn is_healthy(&self) -> bool {
        http::request(self.client.address, "GET", "/health", &[], b"").is_ok_and(|reply| reply.status == 200)
    }

    /// SIGKILL, and the process is gone.
    pub fn kill(mut self) {
        self.end_now();
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("the system gave the id");
        kill_process(pid, Signal::TERM).expect("the process has not been waited for");
    }

    /// Waits for its end.
    #[track_caller]
    pub fn ended(&mut self, patience: Duration) -> ExitStatus {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status;
            }
            assert!(Instant::now() < deadline, "the server has not ended within {patience:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn end_now(&mut self) {
        // It may have ended already; either way it is reaped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end_now();
    }
}

/// The address in the first line of output; nothing if there is none. What follows is read and dropped.
fn served_address(stdout: impl Into<Stdio> + std::io::Read + Send + 'static) -> Option<String> {
    let mut lines = BufReader::new(stdout).lines();
    let line = lines.next()?.ok()?;
    std::thread::spawn(move || lines.for_each(drop));
    let url = line.split_whitespace().find_map(|word| word.strip_prefix("http://"))?;
    Some(url.to_owned())
}
