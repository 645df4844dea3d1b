//! Function signatures (`<s-n?:s>`): which arguments a function takes, where the context stands in for one, where a value becomes an array.

use crate::error::{DEPTH_EXCEEDED, Error};
use crate::evaluate::item::{Element, Item, List};
use crate::profile::Profile;
use json::Value;

/// A parsed signature.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    parameters: Vec<Parameter>,
    /// No parameter repeats or takes as little as it can, so that arguments stand one for one.
    plain: bool,
}

#[derive(Clone, Debug)]
struct Parameter {
    /// The kinds of value it takes, as a set of [`symbol`] bits.
    accepts: u16,
    /// It is an array: other values are wrapped in one.
    array: bool,
    /// What the array must contain.
    subtype: Option<String>,
    optional: bool,
    repeated: bool,
    /// It takes as few arguments as the others allow, as what has two of `?` and `-` does.
    lazy: bool,
    /// The context stands in when it is missing.
    context: bool,
    /// So may a context of any kind: the parameter could be left out before the context was allowed.
    any_context: bool,
}

/// The most parameters of a signature.
const PARAMETERS_MAX: usize = 100;

const SYMBOLS: &str = "asnblfom";
const ARRAY: u16 = 1;
const STRING: u16 = 1 << 1;
const NUMBER: u16 = 1 << 2;
const BOOLEAN: u16 = 1 << 3;
const NULL: u16 = 1 << 4;
const FUNCTION: u16 = 1 << 5;
const OBJECT: u16 = 1 << 6;
const MISSING: u16 = 1 << 7;

fn bit(symbol: char) -> u16 {
    SYMBOLS.find(symbol).map_or(0, |position| 1 << position)
}

/// The kind of a value, as one bit.
fn symbol(element: Element<'_>) -> u16 {
    match element {
        Element::Json(Value::Null) => NULL,
        Element::Json(Value::Bool(_)) => BOOLEAN,
        Element::Json(Value::Number(_)) | Element::Item(Item::Number(_)) => NUMBER,
        Element::Json(Value::String(_)) => STRING,
        Element::Json(Value::Array(_)) | Element::Item(Item::List(..)) => ARRAY,
        Element::Item(Item::Function(_)) => FUNCTION,
        Element::Item(Item::Undefined) => MISSING,
        Element::Json(Value::Object(_)) | Element::Item(_) => OBJECT,
    }
}

impl Signature {
    /// Parses a signature. The result type is not looked at, as nothing checks it.
    pub(crate) fn parse(text: &str) -> Result<Signature, Error> {
        let characters: Vec<char> = text.chars().collect();
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut position = 1;
        while position < characters.len() {
            let character = characters[position];
            match character {
                // A `>` ends nothing, as the last one is the end of the text.
                ':' => break,
                's' | 'n' | 'b' | 'l' | 'o' => parameters.push(Parameter::of(bit(character) | MISSING)),
                'a' => {
                    let all = bit('a') | bit('s') | bit('n') | bit('b') | bit('l') | bit('f') | bit('o') | MISSING;
                    parameters.push(Parameter { array: true, ..Parameter::of(all) });
                }
                'f' => parameters.push(Parameter::of(FUNCTION)),
                'j' => parameters.push(Parameter::of(0xff & !FUNCTION)),
                'x' => parameters.push(Parameter::of(0xff)),
                '-' | '?' | '+' => {
                    if let Some(last) = parameters.last_mut() {
                        last.any_context |= character == '-' && last.optional;
                        last.context |= character == '-';
                        last.lazy |= character != '+' && (last.optional || last.repeated);
                        last.optional |= character != '+' && !last.repeated;
                        last.repeated |= character == '+';
                    }
                }
                '(' => {
                    let end = closing(&characters, position, '(', ')');
                    let choice = &characters[position + 1..end.min(characters.len())];
                    if choice.contains(&'<') {
                        return Err(Error::new("S0402").with_value(choice.iter().collect::<String>()));
                    }
                    let accepts = choice.iter().map(|symbol| bit(*symbol)).fold(MISSING, |set, bit| set | bit);
                    parameters.push(Parameter::of(accepts));
                    position = end;
                }
                '<' => {
                    let end = closing(&characters, position, '<', '>');
                    let subtype = characters[position + 1..end.min(characters.len())].iter().collect::<String>();
                    match parameters.last_mut() {
                        Some(last) if last.array || last.accepts == FUNCTION => last.subtype = Some(subtype),
                        _ => return Err(Error::new("S0401").with_value(subtype)),
                    }
                    position = end;
                }
                _ => {}
            }
            position += 1;
            if parameters.len() > PARAMETERS_MAX {
                return Err(Error::new(DEPTH_EXCEEDED));
            }
        }
        let plain = parameters.iter().all(|parameter| !parameter.repeated && !parameter.lazy);
        Ok(Signature { parameters, plain })
    }

