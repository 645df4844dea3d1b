//! ISO 8601 timestamps: `2017`, `2017-10`, `2017-10-30`, `2017-10-30T15:28:34.123+01:00`.
//!
//! As the reference implementation reads them: the day may be up to 31 in any month and counts on into the next, midnight may be 24:00:00,
//! digits after the millisecond are dropped. A timestamp without a zone is in UTC, because no expression knows a local zone.

use super::calendar::{MILLIS_PER_DAY, days_of};

/// `None` when `text` is no timestamp.
pub(super) fn parse(text: &str) -> Option<i64> {
    let mut rest = text;
    let year = number(&mut rest, 4)?;
    let month = if skip(&mut rest, "-") { number(&mut rest, 2)? } else { 1 };
    let day = if skip(&mut rest, "-") { number(&mut rest, 2)? } else { 1 };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let date = days_of(year, month, day) * MILLIS_PER_DAY;
    if !skip(&mut rest, "T") {
        return matches!(rest, "" | "Z").then_some(date);
    }
    let time = time_of_day(&mut rest)?;
    Some(date + time - offset(rest)?)
}

/// Whether `text` looks like a timestamp to the reference implementation, which does not look at every digit.
pub(super) fn has_form(text: &str) -> bool {
    let mut rest = text.as_bytes();
    // `-`, then a digit of those, then any digit, and so on: `?` is any digit, other letters and signs are themselves.
    let mut take = |form: &str, first: &[(usize, u8)]| {
        let fits = rest.len() >= form.len()
            && form.bytes().zip(rest).all(|(wanted, found)| match wanted {
                b'?' => found.is_ascii_digit(),
                wanted => wanted == *found,
            })
            && first.iter().all(|(at, most)| rest[*at] <= *most);
        if fits {
            rest = &rest[form.len()..];
        }
        fits
    };
    if !take("????", &[]) {
        return false;
    }
    take("-??", &[(1, b'1')]);
    take("-??", &[(1, b'3')]);
    take("T??:??:??", &[(1, b'2'), (4, b'5'), (7, b'5')]);
    if take(".?", &[]) {
        while take("?", &[]) {}
    }
    let _ = take("Z", &[])
        || take("+??:??", &[(1, b'2'), (4, b'5')])
        || take("-??:??", &[(1, b'2'), (4, b'5')])
        || take("+????", &[(1, b'2'), (3, b'5')])
        || take("-????", &[(1, b'2'), (3, b'5')]);
    rest.is_empty()
}

fn time_of_day(rest: &mut &str) -> Option<i64> {
    let hour = number(rest, 2)?;
    let minute = skip(rest, ":").then(|| number(rest, 2)).flatten()?;
    let second = skip(rest, ":").then(|| number(rest, 2)).flatten()?;
    let millisecond = if skip(rest, ".") { fraction(rest)? } else { 0 };
    let is_midnight = hour == 24 && minute + second + millisecond == 0;
    ((hour < 24 || is_midnight) && minute < 60 && second < 60)
        .then_some(((hour * 60 + minute) * 60 + second) * 1000 + millisecond)
}

/// Milliseconds of the digits after a decimal point, at least one.
fn fraction(rest: &mut &str) -> Option<i64> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, after) = rest.split_at(digits);
    *rest = after;
    (digits > 0).then(|| milliseconds(fraction.bytes().map(|byte| byte - b'0')))
}

/// The first three digits of a decimal fraction of a second.
pub(super) fn milliseconds(digits: impl Iterator<Item = u8>) -> i64 {
    digits.chain([0; 3]).take(3).fold(0, |sum, digit| sum * 10 + i64::from(digit))
}

/// Milliseconds east of UTC: nothing, `Z`, `+hhmm` or `+hh:mm`, to the end of the text.
fn offset(text: &str) -> Option<i64> {
    let sign = match text.as_bytes() {
        [] | [b'Z'] => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let mut rest = &text[1..];
    let hours = number(&mut rest, 2)?;
    skip(&mut rest, ":");
    let minutes = number(&mut rest, 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

/// Exactly `count` digits.
fn number(rest: &mut &str, count: usize) -> Option<i64> {
    let digits = rest.get(..count).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    *rest = &rest[count..];
    digits.parse().ok()
}

fn skip(rest: &mut &str, prefix: &str) -> bool {
    match rest.strip_prefix(prefix) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}
