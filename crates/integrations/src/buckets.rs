//! Buckets: where Distributed Maps read items from and write results to. A directory of this machine can stand for one; all others are S3's.
//!
//! Objects are read in ranges and written piece by piece, so that none has to fit into memory.

use aws_client::{Blobs, CallError, Client, Options};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use json::{Object, ObjectBuilder, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// Bytes asked for in one go.
const RANGE_LOCAL: u64 = 1 << 20;
const RANGE_S3: u64 = 8 << 20;
/// Objects listed in one go.
const LISTED_MAX: usize = 1_000;
/// As long as a piece may take.
const TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// All buckets there are. Cloning shares them.
#[derive(Clone, Default)]
pub struct Buckets {
    directories: Arc<BTreeMap<String, PathBuf>>,
    aws: Option<Client>,
}

/// Why an object could not be read, listed or written.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BucketError(pub String);

/// Which object, and what else a request for it says: `VersionId`, `ExpectedBucketOwner`.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectPlace {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Members of S3's request besides.
    pub more: Object,
}

/// An object that is written to S3 in parts, as it is after the last of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upload {
    /// S3's id of the upload; empty before there is one.
    pub id: String,
    /// What S3 calls the parts.
    pub etags: Vec<String>,
}

impl Buckets {
    /// `directories` stand for the buckets they are named as; all others are asked for with `aws`.
    pub fn new(directories: BTreeMap<String, PathBuf>, aws: Option<Client>) -> Buckets {
        Buckets { directories: Arc::new(directories), aws }
    }

    /// The directory that stands for a bucket.
    pub fn directory(&self, bucket: &str) -> Option<&Path> {
        self.directories.get(bucket).map(PathBuf::as_path)
    }

    /// Bytes of an object from `from` on: as many as come in one go, none behind its end.
    ///
    /// # Errors
    /// If there is no such object, or it cannot be read.
    pub async fn read(&self, place: &ObjectPlace, from: u64) -> Result<Vec<u8>, BucketError> {
        let range = if self.directory(&place.bucket).is_some() { RANGE_LOCAL } else { RANGE_S3 };
        self.read_range(place, from, range).await
    }

    /// So many bytes of an object from `from` on, none behind its end. What is asked for must be less than S3 gives in one go.
    ///
    /// # Errors
    /// If there is no such object, or it cannot be read.
    pub async fn read_range(&self, place: &ObjectPlace, from: u64, count: u64) -> Result<Vec<u8>, BucketError> {
        match self.directory(&place.bucket) {
            Some(directory) => {
                let path = path(directory, &place.key)?;
                let told = format!("s3://{}/{}", place.bucket, place.key);
                blocking(move || read_range(&path, from, count)).await.map_err(|error| failed(&told, &error))
            }
            None => self.read_s3(place, from, count).await,
        }
    }

    /// The length of an object.
    ///
    /// # Errors
    /// If there is no such object, or it cannot be asked for.
    pub async fn length(&self, place: &ObjectPlace) -> Result<u64, BucketError> {
        match self.directory(&place.bucket) {
            Some(directory) => {
                let path = path(directory, &place.key)?;
                let told = format!("s3://{}/{}", place.bucket, place.key);
                let length = blocking(move || fs::metadata(&path).map(|metadata| metadata.len()));
                length.await.map_err(|error| failed(&told, &error))
            }
            None => {
                let answer = self.call("headObject", &requested(place).build().into()).await;
                let answer = answer.map_err(|error| told(place, &error))?;
                let length = answer.get("ContentLength").and_then(Value::as_i64);
                length
                    .and_then(|length| u64::try_from(length).ok())
                    .ok_or_else(|| BucketError(format!("s3://{}/{}: its length is not told", place.bucket, place.key)))
            }
        }
    }

    async fn read_s3(&self, place: &ObjectPlace, from: u64, count: u64) -> Result<Vec<u8>, BucketError> {
        let range = format!("bytes={from}-{}", from + count - 1);
        let mut parameters = requested(place);
        parameters.insert("Range", range);
        match self.call("getObject", &parameters.build().into()).await {
            Ok(answer) => {
                let body = answer.get("Body").and_then(Value::as_str).unwrap_or_default();
                STANDARD.decode(body).map_err(|error| BucketError(format!("the object cannot be read: {error}")))
            }
            // Nothing is there.
            Err(CallError::Service(error)) if error.status == 416 => Ok(Vec::new()),
            Err(error) => Err(told(place, &error)),
        }
    }

