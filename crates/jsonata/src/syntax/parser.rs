//! Tokens to tree: a Pratt parser that flattens paths, attaches predicates, groups and bindings to their steps, and marks tail calls.
//!
//! Syntax errors win over errors of shape (a predicate after a group, a number as a step), which are kept until the whole text is read.

use super::ast::{
    BinaryOperator, Bind, Block, Call, Kind, Lambda, Node, Parent, Path, Places, SortTerm, Span, Stage, Symbol,
    Transform, Variable,
};
use super::lexer::{Lexer, Token};
use super::parents::Parents;
use crate::error::{DEPTH_EXCEEDED, Error};
use crate::functions;
use crate::number;
use crate::profile::Profile;
use crate::regex::Regex;
use crate::signature::Signature;
use json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// How deep constructs may nest in the source.
const NESTING_MAX: u32 = 250;
/// How high the tree may grow, which left-recursive chains of operators make it.
const HEIGHT_MAX: u32 = 1000;

/// A tree whose variables are not resolved yet, and the symbols it uses.
pub(crate) struct Parsed {
    pub(crate) root: Node,
    pub(crate) names: HashMap<Arc<str>, Symbol>,
    pub(crate) parents: Vec<Symbol>,
}

/// Parses `source`.
pub(crate) fn parse(source: &str, profile: Profile) -> Result<Parsed, Error> {
    let mut parser = Parser {
        source,
        lexer: Lexer::new(source, profile),
        profile,
        token: Token::End,
        span: Span::default(),
        last_end: 0,
        depth: 0,
        parents: Parents::default(),
        names: HashMap::new(),
        shape_error: None,
    };
    parser.next(false)?;
    let root = parser.expression(0)?;
    if parser.token != Token::End {
        return Err(parser.naming_token(Error::new("S0201").at(parser.span.end)));
    }
    if let Some(error) = parser.shape_error {
        return Err(error);
    }
    let seeks = root.extras.as_ref().is_some_and(|extras| !extras.seeking.is_empty());
    if seeks || matches!(root.kind, Kind::Parent(_)) {
        return Err(Error::new("S0217").at(root.span.end).with_token(root.type_name()));
    }
    let parents = parser.parents.slots.iter().map(|slot| slot.symbol).collect();
    Ok(Parsed { root, names: parser.names, parents })
}

struct Parser<'a> {
    source: &'a str,
    lexer: Lexer<'a>,
    profile: Profile,
    token: Token,
    span: Span,
    last_end: usize,
    depth: u32,
    parents: Parents,
    names: HashMap<Arc<str>, Symbol>,
    shape_error: Option<Error>,
}

fn binding_power(operator: &str) -> u32 {
    match operator {
        "[" | "(" | "@" | "#" => 80,
        "." => 75,
        "{" => 70,
        "*" | "/" | "%" => 60,
        "+" | "-" | "&" => 50,
        "=" | "!=" | "<" | "<=" | ">" | ">=" | "^" | "~>" | "in" | "?:" | "??" => 40,
        "and" => 30,
        "or" => 25,
        "?" => 20,
        ":=" => 10,
        _ => 0,
    }
}

fn binary_operator(operator: &str) -> Option<BinaryOperator> {
    Some(match operator {
        "+" => BinaryOperator::Add,
        "-" => BinaryOperator::Subtract,
        "*" => BinaryOperator::Multiply,
        "/" => BinaryOperator::Divide,
        "%" => BinaryOperator::Remainder,
        "=" => BinaryOperator::Equal,
        "!=" => BinaryOperator::NotEqual,
        "<" => BinaryOperator::Less,
        "<=" => BinaryOperator::LessOrEqual,
        ">" => BinaryOperator::Greater,
        ">=" => BinaryOperator::GreaterOrEqual,
        "&" => BinaryOperator::Concatenate,
        "and" => BinaryOperator::And,
        "or" => BinaryOperator::Or,
        "in" => BinaryOperator::In,
        _ => return None,
    })
}

