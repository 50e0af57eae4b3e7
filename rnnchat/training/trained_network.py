"""A network whose training is over, before a model is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.shape import NetworkShape

NamedWeights = Mapping[str, NDArray[np.floating[Any]]]
"""A network's weights by the names that they are saved with."""


@dataclass(frozen=True)
class TrainedNetwork:
    """All that is needed to make a model without TensorFlow."""

    shape: NetworkShape
    weights: NamedWeights
    bits_per_byte: float
    """What the network alone needs on the validation text."""
    training: Mapping[str, Any]
    """What the card says about the training, ``tokens_per_second``, ``steps`` and ``ended`` at least."""
    seconds: float = 0.0
    """How long the run had worked when the training of the network ended."""
