//! JSON, JSONPath, intrinsic functions, payload templates and definitions.

use crate::{halves, text};
use asl::lint::Config;
use asl::{Format, Options};
use diagram::Theme;
use expressions::{Expression, Path, PayloadTemplate, Random, ReferencePath, Scope};
use json::Value;

/// What can be read is written so that it can be read again.
pub(crate) fn json_parse(input: &[u8]) {
    let Ok(value) = json::parse(&text(input)) else { return };
    let written = value.to_string();
    assert_eq!(json::parse(&written).expect("what was written can be read"), value);
}

fn with_scope(data: &str, run: impl FnOnce(&Scope<'_>)) {
    let data = json::parse(data).unwrap_or_else(|_| {
        let sample = r#"{"a":[{"b":1,"c":"x"},{"b":-2.5}],"n":null,"s":"text","list":[3,1,2],"deep":{"deep":{"deep":[[1],[2]]}}}"#;
        json::parse(sample).expect("it is JSON")
    });
    let variables = data.as_object().cloned().unwrap_or_default();
    run(&Scope { input: &data, context: &data, variables: &variables });
}

/// The first line is the document, the rest the path. A definite path finds one value or fails.
pub(crate) fn path(input: &[u8]) {
    let (data, source) = halves(input);
    with_scope(&data, |scope| {
        if let Ok(path) = Path::parse(&source) {
            let found = path.evaluate(scope);
            assert!(path.is_definite() || !matches!(found, Ok(Value::Null)), "{source}");
        }
        if let Ok(path) = ReferencePath::parse(&source) {
            let _ = path.evaluate(scope);
            let _ = path.set(scope.input, Value::Null);
        }
    });
}

/// The first line is the document, the rest the expression.
pub(crate) fn intrinsic(input: &[u8]) {
    let (data, source) = halves(input);
    let Ok(expression) = Expression::parse(&source) else { return };
    with_scope(&data, |scope| {
        let first = expression.evaluate(scope, &mut Random::new(7), "field");
        let second = expression.evaluate(scope, &mut Random::new(7), "field");
        assert_eq!(format!("{first:?}"), format!("{second:?}"));
    });
}

/// The first line is the document, the rest the template.
pub(crate) fn template(input: &[u8]) {
    let (data, source) = halves(input);
    let Ok(template) = json::parse(&source) else { return };
    let Ok(template) = PayloadTemplate::compile(&template) else { return };
    with_scope(&data, |scope| {
        let _ = template.evaluate(scope, &mut Random::new(7));
    });
}

fn definition(input: &[u8], format: Format) {
    let text = text(input);
    let parsed = asl::parse(&text, format, &Options::default());
    assert_eq!(parsed.definition.is_some(), !parsed.has_errors());
    for diagnostic in &parsed.diagnostics {
        assert!(!diagnostic.message.is_empty());
    }
}

pub(crate) fn asl_json(input: &[u8]) {
    definition(input, Format::Json);
}

pub(crate) fn asl_yaml(input: &[u8]) {
    definition(input, Format::Yaml);
}

/// Rules look at any definition; what is mended can be read.
pub(crate) fn lint(input: &[u8]) {
    let text = text(input);
    for format in [Format::Json, Format::Yaml] {
        let _ = asl::lint::lint(&text, format, &Config::default());
        let (mended, _) = asl::lint::fix(&text, format, &Config::default());
        let _ = asl::parse(&mended, format, &Options::default());
    }
}

/// Whatever the text, its picture stays within its borders, and nothing of it gets into the SVG but text.
pub(crate) fn diagram(input: &[u8]) {
    let text = text(input);
    for format in [Format::Json, Format::Yaml] {
        let Some(scene) = diagram::scene(&text, format) else { continue };
        let boxes = scene.nodes.iter().map(|node| node.rect);
        for place in boxes.chain(scene.edges.iter().filter_map(|edge| Some(edge.label.as_ref()?.rect))) {
            assert!(place.x >= 0 && place.y >= 0 && place.right() <= scene.width && place.bottom() <= scene.height);
        }
        for point in scene.edges.iter().flat_map(|edge| &edge.points) {
            assert!((0..=scene.width).contains(&point.x) && (0..=scene.height).contains(&point.y));
        }
        let picture = diagram::svg(&scene, &text, Theme::Auto);
        assert!(picture.chars().all(|character| character == '\n' || !character.is_control()));
        assert_eq!(picture.matches("<svg").count(), 1);
        assert_eq!(picture.matches("<g ").count(), picture.matches("</g>").count());
        assert!(json::parse(&scene.to_json().to_string()).is_ok());
        assert!(diagram::mermaid(&text, format).is_some());
    }
}
