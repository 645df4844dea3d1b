//! No function outlives this process, however it ends.
//!
//! `kill -9` gives no chance to clean up, and a function in the middle of its work notices nothing. So one small shell waits at the end of a
//! pipe and knows the process groups of all functions; the pipe closes when this process is gone, and the shell kills what is left. (Linux's
//! parent-death signal will not do: it fires when the *thread* that started the child ends, and needs `unsafe`.)

use std::fs::File;
use std::io::Write;
use std::process::Stdio;
use std::sync::Mutex;

use rustix::process::Pid;

/// Reads `add GROUP` and `del GROUP`; at the end of its input kills the groups it holds. The names of signals it ignores are those a terminal
/// or a service manager sends to everyone.
const SCRIPT: &str = r#"trap '' INT TERM HUP QUIT
groups=' '
while read -r action group; do
  case $action in
    add) groups="$groups$group " ;;
    del) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done"#;

/// The pipe to the shell, which is started with the first function.
#[derive(Default)]
pub(crate) struct Guard {
    pipe: Mutex<Option<File>>,
}

impl Guard {
    /// Must be called within a tokio runtime, which reaps the shell.
    pub(crate) fn add(&self, group: Pid) {
        let mut pipe = self.pipe.lock().expect("no panic happens under this lock");
        if pipe.is_none() {
            match start() {
                Ok(started) => *pipe = Some(started),
                Err(error) => tracing::warn!(%error, "functions will outlive a crash of this process: cannot start sh"),
            }
        }
        tell(&mut pipe, "add", group);
    }

    pub(crate) fn remove(&self, group: Pid) {
        tell(&mut self.pipe.lock().expect("no panic happens under this lock"), "del", group);
    }
}

fn start() -> std::io::Result<File> {
    let mut child = tokio::process::Command::new("/bin/sh")
        .args(["-c", SCRIPT, "stepwell-function-guard"])
        .current_dir("/")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    let stdin = child.stdin.take().expect("stdin is piped");
    Ok(File::from(stdin.into_owned_fd()?))
}

fn tell(pipe: &mut Option<File>, action: &str, group: Pid) {
    let Some(open) = pipe else { return };
    if let Err(error) = writeln!(open, "{action} {}", group.as_raw_nonzero()) {
        tracing::warn!(%error, "functions will outlive a crash of this process: the guard is gone");
        *pipe = None;
    }
}
