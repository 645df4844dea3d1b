//! Names as Step Functions spells them.

/// With a capital at the front, as members are: `startDate` is `StartDate`.
pub(crate) fn pascal(name: &str) -> String {
    with_first(name, |first| first.to_ascii_uppercase())
}

/// With a small letter at the front, as actions are: `PutItem` is `putItem`.
pub(crate) fn camel(name: &str) -> String {
    with_first(name, |first| first.to_ascii_lowercase())
}

fn with_first(name: &str, change: impl Fn(char) -> char) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| change(first).to_string() + characters.as_str())
}
