"""Sparse rows give what dense matrices give."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.sparse import SparseRows, dense_rows, stack_columns


def sparse(dense: np.ndarray) -> SparseRows:
    rows, columns = np.nonzero(dense)
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(dense)))))
    return SparseRows(
        starts, columns.astype(np.int32), dense[rows, columns].astype(np.float32), dense.shape[1]
    )


def dense(rows: SparseRows) -> np.ndarray:
    full = np.zeros((len(rows), rows.width), np.float32)
    for number in range(len(rows)):
        columns, values = rows.row(number)
        full[number, columns] = values
    return full


@given(st.integers(0, 6), st.integers(1, 9), st.integers(1, 5), st.integers(0, 2**31))
def test_products_columns_and_rows_are_those_of_dense_matrices(
    rows: int, columns: int, labels: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    first = random.normal(size=(rows, columns)) * (random.random((rows, columns)) < 0.4)
    second = random.normal(size=(4, columns)) * (random.random((4, columns)) < 0.5)
    weights = random.normal(size=(columns, labels)).astype(np.float32)
    matrix = sparse(first)
    np.testing.assert_allclose(matrix.dot(weights), first.astype(np.float32) @ weights, atol=1e-5)
    np.testing.assert_allclose(matrix.products_with(sparse(second)), first @ second.T, atol=1e-5)
    np.testing.assert_allclose(dense(matrix.transposed()), first.T, atol=1e-6)
    chosen = random.integers(0, max(rows, 1), 3 if rows else 0)
    np.testing.assert_allclose(dense(matrix.take(chosen)), first[chosen], atol=1e-6)
    beside = random.normal(size=(rows, 2)).astype(np.float32)
    joined = stack_columns([matrix, dense_rows(beside), matrix])
    np.testing.assert_allclose(dense(joined), np.hstack([first, beside, first]), atol=1e-6)
