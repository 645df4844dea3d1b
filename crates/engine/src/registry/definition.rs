//! The one place where the registry meets the language: a text becomes a definition or an exception.

use super::Registry;
use api::{
    DefinitionDiagnostic, DiagnosticSeverity, Exception, StateMachineType, ValidateStateMachineDefinitionRequest,
    ValidateStateMachineDefinitionResponse, VariableReferences,
};
use asl::definition::{ScopeIndex, StateKind};
use asl::{Diagnostic, Format, MachineType, Options, Severity, StateMachineDefinition};
use json::{ObjectBuilder, Value, json};

/// A definition and what descriptions tell of it.
pub(super) struct Parsed {
    pub(super) definition: StateMachineDefinition,
    pub(super) variable_references: VariableReferences,
}

/// Parses a definition; `InvalidDefinition` names all errors, warnings are passed over.
pub(super) fn parse(text: &str, machine_type: StateMachineType) -> Result<Parsed, Exception> {
    let definition = definition(text, machine_type)?;
    refuse_distributed_map(&definition)?;
    let references = asl::variable_references(&definition);
    let variable_references = references
        .into_iter()
        .map(|(state, names)| (state.into(), names.into_iter().map(Into::into).collect()))
        .collect();
    Ok(Parsed { definition, variable_references })
}

fn definition(text: &str, machine_type: StateMachineType) -> Result<StateMachineDefinition, Exception> {
    let parsed = asl::parse(text, Format::Json, &options(machine_type));
    let errors = parsed.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    parsed.definition.ok_or_else(|| {
        let findings: Vec<String> = errors.map(Diagnostic::aws_text).collect();
        Exception::invalid_definition(&findings.join(", "))
    })
}

/// What AWS calls a state that is tested without a name of its own (recorded).
pub(crate) const TESTED_STATE: &str = "StateName";

/// The machine a state is tested in: one's own, or one around the state in which everything it leads to is an end.
pub(crate) fn parse_state(text: &str, is_machine: bool) -> Result<StateMachineDefinition, Exception> {
    let state = json::parse(text).ok().filter(|_| !is_machine);
    let Some(Value::Object(state)) = state else { return definition(text, StateMachineType::Standard) };
    let list = |field: &str| state.get(field).and_then(Value::as_array).into_iter().flat_map(|list| list.iter());
    let targets = list("Choices").chain(list("Catch")).map(|member| member.get("Next"));
    let targets = targets.chain([state.get("Next"), state.get("Default")]).flatten().filter_map(Value::as_str);
    let mut states = ObjectBuilder::new();
    for target in targets {
        states.insert(target, json!({"Type": "Succeed"}));
    }
    states.insert(TESTED_STATE, &state);
    let machine = json!({"StartAt": TESTED_STATE, "States": (states.build())});
    definition(&machine.to_string(), StateMachineType::Standard)
}

/// A valid definition that cannot be run is refused when it is created, not when an execution gets there.
fn refuse_distributed_map(definition: &StateMachineDefinition) -> Result<(), Exception> {
    for (number, scope) in definition.scopes.iter().enumerate() {
        for state in &scope.states {
            let StateKind::Map(map) = &state.kind else { continue };
            if map.distributed.is_some() && is_within_express(definition, ScopeIndex(number as u32)) {
                return Err(Exception::invalid_definition(&format!(
                    "SCHEMA_VALIDATION_FAILED: Express state machine does not support Map state with 'DISTRIBUTED' mode at /States/{}",
                    state.name
                )));
            }
        }
    }
    Ok(())
}

/// Whether a scope is run by Express children of a Distributed Map.
fn is_within_express(definition: &StateMachineDefinition, mut scope: ScopeIndex) -> bool {
    while let Some((parent, state)) = definition.scope(scope).parent {
        if let StateKind::Map(map) = &definition.state(parent, state).kind
            && map.distributed.as_ref().is_some_and(|distributed| distributed.execution_type == MachineType::Express)
        {
            return true;
        }
        scope = parent;
    }
    false
}

fn options(machine_type: StateMachineType) -> Options {
    Options {
        machine_type: match machine_type {
            StateMachineType::Standard => MachineType::Standard,
            StateMachineType::Express => MachineType::Express,
        },
        ..Options::default()
    }
}

impl Registry {
    /// ValidateStateMachineDefinition: nothing is read or stored.
    pub fn validate_state_machine_definition(
        request: &ValidateStateMachineDefinitionRequest,
    ) -> ValidateStateMachineDefinitionResponse {
        let parsed = asl::parse(&request.definition, Format::Json, &options(request.machine_type));
        let ok = !parsed.has_errors();
        let shown = parsed.diagnostics.iter().map(diagnostic);
        let mut wanted = shown.filter(|diagnostic| diagnostic.severity >= request.severity);
        let diagnostics = wanted.by_ref().take(request.max_results).collect();
        ValidateStateMachineDefinitionResponse { ok, diagnostics, truncated: wanted.next().is_some() }
    }
}

fn diagnostic(found: &Diagnostic) -> DefinitionDiagnostic {
    DefinitionDiagnostic {
        severity: match found.severity {
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Error => DiagnosticSeverity::Error,
        },
        code: found.code.into(),
        message: found.message.as_str().into(),
        location: found.location.as_deref().map(Into::into),
    }
}

/// Revisions are shared between tasks and threads.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<StateMachineDefinition>();
};