    /// The next objects of a bucket, as `listObjectsV2` of S3 tells of them: `arguments` are its parameters, `after` the last key that was
    /// listed. None when there are no more.
    ///
    /// # Errors
    /// If the bucket cannot be listed.
    pub async fn list(&self, arguments: &Object, after: Option<&str>) -> Result<Vec<Value>, BucketError> {
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let bucket = text("Bucket");
        let after = after.map_or_else(|| text("StartAfter"), str::to_owned);
        match self.directory(&bucket) {
            Some(directory) => {
                let (directory, prefix, told) = (directory.to_owned(), text("Prefix"), format!("s3://{bucket}"));
                let listed = blocking(move || {
                    let mut listed = Vec::new();
                    list_directory(&directory, "", &prefix, &after, &mut listed)?;
                    Ok(listed)
                });
                listed.await.map_err(|error| failed(&told, &error))
            }
            None => {
                let mut parameters = ObjectBuilder::new();
                for (name, value) in arguments.iter() {
                    parameters.insert(name.clone(), value);
                }
                if !after.is_empty() {
                    parameters.insert("StartAfter", after);
                }
                let place = ObjectPlace { bucket, key: String::new(), more: Object::new() };
                let answer = self.call("listObjectsV2", &parameters.build().into()).await;
                let answer = answer.map_err(|error| told(&place, &error))?;
                let contents = answer.get("Contents").and_then(Value::as_array).cloned().unwrap_or_default();
                Ok(contents.iter().map(listed_item).collect())
            }
        }
    }

    /// Writes an object as a whole.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn put(&self, place: &ObjectPlace, bytes: Vec<u8>) -> Result<(), BucketError> {
        match self.directory(&place.bucket) {
            Some(_) => self.write_at(place, 0, bytes).await,
            None => {
                let mut parameters = object_parameters(place);
                parameters.insert("Body", STANDARD.encode(bytes));
                self.call("putObject", &parameters.build().into()).await.map_err(|error| told(place, &error))?;
                Ok(())
            }
        }
    }

    /// Removes an object; whether there was one, if a directory stands for the bucket: S3 does not tell.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub async fn remove(&self, place: &ObjectPlace) -> Result<bool, BucketError> {
        let Some(directory) = self.directory(&place.bucket) else {
            let parameters = object_parameters(place).build().into();
            let removed = self.call("deleteObject", &parameters).await;
            return removed.map(|_| true).map_err(|error| told(place, &error));
        };
        let path = path(directory, &place.key)?;
        match blocking(move || fs::remove_file(&path)).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed(&format!("s3://{}/{}", place.bucket, place.key), &error)),
        }
    }

    /// Makes a file of a directory that stands for a bucket end with `bytes`, which begin at `offset`: what was behind is lost. It is on disk
    /// when this returns.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn write_at(&self, place: &ObjectPlace, offset: u64, bytes: Vec<u8>) -> Result<(), BucketError> {
        let directory = self.directory(&place.bucket).expect("a directory stands for the bucket");
        let path = path(directory, &place.key)?;
        let told = format!("s3://{}/{}", place.bucket, place.key);
        blocking(move || write_file(&path, offset, &bytes)).await.map_err(|error| failed(&told, &error))
    }

    /// Writes the next part of an object of S3: 5 MiB at least, but for the last one. Written twice after the same parts it is there once.
    /// Before the first, what a crash left of an upload to the same place that nobody knows of is given up.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn upload(&self, place: &ObjectPlace, upload: &mut Upload, bytes: Vec<u8>) -> Result<(), BucketError> {
        let failed = |error: CallError| told(place, &error);
        if upload.id.is_empty() {
            self.abort_others(place).await;
            let parameters = object_parameters(place).build().into();
            let answer = self.call("createMultipartUpload", &parameters).await.map_err(failed)?;
            upload.id = answer.get("UploadId").and_then(Value::as_str).unwrap_or_default().to_owned();
        }
        let mut parameters = object_parameters(place);
        parameters.insert("UploadId", &*upload.id).insert("PartNumber", upload.etags.len() as u64 + 1);
        parameters.insert("Body", STANDARD.encode(bytes));
        let answer = self.call("uploadPart", &parameters.build().into()).await.map_err(failed)?;
        upload.etags.push(answer.get("ETag").and_then(Value::as_str).unwrap_or_default().to_owned());
        Ok(())
    }

    /// Gives up all uploads to a place. Who may not list or abort them can upload all the same.
    async fn abort_others(&self, place: &ObjectPlace) {
        let mut parameters = ObjectBuilder::new();
        parameters.insert("Bucket", &*place.bucket).insert("Prefix", &*place.key);
        let listed = match self.call("listMultipartUploads", &parameters.build().into()).await {
            Ok(listed) => listed,
            Err(error) => {
                return tracing::debug!("uploads that a crash left are not looked for: {}", told(place, &error));
            }
        };
        let uploads = listed.get("Uploads").and_then(Value::as_array).cloned().unwrap_or_default();
        for upload in uploads.iter().filter(|upload| upload.get("Key").and_then(Value::as_str) == Some(&*place.key)) {
            let mut parameters = object_parameters(place);
            parameters.insert_some("UploadId", upload.get("UploadId"));
            if let Err(error) = self.call("abortMultipartUpload", &parameters.build().into()).await {
                tracing::warn!("an upload that a crash left stays: {}", told(place, &error));
            }
        }
    }

    /// Makes an object of its parts.
    ///
    /// # Errors
    /// If that is refused.
    pub async fn complete(&self, place: &ObjectPlace, upload: &Upload) -> Result<(), BucketError> {
        let part = |(number, etag): (u64, &String)| json!({"PartNumber": number, "ETag": (&**etag)});
        let parts: Vec<Value> = (1..).zip(&upload.etags).map(part).collect();
        let mut parameters = object_parameters(place);
        parameters.insert("UploadId", &*upload.id).insert("MultipartUpload", json!({"Parts": parts}));
        let completed = self.call("completeMultipartUpload", &parameters.build().into()).await;
        completed.map(drop).map_err(|error| told(place, &error))
    }

    async fn call(&self, action: &str, parameters: &Value) -> Result<Value, CallError> {
        let Some(client) = &self.aws else {
            let message = "no directory stands for the bucket, and no AWS service is called".to_owned();
            return Err(CallError::Unsendable(message));
        };
        let options = Options {
            timeout: Some(TIMEOUT),
            blobs: Blobs::Base64,
            answer_bytes_max: Some(2 * RANGE_S3 as usize),
            ..Options::default()
        };
        client.call("s3", action, parameters, options).await
    }
}

