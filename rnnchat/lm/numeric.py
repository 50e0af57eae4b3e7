"""Numerical functions and constants that several models share."""

from __future__ import annotations

import numpy as np

from rnnchat.lm.protocols import Floats

HASH_MULTIPLIER = 0x9E3779B97F4A7C15
"""An odd number near 2**64 / golden ratio, for hashes modulo 2**64; being odd, it has an inverse there."""


def sigmoid(x: Floats) -> Floats:
    """Return σ(x) = 1 / (1 + exp(−x)), as (tanh(x / 2) + 1) / 2, which cannot overflow.

    Its absolute error is small, but not its relative error where the result is close to 0.
    """
    result: Floats = (np.tanh(x * np.float32(0.5)) + np.float32(1)) * np.float32(0.5)
    return result


def precise_sigmoid(x: Floats) -> Floats:
    """Return σ(x) = 1 / (1 + exp(−x)) with a small relative error, for |x| < 88, where exp is finite."""
    result: Floats = np.float32(1) / (np.float32(1) + np.exp(-x))
    return result
