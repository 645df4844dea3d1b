//! What stands in a recording's parameters for something of this run: `{{3#/stateMachineArn}}` is that value of the answer to step 3, and
//! the account that the client's key belonged to is the one the answers show.

use crate::client::Answer;
use crate::world::ACCOUNT;
use json::{ObjectBuilder, Value};

/// The account as the recordings' parameters have it.
const CLIENTS_ACCOUNT: &str = "000000000000";

/// The value at a JSON pointer.
pub fn pointed<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    pointer.split('/').skip(1).try_fold(value, |value, part| {
        let name = part.replace("~1", "/").replace("~0", "~");
        match value {
            Value::Array(elements) => elements.get(name.parse::<usize>().ok()?),
            other => other.get(&name),
        }
    })
}

/// `params` with every reference replaced.
pub fn resolved(params: &Value, answers: &[Option<Answer>]) -> Value {
    match params {
        Value::String(text) => Value::from(resolved_text(&text.replace(CLIENTS_ACCOUNT, ACCOUNT), answers)),
        Value::Array(elements) => elements.iter().map(|element| resolved(element, answers)).collect::<Vec<_>>().into(),
        Value::Object(members) => {
            let mut builder = ObjectBuilder::new();
            for (name, value) in members.iter() {
                builder.insert(name.clone(), resolved(value, answers));
            }
            builder.build().into()
        }
        other => other.clone(),
    }
}

fn resolved_text(text: &str, answers: &[Option<Answer>]) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        result.push_str(before);
        let Some((value, left)) =
            after.split_once("}}").and_then(|(inner, left)| Some((referred(inner, answers)?, left)))
        else {
            result.push_str("{{");
            rest = after;
            continue;
        };
        result.push_str(&value);
        rest = left;
    }
    result + rest
}

fn referred(reference: &str, answers: &[Option<Answer>]) -> Option<String> {
    let (step, pointer) = reference.split_once('#')?;
    let answer = answers.get(step.parse::<usize>().ok()?)?.as_ref()?;
    pointed(&answer.value, pointer)?.as_str().map(str::to_owned)
}
