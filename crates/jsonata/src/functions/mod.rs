//! The built-in functions: one table, sorted by name; what they do is in a file per kind.

mod array;
mod higher_order;
mod matching;
mod number;
mod object;
mod step_functions;
pub(crate) mod string;
mod time;

use crate::error::Error;
use crate::evaluate::Evaluator;
use crate::evaluate::item::Item;
use crate::profile::Profile;
use crate::signature::Signature;
use std::fmt;
use std::sync::{Arc, OnceLock};

type Run = fn(&Evaluator<'_>, Arguments<'_>) -> Result<Item, Error>;

pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    signature_text: &'static str,
    /// How many arguments it looks at where a function is passed one per item, its index and the whole.
    pub(crate) arity: usize,
    available: Available,
    pub(crate) run: Run,
    signature: OnceLock<Signature>,
}

#[derive(Clone, Copy, PartialEq)]
enum Available {
    Everywhere,
    Reference,
    StepFunctions,
}

impl Builtin {
    pub(crate) fn signature(&self) -> &Signature {
        self.signature
            .get_or_init(|| Signature::parse(self.signature_text).expect("the table's signatures are well formed"))
    }
}

impl fmt::Debug for Builtin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// The arguments of a call, checked; what is left out is undefined.
pub(crate) struct Arguments<'a> {
    values: Vec<Item>,
    missing: Item,
    pub(crate) context: &'a Item,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(values: Vec<Item>, context: &'a Item) -> Self {
        Arguments { values, missing: Item::Undefined, context }
    }

    fn count(&self) -> usize {
        self.values.len()
    }

    fn get(&self, index: usize) -> &Item {
        self.values.get(index).unwrap_or(&self.missing)
    }

    fn take(&mut self, index: usize) -> Item {
        self.values.get_mut(index).map(std::mem::take).unwrap_or_default()
    }

    fn text(&self, index: usize) -> Option<&Arc<str>> {
        self.get(index).as_str()
    }

    fn number(&self, index: usize) -> Option<f64> {
        self.get(index).as_number()
    }
}

/// The built-in `name`.
pub(crate) fn find(name: &str, profile: Profile) -> Option<&'static Builtin> {
    let matching = BUILTINS.binary_search_by(|builtin| builtin.name.cmp(name)).ok()?;
    // At most two built-ins share a name, one for each profile.
    let neighbours = &BUILTINS[matching.saturating_sub(1)..(matching + 2).min(BUILTINS.len())];
    neighbours.iter().find(|builtin| {
        builtin.name == name
            && match builtin.available {
                Available::Everywhere => true,
                Available::Reference => profile != Profile::StepFunctions,
                Available::StepFunctions => profile == Profile::StepFunctions,
            }
    })
}

const fn builtin(name: &'static str, signature_text: &'static str, arity: usize, run: Run) -> Builtin {
    Builtin { name, signature_text, arity, available: Available::Everywhere, run, signature: OnceLock::new() }
}

const fn only(
    available: Available,
    name: &'static str,
    signature_text: &'static str,
    arity: usize,
    run: Run,
) -> Builtin {
    Builtin { name, signature_text, arity, available, run, signature: OnceLock::new() }
}

