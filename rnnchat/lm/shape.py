"""The sizes of a recurrent network, which say how large a model's files can be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from rnnchat.errors import ModelError
from rnnchat.text.tokenizer_rules import MAXIMUM_VOCABULARY

GATES = {"gru": 3, "lstm": 4, "rnn": 1}
"""The recurrent cells, each with the number of columns that its kernels have for a unit."""
MOST_UNITS = 2**14
"""The most units of a layer, and the longest vector of an embedding."""
MOST_LAYERS = 16
"""The most recurrent layers."""
MOST_WEIGHTS = 2**26
"""The most weights in total, ten times as many as a training on a laptop makes."""


@dataclass(frozen=True)
class NetworkShape:
    """The sizes of a recurrent network, and its cell."""

    vocabulary: int
    """The number of pieces."""
    embedding: int = 256
    """The length of a piece's vector."""
    units: int = 768
    """The length of the hidden state of a layer."""
    layers: int = 1
    """The number of recurrent layers."""
    cell: str = "gru"
    """One of GATES: gru, lstm or rnn."""

    def weights(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of every weight by its name."""
        gates = GATES[self.cell] * self.units
        shapes: dict[str, tuple[int, ...]] = {"embedding": (self.vocabulary, self.embedding)}
        for layer in range(self.layers):
            inputs = self.embedding if layer == 0 else self.units
            shapes[f"layer_{layer}.kernel"] = (inputs, gates)
            shapes[f"layer_{layer}.recurrent_kernel"] = (self.units, gates)
            shapes[f"layer_{layer}.bias"] = (2, gates) if self.cell == "gru" else (gates,)
        shapes["projection.kernel"] = (self.units, self.embedding)
        shapes["projection.bias"] = (self.embedding,)
        shapes["output.bias"] = (self.vocabulary,)
        return shapes

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(math.prod(shape) for shape in self.weights().values())

    def as_dict(self) -> dict[str, int | str]:
        """Return the sizes as a card has them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> NetworkShape:
        """Return the shape that a card states; raise ModelError where that is none or impossible."""
        try:
            shape = cls(**{field.name: values[field.name] for field in fields(cls)})  # type: ignore[arg-type]
        except (KeyError, TypeError) as error:
            raise ModelError("The card does not state the network's sizes.") from error
        limits = (
            (shape.vocabulary, MAXIMUM_VOCABULARY),
            (shape.embedding, MOST_UNITS),
            (shape.units, MOST_UNITS),
            (shape.layers, MOST_LAYERS),
        )
        if (
            not isinstance(shape.cell, str)
            or shape.cell not in GATES
            or not all(type(size) is int and 0 < size <= most for size, most in limits)
            or shape.parameters > MOST_WEIGHTS
        ):
            raise ModelError("The card states sizes that no network has.")
        return shape
