//! The one way in: text to tree, definition and findings.

use crate::compile::{self, Compiled, ReadVariables};
use crate::definition::StateMachineDefinition;
use crate::diagnostic::{Diagnostic, Severity, code};
use crate::tree::{self, Node};

/// Longest definition in characters (service model `Definition`).
pub const DEFINITION_LENGTH_MAX: usize = 1_048_576;

/// How a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// JSON, the only one AWS's API takes.
    #[default]
    Json,
    /// YAML 1.2, as files and deployment tools have it.
    Yaml,
}

impl Format {
    /// The format a file's name tells: YAML for `.yaml` and `.yml`, else JSON.
    pub fn of_file_name(name: &str) -> Format {
        let name = name.to_ascii_lowercase();
        if name.ends_with(".yaml") || name.ends_with(".yml") { Format::Yaml } else { Format::Json }
    }
}

/// The type of a state machine, or of a distributed Map's child executions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MachineType {
    /// `STANDARD`
    #[default]
    Standard,
    /// `EXPRESS`, which refuses jobs, task tokens, activities and distributed Maps.
    Express,
}

/// The language of expressions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryLanguage {
    /// `JSONPath`
    #[default]
    JsonPath,
    /// `JSONata`
    Jsonata,
}

impl QueryLanguage {
    pub(crate) const NAMES: [&'static str; 2] = ["JSONPath", "JSONata"];

    /// The name as `QueryLanguage` fields have it.
    pub fn name(self) -> &'static str {
        match self {
            QueryLanguage::JsonPath => "JSONPath",
            QueryLanguage::Jsonata => "JSONata",
        }
    }

    /// What a `QueryLanguage` field means.
    pub(crate) fn of_node(node: &Node) -> QueryLanguage {
        if node.as_str() == Some("JSONPath") { QueryLanguage::JsonPath } else { QueryLanguage::Jsonata }
    }
}

/// What a definition is checked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The type of the state machine it is for.
    pub machine_type: MachineType,
    /// Whether `${Name}` stands for what a deployment fills in (CloudFormation's `DefinitionSubstitutions`): such a value is taken to be right.
    pub has_placeholders: bool,
}

/// What a text is.
#[derive(Debug)]
pub struct Parsed {
    /// The text as a tree, as far as it could be read.
    pub tree: Option<Node>,
    /// What it means; `Some` exactly if there is no error among the findings (with [`Options::has_placeholders`], at most then).
    pub definition: Option<StateMachineDefinition>,
    /// Errors, then warnings. As far as AWS's order is known it is kept.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Whether there is an error among the findings.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Parses and checks a definition. Never fails and never panics, whatever the text.
pub fn parse(text: &str, format: Format, options: &Options) -> Parsed {
    parse_noting(text, format, options, None).0
}

/// The same, with the variables that the definition's expressions read.
pub(crate) fn parse_with_variables(text: &str, format: Format, options: &Options) -> (Parsed, ReadVariables) {
    parse_noting(text, format, options, Some(ReadVariables::new()))
}

fn parse_noting(text: &str, format: Format, options: &Options, read: Option<ReadVariables>) -> (Parsed, ReadVariables) {
    let tree = match read_tree(text, format) {
        Ok(tree) => tree,
        Err(diagnostics) => {
            return (Parsed { tree: None, definition: None, diagnostics }, ReadVariables::new());
        }
    };
    let Compiled { definition, diagnostics, read } = compile::compile(&tree, options, read);
    debug_assert!(
        options.has_placeholders
            || definition.is_some()
            || diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error),
        "a definition is missing only after an error"
    );
    (Parsed { tree: Some(tree), definition, diagnostics }, read)
}

/// The tree of a text that can be read as a whole.
fn read_tree(text: &str, format: Format) -> Result<Node, Vec<Diagnostic>> {
    if text.len() > DEFINITION_LENGTH_MAX && text.chars().count() > DEFINITION_LENGTH_MAX {
        let message = format!("Definition must not be longer than {DEFINITION_LENGTH_MAX} characters");
        return Err(vec![Diagnostic::error(code::SCHEMA_VALIDATION_FAILED, message, 0..0)]);
    }
    if text.trim().is_empty() {
        let message = "Definition must be a valid JSON object";
        return Err(vec![Diagnostic::error(code::SCHEMA_VALIDATION_FAILED, message, 0..0)]);
    }
    let (tree, syntax) = match format {
        Format::Json => tree::parse_json(text),
        Format::Yaml => tree::parse_yaml(text),
    };
    match tree {
        Some(tree) if syntax.is_empty() => Ok(tree),
        _ => Err(syntax),
    }
}
