//! Date pictures where the reference suite has no case, or where its implementation is no guide.

use super::*;

const MARCH_2018: f64 = 1521801216617.0; // Friday 2018-03-23T10:33:36.617Z

fn shown(picture: &str, timezone: &str) -> Result<String, &'static str> {
    format(MARCH_2018, Some(picture), Some(timezone), Profile::Reference).map_err(|error| error.code)
}

fn check(picture: &str, timezone: &str, expected: &str) {
    assert_eq!(shown(picture, timezone).as_deref(), Ok(expected), "{picture} in {timezone}");
}

#[test]
fn markers_are_filled_in() {
    check("[Y01]|[Y,*-1]|[Y0,2-3]|[YI,2]|[YI,2-2]|[Ya]|[Y٠]", "Z", "18|8|018|MMXVIII|XVIII|byp|٢٠١٨");
    check("[MNn,*-3]|[MN,2-2]|[FNn,3-5]|[M#01]|[xNn]|[Fwo]", "Z", "Mar|MA|Frida|03|March|fifth");
    check(
        "[PN]|[P1]|[h]|[hWwo]|[f0001]|[C]|[EN]|[d001]|[w]|[X]-W[W01]",
        "Z",
        "AM|am|10|Tenth|0617|ISO|ISO|082|4|2018-W12",
    );
    check(
        "[Z]|[Z0]|[Z00]|[Z000]|[Z0:00]|[z]|[z0]|[Z0000t]",
        "+0530",
        "+05:30|+5:30|+05:30|+530|+5:30|GMT+05:30|GMT+5:30|+0530",
    );
    check("[H]:[m][Z]", "-0330", "7:03-03:30");
    check("[H]:[m][Z]", "+01:00", "11:33+01:00");
    check("[Z0]|[Z0t]|[z01:01t]", "0000", "+0|Z|Z");
    check("a[[b]]c]d", "Z", "a[b]c]d");
}

#[test]
fn wrong_pictures_zones_and_times_are_refused() {
    let refused = |picture, timezone| {
        format(MARCH_2018, Some(picture), Some(timezone), Profile::Reference)
            .map_err(|error| (error.code, error.value))
            .unwrap_err()
    };
    assert_eq!(refused("[q]", "Z"), ("D3132", Some("q".into())));
    assert_eq!(refused("[]", "Z"), ("D3132", Some("".into())));
    assert_eq!(refused("[DN]", "Z"), ("D3133", Some("D".into())));
    assert_eq!(refused("[D#]", "Z"), ("D3130", Some("#".into())));
    assert_eq!(refused("[Z00000]", "Z"), ("D3134", None));
    assert_eq!(refused("[Zw]", "Z"), ("D3134", None));
    assert_eq!(refused("[Y", "Z"), ("D3135", None));
    assert_eq!(refused("[Y]", "abc"), ("D1001", Some("abc".into())));
    assert_eq!(refused("[Y]", "+9999"), ("D1001", Some("+9999".into())));
    assert_eq!(refused("[Y,2000000000]", "Z"), (PictureError::TOO_LONG, None));
    assert_eq!(refused(&"[D,1000000]".repeat(100), "Z"), (PictureError::TOO_LONG, None));
    assert_eq!(format(1e20, None, None, Profile::Reference).map_err(|error| error.code), Err("D1001"));
    assert_eq!(format(f64::NAN, None, None, Profile::Reference).map_err(|error| error.code), Err("D1001"));
    for picture in [
        "[Y,99999999999999999999-99999999999999999999]",
        "[Y,0-0]",
        "[MNn,0-0]",
        "[[[",
        "[,]",
        "[Y,-]",
        "[YNn]",
        "[M,é]",
        "[éé]",
    ] {
        let _ = shown(picture, "Z");
        let _ = parse("2018", Some(picture), 0, Profile::Reference);
    }
}

#[test]
fn the_ends_of_the_calendar() {
    assert_eq!(format(-1.5, None, None, Profile::Reference).as_deref(), Ok("1969-12-31T23:59:59.999Z"));
    for millis in [8.64e15, -8.64e15] {
        assert!(format(millis, Some("[Y][M][D][W][w][X][x][F][d]"), Some("-2359"), Profile::Reference).is_ok());
    }
    assert_eq!(
        format(-62198755200000.0, Some("[Y] [W] [X] [F]"), None, Profile::Reference).as_deref(),
        Ok("-1 53 -2 friday")
    );
}

