"""A log-linear mixture: a product of few factors, fast enough for looking many pieces ahead.

    p(w) ∝ Π_i p_i(w)^a_i · Π_j (1 + HISTORY_SCALE · s_j(w))^b_j

p_i are the probabilities of the network, the n-gram model and the neural cache. s_1(w) is about the share of
w among what followed the last piece in the current text, and s_2(w) the same for the last two pieces. Where w
followed count_j(w) times among n_j, s_j(w) = count_j(w) / (n_j + 1). HISTORY_SCALE is a constant. The
exponents a and b depend on the longest context that occurs in the notes.

On two collections of notes kept back, this needs 2.6 and 5 % more bits than the full mixture, and up to 1 %
more with a low-rank network and a shortlist; that takes a fifth of the full mixture's time.

Source: log-linear interpolation, Klakow 1998.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.adapted_output import OutputSide
from rnnchat.lm.column_blocks import ColumnBlocks
from rnnchat.lm.mixture.history import TokenHistory
from rnnchat.lm.mixture.low_rank import FullNetwork, LowRankShortlistNetwork
from rnnchat.lm.mixture.tree import PieceTree
from rnnchat.lm.neural_cache import cache_log_lift
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.pieces import append_piece
from rnnchat.lm.protocols import Floats, LogRatios
from rnnchat.lm.recurrent import NetworkState, RecurrentNetwork, softmax
from rnnchat.lm.suffix_array import tally

EXPONENTS: NDArray[np.float32] = np.array(
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
"""The exponents of network, n-gram model, cache, s_1 and s_2; row n where the longest context has n pieces.

The last row is for longer contexts too. Fitted by gradient steps on the parts of two collections of notes
that were kept back, from the 12,000th character on; what fits each best alone is within 0.1 of these.
"""
HISTORY_SCALE = np.float32(100)
"""The factor on s_j(w), which says how much a share raises a piece that followed in the current text."""
CACHED_PIECES = 256
"""The cache has this many of the text's last pieces; with more it would be slower and no better."""


@dataclass(frozen=True)
class LogLinearState:
    """What an approximate step knows of a text."""

    network: NetworkState
    recent: tuple[int, ...]
    """The last pieces, at most LONGEST_MATCH."""
    history: TokenHistory
    """What was read of the text; the pieces of approximate steps are not added."""


@dataclass(frozen=True)
class Factors:
    """The logarithms of the factors of n products, for the `size` pieces of a shortlist.

    All n positions continue the same text.
    """

    logits: Floats
    """(n, size) the network's logits."""
    log_unigram: Floats
    """(size,) the logarithms of the n-gram model's probabilities without a context."""
    ngram_lifts: Sequence[LogRatios]
    """(n,) what contexts add to these; the index `size` means a piece that is not in the shortlist."""
    cache_lift: LogRatios
    """What the cache adds to the logits, likewise: indexes (distinct,), and logarithms (n, distinct)."""
    successors: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]
    """(n,) the indexes of what followed the last piece, and the last two, in the current text."""
    context_lengths: Sequence[int]
    """(n,) the number of pieces of the longest context that occurs in the notes."""


class LogLinearMixture:
    """Predicts about what the mixture would, for the pieces in the shortlist of `network`."""

    def __init__(
        self, network: LowRankShortlistNetwork | FullNetwork, memory: NgramMemory, tree: PieceTree
    ) -> None:
        self._network, self._memory, self._leaf = network, memory, tree.leaf
        self._index_of_leaf = network.index.take(tree.order)

    @classmethod
    def of_whole_network(
        cls, network: RecurrentNetwork, memory: NgramMemory, tree: PieceTree
    ) -> LogLinearMixture:
        """Return the mixture with the network as it is."""
        return cls(FullNetwork(network), memory, tree)

    @classmethod
    def of_low_rank(cls, network: RecurrentNetwork, memory: NgramMemory, tree: PieceTree) -> LogLinearMixture:
        """Return the mixture with less of the network, fitted to the notes; takes most of a second."""
        return cls(LowRankShortlistNetwork(network, memory.pieces), memory, tree)

    def steps(
        self, pieces: Sequence[int], states: Sequence[LogLinearState], ngram: NgramModel, output: OutputSide
    ) -> list[tuple[Floats, LogLinearState]]:
        """Return the probabilities (vocabulary,) of what follows each piece, and the state after it.

        Each of the `pieces` follows its own one of `states`, which all have the same history. `ngram` smooths
        the counts of the memory, and `output` is the network's output side, which may have been adapted.
        """
        network, history = self._network, states[0].history
        bias, projection, projection_bias = output
        after = network.advance(pieces, [state.network for state in states])
        tops = np.stack([network.top(state) for state in after])
        vectors = ColumnBlocks(projection, copied=False).product(tops)
        vectors += projection_bias
        logits = network.embedding_scores(vectors)
        logits += bias.take(network.shortlist)
        recents = [append_piece(state.recent, piece) for piece, state in zip(pieces, states, strict=True)]
        intervals = [self._memory.intervals(recent) for recent in recents]
        lifts = [ngram.log_lift(recent, own) for recent, own in zip(recents, intervals, strict=True)]
        cached = self._index_of_leaf.take(history.leaves[-CACHED_PIECES:])
        factors = Factors(
            logits=logits,
            log_unigram=ngram.log_unigram().take(network.shortlist),
            ngram_lifts=[(network.index.take(lifted), logs) for lifted, logs in lifts],
            cache_lift=cache_log_lift(history.vectors[-CACHED_PIECES:], cached, vectors, logits),
            successors=[self._successors(recent, history) for recent in recents],
            context_lengths=[len(own) for own in intervals],
        )
        probabilities = np.zeros((len(pieces), logits.shape[1] + 1), np.float32)
        probabilities[:, :-1] = product(factors)
        found = probabilities.take(network.index, axis=1)
        return [
            (row, LogLinearState(state, recent, history))
            for row, state, recent in zip(found, after, recents, strict=True)
        ]

    def _successors(
        self, recent: tuple[int, ...], history: TokenHistory
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the indexes of what followed the last piece, and the last two, in the current text."""
        ends = self._leaf.take(recent[-2:])
        after_one = history.successors(ends[-1:])
        after_two = history.successors(ends) if len(after_one) else after_one
        return self._index_of_leaf.take(after_one), self._index_of_leaf.take(after_two)


def product(factors: Factors) -> Floats:
    """Return the n normalised products (n, size) of the factors.

    What all pieces have in common drops out. So logarithms are only needed of the pieces whose probability
    a context, the cache or the current text raises.
    """
    exponents = EXPONENTS.take(factors.context_lengths, axis=0, mode="clip")
    network, ngram, cache, *_ = exponents.T[:, :, None]
    count, size = factors.logits.shape
    total = np.zeros((count, size + 1), np.float32)
    np.multiply(factors.logits, network + cache, out=total[:, :size])
    total[:, :size] += factors.log_unigram * ngram
    # Where an index is repeated, it has the same value each time; this adds it once.
    indexes, logs = factors.cache_lift
    total[:, indexes] += cache * logs
    for row, own, (lifted, lifts), successors in zip(
        total, exponents, factors.ngram_lifts, factors.successors, strict=True
    ):
        row[lifted] += own[1] * lifts
        for exponent, followed in zip(own[3:], successors, strict=True):
            if len(followed):
                indexes, counts = tally(followed)
                scale = HISTORY_SCALE / np.float32(len(followed) + 1)
                row[indexes] += exponent * np.log1p(counts * scale)
    return softmax(total[:, :size])
