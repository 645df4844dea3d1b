//! Times, as each format has them.

use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use json::Number;

/// A moment, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(Timestamp);

impl Moment {
    /// From a text in any of AWS's formats.
    pub(crate) fn parse(text: &str) -> Option<Moment> {
        let text = text.trim();
        let iso = || text.parse::<Timestamp>().ok();
        let zoneless = || Some(text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp());
        let rfc = || Some(rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_zoned(text).ok()?.timestamp());
        let seconds = || Some(Moment::from_seconds(text.parse().ok()?)?.0);
        iso().or_else(rfc).or_else(seconds).or_else(zoneless).map(Moment)
    }

    /// From seconds since the Unix epoch; a reply that is far off the calendar is milliseconds.
    pub(crate) fn from_seconds(seconds: f64) -> Option<Moment> {
        if !seconds.is_finite() {
            return None;
        }
        // Whole microseconds: a double has no more of today's seconds.
        Some(Moment(Timestamp::from_microsecond((seconds * 1e6).round() as i64).ok()?))
    }

    /// Seconds since the Unix epoch, in full.
    pub(crate) fn whole_seconds(self) -> i64 {
        self.0.as_millisecond().div_euclid(1000)
    }

    /// Seconds since the Unix epoch: a whole number if it is one, else with milliseconds.
    pub(crate) fn seconds(self) -> Number {
        match self.0.as_millisecond().rem_euclid(1000) {
            0 => Number::Integer(self.whole_seconds()),
            milliseconds => Number::Decimal(format!("{}.{milliseconds:03}", self.whole_seconds()).into()),
        }
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn milliseconds(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Such as `2026-11-26T20:30:00Z`, with a fraction if there is one.
    pub(crate) fn iso8601(self) -> String {
        match self.0.subsec_nanosecond() {
            0 => self.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            nanoseconds if nanoseconds % 1_000_000 == 0 => self.0.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
            nanoseconds if nanoseconds % 1000 == 0 => self.0.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
            _ => self.0.strftime("%Y-%m-%dT%H:%M:%S.%9fZ").to_string(),
        }
    }

    /// Such as `Thu, 26 Nov 2026 20:30:00 GMT`.
    pub(crate) fn rfc822(self) -> String {
        self.0.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// As the format asks that a model names.
    pub(crate) fn written(self, format: &str) -> String {
        match format {
            "rfc822" => self.rfc822(),
            "unixTimestamp" | "unixtimestamp" => self.seconds().to_string(),
            _ => self.iso8601(),
        }
    }
}
