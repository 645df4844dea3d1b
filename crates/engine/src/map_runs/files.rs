//! A `ResultWriter`'s files: results go there as children end, and are not kept.
//!
//! ```text
//! <Prefix>/<run>/manifest.json
//! <Prefix>/<run>/SUCCEEDED_0.json
//! <Prefix>/<run>/FAILED_0.json
//! ```
//!
//! What was written is a part of the run's state. In a directory a file's length is: what a crash left behind it is written over. Of an object
//! in S3 it is the parts; what is too little for a part is kept in rows until it is enough.

use super::results::Transformation;
use super::{Broken, Ended};
use integrations::{BucketError, Buckets, ObjectPlace, Upload};
use interpreter::rows::{CorruptRow, Reader, Writer};
use interpreter::{MapRunId, Place};
use json::{Object, ObjectBuilder, Value, json};
use std::sync::Arc;

/// Bytes of a part. S3 takes none under 5 MiB but the last.
const PART_BYTES: usize = 8 << 20;

/// Which results a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Succeeded,
    Failed,
}

impl FileKind {
    const ALL: [FileKind; 2] = [FileKind::Succeeded, FileKind::Failed];

    fn name(self) -> &'static str {
        match self {
            FileKind::Succeeded => "SUCCEEDED",
            FileKind::Failed => "FAILED",
        }
    }
}

/// What of a file was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Which of several of its kind it is.
    pub number: u64,
    /// Its bytes so far, without what ends it.
    pub length: u64,
    /// Of these, those that are in rows and not in a part yet.
    pub tail: Vec<u8>,
    /// Their rows.
    pub tail_rows: Vec<u64>,
    pub upload: Upload,
    /// Files of its kind before it: their keys and sizes.
    pub ended: Vec<(String, u64)>,
}

impl Written {
    pub fn write(&self, row: &mut Writer) {
        row.number(self.number);
        row.number(self.length);
        row.number(self.tail_rows.len() as u64);
        self.tail_rows.iter().for_each(|number| row.number(*number));
        row.text(&self.upload.id);
        row.number(self.upload.etags.len() as u64);
        self.upload.etags.iter().for_each(|etag| row.text(etag));
        row.number(self.ended.len() as u64);
        for (key, size) in &self.ended {
            row.text(key);
            row.number(*size);
        }
    }

    pub fn read(row: &mut Reader<'_>) -> Result<Written, CorruptRow> {
        let (number, length) = (row.number()?, row.number()?);
        let mut written = Written { number, length, ..Written::default() };
        for _ in 0..row.number()? {
            written.tail_rows.push(row.number()?);
        }
        written.upload.id = row.text()?.to_string();
        for _ in 0..row.number()? {
            written.upload.etags.push(row.text()?.to_string());
        }
        for _ in 0..row.number()? {
            written.ended.push((row.text()?.to_string(), row.number()?));
        }
        Ok(written)
    }
}

/// The files of a run.
pub(super) struct Files {
    target: Arc<Target>,
    transformation: Transformation,
    /// Whether each result is a line.
    are_lines: bool,
    /// What came since the last commit, by kind.
    fresh: [Vec<u8>; 2],
    /// Whether a file has anything, by kind.
    has_begun: [bool; 2],
}

/// Where files go.
pub(super) struct Target {
    buckets: Buckets,
    bucket: String,
    /// What keys begin with.
    folder: String,
    extension: &'static str,
    end: &'static str,
    map_run_arn: Arc<str>,
}

impl Files {
    /// The files of a writer that writes; nothing if it only says how results look.
    pub fn of(
        place: &Place,
        buckets: &Buckets,
        run: MapRunId,
        map_run_arn: &Arc<str>,
        written: &[Written; 2],
    ) -> Result<Option<Files>, Broken> {
        if place.resource.is_none() {
            return Ok(None);
        }
        let text = |name: &str| place.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("Bucket").is_empty() {
            return Err(Broken::new("States.ResultWriterFailed", "The ResultWriter needs 'Bucket', a text."));
        }
        let are_lines = place.config.get("OutputType").and_then(Value::as_str) == Some("JSONL");
        let prefix = text("Prefix").trim_end_matches('/');
        let folder = if prefix.is_empty() { run.to_string() } else { format!("{prefix}/{run}") };
        let target = Target {
            buckets: buckets.clone(),
            bucket: text("Bucket").to_owned(),
            folder,
            extension: if are_lines { "jsonl" } else { "json" },
            end: if are_lines { "" } else { "]" },
            map_run_arn: map_run_arn.clone(),
        };
        Ok(Some(Files {
            target: Arc::new(target),
            transformation: Transformation::of(&place.config, Transformation::None),
            are_lines,
            fresh: Default::default(),
            has_begun: [written[0].length > 0, written[1].length > 0],
        }))
    }

    /// Adds the result of a child.
    pub fn add(&mut self, ended: &Ended, state_machine_arn: &str) {
        let kind = if ended.output.is_some() { FileKind::Succeeded } else { FileKind::Failed };
        let text = self.transformation.apply(ended, state_machine_arn);
        if text.is_empty() {
            return;
        }
        let (bytes, has_begun) = (&mut self.fresh[kind as usize], &mut self.has_begun[kind as usize]);
        let begins = !std::mem::replace(has_begun, true);
        if !self.are_lines {
            bytes.push(if begins { b'[' } else { b',' });
        }
        bytes.extend_from_slice(text.as_bytes());
        if self.are_lines {
            bytes.push(b'\n');
        }
    }

