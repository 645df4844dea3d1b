//! Date and time pictures: `$fromMillis`, `$toMillis`, `$now` (F&O 9.8, fn:format-dateTime, and its inverse, which is JSONata's own).
//!
//! `picture` takes a picture apart, `format` fills it in, `parse` reads a text by it with the help of `matcher`; `calendar` counts days and
//! `iso` reads timestamps without a picture. Time is a number of milliseconds since 1970 in UTC, in the proleptic Gregorian calendar; zones
//! are offsets only. No language but English, no calendar but ISO.

mod calendar;
mod format;
mod iso;
mod matcher;
mod parse;
mod picture;

use super::PictureError;
use crate::Profile;
use picture::Picture;

/// The milliseconds on either side of 1970 that have a date: ECMAScript's range, 100 million days.
const MILLIS_MAX: i64 = 8_640_000_000_000_000;

/// The picture of a timestamp when none is given: ISO 8601 with milliseconds, `Z` for UTC.
const TIMESTAMP: &str = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";

/// `$fromMillis` and `$now`: the time `millis` (its fraction cut off) as `picture` says, in `timezone` (`+0530`, `-08:00`, `Z`).
///
/// A time beyond the calendar and a zone that is none are D1001; a wrong picture is D3130 to D3135.
pub fn format(
    millis: f64,
    picture: Option<&str>,
    timezone: Option<&str>,
    profile: Profile,
) -> Result<String, PictureError> {
    let picture = Picture::parse(picture.unwrap_or(TIMESTAMP), profile)?;
    let offset_minutes = timezone.map_or(Ok(0), timezone_minutes)?;
    if millis.is_nan() || millis.abs() > MILLIS_MAX as f64 {
        return Err(PictureError::out_of_range(millis));
    }
    // What is a fraction of a millisecond is cut off the local time.
    format::format(&picture, (millis + (offset_minutes * 60_000) as f64) as i64, offset_minutes)
}

/// `$toMillis`: the time that `text` tells, `None` when it does not match `picture`.
///
/// What the picture leaves out in front is taken from `now_millis`, what it leaves out behind is the first there is; a gap in between is
/// D3136. Without a picture a text that is no ISO 8601 timestamp is D3110, and one of that form that is no time is not a number.
pub fn parse(
    text: &str,
    picture: Option<&str>,
    now_millis: i64,
    profile: Profile,
) -> Result<Option<f64>, PictureError> {
    match picture {
        Some(picture) => {
            let millis = parse::parse(&Picture::parse(picture, profile)?, text, now_millis)?;
            Ok(millis.map(|millis| millis as f64))
        }
        None => match iso::parse(text) {
            Some(millis) => Ok(Some(millis as f64)),
            None if iso::has_form(text) => Ok(Some(f64::NAN)),
            None => Err(PictureError::quoting("D3110", text)),
        },
    }
}

/// Minutes east of UTC, less than a day: an optional sign and up to four digits, `hhmm`, or `hh:mm`; `Z` is UTC.
fn timezone_minutes(timezone: &str) -> Result<i64, PictureError> {
    minutes_east(timezone).ok_or_else(|| PictureError::quoting("D1001", timezone))
}

fn minutes_east(timezone: &str) -> Option<i64> {
    if timezone == "Z" {
        return Some(0);
    }
    let (sign, digits) = match timezone.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, timezone.strip_prefix('+').unwrap_or(timezone)),
    };
    let number = |digits: &str| -> Option<i64> {
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if hours.len() <= 2 && minutes.len() == 2 => (number(hours)?, number(minutes)?),
        None if digits.len() <= 4 => (number(digits)? / 100, number(digits)? % 100),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// A time within the calendar.
fn clip(millis: i64) -> Option<i64> {
    (millis.abs() <= MILLIS_MAX).then_some(millis)
}

#[cfg(test)]
mod tests;
