//! The 18 intrinsic functions of the JSONPath query language: `States.Format('Hello, {}', $.name)`.
//!
//! The table of functions and the calls are here; what each function does is in the file of its family.

mod array;
mod document;
mod format;
mod math;
mod parse;
mod string;

pub use parse::SyntaxError;

use crate::{EvaluationError, Path, Random, Scope};
use format::FormatTemplate;
use json::Value;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The functions, named as AWS names them (`States.` left out).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Intrinsic {
    Format,
    StringToJson,
    JsonToString,
    Array,
    ArrayPartition,
    ArrayContains,
    ArrayRange,
    ArrayGetItem,
    ArrayLength,
    ArrayUnique,
    Base64Encode,
    Base64Decode,
    Hash,
    JsonMerge,
    MathRandom,
    MathAdd,
    StringSplit,
    UUID,
}

use Intrinsic::*;

/// Names and functions.
const FUNCTIONS: [(&str, Intrinsic); 18] = [
    ("States.Format", Format),
    ("States.StringToJson", StringToJson),
    ("States.JsonToString", JsonToString),
    ("States.Array", Array),
    ("States.ArrayPartition", ArrayPartition),
    ("States.ArrayContains", ArrayContains),
    ("States.ArrayRange", ArrayRange),
    ("States.ArrayGetItem", ArrayGetItem),
    ("States.ArrayLength", ArrayLength),
    ("States.ArrayUnique", ArrayUnique),
    ("States.Base64Encode", Base64Encode),
    ("States.Base64Decode", Base64Decode),
    ("States.Hash", Hash),
    ("States.JsonMerge", JsonMerge),
    ("States.MathRandom", MathRandom),
    ("States.MathAdd", MathAdd),
    ("States.StringSplit", StringSplit),
    ("States.UUID", UUID),
];

impl Intrinsic {
    /// The function called `name` (`States.Format`).
    pub fn from_name(name: &str) -> Option<Intrinsic> {
        FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }

    /// The name as written in a definition: `States.Format`.
    pub fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, function)| *function == self).expect("every function is in the table").0
    }

    /// Whether the result may be used where AWS asks for a string: `ErrorPath` and `CausePath` accept these functions only.
    pub fn returns_string(self) -> bool {
        matches!(self, Format | JsonToString | ArrayGetItem | Base64Encode | Base64Decode | Hash | UUID)
    }
}

/// A parsed call. Cloning shares it.
#[derive(Clone)]
pub struct IntrinsicCall(Arc<Call>);

struct Call {
    text: String,
    function: Intrinsic,
    arguments: Vec<Argument>,
    /// `States.Format`'s template, where it is a literal.
    template: Option<FormatTemplate>,
}

enum Argument {
    Literal(Value),
    Path(Path),
    Call(IntrinsicCall),
}

type Outcome = Result<Value, Refusal>;

/// What AWS says of arguments that a function refuses.
enum Refusal {
    /// Nothing but that they are invalid.
    Arguments,
    /// More.
    Said(String),
}

impl IntrinsicCall {
    /// Parses a whole text as one call. Unknown functions, nesting beyond 10 and backslashes other than `\'`, `\{`, `\}` and `\\` are
    /// refused; a wrong number of arguments is, as on AWS, refused only when the function is called.
    pub fn parse(text: &str) -> Result<IntrinsicCall, SyntaxError> {
        parse::call(text)
    }

    /// The call as written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The function called.
    pub fn function(&self) -> Intrinsic {
        self.0.function
    }

    /// See [`Intrinsic::returns_string`].
    pub fn returns_string(&self) -> bool {
        self.0.function.returns_string()
    }

    /// The names of the variables the call reads, without the `$`.
    pub fn variables(&self) -> BTreeSet<Arc<str>> {
        let mut names = BTreeSet::new();
        self.collect_variables(&mut names);
        names
    }

    pub(crate) fn collect_variables(&self, names: &mut BTreeSet<Arc<str>>) {
        self.paths().iter().for_each(|path| names.extend(path.root().variable().cloned()));
    }

    /// All paths the call reads, those of nested calls included, in order.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        for argument in &self.0.arguments {
            match argument {
                Argument::Literal(_) => {}
                Argument::Path(path) => paths.push(path),
                Argument::Call(call) => paths.extend(call.paths()),
            }
        }
        paths
    }

    /// Calls the function.
    pub fn evaluate(&self, scope: &Scope<'_>, random: &mut Random) -> Result<Value, EvaluationError> {
        self.evaluate_within(self.text(), scope, random)
    }

    /// Calls the function as a part of the expression `whole`, which is what errors name.
    fn evaluate_within(&self, whole: &str, scope: &Scope<'_>, random: &mut Random) -> Result<Value, EvaluationError> {
        let arguments: Vec<Value> = self
            .0
            .arguments
            .iter()
            .map(|argument| match argument {
                Argument::Literal(value) => Ok(value.clone()),
                Argument::Path(path) => path.evaluate_as_argument(whole, scope),
                Argument::Call(call) => call.evaluate_within(whole, scope, random),
            })
            .collect::<Result<_, _>>()?;
        self.apply(&arguments, random).map_err(|refusal| {
            let message = match refusal {
                Refusal::Arguments => format!("Invalid arguments in {}", self.function().name()),
                Refusal::Said(message) => message,
            };
            EvaluationError::intrinsic_failed(whole, message)
        })
    }

    fn apply(&self, arguments: &[Value], random: &mut Random) -> Outcome {
        match (self.0.function, arguments) {
            (Format, [template, values @ ..]) => format::format(self.0.template.as_ref(), template, values),
            (StringToJson, [text]) => document::string_to_json(text),
            (JsonToString, [value]) => Ok(value.to_string().into()),
            (JsonMerge, [left, right, deep]) => document::merge(left, right, deep),
            (Array, values) => Ok(values.to_vec().into()),
            (ArrayPartition, [array, size]) => array::partition(array, size),
            (ArrayContains, [array, value]) => array::contains(array, value),
            (ArrayRange, [start, end, step]) => array::range(start, end, step),
            (ArrayGetItem, [array, index]) => array::get_item(array, index),
            (ArrayLength, [array]) => array::length(array),
            (ArrayUnique, [array]) => array::unique(array),
            (Base64Encode, [text]) => string::base64_encode(text),
            (Base64Decode, [text]) => string::base64_decode(text),
            (Hash, [data, algorithm]) => string::hash(data, algorithm),
            (StringSplit, [text, delimiters]) => string::split(text, delimiters),
            (MathRandom, [start, end]) => math::random(start, end, random),
            (MathRandom, [start, end, seed]) => math::random_from_seed(start, end, seed),
            (MathAdd, [left, right]) => math::add(left, right),
            (UUID, []) => Ok(random.uuid_v4().into()),
            _ => Err(Refusal::Arguments),
        }
    }
}

impl fmt::Debug for IntrinsicCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("IntrinsicCall").field(&self.text()).finish()
    }
}

impl fmt::Display for IntrinsicCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}
