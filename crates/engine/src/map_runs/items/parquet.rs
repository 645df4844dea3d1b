//! Rows of a Parquet object, one after the other. A thread of its own decodes them: the decoder wants to read where it likes, and to wait. Of the
//! object no more is held than the windows it reads through and the pages it is in.

use super::failed;
use crate::map_runs::Broken;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use integrations::{Buckets, ObjectPlace};
use interpreter::Timestamp;
use json::{Object, ObjectBuilder, Value};
use parquet::errors::{ParquetError, Result as Decoded};
use parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use parquet::record::{Field, Row};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Mutex};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Bytes that are fetched at a time, and how many such windows are kept: a column is read through one.
const WINDOW: u64 = 1 << 20;
const WINDOWS: usize = 64;
/// Rows that wait to be taken, in pieces of so many.
const PIECES: usize = 2;
const PIECE: usize = 128;
/// The longest footer and the largest row group (AWS quota: 5 MB and 256 MB).
const FOOTER_MAX: u64 = 5 << 20;
const GROUP_MAX: i64 = 256 << 20;

/// What the decoder's thread tells.
enum Told {
    Rows(Vec<Value>),
    Broken(String),
    End,
}

/// The rows of an object from some row on.
pub(super) struct Rows {
    place: ObjectPlace,
    told: mpsc::Receiver<Told>,
    waiting: VecDeque<Value>,
    /// The number of the next row.
    next: u64,
    is_over: bool,
}

impl Rows {
    /// The rows from the one with the number `from` on.
    pub async fn open(buckets: &Buckets, place: ObjectPlace, from: u64) -> Result<Rows, Broken> {
        let length = buckets.length(&place).await.map_err(|error| failed(error.to_string()))?;
        let (tell, told) = mpsc::channel(PIECES);
        let object = Windows {
            buckets: buckets.clone(),
            place: place.clone(),
            length,
            runtime: Handle::current(),
            kept: Arc::default(),
        };
        std::thread::spawn(move || {
            let last = match decode(object, from, &tell) {
                Ok(()) => Told::End,
                Err(error) => Told::Broken(error.to_string()),
            };
            // Nobody may want to know any more.
            let _ = tell.blocking_send(last);
        });
        Ok(Rows { place, told, waiting: VecDeque::new(), next: from, is_over: false })
    }

    /// The number of the next row.
    pub fn number(&self) -> u64 {
        self.next
    }

    /// The next row, and about how many bytes it takes.
    pub async fn next(&mut self) -> Result<Option<(Value, usize)>, Broken> {
        while self.waiting.is_empty() && !self.is_over {
            match self.told.recv().await {
                Some(Told::Rows(rows)) => self.waiting = rows.into(),
                Some(Told::End) => self.is_over = true,
                Some(Told::Broken(problem)) => return Err(self.unreadable(&problem)),
                // The decoder gave up over what no writer writes.
                None => return Err(self.unreadable("it is damaged")),
            }
        }
        let row = self.waiting.pop_front();
        self.next += u64::from(row.is_some());
        Ok(row.map(|row| {
            let bytes = size(&row);
            (row, bytes)
        }))
    }

    fn unreadable(&self, problem: &str) -> Broken {
        failed(format!("The object s3://{}/{} cannot be read as Parquet: {problem}", self.place.bucket, self.place.key))
    }
}

/// About what a value takes.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 3,
        Value::Array(elements) => elements.iter().map(size).sum::<usize>() + 2,
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + 4 + size(value)).sum(),
        _ => 8,
    }
}

