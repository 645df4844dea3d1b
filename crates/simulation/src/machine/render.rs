//! A machine as ASL.

use super::{
    Condition, Distributed, Kind, Language, List, Machine, Number, Record, Resource, Scope, State, Task, Text,
};
use crate::world::{ACTIVITY_ARN, FUNCTION_ARN, NESTED_ARN};
use json::{Object, ObjectBuilder, Value, json};

/// The definition's text.
pub(crate) fn render(machine: &Machine) -> String {
    text_of(machine, Named::ByName)
}

/// That of a machine that others start executions of.
pub(crate) fn render_nested(machine: &Machine) -> String {
    text_of(machine, Named::ByInput)
}

/// Where an execution finds what its tasks are to call it: the reference knows no names that the engine makes up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    ByName,
    ByInput,
}

impl Named {
    fn path(self) -> &'static str {
        match self {
            Named::ByName => "$$.Execution.Name",
            Named::ByInput => "$$.Execution.Input.x",
        }
    }

    fn expression(self) -> &'static str {
        match self {
            Named::ByName => "$states.context.Execution.Name",
            Named::ByInput => "$states.context.Execution.Input.x",
        }
    }
}

fn text_of(machine: &Machine, named: Named) -> String {
    let mut definition = scope(&machine.top, machine.language, named);
    definition.insert("QueryLanguage", word(machine.language));
    definition.insert_some("TimeoutSeconds", machine.timeout_seconds);
    Value::from(definition.build()).to_string()
}

fn word(language: Language) -> &'static str {
    match language {
        Language::JsonPath => "JSONPath",
        Language::Jsonata => "JSONata",
    }
}

fn scope(scope: &Scope, language: Language, named: Named) -> ObjectBuilder {
    let mut states = ObjectBuilder::new();
    for (position, state) in scope.states.iter().enumerate() {
        states.insert(state.name.as_str(), render_state(scope, state, position, language, named));
    }
    let mut rendered = ObjectBuilder::new();
    rendered.insert("StartAt", scope.states[0].name.as_str());
    rendered.insert("States", states.build());
    rendered
}

