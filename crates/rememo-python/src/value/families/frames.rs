//! Data frames: pandas and polars.

use super::Known;

pub(super) const TYPES: &[Known] = &[];
