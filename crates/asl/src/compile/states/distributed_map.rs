//! The fields of a Map that only a distributed one uses: `Label`, `ItemReader`, `ItemBatcher`, `ResultWriter`. Their structure is checked;
//! whether such a Map may run is not decided here. AWS accepts them in an inline Map too (measured), where they do nothing; the linter tells.

use crate::compile::checker::{Checker, Phase};
use crate::compile::fields::Fields;
use crate::compile::location::Location;
use crate::compile::{path_field, resource, template};
use crate::definition::{DistributedMap, IntegerField, ItemBatcher, ItemReader, ProcessorMode, ResultWriter, Template};
use crate::diagnostic::code;
use crate::tree::Node;
use crate::{MachineType, QueryLanguage};

/// Longest label in characters.
const LABEL_LENGTH_MAX: usize = 40;

/// Most bytes of a batch: AWS's largest payload.
const BATCH_BYTES_MAX: u64 = 262_144;

const COUNT_MAX: u64 = i32::MAX as u64;

pub(crate) fn compile<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    mode: ProcessorMode,
    execution_type: MachineType,
) -> Option<Box<DistributedMap>> {
    let label = label(checker, fields);
    let item_reader = part(checker, fields, "ItemReader", item_reader);
    let item_batcher = part(checker, fields, "ItemBatcher", |checker, fields| {
        if mode == ProcessorMode::Distributed {
            require_batch_limit(checker, fields);
        }
        item_batcher(checker, fields)
    });
    let result_writer = part(checker, fields, "ResultWriter", result_writer);
    (mode == ProcessorMode::Distributed)
        .then(|| Box::new(DistributedMap { execution_type, label, item_reader, item_batcher, result_writer }))
}

fn part<'t, T>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
    compile: impl FnOnce(&mut Checker<'t>, &mut Fields<'t, '_>) -> Option<T>,
) -> Option<T> {
    let entry = fields.entry(name)?;
    let location = fields.location.key(name);
    let mut inner = Fields::open(checker, &entry.value, &location, fields.language)?;
    inner.text(checker, "Comment");
    let part = compile(checker, &mut inner);
    inner.finish(checker);
    part
}

fn label<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<String> {
    let span = fields.take("Label")?.span.clone();
    let label = fields.text(checker, "Label")?;
    let location = fields.location.key("Label");
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "?*<>{}[]:;,\\|^~$#%&`\"".contains(c);
    let problem = if label.is_empty() {
        Some("it is empty".to_owned())
    } else if label.chars().count() > LABEL_LENGTH_MAX {
        Some(format!("it exceeds the {LABEL_LENGTH_MAX}-character limit"))
    } else {
        label.chars().find(|&c| forbidden(c)).map(|c| format!("it contains the character {c:?}"))
    };
    if let Some(problem) = problem {
        let message = format!("Invalid Label name '{label}': {problem}");
        checker.error(Phase::Names, code::INVALID_LABEL_NAME, &location, &span, message);
    } else if !checker.labels.insert(label) {
        let message = format!("Duplicate Label name: {label}");
        checker.error(Phase::Names, code::DUPLICATE_LABEL_NAME, &location, &span, message);
    }
    Some(label.to_owned())
}

fn item_reader<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<ItemReader> {
    fields.require(checker, &["Resource"]);
    let resource = map_resource(checker, fields, &["getObject", "listObjectsV2"]);
    let parameters = parameters(checker, fields);
    let config = fields.take("ReaderConfig");
    let max_items = config.and_then(|node| {
        let location = fields.location.key("ReaderConfig");
        reader_config(checker, node, &location, fields.language)
    });
    Some(ItemReader { resource: resource?, parameters, max_items, config: config.map(Node::to_value) })
}