fn render_state(scope: &Scope, state: &State, position: usize, language: Language, named: Named) -> Object {
    let mut fields = ObjectBuilder::new();
    if state.language != language {
        fields.insert("QueryLanguage", word(state.language));
    }
    let is_jsonata = state.language == Language::Jsonata;
    let base = if is_jsonata { "$states.input" } else { "$" };
    let name_of = |position: usize| scope.states[position].name.as_str();
    match &state.kind {
        Kind::Pass { record } => {
            fields.insert("Type", "Pass");
            fields.insert(if is_jsonata { "Output" } else { "Parameters" }, render_record(record, state.language));
        }
        Kind::Task(task) => render_task(&mut fields, task, state, named),
        Kind::Wait { seconds } => drop(fields.insert("Type", "Wait").insert("Seconds", *seconds)),
        Kind::Succeed => drop(fields.insert("Type", "Succeed")),
        Kind::Fail { error, cause } => {
            fields.insert("Type", "Fail").insert("Error", error.as_str());
            match (cause, is_jsonata) {
                (Text::Literal(cause), _) => fields.insert("Cause", cause.as_str()),
                (_, true) => fields.insert("Cause", format!("{{% {base}.s %}}")),
                (_, false) => fields.insert("CausePath", "$.s"),
            };
        }
        Kind::Choice { rules, has_default } => {
            fields.insert("Type", "Choice");
            let rules = rules.iter().map(|(condition, next)| {
                let mut rule = if is_jsonata {
                    let mut rule = ObjectBuilder::new();
                    rule.insert("Condition", format!("{{% {} %}}", jsonata_condition(condition)));
                    rule
                } else {
                    path_condition(condition)
                };
                rule.insert("Next", name_of(*next));
                Value::from(rule.build())
            });
            fields.insert("Choices", Value::from(rules.collect::<Vec<_>>()));
            if *has_default {
                fields.insert("Default", name_of(position + 1));
            }
        }
        Kind::Parallel { branches, keeps_input } => {
            fields.insert("Type", "Parallel");
            let branches = branches.iter().map(|branch| Value::from(self::scope(branch, language, named).build()));
            fields.insert("Branches", Value::from(branches.collect::<Vec<_>>()));
            render_result(&mut fields, state, *keeps_input, Some(OF_SEVERAL));
        }
        Kind::Map { iteration, max_concurrency, keeps_input, distributed: Some(distributed) } => {
            fields
                .insert("Type", "Map")
                .insert("MaxConcurrency", *max_concurrency)
                .insert("Label", state.name.as_str());
            let mut processor = self::scope(iteration, language, Named::ByInput);
            let Distributed { is_express, tolerates } = *distributed;
            let kind = if is_express { "EXPRESS" } else { "STANDARD" };
            processor.insert("ProcessorConfig", json!({"Mode": "DISTRIBUTED", "ExecutionType": kind}));
            fields.insert("ItemProcessor", processor.build());
            if tolerates {
                fields.insert("ToleratedFailurePercentage", 100);
            }
            let mark = child_mark(is_express);
            if is_jsonata {
                let x = format!("{{% {} & '{mark}' & $string($states.context.Map.Item.Index) %}}", named.expression());
                fields.insert("Items", "{% $states.input.l %}");
                fields.insert(
                    "ItemSelector",
                    json!({"n": "{% $states.context.Map.Item.Value %}",
                    "s": "{% $states.input.s %}", "l": "{% $states.input.l %}", "x": x}),
                );
            } else {
                let x = format!("States.Format('{{}}{mark}{{}}', {}, $$.Map.Item.Index)", named.path());
                fields.insert("ItemsPath", "$.l");
                fields
                    .insert("ItemSelector", json!({"n.$": "$$.Map.Item.Value", "s.$": "$.s", "l.$": "$.l", "x.$": x}));
            }
            render_result(&mut fields, state, *keeps_input, if tolerates { Some(OF_COUNT) } else { Some(OF_SEVERAL) });
        }
        Kind::Map { iteration, max_concurrency, keeps_input, distributed: None } => {
            fields.insert("Type", "Map").insert("MaxConcurrency", *max_concurrency);
            let mut processor = self::scope(iteration, language, named);
            processor.insert("ProcessorConfig", json!({"Mode": "INLINE"}));
            fields.insert("ItemProcessor", processor.build());
            if is_jsonata {
                fields.insert("Items", "{% $states.input.l %}");
                fields.insert(
                    "ItemSelector",
                    json!({"n": "{% $states.context.Map.Item.Value %}",
                    "s": "{% $states.input.s %}", "l": "{% $states.input.l %}"}),
                );
            } else {
                fields.insert("ItemsPath", "$.l");
                fields.insert("ItemSelector", json!({"n.$": "$$.Map.Item.Value", "s.$": "$.s", "l.$": "$.l"}));
            }
            render_result(&mut fields, state, *keeps_input, Some(OF_SEVERAL));
        }
    }
    if let Some((name, number)) = &state.assign {
        let assigned = render_number(number, state.language, &assign_base(state));
        let assigned = match (state.language, number) {
            (_, Number::Literal(literal)) => Value::from(Object::new().with(name.as_str(), Value::from(*literal))),
            (Language::Jsonata, _) => {
                Value::from(Object::new().with(name.as_str(), Value::from(format!("{{% {assigned} %}}"))))
            }
            (Language::JsonPath, _) => Value::from(Object::new().with(format!("{name}.$"), Value::from(assigned))),
        };
        fields.insert("Assign", assigned);
    }
    render_recovery(&mut fields, scope, state);
    match state.kind {
        Kind::Choice { .. } | Kind::Succeed | Kind::Fail { .. } => {}
        _ if position + 1 < scope.states.len() => drop(fields.insert("Next", name_of(position + 1))),
        _ => drop(fields.insert("End", true)),
    }
    fields.build()
}

/// Where the record is that an Assign sees.
fn assign_base(state: &State) -> String {
    let root = match (state.language, &state.kind) {
        (Language::JsonPath, _) => "$",
        (Language::Jsonata, Kind::Pass { .. }) => "$states.input",
        (Language::Jsonata, _) => "$states.result",
    };
    match &state.kind {
        Kind::Task(Task { resource: Resource::Invoke, .. }) => format!("{root}.Payload"),
        Kind::Task(Task { resource: Resource::Nested, .. }) => format!("{root}.Output"),
        Kind::Parallel { .. } | Kind::Map { .. } => format!("{root}[0]"),
        _ => root.to_owned(),
    }
}