#[track_caller]
fn reads(text: &str, picture: Option<&str>, expected: Result<Option<&str>, &str>) {
    let now = MARCH_2018 as i64;
    let actual = parse(text, picture, now, Profile::Reference).map_err(|error| error.code);
    let shown = actual
        .map(|millis| millis.map(|millis| format(millis, None, None, Profile::Reference).unwrap_or("NaN".into())));
    assert_eq!(
        shown.as_ref().map(|shown| shown.as_deref()),
        expected.as_ref().map(|expected| *expected),
        "{text} by {picture:?}"
    );
}

#[test]
fn timestamps_without_a_picture() {
    reads("2017-10-30T15:28:34.12345-01:30", None, Ok(Some("2017-10-30T16:58:34.123Z")));
    reads("2018-02-31", None, Ok(Some("2018-03-03T00:00:00.000Z")));
    reads("2017-10-30T24:00:00", None, Ok(Some("2017-10-31T00:00:00.000Z")));
    reads("2018-05T10:00:00+0100", None, Ok(Some("2018-05-01T09:00:00.000Z")));
    for text in ["", "2017-1-3", "2018-05-05-05", "2017-10-30T15:28Z", "2017-10-30T15:28:34.", "201é"] {
        reads(text, None, Err("D3110"));
    }
    for text in ["2018-13", "2018-00-01", "2018.5", "2017-10-30T24:00:01Z", "2017-10-30T15:28:34+24:00", "2018+0100"] {
        reads(text, None, Ok(Some("NaN")));
    }
}

#[test]
fn texts_are_read_by_a_picture() {
    reads("5 March 2019", Some("[D] [MNn] [Y]"), Ok(Some("2019-03-05T00:00:00.000Z")));
    reads("5 MARCH 2019", Some("[D] [MNn] [Y]"), Err("D3136"));
    reads("5 Foo 2019", Some("[D] [MNn] [Y]"), Err("D3136"));
    reads("20185", Some("[Y,4][M]"), Ok(Some("2018-05-01T00:00:00.000Z")));
    reads("201912", Some("[Y,*-4][M,*-2]"), Ok(Some("2019-12-01T00:00:00.000Z")));
    reads("99", Some("[Y01]"), Ok(Some("1999-01-01T00:00:00.000Z")));
    reads("2018 200", Some("[Y] [d]"), Ok(Some("2018-07-19T00:00:00.000Z")));
    reads("2018 200 5", Some("[Y] [d] [H]"), Err("D3136"));
    reads("11:30 PM", Some("[h]:[m] [P]"), Ok(Some("2018-03-23T23:30:00.000Z")));
    reads("12", Some("[h]"), Ok(Some("2018-03-23T00:00:00.000Z")));
    reads("1st", Some("[D1]"), Ok(None));
    reads("2018-5-6Z", Some("[Y]-[M]-[D][Z01:01t]"), Ok(Some("2018-05-06T00:00:00.000Z")));
    reads("2018-5-6-0130", Some("[Y]-[M]-[D][Z0000]"), Ok(Some("2018-05-06T01:30:00.000Z")));
    reads("2018-5-6GMT+1:30", Some("[Y]-[M]-[D][z]"), Ok(Some("2018-05-05T22:30:00.000Z")));
    reads("2018-5-6+0130", Some("[Y]-[M]-[D][Z]"), Ok(None));
    reads("１２", Some("[D０]"), Ok(None));
    reads("2018 2019", Some("[Y] [Y]"), Ok(Some("2019-01-01T00:00:00.000Z")));
    reads(
        "twenty-first of May, two thousand and nine",
        Some("[Dwo] of [MNn], [Yw]"),
        Ok(Some("2009-05-21T00:00:00.000Z")),
    );
    reads("999999999", Some("[Y]"), Ok(None));
    reads("99999999999999999999", Some("[Y]"), Ok(None));
    reads("2018-05-05 ISO", Some("[Y]-[M]-[D] [C]"), Err("D3133"));
    reads("2018", Some(""), Ok(None));
    reads("", Some(""), Ok(None));
    reads("Hello", Some("Hello"), Ok(None));
}

#[test]
fn matching_does_not_explode() {
    let words = "one ".repeat(40);
    reads(&words, Some(&"[Yw] ".repeat(40)), Ok(Some("1901-01-01T00:00:00.000Z")));
    reads(&"a".repeat(250), Some(&format!("{}!", "[FNn]".repeat(60))), Ok(None));
    reads(&"1".repeat(20_000), Some("[Y]"), Err(PictureError::TOO_LONG));
    reads("5", Some(&"[Y]".repeat(70_000)), Err(PictureError::TOO_LONG));
}
