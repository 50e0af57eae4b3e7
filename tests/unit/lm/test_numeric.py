"""Both sigmoids are close to the function in double precision, each in the way that it promises."""

from __future__ import annotations

import numpy as np

from rnnchat.lm.numeric import HASH_MULTIPLIER, precise_sigmoid, sigmoid


def exact(x: np.ndarray) -> np.ndarray:
    result: np.ndarray = 1 / (1 + np.exp(-x.astype(np.float64)))
    return result


def test_a_sigmoid_is_finite_everywhere() -> None:
    x = np.array([-1e30, -200, -3, 0, 0.5, 200, 1e30], np.float32)
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(sigmoid(x), exact(x), atol=2e-7)


def test_a_precise_sigmoid_has_a_small_relative_error() -> None:
    x = np.linspace(-80, 80, 401, dtype=np.float32)
    np.testing.assert_allclose(precise_sigmoid(x), exact(x), rtol=1e-6)


def test_the_hash_multiplier_has_an_inverse() -> None:
    assert HASH_MULTIPLIER * pow(HASH_MULTIPLIER, -1, 2**64) % 2**64 == 1
