//! What the kernel says about a process (Linux).

use anyhow::Context;

/// Units of CPU times in /proc per second: fixed for programs, whatever the kernel's own clock does.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process, by its directory in /proc.
#[derive(Clone, Debug)]
pub(crate) struct Process(String);

impl Process {
    /// This one.
    pub(crate) fn own() -> Process {
        Process("/proc/self".to_owned())
    }

    pub(crate) fn of(id: u32) -> Process {
        Process(format!("/proc/{id}"))
    }

    /// Memory it occupies now, in bytes.
    pub(crate) fn resident_bytes(&self) -> anyhow::Result<f64> {
        Ok(self.read("status", "VmRSS:")? * 1024.0)
    }

    /// The most memory it has ever occupied, in bytes.
    pub(crate) fn peak_bytes(&self) -> anyhow::Result<f64> {
        Ok(self.read("status", "VmHWM:")? * 1024.0)
    }

    /// Bytes it handed to the kernel to write, to files or sockets, since its start. Exact, unlike what reaches the device.
    pub(crate) fn written_bytes(&self) -> anyhow::Result<f64> {
        self.read("io", "wchar:")
    }

    /// Threads it has now.
    pub(crate) fn threads(&self) -> anyhow::Result<f64> {
        self.read("status", "Threads:")
    }

    /// CPU time of all its threads since its start.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("{}/stat", self.0))?;
        // The second field is the program's name in brackets and may hold spaces; user and system time are the 14th and 15th.
        let (_, rest) = stat.rsplit_once(')').context("/proc/PID/stat is not as expected")?;
        let ticks: f64 = rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
        Ok(ticks / TICKS_PER_SECOND)
    }

    fn read(&self, file: &str, field: &str) -> anyhow::Result<f64> {
        let file = format!("{}/{file}", self.0);
        let text = std::fs::read_to_string(&file).with_context(|| file.clone())?;
        let value = text.lines().find_map(|line| line.strip_prefix(field)?.split_whitespace().next()?.parse().ok());
        value.with_context(|| format!("{file} has no {field}"))
    }
}
