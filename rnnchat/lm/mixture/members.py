"""The members of a mixture: what network, n-gram model and the others predict, count and match in a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.adapted_output import BATCH, AdaptedOutput, OutputSide
from rnnchat.lm.mixture.contexts import CorpusContexts, PieceKinds
from rnnchat.lm.mixture.counts import SuccessorCounter
from rnnchat.lm.mixture.history import NO_MATCH, MatchModel
from rnnchat.lm.mixture.inputs import CONTEXTS, HISTORY_ORDERS, MATCHES, ContextCounts, MixtureInputs
from rnnchat.lm.mixture.known_texts import KnownPosition
from rnnchat.lm.mixture.mixer import MixerShape
from rnnchat.lm.mixture.row_selection import select_rows, set_sizes
from rnnchat.lm.mixture.state import MixtureState
from rnnchat.lm.mixture.tree import PieceTree
from rnnchat.lm.neural_cache import cached
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import RecurrentNetwork, softmax
from rnnchat.lm.suffix_array import Interval

ALWAYS_MEMBERS = ("network", "n-gram model", "neural cache")
"""The members of every mixture, in order; base network and adapted network follow where there are any."""


def mixer_shape(vocabulary: int, *, adaptive: bool, base: bool) -> MixerShape:
    """Return the shape of the mixer for a static or an `adaptive` mixture, with or without a `base`."""
    members = len(ALWAYS_MEMBERS) + base + adaptive
    return MixerShape(
        nodes=vocabulary - 1,
        members=members,
        contexts=CONTEXTS,
        matches=MATCHES,
        set_sizes=set_sizes(vocabulary),
    )


@dataclass(frozen=True)
class MixtureParts:
    """What a mixture is made of, besides its mixer; raises ModelError where the vocabularies differ."""

    network: RecurrentNetwork
    memory: NgramMemory
    kinds: PieceKinds
    tree: PieceTree
    base: RecurrentNetwork | None = None
    """The network that `network` was trained from, where it is a member too."""

    def __post_init__(self) -> None:
        sizes = {
            self.network.vocabulary,
            self.memory.vocabulary,
            len(self.tree.order),
            len(self.kinds.is_word),
        }
        if self.base is not None:
            sizes.add(self.base.vocabulary)
        if len(sizes) > 1:
            raise ModelError("The parts of the model do not fit together: their vocabularies differ.")


class _Predictions(NamedTuple):
    """The probabilities (vocabulary,) of the members, and the network's top state."""

    top: Floats
    """(units,) the output of the network's top layer."""
    network: Floats
    ngram: Floats
    base: Floats | None
    adapted: Floats | None
    by_leaf: Floats
    """(members, vocabulary) those of all members, by leaf."""


class _AdaptedRows(NamedTuple):
    """What the network with adapted output predicts at several positions of a known text."""

    group: Floats
    """The group of positions that these belong to."""
    start: int
    """The place in the group of the first of them."""
    step: int
    """How many steps had been taken."""
    probabilities: Floats
    """(positions, vocabulary)"""


