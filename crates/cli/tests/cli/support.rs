//! The binary as a user runs it, in a directory of its own and without the variables of whoever runs the tests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// How a command ended and what it wrote.
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A directory with these files in it.
pub fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("there is room for temporary files");
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).expect("the directory is writable");
    }
    directory
}

/// `stepwell` with these arguments, in this directory.
pub fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepwell"));
    command.args(arguments).current_dir(directory).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_ours =
            ["AWS_", "STEPWELL_", "SFN_", "OTEL_", "WAIT_TIME_SCALE"].iter().any(|prefix| text.starts_with(prefix));
        if is_ours || text.ends_with("_ENDPOINT") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs `stepwell` to its end.
pub fn stepwell(directory: &Path, arguments: &[&str]) -> Finished {
    finish(command(directory, arguments))
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Finished {
    let output = command.output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
    Finished { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A `stepwell` that goes on until it is told to end; killed when dropped.
pub struct Running {
    child: Child,
    lines: Box<dyn BufRead + Send>,
}

impl Running {
    /// Starts it; its stdout or, for commands whose data is something else, its stderr is read.
    pub fn start(mut command: Command, read_stderr: bool) -> Running {
        let (stdout, stderr) =
            if read_stderr { (Stdio::null(), Stdio::piped()) } else { (Stdio::piped(), Stdio::inherit()) };
        let mut child = command.stdout(stdout).stderr(stderr).spawn().expect("the binary runs");
        let lines: Box<dyn BufRead + Send> = match (child.stdout.take(), child.stderr.take()) {
            (Some(stdout), _) => Box::new(BufReader::new(stdout)),
            (_, Some(stderr)) => Box::new(BufReader::new(stderr)),
            (None, None) => unreachable!("one of them is piped"),
        };
        Running { child, lines }
    }

    /// Reads until a line that contains `wanted`, and gives that line.
    pub fn wait_for(&mut self, wanted: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            let bytes = self.lines.read_line(&mut line).expect("the output is UTF-8");
            assert!(bytes > 0, "it ended without a line with {wanted:?}:\n{all}");
            if line.contains(wanted) {
                return line;
            }
            all.push_str(&line);
        }
    }

    pub fn signal(&self, name: &str) {
        let killed = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(killed.expect("there is a kill command").success());
    }

    /// Waits for its end, and gives the exit code and the rest of what was read.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).expect("the output is UTF-8");
        (self.child.wait().expect("it is our child").code(), rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The `host:port` in a start-up line.
pub fn address(line: &str) -> String {
    let url = line.split_whitespace().find_map(|word| word.strip_prefix("http://")).expect("the line has a URL");
    url.trim_end_matches(',').to_owned()
}

/// The whole reply to `GET path`.
pub fn get(address: &str, path: &str) -> String {
    exchange(address, &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"))
}

/// The whole reply to a call of the API.
pub fn call(address: &str, operation: &str, body: &str) -> String {
    call_with(address, operation, &[], body)
}

/// The same with more lines in the request's head.
pub fn call_with(address: &str, operation: &str, lines: &[&str], body: &str) -> String {
    let mut head = vec![
        "POST / HTTP/1.1".to_owned(),
        format!("host: {address}"),
        "connection: close".to_owned(),
        "content-type: application/x-amz-json-1.0".to_owned(),
        format!("x-amz-target: AWSStepFunctions.{operation}"),
        format!("content-length: {}", body.len()),
    ];
    head.extend(lines.iter().map(|line| (*line).to_owned()));
    exchange(address, &format!("{}\r\n\r\n{body}", head.join("\r\n")))
}

fn exchange(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.write_all(request.as_bytes()).expect("the server reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("the reply is UTF-8");
    reply
}

/// Reads one request of a connection; the lines of its head, and its body.
pub fn whole_request(reader: &mut impl BufRead) -> (Vec<String>, String) {
    let (mut line, mut head) = (String::new(), Vec::new());
    while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 2) {
        head.push(std::mem::take(&mut line));
    }
    let length =
        head.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.expect("a length")];
    reader.read_exact(&mut body).expect("a body");
    (head, String::from_utf8(body).expect("text"))
}
