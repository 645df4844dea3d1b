//! The pictures in nodes and badges: lines on a square, drawn with a round pen of 1.5. Only M, L, H, V, C and Z are used, absolute, with
//! spaces between all numbers.

use crate::scene::{BadgeKind, Glyph};

/// Side of the square of a node's picture.
pub(crate) const GLYPH_SIZE: i32 = 20;

macro_rules! circle {
    ($rest:literal) => {
        concat!("M10 3C13.87 3 17 6.13 17 10C17 13.87 13.87 17 10 17C6.13 17 3 13.87 3 10C3 6.13 6.13 3 10 3Z", $rest)
    };
}

/// The picture of a node, 20 by 20.
pub(crate) fn glyph(glyph: Glyph) -> &'static str {
    match glyph {
        Glyph::Task => "M4 6.5L10 3.5L16 6.5V13.5L10 16.5L4 13.5ZM4 6.5L10 9.5L16 6.5M10 9.5V16.5",
        Glyph::Lambda => "M5 4H7.5L13.5 16H16M9.4 8L5 16",
        Glyph::Activity => {
            "M10 3.75C11.52 3.75 12.75 4.98 12.75 6.5C12.75 8.02 11.52 9.25 10 9.25C8.48 9.25 7.25 8.02 7.25 6.5C7.25 4.98 8.48 3.75 10 3.75ZM4.5 16.5C4.5 13.4 6.9 12 10 12C13.1 12 15.5 13.4 15.5 16.5"
        }
        Glyph::Database => {
            "M4 5.5C4 4.1 6.7 3 10 3C13.3 3 16 4.1 16 5.5C16 6.9 13.3 8 10 8C6.7 8 4 6.9 4 5.5ZM4 5.5V14.5C4 15.9 6.7 17 10 17C13.3 17 16 15.9 16 14.5V5.5M4 10C4 11.4 6.7 12.5 10 12.5C13.3 12.5 16 11.4 16 10"
        }
        Glyph::Bucket => {
            "M4 5C4 3.9 6.7 3 10 3C13.3 3 16 3.9 16 5C16 6.1 13.3 7 10 7C6.7 7 4 6.1 4 5ZM4 5L5.5 15.5C5.7 16.4 7.6 17 10 17C12.4 17 14.3 16.4 14.5 15.5L16 5"
        }
        Glyph::Queue => "M3 6H17V14H3ZM7.67 6V14M12.33 6V14",
        Glyph::Message => "M3 5H17V15H3ZM3 5.5L10 11L17 5.5",
        Glyph::Event => "M11 3L5 11.5H10L9 17L15 8.5H10Z",
        Glyph::Workflow => "M7.5 3H12.5V7H7.5ZM3 13H8V17H3ZM12 13H17V17H12ZM10 7V10M5.5 13V10H14.5V13",
        Glyph::Container => "M3 4H17V16H3ZM3 7.5H17M7 10.5V13M10 10.5V13M13 10.5V13",
        Glyph::Job => "M4 4.5H16M4 8.5H16M4 12.5H8.5M12 11L17 14L12 17Z",
        Glyph::Http => circle!(
            "M3 10H17M10 3C7.5 5 6.5 7.4 6.5 10C6.5 12.6 7.5 15 10 17M10 3C12.5 5 13.5 7.4 13.5 10C13.5 12.6 12.5 15 10 17"
        ),
        Glyph::Model => "M9 3C9.6 7 11 8.4 15 9C11 9.6 9.6 11 9 15C8.4 11 7 9.6 3 9C7 8.4 8.4 7 9 3ZM15 13V17M13 15H17",
        Glyph::Pass => "M3.5 10H16M11.5 5.5L16 10L11.5 14.5",
        Glyph::Choice => "M10 3L17 10L10 17L3 10Z",
        Glyph::Wait => circle!("M10 6V10L12.8 11.8"),
        Glyph::Succeed => circle!("M6.8 10.2L9 12.4L13.2 7.8"),
        Glyph::Fail => circle!("M7.5 7.5L12.5 12.5M12.5 7.5L7.5 12.5"),
        Glyph::Parallel => "M5 4V16M10 4V16M15 4V16",
        Glyph::Map => "M3 7H13V17H3ZM7 7V3H17V13H13",
        Glyph::Unknown => {
            circle!("M7.8 8.2C7.8 6.8 8.8 6.1 10 6.1C11.2 6.1 12.2 6.9 12.2 8.1C12.2 9.8 10 9.9 10 11.4M10 13.6V13.8")
        }
    }
}

/// The picture of a badge, 14 by 14.
pub(crate) fn badge(kind: BadgeKind) -> &'static str {
    match kind {
        BadgeKind::Retry => {
            "M11.5 4.5C10.6 3.2 9.2 2.5 7.6 2.5C4.9 2.5 2.8 4.6 2.8 7.2C2.8 9.8 4.9 11.9 7.6 11.9C9.5 11.9 11.2 10.8 11.9 9.1M11.8 1.9V4.8H8.9"
        }
        BadgeKind::Timeout => {
            "M7 3.5C9.49 3.5 11.5 5.51 11.5 8C11.5 10.49 9.49 12.5 7 12.5C4.51 12.5 2.5 10.49 2.5 8C2.5 5.51 4.51 3.5 7 3.5ZM7 5.7V8L8.6 9M5.5 1.5H8.5"
        }
    }
}
