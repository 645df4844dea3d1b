//! Numbers in English words, written and read: `four million, three hundred and twenty-seven thousand, seven hundred and thirtieth`.

/// The case of the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum WordCase {
    Lower,
    Upper,
    /// Every word but `and` begins with a capital.
    Title,
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const MAGNITUDES: [(u64, &str); 3] = [(1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand")];
/// The largest number with a name.
const TRILLION: f64 = 1e12;

/// Appends a whole number.
pub(super) fn write(value: f64, ordinal: bool, case: WordCase, out: &mut String) {
    let mut words = String::new();
    write_large(value, &mut words);
    if ordinal {
        make_ordinal(&mut words);
    }
    match case {
        WordCase::Lower => out.push_str(&words),
        WordCase::Upper => out.push_str(&words.to_ascii_uppercase()),
        WordCase::Title => write_title(&words, out),
    }
}

/// Trillions are counted in trillions. A large number is taken apart as the double it is, with the rounding that this brings.
fn write_large(value: f64, words: &mut String) {
    if value < TRILLION {
        return write_group(value as u64, words);
    }
    let trillions = (value / TRILLION).floor();
    write_large(trillions, words);
    words.push_str(" trillion");
    let rest = value - trillions * TRILLION;
    if rest >= TRILLION {
        words.push_str(", ");
        write_large(rest, words);
    } else if rest > 0.0 {
        write_remainder(rest as u64, words);
    }
}

/// A number below 10^12.
fn write_group(value: u64, words: &mut String) {
    for (magnitude, name) in MAGNITUDES {
        if value >= magnitude {
            write_hundreds(value / magnitude, words);
            words.push(' ');
            words.push_str(name);
            return write_remainder(value % magnitude, words);
        }
    }
    write_hundreds(value, words);
}

/// What follows a thousand, million, …: after `and` when below a hundred, else after a comma.
fn write_remainder(value: u64, words: &mut String) {
    match value {
        0 => {}
        1..100 => {
            words.push_str(" and ");
            write_group(value, words);
        }
        _ => {
            words.push_str(", ");
            write_group(value, words);
        }
    }
}

/// A number below 1000.
fn write_hundreds(value: u64, words: &mut String) {
    let (hundreds, below) = (value / 100, value % 100);
    if hundreds > 0 {
        words.push_str(ONES[hundreds as usize]);
        words.push_str(" hundred");
        words.push_str(if below > 0 { " and " } else { "" });
    }
    match below {
        0 if hundreds > 0 => {}
        0..20 => words.push_str(ONES[below as usize]),
        _ => {
            words.push_str(TENS[(below / 10) as usize]);
            if below % 10 > 0 {
                words.push('-');
                words.push_str(ONES[(below % 10) as usize]);
            }
        }
    }
}

const IRREGULAR_ORDINALS: [(&str, &str); 7] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("five", "fifth"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("twelve", "twelfth"),
];

/// The last word becomes its ordinal.
fn make_ordinal(words: &mut String) {
    let last = words.rfind([' ', '-']).map_or(0, |position| position + 1);
    let irregular = IRREGULAR_ORDINALS.iter().find(|(cardinal, _)| *cardinal == &words[last..]);
    if let Some((_, ordinal)) = irregular {
        words.replace_range(last.., ordinal);
    } else if words.ends_with('y') {
        words.pop();
        words.push_str("ieth");
    } else {
        words.push_str("th");
    }
}

fn write_title(words: &str, out: &mut String) {
    for word in words.split_inclusive([' ', '-']) {
        let capital = if word == "and " { 0 } else { 1 };
        out.push_str(&word[..capital].to_ascii_uppercase());
        out.push_str(&word[capital..]);
    }
}

/// The number in `text`, in any case, cardinal or ordinal. Words are separated by one white space, backslash or hyphen, by ` and ` or by a
/// comma and a white space. `None` when a word is no number.
///
/// A word below a hundred adds to the last group, if that is still below a thousand; a larger one multiplies it (`nineteen hundred`).
pub(super) fn read(text: &str) -> Option<f64> {
    let mut groups = vec![0.0];
    let mut rest = text;
    loop {
        let (word, after) = split_word(rest);
        let value = word_value(word)?;
        let last = groups.last_mut().expect("there is one from the start on");
        if value >= 100.0 {
            *last *= value;
        } else if *last >= 1000.0 {
            groups.push(value);
        } else {
            *last += value;
        }
        match after {
            Some(after) => rest = after,
            None => break,
        }
    }
    let sum: f64 = groups.iter().sum();
    sum.is_finite().then_some(sum)
}

/// The first word, and what is after its separator if there is one.
fn split_word(text: &str) -> (&str, Option<&str>) {
    for (at, character) in text.char_indices() {
        let after = &text[at + character.len_utf8()..];
        let starts_blank = |text: &str| text.chars().next().filter(|next| next.is_whitespace()).map(char::len_utf8);
        match character {
            ',' => {
                if let Some(length) = starts_blank(after) {
                    return (&text[..at], Some(&after[length..]));
                }
            }
            '\\' | '-' => return (&text[..at], Some(after)),
            blank if blank.is_whitespace() => {
                let and = after.get(..3).filter(|word| word.eq_ignore_ascii_case("and"));
                if and.is_some()
                    && let Some(length) = starts_blank(&after[3..])
                {
                    return (&text[..at], Some(&after[3 + length..]));
                }
                return (&text[..at], Some(after));
            }
            _ => {}
        }
    }
    (text, None)
}

/// The value of one word, cardinal or ordinal. A hundred or more is a factor.
fn word_value(word: &str) -> Option<f64> {
    if word.len() > "seventeenth".len() {
        return None;
    }
    let word = make_cardinal(word.to_ascii_lowercase());
    if let Some(ones) = ONES.iter().position(|&cardinal| word == cardinal) {
        return Some(ones as f64);
    }
    if let Some(tens) = TENS.iter().skip(2).position(|&cardinal| word == cardinal) {
        return Some(tens as f64 * 10.0 + 20.0);
    }
    let factors = [("hundred", 100.0), ("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("trillion", 1e12)];
    factors.iter().find(|(cardinal, _)| word == *cardinal).map(|&(_, value)| value)
}

/// Undoes [`make_ordinal`].
fn make_cardinal(word: String) -> String {
    if let Some((cardinal, _)) = IRREGULAR_ORDINALS.iter().find(|(_, ordinal)| word == *ordinal) {
        return (*cardinal).to_owned();
    }
    match (word.strip_suffix("ieth"), word.strip_suffix("th")) {
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(stem)) => stem.to_owned(),
        (None, None) => word,
    }
}

/// Where a run of number words at the start of `text` may end, longest first: after every word but `and`. Used to match dates in words.
pub(in super::super) fn word_run_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut position = 0;
    loop {
        let length = text[position..].bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = &text[position..position + length];
        position += length;
        if word_value(word).is_some() {
            ends.push(position);
        } else if !word.eq_ignore_ascii_case("and") || ends.is_empty() {
            break;
        }
        let separators = text[position..].bytes().take_while(|byte| matches!(byte, b' ' | b',' | b'-')).count();
        if separators == 0 {
            break;
        }
        position += separators;
    }
    ends.reverse();
    ends
}
