//! JSON text to [`Value`], with hard limits and the messages AWS's parser gives.

use crate::{Array, Key, Number, ObjectBuilder, Value};
use std::fmt;
use std::sync::Arc;

/// How deep arrays and objects may nest: the limit of AWS's JSON library.
pub const DEPTH_MAX: usize = 1000;

/// What a parse may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Deepest nesting of arrays and objects.
    pub depth_max: usize,
    /// Longest text in bytes.
    pub bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth_max: DEPTH_MAX, bytes_max: 64 * 1024 * 1024 }
    }
}

/// Why a text is not JSON, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct ParseError {
    /// Byte offset of the problem in the text.
    pub offset: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// The kinds of broken JSON a caller may want to tell apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// The text is empty or white space only.
    Empty,
    /// A word that is none of JSON's.
    UnrecognizedToken(String),
    /// A character that cannot stand here; the second part says what could.
    UnexpectedCharacter(char, &'static str),
    /// The text ends inside a value.
    UnexpectedEnd(&'static str),
    /// A second value follows the first.
    TrailingText,
    /// A control character stands unescaped in a string.
    UnescapedControl(u8),
    /// A backslash is followed by something JSON does not know.
    BadEscape(char),
    /// A number is not written as JSON wants it.
    BadNumber(&'static str),
    /// A number's magnitude is beyond what a double can hold.
    NumberTooLarge,
    /// Nesting beyond [`Limits::depth_max`].
    TooDeep(usize),
    /// Text beyond [`Limits::bytes_max`].
    TooLong(usize),
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Empty => formatter.write_str("No content to map due to end-of-input"),
            Problem::UnrecognizedToken(token) => write!(
                formatter,
                "Unrecognized token '{token}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
            ),
            Problem::UnexpectedCharacter(character, expected) => {
                write!(formatter, "Unexpected character ('{character}' (code {})): {expected}", *character as u32)
            }
            Problem::UnexpectedEnd(within) => write!(formatter, "Unexpected end-of-input{within}"),
            Problem::TrailingText => formatter.write_str("Unexpected text after the end of the JSON value"),
            Problem::UnescapedControl(code) => write!(
                formatter,
                "Illegal unquoted character ((CTRL-CHAR, code {code})): has to be escaped using backslash to be included in string value"
            ),
            Problem::BadEscape(character) => {
                write!(formatter, "Unrecognized character escape '{character}' (code {})", *character as u32)
            }
            Problem::BadNumber(reason) => write!(formatter, "Invalid numeric value: {reason}"),
            Problem::NumberTooLarge => formatter.write_str("Invalid numeric value: out of the range of a double"),
            Problem::TooDeep(levels) => {
                write!(formatter, "Document nesting depth exceeds the maximum allowed ({levels})")
            }
            Problem::TooLong(bytes) => write!(formatter, "Document length exceeds the maximum allowed ({bytes} bytes)"),
        }
    }
}

impl std::error::Error for ParseError {}

/// Parses one JSON value under the default [`Limits`].
pub fn parse(text: &str) -> Result<Value, ParseError> {
    parse_with(text, Limits::default())
}

/// Parses one JSON value under `limits`.
pub fn parse_with(text: &str, limits: Limits) -> Result<Value, ParseError> {
    if text.len() > limits.bytes_max {
        return Err(ParseError { offset: limits.bytes_max, problem: Problem::TooLong(limits.bytes_max) });
    }
    let mut parser = Parser {
        text,
        bytes: text.as_bytes(),
        at: 0,
        depth_left: limits.depth_max,
        limits,
        keys: KeyCache::default(),
        not_plain: 0,
    };
    parser.skip_white_space();
    if parser.at == text.len() {
        return Err(parser.error(Problem::Empty));
    }
    let value = parser.value()?;
    parser.skip_white_space();
    if parser.at < text.len() {
        return Err(parser.error(Problem::TrailingText));
    }
    Ok(value)
}

struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth_left: usize,
    limits: Limits,
    keys: KeyCache,
    /// How many numbers were not plain so far.
    not_plain: usize,
}

type Parsed<T> = Result<T, ParseError>;

const EXPECTED_VALUE: &str =
    "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