    /// The arguments as the function wants them, or what is wrong with them.
    ///
    /// Of several arguments that one parameter takes, version 2.0.6 passes on the first, again and again.
    pub(crate) fn validate(
        &self,
        mut arguments: Vec<Item>,
        context: &Item,
        profile: Profile,
    ) -> Result<Vec<Item>, Error> {
        if self.fits_one_for_one(&arguments) {
            for (index, (argument, parameter)) in arguments.iter_mut().zip(&self.parameters).enumerate() {
                if parameter.array {
                    let kind = symbol(argument.look());
                    *argument = parameter.as_array(std::mem::take(argument), kind, 1, index + 1)?;
                }
            }
            return Ok(arguments);
        }
        let counts = self.distribute(&arguments)?;
        let mut validated = Vec::with_capacity(arguments.len().max(self.parameters.len()));
        // Which argument a parameter gets and which one it was matched with part ways after one that is left out.
        let symbols: Vec<u16> = arguments.iter().map(|argument| symbol(argument.look())).collect();
        let (mut index, mut at) = (0, 0);
        let mut arguments = arguments.into_iter();
        for (parameter, count) in self.parameters.iter().zip(counts) {
            if count == 0 {
                if !parameter.context {
                    // An argument that is left out still has its place.
                    validated.push(arguments.next().unwrap_or(Item::Undefined));
                    index += 1;
                } else if parameter.any_context || parameter.accepts & symbol(context.look()) != 0 {
                    validated.push(context.clone());
                } else {
                    return Err(Error::new("T0411").with_value(context.to_error_value()).with_index(index + 1));
                }
            }
            let first = validated.len();
            for taken in 0..count {
                let mut argument = arguments.next().unwrap_or(Item::Undefined);
                index += 1;
                if taken > 0 && !parameter.array && profile.is_documented() {
                    argument = validated[first].clone();
                }
                let matched = symbols.get(at).copied().unwrap_or(MISSING);
                at += 1;
                validated.push(if parameter.array {
                    parameter.as_array(argument, matched, count, index)?
                } else {
                    argument
                });
            }
        }
        Ok(validated)
    }

    /// Whether every argument has its parameter, and those that are left out are last and optional without the context standing in.
    fn fits_one_for_one(&self, arguments: &[Item]) -> bool {
        let Some(left_out) = self.parameters.get(arguments.len()..) else { return false };
        self.plain
            && left_out.iter().all(|parameter| parameter.optional && !parameter.context)
            && arguments
                .iter()
                .zip(&self.parameters)
                .all(|(argument, parameter)| parameter.accepts & symbol(argument.look()) != 0)
    }

    /// How many arguments each parameter takes, as greedily as the ones after it allow.
    fn distribute(&self, arguments: &[Item]) -> Result<Vec<usize>, Error> {
        let symbols: Vec<u16> = arguments.iter().map(|argument| symbol(argument.look())).collect();
        let mut counts = vec![0; self.parameters.len()];
        let mut failed = vec![false; self.parameters.len() * (symbols.len() + 1)];
        if self.fits(0, &symbols, &mut counts, &mut failed) {
            return Ok(counts);
        }
        let mut good = 0;
        // As the reference implementation looks for the culprit: how far do the first parameters get, then one more, and so on.
        for end in 1..=self.parameters.len() {
            let mut seen = vec![false; end * (symbols.len() + 1)];
            match self.reach(0, end, &symbols, &mut seen) {
                Some(length) => good = length,
                None => break,
            }
        }
        let mut error = Error::new("T0410").with_index(good + 1);
        if let Some(argument) = arguments.get(good) {
            error = error.with_value(argument.to_error_value());
        }
        Err(error)
    }

