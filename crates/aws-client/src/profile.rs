//! AWS's two files, `~/.aws/config` and `~/.aws/credentials`, and the profile that counts
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>).

use crate::variable;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A profile as AWS's two files have it together; those of the credentials file count first.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub(crate) name: String,
    settings: Section,
    files: Files,
}

/// There is no such profile.
#[derive(Debug, thiserror::Error)]
#[error("there is no profile '{0}' in ~/.aws/config or ~/.aws/credentials")]
pub struct NoProfile(String);

#[derive(Clone, Debug, Default)]
struct Files {
    config: Sections,
    credentials: Sections,
}

/// The sections of a file by their heads, blanks made one.
type Sections = BTreeMap<String, Section>;

#[derive(Clone, Debug, Default, PartialEq)]
struct Section {
    settings: BTreeMap<String, String>,
    /// Those that are indented below another one.
    nested: BTreeMap<String, BTreeMap<String, String>>,
}

impl Profile {
    /// The profile asked for; it must be there if it was. A machine without AWS's files has an empty one.
    pub fn read(asked_for: Option<&str>) -> Result<Profile, NoProfile> {
        let asked_for = asked_for.map(str::to_owned).or_else(|| variable("AWS_PROFILE"));
        let file = |name: &str, default: &str| {
            let path = variable(name).map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(default)));
            path.and_then(|path| std::fs::read_to_string(path).ok()).map(|text| sections_of(&text)).unwrap_or_default()
        };
        let files = Files {
            config: file("AWS_CONFIG_FILE", ".aws/config"),
            credentials: file("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
        };
        Profile::of_files(files, asked_for)
    }

    /// The profile asked for of what AWS's two files say.
    pub fn from_texts(config: &str, credentials: &str, asked_for: Option<&str>) -> Result<Profile, NoProfile> {
        let files = Files { config: sections_of(config), credentials: sections_of(credentials) };
        Profile::of_files(files, asked_for.map(str::to_owned))
    }

    fn of_files(files: Files, asked_for: Option<String>) -> Result<Profile, NoProfile> {
        let name = asked_for.clone().unwrap_or_else(|| "default".to_owned());
        match (files.profile(&name), asked_for) {
            (None, Some(name)) => Err(NoProfile(name)),
            (settings, _) => Ok(Profile { name, settings: settings.unwrap_or_default(), files }),
        }
    }

    /// Another profile of the same files.
    pub(crate) fn other(&self, name: &str) -> Option<Profile> {
        let settings = self.files.profile(name)?;
        Some(Profile { name: name.to_owned(), settings, files: self.files.clone() })
    }

    /// A section of the config file of its own kind, such as `services NAME`: its settings, and those below `name`.
    pub(crate) fn section(&self, kind: &str, name: &str) -> Option<(&BTreeMap<String, String>, Nested<'_>)> {
        let section = self.files.config.get(&format!("{kind} {name}"))?;
        Some((&section.settings, Nested(&section.nested)))
    }

    /// The Region: the variables', else its own.
    pub fn region(&self) -> Option<String> {
        ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(variable).or_else(|| self.get("region"))
    }

    /// A setting that says something.
    pub fn get(&self, name: &str) -> Option<String> {
        self.settings.settings.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// A setting below another one, such as `addressing_style` below `s3`.
    pub(crate) fn nested(&self, name: &str, below: &str) -> Option<String> {
        self.settings.nested.get(name)?.get(below).filter(|value| !value.is_empty()).cloned()
    }
}

/// The settings that are indented below others.
pub(crate) struct Nested<'n>(&'n BTreeMap<String, BTreeMap<String, String>>);

impl Nested<'_> {
    pub(crate) fn get(&self, name: &str, below: &str) -> Option<String> {
        self.0.get(name)?.get(below).filter(|value| !value.is_empty()).cloned()
    }
}

impl Files {
    fn profile(&self, name: &str) -> Option<Section> {
        let config = match name {
            "default" => self.config.get("default").or_else(|| self.config.get("profile default")),
            name => self.config.get(&format!("profile {name}")),
        };
        let credentials = self.credentials.get(name);
        if config.is_none() && credentials.is_none() {
            return None;
        }
        let mut settings = config.cloned().unwrap_or_default();
        settings.settings.extend(credentials.into_iter().flat_map(|section| section.settings.clone()));
        Some(settings)
    }
}

fn sections_of(text: &str) -> Sections {
    let mut sections = Sections::new();
    let mut current: Option<String> = None;
    let mut above = String::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
        if let Some((head, _)) = line.trim_end().strip_prefix('[').and_then(|line| line.split_once(']')) {
            let head = head.split_whitespace().collect::<Vec<_>>().join(" ");
            sections.entry(head.clone()).or_default();
            current = Some(head);
            above.clear();
        } else if let (Some(head), Some((name, value))) = (&current, line.split_once('=')) {
            let section = sections.entry(head.clone()).or_default();
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            if line.starts_with([' ', '\t']) {
                section.nested.entry(above.clone()).or_default().insert(name, value);
            } else {
                above = name.clone();
                section.settings.insert(name, value);
            }
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_has_its_own_settings_only() {
        let text = "[default]\nregion = eu-central-1\n# aws_access_key_id = no\n\n[profile  work ]\nregion=us-west-2\ns3 =\n  max = 1\n[x]\nregion=no\n";
        let sections = sections_of(text);
        let of = |name: &str| sections.get(name).map(|found| found.settings.clone().into_iter().collect::<Vec<_>>());
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(of("default"), Some(vec![pair("region", "eu-central-1")]));
        assert_eq!(of("profile work"), Some(vec![pair("region", "us-west-2"), pair("s3", "")]));
        assert_eq!(sections["profile work"].nested["s3"]["max"], "1");
        assert_eq!(of("work"), None);
    }
}