class Members:
    """The members of a mixture; those that learn can forget again."""

    def __init__(self, parts: MixtureParts, *, adaptive: bool) -> None:
        self._network, self._base = parts.network, parts.base
        self._memory, self._tree = parts.memory, parts.tree
        self._adaptive = adaptive
        self.ngram = NgramModel(parts.memory)
        corpus = CorpusContexts(parts.memory.pieces, parts.kinds)
        self._successors = SuccessorCounter(parts.memory, corpus, parts.tree.leaf)
        self._adapted_rows: _AdaptedRows | None = None
        self.forget()

    @property
    def output_side(self) -> OutputSide:
        """The network's output side, adapted to what was learned."""
        return self._network.output_side()[1:] if self._adapted is None else self._adapted.weights

    def inputs(self, state: MixtureState, known: KnownPosition | None = None) -> MixtureInputs:
        """Return what all members give after the text of `state`.

        Where it is `known` what the networks give there, the networks' own states are not used.
        """
        recent, history = state.context.recent, state.history
        intervals = self._memory.intervals(recent)
        predictions = self._predict(state, intervals, known or self._position(state))
        mean = predictions.by_leaf.sum(axis=0)
        mean /= mean.sum()
        cumulative = np.zeros(len(mean) + 1)
        mean.cumsum(dtype=np.float64, out=cumulative[1:])
        ends = self._tree.leaf.take(recent)
        matches = [self._match_in_notes(intervals), self._match_in_text(state, ends)]
        match_lengths = matches[0][1], matches[1][1]
        in_notes = self._successors.find(state.context, intervals)
        in_history = tuple(history.successors(ends[-n:]) if n else history.leaves for n in HISTORY_ORDERS)
        rows = select_rows(
            network=predictions.network,
            ngram=predictions.ngram,
            intervals=intervals,
            successors=in_notes,
            match_lengths=match_lengths,
            last=recent[-1],
            history_counts=tuple(map(len, in_history)),
        )
        return MixtureInputs(
            top=predictions.top,
            adapted=predictions.adapted,
            base=predictions.base,
            members=predictions.by_leaf,
            mean=mean,
            cumulative=cumulative,
            intervals=intervals,
            contexts=ContextCounts.of(in_notes, in_history, matches),
            match_lengths=match_lengths,
            rows=rows,
        )

    def _position(self, state: MixtureState) -> KnownPosition:
        """Return what the networks give after the text of `state`."""
        base = None
        if self._base is not None:
            base = softmax(self._base.logits(self._base.project(state.base)))
        network = softmax(self._network.logits(state.vector))
        return KnownPosition(self._network.top(state.network), state.vector, network, base)

    def _predict(
        self, state: MixtureState, intervals: list[Interval], position: KnownPosition
    ) -> _Predictions:
        """Return the probabilities of every member."""
        order, history = self._tree.order, state.history
        top, network, base = position.top, position.network, position.base
        ngram = self.ngram.predict(state.context.recent, intervals)
        members = [network.take(order), ngram.take(order)]
        members.append(cached(history.vectors, history.leaves, state.vector, members[0]))
        if base is not None:
            members.append(base.take(order))
        adapted = None
        if self._adapted is not None:
            adapted = self._predict_adapted(self._adapted, position) if self._adapted.steps else network
            members.append(adapted.take(order))
        return _Predictions(
            top=top,
            network=network,
            ngram=ngram,
            base=base,
            adapted=adapted,
            by_leaf=np.stack(members),
        )

    def _predict_adapted(self, adapted: AdaptedOutput, position: KnownPosition) -> Floats:
        """Return the probabilities of the network with adapted output.

        It changes only every few pieces, so in a known text several positions are predicted together.
        """
        if position.group is None:
            return adapted.predict(position.top)[1]
        last = self._adapted_rows
        if (
            last is None
            or last.group is not position.group
            or last.step != adapted.steps
            or not 0 <= position.place - last.start < len(last.probabilities)
        ):
            tops = position.group[position.place : position.place + BATCH]
            rows = adapted.predict(tops)[1]
            last = _AdaptedRows(position.group, position.place, adapted.steps, rows)
            self._adapted_rows = last
        probabilities: Floats = last.probabilities[position.place - last.start]
        return probabilities

    def learn(self, inputs: MixtureInputs, piece: int, state: MixtureState) -> None:
        """Learn that `piece` followed `state`, where `inputs` were given."""
        recent = state.context.recent
        self.ngram.learn(piece, recent)
        self._successors.learn(state.context, inputs.intervals, piece)
        self._learned_text.learn(recent, piece)
        if self._adapted is not None and inputs.adapted is not None:
            self._adapted.learn(inputs.top, piece, inputs.adapted)

    def forget(self) -> None:
        """Drop what was learned."""
        self.ngram.forget()
        self._successors.forget()
        self._learned_text = MatchModel()
        self._adapted = AdaptedOutput(self._network) if self._adaptive else None
        self._adapted_rows = None

    def _match_in_notes(self, intervals: list[Interval]) -> tuple[int, int]:
        """Return the leaf after the longest match in the notes, and the match's length in pieces.

        Of several longest matches, it is the last in the order of the suffix array.
        """
        if not intervals:
            return NO_MATCH
        position = int(self._memory.suffixes[intervals[-1][1] - 1])
        piece = self._memory.pieces[position + 1]
        return int(self._tree.leaf[piece]), len(intervals)

    def _match_in_text(self, state: MixtureState, ends: NDArray[np.intp]) -> tuple[int, int]:
        """Return the same for the current text, or for all that was learned where that match is longer.

        `ends` are the leaves of the last pieces.
        """
        leaf, length = state.history.match(ends)
        if self._adaptive:
            piece, learned_length = self._learned_text.match(state.context.recent)
            if learned_length > length:
                leaf, length = int(self._tree.leaf[piece]), learned_length
        return leaf, length
