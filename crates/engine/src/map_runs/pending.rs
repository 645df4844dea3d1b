//! Children that were not started when their run ended: what is told of them in `PENDING` files.
//!
//! All those that were read and not started are told of, and those that wait for a redrive. What was not read yet is read for that, so that the
//! files have all items of a source that is not very long; of a long one only what comes next, because the execution waits for the end.

use super::children::Context;
use super::results::pending_redrive_record;
use super::rows::{failures, read_failures};
use super::source;
use super::window::Window;
use std::sync::Arc;
use store::PartitionId;
use tokio::sync::mpsc;

/// Children that are read to be told of at most, and about how many bytes of them.
const READ_MAX: u64 = 100_000;
const READ_BYTES_MAX: usize = 64 << 20;

/// Tells of them, one after the other. What cannot be read ends it: that is no new failure of a run that fails or is stopped.
pub(super) async fn tell(
    context: &Arc<Context>,
    partition: PartitionId,
    window: Window,
    redrive_count: u64,
    out: mpsc::Sender<String>,
) {
    if redrive_count > 0 && tell_redriven(context, partition, redrive_count, &out).await.is_err() {
        return;
    }
    let (read, mut reads) = mpsc::channel(1);
    let again: Vec<_> = window.chunks.values().cloned().collect();
    let reading = source::read(context.clone(), again, (window.next, window.next_position), read);
    let telling = async move {
        let (mut children_left, mut bytes_left) = (READ_MAX, READ_BYTES_MAX);
        while let Some(Ok(source::Read { chunk, children, .. })) = reads.recv().await {
            let is_known = chunk.first < window.next;
            for child in children {
                if is_known && chunk.is_done(child.index) {
                    continue;
                }
                let text = context.pending(&child).to_string();
                if !is_known {
                    if children_left == 0 || bytes_left == 0 {
                        return;
                    }
                    children_left -= 1;
                    bytes_left = bytes_left.saturating_sub(text.len());
                }
                if out.send(text).await.is_err() {
                    return;
                }
            }
        }
    };
    tokio::join!(reading, telling);
}

async fn tell_redriven(
    context: &Context,
    partition: PartitionId,
    redrive_count: u64,
    out: &mpsc::Sender<String>,
) -> Result<(), ()> {
    let mut from = Some(failures(context.run));
    while from.is_some() {
        for (ended, redrives) in read_failures(&*context.shared.store, partition, &mut from).await.map_err(drop)? {
            if redrives < redrive_count {
                let record = pending_redrive_record(&ended, context.child_machine_arn());
                out.send(record.to_string()).await.map_err(drop)?;
            }
        }
    }
    Ok(())
}
