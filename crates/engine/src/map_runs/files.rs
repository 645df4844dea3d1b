//! A `ResultWriter`'s files: results go there as children end, and are not kept.
//!
//! ```text
//! <Prefix>/<run>/manifest.json
//! <Prefix>/<run>/SUCCEEDED_0.json
//! <Prefix>/<run>/FAILED_0.json
//! <Prefix>/<run>/PENDING_0.json
//! ```
//!
//! A file that would become too long (AWS: 5 GB) is ended, and the next one of its kind begun. `PENDING` holds what was never started, and is
//! written when a run ends before its items do.
//!
//! What was written is a part of the run's state. In a directory a file's length is: what a crash left behind it is written over. Of an object
//! in S3 it is the parts; what is too little for a part is kept in rows until it is enough. The parts of a file that has its length are made
//! an object when it is durable that they are all there: no part can be added to an object that a crash has made nobody know of.

use super::results::Transformation;
use super::{Broken, Ended};
use integrations::{BucketError, Buckets, ObjectPlace, Upload};
use interpreter::rows::{CorruptRow, Reader, Writer};
use interpreter::{MapRunId, Place};
use json::{Object, ObjectBuilder, Value, json};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Bytes of a part. S3 takes none under 5 MiB but the last.
const PART_BYTES: usize = 8 << 20;
/// As many bytes of `PENDING` files are written at once.
const PENDING_BYTES: usize = 1 << 20;

/// Which results a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Succeeded,
    /// Those of children that failed, timed out or were stopped.
    Failed,
    /// Children that were not started.
    Pending,
}

/// Of how many kinds files are.
pub(crate) const FILE_KINDS: usize = 3;

impl FileKind {
    const ALL: [FileKind; FILE_KINDS] = [FileKind::Succeeded, FileKind::Failed, FileKind::Pending];

    fn name(self) -> &'static str {
        match self {
            FileKind::Succeeded => "SUCCEEDED",
            FileKind::Failed => "FAILED",
            FileKind::Pending => "PENDING",
        }
    }
}

/// What of the files of a kind was written: of the last of them, and which there are before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Which of several of its kind it is.
    pub number: u64,
    /// Its bytes so far, without what ends it.
    pub length: u64,
    /// Of these, those that are not in a part yet.
    pub tail: Vec<u8>,
    /// The rows that have them, and how many of them those have.
    pub tail_rows: Vec<u64>,
    pub tail_kept: usize,
    pub upload: Upload,
    /// Files of its kind before it: their keys and sizes.
    pub ended: Vec<(String, u64)>,
    /// Those of which all parts are written, and that are no objects yet.
    pub uploaded: Vec<Uploaded>,
    /// How many files of its kind there have been, with those that a redrive took back.
    pub most: u64,
}

/// An object of which all parts are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Uploaded {
    key: String,
    size: u64,
    upload: Upload,
}

impl Written {
    /// What begins anew: the files there are will be written over, or go.
    fn again(&self) -> Written {
        let count = self.number + u64::from(self.length > 0);
        Written { most: self.most.max(count), ..Written::default() }
    }

    fn is_empty(&self) -> bool {
        *self == Written::default()
    }

    fn write(&self, row: &mut Writer) {
        row.number(self.number);
        row.number(self.length);
        row.number(self.tail_rows.len() as u64);
        self.tail_rows.iter().for_each(|number| row.number(*number));
        write_upload(row, &self.upload);
        row.number(self.ended.len() as u64);
        for (key, size) in &self.ended {
            row.text(key);
            row.number(*size);
        }
    }

    fn read(row: &mut Reader<'_>) -> Result<Written, CorruptRow> {
        let (number, length) = (row.number()?, row.number()?);
        let mut written = Written { number, length, ..Written::default() };
        for _ in 0..row.number()? {
            written.tail_rows.push(row.number()?);
        }
        written.upload = read_upload(row)?;
        for _ in 0..row.number()? {
            written.ended.push((row.text()?.to_string(), row.number()?));
        }
        Ok(written)
    }

    /// What earlier releases did not know of.
    fn write_more(&self, row: &mut Writer) {
        row.number(self.most);
        row.number(self.uploaded.len() as u64);
        for Uploaded { key, size, upload } in &self.uploaded {
            row.text(key);
            row.number(*size);
            write_upload(row, upload);
        }
    }