/// How `n`, `s` and `l` are taken from a result.
type Selection = [(&'static str, &'static str); 3];

const OF_SEVERAL: Selection = [("[0].n", "[0].n"), ("[1].s", "[1].s"), ("[*].n", ".n")];
const OF_OUTPUT: Selection = [(".Output.n", ".Output.n"), (".Output.s", ".Output.s"), (".Output.l", ".Output.l")];
/// The number of results and nothing of them; rendered by hand.
const OF_COUNT: Selection = [("", ""), ("", ""), ("", "")];
const OF_PAYLOAD: Selection =
    [(".Payload.n", ".Payload.n"), (".Payload.s", ".Payload.s"), (".Payload.l", ".Payload.l")];

/// Makes a record of the result, or of the input and the result.
fn render_result(fields: &mut ObjectBuilder, state: &State, keeps_input: bool, selection: Option<Selection>) {
    let of = |prefix: &str, which: fn(&(&'static str, &'static str)) -> &'static str| {
        selection.map(|parts| parts.map(|part| format!("{prefix}{}", which(&part))))
    };
    if selection == Some(OF_COUNT) {
        return render_count(fields, state, keeps_input);
    }
    match state.language {
        Language::JsonPath => {
            if let Some([n, s, l]) = of("$", |part| part.0) {
                fields.insert("ResultSelector", json!({"n.$": n, "s.$": s, "l.$": l}));
            }
            if keeps_input {
                fields.insert("ResultPath", "$.r");
            }
        }
        Language::Jsonata => {
            let record = match of("$states.result", |part| part.1) {
                Some(parts) => {
                    let [n, s, l] = parts.map(|part| format!("{{% {part} %}}"));
                    json!({"n": n, "s": s, "l": l})
                }
                None => Value::from("{% $states.result %}"),
            };
            let output = if keeps_input { input_with("r", record) } else { record };
            fields.insert("Output", output);
        }
    }
}

/// Makes a record of how many results there are.
fn render_count(fields: &mut ObjectBuilder, state: &State, keeps_input: bool) {
    match state.language {
        Language::JsonPath => {
            fields.insert("ResultSelector", json!({"n.$": "States.ArrayLength($)", "s": "several", "l": [1, 2]}));
            if keeps_input {
                fields.insert("ResultPath", "$.r");
            }
        }
        Language::Jsonata => {
            let record = json!({"n": "{% $count($states.result) %}", "s": "several", "l": [1, 2]});
            fields.insert("Output", if keeps_input { input_with("r", record) } else { record });
        }
    }
}

/// What stands between the name of an execution and the number of a child of its Map Run, in what the child's tasks call it.
pub(crate) fn child_mark(is_express: bool) -> &'static str {
    if is_express { "/e" } else { "/c" }
}

fn input_with(key: &'static str, value: Value) -> Value {
    let of_input = |field: &str| format!("{{% $states.input.{field} %}}");
    json!({"n": (of_input("n")), "s": (of_input("s")), "l": (of_input("l")), key: value})
}

