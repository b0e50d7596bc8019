//! How reports are shown: as text for people, as one JSON document for programs.

use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use console::{StyledObject, Term, style};
use indicatif::{HumanBytes, HumanCount};
use rememo::units::Spoken;
use serde::Serialize;

use crate::failure::Failure;
use crate::session::Session;

/// What a command found out. Serialised it is the command's JSON document.
pub(crate) trait Report: Serialize {
    /// As text, for a person.
    fn write(&self, out: &mut dyn Write) -> io::Result<()>;
}

/// Shows a report on standard output.
pub(crate) fn show(session: &Session, report: &impl Report) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    if session.json {
        serde_json::to_writer_pretty(&mut out, report)?;
        writeln!(out)?;
    } else {
        report.write(&mut out)?;
    }
    out.flush()?;
    Ok(())
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// How long ago a time in milliseconds since 1970 is: `4 min ago`.
pub(crate) fn ago(then: u64) -> String {
    format!("{} ago", Spoken(Duration::from_millis(now().saturating_sub(then))))
}

/// How long it took: `3 ms`, `120 µs`.
pub(crate) fn took(duration: Duration) -> String {
    match duration.as_micros() {
        0 => "0 s".to_owned(),
        micros @ 1..1000 => format!("{micros} µs"),
        _ => Spoken(duration).to_string(),
    }
}

/// `1.50 MiB`
pub(crate) fn bytes(number: u64) -> String {
    HumanBytes(number).to_string()
}

/// `100,000`
pub(crate) fn count(number: u64) -> String {
    HumanCount(number).to_string()
}

/// `1 entry`, `2 entries`
pub(crate) fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

pub(crate) fn entries(number: u64) -> String {
    plural(number, "entry", "entries")
}

pub(crate) fn files(number: u64) -> String {
    plural(number, "file", "files")
}

/// So many of so many: `75 %`; a dash of none.
pub(crate) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    format!("{:.0} %", part as f64 / whole as f64 * 100.0)
}

pub(crate) fn strong<D: Display>(text: D) -> StyledObject<D> {
    style(text).bold()
}

pub(crate) fn faint<D: Display>(text: D) -> StyledObject<D> {
    style(text).dim()
}

/// Where a column's text stands.
#[derive(Clone, Copy)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Rows under headings. Wraps to the width of the terminal; elsewhere each row is one line.
pub(crate) fn table(
    out: &mut dyn Write,
    columns: &[(&str, Align)],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some((_, width)) = Term::stdout().size_checked()
        && console::user_attended()
    {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width);
    }
    let align = |align: Align| match align {
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    };
    table.set_header(columns.iter().map(|(name, at)| Cell::new(name).set_alignment(align(*at))));
    for row in rows {
        table.add_row(
            row.into_iter()
                .zip(columns)
                .map(|(text, (_, at))| Cell::new(text).set_alignment(align(*at))),
        );
    }
    for (i, line) in table.to_string().lines().enumerate() {
        let line = line.trim_end();
        // The table's own margin.
        let line = line.strip_prefix(' ').unwrap_or(line);
        if i == 0 {
            writeln!(out, "{}", faint(line))?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Lines of `name  value`, the values below each other.
pub(crate) fn pairs(out: &mut dyn Write, pairs: &[(&str, String)]) -> io::Result<()> {
    let width = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in pairs {
        writeln!(out, "{}  {value}", faint(format!("{name:width$}")))?;
    }
    Ok(())
}
