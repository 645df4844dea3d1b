//! `stepwell render`: a definition as a picture.

use crate::definition::{self, format_of};
use crate::exit::Exit;
use crate::output::{self, Style};
use anyhow::{Context, anyhow, bail};
use asl::{Options, Severity};
use clap::{Args, ValueEnum};
use diagram::{Scene, Theme, TooLarge};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  stepwell render order.asl.json --output order.svg
  stepwell render order.asl.yaml --theme dark > order.svg
  stepwell render order.asl.json -o order.png --scale 3
  stepwell render order.asl.json --format mermaid
  stepwell render - --format json < order.asl.json

A definition with errors is drawn as far as it can be understood. --theme auto follows the light or dark of the reader's system; in a PNG it is light. A PNG has letters
of Latin, Greek and Cyrillic, and boxes for others; an SVG has them all.

Exit codes: 0 done, 1 the file is no definition at all, 2 a file could not be read or written, or a PNG would be too large.";

/// Draw a definition
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The definition, in JSON or YAML (by its name's end); - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// svg, png, mermaid (a stateDiagram-v2), or json (the boxes and lines with their places); by the output's name if nothing is said, else svg
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The colours of an SVG or PNG
    #[arg(long, value_enum, default_value_t = ThemeName::Auto)]
    theme: ThemeName,
    /// Pixels of a PNG to the px, 1 to 4
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=4))]
    scale: u8,
    /// Where to write; stdout if nothing is said
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Svg,
    Png,
    Mermaid,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum ThemeName {
    Auto,
    Light,
    Dark,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let format = match (arguments.format, &arguments.output) {
        (Some(format), _) => format,
        (None, Some(output)) => format_of_name(output)?,
        (None, None) => Format::Svg,
    };
    let (file_name, text) = definition::unmarked_text(&arguments.file)?;
    let written = format_of(&file_name, &text);
    let parsed = asl::parse(&text, written, &Options { has_placeholders: true, ..Options::default() });
    let scene = || diagram::scene(&text, written);
    let picture = match format {
        Format::Mermaid => diagram::mermaid(&text, written).map(String::into_bytes),
        Format::Json => scene().map(|scene| format!("{}\n", scene.to_json()).into_bytes()),
        Format::Svg => {
            scene().map(|scene| diagram::svg(&scene, &title(&arguments.file), theme(arguments.theme)).into_bytes())
        }
        Format::Png => scene().map(|scene| png(&scene, &arguments)).transpose()?,
    };
    let shown = output::printable(&file_name);
    let Some(picture) = picture else {
        output::talk_raw(&asl::render(&parsed.diagnostics, &text, &file_name, Style::of_stderr().coloured));
        return Ok(Exit::Failed);
    };
    let errors = parsed.diagnostics.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors > 0 {
        let errors = if errors == 1 { "an error".to_owned() } else { format!("{errors} errors") };
        output::warning(&format!(
            "{shown} has {errors}; it is drawn as far as it can be understood (stepwell validate tells more)"
        ));
    }
    write(&picture, format, arguments.output.as_deref())?;
    Ok(Exit::Success)
}

fn format_of_name(output: &Path) -> anyhow::Result<Format> {
    let end = output.extension().map(|end| end.to_string_lossy().to_ascii_lowercase());
    Ok(match end.as_deref() {
        Some("svg") => Format::Svg,
        Some("png") => Format::Png,
        Some("mmd" | "mermaid") => Format::Mermaid,
        Some("json") => Format::Json,
        _ => bail!("the name of {} does not tell the format: give --format", output.display()),
    })
}

fn theme(name: ThemeName) -> Theme {
    match name {
        ThemeName::Auto => Theme::Auto,
        ThemeName::Light => Theme::Light,
        ThemeName::Dark => Theme::Dark,
    }
}

/// What the picture is called: the file's name without its ends.
fn title(file: &Path) -> String {
    if file == Path::new(definition::STDIN) {
        return "State machine".to_owned();
    }
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let ends = [".asl.json", ".asl.yaml", ".asl.yml", ".json", ".yaml", ".yml"];
    ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name).to_owned()
}

fn png(scene: &Scene, arguments: &Arguments) -> anyhow::Result<Vec<u8>> {
    diagram::png(scene, theme(arguments.theme), arguments.scale).map_err(|TooLarge { width, height }| {
        anyhow!("the picture would have {width} by {height} pixels, which is too many: take a smaller --scale, or --format svg")
    })
}

fn write(picture: &[u8], format: Format, output: Option<&Path>) -> anyhow::Result<()> {
    match output {
        Some(output) => std::fs::write(output, picture).with_context(|| format!("cannot write {}", output.display())),
        None if matches!(format, Format::Png) && std::io::stdout().is_terminal() => {
            bail!("a PNG is nothing for a terminal: give --output FILE")
        }
        None => {
            output::data_bytes(picture);
            Ok(())
        }
    }
}