fn object_parameters(place: &ObjectPlace) -> ObjectBuilder {
    let mut parameters = ObjectBuilder::new();
    parameters.insert("Bucket", &*place.bucket).insert("Key", &*place.key);
    parameters
}

/// The same, with what else requests for the object say.
fn requested(place: &ObjectPlace) -> ObjectBuilder {
    let mut parameters = object_parameters(place);
    for (name, value) in place.more.iter() {
        parameters.insert(name.clone(), value);
    }
    parameters
}

/// An object as items show it: with `Etag` spelled so, and its time in seconds (recorded).
fn listed_item(object: &Value) -> Value {
    let member = |name: &str| object.get(name).cloned().unwrap_or_default();
    let time = member("LastModified");
    json!({
        "Etag": (member("ETag")),
        "LastModified": (time.as_str().and_then(seconds_of).map_or(time, Value::from)),
        "Key": (member("Key")),
        "Size": (member("Size")),
        "StorageClass": (member("StorageClass"))
    })
}

/// The seconds since 1970 of a time such as `2026-11-27T00:00:00Z`.
fn seconds_of(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(|time| time.as_second())
}

/// The file of a key. No key leads out of its directory.
fn path(directory: &Path, key: &str) -> Result<PathBuf, BucketError> {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0']);
    if !key.split('/').all(is_plain) {
        return Err(BucketError(format!("the key '{key}' cannot be that of a file in a directory")));
    }
    Ok(directory.join(key))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn read_range(path: &Path, from: u64, count: u64) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::with_capacity(count.min(RANGE_LOCAL) as usize);
    file.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn write_file(path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    file.set_len(offset)?;
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)?;
    file.sync_data()
}

/// Goes through a directory in the order of keys, as far as one page.
fn list_directory(directory: &Path, above: &str, prefix: &str, after: &str, listed: &mut Vec<Value>) -> io::Result<()> {
    let mut entries: Vec<(String, bool)> = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // What has no name in UTF-8 has no key.
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_directory = fs::metadata(entry.path())?.is_dir();
        entries.push((if is_directory { format!("{above}{name}/") } else { format!("{above}{name}") }, is_directory));
    }
    entries.sort();
    for (key, is_directory) in entries {
        if listed.len() >= LISTED_MAX {
            break;
        }
        let name = key[above.len()..].trim_end_matches('/');
        if is_directory {
            let may_hold = key.starts_with(prefix) || prefix.starts_with(&key);
            // All of it may have been listed.
            if may_hold && (after.starts_with(&key) || *key > *after) {
                list_directory(&directory.join(name), &key, prefix, after, listed)?;
            }
        } else if key.starts_with(prefix) && *key > *after {
            let metadata = fs::metadata(directory.join(name))?;
            let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            listed.push(json!({
                "Etag": (format!("\"{:x}-{:x}\"", modified.as_nanos(), metadata.len())),
                "LastModified": (modified.as_secs()),
                "Key": key,
                "Size": (metadata.len()),
                "StorageClass": "STANDARD"
            }));
        }
    }
    Ok(())
}

fn failed(place: &str, error: &io::Error) -> BucketError {
    BucketError(match error.kind() {
        io::ErrorKind::NotFound => format!("The specified key does not exist: {place}"),
        _ => format!("{place}: {error}"),
    })
}

fn told(place: &ObjectPlace, error: &CallError) -> BucketError {
    BucketError(format!("s3://{}/{}: {error}", place.bucket, place.key))
}
