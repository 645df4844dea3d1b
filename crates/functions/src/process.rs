//! One process of a function: started, handed one invocation at a time, watched, ended. How many there are is the pool's affair.

use std::io;
use std::net::Ipv4Addr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::process::{Pid, Signal};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until, timeout};

use crate::config::FunctionConfig;
use crate::environment;
use crate::fault::{Exit, Fault};
use crate::functions::Shared;
use crate::logs::{LogRing, LogStream};
use crate::process_log::{ProcessLog, copy_lines};
use crate::runtime_api::{self, Answer, Exchange, Invocation};

/// How long a process that is not needed any more may take to end after SIGTERM.
const TERMINATE_GRACE: Duration = Duration::from_secs(2);
/// How long the last lines of an ended process are waited for; only a child that left its process group can make it last.
const LAST_LINES_GRACE: Duration = Duration::from_millis(200);

/// A running process. Dropping it ends it: SIGTERM, then SIGKILL.
pub(crate) struct Process {
    control: Control,
    exchange: Arc<Exchange>,
    pub(crate) log: Arc<ProcessLog>,
    timeout: Duration,
    init_timeout: Duration,
    /// It has asked for an invocation before.
    initialised: bool,
}

/// How one invocation went, as the process showed it.
pub(crate) enum Outcome {
    Answered(Answer),
    /// The process ended before it had the invocation in its hands.
    ExitedBefore(Exit),
    /// The process ended while it worked on the invocation.
    Exited(Exit),
    TimedOut,
}

/// The handle by which a process is ended.
#[derive(Clone)]
pub(crate) struct Control {
    group: Pid,
    exit: watch::Receiver<Option<Exit>>,
}

impl Process {
    /// Starts the command in its own process group.
    pub(crate) async fn start(
        config: &FunctionConfig,
        command: &[String],
        working_directory: &Path,
        handler: Option<&str>,
        shared: &Arc<Shared>,
        ring: &Arc<LogRing>,
    ) -> Result<Process, Fault> {
        let program = command.first().map(String::as_str).unwrap_or_default();
        let invalid =
            |error: io::Error| Fault::InvalidEntrypoint { program: program.to_owned(), problem: error.to_string() };
        let task_root = existing_directory(working_directory).map_err(|error| Fault::InvalidEntrypoint {
            program: program.to_owned(),
            problem: format!("working directory {}: {error}", working_directory.display()),
        })?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(invalid)?;
        let address = listener.local_addr().map_err(invalid)?;
        let id = shared.next_process.fetch_add(1, Ordering::Relaxed);
        let variables = environment::variables(&shared.options, config, &task_root, handler, address, id);
        let child = Command::new(locate(program, &task_root))
            .args(command.get(1..).unwrap_or_default())
            .current_dir(&task_root)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(invalid)?;
        let group = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw)
            .expect("a child not yet waited for has an id");
        shared.guard.add(group);

        let log = Arc::new(ProcessLog::new(config.name.as_str().into(), ring.clone()));
        let exchange = Arc::new(Exchange::new(log.clone()));
        let server = tokio::spawn(runtime_api::serve(listener, exchange.clone())).abort_handle();
        let (exit_sender, exit) = watch::channel(None);
        let control = Control { group, exit };
        shared.live().insert(id, control.clone());
        tokio::spawn(watch_over(child, id, group, server, log.clone(), shared.clone(), exit_sender));
        Ok(Process {
            control,
            exchange,
            log,
            timeout: config.timeout,
            init_timeout: config.init_timeout,
            initialised: false,
        })
    }

    /// Whether it can still be handed an invocation.
    pub(crate) fn is_alive(&self) -> bool {
        self.control.exit.borrow().is_none()
    }

    /// Hands over one invocation and waits for what comes of it. Must not be called again after anything but an answer.
    pub(crate) async fn run(&mut self, invocation: Invocation) -> Outcome {
        let mut offered = self.exchange.offer(invocation);
        let mut exit = self.control.exit.clone();
        // A process that has served before gets no time for initialisation, but what it still does after its last response counts.
        let init_timeout = if self.initialised { Duration::ZERO } else { self.init_timeout };
        let asked_by = Instant::now() + init_timeout + self.timeout;
        tokio::select! {
            biased;
            Ok(()) = &mut offered.delivered => {}
            Ok(answer) = &mut offered.answer => return Outcome::Answered(answer),
            exit = exited(&mut exit) => return Outcome::ExitedBefore(exit),
            () = sleep_until(asked_by) => return Outcome::TimedOut,
        }
        self.initialised = true;
        let answered_by = Instant::now() + self.timeout;
        tokio::select! {
            biased;
            Ok(answer) = &mut offered.answer => Outcome::Answered(answer),
            exit = exited(&mut exit) => Outcome::Exited(exit),
            () = sleep_until(answered_by) => Outcome::TimedOut,
        }
    }

    /// Ends it at once.
    pub(crate) fn kill(&self) {
        self.control.signal(Signal::KILL);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if self.is_alive() => {
                runtime.spawn(self.control.clone().terminate());
            }
            _ => self.kill(),
        }
    }
}

impl Control {
    /// Asks the process to end, then makes it.
    pub(crate) async fn terminate(mut self) {
        self.signal(Signal::TERM);
        if timeout(TERMINATE_GRACE, exited(&mut self.exit)).await.is_err() {
            self.signal(Signal::KILL);
            exited(&mut self.exit).await;
        }
    }

    fn signal(&self, signal: Signal) {
        // The number of a group that has ended may be somebody else's by now.
        if self.exit.borrow().is_none() {
            let _ = rustix::process::kill_process_group(self.group, signal);
        }
    }
}

async fn exited(exit: &mut watch::Receiver<Option<Exit>>) -> Exit {
    match exit.wait_for(Option::is_some).await {
        Ok(exit) => exit.expect("waited for it"),
        // The watching task is gone, and `kill_on_drop` with it the process.
        Err(_) => Exit::Signal(9),
    }
}

/// Reads what the process writes and reaps it.
async fn watch_over(
    mut child: Child,
    id: u64,
    group: Pid,
    server: AbortHandle,
    log: Arc<ProcessLog>,
    shared: Arc<Shared>,
    exit_sender: watch::Sender<Option<Exit>>,
) {
    let stdout =
        tokio::spawn(copy_lines(child.stdout.take().expect("stdout is piped"), LogStream::Stdout, log.clone()));
    let stderr = tokio::spawn(copy_lines(child.stderr.take().expect("stderr is piped"), LogStream::Stderr, log));
    let (stop_stdout, stop_stderr) = (stdout.abort_handle(), stderr.abort_handle());
    let status = child.wait().await;
    // What it started goes with it. The group keeps its number as long as one of its members lives.
    let _ = rustix::process::kill_process_group(group, Signal::KILL);
    shared.guard.remove(group);
    shared.live().remove(&id);
    let _ = timeout(LAST_LINES_GRACE, async { (stdout.await, stderr.await) }).await;
    stop_stdout.abort();
    stop_stderr.abort();
    server.abort();
    let _ = exit_sender.send(Some(status.map_or(Exit::Signal(9), how_it_ended)));
}

fn how_it_ended(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Status(code),
        (None, signal) => Exit::Signal(signal.unwrap_or(9)),
    }
}

fn existing_directory(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    if std::fs::metadata(&path)?.is_dir() { Ok(path) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

/// A program with a `/` is relative to the working directory, which the operating system leaves open.
fn locate(program: &str, working_directory: &Path) -> PathBuf {
    if program.contains('/') { working_directory.join(program) } else { PathBuf::from(program) }
}
