//! What can be wrong with an expression or its evaluation: a code, a place and the language's message text.

use crate::text::number::write as write_number;
use json::Value;
use std::fmt;
use std::sync::Arc;

/// A failure to parse or to evaluate.
///
/// Codes and messages are those of the JSONata reference implementation: AWS shows them to its users.
#[derive(Clone, PartialEq)]
pub struct Error(Box<Details>);

#[derive(Clone, PartialEq, Default)]
struct Details {
    code: &'static str,
    /// Byte offset of the end of the token at fault.
    byte: Option<usize>,
    /// The same place as the reference implementation counts: UTF-16 units.
    position: Option<usize>,
    token: Option<Arc<str>>,
    /// The token as a message shows it, where it is no text.
    token_value: Option<Value>,
    value: Option<Value>,
    value2: Option<Value>,
    index: Option<usize>,
    /// Text that stands for the whole message, or names a function in it.
    text: Option<Arc<str>>,
}

/// Too many nested evaluations, or values nested too deeply.
pub const DEPTH_EXCEEDED: &str = "U1001";
/// More steps than allowed, or interrupted.
pub const TIME_EXCEEDED: &str = "U1002";
/// More bytes allocated than allowed, or a value larger than allowed.
pub const MEMORY_EXCEEDED: &str = "U1003";
/// What AWS reports as an internal error, without saying more.
pub const INTERNAL: &str = "U2001";

impl Error {
    pub(crate) fn new(code: &'static str) -> Error {
        Error(Box::new(Details { code, ..Details::default() }))
    }

    /// The code: `S…` for syntax, `T…` for types, `D…` for values, `U…` for limits.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The place in the source as the reference implementation counts it: UTF-16 units up to the end of the token at fault.
    pub fn position(&self) -> Option<usize> {
        self.0.position
    }

    /// The same place in bytes.
    pub fn byte(&self) -> Option<usize> {
        self.0.byte
    }

    /// The token or the function at fault.
    pub fn token(&self) -> Option<&str> {
        self.0.token.as_deref()
    }

    /// The value at fault.
    pub fn value(&self) -> Option<&Value> {
        self.0.value.as_ref()
    }

    /// Which argument of the function is at fault, from 1.
    pub fn index(&self) -> Option<usize> {
        self.0.index
    }

    /// The message without the code.
    pub fn message(&self) -> String {
        self.fill(template(self.0.code))
    }

    /// Whether the evaluation was stopped by one of its limits.
    pub fn is_limit(&self) -> bool {
        matches!(self.0.code, DEPTH_EXCEEDED | TIME_EXCEEDED | MEMORY_EXCEEDED)
    }

    pub(crate) fn at(mut self, byte: usize) -> Error {
        self.0.byte.get_or_insert(byte);
        self
    }

    pub(crate) fn with_token(mut self, token: impl Into<Arc<str>>) -> Error {
        if self.0.token.is_none() {
            self.0.token = Some(token.into());
        }
        self
    }

    /// A token that is a number, true, false or null.
    pub(crate) fn with_token_value(mut self, value: Value) -> Error {
        self.0.token_value = Some(value);
        self
    }

    /// Names `token` as the one at fault even if another was named before.
    pub(crate) fn blaming(mut self, byte: usize, token: &str) -> Error {
        self.0.byte = Some(byte);
        self.0.token = Some(token.into());
        self.0.token_value = None;
        self
    }

    pub(crate) fn with_value(mut self, value: impl Into<Value>) -> Error {
        self.0.value = Some(value.into());
        self
    }

    pub(crate) fn with_value2(mut self, value: impl Into<Value>) -> Error {
        self.0.value2 = Some(value.into());
        self
    }

    pub(crate) fn with_index(mut self, index: usize) -> Error {
        self.0.index = Some(index);
        self
    }

    pub(crate) fn with_text(mut self, text: impl Into<Arc<str>>) -> Error {
        self.0.text = Some(text.into());
        self
    }

    /// Computes the UTF-16 position, once the source is at hand.
    pub(crate) fn located(mut self, source: &str) -> Error {
        if let (Some(byte), None) = (self.0.byte, self.0.position) {
            let mut end = byte.min(source.len());
            while !source.is_char_boundary(end) {
                end -= 1;
            }
            self.0.position = Some(source[..end].encode_utf16().count());
        }
        self
    }

