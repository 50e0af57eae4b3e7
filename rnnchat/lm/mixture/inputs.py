"""What the members of a mixture give at one place of a text, and what of it lies at each node of the tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.mixture.counts import CORPUS_CONTEXTS, NO_LEAF, SuccessorCounts
from rnnchat.lm.mixture.mixer import Decisions
from rnnchat.lm.mixture.tree import LeafSegments
from rnnchat.lm.protocols import Floats
from rnnchat.lm.suffix_array import Interval

HISTORY_ORDERS = (0, 1, 2)
"""The numbers of last pieces that make a context each within the current text."""
CONTEXTS = CORPUS_CONTEXTS + len(HISTORY_ORDERS)
"""The number of contexts whose successors are counted."""
MATCHES = 2
"""The number of longest matches: one in the notes, one in the current text or what was learned."""
TINY = 1e-12
"""Keeps log odds finite where a member leaves one side of a node no probability."""


@dataclass(frozen=True)
class ContextCounts:
    """The successor counts of all contexts, one context after the other."""

    leaves: NDArray[np.intp]
    """(n,) what followed, as leaves."""
    contexts: NDArray[np.intp]
    """(n,) the number of the context of each."""
    counts: Floats
    """(n,) how often each followed."""
    marks: NDArray[np.intp]
    """(CONTEXTS + MATCHES,) the leaf that came last in each context, and the one after each match."""

    @classmethod
    def of(
        cls,
        corpus: list[SuccessorCounts],
        history: tuple[NDArray[np.intp], ...],
        matches: list[tuple[int, int]],
    ) -> ContextCounts:
        """Join the counts in the notes, the successors in the current text, and (leaf, length) of matches."""
        leaves = [own.successors[: own.size] for own in corpus]
        leaves += history
        counts = [own.counts[: own.size] for own in corpus]
        counts.append(np.ones(sum(map(len, history)), np.float32))
        marks = [own.last for own in corpus]
        marks += [int(own[-1]) if len(own) else NO_LEAF for own in history]
        marks += [leaf if length else NO_LEAF for leaf, length in matches]
        contexts = np.arange(CONTEXTS).repeat([len(own) for own in leaves])
        return cls(np.concatenate(leaves), contexts, np.concatenate(counts), np.array(marks))


@dataclass(frozen=True)
class MixtureInputs:
    """All that the members of a mixture give at one place of a text."""

    top: Floats
    """(units,) the network's top state."""
    adapted: Floats | None
    """(vocabulary,) the probabilities of the network with adapted output; None in a static mixture."""
    base: Floats | None
    """(vocabulary,) the base network's probabilities; None without one."""
    members: Floats
    """(members, vocabulary) each member's probabilities, by leaf."""
    mean: Floats
    """(vocabulary,) their mean by leaf, which sums to 1."""
    cumulative: NDArray[np.float64]
    """(vocabulary + 1,) the mean added up over the leaves, from 0."""
    intervals: list[Interval]
    """The intervals of the last 1, 2, … pieces in the notes."""
    contexts: ContextCounts
    match_lengths: tuple[int, ...]
    """(MATCHES,) how many pieces each match has."""
    rows: tuple[int, ...]
    """(sets − 1,) the row that is selected in each weight set but the one of the nodes."""

    def at(self, nodes: NDArray[np.intp], depths: NDArray[np.intp], segments: LeafSegments) -> Decisions:
        """Return the decisions at `nodes` (n,), at `depths` (n,), whose segments are given."""
        sides = _sides(segments, self.contexts.marks)
        return Decisions(
            nodes=nodes,
            depths=depths,
            members=_log_odds(segments, self.members),
            counts=_counts(segments, self.contexts),
            last=sides[:, :CONTEXTS],
            matches=sides[:, CONTEXTS:],
            match_lengths=self.match_lengths,
            rows=self.rows,
        )


def _log_odds(segments: LeafSegments, members: Floats) -> Floats:
    """Return each member's log odds of going right at each node (nodes, members)."""
    cumulative = np.zeros((len(segments.starts) + 1, len(members)))
    np.add.reduceat(members, segments.starts, axis=1).T.cumsum(axis=0, dtype=np.float64, out=cumulative[1:])
    low, middle, high = cumulative.take(segments.bounds, axis=0)
    odds: Floats = np.log(((high - middle + TINY) / (middle - low + TINY)).astype(np.float32))
    return odds


def _counts(segments: LeafSegments, contexts: ContextCounts) -> NDArray[np.int32]:
    """Return how often each context was followed by what lies left and right (2, nodes, CONTEXTS)."""
    size = len(segments.starts)
    cells = segments.of_leaf.take(contexts.leaves)
    cells *= CONTEXTS
    cells += contexts.contexts
    cumulative = np.zeros((size + 1, CONTEXTS), np.int32)
    cumulative[1:] = np.bincount(cells, contexts.counts, size * CONTEXTS).reshape(size, CONTEXTS)
    cumulative.cumsum(axis=0, out=cumulative)
    low, middle, high = cumulative.take(segments.bounds, axis=0)
    high -= middle
    middle -= low
    return np.stack([middle, high])


def _sides(segments: LeafSegments, leaves: NDArray[np.intp]) -> NDArray[np.int8]:
    """Return on which side some `leaves` lie (nodes, leaves): −1 left of a node, 1 right, 0 not in it."""
    # 16 bits suffice: each node adds one segment, and as each has a probability over 0.001, there are fewer
    # than 1,000 times the mean depth of a leaf, which is about 17 for the largest vocabulary.
    at = segments.of_leaf.take(leaves, mode="clip").astype(np.int16)
    at[leaves == NO_LEAF] = NO_LEAF
    low, middle, high = segments.bounds.astype(np.int16)[:, :, None]
    sides: NDArray[np.int8] = (at >= middle).view(np.int8) * np.int8(2)
    sides -= np.int8(1)
    sides *= ((at >= low) & (at < high)).view(np.int8)
    return sides