fn render_task(fields: &mut ObjectBuilder, task: &Task, state: &State, named: Named) {
    if task.resource == Resource::Nested {
        return render_nested_task(fields, task, state, named);
    }
    let resource = match task.resource {
        Resource::Function => FUNCTION_ARN,
        Resource::Invoke => "arn:aws:states:::lambda:invoke",
        Resource::Callback => "arn:aws:states:::lambda:invoke.waitForTaskToken",
        Resource::Job => "arn:aws:states:::batch:submitJob.sync",
        Resource::Activity => ACTIVITY_ARN,
        Resource::Nested => unreachable!("rendered by itself"),
    };
    fields.insert("Type", "Task").insert("Resource", resource);
    fields.insert_some("TimeoutSeconds", task.timeout_seconds);
    fields.insert_some("HeartbeatSeconds", task.heartbeat_seconds);
    let is_jsonata = state.language == Language::Jsonata;
    let mut call = ObjectBuilder::new();
    let mut add = |key: &str, path: &str, expression: &str| {
        if is_jsonata {
            call.insert(key, format!("{{% {expression} %}}"));
        } else {
            call.insert(format!("{key}.$"), path);
        }
    };
    add("x", named.path(), named.expression());
    add("k", "$$.State.RetryCount", "$states.context.State.RetryCount");
    add("i", "$", "$states.input");
    if task.is_broken {
        add("b", "States.ArrayGetItem(States.Array(1), 5)", "$states.input.s + 1");
    }
    if task.resource == Resource::Callback {
        add("t", "$$.Task.Token", "$states.context.Task.Token");
    }
    call.insert("st", state.name.as_str());
    call.insert("h", task.timeout_seconds.is_some());
    let call = Value::from(call.build());
    let given = match task.resource {
        Resource::Function | Resource::Activity => call,
        Resource::Job => json!({"JobName": "j", "JobQueue": "q", "JobDefinition": "d", "Parameters": call}),
        Resource::Nested => unreachable!("rendered by itself"),
        Resource::Invoke | Resource::Callback => json!({"FunctionName": "f", "Payload": call}),
    };
    fields.insert(if is_jsonata { "Arguments" } else { "Parameters" }, given);
    let selection = (task.resource == Resource::Invoke).then_some(OF_PAYLOAD);
    render_result(fields, state, task.keeps_input, selection);
}

fn render_nested_task(fields: &mut ObjectBuilder, task: &Task, state: &State, named: Named) {
    fields.insert("Type", "Task").insert("Resource", "arn:aws:states:::states:startExecution.sync:2");
    let name = state.name.as_str();
    let (key, input) = match state.language {
        Language::JsonPath => {
            let x = format!("States.Format('{{}}/n{name}k{{}}', {}, $$.State.RetryCount)", named.path());
            let mut input = ObjectBuilder::new();
            input.insert("n.$", "$.n").insert("s.$", "$.s").insert("l.$", "$.l").insert("x.$", x);
            if task.is_broken {
                input.insert("b.$", "States.ArrayGetItem(States.Array(1), 5)");
            }
            ("Parameters", input)
        }
        Language::Jsonata => {
            let x = format!("{{% {} & '/n{name}k' & $string($states.context.State.RetryCount) %}}", named.expression());
            let mut input = ObjectBuilder::new();
            input.insert("n", "{% $states.input.n %}").insert("s", "{% $states.input.s %}");
            input.insert("l", "{% $states.input.l %}").insert("x", x);
            if task.is_broken {
                input.insert("b", "{% $states.input.s + 1 %}");
            }
            ("Arguments", input)
        }
    };
    fields.insert(key, json!({"StateMachineArn": NESTED_ARN, "Input": (Value::from(input.build()))}));
    render_result(fields, state, task.keeps_input, Some(OF_OUTPUT));
}

fn render_recovery(fields: &mut ObjectBuilder, scope: &Scope, state: &State) {
    let names = |names: &[String]| Value::from(names.iter().map(Value::from).collect::<Vec<_>>());
    if !state.retry.is_empty() {
        let retriers = state.retry.iter().map(|retrier| {
            let mut fields = ObjectBuilder::new();
            fields.insert("ErrorEquals", names(&retrier.error_equals));
            fields.insert("IntervalSeconds", retrier.interval_seconds);
            fields.insert("MaxAttempts", retrier.max_attempts);
            fields.insert("BackoffRate", retrier.backoff_rate);
            if retrier.full_jitter {
                fields.insert("JitterStrategy", "FULL");
            }
            Value::from(fields.build())
        });
        fields.insert("Retry", Value::from(retriers.collect::<Vec<_>>()));
    }
    if !state.catch.is_empty() {
        let catchers = state.catch.iter().map(|catcher| {
            let mut fields = ObjectBuilder::new();
            fields.insert("ErrorEquals", names(&catcher.error_equals));
            fields.insert("Next", scope.states[catcher.next].name.as_str());
            match state.language {
                Language::JsonPath => fields.insert("ResultPath", "$.e"),
                Language::Jsonata => fields.insert("Output", input_with("e", "{% $states.errorOutput %}".into())),
            };
            Value::from(fields.build())
        });
        fields.insert("Catch", Value::from(catchers.collect::<Vec<_>>()));
    }
}

