//! `Succeed`

use crate::compile::checker::Checker;
use crate::compile::flow;
use crate::compile::state::{Compiled, StateReader};
use crate::definition::StateKind;

pub(crate) fn compile<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Compiled {
    let flow = flow::compile(checker, &mut state.fields, flow::Has::default());
    Compiled { flow, kind: Some(StateKind::Succeed) }
}