    fn read_more(&mut self, row: &mut Reader<'_>) -> Result<(), CorruptRow> {
        self.most = row.number()?;
        for _ in 0..row.number()? {
            let (key, size) = (row.text()?.to_string(), row.number()?);
            self.uploaded.push(Uploaded { key, size, upload: read_upload(row)? });
        }
        Ok(())
    }
}

fn write_upload(row: &mut Writer, upload: &Upload) {
    row.text(&upload.id);
    row.number(upload.etags.len() as u64);
    upload.etags.iter().for_each(|etag| row.text(etag));
}

fn read_upload(row: &mut Reader<'_>) -> Result<Upload, CorruptRow> {
    let mut upload = Upload { id: row.text()?.to_string(), ..Upload::default() };
    for _ in 0..row.number()? {
        upload.etags.push(row.text()?.to_string());
    }
    Ok(upload)
}

/// What was written of the files of all kinds, at the end of a run's state.
pub(super) fn write_files(row: &mut Writer, files: &[Written; FILE_KINDS]) {
    let [succeeded, failed, _] = files;
    let has_files = files.iter().any(|file| !file.is_empty());
    row.option(has_files.then_some([succeeded, failed]), |row, files| files.iter().for_each(|file| file.write(row)));
    let has_more = files.iter().any(|file| file.most > 0 || !file.uploaded.is_empty());
    if has_more {
        row.option(Some(files), |row, files| files.iter().for_each(|file| file.write_more(row)));
    }
}

pub(super) fn read_files(row: &mut Reader<'_>) -> Result<[Written; FILE_KINDS], CorruptRow> {
    let written = row.later_option(|row| Ok([Written::read(row)?, Written::read(row)?]))?;
    let [succeeded, failed] = written.unwrap_or_default();
    let mut files = [succeeded, failed, Written::default()];
    row.later_option(|row| files.iter_mut().try_for_each(|file| file.read_more(row)))?;
    Ok(files)
}

/// What is to be written next, by kind: what goes on with the file that was begun, and what each further file begins with.
pub(super) type Fresh = [Vec<Vec<u8>>; FILE_KINDS];

/// The files of a run.
pub(super) struct Files {
    target: Arc<Target>,
    transformation: Transformation,
    /// What came since the last commit.
    fresh: Fresh,
    /// How long the last file of each kind is with that.
    lengths: [u64; FILE_KINDS],
}

/// Where files go.
pub(super) struct Target {
    buckets: Buckets,
    bucket: String,
    /// What keys begin with.
    folder: String,
    /// Whether each result is a line.
    are_lines: bool,
    /// The longest a file may be.
    bytes_max: u64,
    map_run_arn: Arc<str>,
}

