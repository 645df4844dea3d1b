//! The pack: a compressed index and, for every service, its compressed model.
//!
//! ```text
//! length of the index: 4 bytes, little-endian
//! index: deflated JSON, {"botocore": VERSION, "services": [{"name", "id", "length", "bytes", "operations": [NAME]}]}
//! models: deflated JSON, each `length` bytes, in the index's order; `bytes` is the length of the JSON
//! ```
//!
//! The pack is part of the program, so what cannot be read in it is a broken promise of ours.

use crate::Service;
use crate::names::{camel, pascal};
use json::Value;
use std::sync::{Arc, OnceLock};

static PACK: &[u8] = include_bytes!("../models.pack");

/// A service in the pack.
#[derive(Debug)]
pub struct Entry {
    /// As Step Functions names it, such as `dynamodb`.
    pub name: String,
    /// As AWS names it, such as `DynamoDB` (`serviceId`).
    pub id: String,
    /// Its operations as the API names them, such as `PutItem`, in alphabetical order.
    pub operations: Vec<String>,
    model: &'static [u8],
    bytes: usize,
    loaded: OnceLock<Arc<Service>>,
}

impl Entry {
    /// Whether there is an operation of this name, in the API's spelling.
    pub fn has(&self, operation: &str) -> bool {
        self.operations.binary_search_by(|known| known.as_str().cmp(operation)).is_ok()
    }

    /// Whether there is an operation of this name, as Step Functions spells it: `putItem` for `PutItem`.
    pub fn has_action(&self, action: &str) -> bool {
        action.starts_with(|first: char| first.is_ascii_lowercase()) && self.has(&pascal(action))
    }

    /// The names of its operations, as Step Functions spells them.
    pub fn actions(&self) -> impl Iterator<Item = String> {
        self.operations.iter().map(|name| camel(name))
    }

    /// Its model, read once and kept.
    pub fn load(&self) -> &Arc<Service> {
        self.loaded.get_or_init(|| Arc::new(self.read()))
    }

    /// Its model, read now.
    pub fn read(&self) -> Service {
        Service::from_model(inflated(self.model, self.bytes))
    }
}

struct Index {
    botocore: String,
    services: Vec<Entry>,
}

/// All services, by name.
pub fn services() -> &'static [Entry] {
    &index().services
}

/// The bytes that the models take in the program.
pub fn pack_bytes() -> usize {
    PACK.len()
}

/// The service with this name.
pub fn entry(name: &str) -> Option<&'static Entry> {
    let services = services();
    services.binary_search_by(|entry| entry.name.as_str().cmp(name)).ok().map(|position| &services[position])
}

/// The model of the service with this name.
pub fn service(name: &str) -> Option<Arc<Service>> {
    entry(name).map(|entry| entry.load().clone())
}

/// The version of botocore whose models and endpoints these are; none if they are of different ones.
pub fn botocore_version() -> Option<&'static str> {
    let version = &*index().botocore;
    (version == crate::endpoints::botocore_version()).then_some(version)
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(read_index)
}

fn read_index() -> Index {
    const INDEX_BYTES_MAX: usize = 16 << 20;
    let (length, rest) = PACK.split_first_chunk().expect("the pack begins with a length");
    let (index, mut models) = rest.split_at(u32::from_le_bytes(*length) as usize);
    let index = inflated(index, INDEX_BYTES_MAX);
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).expect("a text").to_owned();
    let number = |value: &Value, key: &str| {
        let number = value.get(key).and_then(Value::as_i64).expect("a number");
        usize::try_from(number).expect("a length")
    };
    let services = index.get("services").and_then(Value::as_array).expect("the services");
    let entry = |service: &Value| {
        let model;
        (model, models) = models.split_at(number(service, "length"));
        let operations = service.get("operations").and_then(Value::as_array).expect("the operations");
        Entry {
            name: text(service, "name"),
            id: text(service, "id"),
            operations: operations.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            model,
            bytes: number(service, "bytes"),
            loaded: OnceLock::new(),
        }
    };
    let services = services.iter().map(entry).collect();
    Index { botocore: text(&index, "botocore"), services }
}

fn inflated(deflated: &[u8], bytes_max: usize) -> Value {
    let json = miniz_oxide::inflate::decompress_to_vec_with_limit(deflated, bytes_max).expect("the pack is whole");
    json::parse(std::str::from_utf8(&json).expect("JSON is UTF-8")).expect("the pack holds JSON")
}
