//! Timestamps as AWS accepts them: RFC 3339 with an upper-case `T`, an upper-case `Z` or a numeric offset, and up to nine digits of a
//! second's fraction (recorded: `Wait` with `Timestamp` and `TimestampPath`). No calendar beyond the proleptic Gregorian one, no leap seconds.

/// Milliseconds since the Unix epoch of a timestamp, digits beyond milliseconds cut off; `None` if the text is no timestamp.
///
/// ```
/// assert_eq!(stepwell_asl::timestamp("1970-01-01T01:00:00.0019+01:00"), Some(1));
/// assert_eq!(stepwell_asl::timestamp("1970-01-01 00:00:00Z"), None);
/// ```
pub fn timestamp(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let fixed = bytes.get(..19)?;
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|&(at, separator)| fixed[at] != separator) {
        return None;
    }
    let year = digits(&fixed[..4])?;
    let month = digits(&fixed[5..7]).filter(|month| (1..=12).contains(month))?;
    let day = digits(&fixed[8..10]).filter(|day| (1..=days_in_month(year, month)).contains(day))?;
    let hour = digits(&fixed[11..13]).filter(|&hour| hour < 24)?;
    let minute = digits(&fixed[14..16]).filter(|&minute| minute < 60)?;
    let second = digits(&fixed[17..19]).filter(|&second| second < 60)?;
    let (milliseconds, zone) = fraction(&bytes[19..])?;
    let offset_seconds = offset(zone)?;
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset_seconds;
    Some(seconds * 1000 + milliseconds)
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

/// The milliseconds of an optional fraction, and what follows it.
fn fraction(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let Some(rest) = bytes.strip_prefix(b".") else {
        return Some((0, bytes));
    };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let shown = &rest[..length.min(3)];
    let scale = [100, 10, 1][shown.len() - 1];
    Some((digits(shown)? * scale, &rest[length..]))
}

fn offset(zone: &[u8]) -> Option<i64> {
    let sign = match zone.first()? {
        b'Z' if zone.len() == 1 => return Some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    if zone.len() != 6 || zone[3] != b':' {
        return None;
    }
    // Java's limit: 18 hours either way.
    let minutes = digits(&zone[1..3])? * 60 + digits(&zone[4..]).filter(|&minute| minute < 60)?;
    (minutes <= 18 * 60).then_some(sign * minutes * 60)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    // Years counted from March, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn accepted_and_refused_as_recorded() {
        let accepted = [
            ("1970-01-01T00:00:00Z", 0),
            ("2016-03-05T21:29:29.243167252Z", 1_457_213_369_243),
            ("2016-03-14T01:59:00+02:30", 1_457_911_740_000),
            ("2000-02-29T23:59:59.5-00:00", 951_868_799_500),
            ("0000-03-01T00:00:00Z", -62_162_035_200_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ];
        for (text, milliseconds) in accepted {
            assert_eq!(timestamp(text), Some(milliseconds), "{text}");
        }
        let refused = [
            "",
            "05-12-2016T21:29:29Z",
            "2016-12-05T25:29:29Z",
            "2016-12-05T21:29:29",
            "2016-12-05 21:29:29Z",
            "2016-12-05t21:29:29Z",
            "2016-12-05T21:29:29z",
            "2015-02-29T00:00:00Z",
            "2016-12-05T21:29:29.Z",
            "2016-12-05T21:29:29.1234567890Z",
            "2016-12-05T21:29:29+1:00",
            "2016-12-05T21:29:29+19:00",
            "2016-13-05T21:29:29Z",
            "2016-12-05T21:29:60Z",
            "2016-12-05T21:29:29Zx",
            "2016-12-05",
            "２016-12-05T21:29:29Z",
        ];
        for text in refused {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }
}
