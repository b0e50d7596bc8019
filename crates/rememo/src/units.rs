//! Durations and byte counts as people write them: `"1h30m"`, `"2GiB"`.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

/// What a text was meant to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A time to live.
    Duration,
    /// A number of bytes.
    Bytes,
}

impl Quantity {
    const fn noun(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::Bytes => "number of bytes",
        }
    }

    const fn remedy(self) -> &'static str {
        match self {
            Self::Duration => {
                "write numbers with the units w, d, h, m, s, ms, us or ns, largest first, such as \
                 \"1h30m\" or \"45s\""
            }
            Self::Bytes => {
                "write one number with the unit B, kB, MB, GB, TB (powers of 1000) or KiB, MiB, \
                 GiB, TiB (powers of 1024), such as \"2GiB\" or \"512\""
            }
        }
    }
}

/// What is wrong with the text of a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitProblem {
    /// There is nothing in it.
    Empty,
    /// A number should stand here.
    NoNumber,
    /// A number without a unit.
    NoUnit,
    /// A unit that is not known.
    UnknownUnit(String),
    /// A unit of which it is not clear whether it counts by 1000 or by 1024.
    AmbiguousUnit(String),
    /// A unit that is not smaller than the one before it.
    OutOfOrder(String),
    /// More than one number.
    SeveralNumbers,
    /// More than can be represented.
    TooLarge,
    /// Not a whole number of bytes, or finer than a nanosecond.
    TooFine,
}

impl fmt::Display for UnitProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the text is empty"),
            Self::NoNumber => f.write_str("a number is missing"),
            Self::NoUnit => f.write_str("a number has no unit"),
            Self::UnknownUnit(unit) => write!(f, "there is no unit {unit:?}"),
            Self::AmbiguousUnit(unit) => {
                write!(f, "{unit:?} can mean powers of 1000 or of 1024")
            }
            Self::OutOfOrder(unit) => {
                write!(f, "the unit {unit:?} is not smaller than the one before it")
            }
            Self::SeveralNumbers => f.write_str("there is more than one number"),
            Self::TooLarge => f.write_str("the number is too large"),
            Self::TooFine => f.write_str("the fraction is too fine"),
        }
    }
}

/// The text of a duration or a byte count cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{problem} in {text:?} at character {}, so it is not a {}; {}",
    .at + 1, .quantity.noun(), .quantity.remedy()
)]
pub struct UnitError {
    /// The text.
    pub text: String,
    /// What it was meant to say.
    pub quantity: Quantity,
    /// Where the problem is, in characters from 0.
    pub at: usize,
    /// What the problem is.
    pub problem: UnitProblem,
}