    /// Replaces `{field}` by the field as JSON and `{!field}` by the field as it is.
    fn fill(&self, template: &str) -> String {
        let mut message = String::new();
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            message.push_str(&rest[..open]);
            let Some(length) = rest[open..].find('}') else { break };
            let field = &rest[open + 1..open + length];
            match field.strip_prefix('!') {
                Some(field) => message.push_str(&self.raw(field)),
                None => self.write_json(field, &mut message),
            }
            rest = &rest[open + length + 1..];
        }
        message.push_str(rest);
        message
    }

    fn raw(&self, field: &str) -> String {
        match field {
            "token" => self.0.token.as_deref().unwrap_or("undefined").to_owned(),
            _ => self.0.text.as_deref().unwrap_or("undefined").to_owned(),
        }
    }

    fn write_json(&self, field: &str, message: &mut String) {
        let value = match field {
            "token" => self.0.token_value.clone().or_else(|| self.0.token.clone().map(Value::from)),
            "value" => self.0.value.clone(),
            "value2" => self.0.value2.clone(),
            "index" => self.0.index.map(Value::from),
            _ => self.0.text.clone().map(Value::from),
        };
        match value {
            Some(value) => write_as_javascript(&value, message),
            None => message.push_str("undefined"),
        }
    }
}

/// JSON text with numbers printed as JavaScript prints them.
fn write_as_javascript(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => write_number(number.as_f64(), out),
        Value::Array(array) => {
            out.push('[');
            for (position, element) in array.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_as_javascript(element, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (position, (key, member)) in object.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                json::write_string(key, out);
                out.push(':');
                write_as_javascript(member, out);
            }
            out.push('}');
        }
        Value::Null | Value::Bool(_) | Value::String(_) => json::write_value(value, out),
    }
}

/// `<code>: <message>`
impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.0.code, self.message())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self} (position {:?})", self.0.position)
    }
}

impl std::error::Error for Error {}

