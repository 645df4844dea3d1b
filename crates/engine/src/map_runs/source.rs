//! From items to what children are given: items are read in order, in chunks, and put into batches if there is an `ItemBatcher`.

use super::Broken;
use super::children::Context;
use super::items::{Items, ReadItem};
use super::window::{CHUNK_MAX, Chunk, Position};
use json::{ObjectBuilder, Payload, Value};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Items that a chunk may take in memory before it is cut short, about, in bytes.
const CHUNK_BYTES: usize = 1 << 20;

/// A child to be started.
#[derive(Clone, Debug)]
pub(super) struct NewChild {
    pub index: u64,
    /// How many items it is given, and the first of them.
    pub items: u64,
    pub first_item: u64,
    /// The item and its key, from which the input is made when the child is started.
    pub value: Value,
    pub key: Option<Arc<str>>,
    /// The input, if it is made already.
    pub input: Option<Payload>,
}

/// Children that were read.
pub(super) struct Read {
    pub chunk: Chunk,
    pub next_position: Position,
    pub children: Vec<NewChild>,
}

/// Reads chunks until there are no more items, or nobody takes them: first once more those of which not all children have ended, then what
/// comes from `next` on. The last thing told is how many items there are, or what went wrong.
pub(super) async fn read(
    context: Arc<Context>,
    again: Vec<Chunk>,
    next: (u64, Position),
    out: mpsc::Sender<Result<Read, Broken>>,
) {
    if let Err(broken) = read_all(&context, again, next, &out).await {
        let _ = out.send(Err(broken)).await;
    }
}

async fn read_all(
    context: &Context,
    again: Vec<Chunk>,
    (mut index, position): (u64, Position),
    out: &mpsc::Sender<Result<Read, Broken>>,
) -> Result<(), Broken> {
    for chunk in again {
        let mut items = open(context, chunk.position).await?;
        let mut children = Vec::with_capacity(chunk.count as usize);
        while (children.len() as u64) < chunk.count {
            let index = chunk.first + children.len() as u64;
            let Some((child, _)) = next_child(context, &mut items, index).await? else {
                return Err(Broken::new(
                    "States.ItemReaderFailed",
                    "Items that were read before are not there any more.",
                ));
            };
            children.push(child);
        }
        let read = Read { chunk, next_position: items.position(), children };
        if out.send(Ok(read)).await.is_err() {
            return Ok(());
        }
    }
    let mut items = open(context, position).await?;
    loop {
        let position = items.position();
        let (mut children, mut bytes) = (Vec::new(), 0);
        let first = index;
        while (children.len() as u64) < CHUNK_MAX && bytes < CHUNK_BYTES {
            let Some((child, taken)) = next_child(context, &mut items, index).await? else { break };
            index += 1;
            bytes += taken;
            children.push(child);
        }
        if children.is_empty() {
            return Ok(());
        }
        let chunk = Chunk::new(first, children.len() as u64, position);
        if out.send(Ok(Read { chunk, next_position: items.position(), children })).await.is_err() {
            return Ok(());
        }
    }
}

async fn open(context: &Context, position: Position) -> Result<Items, Broken> {
    Items::open(context.source.clone(), context.shared.buckets.clone(), position).await
}

/// The next child, and about how many bytes its items take.
async fn next_child(context: &Context, items: &mut Items, index: u64) -> Result<Option<(NewChild, usize)>, Broken> {
    match &context.batcher {
        None => {
            let first_item = items.position().item;
            let Some(ReadItem { value, key, bytes }) = items.next().await? else { return Ok(None) };
            Ok(Some((NewChild { index, items: 1, first_item, value, key, input: None }, bytes)))
        }
        Some(batcher) => {
            let limit = context.shared.settings.payload_bytes_max as u64;
            let bytes_max = batcher.bytes_max.map_or(limit, |bytes| bytes.min(limit));
            let items_max = batcher.items_max.filter(|items| *items > 0).unwrap_or(u64::MAX);
            // `{"BatchInput":…,"Items":[]}`
            let shell = batcher.input.as_ref().map_or(0, |input| input.to_string().len() + 14) + 12;
            let (mut batch, mut bytes) = (Vec::new(), shell as u64);
            let first_item = items.position().item;
            while (batch.len() as u64) < items_max {
                let position = items.position().item;
                let Some(ReadItem { value, key, .. }) = items.next().await? else { break };
                let selected = context.select(position, &value, key.as_deref())?;
                let more = selected.to_string().len() as u64 + u64::from(!batch.is_empty());
                if bytes + more > bytes_max {
                    if batch.is_empty() {
                        return Err(context.too_large());
                    }
                    items.put_back(ReadItem { value, key, bytes: more as usize });
                    break;
                }
                bytes += more;
                batch.push(selected);
            }
            if batch.is_empty() {
                return Ok(None);
            }
            let count = batch.len() as u64;
            let mut input = ObjectBuilder::new();
            input.insert_some("BatchInput", batcher.input.as_ref());
            input.insert("Items", batch);
            let input = Some(Payload::from(Value::from(input.build())));
            let child = NewChild { index, items: count, first_item, value: Value::Null, key: None, input };
            Ok(Some((child, bytes as usize)))
        }
    }
}