/// Checks `ReaderConfig`; its item limit is what the compiled form needs.
fn reader_config<'t>(
    checker: &mut Checker<'t>,
    node: &'t Node,
    location: &Location<'_>,
    language: QueryLanguage,
) -> Option<IntegerField> {
    let mut fields = Fields::open(checker, node, location, language)?;
    let input_types = ["CSV", "JSON", "MANIFEST", "JSONL", "PARQUET"];
    let input_type = fields.one_of(checker, "InputType", &input_types);
    fields.one_of(checker, "Transformation", &["NONE", "LOAD_AND_FLATTEN"]);
    fields.one_of(checker, "ManifestType", &["S3_INVENTORY", "ATHENA_DATA"]);
    // What describes CSV rows is unknown to the other types.
    if !matches!(input_type, Some("JSON" | "JSONL" | "PARQUET")) {
        fields.one_of(checker, "CSVDelimiter", &["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]);
        let header = fields.one_of(checker, "CSVHeaderLocation", &["FIRST_ROW", "GIVEN"]);
        if input_type == Some("CSV") && !fields.has("CSVHeaderLocation") {
            checker.schema(location, &fields.span(), "The field 'CSVHeaderLocation' is required");
        }
        if header == Some("GIVEN") {
            fields.require(checker, &["CSVHeaders"]);
        }
        let headers = fields.filled_array(checker, "CSVHeaders").unwrap_or_default();
        let place = location.key("CSVHeaders");
        for (position, header) in headers.iter().enumerate().filter(|(_, header)| header.as_str().is_none()) {
            checker.schema(&place.index(position), &header.span, "Expected value of type String");
        }
    }
    fields.text(checker, "ItemsPointer");
    let max_items = path_field::integer_or_path(checker, &mut fields, "MaxItems", "MaxItemsPath", 0..=COUNT_MAX);
    fields.finish(checker);
    max_items
}

fn require_batch_limit(checker: &mut Checker<'_>, fields: &Fields<'_, '_>) {
    let limits = ["MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"];
    if !limits.iter().any(|name| fields.has(name)) {
        let message = format!("At least one of these fields is required: [{}]", limits.join(", "));
        checker.schema(fields.location, &fields.span(), message);
    }
}

fn item_batcher<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<ItemBatcher> {
    Some(ItemBatcher {
        max_items_per_batch: path_field::integer_or_path(
            checker,
            fields,
            "MaxItemsPerBatch",
            "MaxItemsPerBatchPath",
            1..=COUNT_MAX,
        ),
        max_input_bytes_per_batch: path_field::integer_or_path(
            checker,
            fields,
            "MaxInputBytesPerBatch",
            "MaxInputBytesPerBatchPath",
            1..=BATCH_BYTES_MAX,
        ),
        batch_input: template::shared_field(checker, fields, "BatchInput"),
    })
}

fn result_writer<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<ResultWriter> {
    if !fields.has("Resource") && !fields.has("WriterConfig") {
        checker.schema(fields.location, &fields.span(), "These fields are required: [Resource]");
    }
    let resource = map_resource(checker, fields, &["putObject"]);
    let parameters = parameters(checker, fields);
    let config = fields.take("WriterConfig");
    if let Some(node) = config {
        let location = fields.location.key("WriterConfig");
        if let Some(mut config) = Fields::open(checker, node, &location, fields.language) {
            config.one_of(checker, "Transformation", &["NONE", "COMPACT", "FLATTEN"]);
            config.one_of(checker, "OutputType", &["JSON", "JSONL"]);
            config.finish(checker);
        }
    }
    Some(ResultWriter { resource, parameters, config: config.map(Node::to_value) })
}

/// `Parameters`, or `Arguments` in JSONata.
fn parameters<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<Template> {
    let parameters = template::field(checker, fields, "Parameters").map(Template::JsonPath);
    let arguments = template::jsonata_field(checker, fields, "Arguments").map(Template::Jsonata);
    parameters.or(arguments)
}

/// A `Resource` that must be one of the S3 actions of readers and writers.
fn map_resource<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>, actions: &[&str]) -> Option<String> {
    let node = fields.take("Resource")?;
    let text = fields.text(checker, "Resource")?;
    let filled = checker.filled_arn(text);
    let known = resource::service_and_action(&filled)
        .is_some_and(|(service, action)| service == "s3" && actions.contains(&action));
    if !known {
        let message = "The field 'Resource' does not match any of the allowed values";
        let help = format!("use arn:aws:states:::s3:{}", actions.join(" or arn:aws:states:::s3:"));
        checker.schema_with_help(&fields.location.key("Resource"), &node.span, message, Some(help));
    }
    Some(text.to_owned())
}
