//! Which objects hold a run's items, one after the other.

use super::bytes::Bytes;
use super::{csv, failed};
use crate::map_runs::Broken;
use integrations::{Buckets, ObjectPlace};
use json::{Object, Value};
use std::sync::Arc;

/// The longest manifest, in bytes.
const MANIFEST_BYTES_MAX: usize = 64 << 20;

/// The objects.
pub(super) enum Listing {
    /// One, which was named.
    One(ObjectPlace),
    /// Those that `listObjectsV2` tells of.
    Prefix { arguments: Object },
    /// The lists that an S3 inventory's `manifest.json` names: rows of CSV without a header, whose columns the manifest names.
    Inventory(ObjectPlace),
    /// What Athena's manifest of an UNLOAD names.
    Athena(ObjectPlace),
}

/// One object.
pub(super) struct Listed {
    pub place: ObjectPlace,
    /// The names of its columns, if an inventory told them.
    pub columns: Vec<Arc<str>>,
}

impl Listing {
    /// The object `number`. `last` is the key of the one before it, if that was asked for, and becomes this one's.
    pub async fn object(
        &self,
        buckets: &Buckets,
        number: u64,
        last: &mut Option<String>,
    ) -> Result<Option<Listed>, Broken> {
        match self {
            Listing::One(place) => Ok((number == 0).then(|| Listed { place: place.clone(), columns: Vec::new() })),
            Listing::Prefix { arguments } => listed(buckets, arguments, number, last).await,
            Listing::Inventory(place) => inventory(buckets, place, number).await,
            Listing::Athena(place) => athena(buckets, place, number).await,
        }
    }
}

async fn listed(
    buckets: &Buckets,
    arguments: &Object,
    number: u64,
    last: &mut Option<String>,
) -> Result<Option<Listed>, Broken> {
    // The key before is not known only when reading begins in the middle: then the list is gone through from its beginning.
    let mut behind = if last.is_some() { 0 } else { number };
    loop {
        let page = buckets.list(arguments, last.as_deref()).await.map_err(|error| failed(error.to_string()))?;
        let keys: Vec<String> =
            page.iter().filter_map(|object| Some(object.get("Key")?.as_str()?.to_owned())).collect();
        // What ends in a slash stands for a folder and holds nothing.
        let objects: Vec<&String> = keys.iter().filter(|key| !key.ends_with('/')).collect();
        if let Some(key) = usize::try_from(behind).ok().and_then(|behind| objects.get(behind)) {
            *last = Some((*key).clone());
            let bucket = arguments.get("Bucket").and_then(Value::as_str).unwrap_or_default().to_owned();
            let place = ObjectPlace { bucket, key: (*key).clone(), more: Object::new() };
            return Ok(Some(Listed { place, columns: Vec::new() }));
        }
        behind -= objects.len() as u64;
        match keys.into_iter().next_back() {
            Some(key) => *last = Some(key),
            None => return Ok(None),
        }
    }
}

async fn whole(buckets: &Buckets, place: &ObjectPlace) -> Result<String, Broken> {
    let mut bytes = Bytes::open(buckets, place.clone(), 0).await?;
    while bytes.fill().await? {
        if bytes.rest().len() > MANIFEST_BYTES_MAX {
            return Err(failed("The manifest is longer than 64 MB."));
        }
    }
    String::from_utf8(bytes.rest().to_vec()).map_err(|_| failed("The manifest is not encoded in UTF-8."))
}

async fn inventory(buckets: &Buckets, place: &ObjectPlace, number: u64) -> Result<Option<Listed>, Broken> {
    let text = whole(buckets, place).await?;
    let manifest = json::parse(&text).map_err(|_| failed("The manifest is not valid JSON."))?;
    let member = |name: &str| manifest.get(name).and_then(Value::as_str).unwrap_or_default();
    if !member("fileFormat").eq_ignore_ascii_case("CSV") {
        return Err(failed("Of S3 inventories only those in CSV can be read."));
    }
    let columns = csv::checked(member("fileSchema").split(',').map(|name| Arc::from(name.trim())).collect())?;
    let bucket = member("destinationBucket").rsplit(':').next().unwrap_or_default();
    let bucket = if bucket.is_empty() { &place.bucket } else { bucket };
    let files = manifest.get("files").and_then(Value::as_array);
    let file = files.and_then(|files| files.get(usize::try_from(number).ok()?)?.get("key")?.as_str());
    let place = |key: &str| ObjectPlace { bucket: bucket.to_owned(), key: key.to_owned(), more: Object::new() };
    Ok(file.map(|key| Listed { place: place(key), columns: columns.clone() }))
}

/// Athena's manifest is a list of places: `s3://bucket/key`, a line each.
async fn athena(buckets: &Buckets, place: &ObjectPlace, number: u64) -> Result<Option<Listed>, Broken> {
    let text = whole(buckets, place).await?;
    let mut lines = text.lines().map(|line| line.trim().trim_matches('"')).filter(|line| !line.is_empty());
    let Some(line) = usize::try_from(number).ok().and_then(|number| lines.nth(number)) else { return Ok(None) };
    let object = line.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    let (bucket, key) = object.ok_or_else(|| failed(format!("'{line}' in the manifest is no place in S3.")))?;
    let place = ObjectPlace { bucket: bucket.to_owned(), key: key.to_owned(), more: Object::new() };
    Ok(Some(Listed { place, columns: Vec::new() }))
}