const NANOS: [(&str, u64); 12] = [
    ("w", 7 * 24 * 3600 * 1_000_000_000),
    ("d", 24 * 3600 * 1_000_000_000),
    ("h", 3600 * 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("min", 60 * 1_000_000_000),
    ("s", 1_000_000_000),
    ("sec", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ns", 1),
];

const BYTES: [(&str, u64); 11] = [
    ("b", 1),
    ("kb", 1000),
    ("mb", 1000 * 1000),
    ("gb", 1000 * 1000 * 1000),
    ("tb", 1000 * 1000 * 1000 * 1000),
    ("pb", 1000 * 1000 * 1000 * 1000 * 1000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("pib", 1 << 50),
];

/// Reads a duration such as `"1h30m"`, `"45s"`, `"2d"`, `"500ms"`, `"1.5h"`.
///
/// A bare number is refused: nothing says of what.
///
/// # Errors
/// If the text is not such a duration, or longer than about 584 years.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(rememo::units::parse_duration("1h30m").unwrap(), Duration::from_secs(5400));
/// let error = rememo::units::parse_duration("45").unwrap_err();
/// assert!(error.to_string().starts_with("a number has no unit in \"45\" at character 3"));
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    let mut reader = Reader::new(text, Quantity::Duration);
    let mut total: u64 = 0;
    let mut last = u64::MAX;
    loop {
        let number = reader.number()?;
        let at = reader.skip_spaces();
        let unit = reader.unit();
        if unit.is_empty() {
            return Err(reader.error(at, UnitProblem::NoUnit));
        }
        let Some(&(_, scale)) = NANOS.iter().find(|(name, _)| *name == unit) else {
            return Err(reader.error(at, UnitProblem::UnknownUnit(unit.to_owned())));
        };
        if scale >= last {
            return Err(reader.error(at, UnitProblem::OutOfOrder(unit.to_owned())));
        }
        last = scale;
        let part = reader.scaled(&number, scale)?;
        let sum = total.checked_add(part);
        total = sum.ok_or_else(|| reader.error(number.at, UnitProblem::TooLarge))?;
        reader.skip_spaces();
        if reader.is_done() {
            return Ok(Duration::from_nanos(total));
        }
    }
}

/// Reads a number of bytes such as `"2GiB"`, `"10 MB"`, `"1.5 kB"`, `"512"`; units in any case.
///
/// `"2G"` is refused: it is read as powers of 1000 by some and of 1024 by others.
///
/// # Errors
/// If the text is not such a number, not whole, or 2⁶⁴ and more.
///
/// ```
/// assert_eq!(rememo::units::parse_bytes("2GiB").unwrap(), 2 << 30);
/// assert_eq!(rememo::units::parse_bytes("10 MB").unwrap(), 10_000_000);
/// ```
pub fn parse_bytes(text: &str) -> Result<u64, UnitError> {
    let mut reader = Reader::new(text, Quantity::Bytes);
    let number = reader.number()?;
    let at = reader.skip_spaces();
    let unit = reader.unit();
    let lower = unit.to_ascii_lowercase();
    let scale = match BYTES.iter().find(|(name, _)| *name == lower) {
        Some(&(_, scale)) => scale,
        None if unit.is_empty() => 1,
        None if matches!(lower.as_str(), "k" | "m" | "g" | "t" | "p") => {
            return Err(reader.error(at, UnitProblem::AmbiguousUnit(unit.to_owned())));
        }
        None => return Err(reader.error(at, UnitProblem::UnknownUnit(unit.to_owned()))),
    };
    let at = reader.skip_spaces();
    if !reader.is_done() {
        return Err(reader.error(at, UnitProblem::SeveralNumbers));
    }
    reader.scaled(&number, scale)
}

/// A decimal number as it stands: its digits, and how many of them follow the point.
struct Number {
    digits: String,
    decimals: u32,
    at: usize,
}

struct Reader<'a> {
    text: &'a str,
    /// In bytes.
    position: usize,
    quantity: Quantity,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, quantity: Quantity) -> Self {
        Self { text, position: 0, quantity }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn is_done(&self) -> bool {
        self.rest().is_empty()
    }

    fn skip_spaces(&mut self) -> usize {
        self.position = self.text.len() - self.rest().trim_start().len();
        self.position
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.position += length;
        &rest[..length]
    }

    fn unit(&mut self) -> &'a str {
        self.take_while(|c| !c.is_ascii_digit() && !c.is_whitespace() && c != '.')
    }

    fn number(&mut self) -> Result<Number, UnitError> {
        let at = self.skip_spaces();
        if self.is_done() {
            let problem = if at == 0 || self.text.trim().is_empty() {
                UnitProblem::Empty
            } else {
                UnitProblem::NoNumber
            };
            return Err(self.error(at, problem));
        }
        let whole = self.take_while(|c| c.is_ascii_digit());
        let mut fraction = "";
        if self.rest().starts_with('.') {
            self.position += 1;
            fraction = self.take_while(|c| c.is_ascii_digit());
            if fraction.is_empty() {
                return Err(self.error(self.position, UnitProblem::NoNumber));
            }
        }
        if whole.is_empty() {
            return Err(self.error(at, UnitProblem::NoNumber));
        }
        let fraction = fraction.trim_end_matches('0');
        let decimals = fraction.len() as u32;
        Ok(Number { digits: format!("{whole}{fraction}"), decimals, at })
    }

    /// The number times `scale`, exactly.
    fn scaled(&self, number: &Number, scale: u64) -> Result<u64, UnitError> {
        let too_large = || self.error(number.at, UnitProblem::TooLarge);
        let too_fine = || self.error(number.at, UnitProblem::TooFine);
        let digits: u128 = number.digits.parse().map_err(|_| too_large())?;
        let product = digits.checked_mul(u128::from(scale)).ok_or_else(too_large)?;
        let divisor = 10_u128.checked_pow(number.decimals).ok_or_else(too_fine)?;
        if product % divisor != 0 {
            return Err(too_fine());
        }
        u64::try_from(product / divisor).map_err(|_| too_large())
    }

    fn error(&self, position: usize, problem: UnitProblem) -> UnitError {
        UnitError {
            text: self.text.to_owned(),
            quantity: self.quantity,
            at: self.text[..position].chars().count(),
            problem,
        }
    }
}

/// A duration as one says it: `4 min`, `2.5 s`, `3 h`.
#[derive(Clone, Copy, Debug)]
pub struct Spoken(pub Duration);

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0 if self.0 < Duration::from_millis(1) => write!(f, "{} µs", self.0.as_micros()),
            0 => write!(f, "{} ms", self.0.as_millis()),
            1..10 => write!(f, "{:.1} s", self.0.as_secs_f64()),
            10..120 => write!(f, "{seconds} s"),
            120..7200 => write!(f, "{} min", seconds / 60),
            7200..172_800 => write!(f, "{} h", seconds / 3600),
            _ => write!(f, "{} days", seconds / 86_400),
        }
    }
}

/// A number of bytes as one says it: `512 B`, `1.2 kB`, `3.4 GB`, in powers of 1000.
#[derive(Clone, Copy, Debug)]
pub struct Size(pub u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1000 {
            return write!(f, "{} B", self.0);
        }
        let mut size = self.0 as f64 / 1000.0;
        let mut units = ["kB", "MB", "GB", "TB", "PB", "EB"].into_iter().peekable();
        let mut unit = units.next().unwrap_or_default();
        while size >= 999.95 {
            match units.next() {
                Some(next) => (size, unit) = (size / 1000.0, next),
                None => break,
            }
        }
        write!(f, "{size:.1} {unit}")
    }
}

#[cfg(test)]
mod tests;
