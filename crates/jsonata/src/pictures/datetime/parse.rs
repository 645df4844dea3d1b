//! A time read from a text by a picture.

use super::calendar::{MILLIS_PER_DAY, Moment, days_of};
use super::format::{DAYS, MONTHS};
use super::picture::{Component, Marker, Picture, Presentation};
use super::{PictureError, clip, iso, matcher};
use crate::pictures::integer::Sequence;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The components found, with their numbers.
type Found = BTreeMap<Component, i64>;

/// A number beyond this is no part of a date.
const NUMBER_MAX: f64 = 1e9;

pub(super) fn parse(picture: &Picture, text: &str, now_millis: i64) -> Result<Option<i64>, PictureError> {
    if let Some(name) = picture.unreadable() {
        return Err(PictureError::quoting("D3133", name));
    }
    let Some(pieces) = matcher::pieces(picture, text)? else { return Ok(None) };
    let mut found = Found::new();
    let mut any = false;
    for (marker, piece) in pieces {
        any = true;
        // A name that is none, in other letters than it is written with, is as if it were not there.
        match read(marker, piece) {
            Some(number) => drop(found.insert(marker.component, number)),
            None if matches!(marker.presentation, Presentation::Name(_)) => drop(found.remove(&marker.component)),
            None => return Ok(None),
        }
    }
    if !any {
        return Ok(None);
    }
    Ok(millis_of(found, &Moment::of(now_millis))?.and_then(clip))
}

/// The number of one component: of a name its place, of an offset minutes, of a fraction milliseconds. `None` when it is none.
fn read(marker: &Marker, piece: &str) -> Option<i64> {
    match &marker.presentation {
        Presentation::Name(_) => read_name(marker, piece),
        Presentation::Offset(presentation) => Some(read_offset(piece, presentation.is_hours)),
        Presentation::Number(picture) => {
            if let (Component::Fraction, Sequence::Decimal(pattern)) = (marker.component, &picture.sequence) {
                return Some(iso::milliseconds(piece.chars().map_while(|digit| pattern.family.value(digit))));
            }
            let number = picture.read_in_any_case(piece).filter(|number| *number < NUMBER_MAX)?;
            Some(number as i64)
        }
    }
}

fn read_name(marker: &Marker, piece: &str) -> Option<i64> {
    let names: &[&str] = match marker.component {
        Component::HalfDay => &["am", "pm", "AM", "PM"],
        Component::DayOfWeek => &DAYS,
        _ => &MONTHS,
    };
    let width = marker.width_max.unwrap_or(usize::MAX);
    let index = names.iter().position(|name| &name[..width.min(name.len())] == piece);
    match marker.component {
        Component::HalfDay => index.map(|index| index as i64 % 2),
        _ => index.map(|index| index as i64 + 1),
    }
}

/// Minutes east of UTC.
fn read_offset(piece: &str, is_hours: bool) -> i64 {
    let digits: Vec<i64> = piece.bytes().filter(u8::is_ascii_digit).map(|byte| i64::from(byte - b'0')).collect();
    let number = |digits: &[i64]| digits.iter().fold(0, |sum, digit| sum * 10 + digit);
    let separator = piece.trim_start_matches(|c: char| !c.is_ascii_digit()).find(|c: char| !c.is_ascii_digit());
    let hour_digits = match separator {
        Some(position) => position,
        None if is_hours && digits.len() <= 2 => digits.len(),
        None => digits.len().saturating_sub(2),
    };
    let (hours, minutes) = digits.split_at(hour_digits.min(digits.len()));
    let magnitude = number(hours) * 60 + number(minutes);
    if piece.contains('-') { -magnitude } else { magnitude }
}

