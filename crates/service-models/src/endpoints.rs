//! Where services are at AWS: as `prefix.region.suffix` of the Region's partition, but for those of `endpoints.json`, which
//! `cargo xtask aws-models` makes of botocore's rules.

use crate::Entry;
use json::Value;
use std::sync::OnceLock;

/// A family of Regions.
#[derive(Clone, Debug)]
pub struct Partition {
    /// Such as `aws-cn`.
    pub id: String,
    /// What its Regions' names begin with; empty for the one that has all others.
    prefix: String,
    /// What its hosts end with, such as `amazonaws.com.cn`.
    pub dns_suffix: String,
}

/// Where a service is for a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The host, perhaps with a path behind it.
    pub host: String,
    /// The Region that signatures name.
    pub signing_region: String,
}

struct Endpoints {
    botocore: String,
    partitions: Vec<Partition>,
    services: Value,
}

/// The partition of a Region; what is unknown belongs to AWS's largest.
pub fn partition_of(region: &str) -> &'static Partition {
    let partitions = &endpoints().partitions;
    // The longest beginnings come first, the empty one last.
    let found = partitions.iter().find(|partition| region.starts_with(&partition.prefix));
    found.expect("every name begins with nothing")
}

/// All partitions.
pub fn partitions() -> &'static [Partition] {
    &endpoints().partitions
}

/// The version of botocore whose rules these are.
pub(crate) fn botocore_version() -> &'static str {
    &endpoints().botocore
}

impl Entry {
    /// Where the service is for a Region.
    pub fn place(&self, region: &str) -> Place {
        let partition = partition_of(region);
        let exceptions = endpoints().services.get(&self.id);
        let exception = [region, &partition.id].iter().find_map(|key| exceptions?.get(key)?.as_array());
        let text = |index: usize| exception?.get(index)?.as_str().filter(|text| !text.is_empty());
        let usual = || format!("{}.{region}.{}", self.load().endpoint_prefix(), partition.dns_suffix);
        Place {
            host: text(0).map_or_else(usual, |host| host.replace("{region}", region)),
            signing_region: text(1).unwrap_or(region).to_owned(),
        }
    }
}

fn endpoints() -> &'static Endpoints {
    static ENDPOINTS: OnceLock<Endpoints> = OnceLock::new();
    ENDPOINTS.get_or_init(|| {
        let file = json::parse(include_str!("../endpoints.json")).expect("the file is JSON");
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let partition = |value: &Value| Partition {
            id: text(value, "id"),
            prefix: text(value, "prefix"),
            dns_suffix: text(value, "dnsSuffix"),
        };
        let partitions = file.get("partitions").and_then(Value::as_array).expect("the partitions");
        Endpoints {
            botocore: text(&file, "botocore"),
            partitions: partitions.iter().map(partition).collect(),
            services: file.get("services").cloned().expect("the services"),
        }
    })
}