/// Tells all rows from one on; ends early if nobody wants them.
fn decode(object: Windows, from: u64, tell: &mpsc::Sender<Told>) -> Decoded<()> {
    check_footer(&object)?;
    let reader = SerializedFileReader::new(object)?;
    let mut before = 0;
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index)?;
        let count = u64::try_from(group.metadata().num_rows()).unwrap_or(0);
        if group.metadata().compressed_size() > GROUP_MAX {
            return Err(ParquetError::General("a row group is larger than 256 MB".to_owned()));
        }
        if before + count <= from {
            before += count;
            continue;
        }
        let skipped = usize::try_from(from.saturating_sub(before)).unwrap_or(usize::MAX);
        before += count;
        let mut rows = Vec::with_capacity(PIECE);
        for row in group.get_row_iter(None)?.skip(skipped) {
            rows.push(object_of(row?));
            if rows.len() == PIECE && tell.blocking_send(Told::Rows(std::mem::take(&mut rows))).is_err() {
                return Ok(());
            }
        }
        if !rows.is_empty() && tell.blocking_send(Told::Rows(rows)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Its length stands before the last four bytes.
fn check_footer(object: &Windows) -> Decoded<()> {
    let end = object.length.checked_sub(8).ok_or_else(|| ParquetError::General("it is too short".to_owned()))?;
    let end = object.get_bytes(end, 8)?;
    let length = end.first_chunk().map_or(0, |length| u64::from(u32::from_le_bytes(*length)));
    match length > FOOTER_MAX && end.ends_with(b"PAR1") {
        true => Err(ParquetError::General("its footer is longer than 5 MB".to_owned())),
        false => Ok(()),
    }
}

fn object_of(row: Row) -> Value {
    let mut object = ObjectBuilder::new();
    for (name, field) in row.into_columns() {
        object.insert(name, value(&field));
    }
    object.build().into()
}

/// A field as JSON: times as ISO 8601, bytes that are no text in base 64.
fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(bool) => Value::Bool(*bool),
        Field::Byte(number) => i64::from(*number).into(),
        Field::Short(number) => i64::from(*number).into(),
        Field::Int(number) => i64::from(*number).into(),
        Field::Long(number) => (*number).into(),
        Field::UByte(number) => u64::from(*number).into(),
        Field::UShort(number) => u64::from(*number).into(),
        Field::UInt(number) => u64::from(*number).into(),
        Field::ULong(number) => number_of(&number.to_string()),
        // As few digits as tell it from others of its kind.
        Field::Float16(number) => number_of(&number.to_f32().to_string()),
        Field::Float(number) => number_of(&number.to_string()),
        Field::Double(number) => number_of(&number.to_string()),
        Field::Decimal(_) => number_of(&field.to_string()),
        Field::Str(text) => text.as_str().into(),
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(text) => text.into(),
            Err(_) => STANDARD.encode(bytes.data()).into(),
        },
        Field::Date(days) => {
            let moment = Timestamp(i64::from(*days) * 86_400_000).to_string();
            moment.get(..10).unwrap_or(&moment).into()
        }
        Field::TimeMillis(milliseconds) => clock(i64::from(*milliseconds) * 1000).into(),
        Field::TimeMicros(microseconds) => clock(*microseconds).into(),
        Field::TimestampMillis(milliseconds) => moment(milliseconds.saturating_mul(1000)).into(),
        Field::TimestampMicros(microseconds) => moment(*microseconds).into(),
        Field::Group(row) => {
            let members = row.get_column_iter().map(|(name, field)| (json::Key::from(&**name), value(field)));
            members.collect::<Object>().into()
        }
        Field::ListInternal(list) => list.elements().iter().map(value).collect::<Vec<_>>().into(),
        Field::MapInternal(map) => {
            let text = |key: &Field| match value(key) {
                Value::String(text) => text.to_string(),
                other => other.to_string(),
            };
            map.entries()
                .iter()
                .map(|(key, field)| (json::Key::from(&*text(key)), value(field)))
                .collect::<Object>()
                .into()
        }
    }
}

/// A number of JSON, or what is none as a text: `NaN`.
fn number_of(text: &str) -> Value {
    json::parse(text).unwrap_or_else(|_| text.into())
}

/// A time of day.
fn clock(microseconds: i64) -> String {
    let moment = moment(microseconds);
    moment.get(11..).unwrap_or(&moment).trim_end_matches('Z').to_owned()
}

/// A time as ISO 8601, with as many digits of a second as it has: none, three or six.
fn moment(microseconds: i64) -> String {
    let (milliseconds, rest) = (microseconds.div_euclid(1000), microseconds.rem_euclid(1000));
    let text = Timestamp(milliseconds).to_string();
    let fraction = if text.contains('.') { "" } else { ".000" };
    match rest {
        0 => text,
        rest => format!("{}{fraction}{rest:03}Z", text.trim_end_matches('Z')),
    }
}

