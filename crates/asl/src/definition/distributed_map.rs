//! What only a distributed Map has: where items come from, how they are batched, where results go.

use super::{IntegerField, Template};
use crate::MachineType;
use json::Value;

/// The fields of a Map whose `ProcessorConfig.Mode` is `DISTRIBUTED`.
#[derive(Debug)]
pub struct DistributedMap {
    /// `ProcessorConfig.ExecutionType`: what the child executions are.
    pub execution_type: MachineType,
    /// `Label`, a part of the children's ARNs.
    pub label: Option<String>,
    /// `ItemReader`
    pub item_reader: Option<ItemReader>,
    /// `ItemBatcher`
    pub item_batcher: Option<ItemBatcher>,
    /// `ResultWriter`
    pub result_writer: Option<ResultWriter>,
}

/// `ItemReader`: items from outside the state's input.
#[derive(Debug)]
pub struct ItemReader {
    /// `Resource`: the ARN as written.
    pub resource: String,
    /// `Parameters`, or `Arguments` in JSONata.
    pub parameters: Option<Template>,
    /// `ReaderConfig.MaxItems` or its path; zero means no limit.
    pub max_items: Option<IntegerField>,
    /// `ReaderConfig` as written.
    pub config: Option<Value>,
}

/// `ItemBatcher`: several items for one child execution. At least one of the limits is there.
#[derive(Debug)]
pub struct ItemBatcher {
    /// `MaxItemsPerBatch` or its path.
    pub max_items_per_batch: Option<IntegerField>,
    /// `MaxInputBytesPerBatch` or its path.
    pub max_input_bytes_per_batch: Option<IntegerField>,
    /// `BatchInput`: what every batch gets beside its items.
    pub batch_input: Option<Template>,
}

/// `ResultWriter`: results to outside the state's output. Either part may be missing, not both.
#[derive(Debug)]
pub struct ResultWriter {
    /// `Resource`: the ARN as written.
    pub resource: Option<String>,
    /// `Parameters`, or `Arguments` in JSONata.
    pub parameters: Option<Template>,
    /// `WriterConfig` as written.
    pub config: Option<Value>,
}
