//! The picture as data: boxes, lines and labels with their places, and what each stands for in the definition. Coordinates are whole px, the
//! origin at the top left. The same text gives the same scene, byte for byte.

use json::{ObjectBuilder, Value, json};
use std::ops::Range;

/// A whole picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Width in px.
    pub width: i32,
    /// Height in px.
    pub height: i32,
    /// The definition's `Comment`.
    pub comment: Option<String>,
    /// Boxes and marks; what contains others stands before them.
    pub nodes: Vec<Node>,
    /// Lines.
    pub edges: Vec<Edge>,
    /// States that are not drawn, because there are too many or they are nested too deeply.
    pub omitted: usize,
}

/// A place and a size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

impl Rect {
    /// The first x right of it.
    pub fn right(&self) -> i32 {
        self.x + self.width
    }

    /// The first y below it.
    pub fn bottom(&self) -> i32 {
        self.y + self.height
    }

    /// The same, moved.
    pub(crate) fn moved(self, x: i32, y: i32) -> Rect {
        Rect { x: self.x + x, y: self.y + y, ..self }
    }
}

/// A point of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Task state.
    Task,
    /// A Pass state.
    Pass,
    /// A Choice state.
    Choice,
    /// A Wait state.
    Wait,
    /// A Succeed state.
    Succeed,
    /// A Fail state.
    Fail,
    /// A Parallel state, around its branches.
    Parallel,
    /// A Map state, around its processor.
    Map,
    /// A state whose type is missing or unknown.
    Unknown,
    /// One branch of a Parallel state.
    Branch,
    /// Where the execution begins.
    Start,
    /// Where a branch or an iteration begins: a dot.
    Dot,
    /// Where the execution ends.
    End,
    /// A name that no state has.
    Missing,
    /// Stands for a line to a state far away that would only be in the way: `→ Name`.
    Link,
}

impl Kind {
    pub(crate) fn of_type(name: Option<&str>) -> Kind {
        match name {
            Some("Task") => Kind::Task,
            Some("Pass") => Kind::Pass,
            Some("Choice") => Kind::Choice,
            Some("Wait") => Kind::Wait,
            Some("Succeed") => Kind::Succeed,
            Some("Fail") => Kind::Fail,
            Some("Parallel") => Kind::Parallel,
            Some("Map") => Kind::Map,
            _ => Kind::Unknown,
        }
    }

    /// The word in JSON and in classes of the SVG: a state's is its type.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Task => "Task",
            Kind::Pass => "Pass",
            Kind::Choice => "Choice",
            Kind::Wait => "Wait",
            Kind::Succeed => "Succeed",
            Kind::Fail => "Fail",
            Kind::Parallel => "Parallel",
            Kind::Map => "Map",
            Kind::Unknown => "Unknown",
            Kind::Branch => "Branch",
            Kind::Start => "Start",
            Kind::Dot => "Dot",
            Kind::End => "End",
            Kind::Missing => "Missing",
            Kind::Link => "Link",
        }
    }

    /// Whether it is a state of the definition.
    pub fn is_state(self) -> bool {
        !matches!(self, Kind::Branch | Kind::Start | Kind::Dot | Kind::End | Kind::Missing | Kind::Link)
    }
}

/// The picture in a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// A task of no special kind.
    Task,
    /// A Lambda function.
    Lambda,
    /// An activity: somebody does it.
    Activity,
    /// A database.
    Database,
    /// An object store.
    Bucket,
    /// A queue or stream.
    Queue,
    /// A message to subscribers.
    Message,
    /// An event.
    Event,
    /// Another workflow.
    Workflow,
    /// A container.
    Container,
    /// A batch job.
    Job,
    /// An HTTP endpoint.
    Http,
    /// A trained model.
    Model,
    /// Pass.
    Pass,
    /// Choice.
    Choice,
    /// Wait.
    Wait,
    /// Succeed.
    Succeed,
    /// Fail.
    Fail,
    /// Parallel.
    Parallel,
    /// Map.
    Map,
    /// No known type.
    Unknown,
}