/// An object that is read here and there.
#[derive(Clone)]
struct Windows {
    buckets: Buckets,
    place: ObjectPlace,
    length: u64,
    runtime: Handle,
    /// Windows by where they begin, those last used at the end.
    kept: Arc<Mutex<VecDeque<(u64, Bytes)>>>,
}

impl Windows {
    /// The bytes from `start` on that are in the same window.
    fn window(&self, start: u64) -> io::Result<Bytes> {
        if start >= self.length {
            return Ok(Bytes::new());
        }
        let begin = start - start % WINDOW;
        let mut kept = self.kept.lock().expect("nothing panics with it");
        let bytes = match kept.iter().position(|(at, _)| *at == begin).and_then(|found| kept.remove(found)) {
            Some((_, bytes)) => bytes,
            None => {
                let read = self.runtime.block_on(self.buckets.read_range(&self.place, begin, WINDOW));
                read.map_err(io::Error::other)?.into()
            }
        };
        if kept.len() == WINDOWS {
            kept.pop_front();
        }
        kept.push_back((begin, bytes.clone()));
        let at = ((start - begin) as usize).min(bytes.len());
        Ok(bytes.slice(at..))
    }
}

impl Length for Windows {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Windows {
    type T = Reading;

    fn get_read(&self, start: u64) -> Decoded<Reading> {
        Ok(Reading { object: self.clone(), at: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Decoded<Bytes> {
        let left = usize::try_from(self.length.saturating_sub(start)).unwrap_or(usize::MAX);
        if length > left {
            return Err(ParquetError::EOF("it ends too early".to_owned()));
        }
        let mut bytes = vec![0; length];
        Reading { object: self.clone(), at: start }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// An object from some byte on.
struct Reading {
    object: Windows,
    at: u64,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let window = self.object.window(self.at)?;
        let count = buffer.len().min(window.len());
        buffer[..count].copy_from_slice(&window[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use parquet::basic::Compression;
    use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use std::path::Path;

    /// A file of groups of rows, whose `id` goes on over all of them.
    fn write(path: &Path, compression: Compression, groups: &[i64]) {
        let schema = "message row {
            required int64 id; optional binary name (UTF8); required double price; required int32 day (DATE);
            required int64 at (TIMESTAMP(MICROS,true)); required int64 cents (DECIMAL(10,2)); required boolean paid; required binary raw;
        }";
        let schema = Arc::new(parse_message_type(schema).expect("a schema"));
        let properties = WriterProperties::builder().set_compression(compression).build();
        let file = std::fs::File::create(path).expect("the directory is writable");
        let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).expect("it is written");
        let mut first = 0;
        for count in groups {
            let mut group = writer.next_row_group().expect("another group");
            let ids: Vec<i64> = (first..first + count).collect();
            first += count;
            let small = |value: i64| i32::try_from(value).expect("a small number");
            macro_rules! column {
                ($kind:ty, $values:expr, $levels:expr) => {
                    let mut column = group.next_column().expect("it is written").expect("another column");
                    column.typed::<$kind>().write_batch(&$values, $levels, None).expect("it is written");
                    column.close().expect("it is written");
                };
            }
            // Every third has no name.
            let named: Vec<i64> = ids.iter().copied().filter(|id| id % 3 != 2).collect();
            let levels: Vec<i16> = ids.iter().map(|id| i16::from(id % 3 != 2)).collect();
            let names: Vec<ByteArray> = named.iter().map(|id| ByteArray::from(&*format!("n {id}"))).collect();
            let raw: Vec<ByteArray> = ids.iter().map(|_| ByteArray::from(vec![0xff, 0])).collect();
            column!(Int64Type, ids, None);
            column!(ByteArrayType, names, Some(&levels));
            column!(DoubleType, ids.iter().map(|id| *id as f64 / 4.0).collect::<Vec<_>>(), None);
            column!(Int32Type, ids.iter().map(|id| small(*id)).collect::<Vec<_>>(), None);
            column!(Int64Type, ids.iter().map(|id| id * 1_000_001).collect::<Vec<_>>(), None);
            column!(Int64Type, ids.iter().map(|id| id * 101).collect::<Vec<_>>(), None);
            column!(BoolType, ids.iter().map(|id| id % 2 == 0).collect::<Vec<_>>(), None);
            column!(ByteArrayType, raw, None);
            group.close().expect("it is written");
        }
        writer.close().expect("it is written");
    }

    async fn rows(directory: &Path, key: &str, from: u64) -> Result<Vec<Value>, Broken> {
        let buckets = Buckets::new([("data".to_owned(), directory.to_owned())].into(), None);
        let place = ObjectPlace { bucket: "data".to_owned(), key: key.to_owned(), more: Object::new() };
        let mut rows = Rows::open(&buckets, place, from).await?;
        let mut read = Vec::new();
        while let Some((row, _)) = rows.next().await? {
            read.push(row);
        }
        assert_eq!(rows.number(), from + read.len() as u64);
        Ok(read)
    }

    #[tokio::test]
    async fn rows_come_from_any_place_on() {
        let directory = tempfile::tempdir().expect("there is room");
        let codecs =
            [Compression::SNAPPY, Compression::GZIP(Default::default()), Compression::ZSTD(Default::default())];
        for codec in codecs {
            write(&directory.path().join("a"), codec, &[300, 1, 400]);
            for from in [0, 299, 300, 301, 500, 701] {
                let read = rows(directory.path(), "a", from).await.unwrap_or_else(|broken| panic!("{}", broken.cause));
                let ids: Vec<u64> = read.iter().filter_map(|row| row.get("id")?.as_i64()?.try_into().ok()).collect();
                assert_eq!(ids, (from..701).collect::<Vec<_>>(), "{codec}");
            }
        }
        let read = rows(directory.path(), "a", 0).await.unwrap_or_else(|broken| panic!("{}", broken.cause));
        let shown: Vec<String> = read[1..3].iter().map(Value::to_string).collect();
        expect![[r#"
            {"id":1,"name":"n 1","price":0.25,"day":"1970-01-02","at":"1970-01-01T00:00:01.000001Z","cents":1.01,"paid":false,"raw":"/wA="}
            {"id":2,"name":null,"price":0.5,"day":"1970-01-03","at":"1970-01-01T00:00:02.000002Z","cents":2.02,"paid":true,"raw":"/wA="}"#]].assert_eq(&shown.join("\n"));
    }

    #[tokio::test]
    async fn what_is_no_such_file_is_told() {
        let directory = tempfile::tempdir().expect("there is room");
        let path = directory.path().join("a");
        write(&path, Compression::SNAPPY, &[200]);
        let whole = std::fs::read(&path).expect("it was written");
        let mut told = String::new();
        let short = whole[..whole.len() / 2].to_vec();
        let mut long_footer = whole.clone();
        let length_at = whole.len() - 8;
        long_footer[length_at..length_at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        for bytes in [Vec::new(), b"id,name\n1,2\n".to_vec(), short, long_footer] {
            std::fs::write(&path, bytes).expect("the directory is writable");
            let Err(broken) = rows(directory.path(), "a", 0).await else { panic!("it is read") };
            told.push_str(&format!("{}: {}\n", broken.error, broken.cause));
        }
        expect![[r#"
            States.ItemReaderFailed: The object s3://data/a cannot be read as Parquet: Parquet error: it is too short
            States.ItemReaderFailed: The object s3://data/a cannot be read as Parquet: Parquet error: Invalid Parquet file. Corrupt footer
            States.ItemReaderFailed: The object s3://data/a cannot be read as Parquet: Parquet error: Invalid Parquet file. Corrupt footer
            States.ItemReaderFailed: The object s3://data/a cannot be read as Parquet: Parquet error: its footer is longer than 5 MB
        "#]].assert_eq(&told);
        // Whatever bytes are wrong, somebody says so, or reads what is there.
        for at in (0..whole.len()).step_by(11) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            std::fs::write(&path, damaged).expect("the directory is writable");
            let _ = rows(directory.path(), "a", 0).await;
        }
    }
}
