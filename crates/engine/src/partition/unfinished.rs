//! Executions that stopped in the middle of a step because their turn was over, in the order in which they get the next one.

use crate::keys::ExecutionKey;
use std::collections::{HashSet, VecDeque};

/// The queue; an execution stands in it once.
#[derive(Default)]
pub(crate) struct Unfinished {
    queue: VecDeque<ExecutionKey>,
    members: HashSet<ExecutionKey>,
}

impl Unfinished {
    pub fn push(&mut self, key: ExecutionKey) {
        if self.members.insert(key.clone()) {
            self.queue.push_back(key);
        }
    }

    pub fn pop(&mut self) -> Option<ExecutionKey> {
        let key = self.queue.pop_front()?;
        self.members.remove(&key);
        Some(key)
    }

    pub fn len(&self) -> usize {
        self.queue.len()
    }

    pub fn clear(&mut self) {
        *self = Unfinished::default();
    }
}
