//! The runners of one partition.

use super::{Asked, MapRunInput, Message, OpenRow, runner};
use crate::keys;
use crate::partition::{Input, Shared};
use interpreter::MapRunId;
use std::collections::HashMap;
use std::sync::Arc;
use store::{PartitionId, Write};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// The runners at work for a partition.
#[derive(Default)]
pub(crate) struct RunningMapRuns {
    runs: HashMap<MapRunId, Running>,
    incarnations: u64,
}

struct Running {
    incarnation: u64,
    runner: AbortHandle,
    messages: mpsc::UnboundedSender<Message>,
    /// What was asked for last, and whether that is durable.
    asked: Asked,
    is_durable: bool,
}

impl RunningMapRuns {
    /// Something is asked for in a batch that is on its way to the disk.
    pub fn asked(&mut self, run: MapRunId, asked: Asked) {
        if let Some(running) = self.runs.get_mut(&run) {
            (running.asked, running.is_durable) = (asked, false);
        }
    }

    /// What was asked for is durable.
    pub fn take(
        &mut self,
        shared: &Arc<Shared>,
        partition: PartitionId,
        sender: &mpsc::Sender<Input>,
        run: MapRunId,
        asked: Asked,
    ) {
        match self.runs.get_mut(&run) {
            None => self.start(shared, partition, sender, run),
            Some(running) => {
                running.is_durable |= running.asked == asked;
                // A redrive begins when what was asked for before has come to its end.
                if asked == Asked::Stop {
                    let _ = running.messages.send(Message::Stop);
                }
            }
        }
    }

    /// Begins to run something that is left to be done.
    pub fn start(&mut self, shared: &Arc<Shared>, partition: PartitionId, sender: &mpsc::Sender<Input>, run: MapRunId) {
        self.incarnations += 1;
        let incarnation = self.incarnations;
        let (messages, inbox) = mpsc::unbounded_channel();
        shared.map_runs.lock().insert(run, messages.clone());
        let start = runner::Start {
            shared: shared.clone(),
            partition,
            sender: sender.clone(),
            run,
            incarnation,
            messages: messages.clone(),
            inbox,
        };
        let runner = tokio::spawn(runner::run(start)).abort_handle();
        let running = Running { incarnation, runner, messages, asked: Asked::Run, is_durable: true };
        self.runs.insert(run, running);
    }

    /// What becomes of the row that says what is left to be done, when a runner says how far it is; nothing if it is not the run's runner any
    /// more.
    pub fn accept(&mut self, input: &MapRunInput) -> Option<Option<Write>> {
        let running = self.runs.get_mut(&input.run).filter(|running| running.incarnation == input.incarnation)?;
        let key = keys::map_run(input.run);
        Some(match (input.open, running.asked) {
            (OpenRow::Stays, _) => None,
            // Something else was asked for since: its row stands.
            (OpenRow::Redriven, Asked::Stop) | (OpenRow::Goes, Asked::Redrive) => None,
            (OpenRow::Redriven, _) => {
                running.asked = Asked::Run;
                Some(Write::put(keys::OPEN_MAP_RUNS, key.to_vec(), Asked::Run.row().to_vec()))
            }
            (OpenRow::Goes, _) => Some(Write::delete(keys::OPEN_MAP_RUNS, key.to_vec())),
        })
    }

    /// The runner has come to its end, which is durable.
    pub fn ended(&mut self, shared: &Arc<Shared>, partition: PartitionId, sender: &mpsc::Sender<Input>, run: MapRunId) {
        let Some(running) = self.runs.remove(&run) else { return };
        shared.map_runs.lock().remove(&run);
        if running.asked == Asked::Redrive && running.is_durable {
            self.start(shared, partition, sender, run);
        }
    }

    /// Whether there is nothing to be done for any run.
    pub fn is_idle(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether a runner is at work for the run: not if there is none left to be done anything for, nor if it cannot be read.
    pub fn is_at_work(&self, run: MapRunId) -> bool {
        self.runs.get(&run).is_some_and(|running| !running.runner.is_finished())
    }

    /// Nothing is to be done for the run any more, whatever was asked for.
    pub fn forget(&mut self, shared: &Shared, run: MapRunId) {
        self.runs.remove(&run);
        shared.map_runs.lock().remove(&run);
    }

    /// Stops all runners; what is left to be done is in the store, and the runs are open still.
    pub fn abort_all(&mut self) {
        self.runs.drain().for_each(|(_, running)| running.runner.abort());
    }
}

impl Drop for RunningMapRuns {
    fn drop(&mut self) {
        for running in self.runs.values() {
            running.runner.abort();
        }
    }
}
