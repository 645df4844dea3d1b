//! What may be called what.

/// Characters (UTF-16 units, as Java counts) a name may have at most.
pub const NAME_CHARACTERS_MAX: usize = 80;

/// Whether `name` may name a state machine, an execution, an activity or a worker: 1 to 80 characters, none of them white space, a bracket,
/// a wildcard, a control character or one of `"#%\^|~` and `` `$&,;:/ ``. Dots and letters of any language are fine.
///
/// Source: CreateStateMachine, `name`, in the API reference.
pub fn valid_name(name: &str) -> bool {
    !name.is_empty() && name.encode_utf16().count() <= NAME_CHARACTERS_MAX && name.chars().all(valid_name_character)
}

fn valid_name_character(character: char) -> bool {
    !(character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{fffe}' | '\u{ffff}')
        || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(character))
}

/// Whether `name` may name an alias: 1 to 80 ASCII letters, digits, `_`, `-` or `.`, and not digits only, which would be a version.
pub fn valid_alias_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= NAME_CHARACTERS_MAX
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        && !name.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_recorded_rules() {
        for name in ["a", "Activity1", "activityName.with.dots", "\u{e9}t\u{e9}-_", "@+=()!'", &"x".repeat(80)] {
            assert!(valid_name(name), "{name}");
        }
        let too_long = "x".repeat(81);
        let outside_the_basic_plane = "\u{1F600}".repeat(41);
        for name in
            ["", "a b", "a\u{a0}b", "activity\u{1f}", "\0activity", "a\u{85}", &too_long, &outside_the_basic_plane]
        {
            assert!(!valid_name(name), "{name:?}");
        }
        for character in "<>{}[]?*\"#%\\^|~`$&,;:/".chars() {
            assert!(!valid_name(&format!("activity{character}name")), "{character}");
        }
    }

    #[test]
    fn an_alias_is_not_a_number() {
        assert!(valid_alias_name("PROD") && valid_alias_name("1.0") && valid_alias_name("_"));
        assert!(
            !valid_alias_name("12") && !valid_alias_name("a b") && !valid_alias_name("") && !valid_alias_name("\u{e9}")
        );
    }
}
