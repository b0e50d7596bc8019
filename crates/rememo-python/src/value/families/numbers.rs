//! Numbers of the standard library that are no built-ins.

use pyo3::prelude::*;

use pyo3::types::PyType;

use super::{Base, Encoder, HashError, Known, Opened, base, known};
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[
    known("decimal", "Decimal", decimal),
    known("fractions", "Fraction", fraction),
    known("uuid", "UUID", uuid),
    known("ipaddress", "IPv4Address", address),
    known("ipaddress", "IPv6Address", address),
    known("ipaddress", "IPv4Network", address),
    known("ipaddress", "IPv6Network", address),
    known("ipaddress", "IPv4Interface", address),
    known("ipaddress", "IPv6Interface", address),
];

/// Types of the standard library that reduce to their number alone, which is not all of a subclass.
pub(super) const BASES: &[Base] = &[
    base("fractions", "Fraction", state),
    base("uuid", "UUID", state),
    base("ipaddress", "_BaseAddress", state),
    base("ipaddress", "_BaseNetwork", state),
];

fn state(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    encoder.open_state(object, class)
}

/// Sign, digits and exponent: `1.0` and `1.00` are told apart, as `str` tells them apart. Every NaN is one, without
/// sign and payload; a signaling one raises where the other does not, hence it is another.
fn decimal(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let text = crate::raw::string(&object.str()?);
    let kind = text.trim_start_matches('-').trim_end_matches(|c: char| c.is_ascii_digit());
    let text = if matches!(kind, "NaN" | "sNaN") { kind } else { &text };
    Ok(encoder.text_record("decimal.Decimal", text))
}

fn fraction(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let parts = vec![
        Part::named("numerator", object.getattr("numerator")?),
        Part::named("denominator", object.getattr("denominator")?),
    ];
    Ok(encoder.record("fractions.Fraction", parts))
}

fn uuid(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let parts = vec![
        Part::named("int", object.getattr("int")?),
        Part::named("is_safe", object.getattr("is_safe")?.getattr("value")?),
    ];
    Ok(encoder.record("uuid.UUID", parts))
}

fn address(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let (_, name) = crate::raw::type_names(&object.get_type());
    let text = object.str()?;
    Ok(encoder.text_record(&format!("ipaddress.{name}"), &crate::raw::string(&text)))
}
