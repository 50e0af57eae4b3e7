"""Fits, saves and loads the weights of a mixture: its tree of pieces, and a static and an adaptive mixer."""

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
from rnnchat.lm.mixture.members import MixtureParts, mixer_shape
from rnnchat.lm.mixture.mixer import Mixer
from rnnchat.lm.mixture.model import Mixture
from rnnchat.lm.mixture.tree import PieceTree
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.recurrent import RecurrentNetwork

STATIC_TIME_SHARE = 0.3
"""The largest share of the time for fitting that the static mixture takes."""
STATIC_SPEED = 2
"""Fitting the static mixture to a piece is about this many times faster than fitting the adaptive one."""


@dataclass(frozen=True)
class MixtureWeights:
    """The weights of a mixture, for a network and memory that are saved apart.

    `static` is the mixer of a mixture that learns nothing from what it reads, `adaptive` of one that does.
    """

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
        *,
        base: RecurrentNetwork | None = None,
        seconds: float = math.inf,
        progress: Callable[[int, int], None] | None = None,
    ) -> MixtureWeights:
        """Return both mixers fitted, in about `seconds`, to `texts` that neither network nor memory learned.

        `progress` is called now and then with the work done and the work in total, in pieces of the adaptive
        mixture.
        """
        started = time.monotonic()
        static_work = sum(map(len, _first_half(texts))) // STATIC_SPEED
        work = static_work + sum(map(len, texts))

        def report_static(pieces: int) -> None:
            if progress is not None:
                progress(pieces // STATIC_SPEED, work)

        def report_adaptive(pieces: int) -> None:
            if progress is not None:
                progress(static_work + pieces, work)

        counts = np.bincount(memory.pieces, minlength=memory.vocabulary)
        tree = PieceTree.build(network.output_side()[0], counts)
        parts = MixtureParts(network, memory, kinds, tree, base)
        static = fit_static_mixture(parts, texts, started + STATIC_TIME_SHARE * seconds, report_static)
        adaptive = _unfitted(parts, adaptive=True)
        adaptive.fit(texts, started + seconds, report_adaptive)
        return cls(tree, static.saved, adaptive.saved)

    def mixture(
        self,
        network: RecurrentNetwork,
        memory: NgramMemory,
        kinds: PieceKinds,
        *,
        base: RecurrentNetwork | None = None,
        adaptive: bool = False,
    ) -> Mixture:
        """Return the static or the `adaptive` mixture of these parts by the weights."""
        mixer = self.adaptive if adaptive else self.static
        return Mixture(MixtureParts(network, memory, kinds, self.tree, base), mixer, adaptive=adaptive)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays from which `from_tensors` makes the same weights."""
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
        """Return saved weights, for members with or without a `base`; raise ModelError where damaged."""
        parts: dict[str, dict[str, NDArray[Any]]] = {"tree": {}, "static": {}, "adaptive": {}}
        for name, array in tensors.items():
            part, _, own = name.partition(".")
            if part not in parts:
                raise ModelError("The mixture is damaged: it holds an array that no mixture has.")
            parts[part][own] = array
        static, adaptive = (unfitted_mixer(vocabulary, adaptive=a, base=base) for a in (False, True))
        static.load(parts["static"])
        adaptive.load(parts["adaptive"])
        return cls(PieceTree.from_tensors(parts["tree"], vocabulary), static, adaptive)


def unfitted_mixer(vocabulary: int, *, adaptive: bool, base: bool = False) -> Mixer:
    """Return the mixer of a static or an `adaptive` mixture, with or without a `base`, before any fitting."""
    return Mixer(mixer_shape(vocabulary, adaptive=adaptive, base=base))


def fit_static_mixture(
    parts: MixtureParts,
    texts: Sequence[list[int]],
    until: float = math.inf,
    progress: Callable[[int], None] | None = None,
) -> Mixture:
    """Return a static mixture fitted to `texts` that its parts have not learned.

    It has fewer inputs than an adaptive one, so the first half of the texts is enough. No text is begun after
    the monotonic clock reaches `until`. `progress` is given the number of pieces done now and then.
    """
    mixture = _unfitted(parts, adaptive=False)
    mixture.fit(_first_half(texts), until, progress)
    return mixture


def _first_half(texts: Sequence[list[int]]) -> Sequence[list[int]]:
    return texts[: -(-len(texts) // 2)]


def _unfitted(parts: MixtureParts, *, adaptive: bool) -> Mixture:
    mixer = unfitted_mixer(parts.memory.vocabulary, adaptive=adaptive, base=parts.base is not None)
    return Mixture(parts, mixer, adaptive=adaptive)
