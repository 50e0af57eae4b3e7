"""Sparse matrices in compressed rows (CSR), as far as the tasks need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PRODUCT_ENTRIES = 60_000
"""A product with a dense matrix takes about this many values at a time, so that they stay in the cache."""


@dataclass(frozen=True)
class SparseRows:
    """A matrix (rows, columns) of which only the values that are not zero are kept, row after row."""

    starts: NDArray[np.int64]
    """Where each row starts in the other two arrays, and after the last one where it ends (rows + 1,)."""
    columns: NDArray[np.integer]
    """The column of each value (values,)."""
    values: Floats
    """The values (values,)."""
    width: int
    """The number of columns."""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.starts) - 1

    @classmethod
    def build(
        cls,
        rows: NDArray[np.integer],
        columns: NDArray[np.integer],
        values: Floats,
        shape: tuple[int, int],
    ) -> SparseRows:
        """Return the matrix of `shape` with the given entries (values,), in any order."""
        order = np.argsort(rows, kind="stable")
        starts = np.searchsorted(rows[order], np.arange(shape[0] + 1))
        return cls(starts, columns[order], values[order], shape[1])

    def row(self, number: int) -> tuple[NDArray[np.integer], Floats]:
        """Return the columns and the values of one row."""
        cut = slice(self.starts[number], self.starts[number + 1])
        return self.columns[cut], self.values[cut]

    def take(self, rows: NDArray[np.integer] | Sequence[int]) -> SparseRows:
        """Return the matrix of these `rows`, in this order."""
        rows = np.asarray(rows, np.int64)
        sizes = np.diff(self.starts)[rows]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        places = np.repeat(self.starts[rows] - starts[:-1], sizes) + np.arange(starts[-1])
        return SparseRows(starts, self.columns[places], self.values[places], self.width)

    def row_of_each(self) -> NDArray[np.int64]:
        """Return the row of each value (values,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def normalised(self) -> SparseRows:
        """Return the matrix with rows of length 1."""
        rows = self.row_of_each()
        squares = np.bincount(rows, self.values**2, len(self))
        lengths = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
        return SparseRows(self.starts, self.columns, self.values / lengths[rows], self.width)

    def dot(self, dense: Floats) -> Floats:
        """Return the product (rows, n) with a matrix `dense` (columns, n)."""
        product = np.zeros((len(self), dense.shape[1]), np.float32)
        row = 0
        while row < len(self):
            last = int(np.searchsorted(self.starts, self.starts[row] + PRODUCT_ENTRIES, side="right")) - 1
            last = min(len(self), max(last, row + 1))
            begin, end = int(self.starts[row]), int(self.starts[last])
            filled = row + np.flatnonzero(np.diff(self.starts[row : last + 1]))
            if len(filled):
                terms = dense[self.columns[begin:end]] * self.values[begin:end, None]
                product[filled] = np.add.reduceat(terms, self.starts[filled] - begin)
            row = last
        return product

    def transposed(self) -> SparseRows:
        """Return the matrix with rows and columns exchanged: for each column, the rows that have it."""
        order = np.argsort(self.columns, kind="stable")
        rows = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))
        counts = np.bincount(self.columns, minlength=self.width)
        starts = np.concatenate(([0], np.cumsum(counts)))
        return SparseRows(starts, rows[order], self.values[order], len(self))

    def products_with(self, others: SparseRows) -> Floats:
        """Return the products of each row with each row of `others`, (rows, rows of others).

        Each column of a row is looked up in the inverted index of `others`.
        """
        index = others.transposed()
        products = np.zeros((len(self), len(others)), np.float32)
        for number in range(len(self)):
            columns, values = self.row(number)
            found = index.take(columns)
            weights = found.values * np.repeat(values, np.diff(found.starts))
            products[number] = np.bincount(found.columns, weights, minlength=len(others))
        return products


def stack_columns(parts: Sequence[SparseRows]) -> SparseRows:
    """Return the matrices side by side: each row holds that row of all `parts`, one after another."""
    sizes = np.stack([np.diff(part.starts) for part in parts])
    starts = np.concatenate(([0], np.cumsum(sizes.sum(0))))
    columns = np.empty(starts[-1], np.int32)
    values = np.empty(starts[-1], np.float32)
    before = np.cumsum(sizes, 0) - sizes
    first = 0
    for part, size, offset in zip(parts, sizes, before, strict=True):
        places = np.repeat(starts[:-1] + offset - part.starts[:-1], size) + np.arange(part.starts[-1])
        columns[places] = part.columns + first
        values[places] = part.values
        first += part.width
    return SparseRows(starts, columns, values, first)


def dense_rows(dense: Floats) -> SparseRows:
    """Return a matrix `dense` (rows, columns) as sparse rows that keep all its values."""
    rows, width = dense.shape
    columns = np.tile(np.arange(width, dtype=np.int32), rows)
    return SparseRows(np.arange(rows + 1) * width, columns, np.ascontiguousarray(dense).ravel(), width)


def label_sums(rows: SparseRows, targets: NDArray[np.bool_], width: int) -> Floats:
    """Return the sums of the first `width` columns over the rows of each label (width, labels).

    `targets` (rows, labels) says which rows have which labels.
    """
    sums = np.zeros((width, targets.shape[1]), np.float32)
    row_of = rows.row_of_each()
    is_used = rows.columns < width
    for label in range(targets.shape[1]):
        kept = targets[row_of, label] & is_used
        sums[:, label] = np.bincount(rows.columns[kept], rows.values[kept], minlength=width)
    return sums
