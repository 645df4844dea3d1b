//! A definition as a Mermaid `stateDiagram-v2`: what renderers of Markdown turn into a picture. Parallel states have their branches as regions, Map
//! states what they repeat as one; what Mermaid has no sign for, as which way an error takes, is said in words.

use crate::machine::{ExitKind, Machine, ScopeId, StateId, Target};
use crate::scene::Kind;
use crate::text;
use std::fmt::Write;

/// Characters of a name or a condition.
const CHARACTERS_MAX: usize = 80;

/// Writes a machine down.
pub(crate) fn write(machine: &Machine) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    write_scope(machine, 0, 1, &mut out);
    out
}

fn write_scope(machine: &Machine, scope: ScopeId, depth: usize, out: &mut String) {
    let indent = "    ".repeat(depth);
    let scope = &machine.scopes[scope];
    for id in scope.states.clone() {
        let state = &machine.states[id];
        let name = escaped(&state.name);
        _ = write!(out, "{indent}state \"{name}\" as s{id}");
        if state.inner.is_empty() {
            out.push('\n');
            continue;
        }
        out.push_str(" {\n");
        for (position, &inner) in state.inner.iter().enumerate() {
            if position > 0 {
                _ = writeln!(out, "{indent}    --");
            }
            write_scope(machine, inner, depth + 1, out);
        }
        _ = writeln!(out, "{indent}}}");
    }
    match &scope.start {
        Some(Target::State(id)) => _ = writeln!(out, "{indent}[*] --> s{id}"),
        Some(Target::Missing(_) | Target::End) | None => {}
    }
    for id in scope.states.clone() {
        write_exits(machine, id, &indent, out);
    }
}

fn write_exits(machine: &Machine, id: StateId, indent: &str, out: &mut String) {
    let state = &machine.states[id];
    for exit in &state.exits {
        let to = match &exit.to {
            Target::State(to) => format!("s{to}"),
            Target::End => "[*]".to_owned(),
            Target::Missing(_) => continue,
        };
        _ = write!(out, "{indent}s{id} --> {to}");
        let label = escaped(&exit.label);
        _ = match exit.kind {
            _ if label.is_empty() => writeln!(out),
            ExitKind::Catch(_) => writeln!(out, " : catch {label}"),
            ExitKind::Next | ExitKind::Rule(_) | ExitKind::Default => writeln!(out, " : {label}"),
        };
    }
    if matches!(state.kind, Kind::Succeed | Kind::Fail) {
        _ = writeln!(out, "{indent}s{id} --> [*]");
    }
}

/// A text in which nothing has a meaning for Mermaid; its codes are numbers between `#` and `;`.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text::clean(text).chars().take(CHARACTERS_MAX) {
        match character {
            ' ' | '_' | '.' | ',' | '(' | ')' | '/' | '=' | '$' | '+' | '?' | '!' => out.push(character),
            character if character.is_ascii_alphanumeric() || !character.is_ascii() => out.push(character),
            character => _ = write!(out, "#{};", u32::from(character)),
        }
    }
    // A name of nothing but space would be none.
    if out.trim().is_empty() && !text.is_empty() { "#32;".to_owned() } else { out }
}
