//! `Pass`

use crate::QueryLanguage;
use crate::compile::checker::Checker;
use crate::compile::flow;
use crate::compile::location::Location;
use crate::compile::state::{Compiled, StateReader};
use crate::compile::template::looks_evaluated;
use crate::definition::{PassState, StateKind};
use crate::diagnostic::code;
use crate::tree::{Node, NodeKind};

pub(crate) fn compile<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Compiled {
    let has = flow::Has { parameters: true, result_path: true, ..flow::Has::default() };
    let flow = flow::compile(checker, &mut state.fields, has);
    let result = state.fields.take_of(checker, QueryLanguage::JsonPath, "Result");
    if let Some(node) = result {
        warn_of_paths(checker, node, &state.fields.location.key("Result"));
    }
    let pass = PassState { result: result.map(Node::to_value) };
    Compiled { flow, kind: Some(StateKind::Pass(pass)) }
}

/// `Result` is a literal: a path inside will not be followed.
fn warn_of_paths(checker: &mut Checker<'_>, node: &Node, location: &Location<'_>) {
    match &node.kind {
        NodeKind::String(text) if looks_evaluated(text) => {
            let message = "A path in the Result of a Pass state is not evaluated";
            let help = "use Parameters with a key ending in '.$' instead";
            checker.warning(code::PASS_RESULT_IS_STATIC, location, &node.span, message, help);
        }
        NodeKind::Array(elements) => {
            for (position, element) in elements.iter().enumerate() {
                warn_of_paths(checker, element, &location.index(position));
            }
        }
        NodeKind::Object(entries) => {
            for entry in entries {
                warn_of_paths(checker, &entry.value, &location.key(&entry.key));
            }
        }
        _ => {}
    }
}
