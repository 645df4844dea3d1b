//! The fields of the data flow: `InputPath`, `Parameters`, `ResultSelector`, `ResultPath`, `OutputPath`; `Arguments` and `Output`.

use super::checker::Checker;
use super::fields::Fields;
use super::location::Location;
use super::{path_field, template};
use crate::QueryLanguage;
use crate::definition::{Flow, JsonPathFlow, JsonataFlow, PathField, ResultPath};
use crate::tree::{Node, NodeKind};
use expressions::{Root, StatesMembers};

/// Which of the fields a state type has beside `InputPath` and `OutputPath`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Has {
    pub(crate) parameters: bool,
    pub(crate) result_selector: bool,
    pub(crate) result_path: bool,
    /// `Arguments`, in JSONata.
    pub(crate) arguments: bool,
}

/// Takes the fields a state type has, of both languages: those of the other one are reported. Every type with `OutputPath` has `Output`.
pub(crate) fn compile<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>, has: Has) -> Flow {
    let json_path = json_path(checker, fields, has);
    // States with a `ResultSelector` in JSONPath are those with a result.
    fields.states_members = if has.result_selector { StatesMembers::Result } else { StatesMembers::Input };
    let mut flow = JsonataFlow { output: template::jsonata_field(checker, fields, "Output"), ..JsonataFlow::default() };
    fields.states_members = StatesMembers::Input;
    if has.arguments {
        flow.arguments = template::jsonata_field(checker, fields, "Arguments");
    }
    match fields.language {
        QueryLanguage::JsonPath => Flow::JsonPath(json_path),
        QueryLanguage::Jsonata => Flow::Jsonata(flow),
    }
}

fn json_path<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>, has: Has) -> JsonPathFlow {
    let mut flow = JsonPathFlow { input_path: path(checker, fields, "InputPath"), ..JsonPathFlow::default() };
    if has.parameters {
        flow.parameters = template::field(checker, fields, "Parameters");
    }
    if has.result_selector {
        flow.result_selector = template::field(checker, fields, "ResultSelector");
    }
    if has.result_path {
        flow.result_path = result_path(checker, fields);
    }
    flow.output_path = path(checker, fields, "OutputPath");
    flow
}

fn path<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>, name: &'static str) -> PathField {
    let Some(node) = fields.take_of(checker, QueryLanguage::JsonPath, name) else {
        return PathField::Whole;
    };
    if node.kind == NodeKind::Null {
        return PathField::Discard;
    }
    path_field::path(checker, node, &fields.location.key(name)).map_or(PathField::Whole, PathField::Path)
}

/// Takes `ResultPath`, of a state or a catcher: a reference path into the input and nowhere else.
pub(crate) fn result_path<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> ResultPath {
    let Some(node) = fields.take_of(checker, QueryLanguage::JsonPath, "ResultPath") else {
        return ResultPath::Whole;
    };
    if node.kind == NodeKind::Null {
        return ResultPath::Discard;
    }
    written_path(checker, node, &fields.location.key("ResultPath"))
}

fn written_path(checker: &mut Checker<'_>, node: &Node, location: &Location<'_>) -> ResultPath {
    let Some(path) = path_field::reference(checker, node, location) else {
        return ResultPath::Whole;
    };
    match path.as_path().root() {
        Root::Input if path.is_root() => ResultPath::Whole,
        Root::Input => ResultPath::Path(path),
        _ => {
            let help = Some("a result can only be put into the state's input: begin with '$.'".to_owned());
            checker.schema_with_help(location, &node.span, "Value is not a Reference Path", help);
            ResultPath::Whole
        }
    }
}
