//! A bound on the memory of all bodies under way, shared by all connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many bytes may be held, and are.
#[derive(Debug)]
pub(crate) struct Memory {
    bytes_max: usize,
    used: AtomicUsize,
}

/// Bytes held, until it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    memory: Arc<Memory>,
    bytes: usize,
}

/// There is no room now.
#[derive(Debug)]
pub(crate) struct Full;

impl Memory {
    pub(crate) fn new(bytes_max: usize) -> Arc<Memory> {
        Arc::new(Memory { bytes_max, used: AtomicUsize::new(0) })
    }

    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Room that grows later.
    pub(crate) fn none(self: &Arc<Memory>) -> Held {
        Held { memory: self.clone(), bytes: 0 }
    }

    /// Bytes that are there already, whether they fit or not: what follows finds the less room.
    pub(crate) fn counted(self: &Arc<Memory>, bytes: usize) -> Held {
        self.used.fetch_add(bytes, Ordering::Relaxed);
        Held { memory: self.clone(), bytes }
    }
}

impl Held {
    /// Holds at least `bytes` in all.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> Result<(), Full> {
        let more = bytes.saturating_sub(self.bytes);
        if more == 0 {
            return Ok(());
        }
        let before = self.memory.used.fetch_add(more, Ordering::Relaxed);
        if before.saturating_add(more) > self.memory.bytes_max {
            self.memory.used.fetch_sub(more, Ordering::Relaxed);
            return Err(Full);
        }
        self.bytes += more;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_bounded_and_comes_back() {
        let memory = Memory::new(100);
        let (mut one, mut two) = (memory.none(), memory.none());
        assert!(one.grow_to(60).is_ok() && one.grow_to(50).is_ok());
        assert!(two.grow_to(41).is_err());
        assert!(two.grow_to(40).is_ok());
        let reply = memory.counted(500);
        assert!(memory.none().grow_to(1).is_err());
        drop((one, reply));
        assert_eq!(memory.used(), 40);
        assert!(two.grow_to(100).is_ok());
    }
}
