//! What must be on the machine before anything can be installed.

use crate::process;
use anyhow::bail;
use std::process::Command;

/// A program, the least version that does, and what it is for.
struct Tool {
    program: &'static str,
    arguments: &'static [&'static str],
    least: Option<(u32, u32)>,
    purpose: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool {
        program: "python3",
        arguments: &["--version"],
        least: Some((3, 9)),
        purpose: "functions and AWS clients in Python",
    },
    Tool {
        program: "python3",
        arguments: &["-c", "import venv, ensurepip"],
        least: None,
        purpose: "its venv module (Debian: python3-venv)",
    },
    Tool { program: "node", arguments: &["--version"], least: Some((20, 0)), purpose: "functions in Node.js" },
    Tool {
        program: "npm",
        arguments: &["--version"],
        least: None,
        purpose: "to install AWS's runtime client for Node.js",
    },
    Tool {
        program: "cc",
        arguments: &["--version"],
        least: None,
        purpose: "a C compiler, for that client's native part",
    },
    Tool { program: "c++", arguments: &["--version"], least: None, purpose: "a C++ compiler, for the same" },
    Tool { program: "make", arguments: &["--version"], least: None, purpose: "for the same" },
    Tool { program: "xz", arguments: &["--version"], least: None, purpose: "for the same" },
];

/// Says all that is missing at once.
pub(super) fn check() -> anyhow::Result<()> {
    let missing: Vec<String> = TOOLS.iter().filter_map(missing).collect();
    if !missing.is_empty() {
        bail!("the tests need programs that are not here:\n  {}", missing.join("\n  "));
    }
    Ok(())
}

fn missing(tool: &Tool) -> Option<String> {
    let Tool { program, arguments, least, purpose } = tool;
    let Some(printed) = process::output(Command::new(program).args(*arguments)) else {
        return Some(format!("{program}: {purpose}"));
    };
    let (major, minor) = (*least)?;
    let is_enough = version(&printed).is_none_or(|found| found >= (major, minor));
    (!is_enough).then(|| format!("{program} {major}.{minor} or newer ({printed} is here): {purpose}"))
}

/// The first two numbers of a text such as `Python 3.11.7` or `v20.20.2`.
fn version(printed: &str) -> Option<(u32, u32)> {
    let mut numbers = printed.split(|character: char| !character.is_ascii_digit()).filter_map(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_are_read_as_programs_print_them() {
        let versions = ["Python 3.11.7", "v20.20.2", "none"].map(super::version);
        assert_eq!(versions, [Some((3, 11)), Some((20, 20)), None]);
    }
}
