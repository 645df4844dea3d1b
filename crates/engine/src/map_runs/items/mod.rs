//! Where the items of a run come from: the state's own array, or objects in buckets, read in order and from any place on.
//!
//! Reading order: [`Items`], `listing` (which objects), `bytes` (an object's bytes), `csv`, `json` and `parquet` (its items).

mod bytes;
mod csv;
mod json;
mod listing;
mod parquet;

use self::bytes::Bytes;
use self::listing::Listing;
use super::Broken;
use super::window::Position;
use ::json::{Array, Object, Value};
use integrations::{Buckets, ObjectPlace};
use interpreter::Plan;
use std::sync::Arc;

/// The longest item, in bytes (AWS quota: 8 MB).
const ITEM_BYTES_MAX: usize = 8 << 20;

fn failed(cause: impl Into<Arc<str>>) -> Broken {
    Broken::new("States.ItemReaderFailed", cause)
}

/// An item as it was read.
pub(super) struct ReadItem {
    pub value: Value,
    pub key: Option<Arc<str>>,
    /// What it takes in memory, about.
    pub bytes: usize,
}

/// What a run reads its items from: the reader's fields, checked.
pub(super) struct Source {
    kind: SourceKind,
    items_max: u64,
    /// `Map.Item.Source`
    pub shown: Arc<str>,
}

enum SourceKind {
    /// The state's own.
    Array(Array),
    /// Objects that are items themselves.
    Listed(Object),
    /// The items of objects.
    Objects { listing: Listing, format: Format },
    /// What is no reader, for whatever reason.
    Broken(Broken),
}

/// How items stand in an object.
#[derive(Clone, Debug)]
enum Format {
    Csv {
        delimiter: u8,
        /// The names of the columns, if they do not stand in the first row.
        headers: Option<Vec<Arc<str>>>,
    },
    Json {
        pointer: String,
    },
    JsonLines,
    Parquet,
}

impl Source {
    /// What a plan says.
    pub fn of(plan: &Plan) -> Source {
        let shown: Arc<str> = match plan.reader() {
            None => "STATE_DATA".into(),
            Some(place) => {
                let text = |name: &str| place.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
                match (text("Bucket"), text("Key")) {
                    (bucket, "") => format!("S3://{bucket}").into(),
                    (bucket, key) => format!("S3://{bucket}/{key}").into(),
                }
            }
        };
        let broken = |cause: &str| SourceKind::Broken(failed(cause));
        let (kind, items_max) = match plan.max_items() {
            Some(negative) if negative < 0 => (broken("field MaxItems must be positive"), 0),
            None | Some(0) => (SourceKind::of(plan).unwrap_or_else(SourceKind::Broken), u64::MAX),
            Some(number) => (SourceKind::of(plan).unwrap_or_else(SourceKind::Broken), number.unsigned_abs()),
        };
        Source { kind, items_max, shown }
    }
}

impl SourceKind {
    fn of(plan: &Plan) -> Result<SourceKind, Broken> {
        let Some(place) = plan.reader() else {
            return Ok(SourceKind::Array(plan.items().cloned().unwrap_or_default()));
        };
        let arguments = place.arguments.as_object().cloned().unwrap_or_default();
        let config = |name: &str| place.config.get(name).and_then(Value::as_str);
        let required = |name: &str| match arguments.get(name).and_then(Value::as_str) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(failed(format!("The ItemReader needs '{name}', a text."))),
        };
        let bucket = required("Bucket")?;
        let resource = place.resource.as_deref().unwrap_or_default();
        let lists = resource.rsplit(':').next().is_some_and(|action| action.eq_ignore_ascii_case("listObjectsV2"));
        if lists && config("Transformation") != Some("LOAD_AND_FLATTEN") {
            return Ok(SourceKind::Listed(arguments));
        }
        let listing = match (lists, config("ManifestType"), config("InputType")) {
            (true, ..) => Listing::Prefix { arguments },
            (false, manifest, input_type) => {
                let more = arguments.without("Bucket").without("Key");
                let object = ObjectPlace { bucket, key: required("Key")?, more };
                match (manifest, input_type) {
                    (Some("S3_INVENTORY"), _) | (None, Some("MANIFEST")) => {
                        let format = Format::Csv { delimiter: b',', headers: Some(Vec::new()) };
                        return Ok(SourceKind::Objects { listing: Listing::Inventory(object), format });
                    }
                    (Some("ATHENA_DATA"), _) => Listing::Athena(object),
                    _ => Listing::One(object),
                }
            }
        };
        let format = match config("InputType") {
            Some("CSV") => {
                Format::Csv { delimiter: delimiter(config("CSVDelimiter")), headers: headers(&place.config)? }
            }
            Some("JSONL") => Format::JsonLines,
            Some("PARQUET") => Format::Parquet,
            Some("JSON") | None => Format::Json { pointer: config("ItemsPointer").unwrap_or_default().to_owned() },
            Some(other) => return Err(failed(format!("The InputType {other} is not supported by this version."))),
        };
        Ok(SourceKind::Objects { listing, format })
    }
}

