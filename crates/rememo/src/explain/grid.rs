//! Which values of an array have changed, from a few checks of it: those of the rows and of the
//! columns of the values laid out as a square.
//!
//! One value that changed changes the check of one row and of one column, which say where it is.
//! Several in one row, or in one column, are found as well; of others their least number.

/// Checks of the values of an array, about twice the square root of their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    side: usize,
    rows: Box<[u64]>,
    columns: Box<[u64]>,
}

/// Which values differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Differing {
    /// These, by their number in order.
    Exactly(Vec<usize>),
    /// So many at least.
    AtLeast(usize),
}

/// Odd, so that a changed value always changes the sum that it is weighed into.
fn weight(i: usize) -> u64 {
    (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1
}

impl Grid {
    /// Of values of `width` bytes each, 1, 2, 4 or 8; none of values of other widths.
    #[must_use]
    pub fn of(bytes: &[u8], width: usize) -> Option<Self> {
        Some(match width {
            1 => Self::sums(bytes.iter().map(|&byte| u64::from(byte)), bytes.len()),
            2 => {
                let (words, _) = bytes.as_chunks::<2>();
                Self::sums(words.iter().map(|w| u64::from(u16::from_le_bytes(*w))), words.len())
            }
            4 => {
                let (words, _) = bytes.as_chunks::<4>();
                Self::sums(words.iter().map(|w| u64::from(u32::from_le_bytes(*w))), words.len())
            }
            8 => {
                let (words, _) = bytes.as_chunks::<8>();
                Self::sums(words.iter().map(|w| u64::from_le_bytes(*w)), words.len())
            }
            _ => return None,
        })
    }

    fn sums(values: impl Iterator<Item = u64>, count: usize) -> Self {
        let side = count.isqrt().max(1);
        let weights: Vec<u64> = (0..side).map(weight).collect();
        let mut rows = vec![0_u64; count.div_ceil(side)];
        let mut columns = vec![0_u64; side];
        let mut values = values;
        for (row, sum) in rows.iter_mut().enumerate() {
            let of_row = weight(row);
            for ((value, column), of_column) in
                values.by_ref().take(side).zip(&mut columns).zip(&weights)
            {
                *sum = sum.wrapping_add(value.wrapping_mul(*of_column));
                *column = column.wrapping_add(value.wrapping_mul(of_row));
            }
        }
        Self { side, rows: rows.into(), columns: columns.into() }
    }

    /// Which values differ; `None` where the arrays are of different lengths, or nothing can be told.
    #[must_use]
    pub fn differing(&self, now: &Self) -> Option<Differing> {
        if self.rows.len() != now.rows.len() || self.side != now.side {
            return None;
        }
        let changed = |old: &[u64], new: &[u64]| -> Vec<usize> {
            old.iter().zip(new).enumerate().filter(|(_, (a, b))| a != b).map(|(i, _)| i).collect()
        };
        let rows = changed(&self.rows, &now.rows);
        let columns = changed(&self.columns, &now.columns);
        match (&rows[..], &columns[..]) {
            ([], _) | (_, []) => None,
            ([row], columns) => {
                Some(Differing::Exactly(columns.iter().map(|c| row * self.side + c).collect()))
            }
            (rows, [column]) => {
                Some(Differing::Exactly(rows.iter().map(|r| r * self.side + column).collect()))
            }
            (rows, columns) => Some(Differing::AtLeast(rows.len().max(columns.len()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grid(values: &[u64], width: usize) -> Grid {
        let bytes: Vec<u8> =
            values.iter().flat_map(|v| v.to_le_bytes()[..width].to_vec()).collect();
        Grid::of(&bytes, width).unwrap()
    }

    proptest! {
        #[test]
        fn one_changed_value_is_found(
            values in proptest::collection::vec(any::<u64>(), 1..300),
            at in any::<prop::sample::Index>(),
            by in 1_u64..255,
            width in prop::sample::select(vec![1_usize, 2, 4, 8]),
        ) {
            let at = at.index(values.len());
            let mut changed = values.clone();
            changed[at] = changed[at].wrapping_add(by);
            let found = grid(&values, width).differing(&grid(&changed, width));
            prop_assert_eq!(found, Some(Differing::Exactly(vec![at])));
        }

        #[test]
        fn of_several_no_more_are_told_than_there_are(
            values in proptest::collection::vec(any::<u64>(), 1..300),
            at in proptest::collection::btree_set(any::<prop::sample::Index>().prop_map(|i| i.index(300)), 1..9),
        ) {
            let at: Vec<usize> = at.into_iter().filter(|&i| i < values.len()).collect();
            prop_assume!(!at.is_empty());
            let mut changed = values.clone();
            for &i in &at {
                changed[i] ^= 0x55;
            }
            match grid(&values, 8).differing(&grid(&changed, 8)) {
                Some(Differing::Exactly(found)) => prop_assert_eq!(found, at),
                Some(Differing::AtLeast(n)) => prop_assert!(n <= at.len()),
                None => prop_assert!(at.len() > 1),
            }
        }
    }

    #[test]
    fn arrays_of_different_lengths_have_nothing_to_compare() {
        assert_eq!(grid(&[1, 2, 3, 4], 8).differing(&grid(&[1], 8)), None);
        assert_eq!(Grid::of(&[0; 32], 16), None);
        assert!(Grid::of(&[], 8).is_some());
    }
}