/// How a date or a time can be told, and what each way needs from the largest unit down to the smallest.
const CALENDAR_DATE: &[Component] = &[Component::Year, Component::Month, Component::Day];
const ORDINAL_DATE: &[Component] = &[Component::Year, Component::DayOfYear];
const MONTH_WEEK_DATE: &[Component] = &[Component::WeekYear, Component::WeekMonth, Component::WeekOfMonth];
const YEAR_WEEK_DATE: &[Component] = &[Component::WeekYear, Component::WeekOfYear];
const DATE_COMPONENTS: &[Component] = &[
    Component::Year,
    Component::WeekYear,
    Component::Month,
    Component::WeekMonth,
    Component::WeekOfYear,
    Component::WeekOfMonth,
    Component::DayOfYear,
    Component::Day,
];
const FULL_DAY_TIME: &[Component] = &[Component::Hour, Component::Minute, Component::Second, Component::Fraction];
const HALF_DAY_TIME: &[Component] =
    &[Component::HalfDay, Component::HalfDayHour, Component::Minute, Component::Second, Component::Fraction];
const TIME_COMPONENTS: &[Component] = &[
    Component::HalfDay,
    Component::Hour,
    Component::HalfDayHour,
    Component::Minute,
    Component::Second,
    Component::Fraction,
];

fn millis_of(mut found: Found, now: &Moment) -> Result<Option<i64>, PictureError> {
    let underspecified = || PictureError::new("D3136");
    let date = way_of(&found, DATE_COMPONENTS, &[CALENDAR_DATE, ORDINAL_DATE, MONTH_WEEK_DATE, YEAR_WEEK_DATE]);
    let time = way_of(&found, TIME_COMPONENTS, &[FULL_DAY_TIME, HALF_DAY_TIME]);
    if date == MONTH_WEEK_DATE || date == YEAR_WEEK_DATE {
        return Err(underspecified()); // Dates by weeks are shown, but never read.
    }
    let (mut has_begun, mut has_ended) = (false, false);
    // The reference implementation looks for the day of a month in a date by days of the year, too.
    let told = if date == ORDINAL_DATE { &[Component::Year, Component::Day] } else { date };
    for &component in told.iter().chain(time) {
        match found.entry(component) {
            Entry::Occupied(_) if has_ended => return Err(underspecified()),
            Entry::Occupied(_) => has_begun = true,
            Entry::Vacant(entry) => {
                entry.insert(if has_begun { first_of(component) } else { current(component, now) });
                has_ended |= has_begun;
            }
        }
    }
    let get = |component: Component| found.get(&component).copied().unwrap_or_default();
    let year = match get(Component::Year) {
        short @ 0..100 => short + 1900, // As ECMAScript's Date.UTC takes it.
        year => year,
    };
    let days = if date == ORDINAL_DATE {
        days_of(year, 1, get(Component::DayOfYear))
    } else {
        days_of(year, get(Component::Month).max(1), get(Component::Day))
    };
    let hour = if time == HALF_DAY_TIME {
        let hour = get(Component::HalfDayHour);
        (if hour == 12 { 0 } else { hour }) + 12 * get(Component::HalfDay)
    } else {
        get(Component::Hour)
    };
    let seconds = (hour * 60 + get(Component::Minute)) * 60 + get(Component::Second);
    let offset = match get(Component::Offset) {
        0 => get(Component::OffsetFromGmt),
        offset => offset,
    };
    let time = seconds * 1000 + get(Component::Fraction) - offset * 60_000;
    Ok(days.checked_mul(MILLIS_PER_DAY).and_then(|millis| millis.checked_add(time)))
}

/// The first way that knows all the components found, zeros aside; the first of all when none does, or when there is nothing to know.
fn way_of(found: &Found, components: &[Component], ways: &[&'static [Component]]) -> &'static [Component] {
    let of_kind: Vec<_> =
        components.iter().filter(|component| found.get(component).is_some_and(|number| *number != 0)).collect();
    let way = ways.iter().find(|way| of_kind.iter().all(|component| way.contains(component)));
    way.unwrap_or(&ways[0])
}

fn first_of(component: Component) -> i64 {
    i64::from(matches!(component, Component::Month | Component::Day | Component::DayOfYear))
}

/// What the clock shows for a unit larger than all that the picture tells.
fn current(component: Component, now: &Moment) -> i64 {
    match component {
        Component::Year => now.year,
        Component::Month => now.month,
        Component::Day => now.day,
        Component::DayOfYear => now.day_of_year(),
        Component::Hour => now.hour,
        Component::Minute => now.minute,
        Component::Second => now.second,
        _ => 0, // Without `am` or `pm` it is the morning.
    }
}
