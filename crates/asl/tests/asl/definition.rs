//! What a valid text means: numbering, defaults, references.

use stepwell_asl::definition::{
    Condition, Flow, IntegerField, IntegrationPattern, JsonPathFlow, Operator, PathField, ProcessorMode, Resource,
    ResultPath, ScopeIndex, State, StateIndex, StateKind, TOP, TextField, Transition, WaitState,
};
use stepwell_asl::{Format, MachineType, Options, StateMachineDefinition, parse, variable_references};

fn definition(text: &str) -> StateMachineDefinition {
    let parsed = parse(text, Format::Yaml, &Options::default());
    parsed.definition.unwrap_or_else(|| panic!("{:?}", parsed.diagnostics))
}

const ALL_TYPES: &str = r#"
Comment: one of each
TimeoutSeconds: 60
StartAt: Call
States:
  Call:
    Type: Task
    Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
    Parameters: {MessageBody.$: "$$.Task.Token"}
    HeartbeatSecondsPath: $beat
    ResultPath: $.sent
    Retry: [{ErrorEquals: [Throttled]}, {ErrorEquals: [States.ALL], MaxAttempts: 0, BackoffRate: 1, JitterStrategy: FULL}]
    Catch: [{ErrorEquals: [States.ALL], Next: Fail, ResultPath: null, Assign: {why.$: $.Cause}}]
    Next: Both
  Both:
    Type: Parallel
    InputPath: null
    Branches:
      - StartAt: Left
        States:
          Left: {Type: Pass, Result: [1], End: true}
      - StartAt: Right
        States:
          Right: {Type: Wait, SecondsPath: $.wait, End: true}
    Next: Each
  Each:
    Type: Map
    ItemsPath: $.list
    MaxConcurrency: 2
    Iterator:
      StartAt: Item
      States:
        Item: {Type: Wait, Timestamp: "1970-01-01T00:00:01Z", Next: Left over}
        Left over: {Type: Succeed}
    Next: Which
  Which:
    Type: Choice
    Choices:
      - And: [{Variable: $.a, IsPresent: true}, {Not: {Variable: $.a, StringEqualsPath: $word}}]
        Next: Fail
    Default: Many
  Many:
    Type: Map
    ItemReader:
      Resource: arn:aws:states:::s3:getObject
      Parameters: {Bucket: b, Key.$: $key}
      ReaderConfig: {InputType: JSON, MaxItemsPath: $limit}
    ItemProcessor:
      ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: EXPRESS}
      StartAt: Child
      States:
        Child: {Type: Succeed}
    End: true
  Fail: {Type: Fail, ErrorPath: "States.Format('{}', $word)", Cause: because}
"#;

#[test]
fn all_types() {
    let definition = definition(ALL_TYPES);
    assert_eq!(definition.timeout_seconds, Some(60));
    let names: Vec<Vec<&str>> =
        definition.scopes.iter().map(|scope| scope.states.iter().map(|state| &*state.name).collect()).collect();
    let expected: [&[&str]; 5] =
        [&["Call", "Both", "Each", "Which", "Many", "Fail"], &["Left"], &["Right"], &["Item", "Left over"], &["Child"]];
    assert_eq!(names, expected, "scopes are numbered in the order of the text");
    assert_eq!(definition.scopes[3].parent, Some((TOP, StateIndex(2))));

    let call = definition.state(TOP, StateIndex(0));
    assert_eq!(call.transition, Transition::Next(StateIndex(1)));
    assert!(
        matches!(json_path(call).result_path, ResultPath::Path(_))
            && matches!(json_path(call).input_path, PathField::Whole)
    );
    let StateKind::Task(task) = &call.kind else { panic!("{call:?}") };
    let Resource::Service { service, action, pattern, .. } = &task.resource else { panic!("{task:?}") };
    assert_eq!((&**service, &**action, *pattern), ("sqs", "sendMessage", IntegrationPattern::WaitForTaskToken));
    assert!(matches!(&task.heartbeat_seconds, Some(IntegerField::Path(_))));
    let [first, second] = &task.retry[..] else { panic!("{task:?}") };
    assert_eq!((first.interval_seconds, first.max_attempts, first.backoff_rate, first.full_jitter), (1, 3, 2.0, false));
    assert_eq!((second.max_attempts, second.backoff_rate, second.full_jitter), (0, 1.0, true));
    assert!(task.catch[0].next == StateIndex(5) && matches!(task.catch[0].result_path, ResultPath::Discard));

    let both = definition.state(TOP, StateIndex(1));
    assert!(matches!(json_path(both).input_path, PathField::Discard));
    assert!(matches!(&both.kind, StateKind::Parallel(parallel) if parallel.branches == [ScopeIndex(1), ScopeIndex(2)]));
    let item = definition.state(ScopeIndex(3), StateIndex(0));
    assert!(matches!(item.kind, StateKind::Wait(WaitState::Timestamp(1000))));

    let StateKind::Map(each) = &definition.state(TOP, StateIndex(2)).kind else { panic!() };
    assert!(each.processor == ScopeIndex(3) && each.mode == ProcessorMode::Inline && each.distributed.is_none());
    assert!(matches!(each.max_concurrency, Some(IntegerField::Literal(2))));
    let StateKind::Choice(which) = &definition.state(TOP, StateIndex(3)).kind else { panic!() };
    let Condition::And(conditions) = &which.rules[0].condition else { panic!("{which:?}") };
    assert!(matches!(&conditions[0], Condition::Compare(rule) if matches!(rule.operator, Operator::IsPresent(true))));
    assert_eq!(which.default, Some(StateIndex(4)));

    let StateKind::Map(many) = &definition.state(TOP, StateIndex(4)).kind else { panic!() };
    let distributed = many.distributed.as_ref().expect("its mode says so");
    assert_eq!((many.mode, distributed.execution_type), (ProcessorMode::Distributed, MachineType::Express));
    let StateKind::Fail(fail) = &definition.state(TOP, StateIndex(5)).kind else { panic!() };
    assert!(matches!(&fail.error, Some(TextField::Expression(_))));
    assert!(matches!(&fail.cause, Some(TextField::Literal(cause)) if cause == "because"));

    let references = variable_references(&definition);
    let references: Vec<String> = references.iter().map(|(state, names)| format!("{state}: {names:?}")).collect();
    let expected = [r#"Call: ["beat"]"#, r#"Fail: ["word"]"#, r#"Many: ["key", "limit"]"#, r#"Which: ["word"]"#];
    assert_eq!(references, expected);
}

/// Recorded (test_sfn_api_variable_references): a state is credited with what it reads itself, in functions as well, not with what it
/// assigns or what its iterations read.
#[test]
fn variables_read_in_nested_scopes() {
    let definition = definition(
        r#"{"StartAt": "Outer", "States": {"Outer": {"Type": "Map", "End": true, "Assign": {"own": 1},
            "ItemSelector": {"a.$": "States.Format($template, $$.Map.Item.Value)"},
            "ItemProcessor": {"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "End": true, "Assign":
                {"Sum.$": "States.MathAdd(States.MathAdd($y, $x), $bias)"}}}}}}}"#,
    );
    let references: Vec<(String, Vec<String>)> = variable_references(&definition).into_iter().collect();
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let expected = [("Inner".to_owned(), names(&["bias", "x", "y"])), ("Outer".to_owned(), names(&["template"]))];
    assert_eq!(references, expected);
}

fn json_path(state: &State) -> &JsonPathFlow {
    match &state.flow {
        Flow::JsonPath(flow) => flow,
        Flow::Jsonata(_) => panic!("the state is in JSONPath"),
    }
}
