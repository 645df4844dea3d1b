//! Number pictures where the reference suite has no case; but for numbers without digits in JavaScript, what jsonata-js gives.

use super::*;

fn formatted(value: f64, picture: &str, options: &[(&str, &str)]) -> Result<String, &'static str> {
    let options: Vec<_> = options.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
    format(value, picture, &options).map_err(|error| error.code)
}

fn check(value: f64, picture: &str, expected: &str) {
    assert_eq!(formatted(value, picture, &[]).as_deref(), Ok(expected), "{value} as {picture}");
}

#[test]
fn numbers_follow_the_picture() {
    check(0.125, "0.00", "0.12");
    check(2.5, "0", "2");
    check(-0.1, "0", "-0");
    check(-5.0, "0;(0)", "(5)");
    check(20.0, "#.#", "20.0");
    check(0.0, "#.#", ".0");
    check(0.0, "#", "0");
    check(1234567.0, "##,##,000", "12,34,567");
    check(1234567.0, "#,#0,00", "1,23,45,67");
    check(123.0, "#,##,0000", "0,12,3");
    check(5.0, "abce0def", "abce5def");
    check(12.0, "0e0a", "1e1a");
    check(9.99, "0.0e0", "10.0e0");
    check(123456.0, "000.0##e00", "123.456e03");
    check(5e-324, "0.0e0", "4.9e-324");
    check(0.1, "0.0000000000000000000000000000000000000000", "0.1000000000000000055511151231257827021182");
}

#[test]
fn odd_separators_stand_where_the_reference_puts_them_and_large_numbers_have_digits() {
    check(1.1, "0.0,0,0", "1.1,00");
    check(1234567.123456789, "##,##,000.0,00,00", "12,34,567.1,,,2346");
    check(20.0, "0.#,#", "20.,");
    check(1e21, "#,##0.0", "1,000,000,000,000,000,000,000.0");
    check(f64::MAX, "0%", "Infinity%");
    check(f64::NAN, "0%", "NaN");
}

#[test]
fn options_replace_the_symbols() {
    let german = [("grouping-separator", "."), ("decimal-separator", ",")];
    assert_eq!(formatted(12345.0, "#.##0,00", &german).as_deref(), Ok("12.345,00"));
    assert_eq!(formatted(-0.14, "###pm", &[("per-mille", "pm"), ("minus-sign", "~")]).as_deref(), Ok("~140pm"));
    assert_eq!(formatted(20.0, "𝟎𝟎", &[("zero-digit", "𝟎")]).as_deref(), Ok("𝟐𝟎"));
    assert_eq!(formatted(5.0, "0", &[("zero-digit", "ab")]), Err("D3086"));
    assert_eq!(formatted(20.0, "0eur", &[]), Err("D3093"));
    assert_eq!(formatted(5.0, "#", &[("zero-digit", "\u{10FFFF}")]).as_deref(), Ok("5"));
    assert_eq!(formatted(5.0, "0;0;0", &[("pattern-separator", "")]), Err("D3080"));
}

#[test]
fn hostile_pictures_stay_linear() {
    let zeros = "0".repeat(100_000);
    assert_eq!(formatted(1.0, &format!("{zeros}.{zeros}"), &[]).map(|text| text.len()), Ok(200_001));
    assert_eq!(formatted(1.0, &format!("{zeros}e{zeros}"), &[]).map(|text| text.len()), Ok(200_002));
    assert_eq!(formatted(1.0, &",".repeat(100_000), &[]), Err("D3089"));
    assert_eq!(formatted(1.0, &format!("{}0", "#,".repeat(50_000)), &[]).as_deref(), Ok("1"));
    assert_eq!(formatted(1.0, &"00,0,".repeat(50_000), &[]), Err("D3088"));
    assert_eq!(formatted(1.0, &format!("{}0", "00,0,".repeat(50_000)), &[]), Err(PictureError::TOO_LONG));
    assert_eq!(formatted(1.0, &"0,#".repeat(100_000), &[]), Err("D3090"));
}
