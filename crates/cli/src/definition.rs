//! A definition in a file: read, checked, its findings told, and turned into the JSON the API takes.

use crate::output::{self, Style};
use anyhow::anyhow;
use api::StateMachineType;
use asl::{Diagnostic, Format, MachineType, Options};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// What stands for stdin among file names.
pub(crate) const STDIN: &str = "-";
/// Bytes read from a file at most: the longest definition, each character written with six bytes, and some more.
const BYTES_MAX: u64 = 16 << 20;

/// A definition and what was found in it.
pub(crate) struct Definition {
    pub(crate) file_name: String,
    pub(crate) text: String,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) has_errors: bool,
    /// The definition as JSON; `None` if there are errors.
    pub(crate) json: Option<String>,
}

/// Reads and checks a file, or stdin for `-`.
pub(crate) fn read(path: &Path, machine_type: StateMachineType) -> anyhow::Result<Definition> {
    read_with(path, Options { machine_type: of_api(machine_type), has_placeholders: false })
}

/// The same for a definition that a deployment has still to fill in: `${Name}` is taken to be right.
pub(crate) fn read_undeployed(path: &Path, machine_type: StateMachineType) -> anyhow::Result<Definition> {
    read_with(path, Options { machine_type: of_api(machine_type), has_placeholders: true })
}

fn read_with(path: &Path, options: Options) -> anyhow::Result<Definition> {
    let (file_name, text) = unmarked_text(path)?;
    Ok(check(file_name, text, &options))
}

/// As [`text`], without the byte order mark that editors on Windows put first and that means nothing.
pub(crate) fn unmarked_text(path: &Path) -> anyhow::Result<(String, String)> {
    let (file_name, mut text) = text(path)?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok((file_name, text))
}

/// The type as the checks know it.
pub(crate) fn of_api(machine_type: StateMachineType) -> MachineType {
    match machine_type {
        StateMachineType::Standard => MachineType::Standard,
        StateMachineType::Express => MachineType::Express,
    }
}

/// The text of a file, or of stdin for `-`, with the name it is shown by.
pub(crate) fn text(path: &Path) -> anyhow::Result<(String, String)> {
    let (file_name, text) = if path == Path::new(STDIN) {
        ("<stdin>".to_owned(), limited(std::io::stdin().lock()))
    } else {
        (path.display().to_string(), std::fs::File::open(path).and_then(limited_file))
    };
    let text = text.map_err(|error| match error.kind() {
        ErrorKind::InvalidData => anyhow!("cannot read {file_name}: it is not text in UTF-8"),
        _ => anyhow!("cannot read {file_name}: {error}"),
    })?;
    Ok((file_name, text))
}

fn limited_file(file: std::fs::File) -> std::io::Result<String> {
    if file.metadata()?.is_dir() {
        return Err(std::io::Error::from(ErrorKind::IsADirectory));
    }
    limited(file)
}

fn limited(reader: impl Read) -> std::io::Result<String> {
    let mut text = String::new();
    reader.take(BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

fn check(file_name: String, text: String, options: &Options) -> Definition {
    let format = format_of(&file_name, &text);
    let parsed = asl::parse(&text, format, options);
    let has_errors = parsed.has_errors();
    let json = match (format, &parsed.tree) {
        _ if has_errors => None,
        (Format::Json, _) => Some(text.clone()),
        (Format::Yaml, tree) => tree.as_ref().map(|tree| tree.to_value().to_string()),
    };
    Definition { file_name, text, diagnostics: parsed.diagnostics, has_errors, json }
}

/// What is to be known of a verdict about this text.
pub(crate) fn note(text: &str) -> &'static str {
    if text.contains("${") { " (placeholders ${...} taken as filled in)" } else { "" }
}

/// Stdin has no name to tell by: what does not begin like a JSON object is YAML.
pub(crate) fn format_of(file_name: &str, text: &str) -> Format {
    match file_name {
        "<stdin>" if !text.trim_start_matches('\u{feff}').trim_start().starts_with('{') => Format::Yaml,
        _ => Format::of_file_name(file_name),
    }
}

impl Definition {
    /// The findings for a terminal.
    pub(crate) fn rendered(&self, style: Style) -> String {
        asl::render(&self.diagnostics, &self.text, &self.file_name, style.coloured)
    }

    /// Tells the findings on stderr.
    pub(crate) fn tell(&self) {
        output::talk_raw(&self.rendered(Style::of_stderr()));
    }
}
