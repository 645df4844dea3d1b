//! The decimal digit families of Unicode: ten consecutive characters of category Nd, zero first (F&O 4.6.1).

/// The zeros of all families, in order (Unicode 14, category Nd with the digit value 0).
const ZEROS: [u32; 66] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0,
    0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50,
    0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950,
    0x1FBF0,
];

/// Ten consecutive characters that stand for the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Family {
    zero: char,
}

impl Family {
    pub(super) const ASCII: Family = Family { zero: '0' };

    /// The family Unicode puts `character` in, if it is a decimal digit.
    pub(super) fn of(character: char) -> Option<Family> {
        let code = u32::from(character);
        let position = ZEROS.partition_point(|&zero| zero <= code).checked_sub(1)?;
        (code - ZEROS[position] < 10).then(|| char::from_u32(ZEROS[position]).map(|zero| Family { zero })).flatten()
    }

    /// The ten characters from `zero` on, whatever they are; `None` when not all ten are characters.
    pub(super) fn from_zero(zero: char) -> Option<Family> {
        let are_characters = (1..10).all(|digit| char::from_u32(u32::from(zero) + digit).is_some());
        are_characters.then_some(Family { zero })
    }

    /// The value of `character` in this family.
    pub(super) fn value(self, character: char) -> Option<u8> {
        let value = u32::from(character).checked_sub(u32::from(self.zero))?;
        (value < 10).then_some(value as u8)
    }

    /// The character of an ASCII digit in this family.
    pub(super) fn digit(self, ascii: u8) -> char {
        char::from_u32(u32::from(self.zero) + u32::from(ascii - b'0')).unwrap_or(self.zero)
    }
}
