//! Migration versions: 14 digits that read as a UTC time, like those of `sqlx migrate add`.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// The version of a migration file: a positive number, `YYYYMMDDHHMMSS` in files of ours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(i64);

/// A text that is no version.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// Not 14 digits, or no time of the calendar.
    #[error("\"{0}\" is no stamp: write 14 digits, YYYYMMDDHHMMSS, such as 20261123101500")]
    NoStamp(String),
    /// Nothing of 14 digits sorts after it.
    #[error(
        "version {0} in the migrations directory leaves no room for a later version of 14 digits: give that file a version \
         of the form YYYYMMDDHHMMSS"
    )]
    NoRoom(i64),
}

impl Version {
    /// Takes any version that sqlx accepts.
    pub fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub fn number(self) -> i64 {
        self.0
    }

    /// The version of this second, UTC.
    pub fn now() -> Self {
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| i64::try_from(elapsed.as_secs()).unwrap_or(0));
        Self::from_seconds(seconds)
    }

    /// The version so many seconds later by the calendar.
    ///
    /// # Errors
    /// When the version is no time of the calendar, or the result has more than 14 digits.
    pub fn plus_seconds(self, seconds: i64) -> Result<Self, VersionError> {
        let start = self
            .seconds()
            .ok_or_else(|| VersionError::NoStamp(self.0.to_string()))?;
        let later = Self::from_seconds(start + seconds);
        if later.0 > LAST {
            return Err(VersionError::NoRoom(self.0));
        }
        Ok(later)
    }

    /// The first time of the calendar that sorts after this version.
    ///
    /// # Errors
    /// When no version of 14 digits sorts after it.
    pub fn next_valid(self) -> Result<Self, VersionError> {
        if self.0 < FIRST {
            return Ok(Self(FIRST));
        }
        if self.0 >= LAST {
            return Err(VersionError::NoRoom(self.0));
        }
        let mut fields = split(self.0 + 1);
        // From the left: a field above its range carries into the one before it, one below it starts at its lowest, and
        // everything to the right of a changed field starts at its lowest.
        if fields.month > 12 {
            fields = Fields::new_year(fields.year + 1);
        } else if fields.month == 0 {
            fields = Fields::new_year(fields.year);
        }
        if fields.day > days_in_month(fields.year, fields.month) {
            fields = Fields::month_after(fields.year, fields.month);
        } else if fields.day == 0 {
            fields = Fields {
                day: 1,
                hour: 0,
                minute: 0,
                second: 0,
                ..fields
            };
        }
        let carry = if fields.hour > 23 {
            Some((
                86_400,
                Fields {
                    hour: 0,
                    minute: 0,
                    second: 0,
                    ..fields
                },
            ))
        } else if fields.minute > 59 {
            Some((
                3_600,
                Fields {
                    minute: 0,
                    second: 0,
                    ..fields
                },
            ))
        } else if fields.second > 59 {
            Some((60, Fields { second: 0, ..fields }))
        } else {
            None
        };
        match carry {
            Some((seconds, base)) => base.version().plus_seconds(seconds),
            None => Ok(fields.version()),
        }
    }

    /// Seconds since 1970, when the version is a time of the calendar.
    fn seconds(self) -> Option<i64> {
        if !(FIRST..=LAST).contains(&self.0) {
            return None;
        }
        let f = split(self.0);
        let valid = (1..=12).contains(&f.month)
            && (1..=days_in_month(f.year, f.month)).contains(&f.day)
            && f.hour < 24
            && f.minute < 60
            && f.second < 60;
        valid.then(|| days_from_civil(f.year, f.month, f.day) * 86_400 + f.hour * 3_600 + f.minute * 60 + f.second)
    }

    fn from_seconds(seconds: i64) -> Self {
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let rest = seconds.rem_euclid(86_400);
        Fields {
            year,
            month,
            day,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
        }
        .version()
    }
}

/// The lowest and the highest version of 14 digits that is a time.
const FIRST: i64 = 10_000_101_000_000;
const LAST: i64 = 99_991_231_235_959;

struct Fields {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Fields {
    fn new_year(year: i64) -> Self {
        Self {
            year,
            month: 1,
            day: 1,
            hour: 0,
            minute: 0,
            second: 0,
        }
    }

    fn month_after(year: i64, month: i64) -> Self {
        if month == 12 {
            Self::new_year(year + 1)
        } else {
            Self {
                month: month + 1,
                ..Self::new_year(year)
            }
        }
    }

    fn version(&self) -> Version {
        let date = (self.year * 100 + self.month) * 100 + self.day;
        Version(((date * 100 + self.hour) * 100 + self.minute) * 100 + self.second)
    }
}

fn split(number: i64) -> Fields {
    Fields {
        year: number / 10_000_000_000,
        month: number / 100_000_000 % 100,
        day: number / 1_000_000 % 100,
        hour: number / 10_000 % 100,
        minute: number / 100 % 100,
        second: number % 100,
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

// Howard Hinnant's algorithms (http://howardhinnant.github.io/date_algorithms.html), years starting in March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:014}", self.0)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Reads a stamp: 14 digits that are a time.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || VersionError::NoStamp(text.to_owned());
        if text.len() != 14 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(error());
        }
        let version = Self(text.parse().map_err(|_| error())?);
        version.seconds().map(|_| version).ok_or_else(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_calendar_arithmetic() {
        let stamp: Version = "20261231235958".parse().unwrap();
        let later: Vec<String> = (0..4).map(|n| stamp.plus_seconds(n).unwrap().to_string()).collect();
        assert_eq!(
            later,
            ["20261231235958", "20261231235959", "20270101000000", "20270101000001"]
        );
    }

    #[test]
    fn a_head_that_is_no_time_rounds_up() {
        for (head, next) in [
            (20261123101559, "20261123101600"),
            (20261123101500, "20261123101501"),
            (20261123105999, "20261123110000"),
            (20261123235960, "20261124000000"),
            (20261123106100, "20261123110000"),
            (20261123240000, "20261124000000"),
            (20260231000000, "20260301000000"),
            (20261300000000, "20270101000000"),
            (20260000000000, "20260101000000"),
            (20260500121212, "20260501000000"),
            (20240228235959, "20240229000000"),
            (7, "10000101000000"),
        ] {
            assert_eq!(
                Version::new(head).next_valid().unwrap().to_string(),
                next,
                "after {head}"
            );
        }
        assert!(Version::new(123_456_789_012_345).next_valid().is_err());
    }

    #[test]
    fn stamps_are_fourteen_digits_of_a_time() {
        for bad in [
            "2026112310150",
            "202611231015000",
            "20261323101500",
            "2026112310150x",
            "20260230000000",
            "",
        ] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