impl Glyph {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Glyph::Task => "task",
            Glyph::Lambda => "lambda",
            Glyph::Activity => "activity",
            Glyph::Database => "database",
            Glyph::Bucket => "bucket",
            Glyph::Queue => "queue",
            Glyph::Message => "message",
            Glyph::Event => "event",
            Glyph::Workflow => "workflow",
            Glyph::Container => "container",
            Glyph::Job => "job",
            Glyph::Http => "http",
            Glyph::Model => "model",
            Glyph::Pass => "pass",
            Glyph::Choice => "choice",
            Glyph::Wait => "wait",
            Glyph::Succeed => "succeed",
            Glyph::Fail => "fail",
            Glyph::Parallel => "parallel",
            Glyph::Map => "map",
            Glyph::Unknown => "unknown",
        }
    }
}

/// A small mark at the right of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// Which mark.
    pub kind: BadgeKind,
    /// What it says in words.
    pub title: String,
}

/// The marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadgeKind {
    /// It has `Retry`.
    Retry,
    /// It has a timeout.
    Timeout,
}

impl BadgeKind {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            BadgeKind::Retry => "retry",
            BadgeKind::Timeout => "timeout",
        }
    }
}

/// A box or a mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The place in the definition: `/States/A/Branches[1]/States/B`; for marks that of their scope and a word: `#start`. A name longer than AWS
    /// allows is cut.
    pub id: String,
    /// What it stands for.
    pub kind: Kind,
    /// The node around it, by position.
    pub parent: Option<usize>,
    /// Where it is.
    pub rect: Rect,
    /// The whole name; empty for marks without one.
    pub name: String,
    /// The name as it fits.
    pub label: String,
    /// What it does, as it fits.
    pub subtitle: String,
    /// More, for a tooltip.
    pub title: String,
    /// Its picture.
    pub glyph: Option<Glyph>,
    /// Marks at its right.
    pub badges: Vec<Badge>,
    /// Whether states are drawn inside.
    pub is_container: bool,
    /// Whether it is a Map whose iterations are child executions.
    pub is_distributed: bool,
    /// Whether some way leads there.
    pub is_reachable: bool,
    /// Bytes of the text that define it, a state's key included.
    pub span: Option<Range<usize>>,
    /// Bytes of a state's key.
    pub name_span: Option<Range<usize>>,
}

/// What a line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// From where the execution begins.
    Start,
    /// `Next`, or `End`.
    Next,
    /// A choice rule, by position.
    Rule(usize),
    /// `Default`
    Default,
    /// A catcher, by position.
    Catch(usize),
}

impl EdgeKind {
    /// The word in JSON and in classes of the SVG.
    pub fn name(self) -> &'static str {
        match self {
            EdgeKind::Start => "start",
            EdgeKind::Next => "next",
            EdgeKind::Rule(_) => "rule",
            EdgeKind::Default => "default",
            EdgeKind::Catch(_) => "catch",
        }
    }

    /// The position of the rule or catcher.
    pub fn index(self) -> Option<usize> {
        match self {
            EdgeKind::Rule(index) | EdgeKind::Catch(index) => Some(index),
            _ => None,
        }
    }
}

/// A side of a node: a port is where a line meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Upper.
    Top,
    /// Lower.
    Bottom,
    /// Left.
    Left,
    /// Right.
    Right,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Side::Top => "top",
            Side::Bottom => "bottom",
            Side::Left => "left",
            Side::Right => "right",
        }
    }
}

/// A label on a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where it is.
    pub rect: Rect,
    /// The text as it fits.
    pub text: String,
}

/// A line with an arrow at its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The place in the definition: `/States/A/Next`, `/States/A/Choices[0]`.
    pub id: String,
    /// What it stands for.
    pub kind: EdgeKind,
    /// The node it leaves, by position.
    pub from: usize,
    /// Where it leaves.
    pub from_side: Side,
    /// The node it leads to, by position.
    pub to: usize,
    /// Its corners from port to port, lines between them vertical or horizontal. A line with `joins` ends where it meets that one.
    pub points: Vec<Point>,
    /// The line, by position, that it goes on with to the same target.
    pub joins: Option<usize>,
    /// Whether it leads back up.
    pub is_loop: bool,
    /// Its label.
    pub label: Option<Label>,
    /// The label's whole text.
    pub title: String,
    /// Bytes of the text that define it.
    pub span: Option<Range<usize>>,
}

