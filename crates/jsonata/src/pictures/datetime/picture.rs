//! A date picture taken apart: text, and markers such as `[MNn,*-3]` (F&O 9.8.4).

use super::super::integer;
use super::PictureError;
use crate::Profile;

/// A picture: its parts in order.
pub(super) struct Picture {
    pub(super) parts: Vec<Part>,
}

pub(super) enum Part {
    Literal(String),
    Marker(Marker),
}

/// What a marker shows. The letters are those of F&O.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Component {
    Year,
    Month,
    Day,
    DayOfYear,
    DayOfWeek,
    WeekOfYear,
    WeekOfMonth,
    /// The year an ISO week belongs to; like the next, an invention of JSONata.
    WeekYear,
    /// The month an ISO week belongs to.
    WeekMonth,
    Hour,
    HalfDayHour,
    HalfDay,
    Minute,
    Second,
    Fraction,
    Offset,
    OffsetFromGmt,
    Calendar,
    Era,
}

pub(super) struct Marker {
    pub(super) component: Component,
    pub(super) presentation: Presentation,
    /// The greatest width, which cuts names and years.
    pub(super) width_max: Option<usize>,
    /// How many digits are read.
    pub(super) digits: Digits,
}

/// How many digits a number has where a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    /// One or more.
    Any,
    /// At least and at most so many, as version 2.0.6 has it for years, months and days.
    Between(usize, usize),
    /// One or more, or as many as the picture has when another number follows at once.
    ByNext,
}

/// Version 2.0.6: the greatest width, or else the places of a pattern of two or more, of which optional ones may be missing.
fn digits_read(width: Option<usize>, mandatory: usize, optional: usize) -> Digits {
    let places = width.or(Some(mandatory + optional).filter(|places| *places >= 2));
    match places {
        Some(most) if most > 0 => Digits::Between(most.saturating_sub(optional), most),
        _ => Digits::Any,
    }
}

/// How a component is shown.
pub(super) enum Presentation {
    Name(NameCase),
    Number(integer::Picture),
    Offset(OffsetPresentation),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameCase {
    Lower,
    Upper,
    Title,
}

/// How an offset from UTC is shown.
pub(super) struct OffsetPresentation {
    pub(super) pattern: integer::Picture,
    /// The character between hours and minutes.
    pub(super) separator: Option<char>,
    /// Hours alone; minutes only when there are any.
    pub(super) is_hours: bool,
    /// `Z` for UTC itself.
    pub(super) is_zulu: bool,
}

impl Picture {
    /// An unclosed bracket is D3135, and found before anything is wrong within a marker.
    pub(super) fn parse(picture: &str, profile: Profile) -> Result<Picture, PictureError> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = picture;
        while let Some(position) = rest.find(['[', ']']) {
            literal.push_str(&rest[..position]);
            let bracket = &rest[position..position + 1];
            rest = &rest[position + 1..];
            if let Some(after) = rest.strip_prefix(bracket) {
                literal.push_str(bracket);
                rest = after;
            } else if bracket == "]" {
                literal.push(']');
            } else {
                let (marker, after) = rest.split_once(']').ok_or_else(|| PictureError::new("D3135"))?;
                pieces.push((std::mem::take(&mut literal), Some(marker)));
                rest = after;
            }
        }
        literal.push_str(rest);
        pieces.push((literal, None));

        let mut parts = Vec::new();
        for (literal, marker) in pieces {
            if !literal.is_empty() {
                parts.push(Part::Literal(literal));
            }
            if let Some(marker) = marker {
                parts.push(Part::Marker(Marker::parse(marker, profile)?));
            }
        }
        Ok(Picture { parts })
    }

    /// The letter of a component that can be shown but says nothing about a time.
    pub(super) fn unreadable(&self) -> Option<&'static str> {
        self.parts.iter().find_map(|part| match part {
            Part::Marker(Marker { component: Component::Calendar, .. }) => Some("C"),
            Part::Marker(Marker { component: Component::Era, .. }) => Some("E"),
            Part::Marker(_) | Part::Literal(_) => None,
        })
    }
}

