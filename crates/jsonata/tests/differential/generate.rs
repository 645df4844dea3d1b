//! Expressions from the grammar, steered by the document they are for: paths mostly lead somewhere, operands mostly have the right type.

use crate::pictures;
use crate::random::Random;
use json::Value;

/// What an expression should mostly evaluate to.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Number,
    Text,
    Boolean,
    Array,
    Object,
    Function,
    Any,
}

const KINDS: [Kind; 7] =
    [Kind::Number, Kind::Text, Kind::Boolean, Kind::Array, Kind::Object, Kind::Function, Kind::Any];

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "10",
    "0.1",
    "2.5",
    "-2.5",
    "1.5",
    "100",
    "1e3",
    "1e21",
    "1e-7",
    "123456789",
    "0.5",
    "9007199254740993",
    "1234567890123456",
    "12345678.9",
    "-0",
    "1e300",
    "0.000001",
    "255",
    "1.0",
    "33.333333333333336",
];
const TEXTS: &[&str] = &[
    "''",
    "'a'",
    "\"b\"",
    "'hello'",
    "'Hello World'",
    "'1'",
    "'12.5'",
    "'-1e3'",
    "'0x1F'",
    "'true'",
    "'a,b,,c'",
    "'😀é'",
    "' x  y '",
    "'aAbB'",
    "'\\u00e9\\n\\t'",
    "'a/b?c=d&e f'",
    "'2020-02-29T12:34:56.789Z'",
    "'aGk='",
    "'[]'",
    "'%41'",
];
const FIELDS: &[&str] = &["a", "b", "name", "id", "qty", "price", "tags", "`e e`", "nope", "`$x`", "k", "value"];
const VARIABLES: &[&str] = &["x", "y", "z", "i", "v"];

pub(crate) struct Generator<'r> {
    pub(crate) random: &'r mut Random,
    variables: Vec<&'static str>,
}

impl<'r> Generator<'r> {
    pub(crate) fn new(random: &'r mut Random) -> Self {
        Generator { random, variables: Vec::new() }
    }

    pub(crate) fn any(&mut self, context: Option<&Value>) -> String {
        let fuel = 2 + self.random.below(4);
        let kind = KINDS[self.random.below(KINDS.len())];
        self.expression(kind, context, fuel)
    }

    fn expression(&mut self, kind: Kind, context: Option<&Value>, fuel: usize) -> String {
        if self.random.chance(4) {
            return self.corner(context, fuel);
        }
        if fuel == 0 {
            return self.leaf(kind, context);
        }
        let fuel = fuel - 1;
        match self.random.below(12) {
            0 => self.conditional(kind, context, fuel),
            1 => self.block(kind, context, fuel),
            2 if !self.variables.is_empty() => format!("${}", self.random.pick(&self.variables.clone())),
            3 | 4 => self.path(context, fuel),
            5 => self.leaf(kind, context),
            6 => self.applied(kind, context, fuel),
            _ => match kind {
                Kind::Number => self.number(context, fuel),
                Kind::Text => self.text(context, fuel),
                Kind::Boolean => self.boolean(context, fuel),
                Kind::Array => self.array(context, fuel),
                Kind::Object => self.object(context, fuel),
                Kind::Function => self.function(context, fuel),
                Kind::Any => {
                    let kind = KINDS[self.random.below(KINDS.len() - 1)];
                    self.expression(kind, context, fuel)
                }
            },
        }
    }

    /// Undefined, null and values of another type than is wanted.
    fn corner(&mut self, context: Option<&Value>, fuel: usize) -> String {
        match self.random.below(8) {
            0 => "nope".to_owned(),
            1 => "null".to_owned(),
            2 => "$undefinedVariable".to_owned(),
            3 => "[]".to_owned(),
            4 => "()".to_owned(),
            5 => "{}".to_owned(),
            _ => {
                let kind = KINDS[self.random.below(KINDS.len())];
                self.expression(kind, context, fuel.saturating_sub(1))
            }
        }
    }

    fn leaf(&mut self, kind: Kind, context: Option<&Value>) -> String {
        match kind {
            Kind::Number if self.random.chance(70) => self.random.pick(NUMBERS).to_owned(),
            Kind::Text if self.random.chance(70) => self.random.pick(TEXTS).to_owned(),
            Kind::Boolean if self.random.chance(70) => self.random.pick(&["true", "false"]).to_owned(),
            Kind::Function => self.random.pick(FUNCTIONS).to_owned(),
            _ => self.walk(context, 3).0,
        }
    }

