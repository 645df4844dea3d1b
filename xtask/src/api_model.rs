//! `cargo xtask api-model`: AWS's model of the API, and what is made of it.
//!
//! botocore, AWS's own client library, describes every operation and shape of Step Functions. [`MODEL`] is that description without its
//! prose; [`SHAPES`] are the constraints in it, as constants of the crate `api`. Both are committed: a build needs neither Python nor
//! botocore. That the constants are the model's is checked by `tidy`, that the model is botocore's by `test`, which installs it.

use crate::test::clients;
use crate::workspace;
use anyhow::{Context, anyhow, bail};
use json::{Object, ObjectBuilder, Value};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The committed model, relative to the root.
pub(crate) const MODEL: &str = "crates/api/model/stepfunctions-2016-11-23.json";
/// The constants made of it.
pub(crate) const SHAPES: &str = "crates/api/src/shapes.rs";

const PRINT_MODEL: &str = "import json, botocore.loaders
model = botocore.loaders.Loader().load_service_model('stepfunctions', 'service-2', '2016-11-23')
print(json.dumps(model))";

/// Takes the model from the botocore of `.venv` and writes both files.
pub(crate) fn run() -> anyhow::Result<()> {
    let model = of_botocore()?;
    let shapes = shapes(&model)?;
    std::fs::write(workspace::root().join(MODEL), model).context(MODEL)?;
    std::fs::write(workspace::root().join(SHAPES), shapes).context(SHAPES)
}

/// Whether the committed model is the installed botocore's.
pub(crate) fn check_botocore() -> anyhow::Result<()> {
    let committed = std::fs::read_to_string(workspace::root().join(MODEL)).context(MODEL)?;
    if committed != of_botocore()? {
        bail!(
            "{MODEL} is not the model of the installed botocore: run cargo xtask api-model and look at the difference"
        );
    }
    println!("{MODEL} is botocore's");
    Ok(())
}

/// The model of the botocore in `.venv`, without prose.
fn of_botocore() -> anyhow::Result<String> {
    let printed = clients::ask_botocore(PRINT_MODEL)?;
    let model = json::parse(&printed).map_err(|error| anyhow!("botocore: {error}"))?;
    committed_form(&model)
}

/// One line an operation and one a shape, by name, so that differences can be read.
fn committed_form(model: &Value) -> anyhow::Result<String> {
    let mut text = String::from("{\n");
    for (section, last) in [("operations", false), ("shapes", true)] {
        let members = model.get(section).and_then(Value::as_object).with_context(|| format!("no {section}"))?;
        let mut members: Vec<_> = members.iter().collect();
        members.sort_by_key(|(name, _)| name.to_string());
        let lines: Vec<String> =
            members.into_iter().map(|(name, value)| format!("  \"{name}\": {}", without_prose(value))).collect();
        writeln!(text, "\"{section}\": {{\n{}\n}}{}", lines.join(",\n"), if last { "" } else { "," })?;
    }
    text.push_str("}\n");
    Ok(text)
}

/// The value without any member of these names that is prose or repeats what the operation's name says.
fn without_prose(value: &Value) -> Value {
    const LEFT_OUT: [&str; 3] = ["documentation", "http", "name"];
    match value {
        Value::Object(object) => {
            let mut kept = ObjectBuilder::new();
            for (name, value) in object.iter() {
                // Members of a shape have names too; those are objects.
                if !(LEFT_OUT.contains(&&**name) && (value.as_str().is_some() || &**name == "http")) {
                    kept.insert(name.clone(), without_prose(value));
                }
            }
            kept.build().into()
        }
        Value::Array(array) => array.iter().map(without_prose).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

const HEAD: &str = "\
//! The constraints of the members of requests, by the names of their shapes in AWS's model.
//!
//! Made by `cargo xtask api-model` from `crates/api/model`; do not edit. Words of enums are with the enums, in the order in which AWS lists
//! them in messages; `conformance/tests/api` holds them to the model.

use crate::fields::{Pattern, Text};
use std::ops::RangeInclusive;

";

/// The text of [`SHAPES`].
pub(crate) fn shapes(model: &str) -> anyhow::Result<String> {
    let model = json::parse(model).map_err(|error| anyhow!("{MODEL}: {error}"))?;
    let section = |name: &str| model.get(name).and_then(Value::as_object).with_context(|| format!("no {name}"));
    let shapes = section("shapes")?;
    let mut used = BTreeSet::new();
    for operation in section("operations")?.values() {
        let input = operation.get("input").and_then(|input| input.get("shape")).and_then(Value::as_str);
        collect(shapes, input.context("an operation without an input")?, &mut used)?;
    }
    let mut text = HEAD.to_owned();
    for name in used {
        let shape = shapes.get(&name).with_context(|| format!("no shape {name}"))?;
        if let Some(constant) = constant(&name, shape)? {
            writeln!(text, "pub(crate) const {}: {constant};", screaming(&name))?;
        }
    }
    Ok(text)
}

/// Adds `name` and all shapes within it.
fn collect(shapes: &Object, name: &str, used: &mut BTreeSet<String>) -> anyhow::Result<()> {
    if !used.insert(name.to_owned()) {
        return Ok(());
    }
    let shape = shapes.get(name).with_context(|| format!("no shape {name}"))?;
    let members = shape.get("members").and_then(Value::as_object);
    let within = members.iter().flat_map(|members| members.values()).chain(shape.get("member"));
    for reference in within {
        collect(shapes, reference.get("shape").and_then(Value::as_str).context("a member without a shape")?, used)?;
    }
    Ok(())
}

/// Type and value of a shape's constant, if it has any constraint but being one of a few words.
fn constant(name: &str, shape: &Value) -> anyhow::Result<Option<String>> {
    let bound = |bound: &str| shape.get(bound).and_then(Value::as_i64);
    let (min, max) = (bound("min"), bound("max"));
    let range = |rust: &str| {
        let end = max.map_or_else(|| format!("{rust}::MAX"), |max| max.to_string());
        format!(
            "RangeInclusive<{rust}> = {}..={end}",
            min.map_or_else(|| format!("{rust}::MIN"), |min| min.to_string())
        )
    };
    Ok(match shape.get("type").and_then(Value::as_str).unwrap_or_default() {
        "string" if shape.get("enum").is_some() => None,
        "string" => {
            let length = match max {
                Some(max) => format!("characters({}, {max})", min.unwrap_or(0)),
                None => "any()".to_owned(),
            };
            let sensitive = if shape.get("sensitive").is_some() { ".sensitive()" } else { "" };
            let pattern = match shape.get("pattern") {
                Some(_) => format!(".matching(Pattern::{})", screaming(name)),
                None => String::new(),
            };
            Some(format!("Text = Text::{length}{pattern}{sensitive}"))
        }
        "integer" | "long" => Some(range("i64")),
        "float" | "double" => {
            let text = |bound: Option<i64>, none: &str| bound.map_or_else(|| none.to_owned(), |at| format!("{at}.0"));
            Some(format!("RangeInclusive<f64> = {}..={}", text(min, "f64::MIN"), text(max, "f64::MAX")))
        }
        "list" if min.is_some() || max.is_some() => Some(range("usize")),
        "list" | "boolean" | "structure" => None,
        other => bail!("{name} is of the type {other}, which no request had so far"),
    })
}

fn screaming(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(character.to_ascii_uppercase());
    }
    text
}