impl Scene {
    /// The scene as JSON, for a browser. Fields are named as here, in camelCase; what is absent, empty or false is left out.
    pub fn to_json(&self) -> Value {
        let mut builder = ObjectBuilder::new();
        builder.insert("width", i64::from(self.width));
        builder.insert("height", i64::from(self.height));
        insert_text(&mut builder, "comment", self.comment.as_deref().unwrap_or_default());
        builder.insert("nodes", Value::from(self.nodes.iter().map(Node::to_json).collect::<Vec<_>>()));
        builder.insert("edges", Value::from(self.edges.iter().map(Edge::to_json).collect::<Vec<_>>()));
        if self.omitted > 0 {
            builder.insert("omitted", number(self.omitted));
        }
        Value::from(builder.build())
    }
}

impl Node {
    fn to_json(&self) -> Value {
        let mut builder = ObjectBuilder::new();
        builder.insert("id", &*self.id);
        builder.insert("kind", self.kind.name());
        builder.insert_some("parent", self.parent.map(number));
        builder.insert("rect", rect(self.rect));
        insert_text(&mut builder, "name", &self.name);
        insert_text(&mut builder, "label", &self.label);
        insert_text(&mut builder, "subtitle", &self.subtitle);
        insert_text(&mut builder, "title", &self.title);
        builder.insert_some("glyph", self.glyph.map(Glyph::name));
        if !self.badges.is_empty() {
            let badges = self.badges.iter().map(|badge| json!({"kind": (badge.kind.name()), "title": (&*badge.title)}));
            builder.insert("badges", Value::from(badges.collect::<Vec<_>>()));
        }
        insert_flag(&mut builder, "isContainer", self.is_container);
        insert_flag(&mut builder, "isDistributed", self.is_distributed);
        insert_flag(&mut builder, "isUnreachable", !self.is_reachable);
        builder.insert_some("span", self.span.as_ref().map(span));
        builder.insert_some("nameSpan", self.name_span.as_ref().map(span));
        Value::from(builder.build())
    }
}

impl Edge {
    fn to_json(&self) -> Value {
        let mut builder = ObjectBuilder::new();
        builder.insert("id", &*self.id);
        builder.insert("kind", self.kind.name());
        builder.insert_some("index", self.kind.index().map(number));
        builder.insert("from", number(self.from));
        builder.insert("fromSide", self.from_side.name());
        builder.insert("to", number(self.to));
        let points = self.points.iter().map(|point| pair(point.x, point.y));
        builder.insert("points", Value::from(points.collect::<Vec<_>>()));
        builder.insert_some("joins", self.joins.map(number));
        insert_flag(&mut builder, "isLoop", self.is_loop);
        let label = self.label.as_ref().map(|label| json!({"rect": (rect(label.rect)), "text": (&*label.text)}));
        builder.insert_some("label", label);
        insert_text(&mut builder, "title", &self.title);
        builder.insert_some("span", self.span.as_ref().map(span));
        Value::from(builder.build())
    }
}

fn insert_text(builder: &mut ObjectBuilder, key: &'static str, text: &str) {
    if !text.is_empty() {
        builder.insert(key, text);
    }
}

fn insert_flag(builder: &mut ObjectBuilder, key: &'static str, flag: bool) {
    if flag {
        builder.insert(key, true);
    }
}

fn number(number: usize) -> Value {
    Value::from(number as i64)
}

fn pair(a: i32, b: i32) -> Value {
    Value::from(vec![Value::from(i64::from(a)), Value::from(i64::from(b))])
}

fn span(span: &Range<usize>) -> Value {
    Value::from(vec![number(span.start), number(span.end)])
}

fn rect(rect: Rect) -> Value {
    Value::from([rect.x, rect.y, rect.width, rect.height].map(|number| Value::from(i64::from(number))).to_vec())
}
