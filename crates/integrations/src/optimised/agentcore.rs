//! `bedrockagentcore:invokeHarness`: an agent's answer, which comes as a stream of events, as the one message that they make up ("Invoke Amazon Bedrock
//! AgentCore with Step Functions"). Of several messages, as when the agent used tools between them, the last one is the result.

use super::{Call, shape};
use crate::TaskOutcome;
use json::{Object, Payload, Value, json};
use std::collections::BTreeMap;

pub(super) async fn invoke_harness(call: Call<'_>) -> TaskOutcome {
    let parameters = match shape::parameters(call) {
        Ok(parameters) => parameters,
        Err(problem) => return TaskOutcome::unusable(call.request, problem),
    };
    let reply = match call.send(call.action.operation, &parameters).await {
        Ok(reply) => reply.value,
        Err(error) => return call.failed(error),
    };
    let mut answer = Answer::default();
    for event in reply.get("Stream").and_then(Value::as_array).into_iter().flat_map(|events| events.iter()) {
        for (name, event) in event.as_object().into_iter().flat_map(|event| event.iter()) {
            answer.take(name, event);
        }
    }
    TaskOutcome::answered(call.pattern, Payload::from(answer.result()))
}

/// What the events so far make up.
#[derive(Default)]
struct Answer {
    role: Option<Value>,
    blocks: BTreeMap<i64, Block>,
    stop_reason: Option<Value>,
    usage: Option<Value>,
    metrics: Option<Value>,
}

/// A block of a message, in pieces.
#[derive(Default)]
struct Block {
    /// What its first event says of it, if it is the use of a tool, or a tool's result.
    tool_use: Option<Object>,
    tool_result: Option<Object>,
    text: String,
    /// A tool's input, as JSON.
    input: String,
    /// A tool's result.
    content: Vec<Value>,
    reasoning: String,
    signature: String,
    redacted: Option<Value>,
}

impl Answer {
    fn take(&mut self, name: &str, event: &Value) {
        let index = || event.get("ContentBlockIndex").and_then(Value::as_i64).unwrap_or_default();
        match name {
            "MessageStart" => {
                self.role = event.get("Role").cloned();
                self.blocks.clear();
            }
            "ContentBlockStart" => {
                let start = |name: &str| event.get("Start").and_then(|start| start.get(name)?.as_object().cloned());
                let (tool_use, tool_result) = (start("ToolUse"), start("ToolResult"));
                self.blocks.insert(index(), Block { tool_use, tool_result, ..Block::default() });
            }
            "ContentBlockDelta" => {
                let delta = event.get("Delta").and_then(Value::as_object);
                let block = self.blocks.entry(index()).or_default();
                delta.into_iter().flat_map(|delta| delta.iter()).for_each(|(kind, piece)| block.take(kind, piece));
            }
            "MessageStop" => self.stop_reason = event.get("StopReason").cloned(),
            "Metadata" => {
                self.usage = event.get("Usage").cloned();
                self.metrics = event.get("Metrics").cloned();
            }
            _ => {}
        }
    }

    fn result(self) -> Value {
        let content: Vec<Value> = self.blocks.into_values().filter_map(Block::whole).collect();
        let message = shape::some([("Content", Some(content.into())), ("Role", self.role)]);
        shape::some([
            ("Metrics", self.metrics),
            ("Output", Some(json!({"Message": message}))),
            ("StopReason", self.stop_reason),
            ("Usage", self.usage),
        ])
    }
}

impl Block {
    fn take(&mut self, kind: &str, piece: &Value) {
        let text = |name: &str| piece.get(name).and_then(Value::as_str).unwrap_or_default();
        match kind {
            "Text" => self.text.push_str(piece.as_str().unwrap_or_default()),
            "ToolUse" => self.input.push_str(text("Input")),
            "ToolResult" => {
                piece.as_array().into_iter().flat_map(|pieces| pieces.iter()).for_each(|piece| self.add(piece))
            }
            "ReasoningContent" => {
                self.reasoning.push_str(text("Text"));
                self.signature.push_str(text("Signature"));
                self.redacted = piece.get("RedactedContent").cloned().or_else(|| self.redacted.take());
            }
            _ => {}
        }
    }

    /// A piece of a tool's result: texts behind each other are one.
    fn add(&mut self, piece: &Value) {
        let text = |value: &Value| value.get("Text").and_then(Value::as_str).map(str::to_owned);
        match (self.content.last().and_then(text), text(piece)) {
            (Some(before), Some(more)) => {
                self.content.pop();
                self.content.push(json!({"Text": (format!("{before}{more}"))}));
            }
            _ => self.content.push(piece.clone()),
        }
    }

    fn whole(self) -> Option<Value> {
        let filled = |text: String| (!text.is_empty()).then(|| Value::from(text));
        Some(if let Some(tool_use) = self.tool_use {
            let input = if self.input.is_empty() { Ok(Value::empty_object()) } else { json::parse(&self.input) };
            let input = input.unwrap_or_else(|_| self.input.into());
            json!({"ToolUse": (shape::ordered(tool_use.into(), "Input", Some(input)))})
        } else if let Some(tool_result) = self.tool_result {
            json!({"ToolResult": (shape::ordered(tool_result.into(), "Content", Some(self.content.into())))})
        } else if !self.reasoning.is_empty() || !self.signature.is_empty() {
            let text = shape::some([("Signature", filled(self.signature)), ("Text", Some(self.reasoning.into()))]);
            json!({"ReasoningContent": {"ReasoningText": text}})
        } else if let Some(redacted) = self.redacted {
            json!({"ReasoningContent": {"RedactedContent": redacted}})
        } else {
            json!({"Text": (filled(self.text)?)})
        })
    }
}
