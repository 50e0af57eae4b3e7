"""What a training fits of a mixture and a model keeps: its tree of pieces, and how its parts are weighed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.mixture.contexts import PieceKinds
from rnnchat.lm.mixture.mixer import Mixer
from rnnchat.lm.mixture.model import Mixture, new_mixer
from rnnchat.lm.mixture.tree import PieceTree
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.recurrent import RecurrentNetwork

FOR_STATIC = 0.3
"""The part of the time for fitting that the static mixture takes at most."""

STATIC_COSTS_LESS = 2
"""How much longer a piece takes the mixture that learns on, about."""


@dataclass(frozen=True)
class MixtureWeights:
    """What is saved of a mixture: its tree, and a mixer each for reading only and for learning on."""

    tree: PieceTree
    static: Mixer
    adaptive: Mixer

    @classmethod
    def fit(
        cls,
        network: RecurrentNetwork,
        memory: NgramMemory,
        kinds: PieceKinds,
        texts: Sequence[list[int]],
        base: RecurrentNetwork | None = None,
        seconds: float = math.inf,
        progress: Callable[[int, int], None] | None = None,
    ) -> MixtureWeights:
        """Fit both mixers to `texts`, which neither network nor memory has learned, in about `seconds`.

        `progress` is told now and then how much of how much work is done, in pieces of the adaptive mixture.
        """
        started = time.monotonic()
        half = texts[: -(-len(texts) // 2)]
        whole, static = sum(map(len, texts)), sum(map(len, half)) // STATIC_COSTS_LESS

        def tell(adaptive: bool) -> Callable[[int], None] | None:
            if progress is None:
                return None
            done = progress
            if adaptive:
                return lambda pieces: done(static + pieces, static + whole)
            return lambda pieces: done(pieces // STATIC_COSTS_LESS, static + whole)

        counts = np.bincount(memory.pieces, minlength=memory.vocabulary)
        tree = PieceTree.build(network.output_side()[0], counts)
        mixers = []
        for adaptive in (False, True):
            mixture = Mixture(network, memory, kinds, tree, adaptive=adaptive, base=base)
            # The static mixture has less to weigh, and so learns it from half of them.
            if adaptive:
                mixture.fit(texts, started + seconds, tell(adaptive))
            else:
                mixture.fit(half, started + FOR_STATIC * seconds, tell(adaptive))
            mixers.append(mixture.saved)
        return cls(tree, *mixers)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that `from_tensors` makes the same weights of."""
        parts = {
            "tree": self.tree.tensors(),
            "static": self.static.tensors(),
            "adaptive": self.adaptive.tensors(),
        }
        return {f"{part}.{name}": array for part, own in parts.items() for name, array in own.items()}

    @classmethod
    def from_tensors(
        cls, tensors: Mapping[str, NDArray[Any]], vocabulary: int, *, base: bool = False
    ) -> MixtureWeights:
        """Return saved weights, with a `base` among the members or not; raise ModelError where damaged."""
        parts: dict[str, dict[str, NDArray[Any]]] = {"tree": {}, "static": {}, "adaptive": {}}
        for name, array in tensors.items():
            part, _, own = name.partition(".")
            if part not in parts:
                raise ModelError("The mixture is damaged: it holds an array that no mixture has.")
            parts[part][own] = array
        mixers = [new_mixer(vocabulary, adaptive=adaptive, base=base) for adaptive in (False, True)]
        for mixer, part in zip(mixers, ("static", "adaptive"), strict=True):
            mixer.load(parts[part])
        return cls(PieceTree.from_tensors(parts["tree"], vocabulary), *mixers)
