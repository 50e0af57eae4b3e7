"""A small neural network that gives each of some candidates a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_INPUT = 6.0
"""An input that is further from its mean than this, in standard deviations, counts as this far from it."""


@dataclass(frozen=True)
class ScoringNetwork:
    """A network with one hidden layer and a linear part beside it."""

    means: NDArray[np.float32]
    """The mean of each feature, (features,)."""
    scales: NDArray[np.float32]
    """The standard deviation of each feature, and a little more than 0, (features,)."""
    linear: NDArray[np.float32]
    """What each feature counts for directly, (features,)."""
    hidden: NDArray[np.float32]
    """The weights of the hidden units, (features, units)."""
    biases: NDArray[np.float32]
    """Their biases, (units,)."""
    output: NDArray[np.float32]
    """What each unit counts for, (units,)."""

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], prefix: str = "") -> ScoringNetwork:
        """Return the network whose arrays are in `tensors` under names that begin with `prefix`."""
        return cls(**{field.name: tensors[prefix + field.name] for field in fields(cls)})

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the score of each candidate, (candidates,), given (candidates, features)."""
        inputs = self.inputs(features)
        active = np.tanh(inputs @ self.hidden + self.biases)
        found: NDArray[np.float32] = np.asarray(inputs @ self.linear + active @ self.output, np.float32)
        return found

    def inputs(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the features as the layers see them, (candidates, features)."""
        return scaled_inputs(features, self.means, self.scales)

    def tensors(self, prefix: str = "") -> dict[str, NDArray[Any]]:
        """Return the arrays to save, under names that begin with `prefix`."""
        return {prefix + field.name: getattr(self, field.name) for field in fields(self)}


def scaled_inputs(
    features: NDArray[np.float32], means: NDArray[np.float32], scales: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return features (candidates, features) in units of their `scales` from their `means`, within limits."""
    scaled: NDArray[np.float32] = (features - means) / scales
    return scaled.clip(-LARGEST_INPUT, LARGEST_INPUT)
