//! Integer pictures where the reference suite has no case: other families, irregular groups, bounds, and what is read leniently.

use super::*;

fn check(value: f64, picture: &str, expected: &str) {
    assert_eq!(format(value, picture).as_deref(), Ok(expected), "{value} as {picture}");
}

#[test]
fn numbers_follow_the_picture() {
    check(1234567.0, "#####,00", "1,23,45,67");
    check(1234567.0, "#,##,0", "1234,56,7");
    check(12.0, "0,000,00", "0,000,12");
    check(123.0, "#:###,##0", "123");
    check(1234.0, "#:###,##0", "1,234");
    check(12.0, "0,;o", "12,th");
    check(1234567.0, "#😀000", "1😀234😀567");
    check(12.0, "𝟎𝟎𝟎", "𝟎𝟏𝟐");
    check(-12.5, "0", "-13");
    check(-12.0, "w;o", "-twelfth");
    check(111.0, "0;o", "111th");
    check(0.0, "w;o", "zeroth");
    check(1000100.0, "Ww;o", "One Million, One Hundredth");
    check(1e22, "0", "10000000000000000000000");
    check(1e24, "w", "one trillion trillion");
    check(14999.0, "i;o", "mmmmmmmmmmmmmmcmxcix");
}

#[test]
fn wrong_pictures_and_endless_results_are_refused() {
    let code = |value, picture| format(value, picture).map_err(|error| (error.code, error.value)).unwrap_err();
    assert_eq!(code(1.0, "α"), ("D3130", Some("α".into())));
    assert_eq!(code(1.0, ";o"), ("D3130", Some("".into())));
    assert_eq!(code(1.0, "0٠"), ("D3131", None));
    assert_eq!(code(f64::NAN, "0"), ("D1001", Some("NaN".into())));
    assert_eq!(code(1e300, "I"), (PictureError::TOO_LONG, None));
    for picture in ["w", "A", "0", "#,##0"] {
        assert!(format(f64::MAX, picture).is_ok());
        assert!(format(f64::MIN, picture).is_ok());
    }
}

#[test]
fn numbers_are_read_leniently() {
    let cases = [
        ("1:2,3", "#:###,##0", Some(123.0)),
        (" -12abc", "0", Some(-12.0)),
        ("1,234th", "#,##0;o", Some(1234.0)),
        ("𝟏𝟐", "𝟎", Some(12.0)),
        ("123", "١", None),
        ("abc", "0", None),
        ("é", "0;o", None),
        ("IC", "I", Some(99.0)),
        ("mcm", "I", None),
        ("MCM", "i", Some(1900.0)),
        ("ab", "A", Some(892.0)),
        ("nineteen hundred and Eighty four", "w", Some(1984.0)),
        ("two thousand million", "w", Some(2e9)),
        ("twelve xx", "w", None),
        ("0x1F", "0", Some(31.0)),
        ("", "w", None),
    ];
    for (text, picture, expected) in cases {
        assert_eq!(parse(text, picture), Ok(expected), "{text} as {picture}");
    }
    assert_eq!(parse("trillion ".repeat(100).trim_end(), "w"), Ok(Some(0.0)));
    assert_eq!(parse(&format!("one{}", " trillion".repeat(100)), "w"), Ok(None));
}
