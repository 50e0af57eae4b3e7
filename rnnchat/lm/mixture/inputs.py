"""All that the members of a mixture say at one place of a text, and its sums over the nodes of the tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.mixture.counts import KINDS, NONE, ORDERS, SuccessorCounts
from rnnchat.lm.mixture.tree import PieceTree
from rnnchat.lm.ngram import Interval
from rnnchat.lm.protocols import Floats

TINY = 1e-12
"""Keeps odds finite where a member leaves one side of a node no probability."""


@dataclass(frozen=True)
class ContextCounts:
    """Leaves that followed contexts, one context after the other."""

    leaves: NDArray[np.intp]
    contexts: NDArray[np.intp]
    often: Floats
    marks: NDArray[np.intp]
    """(contexts + matches,) the leaf that came last in each context, and the one each match goes on with."""

    @classmethod
    def of(
        cls,
        followed: list[SuccessorCounts],
        here: tuple[NDArray[np.intp], ...],
        matches: list[tuple[int, int]],
    ) -> ContextCounts:
        """Join what followed in the notes, what did in the text at hand, and leaf and length of matches."""
        leaves = [own.leaves[: own.size] for own in followed]
        leaves += here
        often = [own.counts[: own.size] for own in followed]
        often.append(np.ones(sum(map(len, here)), np.float32))
        marks = [own.last for own in followed]
        marks += [int(own[-1]) if len(own) else NONE for own in here]
        marks += [leaf if length else NONE for leaf, length in matches]
        contexts = np.arange(KINDS).repeat([len(own) for own in leaves])
        return cls(np.concatenate(leaves), contexts, np.concatenate(often), np.array(marks))


@dataclass
class MixtureInputs:
    """All that the members say at one place of a text."""

    top: Floats
    adapted: Floats | None
    of_base: Floats | None
    members: Floats
    """(members, vocabulary) probabilities of the leaves."""
    mean: Floats
    """(vocabulary,) their mean, which sums to 1."""
    cumulative: NDArray[np.float64]
    """(vocabulary + 1,) the mean added up over the leaves."""
    intervals: list[Interval]
    counted: ContextCounts
    lengths: tuple[int, ...]
    """How long each match is."""
    selected: tuple[int, ...]


class LeafSegments:
    """The leaves cut wherever one of some nodes begins, splits or ends.

    Sums over what a node covers are sums over few stretches, instead of over many leaves.
    """

    def __init__(self, tree: PieceTree, nodes: NDArray[np.intp]) -> None:
        bounds = tree.bounds.take(nodes, axis=1)
        cut = np.zeros(len(tree.order) + 1, np.int8)
        cut[bounds.reshape(-1)] = 1
        cut[0] = 0
        self.of_leaf: NDArray[np.intp] = cut.cumsum(dtype=np.intp)
        """(vocabulary + 1,) the stretch of each leaf, from 0; the last is their number."""
        cut[0] = 1
        self.starts = cut[:-1].nonzero()[0]
        self.bounds: NDArray[np.intp] = self.of_leaf.take(bounds)
        """(3, nodes) the stretches at which each node begins, splits and ends."""

    def members(self, members: Floats) -> Floats:
        """Return the log odds of going right at each node (nodes, members)."""
        cumulative = np.zeros((len(self.starts) + 1, len(members)))
        np.add.reduceat(members, self.starts, axis=1).T.cumsum(axis=0, dtype=np.float64, out=cumulative[1:])
        low, middle, high = cumulative.take(self.bounds, axis=0)
        odds: Floats = np.log(((high - middle + TINY) / (middle - low + TINY)).astype(np.float32))
        return odds

    def counts(self, counted: ContextCounts) -> NDArray[np.int32]:
        """Return how often each context was followed by what lies left and right (2, nodes, contexts)."""
        size = len(self.starts)
        places = self.of_leaf.take(counted.leaves)
        places *= KINDS
        places += counted.contexts
        cumulative = np.zeros((size + 1, KINDS), np.int32)
        cumulative[1:] = np.bincount(places, counted.often, size * KINDS).reshape(size, KINDS)
        cumulative.cumsum(axis=0, out=cumulative)
        low, middle, high = cumulative.take(self.bounds, axis=0)
        high -= middle
        middle -= low
        return np.stack([middle, high])

    def ways(self, leaves: NDArray[np.intp]) -> NDArray[np.int8]:
        """Return where some leaves lie (nodes, leaves): −1 left in a node, 1 right, 0 not in it."""
        at = self.of_leaf.take(leaves, mode="clip").astype(np.int16)
        at[leaves == NONE] = NONE
        low, middle, high = self.bounds.astype(np.int16)[:, :, None]
        ways: NDArray[np.int8] = (at >= middle).view(np.int8) * np.int8(2)
        ways -= np.int8(1)
        ways *= ((at >= low) & (at < high)).view(np.int8)
        return ways


def weight_rows(
    of_network: Floats,
    of_memory: Floats,
    intervals: list[Interval],
    followed: list[SuccessorCounts],
    matches: list[tuple[int, int]],
    last: int,
    here: tuple[int, ...],
) -> tuple[int, ...]:
    """Return the row of each weight set.

    By the matches, the longest context, the confidences, the last piece, and how much there is `here`.
    """
    lengths = [min(15, length) for _, length in matches]
    order = max((n + 1 for n in range(len(ORDERS)) if followed[n].size), default=0)
    distinct = followed[order - 1].size if order else 1
    width = intervals[-1][1] - intervals[-1][0] if intervals else 1
    uncertainty = float(-(of_network @ np.log(np.maximum(of_network, np.float32(1e-30)))))
    eighths = [min(7, int(8 * float(p.max()))) for p in (of_network, of_memory)]
    return (
        lengths[0] * 16 + lengths[1],
        order * 64 + _magnitude(distinct) * 8 + _magnitude(width),
        eighths[0] * 64 + min(7, int(uncertainty)) * 8 + eighths[1],
        last,
        _magnitude(here[0]) * 64 + _magnitude(here[1]) * 8 + min(7, here[2]),
    )


def _magnitude(count: int) -> int:
    return min(7, count.bit_length() - 1) if count else 0
