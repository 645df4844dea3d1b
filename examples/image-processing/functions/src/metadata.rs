//! `store-metadata`: one JSON record per photo.

use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::photo::inside;

/// `{"id": "…", "thumbnail": {…}, "features": {…}, "output_directory": "output/metadata"}`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataRequest {
    /// Names the record: 1 to 100 letters, digits, `.`, `-` and `_`, not starting with a dot.
    pub id: String,
    /// What `make-thumbnail` returned.
    pub thumbnail: serde_json::Value,
    /// What `identify-features` returned.
    pub features: serde_json::Value,
    /// Where the record goes; made if missing; `output/metadata` if absent.
    #[serde(default = "default_output_directory")]
    pub output_directory: String,
}

fn default_output_directory() -> String {
    "output/metadata".to_owned()
}

/// Where the record is.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct StoredMetadata {
    /// The request's id.
    pub id: String,
    /// Its path, relative like the request's.
    pub path: String,
    /// False if a record of this id was there already; it is left as it was.
    pub created: bool,
}

/// Writes the record, once: a second call with the same id changes nothing. The file appears whole or not at all.
///
/// # Errors
/// See [`Error`].
pub fn store_metadata(root: &Path, request: MetadataRequest) -> Result<StoredMetadata, Error> {
    let MetadataRequest { id, thumbnail, features, output_directory } = request;
    let allowed = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    if id.is_empty() || id.len() > 100 || id.starts_with('.') || !id.chars().all(allowed) {
        return Err(Error::InvalidRequest(format!("id {id:?} must have 1 to 100 letters, digits, '.', '-' and '_'")));
    }
    let name = format!("{id}.json");
    let record = serde_json::json!({ "id": id, "thumbnail": thumbnail, "features": features });
    let directory = inside(root, &output_directory)?;
    let created = write_once(&directory, &name, &record).map_err(|error| Error::storage(&name, error))?;
    Ok(StoredMetadata { path: format!("{}/{name}", output_directory.trim_end_matches('/')), id, created })
}

fn write_once(directory: &Path, name: &str, record: &serde_json::Value) -> std::io::Result<bool> {
    std::fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    serde_json::to_writer_pretty(&mut file, record)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(directory.join(name)) {
        Ok(_) => Ok(true),
        Err(failed) if failed.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(failed) => Err(failed.error),
    }
}
