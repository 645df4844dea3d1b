//! Calls: arguments, signatures, closures, partial application, and the trampoline that makes tail calls loops.

use super::Evaluator;
use super::frame::Environment;
use super::function::{Function, FunctionKind};
use super::item::{Item, RecordBuilder};
use super::unwrap_sequence;
use crate::error::Error;
use crate::functions::{Arguments, Builtin};
use crate::regex::Match;
use crate::signature::Signature;
use crate::syntax::ast::{Call, Kind, Node};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

impl Evaluator<'_> {
    pub(super) fn call(&self, call: &Arc<Call>, input: &Item, environment: &Environment) -> Result<Item, Error> {
        if call.tail {
            let (call, environment, input) = (call.clone(), environment.clone(), input.clone());
            return Ok(Function::item(FunctionKind::Thunk { call, environment, input }));
        }
        self.call_with(call, None, input, environment)
    }

    /// A call, `first` being an argument before the written ones.
    pub(super) fn call_with(
        &self,
        call: &Call,
        first: Option<Item>,
        input: &Item,
        environment: &Environment,
    ) -> Result<Item, Error> {
        if let Kind::Variable(variable) = &call.procedure.kind
            && call.procedure.extras.is_none()
            && let Some(builtin) = self.builtin(variable)
        {
            self.budget.touch()?;
            let arguments = self.arguments(call, first, input, environment)?;
            self.budget.step(1)?;
            return self.apply_builtin(builtin, arguments, input).map_err(|error| error.at(call.position));
        }
        let procedure = self.evaluate(&call.procedure, input, environment)?;
        let name = callee_name(&call.procedure);
        if procedure.is_undefined()
            && let (Kind::Path(_), Some(name)) = (&call.procedure.kind, &name)
            && self.is_known(name)
        {
            return Err(Error::new("T1005").at(call.position).with_token(name.clone()));
        }
        let arguments = self.arguments(call, first, input, environment)?;
        self.apply(&procedure, arguments, input).map_err(|error| {
            let error = error.at(call.position);
            match name {
                Some(name) => error.with_token(name),
                None => error,
            }
        })
    }

    /// The arguments of a call, `first` before the written ones.
    fn arguments(
        &self,
        call: &Call,
        first: Option<Item>,
        input: &Item,
        environment: &Environment,
    ) -> Result<Vec<Item>, Error> {
        let mut arguments = Vec::with_capacity(call.arguments.len() + usize::from(first.is_some()));
        arguments.extend(first);
        for argument in &call.arguments {
            arguments.push(self.evaluate(argument, input, environment)?);
        }
        Ok(arguments)
    }

    /// Calls `function`; `context` stands in for arguments its signature lets be missing.
    pub(crate) fn apply(&self, function: &Item, arguments: Vec<Item>, context: &Item) -> Result<Item, Error> {
        self.budget.step(1)?;
        let result = self.apply_once(function, arguments, context)?;
        self.trampoline_in(result, context)
    }

    pub(super) fn trampoline(&self, result: Item) -> Result<Item, Error> {
        self.trampoline_in(result, &Item::Undefined)
    }

    /// Makes the call that a tail call left to be made, and the one that leaves, and so on.
    fn trampoline_in(&self, mut result: Item, context: &Item) -> Result<Item, Error> {
        loop {
            let Item::Function(function) = &result else { return Ok(result) };
            let FunctionKind::Thunk { call, environment, input } = &function.kind else { return Ok(result) };
            self.budget.step(1)?;
            let procedure = self.evaluate(&call.procedure, input, environment)?;
            let arguments = self.arguments(call, None, input, environment)?;
            let next = self.apply_once(&procedure, arguments, context).map_err(|error| {
                let error = error.at(call.procedure.span.end);
                match callee_name(&call.procedure) {
                    Some(name) => error.with_token(name),
                    None => error,
                }
            })?;
            result = next;
        }
    }

    fn apply_once(&self, function: &Item, arguments: Vec<Item>, context: &Item) -> Result<Item, Error> {
        let Item::Function(function) = function else { return Err(Error::new("T1006")) };
        match &function.kind {
            FunctionKind::Lambda { lambda, environment, input } => {
                let arguments = match &lambda.signature {
                    Some(signature) => signature.validate(arguments, context, self.profile)?,
                    None => arguments,
                };
                let frame = self.frame(environment, lambda.slots);
                frame.fill(&lambda.parameter_slots, arguments);
                self.budget.allocate(64 + lambda.slots as usize * size_of::<Item>())?;
                let result = self.evaluate(&lambda.body, input, &frame)?;
                self.release(frame);
                Ok(result)
            }
            FunctionKind::Builtin(builtin) => self.apply_builtin(builtin, arguments, context),
            FunctionKind::Partial { function, arguments: known } => {
                let mut given = arguments.into_iter();
                let merged = known.iter().map(|known| match known {
                    Some(known) => known.clone(),
                    None => given.next().unwrap_or_default(),
                });
                self.nested(function, merged.collect(), context)
            }
            FunctionKind::Composed(first, second) => {
                let argument = arguments.into_iter().next().unwrap_or_default();
                let between = unwrap_sequence(self.nested(first, vec![argument], &Item::NULL)?, false);
                self.nested(second, vec![between], &Item::NULL)
            }
            FunctionKind::Transform { transform, environment } => {
                static SIGNATURE: OnceLock<Signature> = OnceLock::new();
                let signature = SIGNATURE.get_or_init(|| Signature::parse("<(oa):o>").expect("it is well formed"));
                let arguments = signature.validate(arguments, context, self.profile)?;
                let subject = arguments.into_iter().next().unwrap_or_default();
                self.transform(transform, subject, environment)
            }
            FunctionKind::Regex(regex) => {
                let mut arguments = arguments.into_iter();
                let subject = arguments.next().unwrap_or_default();
                let mut text = String::new();
                if !as_javascript_text(&subject, &mut text) {
                    return Ok(Item::Undefined);
                }
                self.budget.allocate(text.len())?;
                let text = text.into();
                let from = arguments.next().unwrap_or_default();
                let from = from.as_number().or_else(|| from.as_str()?.trim().parse().ok()).unwrap_or(0.0);
                self.next_match(regex, &text, from.max(0.0) as usize)
            }
            FunctionKind::NextMatch { regex, text, from } => {
                if *from >= text.len() {
                    return Ok(Item::Undefined);
                }
                let next = self.next_match(regex, text, *from)?;
                // A match of nothing would be found again and again; the first one does no harm.
                match next.get("match").as_str() {
                    Some(matched) if matched.is_empty() => Err(Error::new("D1004").with_value(regex.source())),
                    _ => Ok(next),
                }
            }
            FunctionKind::Thunk { .. } => Ok(Item::Function(Rc::clone(function))),
        }
    }

    fn apply_builtin(&self, builtin: &Builtin, arguments: Vec<Item>, context: &Item) -> Result<Item, Error> {
        let values = builtin.signature().validate(arguments, context, self.profile);
        values
            .and_then(|values| (builtin.run)(self, Arguments::new(values, context)))
            .map_err(|error| error.with_token(builtin.name))
    }

    /// A call within a call, which nests the evaluation.
    fn nested(&self, function: &Item, arguments: Vec<Item>, context: &Item) -> Result<Item, Error> {
        self.budget.enter()?;
        let result = self.apply(function, arguments, context)?;
        self.budget.leave();
        Ok(result)
    }

    /// A regex called as a function: the next match from `from` (bytes) on, with the function that finds the one after it.
    fn next_match(&self, regex: &Arc<crate::regex::Regex>, text: &Arc<str>, from: usize) -> Result<Item, Error> {
        let Some(found) = regex.find(text, from, &self.budget)? else { return Ok(Item::Undefined) };
        let Match { start, end, groups } = found;
        let mut record = RecordBuilder::default();
        let units = |byte: usize| text[..byte].encode_utf16().count() as f64;
        record.insert("match".into(), self.text(&text[start..end])?);
        record.insert("start".into(), Item::Number(units(start)));
        record.insert("end".into(), Item::Number(units(end)));
        let groups = groups.iter().map(|group| match group {
            Some((start, end)) => self.text(&text[*start..*end]),
            None => Ok(Item::Undefined),
        });
        record.insert("groups".into(), Item::array(groups.collect::<Result<_, _>>()?));
        let (regex, text) = (regex.clone(), text.clone());
        record.insert("next".into(), Function::item(FunctionKind::NextMatch { regex, text, from: end }));
        Ok(Item::Record(Rc::new(record.build())))
    }

    pub(super) fn partial(&self, call: &Call, input: &Item, environment: &Environment) -> Result<Item, Error> {
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(match argument.kind {
                Kind::Placeholder => None,
                _ => Some(self.evaluate(argument, input, environment)?),
            });
        }
        let function = self.evaluate(&call.procedure, input, environment)?;
        let name = callee_name(&call.procedure);
        if function.is_function() {
            self.budget.allocate(64 + arguments.len() * size_of::<Item>())?;
            return Function::item(FunctionKind::Partial { function, arguments }).shallow_enough();
        }
        let forgot_dollar = function.is_undefined()
            && matches!(call.procedure.kind, Kind::Path(_))
            && name.as_ref().is_some_and(|name| self.is_known(name));
        let error = Error::new(if forgot_dollar { "T1007" } else { "T1008" }).at(call.position);
        Err(match name {
            Some(name) => error.with_token(name),
            None => error,
        })
    }
}

/// The name a call names its function by.
fn callee_name(procedure: &Node) -> Option<Arc<str>> {
    match &procedure.kind {
        Kind::Variable(variable) => Some(variable.name.clone()),
        Kind::Path(path) => match &path.steps.first()?.kind {
            Kind::Name(name) => Some(name.clone()),
            _ => None,
        },
        Kind::Literal(json::Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// As JavaScript makes anything a text. False for what contains functions, whose text is the reference implementation's own.
fn as_javascript_text(item: &Item, out: &mut String) -> bool {
    match item {
        Item::Undefined => out.push_str("undefined"),
        Item::Json(json::Value::String(text)) => out.push_str(text),
        Item::Json(value @ (json::Value::Bool(_) | json::Value::Null)) => out.push_str(&value.to_string()),
        item if item.is_object() => out.push_str("[object Object]"),
        item => {
            if let Some(elements) = item.elements() {
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    let is_nothing = element.is_undefined() || matches!(element, Item::Json(json::Value::Null));
                    if !is_nothing && !as_javascript_text(&element, out) {
                        return false;
                    }
                }
                return true;
            }
            let Some(number) = item.as_number() else { return false };
            out.push_str(&crate::text::number::format(number));
        }
    }
    true
}
