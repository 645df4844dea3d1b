//! A command written as one text: split into words as a shell does, with quotes and backslashes, but without expanding anything.

/// The words of `text`; `None` if a quote is left open.
pub(super) fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' => quoted(character, &mut characters, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(characters.next()?),
            character if character.is_whitespace() => words.extend(word.take()),
            character => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    Some(words)
}

fn quoted(quote: char, characters: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match characters.next()? {
            character if character == quote => return Some(()),
            '\\' if quote == '"' => match characters.next()? {
                escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                other => word.extend(['\\', other]),
            },
            character => word.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_are_split_as_by_a_shell() {
        let words = |text| split(text).map(|words| words.join("|"));
        assert_eq!(words("  python3 -m  awslambdaric ").as_deref(), Some("python3|-m|awslambdaric"));
        assert_eq!(
            words(r#"sh -c 'echo "$1"' "a \"b\" \n" c\ d ''"#).as_deref(),
            Some(r#"sh|-c|echo "$1"|a "b" \n|c d|"#)
        );
        assert_eq!(words("echo 'open"), None);
        assert_eq!(words("echo \\"), None);
    }
}
