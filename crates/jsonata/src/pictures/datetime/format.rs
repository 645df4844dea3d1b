//! A picture filled in with a moment.

use super::PictureError;
use super::calendar::Moment;
use super::picture::{Component, Marker, NameCase, OffsetPresentation, Part, Picture, Presentation};
use crate::text::OUTPUT_BYTES_MAX;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// `local_millis` is the time as clocks show it where they are that far from UTC; it may lie a day beyond the calendar.
pub(super) fn format(picture: &Picture, local_millis: i64, offset_minutes: i64) -> Result<String, PictureError> {
    let moment = Moment::of(local_millis);
    let mut out = String::new();
    for part in &picture.parts {
        match part {
            Part::Literal(text) => out.push_str(text),
            Part::Marker(marker) => write_marker(marker, &moment, offset_minutes, &mut out)?,
        }
        if out.len() > OUTPUT_BYTES_MAX {
            return Err(PictureError::new(PictureError::TOO_LONG));
        }
    }
    Ok(out)
}

fn write_marker(marker: &Marker, moment: &Moment, offset: i64, out: &mut String) -> Result<(), PictureError> {
    match &marker.presentation {
        Presentation::Name(case) => write_name(marker, *case, moment, out),
        Presentation::Number(picture) => {
            let number = number_of(marker.component, moment);
            let number = match marker.year_digits() {
                Some(digits) if marker.component == Component::Year && digits < 9 => number % 10_i64.pow(digits as u32),
                _ => number,
            };
            out.push_str(&picture.format(number as f64)?);
        }
        Presentation::Offset(presentation) => {
            let is_from_gmt = marker.component == Component::OffsetFromGmt;
            write_offset(presentation, offset, if is_from_gmt { "GMT" } else { "" }, out)?;
        }
    }
    Ok(())
}

fn number_of(component: Component, moment: &Moment) -> i64 {
    match component {
        Component::Year => moment.year,
        Component::Month => moment.month,
        Component::Day => moment.day,
        Component::DayOfYear => moment.day_of_year(),
        Component::DayOfWeek => moment.weekday(),
        Component::WeekOfYear => moment.week_of_year(),
        Component::WeekOfMonth => moment.week_of_month(),
        Component::WeekYear => moment.week_year(),
        Component::WeekMonth => moment.week_month(),
        Component::Hour => moment.hour,
        Component::HalfDayHour => (moment.hour + 11) % 12 + 1,
        Component::Minute => moment.minute,
        Component::Second => moment.second,
        Component::Fraction => moment.millisecond,
        Component::HalfDay | Component::Offset | Component::OffsetFromGmt | Component::Calendar | Component::Era => 0, // Shown as names and offsets only.
    }
}

/// Names are cut to the greatest width, but for `am`, `pm` and the calendar's.
fn write_name(marker: &Marker, case: NameCase, moment: &Moment, out: &mut String) {
    let index = number_of(marker.component, moment).max(1) as usize - 1;
    let name = match marker.component {
        Component::DayOfWeek => DAYS[index],
        Component::HalfDay => {
            let is_upper = case == NameCase::Upper;
            return out.push_str(match (moment.hour < 12, is_upper) {
                (true, false) => "am",
                (true, true) => "AM",
                (false, false) => "pm",
                (false, true) => "PM",
            });
        }
        Component::Calendar | Component::Era => return out.push_str("ISO"),
        _ => MONTHS[index],
    };
    let name = &name[..marker.width_max.unwrap_or(name.len()).min(name.len())];
    match case {
        NameCase::Title => out.push_str(name),
        NameCase::Lower => out.push_str(&name.to_ascii_lowercase()),
        NameCase::Upper => out.push_str(&name.to_ascii_uppercase()),
    }
}

fn write_offset(
    presentation: &OffsetPresentation,
    offset: i64,
    prefix: &str,
    out: &mut String,
) -> Result<(), PictureError> {
    if offset == 0 && presentation.is_zulu {
        out.push('Z');
        return Ok(());
    }
    let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
    out.push_str(prefix);
    out.push(if offset < 0 { '-' } else { '+' });
    if presentation.is_hours {
        out.push_str(&presentation.pattern.format(hours as f64)?);
        if minutes > 0 {
            out.push_str(&std::format!(":{minutes:02}"));
        }
    } else {
        out.push_str(&presentation.pattern.format((hours * 100 + minutes) as f64)?);
    }
    Ok(())
}