fn delimiter(word: Option<&str>) -> u8 {
    match word {
        Some("PIPE") => b'|',
        Some("SEMICOLON") => b';',
        Some("SPACE") => b' ',
        Some("TAB") => b'\t',
        _ => b',',
    }
}

fn headers(config: &Value) -> Result<Option<Vec<Arc<str>>>, Broken> {
    if config.get("CSVHeaderLocation").and_then(Value::as_str) != Some("GIVEN") {
        return Ok(None);
    }
    let names = config.get("CSVHeaders").and_then(Value::as_array).cloned().unwrap_or_default();
    let names = names.iter().filter_map(Value::as_str).map(Arc::from).collect();
    csv::checked(names).map(Some)
}

/// Items, from some place on.
pub(super) struct Items {
    source: Arc<Source>,
    buckets: Buckets,
    position: Position,
    /// The object that is read.
    open: Option<Open>,
    /// Items that are objects of a list: those that were listed and not taken.
    listed: std::collections::VecDeque<Value>,
    last_key: Option<String>,
    /// An item that is to come once more, and where it began.
    put_back: Option<ReadItem>,
    before: Position,
    is_over: bool,
}

/// An object that is read.
enum Open {
    /// One that is text.
    Text {
        bytes: Bytes,
        columns: Vec<::json::Key>,
        kind: json::Kind,
    },
    Rows(parquet::Rows),
}

impl Items {
    pub async fn open(source: Arc<Source>, buckets: Buckets, position: Position) -> Result<Items, Broken> {
        if let SourceKind::Broken(broken) = &source.kind {
            return Err(broken.clone());
        }
        let mut items = Items {
            source,
            buckets,
            position: Position { item: 0, ..position },
            open: None,
            listed: Default::default(),
            last_key: None,
            put_back: None,
            before: position,
            is_over: false,
        };
        if let SourceKind::Listed(_) = items.source.kind {
            // There is no other way to a place in a list than from its beginning.
            for _ in 0..position.item {
                if items.next().await?.is_none() {
                    break;
                }
            }
        }
        items.position.item = position.item;
        Ok(items)
    }

    /// Where the next item is.
    pub fn position(&self) -> Position {
        match self.put_back {
            Some(_) => self.before,
            None => self.position,
        }
    }

    /// The item that was read last comes once more.
    pub fn put_back(&mut self, item: ReadItem) {
        self.put_back = Some(item);
    }

    /// The next item.
    pub async fn next(&mut self) -> Result<Option<ReadItem>, Broken> {
        if let Some(item) = self.put_back.take() {
            return Ok(Some(item));
        }
        if self.is_over || self.position.item >= self.source.items_max {
            return Ok(None);
        }
        self.before = self.position;
        let source = self.source.clone();
        let item = match &source.kind {
            SourceKind::Array(items) => items.get(self.position.item as usize).map(|value| ReadItem {
                value: value.clone(),
                key: None,
                bytes: 0,
            }),
            SourceKind::Listed(arguments) => self.next_listed(arguments).await?,
            SourceKind::Objects { listing, format } => self.next_in_objects(listing, format).await?,
            SourceKind::Broken(_) => unreachable!("it is not opened"),
        };
        match item {
            Some(_) => self.position.item += 1,
            None => self.is_over = true,
        }
        Ok(item)
    }