impl Parser<'_> {
    fn error(&self, problem: Problem) -> ParseError {
        ParseError { offset: self.at, problem }
    }

    fn unexpected(&self, expected: &'static str, within: &'static str) -> ParseError {
        match self.text[self.at..].chars().next() {
            Some(character) => self.error(Problem::UnexpectedCharacter(character, expected)),
            None => self.error(Problem::UnexpectedEnd(within)),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Parsed<Value> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'-' | b'0'..=b'9') => {
                let number = self.number()?;
                self.not_plain += usize::from(!number.is_plain());
                Ok(Value::Number(number))
            }
            _ => self.word(),
        }
    }

    fn nested(&mut self, parse: fn(&mut Self) -> Parsed<Value>) -> Parsed<Value> {
        if self.depth_left == 0 {
            return Err(self.error(Problem::TooDeep(self.limits.depth_max)));
        }
        self.depth_left -= 1;
        self.at += 1;
        let value = parse(self);
        self.depth_left += 1;
        value
    }

    fn object(&mut self) -> Parsed<Value> {
        let (mut builder, not_plain) = (ObjectBuilder::new(), self.not_plain);
        self.skip_white_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(builder.build()));
        }
        loop {
            self.skip_white_space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected(
                    "was expecting double-quote to start field name",
                    ": expected close marker for Object",
                ));
            }
            let key = self.key()?;
            self.skip_white_space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected(
                    "was expecting a colon to separate field name and value",
                    " within/between Object entries",
                ));
            }
            self.at += 1;
            self.skip_white_space();
            let value = self.value()?;
            builder.insert(key, value);
            self.skip_white_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    let plain = self.not_plain == not_plain;
                    return Ok(Value::Object(if plain { builder.build_of_plain_numbers() } else { builder.build() }));
                }
                _ => {
                    return Err(self.unexpected(
                        "was expecting comma to separate Object entries",
                        ": expected close marker for Object",
                    ));
                }
            }
        }
    }

    fn array(&mut self) -> Parsed<Value> {
        let (mut elements, not_plain) = (Vec::new(), self.not_plain);
        self.skip_white_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::from(elements));
        }
        loop {
            self.skip_white_space();
            elements.push(self.value()?);
            self.skip_white_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    let plain = self.not_plain == not_plain;
                    let array = if plain { Array::of_plain_numbers(elements) } else { Array::from(elements) };
                    return Ok(Value::Array(array));
                }
                _ => {
                    return Err(self.unexpected(
                        "was expecting comma to separate Array entries",
                        ": expected close marker for Array",
                    ));
                }
            }
        }
    }

    fn word(&mut self) -> Parsed<Value> {
        let rest = &self.text[self.at..];
        let token: &str =
            &rest[..rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len())];
        let value = match token {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "" => return Err(self.unexpected(EXPECTED_VALUE, " within/between entries")),
            other => return Err(self.error(Problem::UnrecognizedToken(other.chars().take(256).collect()))),
        };
        self.at += token.len();
        Ok(value)
    }

    fn number(&mut self) -> Parsed<Number> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let digits_from = self.at;
        self.digits("a digit must follow the minus sign")?;
        if self.bytes[digits_from] == b'0' && self.at > digits_from + 1 {
            self.at = digits_from;
            return Err(self.error(Problem::BadNumber("Leading zeroes not allowed")));
        }
        let mut integral = true;
        if self.peek() == Some(b'.') {
            integral = false;
            self.at += 1;
            self.digits("Decimal point not followed by a digit")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            integral = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("Exponent indicator not followed by a digit")?;
        }
        let text = &self.text[start..self.at];
        if integral {
            return Ok(text.parse().map_or_else(|_| Number::Decimal(text.into()), Number::Integer));
        }
        let double = text.parse().expect("a JSON number is a number to Rust as well");
        Number::from_f64(double).ok_or(ParseError { offset: start, problem: Problem::NumberTooLarge })
    }

    fn digits(&mut self, missing: &'static str) -> Parsed<()> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == from { Err(self.error(Problem::BadNumber(missing))) } else { Ok(()) }
    }

    fn key(&mut self) -> Parsed<Key> {
        let from = self.at + 1;
        if let Some(end) = self.plain_string_end(from) {
            self.at = end + 1;
            return Ok(self.keys.intern(&self.text[from..end]));
        }
        self.string()
    }

    fn string(&mut self) -> Parsed<Arc<str>> {
        let from = self.at + 1;
        if let Some(end) = self.plain_string_end(from) {
            self.at = end + 1;
            return Ok(self.text[from..end].into());
        }
        self.escaped_string(from).map(Arc::from)
    }

    /// The closing quote of a string that needs no unescaping and holds no control character.
    fn plain_string_end(&self, from: usize) -> Option<usize> {
        let length = self.bytes[from..].iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20)?;
        (self.bytes[from + length] == b'"').then_some(from + length)
    }

    fn escaped_string(&mut self, from: usize) -> Parsed<String> {
        let mut unescaped = String::new();
        self.at = from;
        loop {
            let rest = &self.bytes[self.at..];
            let Some(length) = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20) else {
                self.at = self.bytes.len();
                return Err(self.error(Problem::UnexpectedEnd(" in VALUE_STRING")));
            };
            unescaped.push_str(&self.text[self.at..self.at + length]);
            self.at += length;
            match self.bytes[self.at] {
                b'"' => {
                    self.at += 1;
                    return Ok(unescaped);
                }
                b'\\' => unescaped.push(self.escape()?),
                control => return Err(self.error(Problem::UnescapedControl(control))),
            }
        }
    }

    fn escape(&mut self) -> Parsed<char> {
        self.at += 1;
        let Some(character) = self.text[self.at..].chars().next() else {
            return Err(self.error(Problem::UnexpectedEnd(" in character escape sequence")));
        };
        let plain = match character {
            '"' | '\\' | '/' => character,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode_escape(),
            other => return Err(self.error(Problem::BadEscape(other))),
        };
        self.at += 1;
        Ok(plain)
    }

    /// `\uXXXX`, joining surrogate pairs; a lone surrogate has no UTF-8 form and becomes U+FFFD.
    fn unicode_escape(&mut self) -> Parsed<char> {
        let first = self.hexadecimal()?;
        if !(0xD800..0xDC00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if self.bytes[self.at..].starts_with(b"\\u") {
            let before_second = self.at;
            self.at += 1;
            let second = self.hexadecimal()?;
            if (0xDC00..0xE000).contains(&second) {
                let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(code).expect("a surrogate pair is a character"));
            }
            self.at = before_second;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hexadecimal(&mut self) -> Parsed<u32> {
        let digits = self.bytes.get(self.at + 1..self.at + 5).unwrap_or_default();
        let code = std::str::from_utf8(digits)
            .ok()
            .filter(|text| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|text| u32::from_str_radix(text, 16).ok())
            .ok_or_else(|| self.error(Problem::BadEscape('u')))?;
        self.at += 5;
        Ok(code)
    }
}

/// Shares the text of keys that repeat within one document, as they do in every array of records. A slot a hash, the last key wins.
#[derive(Default)]
struct KeyCache {
    slots: Vec<Option<Key>>,
}

impl KeyCache {
    const SLOTS: usize = 64;

    fn intern(&mut self, text: &str) -> Key {
        if self.slots.is_empty() {
            self.slots.resize(Self::SLOTS, None);
        }
        let bytes = text.as_bytes();
        let ends = bytes.first().copied().unwrap_or(0) as usize * 7 + bytes.last().copied().unwrap_or(0) as usize * 31;
        let slot = &mut self.slots[(ends + bytes.len() * 13) % Self::SLOTS];
        match slot {
            Some(key) if &**key == text => key.clone(),
            _ => slot.insert(text.into()).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) -> String {
        parse(text).map_or_else(|error| format!("{}: {error}", error.offset), |value| value.to_string())
    }

    #[test]
    fn text_is_kept_up_to_white_space() {
        for text in [
            "null",
            "true",
            "-1",
            "0.0",
            "123456789012345678901234567890",
            "\"\u{e9}\u{1F600}\\\"\\\\\\n\\u001F/\"",
            "[]",
            "{}",
            "[1,[2,{\"b\":1,\"a\":[null,false]}]]",
        ] {
            assert_eq!(round_trip(text), text);
        }
        assert_eq!(round_trip(" { \"a\" : [ 1 , 2 ] } "), "{\"a\":[1,2]}");
        assert_eq!(
            round_trip("[-0,1E2,1e-9,\"\\u00e9\\ud83d\\ude00\\ud800x\\/\"]"),
            "[0,100.0,1.0E-9,\"\u{e9}\u{1F600}\u{FFFD}x/\"]"
        );
    }

    #[test]
    fn broken_text_is_refused_with_the_place() {
        let cases = [
            ("", "0: No content to map due to end-of-input"),
            (
                "not a definition",
                "0: Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
            ),
            ("{'a': 1}", "1: Unexpected character (''' (code 39)): was expecting double-quote to start field name"),
            ("{\"a\": 1", "7: Unexpected end-of-input: expected close marker for Object"),
            ("[1 2]", "3: Unexpected character ('2' (code 50)): was expecting comma to separate Array entries"),
            ("01", "0: Invalid numeric value: Leading zeroes not allowed"),
            ("1.", "2: Invalid numeric value: Decimal point not followed by a digit"),
            ("1e999", "0: Invalid numeric value: out of the range of a double"),
            ("\"abc", "4: Unexpected end-of-input in VALUE_STRING"),
            ("\"\\x\"", "2: Unrecognized character escape 'x' (code 120)"),
            ("1 2", "2: Unexpected text after the end of the JSON value"),
        ];
        for (text, expected) in cases {
            assert_eq!(round_trip(text), expected, "{text}");
        }
    }

    #[test]
    fn limits_hold() {
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        assert!(parse(&deep).is_ok_and(|value| !value.is_deeper_than(1000) && value.is_deeper_than(999)));
        assert_eq!(parse(&format!("[{deep}]")).unwrap_err().problem, Problem::TooDeep(1000));
        let limits = Limits { bytes_max: 4, ..Limits::default() };
        assert_eq!(parse_with("[1,2]", limits).unwrap_err().problem, Problem::TooLong(4));
    }
}
