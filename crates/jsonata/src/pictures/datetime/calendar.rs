//! The proleptic Gregorian calendar: days since 1970 to dates and back, ISO weeks.

pub(super) const MILLIS_PER_DAY: i64 = 86_400_000;

/// A moment of a zone, taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Days since 1970-01-01.
    pub(super) days: i64,
    pub(super) year: i64,
    /// From 1.
    pub(super) month: i64,
    /// From 1.
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) millisecond: i64,
}

impl Moment {
    /// The moment that is `millis` after 1970 began, as the clock there shows it.
    pub(super) fn of(millis: i64) -> Moment {
        let days = millis.div_euclid(MILLIS_PER_DAY);
        let rest = millis.rem_euclid(MILLIS_PER_DAY);
        let (year, month, day) = date_of(days);
        Moment {
            days,
            year,
            month,
            day,
            hour: rest / 3_600_000,
            minute: rest / 60_000 % 60,
            second: rest / 1000 % 60,
            millisecond: rest % 1000,
        }
    }

    /// From 1 (Monday) to 7.
    pub(super) fn weekday(&self) -> i64 {
        (self.days + 3).rem_euclid(7) + 1
    }

    /// From 1.
    pub(super) fn day_of_year(&self) -> i64 {
        self.days - days_of(self.year, 1, 1) + 1
    }

    /// Year, month and day of the week's Thursday, which say what year and month the week belongs to (ISO 8601).
    fn thursday(&self) -> (i64, i64, i64) {
        date_of(self.days + 4 - self.weekday())
    }

    pub(super) fn week_year(&self) -> i64 {
        self.thursday().0
    }

    pub(super) fn week_month(&self) -> i64 {
        self.thursday().1
    }

    /// From 1 to 53.
    pub(super) fn week_of_year(&self) -> i64 {
        (self.days + 4 - self.weekday() - days_of(self.week_year(), 1, 1)) / 7 + 1
    }

    /// From 1 to 5.
    pub(super) fn week_of_month(&self) -> i64 {
        (self.thursday().2 - 1) / 7 + 1
    }
}

/// Days since 1970-01-01. A month beyond December or a day beyond its month counts on. Years are counted from March on, in eras of 400, so
/// that the leap day comes last.
pub(super) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let months = year * 12 + month - 3;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for days in (-100_000_000..100_000_000).step_by(9_973) {
            let (year, month, day) = date_of(days);
            assert!((1..=12).contains(&month) && (1..=31).contains(&day));
            assert_eq!(days_of(year, month, day), days);
        }
        assert_eq!(date_of(11_016), (2000, 2, 29));
        assert_eq!(days_of(2018, 14, 31), days_of(2019, 3, 3));
    }
}
