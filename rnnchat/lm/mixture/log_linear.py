"""A mixture in short: a product of few factors, cheap enough to look many pieces ahead.

p ∝ Π pᵢ^wᵢ · Π (1 + SHARP·sⱼ)^vⱼ, where pᵢ are the network's, the memory's and the cache's probabilities, and
sⱼ the share that a piece has among those that followed the last piece, or the last two, in the text at hand.
The weights depend on how long a context the memory knows. On two collections of held-out notes that takes
2.6 and 5 % more bits than the mixture; with the network in brief a half or one percent more, in a fifth of
its time.

Source: log-linear interpolation, Klakow 1998.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.mixture.history import TokenHistory
from rnnchat.lm.mixture.low_rank import FullNetwork, LowRankNetwork
from rnnchat.lm.mixture.tree import PieceTree
from rnnchat.lm.neural_cache import OutputSide, cached_more
from rnnchat.lm.ngram import LONGEST_MATCH, NgramMemory, NgramModel, tally
from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import NetworkState, softmax

WEIGHTS: NDArray[np.float32] = np.array(
    [
        [0.41, 0.40, 0.40, 0.10, 0.10],
        [0.36, 0.33, 0.40, 0.22, 0.21],
        [0.31, 0.35, 0.34, 0.12, 0.28],
        [0.31, 0.39, 0.33, 0.04, 0.34],
        [0.25, 0.49, 0.32, 0.04, 0.22],
        [0.31, 0.56, 0.27, 0.09, 0.16],
        [0.19, 0.57, 0.32, 0.10, 0.13],
        [0.15, 0.87, 0.16, 0.07, 0.17],
    ],
    np.float32,
)
"""Of network, memory and cache, and of what followed one and two pieces here: a row for each known length.

Fitted by gradient steps on the held-out parts of two collections of notes, from the 12,000th character on;
what each alone would have is within 0.1 of this.
"""
SHARP = np.float32(100)
CACHED = 256
"""So many of the last pieces make the cache; with all of them it would be slower and no better."""


@dataclass(frozen=True)
class LogLinearState:
    """What a glance knows of a text: the network's state, the last pieces, and what was read of it."""

    network: NetworkState
    recent: tuple[int, ...]
    passage: TokenHistory


class LogLinearMixture:
    """Says about what a mixture of these members would, of the pieces that the `brief` network knows."""

    def __init__(self, brief: LowRankNetwork | FullNetwork, memory: NgramMemory, tree: PieceTree) -> None:
        self._brief, self._memory, self._leaf = brief, memory, tree.leaf
        self._place_of_leaf = brief.places.take(tree.order)

    def step(
        self, piece: int, state: LogLinearState, ngram: NgramModel, output: OutputSide
    ) -> tuple[Floats, LogLinearState]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state after it.

        `ngram` smooths what the memory says, and `output` is how the network speaks by now.
        """
        brief, passage = self._brief, state.passage
        network = brief.advance(piece, state.network)
        recent = (*state.recent[1 - LONGEST_MATCH :], piece)
        intervals = self._memory.intervals(recent)
        bias, projection, beside = output
        vector = brief.top(network) @ projection + beside
        logits = brief.embedding_scores(vector)
        logits += bias.take(brief.pieces)
        rare, (pieces, logs) = ngram.raised(recent, intervals)
        ends = self._leaf.take(recent[-2:])
        said = multiplied(
            logits,
            rare.take(brief.pieces),
            (brief.places.take(pieces), logs),
            cached_more(
                passage.vectors[-CACHED:], self._place_of_leaf.take(passage.pieces[-CACHED:]), vector, logits
            ),
            tuple(self._place_of_leaf.take(passage.followers(ends[-back:])) for back in (1, 2)),
            len(intervals),
        )
        probabilities = np.zeros(len(rare), np.float32)
        probabilities[brief.pieces] = said
        return probabilities, LogLinearState(network, recent, passage)


Raised = tuple[NDArray[np.integer], Floats]
"""Places (n,), some perhaps more than once, and the logarithms (n,) of what multiplies their probability."""


def multiplied(
    logits: Floats,
    rare: Floats,
    by_context: Raised,
    by_likeness: Raised,
    here: tuple[NDArray[np.intp], ...],
    known: int,
) -> Floats:
    """Return the product (size,) of network, memory and cache, and of what followed `here`.

    `logits` are the network's, `rare` the logarithms of how likely the memory finds each piece anywhere.
    `by_context` is what its contexts add to that, and `by_likeness` what the cache adds to the network; the
    place `size` is for pieces that are left out. The longest context that the memory knows has `known`
    pieces. What is common to all pieces drops out, so that hardly any logarithm is taken of more than those
    raised.
    """
    weights = WEIGHTS[min(known, len(WEIGHTS) - 1)]
    of_network, of_memory, of_cache, *of_here = weights
    size = len(logits)
    total = np.zeros(size + 1, np.float32)
    np.multiply(logits, of_network + of_cache, out=total[:size])
    total[:size] += rare * of_memory
    for weight, (places, logs) in ((of_memory, by_context), (of_cache, by_likeness)):
        total[places] += weight * logs
    for weight, followers in zip(of_here, here, strict=True):
        if len(followers):
            places, often = tally(followers)
            total[places] += weight * np.log1p(often * (SHARP / np.float32(len(followers) + 1)))
    return softmax(total[:size])
