"""The largest singular values of a matrix, dense or sparse, by a randomised range finder.

Source: Halko, Martinsson and Tropp 2011, https://arxiv.org/abs/0909.4061.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

OVERSAMPLING = 20
"""The random projection has this many more dimensions than are wanted."""
POWER_STEPS = 2
"""This many power iterations make the decomposition exact enough."""

Floats = NDArray[np.float32]
Product = Callable[[Floats], Floats]
"""Returns the product of a matrix with the dense matrix it is given."""


def truncated_svd(
    times: Product, turned_times: Product, shape: tuple[int, int], size: int
) -> tuple[Floats, Floats, Floats]:
    """Return the first `size` singular vectors and values of a matrix A of `shape` (rows, columns).

    `times` multiplies A, and `turned_times` its transpose, by a dense matrix. The left vectors are (rows,
    size), the values (size,), and the right vectors (columns, size). The same matrix gives the same result.
    """
    wanted = min(size + OVERSAMPLING, *shape)
    start = np.random.default_rng(0).normal(size=(shape[1], wanted)).astype(np.float32)
    basis = np.linalg.qr(times(start))[0]
    for _ in range(POWER_STEPS):
        basis = np.linalg.qr(turned_times(basis))[0]
        basis = np.linalg.qr(times(basis))[0]
    # The transpose of A in the basis is small: A ≈ basis (Aᵀ basis)ᵀ.
    right, values, rotation = np.linalg.svd(turned_times(basis), full_matrices=False)
    return basis @ rotation[:size].T, values[:size], np.ascontiguousarray(right[:, :size], np.float32)
