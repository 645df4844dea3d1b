//! `Task`

use crate::QueryLanguage;
use crate::compile::checker::Checker;
use crate::compile::fields::Fields;
use crate::compile::machine::{SECONDS_MAX, is_express};
use crate::compile::state::{Compiled, StateReader};
use crate::compile::{flow, path_field, resource, retry, template};
use crate::definition::{IntegerField, IntegrationPattern, Resource, StateKind, TaskState, Template};
use crate::placeholder;
use crate::tree::NodeKind;
use std::borrow::Cow;

pub(crate) fn compile<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Compiled {
    let has = flow::Has { parameters: true, result_selector: true, result_path: true, arguments: true };
    let flow = flow::compile(checker, &mut state.fields, has);
    let retry = retry::retry(checker, state);
    let catch = retry::catch(checker, state);
    let fields = &mut state.fields;
    fields.require(checker, &["Resource"]);
    let resource = resource(checker, fields);
    let (timeout_seconds, heartbeat_seconds) = seconds(checker, fields);
    let credentials = credentials(checker, fields, resource.as_ref());
    let kind = resource.map(|resource| {
        let task = TaskState { resource, timeout_seconds, heartbeat_seconds, credentials, retry, catch };
        StateKind::Task(Box::new(task))
    });
    Compiled { flow, kind }
}

fn resource<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> Option<Resource> {
    let node = fields.take("Resource")?;
    let location = fields.location.key("Resource");
    let Some(text) = node.as_str() else {
        checker.schema(&location, &node.span, "Expected value of type String");
        return None;
    };
    let filled = checker.filled_arn(text);
    let resource = match resource::parse(&filled) {
        Ok(resource) => resource,
        // Only what was filled in may excuse it: a word that looks the same in the text itself may not.
        Err(_) if matches!(&filled, Cow::Owned(filled) if placeholder::decides(filled)) => return None,
        Err(problem) => {
            checker.schema_with_help(&location, &node.span, problem.message, problem.help);
            return None;
        }
    };
    if let Some(message) = resource_refused_in_express(&resource).filter(|_| is_express(checker)) {
        checker.schema(&location, &node.span, message);
    }
    Some(resource)
}

/// Recorded, with the two spaces AWS leaves after the one about task tokens.
fn resource_refused_in_express(resource: &Resource) -> Option<&'static str> {
    match resource {
        Resource::LambdaFunction { .. } => None,
        Resource::Activity { .. } => Some("Express state machine does not support Activity ARN"),
        Resource::Service { pattern, .. } => match pattern {
            IntegrationPattern::RequestResponse => None,
            IntegrationPattern::RunJob | IntegrationPattern::RunJobVersion2 => {
                Some("Express state machine does not support '.sync' service integration")
            }
            IntegrationPattern::WaitForTaskToken => {
                Some("Express state machine does not support '.waitForTaskToken' service integration ")
            }
        },
    }
}

fn seconds<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>) -> (Option<IntegerField>, Option<IntegerField>) {
    let timeout = path_field::integer_or_path(checker, fields, "TimeoutSeconds", "TimeoutSecondsPath", 1..=SECONDS_MAX);
    let heartbeat =
        path_field::integer_or_path(checker, fields, "HeartbeatSeconds", "HeartbeatSecondsPath", 1..=SECONDS_MAX);
    if let (Some(IntegerField::Literal(timeout)), Some(IntegerField::Literal(heartbeat))) = (&timeout, &heartbeat)
        && heartbeat >= timeout
        && let Some(node) = fields.take("HeartbeatSeconds")
    {
        let location = fields.location.key("HeartbeatSeconds");
        checker.schema(&location, &node.span, "HeartbeatSeconds must be smaller than TimeoutSeconds");
    }
    (timeout, heartbeat)
}

fn credentials<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    resource: Option<&Resource>,
) -> Option<Template> {
    let entry = fields.entry("Credentials")?;
    let location = fields.location.key("Credentials");
    let NodeKind::Object(_) = &entry.value.kind else {
        if fields.is_expression(&entry.value) {
            return template::shared_field(checker, fields, "Credentials");
        }
        checker.schema(&location, &entry.value.span, "Expected value of type Object");
        return None;
    };
    if let Some(Resource::Activity { .. }) = resource {
        let message = "The field 'Credentials' is not supported for activities";
        checker.schema(&location, &entry.key_span, message);
    }
    let role = match fields.language {
        QueryLanguage::JsonPath => entry.value.get("RoleArn").or_else(|| entry.value.get("RoleArn.$")),
        QueryLanguage::Jsonata => entry.value.get("RoleArn"),
    };
    if role.is_none() {
        checker.schema(&location, &entry.key_span, "The field 'RoleArn' is required but was missing");
    }
    template::shared_field(checker, fields, "Credentials")
}
