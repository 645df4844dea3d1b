//! How wide texts are, from a table, so that server, command line and browser lay out alike and none needs a font; and texts made fit to be
//! shown: control characters replaced, what is too long cut.

/// A size of type with its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// 14 px, medium: names.
    Name,
    /// 12 px, medium: what is on marks.
    Label,
    /// 12 px: subtitles and labels.
    Meta,
}

impl Type {
    /// The size.
    pub(crate) fn pixels(self) -> i32 {
        match self {
            Type::Name => 14,
            Type::Label | Type::Meta => 12,
        }
    }
}

/// Width in px, rounded up.
pub(crate) fn width(text: &str, style: Type) -> i32 {
    let thousandths: i64 = text.chars().map(|character| i64::from(advance(character))).sum();
    i32::try_from((thousandths * i64::from(style.pixels()) + 999) / 1000).unwrap_or(i32::MAX)
}

/// Characters that a text may have to be looked at as a whole.
const SHOWN_MAX: usize = 200;

/// One line without characters that XML has no form for, that break lines or that change the direction of what follows.
pub(crate) fn clean(text: &str) -> String {
    let shown = text.chars().map(|character| match character {
        '\n' | '\r' | '\t' => ' ',
        character if is_hostile(character) => '\u{fffd}',
        character => character,
    });
    shown.take(SHOWN_MAX).collect()
}

/// The same with its line breaks, whole.
pub(crate) fn clean_lines(text: &str) -> String {
    text.chars()
        .map(|character| if character != '\n' && is_hostile(character) { '\u{fffd}' } else { character })
        .collect()
}

/// Whether a character is no text: controls, marks of direction, non-characters.
pub(crate) fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || u32::from(character) & 0xfffe == 0xfffe
}

/// The text, its end cut if it is wider than `width_max` px.
pub(crate) fn fit_end(text: &str, style: Type, width_max: i32) -> String {
    let text = clean(text);
    if width(&text, style) <= width_max {
        return text;
    }
    let room = width_max - width("…", style);
    let head = prefix(&text, style, room);
    format!("{}…", text[..head].trim_end())
}

/// The text, its middle cut if it is wider than `width_max` px: names differ at their ends.
pub(crate) fn fit_middle(text: &str, style: Type, width_max: i32) -> String {
    fit_around(text, style, width_max, 60)
}

/// The same, with a part of the room for the beginning, in per cent.
pub(crate) fn fit_around(text: &str, style: Type, width_max: i32, head_percent: i32) -> String {
    let text = clean(text);
    if width(&text, style) <= width_max {
        return text;
    }
    let room = width_max - width("…", style);
    let head = prefix(&text, style, room * head_percent / 100);
    let tail = suffix(&text[head..], style, room - width(&text[..head], style));
    format!("{}…{}", text[..head].trim_end(), text[head + tail..].trim_start())
}

/// Bytes of the longest beginning that fits, not within a cluster.
fn prefix(text: &str, style: Type, room: i32) -> usize {
    let (mut end, mut used) = (0, 0);
    for (start, character) in text.char_indices() {
        used += i32::from(advance(character)) * style.pixels();
        if used > room * 1000 {
            break;
        }
        end = start + character.len_utf8();
    }
    while end > 0 && end < text.len() && joins(text, end) {
        end = text[..end].char_indices().next_back().map_or(0, |(start, _)| start);
    }
    end
}

/// Where the longest end that fits begins.
fn suffix(text: &str, style: Type, room: i32) -> usize {
    let (mut start, mut used) = (text.len(), 0);
    for (at, character) in text.char_indices().rev() {
        used += i32::from(advance(character)) * style.pixels();
        if used > room * 1000 {
            break;
        }
        start = at;
    }
    while start < text.len() && joins(text, start) {
        start += text[start..].chars().next().map_or(1, char::len_utf8);
    }
    start
}

