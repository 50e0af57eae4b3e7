"""A network whose training is over, before a model is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.library.card import Card
from rnnchat.library.models import SavedModel
from rnnchat.lm.shape import NetworkShape

NamedWeights = Mapping[str, NDArray[np.floating[Any]]]
"""A network's weights by the names that they are saved with."""


@dataclass(frozen=True)
class Networks:
    """The networks of a model: its own, and that of its base where it is a member of the mixture."""

    own: NamedWeights
    base: NamedWeights | None = None
    """None where the model has no base, or `own` are the weights of the base itself."""
    is_untrained: bool = False
    """Whether `own` are the weights that the training started from."""

    @classmethod
    def untrained(cls, base: SavedModel) -> Networks:
        """Return those of a model whose network is the one of `base`, unchanged."""
        return cls(base.weights, base.base_weights, is_untrained=True)

    @classmethod
    def trained(cls, weights: NamedWeights, base: SavedModel | None) -> Networks:
        """Return those of a model whose network was trained from `base`, or at random where it is None.

        A model that is trained further keeps the base it had; one that began at random has none. A model that
        uses the notes as memory only is a base itself. Where training kept the weights of `base`, the model
        is an untrained one.
        """
        if base is None:
            return cls(weights)
        if all(np.array_equal(weight, weights[name]) for name, weight in base.weights.items()):
            return cls.untrained(base)
        if base.memory is None or (base.base_weights is None and _is_memory_only(base.card)):
            return cls(weights, base.weights)
        return cls(weights, base.base_weights)


def _is_memory_only(card: Card) -> bool:
    """Return whether a model has the network of its base, unchanged."""
    return bool(card.base) and (card.training.get("minutes") == 0 or card.training.get("improved") is False)


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

    @property
    def first_bits_per_byte(self) -> float:
        """What the network needed before it was trained: the first point of the learning curve."""
        curve = self.training.get("curve")
        return float(curve[0][2]) if curve else self.bits_per_byte

    @property
    def gain(self) -> float:
        """The share of bits that training saved, on the validation text."""
        return 1 - self.bits_per_byte / max(1e-9, self.first_bits_per_byte)
