//! Colours and type, as the console has them.

use std::fmt::Write;

/// In which light a picture is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system has it.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The colours of one theme, by role.
pub(crate) struct Palette {
    pub(crate) canvas: &'static str,
    pub(crate) text: &'static str,
    pub(crate) muted: &'static str,
    pub(crate) line: &'static str,
    pub(crate) node: &'static str,
    pub(crate) border: &'static str,
    pub(crate) tile: &'static str,
    pub(crate) container: &'static str,
    pub(crate) frame: &'static str,
    pub(crate) frame_border: &'static str,
    pub(crate) label: &'static str,
    pub(crate) label_border: &'static str,
    pub(crate) error: &'static str,
}

pub(crate) const LIGHT: Palette = Palette {
    canvas: "#ffffff",
    text: "#171b21",
    muted: "#59626f",
    line: "#6b7280",
    node: "#ffffff",
    border: "#9aa3b0",
    tile: "#eef1f5",
    container: "#f6f8fa",
    frame: "#fcfdfe",
    frame_border: "#c6cdd7",
    label: "#ffffff",
    label_border: "#d5dbe3",
    error: "#a3180a",
};

pub(crate) const DARK: Palette = Palette {
    canvas: "#12161c",
    text: "#e8ecf2",
    muted: "#a3adbb",
    line: "#8b95a5",
    node: "#1a1f27",
    border: "#5d6878",
    tile: "#28303b",
    container: "#161b22",
    frame: "#13181e",
    frame_border: "#3a434f",
    label: "#1a1f27",
    label_border: "#3a434f",
    error: "#ff6b4a",
};

impl Palette {
    fn variables(&self) -> String {
        let roles = [
            ("canvas", self.canvas),
            ("text", self.text),
            ("muted", self.muted),
            ("line", self.line),
            ("node", self.node),
            ("border", self.border),
            ("tile", self.tile),
            ("container", self.container),
            ("frame", self.frame),
            ("frame-border", self.frame_border),
            ("label", self.label),
            ("label-border", self.label_border),
            ("error", self.error),
        ];
        roles.iter().fold(String::new(), |mut out, (role, colour)| {
            _ = write!(out, "--{role}:{colour};");
            out
        })
    }
}

const RULES: &str = "\
.canvas{fill:var(--canvas)}
text{font-family:Inter,-apple-system,BlinkMacSystemFont,\"Segoe UI\",Roboto,\"Noto Sans\",\"Liberation Sans\",Arial,sans-serif;fill:var(--text);unicode-bidi:isolate}
.name{font-size:14px;font-weight:500}
.meta{font-size:12px;fill:var(--muted)}
.middle{text-anchor:middle}
.box{fill:var(--node);stroke:var(--border)}
.tile{fill:var(--tile)}
.glyph{fill:none;stroke:var(--text);stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.badge .glyph{stroke:var(--muted);stroke-width:1.3}
.container>.box{fill:var(--container)}
.Branch>.box{fill:var(--frame);stroke:var(--frame-border);stroke-dasharray:3 3}
.unreachable>.box{stroke-dasharray:4 4}
.Missing>.box{stroke:var(--error);stroke-dasharray:4 4}
.Link>.box{stroke:var(--frame-border)}
.Dot>.box,.Start>.box{fill:var(--line);stroke:none}
.Start>text{fill:var(--canvas);font-weight:500}
.End>.box{fill:var(--canvas);stroke:var(--line);stroke-width:2}
.End>text{fill:var(--text);font-weight:500}
.line{fill:none;stroke:var(--line);stroke-width:1.5;stroke-linejoin:round}
.catch>.line{stroke-dasharray:5 4}
.arrow{fill:var(--line)}
.label>rect{fill:var(--label);stroke:var(--label-border)}
.label>text{fill:var(--text);font-size:12px}
.catch.label>text{fill:var(--muted)}
";

/// The style sheet of a picture.
pub(crate) fn style(theme: Theme) -> String {
    let (light, dark) = (LIGHT.variables(), DARK.variables());
    let variables = match theme {
        Theme::Light => format!("svg{{{light}color-scheme:light}}\n"),
        Theme::Dark => format!("svg{{{dark}color-scheme:dark}}\n"),
        Theme::Auto => {
            format!("svg{{{light}color-scheme:light dark}}\n@media (prefers-color-scheme:dark){{svg{{{dark}}}}}\n")
        }
    };
    format!("{variables}{RULES}")
}