impl Parser<'_> {
    /// Goes on to the next token and gives the one before it.
    fn next(&mut self, after_operand: bool) -> Result<Token, Error> {
        self.last_end = self.span.end;
        let (token, span) = self.lexer.next(after_operand)?;
        self.span = span;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn is(&self, operator: &str) -> bool {
        matches!(self.token, Token::Operator(current) if current == operator)
    }

    fn expect(&mut self, operator: &'static str, after_operand: bool) -> Result<Token, Error> {
        if self.is(operator) {
            return self.next(after_operand);
        }
        let code = if self.token == Token::End { "S0203" } else { "S0202" };
        Err(self.naming_token(Error::new(code).at(self.span.end)).with_value(operator))
    }

    /// The error with the current token in it.
    fn naming_token(&self, error: Error) -> Error {
        let error = error.with_token(self.token_text());
        match &self.token {
            Token::Number(number) => error.with_token_value(number::to_json(*number)),
            Token::Boolean(boolean) => error.with_token_value(Value::Bool(*boolean)),
            Token::Null => error.with_token_value(Value::Null),
            // A regular expression has no JSON of its own.
            Token::Regex(..) => error.with_token_value(Value::from(json::ObjectBuilder::new().build())),
            _ => error,
        }
    }

    fn token_text(&self) -> Arc<str> {
        match &self.token {
            Token::End => "(end)".into(),
            Token::Operator(operator) => (*operator).into(),
            Token::Name(text) | Token::Variable(text) | Token::String(text) | Token::Regex(text, _) => text.clone(),
            Token::Number(number) => crate::text::number::format(*number).into(),
            Token::Boolean(boolean) => boolean.to_string().into(),
            Token::Null => "null".into(),
        }
    }

    fn shape(&mut self, error: Error) {
        self.shape_error.get_or_insert(error);
    }

    /// Completes a node: its height.
    fn finish(&self, mut node: Node) -> Result<Node, Error> {
        if !matches!(node.kind, Kind::Path(_)) {
            let mut highest = 0;
            let mut visit = |child: &Node| highest = highest.max(child.height);
            node.visit_own(&mut visit);
            node.visit_attached(&mut visit);
            node.height = highest + 1;
        }
        self.low_enough(node)
    }

    fn low_enough(&self, node: Node) -> Result<Node, Error> {
        if node.height > HEIGHT_MAX { Err(Error::new(DEPTH_EXCEEDED).at(self.span.end)) } else { Ok(node) }
    }

    fn expression(&mut self, right_power: u32) -> Result<Node, Error> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(Error::new(DEPTH_EXCEEDED).at(self.span.end));
        }
        let mut left = self.prefix()?;
        let mut form = "";
        while let Token::Operator(operator) = self.token {
            if binding_power(operator) <= right_power {
                break;
            }
            left = self.infix(left, operator, form)?;
            if operator != "[" {
                form = operator;
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn prefix(&mut self) -> Result<Node, Error> {
        let span = self.span;
        if self.token == Token::End {
            // What is still open is missed first.
            self.shape(Error::new("S0207").at(span.end).with_token("(end)"));
            return self.finish(Node::new(Kind::Placeholder, span));
        }
        // Even after an opening bracket a `/` divides, as in the reference implementation: `(/a/)` is an error.
        let token = self.next(true)?;
        let kind = match token {
            Token::String(text) => Kind::Literal(Value::String(text)),
            Token::Number(number) => Kind::Literal(number::to_json(number)),
            Token::Boolean(boolean) => Kind::Literal(Value::Bool(boolean)),
            Token::Null => Kind::Literal(Value::Null),
            Token::Variable(name) => {
                let builtin = functions::find(&name, self.profile);
                Kind::Variable(Variable { name, places: Places::default(), builtin })
            }
            Token::Name(name) => return self.name(name, span),
            Token::Regex(pattern, flags) => {
                let regex =
                    Regex::new(&pattern, &flags).map_err(|text| Error::new("S0303").at(span.end).with_text(text))?;
                Kind::Regex(Arc::new(regex))
            }
            Token::Operator(operator) => match operator {
                "and" | "or" | "in" => return self.name(operator.into(), span),
                "*" => Kind::Wildcard,
                "**" => Kind::Descendants,
                "%" => Kind::Parent(Parent { slot: self.parents.create(), places: Places::default() }),
                "-" => return self.negate(span),
                "(" => return self.block(span),
                "[" => return self.array(span),
                "{" => {
                    let mut pairs = self.pairs()?;
                    let mut node = Node::new(Kind::Object(Vec::new()), span);
                    pairs.iter_mut().for_each(|(key, value)| {
                        Parents::pass_on(&mut node, key);
                        Parents::pass_on(&mut node, value);
                    });
                    node.kind = Kind::Object(pairs);
                    return self.finish(node);
                }
                "|" => return self.transform(span),
                _ => return Err(Error::new("S0211").at(span.end).with_token(operator)),
            },
            Token::End => return Err(Error::new("S0207").at(span.end)),
        };
        self.finish(Node::new(kind, span))
    }

    fn name(&mut self, name: Arc<str>, span: Span) -> Result<Node, Error> {
        Ok(into_path(Node::new(Kind::Name(name), span)))
    }

    fn negate(&mut self, span: Span) -> Result<Node, Error> {
        let mut operand = self.expression(70)?;
        // Its predicates stay: `-1[0]` is a part of -1.
        if let Kind::Literal(Value::Number(number)) = &operand.kind
            && number.as_f64() != 0.0
        {
            operand.kind = Kind::Literal(number::to_json(-number.as_f64()));
            operand.span = span;
            return self.finish(operand);
        }
        let mut node = Node::new(Kind::Negate(Box::new(Node::new(Kind::Placeholder, span))), span);
        Parents::pass_on(&mut node, &mut operand);
        node.kind = Kind::Negate(Box::new(operand));
        self.finish(node)
    }

    fn block(&mut self, span: Span) -> Result<Node, Error> {
        let mut node = Node::new(Kind::Placeholder, span);
        let mut expressions = Vec::new();
        while !self.is(")") {
            // Most have one, and a vector that grows makes room for four.
            expressions.reserve_exact(usize::from(expressions.is_empty()));
            let mut expression = self.expression(0)?;
            Parents::pass_on(&mut node, &mut expression);
            let first = match &expression.kind {
                Kind::Path(path) => path.steps.first().unwrap_or(&expression),
                _ => &expression,
            };
            node.cons_array |= expression.cons_array || first.cons_array;
            expressions.push(expression);
            if !self.is(";") {
                break;
            }
            self.next(false)?;
        }
        self.expect(")", true)?;
        node.kind = Kind::Block(Block { expressions, slots: 0 });
        self.finish(node)
    }

    fn array(&mut self, span: Span) -> Result<Node, Error> {
        let mut node = Node::new(Kind::Placeholder, span);
        let mut items = Vec::new();
        while !self.is("]") {
            items.reserve_exact(usize::from(items.is_empty()));
            let mut item = self.expression(0)?;
            if self.is("..") {
                let span = self.span;
                self.next(false)?;
                let end = self.expression(0)?;
                item = self.binary(BinaryOperator::Range, item, end, span)?;
            }
            Parents::pass_on(&mut node, &mut item);
            items.push(item);
            if !self.is(",") {
                break;
            }
            self.next(false)?;
            if self.is("]") {
                return Err(Error::new("S0211").at(self.span.end).with_token("]"));
            }
        }
        self.expect("]", true)?;
        node.kind = Kind::Array(items);
        self.finish(node)
    }

    /// The pairs of an object or a group, after its opening brace.
    fn pairs(&mut self) -> Result<Vec<(Node, Node)>, Error> {
        let mut pairs = Vec::new();
        if !self.is("}") {
            loop {
                let key = self.expression(0)?;
                self.expect(":", false)?;
                let value = self.expression(0)?;
                pairs.push((key, value));
                if !self.is(",") {
                    break;
                }
                self.next(false)?;
            }
        }
        self.expect("}", true)?;
        Ok(pairs)
    }

    fn transform(&mut self, span: Span) -> Result<Node, Error> {
        let pattern = self.expression(0)?;
        self.expect("|", false)?;
        let update = self.expression(0)?;
        let mut delete = None;
        if self.is(",") {
            self.next(false)?;
            delete = Some(self.expression(0)?);
        }
        // A `/` after it begins a regular expression, as in the reference implementation.
        self.expect("|", false)?;
        let transform = Transform { pattern, update, delete };
        self.finish(Node::new(Kind::Transform(Arc::new(transform)), span))
    }

    /// `form` is the operator that made `left`, predicates aside.
    fn infix(&mut self, mut left: Node, operator: &'static str, form: &str) -> Result<Node, Error> {
        let span = self.span;
        let power = binding_power(operator);
        self.next(false)?;
        if let Some(binary) = binary_operator(operator) {
            let right = self.expression(power)?;
            return self.binary(binary, left, right, span);
        }
        match operator {
            "." => {
                let right = self.expression(power)?;
                self.join(left, right)
            }
            "[" => self.predicate(left, form, span),
            "{" => self.group(left, span),
            "(" => self.call(left, span),
            "^" => self.order_by(left, span),
            "@" => self.focus(left),
            "#" => self.index(left),
            ":=" => self.bind(left, span),
            "?" => {
                let then = self.expression(0)?;
                let mut otherwise = None;
                if self.is(":") {
                    self.next(false)?;
                    otherwise = Some(self.expression(0)?);
                }
                self.condition(left, then, otherwise, span)
            }
            "?:" | "??" => {
                let mut right = self.expression(0)?;
                let mut node = Node::new(Kind::Placeholder, span);
                Parents::pass_on(&mut node, &mut left);
                Parents::pass_on(&mut node, &mut right);
                node.kind =
                    Kind::Fallback { left: Box::new(left), right: Box::new(right), for_false: operator == "?:" };
                self.finish(node)
            }
            "~>" => {
                let right = self.expression(power)?;
                let mut node = Node::new(Kind::Placeholder, span);
                node.keep_array = left.keep_array || right.keep_array;
                node.kind = Kind::Apply(Box::new(left), Box::new(right));
                self.finish(node)
            }
            _ => Err(Error::new("S0201").at(span.end).with_token(operator)),
        }
    }

    fn binary(&self, operator: BinaryOperator, mut left: Node, mut right: Node, span: Span) -> Result<Node, Error> {
        let mut node = Node::new(Kind::Placeholder, span);
        Parents::pass_on(&mut node, &mut left);
        Parents::pass_on(&mut node, &mut right);
        node.kind = Kind::Binary(operator, Box::new(left), Box::new(right));
        self.finish(node)
    }

    fn condition(
        &self,
        mut test: Node,
        mut then: Node,
        mut otherwise: Option<Node>,
        span: Span,
    ) -> Result<Node, Error> {
        let mut node = Node::new(Kind::Placeholder, span);
        Parents::pass_on(&mut node, &mut test);
        Parents::pass_on(&mut node, &mut then);
        otherwise.iter_mut().for_each(|otherwise| Parents::pass_on(&mut node, otherwise));
        node.kind = Kind::Condition(Box::new(test), Box::new(then), otherwise.map(Box::new));
        self.finish(node)
    }

    /// `left.right`
    fn join(&mut self, left: Node, right: Node) -> Result<Node, Error> {
        let seeks = match &left.kind {
            Kind::Parent(parent) => Some(parent.slot),
            _ => None,
        };
        let mut node = into_path(left);
        if let Some(slot) = seeks {
            node.extras_mut().seeking.push(slot);
        }
        let Kind::Path(path) = &mut node.kind else { unreachable!("into_path makes paths") };
        let known = path.steps.len();
        let mut height = node.height;
        match right.kind {
            Kind::Path(other) => path.steps.extend(other.steps),
            _ => {
                let mut step = right;
                if let Some(extras) = &mut step.extras {
                    extras.stages.splice(0..0, extras.predicate.drain(..).map(Stage::Filter));
                }
                path.steps.push(step);
            }
        }
        // `#` and `^` make paths too, of which the first step has not been looked at.
        let from = if known <= 3 { 0 } else { known };
        let mut literal = None;
        for step in &mut path.steps[from..] {
            height = height.max(step.height + 1);
            match &step.kind {
                Kind::Literal(Value::String(text)) => step.kind = Kind::Name(text.clone()),
                Kind::Literal(value) if literal.is_none() => literal = Some((value.clone(), step.span.end)),
                _ => {}
            }
            path.keep_singleton |= step.keep_array;
            path.streams |= step.is_tuple_step();
        }
        if let Some(first) = path.steps.first_mut() {
            first.cons_array |= matches!(first.kind, Kind::Array(_));
        }
        if let Some(last) = path.steps.last_mut() {
            last.cons_array |= matches!(last.kind, Kind::Array(_));
        }
        // Only a step that seeks a parent changes the ones before it; looking at all of them each time would be quadratic.
        let seeks = path.steps.last().is_some_and(Parents::seeks);
        let unresolved = self.parents.resolve(&mut path.steps);
        path.streams |= path.steps.last().is_some_and(Node::is_tuple_step);
        path.streams |= seeks && path.steps.iter().any(Node::is_tuple_step);
        node.height = height;
        if let Some((value, position)) = literal {
            self.shape(Error::new("S0213").at(position).with_value(value));
        }
        match unresolved {
            Ok(slots) if slots.is_empty() => {}
            Ok(slots) => node.extras_mut().seeking.extend(slots),
            Err(error) if error.is_limit() => return Err(error),
            Err(error) => self.shape(error),
        }
        self.finish(node)
    }

    /// `left[…]` or `left[]`
    fn predicate(&mut self, mut left: Node, form: &str, span: Span) -> Result<Node, Error> {
        if self.is("]") {
            // A `/` after `[]` begins a regular expression, as in the reference implementation.
            self.next(false)?;
            left.keep_array = true;
            // The step remembers it when the path becomes part of a longer one, unless `#`, `^` or a group came between.
            if let (Kind::Path(path), "" | "@") = (&mut left.kind, form) {
                path.keep_singleton |= form.is_empty();
                if let Some(step) = path.steps.last_mut() {
                    step.keep_array = true;
                }
            }
            return Ok(left);
        }
        let mut filter = self.expression(0)?;
        self.expect("]", true)?;
        let is_path = matches!(left.kind, Kind::Path(_));
        // One more child does not make it necessary to look at the others again, of which there may be many.
        left.height = left.height.max(filter.height + 1 + u32::from(is_path));
        let step = match &mut left.kind {
            Kind::Path(path) => path.steps.last_mut().expect("a path has steps"),
            _ => &mut left,
        };
        let grouped = step.extras.as_ref().is_some_and(|extras| extras.group.is_some());
        let sought = self.parents.filter(step, &mut filter);
        if is_path {
            step.extras_mut().stages.push(Stage::Filter(filter));
        } else {
            step.extras_mut().predicate.push(filter);
        }
        match sought {
            Err(error) if error.is_limit() => return Err(error),
            Err(error) => self.shape(error),
            Ok(()) => {}
        }
        if grouped {
            self.shape(Error::new("S0209").at(span.end));
        }
        if let Kind::Path(path) = &mut left.kind {
            path.streams |= path.steps.last().is_some_and(Node::is_tuple_step);
        }
        self.low_enough(left)
    }

    fn group(&mut self, mut left: Node, span: Span) -> Result<Node, Error> {
        let pairs = self.pairs()?;
        let height = pairs.iter().map(|(key, value)| key.height.max(value.height) + 1).max().unwrap_or(0);
        let extras = left.extras_mut();
        let repeated = extras.group.replace(pairs).is_some();
        left.height = left.height.max(height);
        if repeated {
            self.shape(Error::new("S0210").at(span.end));
        }
        left.span = span;
        self.finish(left)
    }

    fn order_by(&mut self, left: Node, span: Span) -> Result<Node, Error> {
        self.expect("(", false)?;
        let mut step = Node::new(Kind::Placeholder, span);
        let mut terms = Vec::new();
        loop {
            let descending = self.is(">");
            if descending || self.is("<") {
                self.next(false)?;
            }
            let mut expression = self.expression(0)?;
            Parents::pass_on(&mut step, &mut expression);
            terms.push(SortTerm { descending, expression });
            if !self.is(",") {
                break;
            }
            self.next(false)?;
        }
        // What a `/` would divide is not known to be complete: the reference implementation reads a regular expression.
        self.expect(")", false)?;
        step.kind = Kind::Sort(terms);
        let step = self.finish(step)?;
        let mut node = into_path(left);
        let Kind::Path(path) = &mut node.kind else { unreachable!("into_path makes paths") };
        node.height = node.height.max(step.height + 1);
        path.steps.push(step);
        // Only a step that seeks a parent changes the ones before it; looking at all of them each time would be quadratic.
        let seeks = path.steps.last().is_some_and(Parents::seeks);
        let unresolved = self.parents.resolve(&mut path.steps);
        path.streams |= path.steps.last().is_some_and(Node::is_tuple_step);
        path.streams |= seeks && path.steps.iter().any(Node::is_tuple_step);
        match unresolved {
            Ok(slots) if slots.is_empty() => {}
            Ok(slots) => node.extras_mut().seeking.extend(slots),
            Err(error) if error.is_limit() => return Err(error),
            Err(error) => self.shape(error),
        }
        self.finish(node)
    }

    /// The variable after `@` or `#`.
    fn binding_name(&mut self, operator: &'static str) -> Result<Symbol, Error> {
        let span = self.span;
        let name = self.expression(80)?;
        let Kind::Variable(variable) = name.kind else {
            return Err(Error::new("S0214").at(span.end).with_token(operator));
        };
        let next = self.names.len() as Symbol * 2 + 1;
        Ok(*self.names.entry(variable.name).or_insert(next))
    }

    fn focus(&mut self, mut left: Node) -> Result<Node, Error> {
        let symbol = self.binding_name("@")?;
        let position = self.last_end;
        let step = match &mut left.kind {
            Kind::Path(path) => path.steps.last_mut().expect("a path has steps"),
            _ => &mut left,
        };
        let is_sort = matches!(step.kind, Kind::Sort(_));
        let extras = step.extras_mut();
        let filtered = !extras.stages.is_empty() || !extras.predicate.is_empty();
        extras.focus = Some(symbol);
        extras.tuple = true;
        if filtered {
            self.shape(Error::new("S0215").at(position));
        }
        if is_sort {
            self.shape(Error::new("S0216").at(position));
        }
        if let Kind::Path(path) = &mut left.kind {
            path.streams = true;
        }
        self.finish(left)
    }

    fn index(&mut self, left: Node) -> Result<Node, Error> {
        let symbol = self.binding_name("#")?;
        let mut node = into_path(left);
        let Kind::Path(path) = &mut node.kind else { unreachable!("into_path makes paths") };
        let extras = path.steps.last_mut().expect("a path has steps").extras_mut();
        extras.stages.splice(0..0, extras.predicate.drain(..).map(Stage::Filter));
        if extras.stages.is_empty() {
            extras.index = Some(symbol);
        } else {
            extras.stages.push(Stage::Index(symbol));
        }
        extras.tuple = true;
        path.streams = true;
        self.finish(node)
    }

    fn bind(&mut self, left: Node, span: Span) -> Result<Node, Error> {
        let Kind::Variable(variable) = left.kind else {
            let text = &self.source[left.span.start..left.span.end];
            return Err(Error::new("S0212").at(left.span.end).with_token(text));
        };
        if left.extras.as_ref().is_some_and(|extras| extras.group.is_some()) {
            return Err(Error::new("S0212").at(left.span.end).with_token("{"));
        }
        if left.extras.is_some_and(|extras| !extras.predicate.is_empty()) {
            return Err(Error::new("S0212").at(left.span.end + 1).with_token("["));
        }
        let mut value = self.expression(binding_power(":=") - 1)?;
        let mut node = Node::new(Kind::Placeholder, span);
        Parents::pass_on(&mut node, &mut value);
        node.kind = Kind::Bind(Box::new(Bind { name: variable.name, value, up: 0, slot: 0 }));
        self.finish(node)
    }

    fn call(&mut self, procedure: Node, span: Span) -> Result<Node, Error> {
        let mut node = Node::new(Kind::Placeholder, span);
        let mut arguments = Vec::new();
        let mut partial = false;
        if !self.is(")") {
            loop {
                if self.is("?") {
                    partial = true;
                    arguments.push(Node::new(Kind::Placeholder, self.span));
                    // A `/` after it begins a regular expression, as in the reference implementation.
                    self.next(false)?;
                } else {
                    arguments.push(self.expression(0)?);
                }
                if !self.is(",") {
                    break;
                }
                self.next(false)?;
            }
        }
        self.expect(")", true)?;
        if is_lambda_keyword(&procedure) {
            return self.lambda(arguments, span);
        }
        arguments.iter_mut().for_each(|argument| Parents::pass_on(&mut node, argument));
        let call = Arc::new(Call { procedure, arguments, position: span.end, tail: false });
        node.kind = if partial { Kind::Partial(call) } else { Kind::Call(call) };
        self.finish(node)
    }

    fn lambda(&mut self, arguments: Vec<Node>, span: Span) -> Result<Node, Error> {
        let mut parameters = Vec::new();
        for (index, argument) in arguments.into_iter().enumerate() {
            match argument.kind {
                Kind::Variable(variable) if argument.extras.is_none() => parameters.push(variable.name),
                _ => {
                    let text = &self.source[argument.span.start..argument.span.end];
                    return Err(Error::new("S0208").at(argument.span.end).with_token(text).with_value(index + 1));
                }
            }
        }
        let mut signature = None;
        if self.is("<") {
            let position = self.span.end;
            let text = self.signature_text()?;
            let parsed = Signature::parse(&text).map_err(|error| error.at(position))?;
            signature = Some(Arc::new(parsed));
        }
        self.expect("{", false)?;
        let mut body = self.expression(0)?;
        // A `/` after it begins a regular expression, as in the reference implementation.
        self.expect("}", false)?;
        mark_tail_calls(&mut body);
        let lambda = Lambda { parameters, signature, body, slots: 0, parameter_slots: Vec::new() };
        self.finish(Node::new(Kind::Lambda(Arc::new(lambda)), span))
    }

    /// `<…>` with its nested brackets, white space left out; leaves the parser after it.
    fn signature_text(&mut self) -> Result<String, Error> {
        let mut text = String::from("<");
        let mut depth = 1;
        while depth > 0 && !self.is("{") && self.token != Token::End {
            self.next(false)?;
            match self.token {
                Token::Operator(">") => depth -= 1,
                Token::Operator("<") => depth += 1,
                _ => {}
            }
            text.push_str(&self.token_text());
        }
        self.expect(">", false)?;
        Ok(text)
    }
}

fn is_lambda_keyword(procedure: &Node) -> bool {
    match &procedure.kind {
        Kind::Path(path) => match path.steps.as_slice() {
            [Node { kind: Kind::Name(name), extras: None, .. }] => matches!(&**name, "function" | "λ"),
            _ => false,
        },
        _ => false,
    }
}

/// A path of this one step, unless it is a path already.
fn into_path(node: Node) -> Node {
    if matches!(node.kind, Kind::Path(_)) {
        return node;
    }
    let (span, height) = (node.span, node.height);
    let step = node;
    let streams = step.is_tuple_step();
    let path = Path { keep_singleton: false, tuple: false, streams, plain: false, steps: vec![step] };
    let mut node = Node::new(Kind::Path(path), span);
    node.height = height + 1;
    node
}

/// Calls in tail position return to the trampoline instead of nesting.
fn mark_tail_calls(node: &mut Node) {
    if node.extras.as_ref().is_some_and(|extras| !extras.predicate.is_empty()) {
        return;
    }
    match &mut node.kind {
        Kind::Call(call) => {
            if let Some(call) = Arc::get_mut(call) {
                call.tail = true;
            }
        }
        Kind::Condition(_, then, otherwise) => {
            mark_tail_calls(then);
            otherwise.iter_mut().for_each(|otherwise| mark_tail_calls(otherwise));
        }
        Kind::Block(block) => {
            if let Some(last) = block.expressions.last_mut() {
                mark_tail_calls(last);
            }
        }
        _ => {}
    }
}
