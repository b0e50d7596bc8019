//! How differences read.

use std::fmt::{self, Write};
use std::path::{Path, PathBuf};

use super::compare::{Told, one_line};
use super::differences::{ChangeKind, Difference, Subject};
use super::lines;
use crate::fingerprint::{Kind, Origin};

/// How people call things where they work: files as seen from a directory, names without the module
/// in which they stand.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Files below it are told by the way from there.
    pub directory: Option<PathBuf>,
    /// The module of the function that was called: names in it need none.
    pub module: String,
    /// Whether values are left out: what is logged must not tell secrets.
    pub hides_values: bool,
}

impl Names {
    /// `helpers.py:31`
    #[must_use]
    pub fn place(&self, origin: &Origin) -> String {
        let (Some(file), Some(directory)) = (&origin.file, &self.directory) else {
            return origin.to_string();
        };
        match Path::new(file).strip_prefix(directory) {
            Ok(below) if !below.as_os_str().is_empty() => {
                Origin { file: Some(below.to_string_lossy().into_owned()), line: origin.line }
                    .to_string()
            }
            _ => origin.to_string(),
        }
    }

    /// `clean` for `helpers.clean` where the place tells the module, or it is the function's own.
    fn short<'n>(&self, name: &'n str, place: Option<&Origin>) -> &'n str {
        if !self.module.is_empty()
            && let Some(rest) = name.strip_prefix(&*self.module).and_then(|n| n.strip_prefix('.'))
        {
            return rest;
        }
        let stem = place.and_then(|origin| {
            let path = Path::new(origin.file.as_deref()?);
            let stem = path.file_stem()?.to_str()?;
            if stem == "__init__" { path.parent()?.file_name()?.to_str() } else { Some(stem) }
        });
        let Some(stem) = stem else { return name };
        let mut start = 0;
        for part in name.split('.') {
            let end = start + part.len();
            if part == stem && end < name.len() {
                return &name[end + 1..];
            }
            start = end + 1;
        }
        name
    }

    /// The difference on one line, without the lines of source that differ.
    #[must_use]
    pub fn headline(&self, difference: &Difference) -> String {
        let mut out = String::new();
        // Writing into a string does not fail.
        let _ = self.write_headline(&mut out, difference);
        out
    }

    fn write_headline(&self, out: &mut String, difference: &Difference) -> fmt::Result {
        let Difference { subject, name, place, change, .. } = difference;
        let short = self.short(name, place.as_deref());
        let what = match subject {
            Subject::Argument => format!("argument {name:?}").replace('"', "'"),
            Subject::Dependency(Kind::Function) => format!("{short}()"),
            Subject::Dependency(Kind::Class) => format!("class {short}"),
            Subject::Dependency(Kind::Library | Kind::Extra | Kind::Default) => short.to_owned(),
            Subject::Dependency(Kind::Source) => format!("module {name}"),
            Subject::Dependency(kind) => format!("{kind} {short}"),
        };
        if let Some(place) = place {
            write!(out, "{} ", self.place(place))?;
        }
        out.push_str(&what);
        match change {
            ChangeKind::Added => {
                out.push_str(if *subject == Subject::Argument {
                    " is new"
                } else {
                    " is reached now"
                });
                return Ok(());
            }
            ChangeKind::Removed => {
                out.push_str(if *subject == Subject::Argument {
                    " is gone"
                } else {
                    " is no longer reached"
                });
                return Ok(());
            }
            ChangeKind::Redirected => {
                out.push_str(" reads as before, but leads to other code");
                return Ok(());
            }
            ChangeKind::Changed => {}
        }
        if *subject == Subject::Dependency(Kind::Library)
            && let (Some(old), Some(new)) = (&difference.old, &difference.new)
        {
            // A package without metadata counts by its files.
            if old.starts_with("'content:") || new.starts_with("'content:") {
                return write!(out, ": its files differ");
            }
            return write!(out, " {} → {}", old.trim_matches('\''), new.trim_matches('\''));
        }
        if self.hides_values {
            let is_argument = *subject == Subject::Argument;
            out.push_str(if is_argument { " differs" } else { " changed" });
            return Ok(());
        }
        match &difference.details[..] {
            [] if matches!(subject, Subject::Argument) => out.push_str(" differs"),
            [] => out.push_str(" changed"),
            [one] if one.path.is_empty() => match &one.what {
                Told::Values { old, new } => write!(out, ": {old} → {new}")?,
                Told::Differs(how) if how == "differs" => out.push_str(" differs"),
                _ => write!(out, ": {one}")?,
            },
            // `global CONF['rate']: 0.2 → 0.25`
            [one] if *subject != Subject::Argument && one.path.starts_with(['[', '.']) => {
                write!(out, "{one}")?;
            }
            several => {
                out.push_str(": ");
                for (i, detail) in several.iter().enumerate() {
                    if i > 0 {
                        out.push_str("; ");
                    }
                    write!(out, "{detail}")?;
                }
            }
        }
        Ok(())
    }

    /// The difference with the lines of source that differ, each line with `indent`.
    pub(super) fn write(
        &self,
        out: &mut String,
        difference: &Difference,
        indent: &str,
    ) -> fmt::Result {
        writeln!(out, "{indent}{}", self.headline(difference))?;
        if difference.change != ChangeKind::Changed {
            return Ok(());
        }
        for is_new in [false, true] {
            let of_side: Vec<_> = difference.lines.iter().filter(|l| l.is_new == is_new).collect();
            let sign = if is_new { '+' } else { '-' };
            for line in of_side.iter().take(lines::SHOWN) {
                writeln!(out, "{indent}    {sign} {}", one_line(&line.text, 90))?;
            }
            if of_side.len() > lines::SHOWN {
                writeln!(out, "{indent}    {sign} … {} more", of_side.len() - lines::SHOWN)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Names::default().headline(self))
    }
}