    /// How many of `symbols` the parameters up to `end` take when each is as greedy as the others allow; `None` when they do not fit.
    fn reach(&self, parameter: usize, end: usize, symbols: &[u16], failed: &mut [bool]) -> Option<usize> {
        if parameter == end {
            return Some(0);
        }
        let case = symbols.len() * end + parameter;
        if failed[case] {
            return None;
        }
        for count in self.parameters[parameter].counts(symbols) {
            if let Some(rest) = self.reach(parameter + 1, end, &symbols[count..], failed) {
                return Some(count + rest);
            }
        }
        failed[case] = true;
        None
    }

    /// Whether the parameters from `parameter` on can take `symbols`; what cannot is remembered, so that no case is tried twice.
    fn fits(&self, parameter: usize, symbols: &[u16], counts: &mut [usize], failed: &mut [bool]) -> bool {
        let Some(current) = self.parameters.get(parameter) else { return symbols.is_empty() };
        let case = symbols.len() * self.parameters.len() + parameter;
        if failed[case] {
            return false;
        }
        for count in current.counts(symbols) {
            counts[parameter] = count;
            if self.fits(parameter + 1, &symbols[count..], counts, failed) {
                return true;
            }
        }
        failed[case] = true;
        false
    }
}

impl Parameter {
    fn of(accepts: u16) -> Parameter {
        Parameter {
            accepts,
            array: false,
            subtype: None,
            optional: false,
            repeated: false,
            lazy: false,
            context: false,
            any_context: false,
        }
    }

    /// How many of `symbols` the parameter can take, in the order in which to try.
    fn counts(&self, symbols: &[u16]) -> impl Iterator<Item = usize> + use<> {
        let most = if self.repeated { symbols.len() } else { 1 };
        let available = symbols.iter().take(most).take_while(|symbol| self.accepts & **symbol != 0).count();
        let least = usize::from(!self.optional);
        let lazy = self.lazy;
        (0..(available + 1).saturating_sub(least)).map(move |nth| if lazy { least + nth } else { available - nth })
    }

    fn as_array(&self, argument: Item, kind: u16, matched: usize, index: usize) -> Result<Item, Error> {
        if kind == MISSING {
            return Ok(Item::Undefined);
        }
        if let Some(subtype) = &self.subtype {
            let wanted = subtype.chars().next().map_or(0, bit);
            let fits = match argument.elements() {
                Some(elements) => elements.look().all(|element| symbol(element) == wanted),
                // What stands for the argument by its kind need not be it, after one that was left out.
                None => kind == ARRAY || (kind == wanted && subtype.len() == 1 && matched == 1),
            };
            if !fits {
                let error = Error::new("T0412").with_value(argument.to_error_value()).with_index(index);
                return Err(match type_in_words(subtype) {
                    Some(words) => error.with_text(words),
                    None => error,
                });
            }
        }
        Ok(if kind == ARRAY { argument } else { Item::from(List::plain(vec![argument])) })
    }
}

fn type_in_words(subtype: &str) -> Option<&'static str> {
    Some(match subtype {
        "a" => "arrays",
        "b" => "booleans",
        "f" => "functions",
        "n" => "numbers",
        "o" => "objects",
        "s" => "strings",
        _ => return None,
    })
}

/// The position of the bracket that closes the one at `open`, or the end.
fn closing(characters: &[char], open: usize, opening: char, closing: char) -> usize {
    let mut depth = 0;
    for (position, character) in characters.iter().enumerate().skip(open) {
        if *character == opening {
            depth += 1;
        } else if *character == closing {
            depth -= 1;
            if depth == 0 {
                return position;
            }
        }
    }
    characters.len()
}
