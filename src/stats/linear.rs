//! A small symmetric positive definite matrix and its inverse.

/// A pivot below this share of its diagonal means that the columns depend on each other.
const SINGULAR: f64 = 1e-11;

/// A square matrix.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrix {
    size: usize,
    cells: Vec<f64>,
}

impl Matrix {
    fn new(size: usize) -> Self {
        Self { size, cells: vec![0.0; size * size] }
    }

    /// Σ w·x·xᵀ over pairs of weight and row; every row has `size` entries.
    pub(super) fn gram<'a>(size: usize, rows: impl IntoIterator<Item = (f64, &'a [f64])>) -> Self {
        let mut matrix = Self::new(size);
        for (weight, row) in rows {
            for (cells, x) in matrix.cells.chunks_mut(size.max(1)).zip(row) {
                for (cell, y) in cells.iter_mut().zip(row) {
                    *cell += weight * x * y;
                }
            }
        }
        matrix
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        self.cells.get(row * self.size + column).copied().unwrap_or(0.0)
    }

    fn row(&self, row: usize) -> &[f64] {
        self.cells.get(row * self.size..(row + 1) * self.size).unwrap_or_default()
    }

    /// The element on the diagonal.
    pub(super) fn diagonal(&self, index: usize) -> f64 {
        self.at(index, index)
    }

    /// The product with a vector.
    pub(super) fn times(&self, vector: &[f64]) -> Vec<f64> {
        self.cells.chunks(self.size.max(1)).map(|row| dot(row, vector)).collect()
    }

    /// xᵀ·M·x.
    pub(super) fn quadratic(&self, vector: &[f64]) -> f64 {
        dot(&self.times(vector), vector)
    }

    /// The inverse by Gauss-Jordan elimination; none where the matrix is singular or not positive definite.
    pub(super) fn inverse(&self) -> Option<Self> {
        let mut left = self.clone();
        let mut right = Self::new(self.size);
        for index in 0..self.size {
            *right.cells.get_mut(index * self.size + index)? = 1.0;
        }
        for pivot_row in 0..self.size {
            let pivot = left.at(pivot_row, pivot_row);
            if !pivot.is_finite() || pivot <= SINGULAR * self.at(pivot_row, pivot_row) {
                return None;
            }
            left.scale(pivot_row, 1.0 / pivot);
            right.scale(pivot_row, 1.0 / pivot);
            for row in (0..self.size).filter(|&row| row != pivot_row) {
                let factor = left.at(row, pivot_row);
                left.subtract(row, pivot_row, factor);
                right.subtract(row, pivot_row, factor);
            }
        }
        right.cells.iter().all(|cell| cell.is_finite()).then_some(right)
    }

    fn scale(&mut self, row: usize, factor: f64) {
        let size = self.size;
        self.cells.iter_mut().skip(row * size).take(size).for_each(|cell| *cell *= factor);
    }

    fn subtract(&mut self, row: usize, pivot_row: usize, factor: f64) {
        let pivot: Vec<f64> = self.row(pivot_row).to_vec();
        let size = self.size;
        for (cell, pivot) in self.cells.iter_mut().skip(row * size).take(size).zip(pivot) {
            *cell -= factor * pivot;
        }
    }
}

/// The scalar product.
pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverses() {
        let rows: [[f64; 3]; 5] =
            [[1.0, -2.0, 0.0], [1.0, -1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [1.0, 2.0, 0.0]];
        let matrix = Matrix::gram(3, rows.iter().map(|row| (2.0, row.as_slice())));
        assert!((matrix.diagonal(1) - 20.0).abs() < 1e-12);
        let inverse = matrix.inverse().unwrap();
        for unit in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] {
            let found = matrix.times(&inverse.times(&unit));
            assert!(found.iter().zip(unit).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
        }
        assert!((inverse.quadratic(&[0.0, 1.0, 0.0]) - inverse.diagonal(1)).abs() < 1e-15);
        let dependent = [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]];
        assert_eq!(Matrix::gram(2, dependent.iter().map(|row| (1.0, row.as_slice()))).inverse(), None);
    }
}
