//! The small languages within the language: pictures of numbers and dates, regular expressions, signatures.

use crate::random::Random;

/// A call of one of the functions that take a picture, on `number` where it fits.
pub(crate) fn call(random: &mut Random, number: &str) -> String {
    match random.below(8) {
        0 | 1 => format!("$formatNumber({number}, {}{})", quoted(&number_picture(random)), number_options(random)),
        2 => format!("$formatInteger({number}, {})", quoted(&integer_picture(random))),
        3 => {
            let picture = quoted(&integer_picture(random));
            format!("$parseInteger($formatInteger({number}, {picture}), {picture})")
        }
        4 => format!("$parseInteger({}, {})", quoted(&numeral(random)), quoted(&integer_picture(random))),
        5 => {
            let zone = random.pick(&["", ", '+0530'", ", '-0800'", ", '0000'", ", '+1'"]);
            format!("$fromMillis({}, {}{zone})", millis(random), quoted(&date_picture(random)))
        }
        6 => {
            let picture = quoted(&date_picture(random));
            format!("$toMillis($fromMillis({}, {picture}), {picture})", millis(random))
        }
        _ => format!("$toMillis({})", quoted(&timestamp(random))),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn millis(random: &mut Random) -> String {
    match random.below(6) {
        0 => random.pick(&["0", "-1", "1e12", "-62135596800000", "253402300799999", "951782400000", "1.5"]).to_owned(),
        _ => format!("{}", random.next() as i64 % 4_000_000_000_000),
    }
}

fn number_picture(random: &mut Random) -> String {
    if random.chance(15) {
        return random
            .pick(&[
                "#,##0.00;(#,##0.00)",
                "0.0e0",
                "00.000e00",
                "01%",
                "#0.#‰",
                "",
                "abc",
                "0;0;0",
                "#,#0,",
                "0#",
                "٠٠",
                "#.e9",
            ])
            .to_owned();
    }
    let pieces = ["#", "0", ",", ".", "#,##0", "0.00", "%", "‰", "e0", "$", " x", ";", "##0.0#", "9", "00"];
    (0..1 + random.below(5)).map(|_| random.pick(&pieces)).collect()
}

fn number_options(random: &mut Random) -> String {
    match random.below(8) {
        0 => ", {'decimal-separator': ',', 'grouping-separator': '.'}".to_owned(),
        1 => ", {'zero-digit': '\\u0660'}".to_owned(),
        2 => ", {'digit': '*', 'minus-sign': '~', 'percent': 'pc'}".to_owned(),
        3 => ", {'exponent-separator': 'E', 'infinity': 'INF', 'NaN': 'nan', 'pattern-separator': '|'}".to_owned(),
        _ => String::new(),
    }
}

fn integer_picture(random: &mut Random) -> String {
    let body = random.pick(&[
        "0", "#0", "000", "#,##0", "#:##0", "w", "W", "Ww", "I", "i", "A", "a", "01", "1", "#.##0,00", "α", "", "#",
        "0#", "９９",
    ]);
    let modifier = random.pick(&["", "", "", ";o", ";c", ";o(-en)", ";t", ";x"]);
    format!("{body}{modifier}")
}

fn numeral(random: &mut Random) -> String {
    random
        .pick(&[
            "12",
            "1,234",
            "twelve",
            "one hundred and five",
            "Three Thousand and First",
            "XIV",
            "mcmxc",
            "ab",
            "AZ",
            "٣٤",
            "12th",
            "0012",
            "minus one",
            "",
            "twenty-first",
            "one million",
            "1:234",
            "-5",
            "12.5",
            "abc",
        ])
        .to_owned()
}

fn date_picture(random: &mut Random) -> String {
    if random.chance(10) {
        return random
            .pick(&[
                "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z]",
                "[D1o] [MNn], [Y]",
                "[h#1]:[m01] [P]",
                "[",
                "[Y",
                "]]",
                "[[x]]",
                "[X0001]-W[W01]-[F1]",
                "[Q]",
            ])
            .to_owned();
    }
    (0..1 + random.below(6))
        .map(|_| {
            if random.chance(20) {
                return random.pick(&["-", "/", " ", ", ", "T", "]]", "[["]).to_owned();
            }
            let component = random
                .pick(&["Y", "M", "D", "d", "F", "W", "w", "H", "h", "m", "s", "f", "P", "Z", "z", "X", "x", "C", "E"]);
            let presentation = random.pick(&[
                "", "", "01", "1", "0001", "N", "n", "Nn", "I", "i", "w", "Ww", "o", "1o", "001", "#1", "A", "a",
                "0101", "01:01", "01:01t", "0", "Y", "٠١",
            ]);
            let width = random.pick(&["", "", "", "", ",2", ",2-2", ",*-3", ",4", ",3-3", ",*-*", ",1-4"]);
            format!("[{component}{presentation}{width}]")
        })
        .collect()
}

fn timestamp(random: &mut Random) -> String {
    let plain =
        ["2018", "2018-02", "2018-02-30", "2018-12-31T23:59:59", "2020-02-29T00:00:00.1Z", "1970-01-01T00:00:00.000Z"];
    let odd = [
        "2018-13-01",
        "2018-02-01T09:42:13+01:00",
        "2018-02-01T09:42:13.123456+0530",
        "99999",
        "-2018",
        "",
        "2018-02-01 09:42",
        "abc",
        "2018-2-1",
        "2018-02-01T24:00:00",
        "2018-02-01T09:42:13.1234Z",
        "2018Z",
        "0001-01-01",
        "2018-02-01T09:42",
    ];
    if random.chance(40) { random.pick(&plain).to_owned() } else { random.pick(&odd).to_owned() }
}

/// A regular expression, mostly well formed.
pub(crate) fn regex(random: &mut Random) -> String {
    let fuel = random.below(4);
    let body = alternatives(random, fuel);
    let flags = random.pick(&["", "", "", "i", "m", "im"]);
    let body = if body.is_empty() { "a".to_owned() } else { body };
    format!("/{body}/{flags}")
}

fn alternatives(random: &mut Random, fuel: usize) -> String {
    let mut body = sequence(random, fuel);
    while random.chance(15) {
        body += "|";
        body += &sequence(random, fuel);
    }
    body
}

fn sequence(random: &mut Random, fuel: usize) -> String {
    (0..1 + random.below(3)).map(|_| term(random, fuel)).collect()
}

fn term(random: &mut Random, fuel: usize) -> String {
    let atom = match random.below(if fuel > 0 { 14 } else { 8 }) {
        0..=2 => random.pick(&["a", "b", "l", "o", "1", " ", "é", "e", ","]).to_owned(),
        3 => random.pick(&["\\d", "\\w", "\\s", "\\S", "\\W", "\\D", ".", "\\.", "\\/", "\\-"]).to_owned(),
        4 => random
            .pick(&["[a-c]", "[^a-z]", "[\\d.]", "[A-Z0-9_]", "[]a]", "[^]", "[é😀]", "[a\\-z]", "[\\]]", "[l-]"])
            .to_owned(),
        5 => return random.pick(&["^", "$", "\\b", "\\B"]).to_owned(),
        6 => random.pick(&["\\u00e9", "\\x61", "\\n", "\\t", "\\0", "\\cA", "\\k", "\\8", "{", "}", "]"]).to_owned(),
        7 => random.pick(&["ll", "World", "pe", "a b", "12"]).to_owned(),
        8 | 9 => format!("({})", alternatives(random, fuel - 1)),
        10 => format!("(?:{})", alternatives(random, fuel - 1)),
        11 => format!("(?{}{})", random.pick(&["=", "!", "<=", "<!"]), alternatives(random, fuel - 1)),
        12 => format!("(?<n>{})\\k<n>", alternatives(random, fuel - 1)),
        _ => format!("({})\\1", alternatives(random, fuel - 1)),
    };
    let quantifier =
        random.pick(&["", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,}", "{1,}?", "{,2}"]);
    format!("{atom}{quantifier}")
}

/// A signature, mostly well formed.
pub(crate) fn signature(random: &mut Random) -> String {
    let parts = [
        "s", "n", "b", "x", "a", "o", "f", "j", "u", "l", "(sn)", "(ao)", "a<n>", "a<s>", "f<n:n>", "s-", "n?", "x?",
        "n+", "s+", "a<a<n>>", "x-", "(nb)-",
    ];
    let body: String = (0..random.below(4)).map(|_| random.pick(&parts)).collect();
    let result = random.pick(&["", ":n", ":x", ":s", ":a<n>"]);
    format!("<{body}{result}>")
}
