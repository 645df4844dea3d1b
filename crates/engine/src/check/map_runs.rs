//! The Map Runs of an execution, what is left to be done for them, their results and failures, and jobs that are to be stopped.
//!
//! A run says how many children have ended, and how; the rows of its results, its failures and its children say so too.

use super::execution::name;
use super::{Checker, Expected, PAGE};
use crate::engine::partitions;
use crate::keys::{self, ExecutionKey, index_prefix, state_machine_of};
use crate::map_runs::{self, Asked, Counts, MapRunRow, State, Status, read_failure, read_results};
use crate::partition::{Resident, Stored, load};
use arn::MapRunArn;
use interpreter::{MapRunId, Phase, Plan};
use std::collections::BTreeSet;
use store::{Bytes, PartitionId, Range, StoreError, Table};

/// Map Runs of which it is remembered whether they are there.
const RUNS_MAX: usize = 100_000;
/// The statuses of executions as they stand in index keys: running first.
const STATUSES: u8 = 5;

impl Checker<'_> {
    /// Everything that is stored of the Map Runs of one execution.
    pub(super) async fn map_runs_of(
        &mut self,
        partition: PartitionId,
        key: &ExecutionKey,
        resident: &Resident,
        expected: &mut Expected,
    ) -> Result<(), StoreError> {
        let execution = &resident.execution;
        let place = execution.header.execution_arn.to_string();
        let mut waited_for: BTreeSet<MapRunId> = BTreeSet::new();
        let mut known: BTreeSet<MapRunId> = BTreeSet::new();
        for frame in execution.frames() {
            if let Phase::MapRun { run, is_open, .. } = frame.phase {
                known.insert(run);
                waited_for.extend(is_open.then_some(run));
            }
        }
        let mut range = Range::prefix(keys::MAP_RUNS_OF, key.prefix()).limit(PAGE);
        loop {
            let rows = self.page(partition, &mut range).await?;
            if rows.is_empty() {
                break;
            }
            expected.map_runs += rows.len() as u64;
            for run in rows.iter().filter_map(|(row, _)| keys::read_map_run(row)) {
                known.remove(&run);
                self.map_run(partition, key, run, waited_for.contains(&run), expected).await?;
            }
        }
        for run in known {
            self.report("Map Run", place.clone(), format!("it has the run {run}, whose row is missing"));
        }
        if let Some(child) = execution.header.map_run.filter(|_| execution.is_running())
            && !self.is_there(child.run).await?
        {
            self.report("Map Run", place, format!("it is a child of the run {}, which is not there", child.run));
        }
        Ok(())
    }

    async fn is_there(&mut self, run: MapRunId) -> Result<bool, StoreError> {
        if let Some(is_there) = self.runs.get(&run) {
            return Ok(*is_there);
        }
        let is_there = map_runs::is_stored(&*self.store, run).await?;
        if self.runs.len() >= RUNS_MAX {
            self.runs.clear();
        }
        self.runs.insert(run, is_there);
        Ok(is_there)
    }

    async fn map_run(
        &mut self,
        partition: PartitionId,
        execution: &ExecutionKey,
        run: MapRunId,
        is_waited_for: bool,
        expected: &mut Expected,
    ) -> Result<(), StoreError> {
        let key = keys::map_run(run);
        let place = format!("Map Run {run} of {}", name(execution));
        let (row, state) = (
            self.store.get(partition, keys::MAP_RUNS, &key).await?,
            self.store.get(partition, keys::MAP_RUN_STATES, &key).await?,
        );
        let (Some(row), Some(state)) = (row, state) else {
            self.report("Map Run", place, "its row, or the row that says how far it is, is missing");
            return Ok(());
        };
        let read = MapRunRow::read(&row).and_then(|row| Ok((row, State::read(&state)?)));
        let (row, state) = match read {
            Ok(read) => read,
            Err(corrupt) => {
                self.report("Map Run", place, corrupt.to_string());
                return Ok(());
            }
        };
        if *row.execution != execution.0[..] {
            self.report("Map Run", place.clone(), "its row is of another execution");
        }
        let asked = self.store.get(partition, keys::OPEN_MAP_RUNS, &key).await?;
        expected.open_map_runs += u64::from(asked.is_some());
        let asked = match asked.map(|row| Asked::read(&row)) {
            Some(None) => {
                self.report("open Map Run", place, "it cannot be read what is left to be done for it");
                return Ok(());
            }
            Some(asked) => asked,
            None => None,
        };
        let goes_on = matches!(asked, Some(Asked::Run | Asked::Redrive));
        let is_running = state.status == Status::Running;
        let problem = match (is_waited_for, goes_on) {
            (true, false) => Some("its execution waits for its end, which nobody will bring about"),
            (false, true) => Some("it goes on, but its execution does not wait for it"),
            _ if asked.is_none() && is_running => Some("nothing is left to be done for it, but it has not ended"),
            _ if asked == Some(Asked::Run) && !is_running => Some("it is to run, but has ended"),
            _ => None,
        };
        if let Some(problem) = problem {
            self.report("open Map Run", place.clone(), problem);
        }
        let plan = Plan::read(&row.plan);
        self.ends(partition, (run, &place), &state, plan.writer().is_some(), expected).await?;
        if asked.is_none() && !plan.is_express {
            // A stop may come before children that were started have been counted; a redrive finds them.
            let is_stopped = state.status == Status::Aborted;
            self.children((run, &place), &row, execution, (&state.executions, is_stopped)).await?;
        }
        Ok(())
    }

    /// How many children have ended, by what was counted, and by the rows of results and failures.
    async fn ends(
        &mut self,
        partition: PartitionId,
        (run, place): (MapRunId, &str),
        state: &State,
        has_files: bool,
        expected: &mut Expected,
    ) -> Result<(), StoreError> {
        let ended = state.window.next - state.window.open_count();
        let failed = not_succeeded(&state.executions);
        if state.executions.succeeded + failed != ended {
            let counted = state.executions.succeeded + failed;
            self.report("Map Run", place, format!("{counted} children are counted, {ended} have ended"));
        }
        let items = state.items.succeeded + not_succeeded(&state.items);
        if items > state.items_total {
            self.report("Map Run", place, format!("{items} items are counted, there are {}", state.items_total));
        }
        let key = keys::map_run(run);
        let mut failures = 0;
        let mut range = Range::prefix(keys::MAP_RUN_FAILURES, key.to_vec()).limit(PAGE);
        loop {
            let rows = self.page(partition, &mut range).await?;
            if rows.is_empty() {
                break;
            }
            failures += rows.len() as u64;
            for (row_key, row) in rows {
                let index = row_key.last_chunk().map_or(0, |index| u64::from_be_bytes(*index));
                let problem = match read_failure(index, &row) {
                    Err(corrupt) => corrupt.to_string(),
                    Ok(_) if index >= state.window.next => "it is of a child that was not read".to_owned(),
                    Ok((_, redrives)) if redrives > state.redrive_count => "it is of a redrive to come".to_owned(),
                    Ok(_) => continue,
                };
                self.report("Map Run failure", format!("child {index} of {place}"), problem);
            }
        }
        expected.map_run_failures += failures;
        if failures != failed {
            let problem = format!("there are {failures} rows of children that did not succeed, {failed} are counted");
            self.report("Map Run failure", place, problem);
        }
        let tails: BTreeSet<u64> = state.written.iter().flat_map(|file| file.tail_rows.iter().copied()).collect();
        let (mut results, mut found_tails): (BTreeSet<u64>, BTreeSet<u64>) = Default::default();
        let mut range = Range::prefix(keys::MAP_RUN_RESULTS, key.to_vec()).limit(PAGE);
        loop {
            let rows = self.page(partition, &mut range).await?;
            if rows.is_empty() {
                break;
            }
            expected.map_run_results += rows.len() as u64;
            for (row_key, row) in rows {
                let number = row_key.last_chunk().map_or(0, |number| u64::from_be_bytes(*number));
                let problem = match (tails.contains(&number), read_results(&row)) {
                    _ if number >= state.next_result => "its number is one that was not given yet".to_owned(),
                    (true, _) => {
                        found_tails.insert(number);
                        continue;
                    }
                    (false, Ok(of)) => {
                        results.extend(of.into_iter().map(|(index, _)| index));
                        continue;
                    }
                    (false, Err(corrupt)) => corrupt.to_string(),
                };
                self.report("Map Run result", format!("results {number} of {place}"), problem);
            }
        }
        if found_tails != tails {
            self.report("Map Run result", place, "a part of a result file is missing");
        }
        // Results that go into files, or are too many, have no rows.
        if !has_files && !state.is_too_large && results.len() as u64 != ended {
            let problem = format!("there are results of {} children, {ended} have ended", results.len());
            self.report("Map Run result", place, problem);
        }
        Ok(())
    }

    /// The children of a run that has ended, by the index of executions: none runs, and there are no more than it has counted. Fewer there
    /// may be: they are kept for their own time.
    async fn children(
        &mut self,
        (run, place): (MapRunId, &str),
        row: &MapRunRow,
        execution: &ExecutionKey,
        (counts, is_stopped): (&Counts, bool),
    ) -> Result<(), StoreError> {
        let Ok(arn) = MapRunArn::parse(&row.map_run_arn) else {
            self.report("Map Run", place, "its ARN cannot be read");
            return Ok(());
        };
        let indexed = format!("{}/{}:{run}", state_machine_of(execution.machine()), arn.label);
        let counted = [0, counts.succeeded, counts.failed, counts.timed_out, counts.aborted];
        // Those that were to be redriven and were not have their old status.
        let pending = counts.pending_redrive;
        for (status, counted) in (0..STATUSES).zip(counted) {
            let mut found = 0;
            for partition in partitions() {
                let mut range = Range::prefix(keys::INDEX, index_prefix(&indexed, status)).limit(PAGE);
                loop {
                    match self.page(partition, &mut range).await?.len() {
                        0 => break,
                        rows => found += rows as u64,
                    }
                }
            }
            if status == 0 && found > 0 {
                self.report("Map Run", place, format!("it has ended, and {found} of its children run"));
            } else if status > 0 && !is_stopped && found > counted + if status > 1 { pending } else { 0 } {
                let problem = format!("{found} of its children have the status {status}, {counted} are counted");
                self.report("Map Run", place, problem);
            }
        }
        Ok(())
    }

    /// Rows of runs that no execution accounts for.
    pub(super) async fn stray_map_runs(
        &mut self,
        partition: PartitionId,
        expected: &Expected,
    ) -> Result<(), StoreError> {
        let tables: [(Table, &'static str, u64); 6] = [
            (keys::MAP_RUNS_OF, "Map Run", expected.map_runs),
            (keys::MAP_RUNS, "Map Run", expected.map_runs),
            (keys::MAP_RUN_STATES, "Map Run", expected.map_runs),
            (keys::OPEN_MAP_RUNS, "open Map Run", expected.open_map_runs),
            (keys::MAP_RUN_RESULTS, "Map Run result", expected.map_run_results),
            (keys::MAP_RUN_FAILURES, "Map Run failure", expected.map_run_failures),
        ];
        for (table, kind, count) in tables {
            if self.count(partition, table).await? <= count {
                continue;
            }
            let mut range = Range::all(table).limit(PAGE);
            loop {
                let rows = self.page(partition, &mut range).await?;
                if rows.is_empty() {
                    break;
                }
                for (row, _) in rows {
                    if !self.is_of_a_run(partition, table, &row).await? {
                        self.report(kind, format!("row '{}'", row.escape_ascii()), "no execution accounts for it");
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a row is of a run that its execution knows, or of one that is being removed.
    async fn is_of_a_run(&self, partition: PartitionId, table: Table, row: &Bytes) -> Result<bool, StoreError> {
        let (execution, run) = if table == keys::MAP_RUNS_OF {
            match keys::split(row, keys::MAP_RUN_OF_LEN) {
                Some((execution, rest)) => (Some(execution), keys::read_map_run(&rest)),
                None => return Ok(false),
            }
        } else {
            (None, row.first_chunk().map(|bytes| MapRunId(u128::from_be_bytes(*bytes))))
        };
        let has_number = [keys::MAP_RUN_RESULTS, keys::MAP_RUN_FAILURES].contains(&table);
        let is_long = table == keys::MAP_RUNS_OF || row.len() == 16 + if has_number { 8 } else { 0 };
        let (Some(run), true) = (run, is_long) else { return Ok(false) };
        let Some(stored) = self.store.get(partition, keys::MAP_RUNS, &keys::map_run(run)).await? else {
            return Ok(false);
        };
        let Ok(stored) = MapRunRow::read(&stored) else { return Ok(true) };
        let of_row = ExecutionKey(Bytes::copy_from_slice(&stored.execution));
        if execution.is_some_and(|execution| execution != of_row) {
            return Ok(false);
        }
        match load(&*self.store, &self.registry, partition, &of_row).await {
            Ok(Stored::Nothing) => return Ok(false),
            // It is a finding already, or goes piece by piece.
            Ok(Stored::Leaving) | Err(StoreError::Corrupt { .. }) => return Ok(true),
            Ok(Stored::Execution(_)) => {}
            Err(error) => return Err(error),
        }
        let mut range = Range::prefix(keys::MAP_RUNS_OF, of_row.prefix()).limit(PAGE);
        loop {
            let rows = self.page(partition, &mut range).await?;
            if rows.is_empty() {
                return Ok(false);
            }
            if rows.iter().any(|(row, _)| keys::read_map_run(row) == Some(run)) {
                return Ok(true);
            }
        }
    }

    /// Jobs that are to be stopped: each of an execution that is there and waits for it no more.
    pub(super) async fn abandoned_jobs(&mut self, partition: PartitionId) -> Result<(), StoreError> {
        let mut range = Range::all(keys::ABANDONED_JOBS).limit(PAGE);
        loop {
            let rows = self.page(partition, &mut range).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for (row_key, row) in rows {
                let read = keys::split(&row_key, 16).and_then(|(of, task)| Some((of, keys::read_task(&task)?)));
                let (Some((of, task)), Some(_)) = (read, keys::read_job(&row)) else {
                    self.report("abandoned job", format!("row '{}'", row_key.escape_ascii()), "it cannot be read");
                    continue;
                };
                let problem = match load(&*self.store, &self.registry, partition, &of).await {
                    Ok(Stored::Execution(mut resident)) => {
                        let read = resident.read_frame(&*self.store, partition, &of, task.frame).await;
                        let attempt = resident.execution.frame(task.frame).and_then(|frame| frame.task_attempt());
                        let waits = attempt.is_some_and(|attempt| attempt.scheduled_event == task.scheduled_event);
                        (read.is_ok() && waits).then_some("it is to be stopped, but its execution waits for it")
                    }
                    Ok(Stored::Nothing) => Some("its execution is not there"),
                    Ok(Stored::Leaving) | Err(StoreError::Corrupt { .. }) => None,
                    Err(error) => return Err(error),
                };
                if let Some(problem) = problem {
                    self.report("abandoned job", name(&of), problem);
                }
            }
        }
    }
}

fn not_succeeded(counts: &Counts) -> u64 {
    counts.failed + counts.timed_out + counts.aborted + counts.pending_redrive
}