/// The language's message for a code.
fn template(code: &str) -> &'static str {
    match code {
        "S0101" => "String literal must be terminated by a matching quote",
        "S0102" => "Number out of range: {token}",
        "S0103" => "Unsupported escape sequence: \\{token}",
        "S0104" => "The escape sequence \\u must be followed by 4 hex digits",
        "S0105" => "Quoted property name must be terminated with a backquote (`)",
        "S0106" => "Comment has no closing tag",
        "S0201" => "Syntax error: {token}",
        "S0202" => "Expected {value}, got {token}",
        "S0203" => "Expected {value} before end of expression",
        "S0204" => "Unknown operator: {token}",
        "S0207" => "Unexpected end of expression",
        "S0208" => "Parameter {value} of function definition must be a variable name (start with $)",
        "S0209" => "A predicate cannot follow a grouping expression in a step",
        "S0210" => "Each step can only have one grouping expression",
        "S0211" => "The symbol {token} cannot be used as a unary operator",
        "S0212" => "The left side of := must be a variable name (start with $)",
        "S0213" => "The literal value {value} cannot be used as a step within a path expression",
        "S0214" => "The right side of {token} must be a variable name (start with $)",
        "S0215" => "A context variable binding must precede any predicates on a step",
        "S0216" => "A context variable binding must precede the 'order-by' clause on a step",
        "S0217" => "The object representing the 'parent' cannot be derived from this expression",
        "S0301" => "Empty regular expressions are not allowed",
        "S0302" => "No terminating / in regular expression",
        "S0303" => "Invalid regular expression: {!text}",
        "S0401" => "Type parameters can only be applied to functions and arrays",
        "S0402" => "Choice groups containing parameterized types are not supported",
        "T0410" => "Argument {index} of function {token} does not match function signature",
        "T0411" => "Context value is not a compatible type with argument {index} of function {token}",
        "T0412" => "Argument {index} of function {token} must be an array of {text}",
        "D1001" => "Number out of range: {value}",
        "D1002" => "Cannot negate a non-numeric value: {value}",
        "T1003" => "Key in object structure must evaluate to a string; got: {value}",
        "D1004" => "Regular expression matches zero length string",
        "T1005" => "Attempted to invoke a non-function. Did you mean ${!token}?",
        "T1006" => "Attempted to invoke a non-function",
        "T1007" => "Attempted to partially apply a non-function. Did you mean ${!token}?",
        "T1008" => "Attempted to partially apply a non-function",
        "D1009" => "Multiple key definitions evaluate to same key: {value}",
        "T1010" => {
            "The matcher function argument passed to function {token} does not return the correct object structure"
        }
        "T2001" => "The left side of the {token} operator must evaluate to a number",
        "T2002" => "The right side of the {token} operator must evaluate to a number",
        "T2003" => "The left side of the range operator (..) must evaluate to an integer",
        "T2004" => "The right side of the range operator (..) must evaluate to an integer",
        "T2006" => "The right side of the function application operator ~> must be a function",
        "T2007" => "Type mismatch when comparing values {value} and {value2} in order-by clause",
        "T2008" => "The expressions within an order-by clause must evaluate to numeric or string values",
        "T2009" => "The values {value} and {value2} either side of operator {token} must be of the same data type",
        "T2010" => "The expressions either side of operator {token} must evaluate to numeric or string values",
        "T2011" => "The insert/update clause of the transform expression must evaluate to an object: {value}",
        "T2012" => {
            "The delete clause of the transform expression must evaluate to a string or array of strings: {value}"
        }
        "D2014" => {
            "The size of the sequence allocated by the range operator (..) must not exceed {!text}.  Attempted to allocate {value}."
        }
        "D3001" => "Attempting to invoke string function on Infinity or NaN",
        "D3010" => "Second argument of replace function cannot be an empty string",
        "D3011" => "Fourth argument of replace function must evaluate to a positive number",
        "D3012" => "Attempted to replace a matched string with a non-string value",
        "D3020" => "Third argument of split function must evaluate to a positive number",
        "D3030" => "Unable to cast value to a number: {value}",
        "D3040" => "Third argument of match function must evaluate to a positive number",
        "D3050" => "The second argument of reduce function must be a function with at least two arguments",
        "D3060" => "The sqrt function cannot be applied to a negative number: {value}",
        "D3061" => {
            "The power function has resulted in a value that cannot be represented as a JSON number: base={value}, exponent={value2}"
        }
        "D3070" => {
            "The single argument form of the sort function can only be applied to an array of strings or an array of numbers.  Use the second argument to specify a comparison function"
        }
        "D3080" => "The picture string must only contain a maximum of two sub-pictures",
        "D3081" => "The sub-picture must not contain more than one instance of the 'decimal-separator' character",
        "D3082" => "The sub-picture must not contain more than one instance of the 'percent' character",
        "D3083" => "The sub-picture must not contain more than one instance of the 'per-mille' character",
        "D3084" => "The sub-picture must not contain both a 'percent' and a 'per-mille' character",
        "D3085" => {
            "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit character' or a member of the 'decimal digit family'"
        }
        "D3086" => {
            "The sub-picture must not contain a passive character that is preceded by an active character and that is followed by another active character"
        }
        "D3087" => {
            "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a 'decimal-separator' character"
        }
        "D3088" => "The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
        "D3089" => "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character",
        "D3090" => {
            "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is followed by an instance of the 'optional digit character'"
        }
        "D3091" => {
            "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' that is followed by a member of the 'decimal digit family'"
        }
        "D3092" => {
            "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated as an 'exponent-separator'"
        }
        "D3093" => {
            "The exponent part of the sub-picture must comprise only of one or more characters that are members of the 'decimal digit family'"
        }
        "D3100" => "The radix of the formatBase function must be between 2 and 36.  It was given {value}",
        "D3110" => "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given {value}",
        "D3120" => "Syntax error in expression passed to function eval: {value}",
        "D3121" => "Dynamic error evaluating the expression passed to function eval: {value}",
        "D3130" => {
            "Formatting or parsing an integer as a sequence starting with {value} is not supported by this implementation"
        }
        "D3131" => "In a decimal digit pattern, all digits must be from the same decimal group",
        "D3132" => "Unknown component specifier {value} in date/time picture string",
        "D3133" => {
            "The 'name' modifier can only be applied to months and days in the date/time picture string, not {value}"
        }
        "D3134" => "The timezone integer format specifier cannot have more than four digits",
        "D3135" => "No matching closing bracket ']' in date/time picture string",
        "D3136" => "The date/time picture string is missing specifiers required to parse the timestamp",
        "D3137" | "D3141" => "{!text}",
        "D3138" => "The $single() function expected exactly 1 matching result.  Instead it matched more.",
        "D3139" => "The $single() function expected exactly 1 matching result.  Instead it matched 0.",
        "D3140" => "Malformed URL passed to ${!text}(): {value}",
        "U1001" => {
            "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
        }
        "U1002" => "Expression evaluation timeout: Check for infinite loop",
        "U1003" => "Expression evaluation memory limit exceeded: Check for excessive memory usage",
        "U2001" => "Internal error",
        _ => "Unknown error",
    }
}
