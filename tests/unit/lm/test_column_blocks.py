"""A matrix in blocks of columns: its products are those of the matrix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.lm.column_blocks import ColumnBlocks


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 90), st.integers(1, 9), st.booleans())
def test_the_products_are_those_of_the_matrix(inputs: int, outputs: int, rows: int, copied: bool) -> None:
    random = np.random.default_rng(inputs * outputs)
    matrix = random.normal(size=(inputs, outputs)).astype(np.float32)
    several = random.normal(size=(rows, inputs)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rnnchat.lm.column_blocks.BLOCK_SIZE", 256)
        blocks = ColumnBlocks(matrix, copied=copied)
    np.testing.assert_array_equal(blocks.matrix, matrix)
    np.testing.assert_allclose(blocks.product(several), several @ matrix, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(blocks.product(several[0]), several[0] @ matrix, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("copied", [False, True])
def test_only_a_matrix_that_is_not_copied_may_change(copied: bool) -> None:
    matrix = np.ones((4, 6), np.float32)
    blocks = ColumnBlocks(matrix, copied=copied)
    matrix *= 2
    expected = 4.0 if copied else 8.0
    for rows in (np.ones(4, np.float32), np.ones((2, 4), np.float32)):
        assert (blocks.product(rows) == expected).all()