fn render_record(record: &Record, language: Language) -> Object {
    let base = if language == Language::Jsonata { "$states.input" } else { "$" };
    let mut fields = ObjectBuilder::new();
    let mut add = |key: &str, literal: Option<Value>, expression: String| match (literal, language) {
        (Some(literal), _) => drop(fields.insert(key, literal)),
        (None, Language::Jsonata) => drop(fields.insert(key, format!("{{% {expression} %}}"))),
        (None, Language::JsonPath) => drop(fields.insert(format!("{key}.$"), expression)),
    };
    let literal = match &record.n {
        Number::Literal(literal) => Some(Value::from(*literal)),
        _ => None,
    };
    add("n", literal, render_number(&record.n, language, base));
    let literal = match &record.s {
        Text::Literal(literal) => Some(Value::from(literal.as_str())),
        _ => None,
    };
    add("s", literal, render_text(&record.s, language, base));
    let list = match (&record.l, language) {
        (List::Field, _) => format!("{base}.l"),
        (List::Numbers(numbers), _) => {
            let numbers: Vec<_> = numbers.iter().map(|number| render_number(number, language, base)).collect();
            let numbers = numbers.join(", ");
            if language == Language::Jsonata { format!("[{numbers}]") } else { format!("States.Array({numbers})") }
        }
    };
    add("l", None, list);
    fields.build()
}

fn render_number(number: &Number, language: Language, base: &str) -> String {
    let is_jsonata = language == Language::Jsonata;
    match number {
        Number::Field => format!("{base}.n"),
        Number::Literal(literal) => literal.to_string(),
        Number::Variable(name) => format!("${name}"),
        Number::Plus(number, plus) => {
            let number = render_number(number, language, base);
            if is_jsonata { format!("({number} + {plus})") } else { format!("States.MathAdd({number}, {plus})") }
        }
        Number::Index if is_jsonata => "$states.context.Map.Item.Index".to_owned(),
        Number::Index => "$$.Map.Item.Index".to_owned(),
        Number::Length if is_jsonata => format!("$count({base}.l)"),
        Number::Length => format!("States.ArrayLength({base}.l)"),
    }
}

fn render_text(text: &Text, language: Language, base: &str) -> String {
    match text {
        Text::Field => format!("{base}.s"),
        Text::Literal(literal) => format!("'{literal}'"),
        Text::Suffixed(text, suffix) => {
            let text = render_text(text, language, base);
            match language {
                Language::Jsonata => format!("({text} & '{suffix}')"),
                Language::JsonPath => format!("States.Format('{{}}{suffix}', {text})"),
            }
        }
    }
}

fn path_condition(condition: &Condition) -> ObjectBuilder {
    let mut rule = ObjectBuilder::new();
    match condition {
        Condition::NumberLess(limit) => drop(rule.insert("Variable", "$.n").insert("NumericLessThan", *limit)),
        Condition::NumberEquals(number) => drop(rule.insert("Variable", "$.n").insert("NumericEquals", *number)),
        Condition::TextEquals(text) => drop(rule.insert("Variable", "$.s").insert("StringEquals", text.as_str())),
        Condition::HasError(expected) => drop(rule.insert("Variable", "$.e").insert("IsPresent", *expected)),
        Condition::Not(condition) => drop(rule.insert("Not", path_condition(condition).build())),
        Condition::Both(left, right) => {
            let both = [left, right].map(|condition| Value::from(path_condition(condition).build()));
            rule.insert("And", Value::from(both.to_vec()));
        }
    }
    rule
}

fn jsonata_condition(condition: &Condition) -> String {
    match condition {
        Condition::NumberLess(limit) => format!("$states.input.n < {limit}"),
        Condition::NumberEquals(number) => format!("$states.input.n = {number}"),
        Condition::TextEquals(text) => format!("$states.input.s = '{text}'"),
        Condition::HasError(true) => "$exists($states.input.e)".to_owned(),
        Condition::HasError(false) => "$not($exists($states.input.e))".to_owned(),
        Condition::Not(condition) => format!("$not({})", jsonata_condition(condition)),
        Condition::Both(left, right) => format!("({} and {})", jsonata_condition(left), jsonata_condition(right)),
    }
}
