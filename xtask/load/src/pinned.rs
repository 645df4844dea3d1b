//! A thread that keeps to one processor, where the system lets it choose (Linux).

#[cfg(target_os = "linux")]
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// While this lives, the thread that made it runs on the first processor it may run on. Processes it starts meanwhile inherit that.
pub(crate) struct Pinned {
    #[cfg(target_os = "linux")]
    before: CpuSet,
}

#[cfg(target_os = "linux")]
impl Pinned {
    pub(crate) fn to_first() -> std::io::Result<Pinned> {
        let before = sched_getaffinity(None)?;
        let mut one = CpuSet::new();
        (0..CpuSet::MAX_CPU).find(|&processor| before.is_set(processor)).into_iter().for_each(|first| one.set(first));
        sched_setaffinity(None, &one)?;
        Ok(Pinned { before })
    }
}

#[cfg(target_os = "linux")]
impl Drop for Pinned {
    fn drop(&mut self) {
        // A thread that stays where it is measures all the same.
        let _ = sched_setaffinity(None, &self.before);
    }
}

#[cfg(not(target_os = "linux"))]
impl Pinned {
    pub(crate) fn to_first() -> std::io::Result<Pinned> {
        Ok(Pinned {})
    }
}