static BUILTINS: [Builtin; 71] = [
    builtin("abs", "<n-:n>", 1, number::abs),
    builtin("append", "<xx:a>", 2, array::append),
    builtin("assert", "<bs?:x>", 2, object::assert),
    builtin("average", "<a<n>:n>", 1, number::average),
    builtin("base64decode", "<s-:s>", 1, string::base64decode),
    builtin("base64encode", "<s-:s>", 1, string::base64encode),
    builtin("boolean", "<x-:b>", 1, object::boolean),
    builtin("ceil", "<n-:n>", 1, number::ceil),
    builtin("clone", "<(oa)-:o>", 1, object::clone),
    builtin("contains", "<s-(sf):b>", 2, matching::contains),
    builtin("count", "<a:n>", 1, array::count),
    builtin("decodeUrl", "<s-:s>", 1, string::decode_url),
    builtin("decodeUrlComponent", "<s-:s>", 1, string::decode_url_component),
    builtin("distinct", "<x:x>", 1, array::distinct),
    builtin("each", "<o-f:a>", 2, higher_order::each),
    builtin("encodeUrl", "<s-:s>", 1, string::encode_url),
    builtin("encodeUrlComponent", "<s-:s>", 1, string::encode_url_component),
    builtin("error", "<s?:x>", 1, object::error),
    only(Available::Reference, "eval", "<sx?:x>", 2, object::eval),
    builtin("exists", "<x:b>", 1, object::exists),
    builtin("filter", "<af>", 2, higher_order::filter),
    builtin("floor", "<n-:n>", 1, number::floor),
    builtin("formatBase", "<n-n?:s>", 2, number::format_base),
    builtin("formatInteger", "<n-s:s>", 2, number::format_integer),
    builtin("formatNumber", "<n-so?:s>", 3, number::format_number),
    builtin("fromMillis", "<n-s?s?:s>", 3, time::from_millis),
    only(Available::StepFunctions, "hash", "<ss?:s>", 2, step_functions::hash),
    builtin("join", "<a<s>s?:s>", 2, string::join),
    builtin("keys", "<x-:a<s>>", 1, object::keys),
    builtin("length", "<s-:n>", 1, string::length),
    builtin("lookup", "<x-s:x>", 2, object::lookup),
    builtin("lowercase", "<s-:s>", 1, string::lowercase),
    builtin("map", "<af>", 2, higher_order::map),
    builtin("match", "<s-f<s:o>n?:a<o>>", 3, matching::matches),
    builtin("max", "<a<n>:n>", 1, number::max),
    builtin("merge", "<a<o>:o>", 1, object::merge),
    builtin("millis", "<:n>", 0, time::millis),
    builtin("min", "<a<n>:n>", 1, number::min),
    builtin("not", "<x-:b>", 1, object::not),
    builtin("now", "<s?s?:s>", 2, time::now),
    builtin("number", "<(nsb)-:n>", 1, number::number),
    builtin("pad", "<s-ns?:s>", 3, string::pad),
    only(Available::StepFunctions, "parse", "<s?:x>", 1, step_functions::parse),
    builtin("parseInteger", "<s-s:n>", 2, number::parse_integer),
    only(Available::StepFunctions, "partition", "<xn?:a>", 2, step_functions::partition),
    builtin("power", "<n-n:n>", 2, number::power),
    only(Available::Reference, "random", "<:n>", 0, number::random),
    only(Available::StepFunctions, "random", "<n?:n>", 1, step_functions::random),
    only(Available::StepFunctions, "range", "<nnn?:a>", 3, step_functions::range),
    builtin("reduce", "<afj?:j>", 3, higher_order::reduce),
    builtin("replace", "<s-(sf)(sf)n?:s>", 4, matching::replace),
    builtin("reverse", "<a:a>", 1, array::reverse),
    builtin("round", "<n-n?:n>", 2, number::round),
    builtin("shuffle", "<a:a>", 1, array::shuffle),
    builtin("sift", "<o-f?:o>", 2, higher_order::sift),
    builtin("single", "<af?>", 2, higher_order::single),
    builtin("sort", "<af?:a>", 2, array::sort),
    builtin("split", "<s-(sf)n?:a<s>>", 3, matching::split),
    builtin("spread", "<x-:a<o>>", 1, object::spread),
    builtin("sqrt", "<n-:n>", 1, number::sqrt),
    builtin("string", "<x-b?:s>", 1, string::string),
    builtin("substring", "<s-nn?:s>", 3, string::substring),
    builtin("substringAfter", "<s-s:s>", 2, string::substring_after),
    builtin("substringBefore", "<s-s:s>", 2, string::substring_before),
    builtin("sum", "<a<n>:n>", 1, number::sum),
    builtin("toMillis", "<s-s?:n>", 2, time::to_millis),
    builtin("trim", "<s-:s>", 1, string::trim),
    builtin("type", "<x:s>", 1, object::type_of),
    builtin("uppercase", "<s-:s>", 1, string::uppercase),
    only(Available::StepFunctions, "uuid", "<:s>", 0, step_functions::uuid),
    builtin("zip", "<a+>", 0, array::zip),
];

/// A refusal of a picture as the error of the function it was given to.
fn picture_error(error: crate::pictures::PictureError) -> Error {
    let code =
        if error.code == crate::pictures::PictureError::TOO_LONG { crate::error::MEMORY_EXCEEDED } else { error.code };
    match error.value {
        Some(value) => Error::new(code).with_value(value),
        None => Error::new(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_signatures_parse() {
        assert!(BUILTINS.is_sorted_by_key(|builtin| builtin.name));
        BUILTINS.iter().for_each(|builtin| {
            let _ = builtin.signature();
        });
        assert!(find("eval", Profile::StepFunctions).is_none() && find("eval", Profile::Reference).is_some());
        assert!(find("random", Profile::StepFunctions).is_some() && find("random", Profile::Reference).is_some());
    }
}