impl Files {
    /// The files of a writer that writes; nothing if it only says how results look.
    pub fn of(
        place: &Place,
        buckets: &Buckets,
        run: MapRunId,
        map_run_arn: &Arc<str>,
        written: &[Written; FILE_KINDS],
        bytes_max: u64,
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
            are_lines,
            bytes_max,
            map_run_arn: map_run_arn.clone(),
        };
        Ok(Some(Files {
            target: Arc::new(target),
            transformation: Transformation::of(&place.config, Transformation::None),
            fresh: Fresh::default(),
            lengths: written.each_ref().map(|file| file.length),
        }))
    }

    /// Adds the result of a child.
    pub fn add(&mut self, ended: &Ended, state_machine_arn: &str) {
        let kind = if ended.output.is_some() { FileKind::Succeeded } else { FileKind::Failed };
        let text = self.transformation.apply(ended, state_machine_arn);
        if !text.is_empty() {
            let (fresh, length) = (&mut self.fresh[kind as usize], &mut self.lengths[kind as usize]);
            self.target.append(fresh, length, &text);
        }
    }

    /// What came since the last call, to be written.
    pub fn take_fresh(&mut self) -> Fresh {
        std::mem::take(&mut self.fresh)
    }

    /// The size of what waits.
    pub fn fresh_bytes(&self) -> usize {
        self.fresh.iter().flatten().map(Vec::len).sum()
    }

    pub fn target(&self) -> Arc<Target> {
        self.target.clone()
    }

    /// A redrive begins: failures are told anew.
    pub fn redrive(&mut self, written: &mut [Written; FILE_KINDS]) {
        let failed = &mut written[FileKind::Failed as usize];
        *failed = failed.again();
        self.lengths[FileKind::Failed as usize] = 0;
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

    fn file(&self, kind: FileKind, number: u64) -> ObjectPlace {
        let extension = if self.are_lines { "jsonl" } else { "json" };
        self.place(self.key(&format!("{}_{number}.{extension}", kind.name())))
    }

    /// What a file ends with.
    fn end(&self) -> &'static str {
        if self.are_lines { "" } else { "]" }
    }

    /// Adds a result to what is to be written, in a file of its own if the one before it would become too long.
    fn append(&self, fresh: &mut Vec<Vec<u8>>, length: &mut u64, text: &str) {
        let more = text.len() as u64 + 1;
        if fresh.is_empty() {
            fresh.push(Vec::new());
        }
        if *length > 0 && *length + more + self.end().len() as u64 > self.bytes_max {
            fresh.push(Vec::new());
            *length = 0;
        }
        let bytes = fresh.last_mut().expect("there is one");
        if !self.are_lines {
            bytes.push(if *length == 0 { b'[' } else { b',' });
        }
        bytes.extend_from_slice(text.as_bytes());
        if self.are_lines {
            bytes.push(b'\n');
        }
        *length += more;
    }

    /// Writes what is new, as far as it can be written.
    pub async fn write(&self, written: &mut [Written; FILE_KINDS], fresh: Fresh) -> Result<(), Broken> {
        for (kind, pieces) in FileKind::ALL.into_iter().zip(fresh) {
            let file = &mut written[kind as usize];
            self.complete_uploaded(file).await.map_err(|error| failed(&error))?;
            self.write_file(kind, file, pieces).await.map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    async fn write_file(&self, kind: FileKind, file: &mut Written, pieces: Vec<Vec<u8>>) -> Result<(), BucketError> {
        for (number, bytes) in pieces.into_iter().enumerate() {
            if number > 0 {
                self.end_file(kind, file).await?;
            }
            if bytes.is_empty() {
                continue;
            }
            let place = self.file(kind, file.number);
            let count = bytes.len() as u64;
            if !self.keeps_tails() {
                self.buckets.write_at(&place, file.length, bytes).await?;
            } else {
                file.tail.extend(bytes);
                if file.tail.len() >= PART_BYTES {
                    let part = std::mem::take(&mut file.tail);
                    self.buckets.upload(&place, &mut file.upload, part).await?;
                    file.tail_rows.clear();
                    file.tail_kept = 0;
                }
            }
            file.length += count;
        }
        Ok(())
    }

    /// Ends a file, after which comes another one.
    async fn end_file(&self, kind: FileKind, file: &mut Written) -> Result<(), BucketError> {
        let place = self.file(kind, file.number);
        let size = file.length + self.end().len() as u64;
        let end = self.end().as_bytes();
        if !self.keeps_tails() {
            self.buckets.write_at(&place, file.length, end.to_vec()).await?;
            file.ended.push((place.key, size));
        } else {
            let rest = [&std::mem::take(&mut file.tail), end].concat();
            let mut upload = std::mem::take(&mut file.upload);
            if upload.id.is_empty() {
                self.buckets.put(&place, rest).await?;
                file.ended.push((place.key, size));
            } else {
                self.buckets.upload(&place, &mut upload, rest).await?;
                file.uploaded.push(Uploaded { key: place.key, size, upload });
            }
            file.tail_rows.clear();
            file.tail_kept = 0;
        }
        (file.number, file.length) = (file.number + 1, 0);
        Ok(())
    }

    /// Makes objects of those files of which all parts are written.
    async fn complete_uploaded(&self, file: &mut Written) -> Result<(), BucketError> {
        for Uploaded { key, size, upload } in std::mem::take(&mut file.uploaded) {
            let place = self.place(key);
            if let Err(error) = self.buckets.complete(&place, &upload).await {
                self.check_completed(&place, size, error).await?;
            }
            file.ended.push((place.key, size));
        }
        Ok(())
    }

    /// An upload that there is no more may have been made an object before a crash: then that is there.
    async fn check_completed(&self, place: &ObjectPlace, size: u64, error: BucketError) -> Result<(), BucketError> {
        let last = self.buckets.read_range(place, size.saturating_sub(1), 2).await;
        if last.is_ok_and(|bytes| bytes.len() == 1) { Ok(()) } else { Err(error) }
    }

    /// Ends all files and writes the manifest. `pending` are the children that were not started. Done twice it is done once.
    pub async fn finish(
        &self,
        written: &mut [Written; FILE_KINDS],
        pending: Option<mpsc::Receiver<String>>,
    ) -> Result<(), Broken> {
        self.finish_all(written, pending).await.map_err(|error| failed(&error))
    }

    async fn finish_all(
        &self,
        written: &mut [Written; FILE_KINDS],
        pending: Option<mpsc::Receiver<String>>,
    ) -> Result<(), BucketError> {
        let waiting = &mut written[FileKind::Pending as usize];
        *waiting = waiting.again();
        if let Some(pending) = pending {
            self.write_pending(waiting, pending).await?;
        }
        let mut lists = Vec::new();
        for kind in FileKind::ALL {
            let file = &mut written[kind as usize];
            self.complete_uploaded(file).await?;
            let mut list = file.ended.clone();
            if file.length > 0 {
                list.push(self.finish_file(kind, file).await?);
            }
            self.remove_former(kind, file, list.len() as u64).await;
            let listed = |(key, size): &(String, u64)| json!({"Key": (&**key), "Size": (*size)});
            lists.push(Value::from(list.iter().map(listed).collect::<Vec<_>>()));
        }
        let mut files = ObjectBuilder::new();
        files.insert("FAILED", &lists[FileKind::Failed as usize]);
        files.insert("PENDING", &lists[FileKind::Pending as usize]);
        files.insert("SUCCEEDED", &lists[FileKind::Succeeded as usize]);
        let manifest = json!({
            "DestinationBucket": (&*self.bucket),
            "MapRunArn": (&self.map_run_arn),
            "ResultFiles": (files.build())
        });
        self.buckets.put(&self.place(self.key("manifest.json")), manifest.to_string().into_bytes()).await
    }

    async fn write_pending(&self, file: &mut Written, mut pending: mpsc::Receiver<String>) -> Result<(), BucketError> {
        let (mut fresh, mut length) = (Vec::new(), 0);
        while let Some(text) = pending.recv().await {
            self.append(&mut fresh, &mut length, &text);
            if fresh.iter().map(Vec::len).sum::<usize>() >= PENDING_BYTES {
                self.write_file(FileKind::Pending, file, std::mem::take(&mut fresh)).await?;
            }
        }
        self.write_file(FileKind::Pending, file, fresh).await
    }

    /// Ends the last file of a kind; its key and size. In a directory it can still go on, in a redrive: what comes then is written over its end.
    async fn finish_file(&self, kind: FileKind, file: &mut Written) -> Result<(String, u64), BucketError> {
        let place = self.file(kind, file.number);
        let size = file.length + self.end().len() as u64;
        if !self.keeps_tails() {
            self.buckets.write_at(&place, file.length, self.end().as_bytes().to_vec()).await?;
            return Ok((place.key, size));
        }
        let rest = [&file.tail, self.end().as_bytes()].concat();
        if file.upload.id.is_empty() {
            self.buckets.put(&place, rest).await?;
        } else if let Err(error) = self.complete(&place, file.upload.clone(), rest).await {
            self.check_completed(&place, size, error).await?;
        }
        // What comes in a redrive is an object of its own.
        file.ended.push((place.key.clone(), size));
        let (ended, most) = (std::mem::take(&mut file.ended), file.most);
        *file = Written { number: file.number + 1, ended, most, ..Written::default() };
        Ok((place.key, size))
    }

    async fn complete(&self, place: &ObjectPlace, mut upload: Upload, rest: Vec<u8>) -> Result<(), BucketError> {
        self.buckets.upload(place, &mut upload, rest).await?;
        self.buckets.complete(place, &upload).await
    }

    /// Removes files of a kind that there were before a redrive and are no more, as far as that is allowed: AWS's own roles for a
    /// `ResultWriter` need not allow it, and the manifest does not name them.
    async fn remove_former(&self, kind: FileKind, file: &mut Written, count: u64) {
        let mut number = count;
        loop {
            let is_known = number < file.most;
            // In a directory a crash may have left one that was begun.
            if !is_known && self.keeps_tails() {
                break;
            }
            let place = self.file(kind, number);
            match self.buckets.remove(&place).await {
                Ok(false) if !is_known => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!("a result file from before a redrive stays: {error}");
                    break;
                }
            }
            number += 1;
        }
        file.most = count;
    }
}

fn failed(error: &BucketError) -> Broken {
    Broken::new("States.ResultWriterFailed", error.to_string())
}
