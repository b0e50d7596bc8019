//! Numbers of the standard library that are no built-ins.

use pyo3::prelude::*;

use super::{Encoder, HashError, Known, Opened, known};
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

/// Sign, digits and exponent: `1.0` and `1.00` are told apart, as `str` tells them apart; every NaN is one.
fn decimal(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let text = object.str()?;
    Ok(encoder.text_record("decimal.Decimal", &crate::raw::string(&text)))
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
