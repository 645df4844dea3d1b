//! The executions a partition has in memory. Beyond a bound the ones to which nothing has happened for longest are given up: they are on disk.

use super::resident::Resident;
use crate::keys::ExecutionKey;
use std::collections::{HashMap, VecDeque};

/// How many executions each partition keeps in memory. One that has left is read again when something happens to it: its head, and the frames
/// that this is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResidentLimits {
    /// Memory they may take, about, in bytes.
    pub bytes_max: usize,
    /// So many stay whatever they take: to read a Map of ten thousand items again for each of its turns would be far worse.
    pub count_min: usize,
}

impl Default for ResidentLimits {
    fn default() -> ResidentLimits {
        ResidentLimits { bytes_max: 4 * 1024 * 1024, count_min: 64 }
    }
}

/// What an execution takes beside its payloads and frames, about.
const RESIDENT_BYTES: usize = 2048;
/// What a frame takes beside its payloads, about.
const FRAME_BYTES: usize = 768;

/// The executions in memory.
#[derive(Default)]
pub(crate) struct Residents {
    by_key: HashMap<ExecutionKey, Resident>,
    /// In the order they were loaded or written, with the batch that did; of several entries of one execution the last one holds.
    order: VecDeque<(ExecutionKey, u64)>,
    bytes: usize,
}

impl Residents {
    pub fn get(&self, key: &ExecutionKey) -> Option<&Resident> {
        self.by_key.get(key)
    }

    pub fn get_mut(&mut self, key: &ExecutionKey) -> Option<&mut Resident> {
        self.by_key.get_mut(key)
    }

    pub fn contains(&self, key: &ExecutionKey) -> bool {
        self.by_key.contains_key(key)
    }

    /// Takes in one that is new or was loaded.
    pub fn insert(&mut self, key: ExecutionKey, resident: Resident) {
        self.order.push_back((key.clone(), resident.last_batch));
        let former = self.by_key.insert(key.clone(), resident);
        debug_assert!(former.is_none(), "an execution is loaded once");
        self.weigh(&key);
    }

    /// A batch writes the execution; it stays at least until that is durable.
    pub fn written(&mut self, key: &ExecutionKey, batch: u64) {
        if let Some(resident) = self.by_key.get_mut(key) {
            resident.last_batch = batch;
            self.order.push_back((key.clone(), batch));
            self.weigh(key);
        }
    }

    pub fn remove(&mut self, key: &ExecutionKey) {
        if let Some(resident) = self.by_key.remove(key) {
            self.bytes -= resident.bytes;
        }
    }

    pub fn clear(&mut self) {
        *self = Residents::default();
    }

    /// Gives up those that have been left alone longest, while there are too many; never one that a batch after `durable` wrote, or that
    /// `is_needed`.
    pub fn give_up(&mut self, limits: ResidentLimits, durable: u64, is_needed: impl Fn(&ExecutionKey) -> bool) {
        while self.bytes > limits.bytes_max && self.by_key.len() > limits.count_min {
            let Some((key, batch)) = self.order.front() else { break };
            if self.by_key.get(key).is_some_and(|resident| resident.last_batch == *batch) {
                if *batch > durable || is_needed(key) {
                    break;
                }
                let key = key.clone();
                self.remove(&key);
            }
            self.order.pop_front();
        }
        // Entries that no longer hold must not gather behind one that stays.
        if self.order.len() > 2 * self.by_key.len() + 1024 {
            let by_key = &self.by_key;
            self.order.retain(|(key, batch)| by_key.get(key).is_some_and(|resident| resident.last_batch == *batch));
        }
    }

    /// Looks again what an execution takes.
    pub fn weigh(&mut self, key: &ExecutionKey) {
        let Some(resident) = self.by_key.get_mut(key) else { return };
        let execution = &resident.execution;
        let input_bytes = execution.header.input.len_bytes();
        let bytes = RESIDENT_BYTES + 2 * input_bytes + FRAME_BYTES * execution.frame_count();
        self.bytes = self.bytes - resident.bytes + bytes;
        resident.bytes = bytes;
    }
}
