//! What an answer says that is different every time, under names: moments, tokens and random ids. A request of the same case can use them.

use json::{Number, ObjectBuilder, Value};

/// The names given so far in one case, and what each stands for.
#[derive(Default)]
pub struct Names(Vec<(String, String)>);

impl Names {
    /// Gives texts names beforehand, such as definitions.
    pub fn with(known: impl Iterator<Item = (String, String)>) -> Names {
        Names(known.collect())
    }

    /// The text of a request with everything put in; within JSON texts.
    pub fn put_in(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| {
            let mut quoted = String::new();
            json::write_string(value, &mut quoted);
            text.replace(name, &quoted[1..quoted.len() - 1])
        })
    }

    /// An answer with names in place of what varies.
    pub fn masked(&mut self, value: &Value) -> Value {
        self.member("", value)
    }

    fn member(&mut self, name: &str, value: &Value) -> Value {
        match value {
            Value::Number(number) if is_moment(name) => moment(number),
            Value::String(text) => self.text(name, text).into(),
            Value::Array(items) => items.iter().map(|item| self.member(name, item)).collect::<Vec<_>>().into(),
            Value::Object(members) => {
                let mut masked = ObjectBuilder::new();
                for (name, value) in members.iter() {
                    masked.insert(name.clone(), self.member(name, value));
                }
                masked.build().into()
            }
            other => other.clone(),
        }
    }

    fn text(&mut self, name: &str, text: &str) -> String {
        match name {
            "taskToken" => self.name_of("token", text),
            "nextToken" => self.name_of("page", text),
            _ => {
                let mut masked = text.to_owned();
                while let Some(id) = random_id(&masked).map(str::to_owned) {
                    let name = self.name_of("id", &id);
                    masked = masked.replace(&id, &name);
                }
                masked
            }
        }
    }

    fn name_of(&mut self, kind: &str, text: &str) -> String {
        if let Some((name, _)) = self.0.iter().find(|(_, known)| known == text) {
            return name.clone();
        }
        let number = self.0.iter().filter(|(name, _)| name.starts_with(&format!("<{kind}"))).count() + 1;
        let name = format!("<{kind}{number}>");
        self.0.push((name.clone(), text.to_owned()));
        name
    }
}

fn is_moment(name: &str) -> bool {
    name == "timestamp" || name.ends_with("Date")
}

/// Seconds since 1970, of these years, with at most three digits behind the point.
fn moment(number: &Number) -> Value {
    let milliseconds = number.as_f64() * 1000.0;
    let is_whole = (milliseconds - milliseconds.round()).abs() < 1e-3;
    let is_of_our_time = (1.7e12..4e12).contains(&milliseconds);
    if is_whole && is_of_our_time { "<date>".into() } else { Value::Number(number.clone()) }
}

/// The first UUID in a text.
fn random_id(text: &str) -> Option<&str> {
    const LENGTH: usize = 36;
    let is_id = |part: &str| {
        part.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
    };
    (0..text.len()).filter_map(|start| text.get(start..start + LENGTH)).find(|part| is_id(part))
}
