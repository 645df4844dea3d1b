//! `cargo xtask aws-models`: the models of all services from botocore, without their prose, as the pack in `crates/service-models`, and beside it
//! where the services are.

use crate::test::clients;
use crate::workspace;
use anyhow::{Context, anyhow, bail};
use json::{ObjectBuilder, Value, json};
use miniz_oxide::deflate::compress_to_vec;
use std::collections::BTreeMap;

/// The pack, relative to the root.
const PACK: &str = "crates/service-models/models.pack";

const ENDPOINTS: &str = "crates/service-models/endpoints.json";

/// Prints the version, then a model a line.
const PRINT_MODELS: &str = "import json, botocore, botocore.loaders
PROSE = {'documentation', 'documentationUrl', 'examples', 'deprecatedMessage', 'deprecatedSince', 'serviceAbbreviation', 'uid'}
def kept(value):
    if isinstance(value, dict):
        return {key: kept(inner) for key, inner in value.items() if key not in PROSE or isinstance(inner, dict)}
    return [kept(inner) for inner in value] if isinstance(value, list) else value
loader = botocore.loaders.Loader()
print(json.dumps(botocore.__version__))
for name in loader.list_available_services('service-2'):
    print(json.dumps(kept(loader.load_service_model(name, 'service-2')), separators=(',', ':')))";

/// One service of the pack.
struct Packed {
    id: String,
    operations: Vec<Value>,
    model: Vec<u8>,
    bytes: usize,
}

/// Takes the models of the botocore in `.venv` and writes the pack.
pub(crate) fn run() -> anyhow::Result<()> {
    let output = clients::ask_botocore(PRINT_MODELS)?;
    let mut lines = output.lines();
    let version = json::parse(lines.next().context("no version")?).map_err(|error| anyhow!("botocore: {error}"))?;
    let mut services = BTreeMap::new();
    for line in lines {
        let (name, packed) = packed(line)?;
        // botocore has one service under two names.
        let twin: Option<&Packed> = services.get(&name);
        if twin.is_some_and(|twin| twin.id != packed.id || twin.operations != packed.operations) {
            bail!("two services are called {name}");
        }
        services.insert(name, packed);
    }
    let entries = services.iter().map(|(name, packed)| {
        json!({"name": (name.as_str()), "id": (packed.id.as_str()), "length": (packed.model.len() as i64),
            "bytes": (packed.bytes as i64), "operations": (packed.operations.clone())})
    });
    let mut index = ObjectBuilder::new();
    index.insert("botocore", version).insert("services", entries.collect::<Vec<_>>());
    let index = deflated(&Value::from(index.build()).to_string());
    let mut pack = u32::try_from(index.len())?.to_le_bytes().to_vec();
    pack.extend(index);
    services.values().for_each(|packed| pack.extend(&packed.model));
    println!("{} services, {} bytes", services.len(), pack.len());
    std::fs::write(workspace::root().join(PACK), pack).context(PACK)?;
    let endpoints = clients::ask_botocore(include_str!("endpoints.py"))?;
    std::fs::write(workspace::root().join(ENDPOINTS), endpoints).context(ENDPOINTS)
}

/// Whether the pack is of the installed botocore.
pub(crate) fn check_botocore() -> anyhow::Result<()> {
    let installed = clients::botocore_version()?;
    let packed = service_models::botocore_version();
    if packed != Some(&installed) {
        let packed = packed.unwrap_or("two versions");
        bail!("{PACK} and {ENDPOINTS} are of botocore {packed}, {installed} is installed: run cargo xtask aws-models");
    }
    println!("{PACK} and {ENDPOINTS} are of botocore {installed}");
    Ok(())
}

fn packed(line: &str) -> anyhow::Result<(String, Packed)> {
    let model = json::parse(line).map_err(|error| anyhow!("botocore: {error}"))?;
    let id = model.get("metadata").and_then(|metadata| metadata.get("serviceId")).and_then(Value::as_str);
    let id = id.context("a service without an id")?.to_owned();
    let operations = model.get("operations").and_then(Value::as_object).context("a service without operations")?;
    let mut operations: Vec<&str> = operations.keys().map(|name| &**name).collect();
    operations.sort_unstable();
    let operations = operations.into_iter().map(Value::from).collect();
    Ok((name_of(&id), Packed { id, operations, model: deflated(line), bytes: line.len() }))
}

/// The name of the package in AWS's SDK for Java, by its rule: the id without spaces and without `Amazon`, `AWS` and `Service` at its ends.
fn name_of(id: &str) -> String {
    let name: String = id.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let name = name.strip_prefix("amazon").or_else(|| name.strip_prefix("aws")).unwrap_or(&name);
    name.strip_suffix("service").unwrap_or(name).to_owned()
}

fn deflated(text: &str) -> Vec<u8> {
    const LEVEL: u8 = 10;
    compress_to_vec(text.as_bytes(), LEVEL)
}
