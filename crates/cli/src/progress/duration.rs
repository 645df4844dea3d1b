//! Durations for people.

/// A duration given in ms: `12 ms`, `3.4 s`, `2 min 5 s`, `3 h 12 min`.
pub(crate) fn shown(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    let seconds = milliseconds / 1000;
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..60 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn the_unit_fits_the_size() {
        let all = [-5, 0, 999, 1000, 59_999, 60_000, 3_600_000, 90_061_000].map(shown);
        assert_eq!(all, ["0 ms", "0 ms", "999 ms", "1.0 s", "59.9 s", "1 min 0 s", "1 h 0 min", "25 h 1 min"]);
    }
}