/// Whether the characters around a place belong together: marks, joiners, flags, skin tones.
fn joins(text: &str, at: usize) -> bool {
    let after = text[at..].chars().next();
    let before = text[..at].chars().next_back();
    let is_flag = |character: char| matches!(character, '\u{1f1e6}'..='\u{1f1ff}');
    after.is_some_and(|after| is_mark(after) || matches!(after, '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}'))
        || before == Some('\u{200d}')
        || before.is_some_and(is_flag) && after.is_some_and(is_flag)
}

fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{200b}'..='\u{200d}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Width in thousandths of the size.
fn advance(character: char) -> u16 {
    let code = u32::from(character) as usize;
    match character {
        ' '..='~' => LATIN[code - 0x20],
        '\u{a0}'..='\u{17f}' => LATIN_EXTENDED[code - 0xa0],
        character if is_mark(character) => 0,
        '\u{2013}' | '\u{2018}'..='\u{201f}' => 600,
        '\u{2026}' | '\u{2014}' => 1000,
        '\u{2190}'..='\u{22ff}' => 900,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}' => 1000,
        '\u{1f000}'..='\u{1faff}' => 1400,
        '\u{fffd}' => 1050,
        '\u{10000}'.. => 1100,
        _ => 780,
    }
}

/// U+0020 to U+007E, each as wide as in the widest of Inter Medium, Liberation Sans and Noto Sans, so that a text fits whichever of the fonts is there.
#[rustfmt::skip]
const LATIN: [u16; 95] = [
    278, 294, 408, 646, 643, 889, 732, 225, 378, 378, 551, 666, 288, 463, 283, 372, 646, 572, 613, 644,
    654, 620, 636, 579, 631, 636, 283, 288, 666, 666, 666, 556, 1000, 700, 667, 735, 730, 667, 611, 778,
    742, 339, 552, 667, 564, 907, 760, 781, 667, 781, 722, 667, 651, 738, 700, 978, 667, 685, 639, 378,
    372, 378, 572, 556, 497, 569, 626, 568, 626, 587, 369, 617, 618, 258, 258, 556, 258, 935, 618, 605,
    617, 617, 413, 536, 372, 618, 566, 825, 551, 566, 551, 380, 551, 380, 666,
];

/// U+00A0 to U+017F, likewise.
#[rustfmt::skip]
const LATIN_EXTENDED: [u16; 224] = [
    278, 333, 572, 644, 737, 572, 551, 565, 580, 915, 462, 569, 584, 463, 832, 552, 456, 666, 422, 434,
    497, 637, 655, 283, 333, 350, 461, 570, 882, 923, 954, 611, 700, 700, 700, 700, 700, 700, 1000, 735,
    667, 667, 667, 667, 339, 339, 339, 339, 730, 760, 781, 781, 781, 781, 781, 666, 781, 738, 738, 738,
    738, 685, 667, 631, 569, 569, 569, 569, 569, 569, 921, 568, 587, 587, 587, 587, 278, 278, 278, 278,
    605, 618, 605, 605, 605, 605, 605, 666, 611, 618, 618, 618, 618, 566, 615, 566, 700, 569, 700, 569,
    700, 569, 735, 568, 735, 568, 735, 568, 735, 568, 730, 697, 730, 626, 667, 587, 667, 587, 667, 587,
    667, 587, 667, 587, 778, 617, 778, 617, 778, 617, 778, 617, 742, 618, 788, 618, 446, 282, 339, 278,
    339, 278, 339, 258, 339, 278, 821, 516, 552, 258, 667, 556, 644, 564, 258, 564, 258, 564, 328, 568,
    347, 570, 258, 760, 618, 760, 618, 760, 618, 688, 760, 618, 781, 605, 781, 605, 781, 605, 1000, 985,
    722, 413, 722, 413, 722, 413, 667, 536, 667, 536, 667, 536, 667, 536, 651, 372, 651, 384, 651, 372,
    738, 618, 738, 618, 738, 618, 738, 618, 738, 618, 738, 618, 978, 825, 685, 566, 685, 639, 551, 639,
    551, 639, 551, 326,
];