    /// What came since the last call, to be written.
    pub fn take_fresh(&mut self) -> [Vec<u8>; 2] {
        std::mem::take(&mut self.fresh)
    }

    /// The size of what waits.
    pub fn fresh_bytes(&self) -> usize {
        self.fresh.iter().map(Vec::len).sum()
    }

    pub fn target(&self) -> Arc<Target> {
        self.target.clone()
    }

    /// A redrive begins: failures are told anew.
    pub fn redrive(&mut self, written: &mut [Written; 2]) {
        let failed = &mut written[FileKind::Failed as usize];
        *failed = Written { number: failed.number, ..Written::default() };
        self.has_begun[FileKind::Failed as usize] = false;
    }
}

impl Target {
    /// Whether what is not written yet is to be kept in rows.
    pub fn keeps_tails(&self) -> bool {
        self.buckets.directory(&self.bucket).is_none()
    }

    /// The state's result.
    pub fn output(&self) -> Value {
        let details = json!({"Bucket": (&*self.bucket), "Key": (self.key("manifest.json"))});
        json!({"MapRunArn": (&self.map_run_arn), "ResultWriterDetails": details})
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }

    fn place(&self, key: String) -> ObjectPlace {
        ObjectPlace { bucket: self.bucket.clone(), key, more: Object::new() }
    }

    fn file(&self, kind: FileKind, written: &Written) -> String {
        self.key(&format!("{}_{}.{}", kind.name(), written.number, self.extension))
    }

    /// Writes what is new, as far as it can be written.
    pub async fn write(&self, written: &mut [Written; 2], fresh: [Vec<u8>; 2]) -> Result<(), Broken> {
        for (kind, bytes) in FileKind::ALL.into_iter().zip(fresh) {
            let file = &mut written[kind as usize];
            let place = self.place(self.file(kind, file));
            let count = bytes.len() as u64;
            if !self.keeps_tails() {
                if count > 0 {
                    self.buckets.write_at(&place, file.length, bytes).await.map_err(|error| failed(&error))?;
                }
            } else {
                file.tail.extend(bytes);
                if file.tail.len() >= PART_BYTES {
                    let part = std::mem::take(&mut file.tail);
                    self.buckets.upload(&place, &mut file.upload, part).await.map_err(|error| failed(&error))?;
                    file.tail_rows.clear();
                }
            }
            file.length += count;
        }
        Ok(())
    }

    /// Ends all files and writes the manifest. Done twice it is done once.
    pub async fn finish(&self, written: &mut [Written; 2]) -> Result<(), Broken> {
        let mut lists = Vec::new();
        for kind in FileKind::ALL {
            let file = &mut written[kind as usize];
            let mut list = file.ended.clone();
            if file.length > 0 {
                let key = self.file(kind, file);
                let size = file.length + self.end.len() as u64;
                self.finish_file(&self.place(key.clone()), file).await.map_err(|error| failed(&error))?;
                list.push((key, size));
            }
            let listed = |(key, size): &(String, u64)| json!({"Key": (&**key), "Size": (*size)});
            lists.push(Value::from(list.iter().map(listed).collect::<Vec<_>>()));
        }
        let mut files = ObjectBuilder::new();
        files.insert("FAILED", &lists[FileKind::Failed as usize]);
        files.insert("PENDING", Vec::<Value>::new());
        files.insert("SUCCEEDED", &lists[FileKind::Succeeded as usize]);
        let manifest = json!({
            "DestinationBucket": (&*self.bucket),
            "MapRunArn": (&self.map_run_arn),
            "ResultFiles": (files.build())
        });
        let place = self.place(self.key("manifest.json"));
        self.buckets.put(&place, manifest.to_string().into_bytes()).await.map_err(|error| failed(&error))
    }

    async fn finish_file(&self, place: &ObjectPlace, file: &mut Written) -> Result<(), BucketError> {
        if !self.keeps_tails() {
            return self.buckets.write_at(place, file.length, self.end.as_bytes().to_vec()).await;
        }
        let rest = [&file.tail, self.end.as_bytes()].concat();
        if file.upload.id.is_empty() {
            self.buckets.put(place, rest).await?;
        } else if let Err(error) = self.complete(place, file.upload.clone(), rest).await {
            // It may have been ended before a crash: then there is no such upload any more, but the object.
            if !self.buckets.read(place, 0).await.is_ok_and(|bytes| !bytes.is_empty()) {
                return Err(error);
            }
        }
        // What comes in a redrive is an object of its own.
        file.ended.push((place.key.clone(), file.length + self.end.len() as u64));
        let ended = std::mem::take(&mut file.ended);
        *file = Written { number: file.number + 1, ended, ..Written::default() };
        Ok(())
    }

    async fn complete(&self, place: &ObjectPlace, mut upload: Upload, rest: Vec<u8>) -> Result<(), BucketError> {
        self.buckets.upload(place, &mut upload, rest).await?;
        self.buckets.complete(place, &upload).await
    }
}

fn failed(error: &BucketError) -> Broken {
    Broken::new("States.ResultWriterFailed", error.to_string())
}