impl Marker {
    /// White space means nothing. An unknown component is D3132, a name for one that has none D3133, an offset of no or more than four
    /// digits D3134, and a number in an unknown sequence D3130 or D3131.
    fn parse(marker: &str, profile: Profile) -> Result<Marker, PictureError> {
        let marker: String = marker.chars().filter(|character| !character.is_whitespace()).collect();
        let (specifier, width) = marker.rsplit_once(',').unwrap_or((&marker, ""));
        let letter = specifier.chars().next();
        let (component, default) = letter
            .and_then(Component::of)
            .ok_or_else(|| PictureError::quoting("D3132", letter.map_or(String::new(), String::from)))?;
        let given = &specifier[letter.map_or(0, char::len_utf8)..];
        let (first, modifier) = match given.chars().next_back() {
            None => (default, None),
            Some(last @ ('a' | 't' | 'c' | 'o')) if given.len() > 1 => (&given[..given.len() - 1], Some(last)),
            Some(_) => (given, None),
        };
        let (width_min, width_max) = widths(width);
        let mut digits = Digits::Any;
        let presentation = match name_case(first) {
            _ if component.is_offset() => {
                Presentation::Offset(OffsetPresentation::parse(first, modifier == Some('t'))?)
            }
            Some(case) if component.has_name() => Presentation::Name(case),
            Some(_) => return Err(PictureError::quoting("D3133", letter.map_or(String::new(), String::from))),
            None if component.is_name_only() => Presentation::Name(NameCase::Lower),
            None => {
                let mut number = integer::Picture::new(first, modifier == Some('o'))?;
                let is_wide = match component {
                    Component::Year => true,
                    Component::Month | Component::Day => profile.is_documented(),
                    _ => false,
                };
                let width = width_max.filter(|_| is_wide);
                if let integer::Sequence::Decimal(pattern) = &mut number.sequence {
                    pattern.mandatory = width.unwrap_or(pattern.mandatory.max(width_min.unwrap_or(0)));
                    digits = match (profile.is_documented(), is_wide) {
                        (true, true) => digits_read(width, pattern.mandatory, pattern.optional),
                        (true, false) => Digits::Any,
                        (false, _) => Digits::ByNext,
                    };
                }
                Presentation::Number(number)
            }
        };
        Ok(Marker { component, presentation, width_max, digits })
    }

    /// How many digits of a year are shown: the greatest width, or else as many as a pattern of two or more has places.
    pub(super) fn year_digits(&self) -> Option<usize> {
        let places = match &self.presentation {
            Presentation::Number(integer::Picture { sequence: integer::Sequence::Decimal(pattern), .. }) => {
                Some(pattern.mandatory + pattern.optional).filter(|&places| places >= 2)
            }
            _ => None,
        };
        self.width_max.or(places)
    }
}

/// The least and the greatest width; `*`, and what is no number, leaves one open.
fn widths(width: &str) -> (Option<usize>, Option<usize>) {
    match width.split_once('-') {
        Some((least, greatest)) => (least.parse().ok(), greatest.parse().ok()),
        None => (width.parse().ok(), None),
    }
}

fn name_case(presentation: &str) -> Option<NameCase> {
    match presentation.as_bytes() {
        [b'n', ..] => Some(NameCase::Lower),
        [b'N', b'n', ..] => Some(NameCase::Title),
        [b'N', ..] => Some(NameCase::Upper),
        _ => None,
    }
}

impl OffsetPresentation {
    fn parse(primary: &str, is_zulu: bool) -> Result<OffsetPresentation, PictureError> {
        let refused = || PictureError::new("D3134");
        let pattern = integer::Picture::new(primary, false).map_err(|_| refused())?;
        let integer::Sequence::Decimal(decimal) = &pattern.sequence else { return Err(refused()) };
        let separator = decimal.grouping.regular_separator();
        if decimal.mandatory > 4 {
            return Err(refused());
        }
        let is_hours = separator.is_none() && decimal.mandatory <= 2;
        Ok(OffsetPresentation { separator, is_hours, is_zulu, pattern })
    }
}

impl Component {
    /// The component and the presentation it has when the picture gives none.
    fn of(letter: char) -> Option<(Component, &'static str)> {
        Some(match letter {
            'Y' => (Component::Year, "1"),
            'M' => (Component::Month, "1"),
            'D' => (Component::Day, "1"),
            'd' => (Component::DayOfYear, "1"),
            'F' => (Component::DayOfWeek, "n"),
            'W' => (Component::WeekOfYear, "1"),
            'w' => (Component::WeekOfMonth, "1"),
            'X' => (Component::WeekYear, "1"),
            'x' => (Component::WeekMonth, "1"),
            'H' => (Component::Hour, "1"),
            'h' => (Component::HalfDayHour, "1"),
            'P' => (Component::HalfDay, "n"),
            'm' => (Component::Minute, "01"),
            's' => (Component::Second, "01"),
            'f' => (Component::Fraction, "1"),
            'Z' => (Component::Offset, "01:01"),
            'z' => (Component::OffsetFromGmt, "01:01"),
            'C' => (Component::Calendar, "n"),
            'E' => (Component::Era, "n"),
            _ => return None,
        })
    }

    pub(super) fn is_offset(self) -> bool {
        matches!(self, Component::Offset | Component::OffsetFromGmt)
    }

    fn has_name(self) -> bool {
        matches!(self, Component::Month | Component::WeekMonth | Component::DayOfWeek) || self.is_name_only()
    }

    fn is_name_only(self) -> bool {
        matches!(self, Component::HalfDay | Component::Calendar | Component::Era)
    }
}
