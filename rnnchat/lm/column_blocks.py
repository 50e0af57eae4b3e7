"""A matrix in blocks of columns, for products with one row or with a few rows side by side.

A processor takes about as long to multiply four rows as to multiply one, as it reads the matrix only once.
Linear-algebra libraries copy a large matrix before they multiply it by several rows, which takes longer than
the product itself. OpenBLAS does not copy a matrix that is small enough, so each block is.
"""

from __future__ import annotations

import numpy as np

from rnnchat.lm.protocols import Floats

BLOCK_SIZE = 2**16
"""A block has about this many numbers (256 kB), so that a processor's cache holds it."""
ROWS_AT_ONCE = 4
"""The number of rows that are multiplied together at about the cost of one."""


class ColumnBlocks:
    """A `matrix` (inputs, outputs), copied into blocks of columns unless `copied` is false.

    A matrix that is not copied may change, and each change applies to later products.
    """

    def __init__(self, matrix: Floats, *, copied: bool = True) -> None:
        inputs, self._outputs = matrix.shape
        self._whole = None if copied else matrix
        width = max(1, BLOCK_SIZE // max(1, inputs))
        whole = self._outputs // width
        blocks = matrix[:, : whole * width].reshape(inputs, whole, width).transpose(1, 0, 2)
        rest = matrix[:, whole * width :]
        self._blocks: Floats = np.array(blocks, order="C") if copied else blocks
        """(blocks, inputs, width) the blocks of equal width."""
        self._rest: Floats = np.array(rest, order="C") if copied else rest
        """(inputs, less than width) the columns that are left."""

    @property
    def matrix(self) -> Floats:
        """A copy of the matrix (inputs, outputs)."""
        blocks, inputs, width = self._blocks.shape
        return np.concatenate(
            [self._blocks.transpose(1, 0, 2).reshape(inputs, blocks * width), self._rest], axis=1
        )

    def product(self, rows: Floats) -> Floats:
        """Return the product (…, outputs) of one row (inputs,) or several `rows` (n, inputs)."""
        if rows.ndim == 1:
            return self._product_of_one(rows)
        count = len(rows)
        if count == 1:
            return self._product_of_one(rows[0])[None]
        if count % ROWS_AT_ONCE == ROWS_AT_ONCE - 1:  # one row more costs less than one less than a multiple
            rows = np.concatenate([rows, rows[:1]])
        product = np.empty((count, self._outputs), np.float32)
        end = self._blocks.shape[0] * self._blocks.shape[2]
        by_block = np.matmul(rows, self._blocks)[:, :count]
        product[:, :end].reshape(count, *self._blocks.shape[::2])[:] = by_block.transpose(1, 0, 2)
        product[:, end:] = np.matmul(rows, self._rest)[:count]
        return product

    def _product_of_one(self, row: Floats) -> Floats:
        if self._whole is not None:
            whole: Floats = row @ self._whole
            return whole
        product = np.empty(self._outputs, np.float32)
        end = self._blocks.shape[0] * self._blocks.shape[2]
        np.matmul(row, self._blocks, out=product[:end].reshape(self._blocks.shape[::2]))
        np.matmul(row, self._rest, out=product[end:])
        return product