    async fn next_listed(&mut self, arguments: &Object) -> Result<Option<ReadItem>, Broken> {
        if self.listed.is_empty() {
            let listed = self.buckets.list(arguments, self.last_key.as_deref()).await;
            self.listed = listed.map_err(|error| failed(error.to_string()))?.into();
            let last = self.listed.back().and_then(|object| object.get("Key")).and_then(Value::as_str);
            self.last_key = last.map(str::to_owned);
        }
        Ok(self.listed.pop_front().map(|value| ReadItem { value, key: None, bytes: 200 }))
    }

    /// The next item of the object that is being read, or of the one after it.
    async fn next_in_objects(&mut self, listing: &Listing, format: &Format) -> Result<Option<ReadItem>, Broken> {
        loop {
            if self.open.is_none() {
                let Some(object) = listing.object(&self.buckets, self.position.part, &mut self.last_key).await? else {
                    return Ok(None);
                };
                self.open = Some(self.open_object(object, listing, format).await?);
            }
            let open = self.open.as_mut().expect("just opened");
            let read = match open {
                Open::Rows(rows) => {
                    let next = rows.next().await?;
                    next.map(|(value, bytes)| ReadItem { value, key: None, bytes })
                }
                Open::Text { bytes, columns, kind } => next_in_text(bytes, columns, *kind, format).await?,
            };
            self.position.offset = open.offset();
            if read.is_some() {
                return Ok(read);
            }
            self.open = None;
            self.position.part += 1;
            self.position.offset = 0;
            // What was looked at before the next object is not to be read again.
            self.before = self.position;
        }
    }

    async fn open_object(&self, object: listing::Listed, listing: &Listing, format: &Format) -> Result<Open, Broken> {
        let offset = self.position.offset;
        let place = object.place;
        let open_at = async |offset| Bytes::open(&self.buckets, place.clone(), offset).await;
        if let Format::Parquet = format {
            return Ok(Open::Rows(parquet::Rows::open(&self.buckets, place, offset).await?));
        }
        let (mut columns, mut kind) = (Vec::new(), json::Kind::List);
        let bytes = match format {
            Format::Csv { delimiter, headers: None } => {
                let mut bytes = open_at(0).await?;
                columns = csv::header(&mut bytes, *delimiter).await?;
                if offset > bytes.offset() { open_at(offset).await? } else { bytes }
            }
            Format::Csv { headers: Some(headers), .. } => {
                columns = if let Listing::Inventory(_) = listing { object.columns } else { headers.clone() };
                open_at(offset).await?
            }
            Format::Json { pointer } => {
                let mut bytes = open_at(0).await?;
                kind = json::enter(&mut bytes, pointer).await?;
                if offset > bytes.offset() { open_at(offset).await? } else { bytes }
            }
            Format::JsonLines => open_at(offset).await?,
            Format::Parquet => unreachable!("it has rows"),
        };
        let columns = columns.iter().map(|name| ::json::Key::from(&**name)).collect();
        Ok(Open::Text { bytes, columns, kind })
    }
}

impl Open {
    /// Where the next item is, in bytes or rows.
    fn offset(&self) -> u64 {
        match self {
            Open::Text { bytes, .. } => bytes.offset(),
            Open::Rows(rows) => rows.number(),
        }
    }
}

async fn next_in_text(
    bytes: &mut Bytes,
    columns: &[::json::Key],
    kind: json::Kind,
    format: &Format,
) -> Result<Option<ReadItem>, Broken> {
    Ok(match format {
        Format::Csv { delimiter, .. } => {
            let before = bytes.offset();
            let fields = csv::record(bytes, *delimiter).await?;
            let length = (bytes.offset() - before) as usize;
            fields.map(|fields| ReadItem { value: row(columns, fields), key: None, bytes: length })
        }
        Format::Json { .. } => {
            let next = json::next(bytes, kind).await?;
            next.map(|(key, value, bytes)| ReadItem { value, key, bytes })
        }
        Format::JsonLines => {
            let next = json::next_line(bytes).await?;
            next.map(|(value, bytes)| ReadItem { value, key: None, bytes })
        }
        Format::Parquet => unreachable!("it has rows"),
    })
}

/// A row of CSV: all its fields are texts, those that are missing are empty, those too many are dropped (recorded).
fn row(columns: &[::json::Key], fields: Vec<String>) -> Value {
    let mut fields = fields.into_iter();
    let member = |name: &::json::Key| (name.clone(), Value::from(fields.next().unwrap_or_default()));
    Object::from_distinct(columns.iter().map(member).collect()).into()
}