    /// A plain path that exists in the context, and what it leads to.
    fn walk<'v>(&mut self, context: Option<&'v Value>, steps: usize) -> (String, Option<&'v Value>) {
        let mut at = context;
        let mut path = String::new();
        for _ in 0..=self.random.below(steps + 1) {
            while let Some(Value::Array(array)) = at {
                at = array.get(self.random.below(array.len()));
            }
            let Some(Value::Object(object)) = at else { break };
            let Some((key, member)) = object.iter().nth(self.random.below(object.len())) else { break };
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&name(key));
            at = Some(member);
        }
        if path.is_empty() {
            let root = if self.random.chance(80) { "$".to_owned() } else { self.random.pick(FIELDS).to_owned() };
            return (root, at);
        }
        (path, at)
    }

    fn path(&mut self, context: Option<&Value>, fuel: usize) -> String {
        let (mut path, mut at) = self.walk(context, 3);
        for _ in 0..self.random.below(4) {
            let element = element(at);
            match self.random.below(20) {
                0 => {
                    path += &format!("[{}]", self.random.pick(&["0", "1", "-1", "2", "-2", "0.5", "1.9", "-0.5", "99"]))
                }
                1 => path += "[]",
                2 | 3 => path += &format!("[{}]", self.expression(Kind::Boolean, element, fuel.min(2))),
                4 => path += &format!("[{}]", self.expression(Kind::Number, element, fuel.min(1))),
                5 => path += &format!("[[{}]]", self.random.pick(&["0,1", "0..2", "-1,0", "1,1", "2..5", ""])),
                6 => path += &self.order(element, fuel),
                7 => path += &format!("@${}", self.bind()),
                8 => path += &format!("#${}", self.bind()),
                9 => path += &format!(".({})", self.expression(Kind::Any, element, fuel)),
                10 => path += &format!(".{{{}}}", self.members(element, fuel)),
                11 => path += &format!("{{{}}}", self.members(element, fuel)),
                12 => path += &format!(".[{}]", self.list(element, fuel)),
                13 => path += self.random.pick(&[".*", ".**", ".%", ".%.%", ".$", ".$$", ".*[0]"]),
                14 => path += &format!(".{}", self.function_call(element, fuel)),
                15 => path += &format!(".{}", self.random.pick(FIELDS)),
                16 => path += &format!(".'{}'", self.random.pick(&["a", "name", "k"])),
                _ => {
                    let (more, next) = self.walk(element, 2);
                    path += &format!(".{more}");
                    at = next;
                }
            }
        }
        path
    }

    fn bind(&mut self) -> &'static str {
        let variable = self.random.pick(VARIABLES);
        self.variables.push(variable);
        variable
    }

    fn order(&mut self, element: Option<&Value>, fuel: usize) -> String {
        let terms: Vec<String> = (0..=self.random.below(2))
            .map(|_| {
                let direction = self.random.pick(&["", "<", ">"]);
                let kind = if self.random.chance(50) { Kind::Number } else { Kind::Text };
                let term = if self.random.chance(70) {
                    self.walk(element, 2).0
                } else {
                    self.expression(kind, element, fuel.min(1))
                };
                format!("{direction}{term}")
            })
            .collect();
        format!("^({})", terms.join(", "))
    }

    fn members(&mut self, context: Option<&Value>, fuel: usize) -> String {
        let members: Vec<String> = (0..self.random.below(4))
            .map(|_| {
                let key = match self.random.below(4) {
                    0 => self.walk(context, 2).0,
                    1 => self.expression(Kind::Text, context, fuel.min(1)),
                    _ => self.random.pick(&["'a'", "'b'", "\"c c\"", "'k'"]).to_owned(),
                };
                format!("{key}: {}", self.expression(Kind::Any, context, fuel))
            })
            .collect();
        members.join(", ")
    }

    fn list(&mut self, context: Option<&Value>, fuel: usize) -> String {
        let elements: Vec<String> = (0..self.random.below(4))
            .map(|_| match self.random.below(6) {
                0 => format!(
                    "{}..{}",
                    self.expression(Kind::Number, context, 0),
                    self.random.pick(&["3", "5", "0", "-1", "2.5", "1e3", "nope"])
                ),
                _ => self.expression(Kind::Any, context, fuel),
            })
            .collect();
        elements.join(", ")
    }

    fn conditional(&mut self, kind: Kind, context: Option<&Value>, fuel: usize) -> String {
        let condition = self.expression(Kind::Boolean, context, fuel);
        let then = self.expression(kind, context, fuel);
        if self.random.chance(25) {
            return format!("({condition} ? {then})");
        }
        format!("({condition} ? {then} : {})", self.expression(kind, context, fuel))
    }

    fn block(&mut self, kind: Kind, context: Option<&Value>, fuel: usize) -> String {
        let known = self.variables.len();
        let variable = self.random.pick(VARIABLES);
        let bound = self.expression(Kind::Any, context, fuel);
        self.variables.push(variable);
        let body = self.expression(kind, context, fuel);
        let more = if self.random.chance(20) { "; " } else { "" };
        self.variables.truncate(known);
        format!("(${variable} := {bound}; {body}{more})")
    }

    fn applied(&mut self, kind: Kind, context: Option<&Value>, fuel: usize) -> String {
        let left = self.expression(kind, context, fuel);
        match self.random.below(5) {
            0 => format!("({left} ~> {})", self.random.pick(FUNCTIONS)),
            1 => format!("({left} ~> {})", self.lambda(context, fuel)),
            2 => format!("({left} ~> {})", self.transform(context, fuel)),
            3 => {
                let call = self.function_call(context, fuel);
                format!("({left} ~> {call})")
            }
            _ => format!("({left} ~> {} ~> {})", self.random.pick(FUNCTIONS), self.random.pick(FUNCTIONS)),
        }
    }

    fn transform(&mut self, context: Option<&Value>, fuel: usize) -> String {
        let pattern = match self.random.below(3) {
            0 => "$".to_owned(),
            1 => "**".to_owned(),
            _ => self.path(context, 1),
        };
        let update = format!("{{{}}}", self.members(None, fuel.min(1)));
        match self.random.below(3) {
            0 => format!(
                "|{pattern}|{update}, {}|",
                self.random.pick(&["'a'", "['a','name']", "nope", "1", "[]", "'none'"])
            ),
            _ => format!("|{pattern}|{update}|"),
        }
    }

    fn number(&mut self, context: Option<&Value>, fuel: usize) -> String {
        match self.random.below(4) {
            0 => {
                let operator = self.random.pick(&["+", "-", "*", "/", "%"]);
                let left = self.expression(Kind::Number, context, fuel);
                format!("({left} {operator} {})", self.expression(Kind::Number, context, fuel))
            }
            1 => format!("-({})", self.expression(Kind::Number, context, fuel)),
            _ => self.call_of(NUMBER_CALLS, context, fuel),
        }
    }

    fn text(&mut self, context: Option<&Value>, fuel: usize) -> String {
        match self.random.below(6) {
            0 => {
                let left = self.expression(Kind::Any, context, fuel);
                format!("({left} & {})", self.expression(Kind::Text, context, fuel))
            }
            1 => self.picture_call(context, fuel),
            _ => self.call_of(TEXT_CALLS, context, fuel),
        }
    }

    fn boolean(&mut self, context: Option<&Value>, fuel: usize) -> String {
        match self.random.below(5) {
            0 | 1 => {
                let operator = self.random.pick(&["=", "!=", "<", "<=", ">", ">=", "in"]);
                let kind = if self.random.chance(60) { Kind::Number } else { Kind::Text };
                let right = if operator == "in" { Kind::Array } else { kind };
                let left = self.expression(kind, context, fuel);
                format!("({left} {operator} {})", self.expression(right, context, fuel))
            }
            2 => {
                let operator = self.random.pick(&["and", "or"]);
                let left = self.expression(Kind::Boolean, context, fuel);
                format!("({left} {operator} {})", self.expression(Kind::Boolean, context, fuel))
            }
            _ => self.call_of(BOOLEAN_CALLS, context, fuel),
        }
    }

    fn array(&mut self, context: Option<&Value>, fuel: usize) -> String {
        match self.random.below(4) {
            0 => format!("[{}]", self.list(context, fuel)),
            1 => self.path(context, fuel),
            _ => self.call_of(ARRAY_CALLS, context, fuel),
        }
    }

    fn object(&mut self, context: Option<&Value>, fuel: usize) -> String {
        match self.random.below(3) {
            0 => format!("{{{}}}", self.members(context, fuel)),
            _ => self.call_of(OBJECT_CALLS, context, fuel),
        }
    }

    fn function(&mut self, context: Option<&Value>, fuel: usize) -> String {
        match self.random.below(6) {
            0 => self.random.pick(FUNCTIONS).to_owned(),
            1 => {
                let call = self.random.pick(&[
                    "$substring(?, 1)",
                    "$substring(?, 0, ?)",
                    "$pad(?, 5)",
                    "$map(?, $string)",
                    "$append(?, ?)",
                    "$power(2, ?)",
                    "$join(?, '-')",
                    "$split('a b', ?)",
                    "$lookup(?, 'a')",
                ]);
                call.to_owned()
            }
            2 => pictures::regex(self.random),
            3 => self.transform(context, fuel),
            _ => self.lambda(context, fuel),
        }
    }

    fn lambda(&mut self, context: Option<&Value>, fuel: usize) -> String {
        let known = self.variables.len();
        let count = self.random.below(4);
        let parameters: Vec<String> = (0..count).map(|_| format!("${}", self.bind())).collect();
        let body = self.expression(Kind::Any, context, fuel.min(2));
        self.variables.truncate(known);
        let signature = if self.random.chance(15) { pictures::signature(self.random) } else { String::new() };
        let word = self.random.pick(&["function", "λ"]);
        format!("{word}({}){signature}{{{body}}}", parameters.join(", "))
    }

    fn function_call(&mut self, context: Option<&Value>, fuel: usize) -> String {
        match self.random.below(10) {
            0 => {
                let lambda = self.lambda(context, fuel);
                let arguments: Vec<String> =
                    (0..self.random.below(4)).map(|_| self.expression(Kind::Any, context, fuel)).collect();
                format!("{lambda}({})", arguments.join(", "))
            }
            1 => {
                // Any function with any arguments.
                let function = self.random.pick(FUNCTIONS);
                let arguments: Vec<String> =
                    (0..self.random.below(4)).map(|_| self.expression(Kind::Any, context, fuel)).collect();
                format!("{function}({})", arguments.join(", "))
            }
            _ => {
                let table = self.random.below(5);
                self.call_of([NUMBER_CALLS, TEXT_CALLS, BOOLEAN_CALLS, ARRAY_CALLS, OBJECT_CALLS][table], context, fuel)
            }
        }
    }

    /// Fills a template: `N` a number, `T` a text, `B` a boolean, `A` an array, `O` an object, `F` a function, `X` anything, `R` a regex.
    fn call_of(&mut self, templates: &[&str], context: Option<&Value>, fuel: usize) -> String {
        let mut call = String::new();
        for character in self.random.pick(templates).chars() {
            match character {
                'N' => call += &self.expression(Kind::Number, context, fuel),
                'T' => call += &self.expression(Kind::Text, context, fuel),
                'B' => call += &self.expression(Kind::Boolean, context, fuel),
                'A' => call += &self.expression(Kind::Array, context, fuel),
                'O' => call += &self.expression(Kind::Object, context, fuel),
                'F' => call += &self.expression(Kind::Function, context, fuel),
                'X' => call += &self.expression(Kind::Any, context, fuel),
                'R' => call += &pictures::regex(self.random),
                'S' => call += self.random.pick(&["0", "1", "2", "3", "-1", "-3", "1.5", "20", "-2.7"]),
                other => call.push(other),
            }
        }
        call
    }

    fn picture_call(&mut self, context: Option<&Value>, fuel: usize) -> String {
        let small = ["0", "1", "12", "-3", "1234567.891", "0.5", "1e6", "-0.004", "1984", "29"];
        let number = match self.random.chance(80) {
            true => self.random.pick(&small).to_owned(),
            false => self.expression(Kind::Number, context, fuel.min(1)),
        };
        pictures::call(self.random, &number)
    }
}

