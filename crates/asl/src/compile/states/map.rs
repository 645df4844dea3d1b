//! `Map`, inline; what only a distributed one has is in `distributed_map`.

use super::distributed_map;
use crate::MachineType;
use crate::compile::checker::Checker;
use crate::compile::fields::Fields;
use crate::compile::machine::is_express;
use crate::compile::scope::{self, Container};
use crate::compile::state::{Compiled, StateReader};
use crate::compile::{flow, path_field, retry, template};
use crate::definition::{MapState, ProcessorMode, ScopeIndex, StateKind, Template};

/// The largest count AWS's integers hold.
const COUNT_MAX: u64 = i32::MAX as u64;

/// What `ProcessorConfig` says.
struct Processor {
    scope: Option<ScopeIndex>,
    mode: ProcessorMode,
    execution_type: MachineType,
}

pub(crate) fn compile<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Compiled {
    let has = flow::Has { result_selector: true, result_path: true, ..flow::Has::default() };
    let flow = flow::compile(checker, &mut state.fields, has);
    let retry = retry::retry(checker, state);
    let catch = retry::catch(checker, state);
    let fields = &mut state.fields;
    let items = template::jsonata_field(checker, fields, "Items");
    let items_path = path_field::reference_field(checker, fields, "ItemsPath");
    let item_selector = item_selector(checker, fields);
    let max_concurrency =
        path_field::integer_or_path(checker, fields, "MaxConcurrency", "MaxConcurrencyPath", 0..=COUNT_MAX);
    let tolerated_failure_count = path_field::integer_or_path(
        checker,
        fields,
        "ToleratedFailureCount",
        "ToleratedFailureCountPath",
        0..=COUNT_MAX,
    );
    let tolerated_failure_percentage = path_field::number_or_path(
        checker,
        fields,
        "ToleratedFailurePercentage",
        "ToleratedFailurePercentagePath",
        0.0..=100.0,
    );
    fields.exactly_one(checker, &["ItemProcessor", "Iterator"]);
    let processor = processor(checker, state, "ItemProcessor");
    let processor = processor.or_else(|| self::processor(checker, state, "Iterator"));
    state.fields.take("Iterator");
    let mode = processor.as_ref().map_or(ProcessorMode::Inline, |processor| processor.mode);
    let execution_type = processor.as_ref().map_or(MachineType::Standard, |processor| processor.execution_type);
    let distributed = distributed_map::compile(checker, &mut state.fields, mode, execution_type);
    let kind = processor.and_then(|processor| processor.scope).map(|processor| {
        StateKind::Map(Box::new(MapState {
            items_path,
            items,
            item_selector,
            processor,
            mode,
            distributed,
            max_concurrency,
            tolerated_failure_count,
            tolerated_failure_percentage,
            retry,
            catch,
        }))
    });
    Compiled { flow, kind }
}

/// `ItemSelector`, or `Parameters` by its legacy name.
fn item_selector<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<Template> {
    fields.at_most_one(checker, &["ItemSelector", "Parameters"]);
    let selector = template::shared_field(checker, fields, "ItemSelector");
    let legacy = template::field(checker, fields, "Parameters");
    selector.or(legacy.map(Template::JsonPath))
}

fn processor<'t>(
    checker: &mut Checker<'t>,
    state: &mut StateReader<'t, '_, '_>,
    name: &'static str,
) -> Option<Processor> {
    let node = state.fields.take(name)?;
    let location = state.fields.location.key(name);
    let mut fields = Fields::open(checker, node, &location, state.fields.language)?;
    fields.text(checker, "Comment");
    let (mode, execution_type) = processor_config(checker, &mut fields);
    let isolated = mode == ProcessorMode::Distributed;
    let parent = Some((state.place.scope, state.index));
    let container = Container { parent, isolated, depth: state.place.depth + 1 };
    let scope = scope::compile(checker, &mut fields, container);
    fields.finish(checker);
    Some(Processor { scope, mode, execution_type })
}

fn processor_config<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> (ProcessorMode, MachineType) {
    let inline = (ProcessorMode::Inline, MachineType::Standard);
    let Some(node) = fields.take("ProcessorConfig") else {
        return inline;
    };
    let location = fields.location.key("ProcessorConfig");
    let Some(mut config) = Fields::open(checker, node, &location, fields.language) else {
        return inline;
    };
    let mode = config.one_of(checker, "Mode", &["INLINE", "DISTRIBUTED"]);
    let processor = if mode == Some("DISTRIBUTED") {
        if is_express(checker) {
            let message = "Express state machine does not support Map state with 'DISTRIBUTED' mode";
            checker.schema(&location, &config.span(), message);
        }
        config.require(checker, &["ExecutionType"]);
        match config.one_of(checker, "ExecutionType", &["STANDARD", "EXPRESS"]) {
            Some("EXPRESS") => (ProcessorMode::Distributed, MachineType::Express),
            _ => (ProcessorMode::Distributed, MachineType::Standard),
        }
    } else {
        inline
    };
    config.finish(checker);
    processor
}
