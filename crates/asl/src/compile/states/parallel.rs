//! `Parallel`

use crate::compile::checker::Checker;
use crate::compile::fields::Fields;
use crate::compile::scope::{self, Container};
use crate::compile::state::{Compiled, StateReader};
use crate::compile::{flow, retry};
use crate::definition::{ParallelState, ScopeIndex, StateKind};

pub(crate) fn compile<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Compiled {
    let has = flow::Has { parameters: true, result_selector: true, result_path: true, arguments: true };
    let flow = flow::compile(checker, &mut state.fields, has);
    let retry = retry::retry(checker, state);
    let catch = retry::catch(checker, state);
    state.fields.require(checker, &["Branches"]);
    let branches = branches(checker, state);
    let kind = branches.map(|branches| StateKind::Parallel(ParallelState { branches, retry, catch }));
    Compiled { flow, kind }
}

fn branches<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Option<Vec<ScopeIndex>> {
    let elements = state.fields.filled_array(checker, "Branches")?;
    let location = state.fields.location.key("Branches");
    let mut branches = Vec::with_capacity(elements.len());
    for (position, element) in elements.iter().enumerate() {
        let location = location.index(position);
        let Some(mut fields) = Fields::open(checker, element, &location, state.fields.language) else {
            continue;
        };
        fields.text(checker, "Comment");
        let parent = Some((state.place.scope, state.index));
        let container = Container { parent, isolated: false, depth: state.place.depth + 1 };
        branches.extend(scope::compile(checker, &mut fields, container));
        fields.finish(checker);
    }
    (branches.len() == elements.len()).then_some(branches)
}