fn name(key: &str) -> String {
    let is_word = key.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !key.starts_with(|first: char| first.is_ascii_digit())
        && !["and", "or", "in", "true", "false", "null"].contains(&key);
    if is_word { key.to_owned() } else { format!("`{key}`") }
}

/// What a predicate on the value sees.
fn element(mut value: Option<&Value>) -> Option<&Value> {
    while let Some(Value::Array(array)) = value {
        value = array.first();
    }
    value
}

const NUMBER_CALLS: &[&str] = &[
    "$sum(A)",
    "$count(X)",
    "$max(A)",
    "$min(A)",
    "$average(A)",
    "$abs(N)",
    "$floor(N)",
    "$ceil(N)",
    "$round(N)",
    "$round(N, S)",
    "$power(N, S)",
    "$sqrt(N)",
    "$number(X)",
    "$number(T)",
    "$length(T)",
    "$reduce(A, F)",
    "$reduce(A, function($p, $q){$p + $q})",
    "$reduce(A, F, X)",
    "$toMillis(T)",
    "$parseInteger(T, '#0')",
    "$count(A[X])",
    "$sum(items.(price * qty))",
    "$number(T & '')",
];
const TEXT_CALLS: &[&str] = &[
    "$string(X)",
    "$string(X, B)",
    "$substring(T, S)",
    "$substring(T, S, S)",
    "$substringBefore(T, T)",
    "$substringAfter(T, T)",
    "$uppercase(T)",
    "$lowercase(T)",
    "$trim(T)",
    "$pad(T, S)",
    "$pad(T, S, T)",
    "$join(A)",
    "$join(A, T)",
    "$replace(T, T, T)",
    "$replace(T, R, T)",
    "$replace(T, R, '[$1$0$$]')",
    "$replace(T, R, F)",
    "$replace(T, R, T, S)",
    "$base64encode(T)",
    "$base64decode(T)",
    "$encodeUrl(T)",
    "$encodeUrlComponent(T)",
    "$decodeUrl(T)",
    "$decodeUrlComponent(T)",
    "$type(X)",
    "$formatBase(N, S)",
    "$formatBase(N)",
    "$formatNumber(N, '#,##0.00')",
    "$fromMillis(N)",
    "$join($split(T, T), T)",
    "$replace(T, R, function($m){$m.match & $string($m.index) & $join($m.groups, '|')})",
    "$string(N)",
    "$formatBase(N, 2)",
    "$join($map(A, $string), T)",
    "$string(N / N)",
];
const BOOLEAN_CALLS: &[&str] = &[
    "$boolean(X)",
    "$not(X)",
    "$exists(X)",
    "$contains(T, T)",
    "$contains(T, R)",
    "$assert(B, T)",
    "$not(B)",
    "$boolean(A)",
];
const ARRAY_CALLS: &[&str] = &[
    "$append(X, X)",
    "$reverse(A)",
    "$sort(A)",
    "$sort(A, function($l, $r){$l > $r})",
    "$sort(A, F)",
    "$distinct(A)",
    "$zip(A, A)",
    "$zip(A)",
    "$map(A, F)",
    "$filter(A, F)",
    "$single(A, F)",
    "$keys(X)",
    "$spread(X)",
    "$each(O, F)",
    "$split(T, T)",
    "$split(T, R)",
    "$split(T, T, S)",
    "$match(T, R)",
    "$match(T, R, S)",
    "$lookup(X, T)",
    "$map(A, function($v, $i, $a){[$v, $i, $count($a)]})",
    "[N..N]",
    "[A, X]",
    "$filter(A, function($v){$v > N})",
    "$each(O, function($v, $k){$k & $string($v)})",
    "A[S]",
    "$map(A, F)[S]",
    "A ~> $map(F)",
];
const OBJECT_CALLS: &[&str] = &[
    "$merge(A)",
    "$sift(O, F)",
    "$sift(O, function($v, $k){$k > T})",
    "$match(T, R)",
    "$clone(O)",
    "A{T: X}",
    "$merge([O, O])",
    "$error(T)",
    "O ~> |$|{'z': X}|",
    "$single(A, function($v){$v = X})",
    "$lookup(O, T)",
    "items{name: $sum(qty), 'n': $count($)}",
];
const FUNCTIONS: &[&str] = &[
    "$abs",
    "$append",
    "$assert",
    "$average",
    "$base64decode",
    "$base64encode",
    "$boolean",
    "$ceil",
    "$clone",
    "$contains",
    "$count",
    "$decodeUrl",
    "$decodeUrlComponent",
    "$distinct",
    "$each",
    "$encodeUrl",
    "$encodeUrlComponent",
    "$error",
    "$exists",
    "$filter",
    "$floor",
    "$formatBase",
    "$formatInteger",
    "$formatNumber",
    "$fromMillis",
    "$join",
    "$keys",
    "$length",
    "$lookup",
    "$lowercase",
    "$map",
    "$match",
    "$max",
    "$merge",
    "$min",
    "$not",
    "$number",
    "$pad",
    "$parseInteger",
    "$power",
    "$reduce",
    "$replace",
    "$reverse",
    "$round",
    "$sift",
    "$single",
    "$sort",
    "$split",
    "$spread",
    "$sqrt",
    "$string",
    "$substring",
    "$substringAfter",
    "$substringBefore",
    "$sum",
    "$toMillis",
    "$trim",
    "$type",
    "$uppercase",
    "$zip",
];
