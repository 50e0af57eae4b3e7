"""A binary tree of the pieces: the next piece as a sequence of binary decisions (hierarchical softmax).

Mixing works best on binary decisions: each has odds, and the probability of a piece is the product of its
decisions' probabilities. The tree halves the pieces again and again along the widest direction of their
embeddings. So the first decisions tell kinds of pieces apart, and the last ones single pieces.

Sources: hierarchical softmax, Morin and Bengio 2005; trees from embeddings, Mnih and Hinton 2009.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.protocols import Floats, Integers

DEEPEST = 512
"""A deeper tree is refused; halving by weight makes none, however rare most pieces are."""
_UNSEEN_COUNT = 0.3
"""This is added to every piece's count, so that unused pieces have a weight."""


@dataclass(frozen=True)
class DecisionPath:
    """The decisions that lead to a piece, from the root down."""

    nodes: NDArray[np.intp]
    """(depth,) the nodes on the way."""
    right: NDArray[np.bool_]
    """(depth,) whether the piece is on the right of each."""


class PieceTree:
    """A binary tree whose leaves are the pieces in a new order.

    A node covers the leaves from `low` to before `high`, and splits them at `middle`. Nodes are numbered in
    pre-order, the root first; there are vocabulary − 1. Raises ModelError where `middles` split no tree.
    """

    def __init__(self, order: Integers, middles: Integers) -> None:
        size = len(order)
        self.order = np.asarray(order, np.intp)
        """(vocabulary,) the piece at each leaf."""
        self.middle = np.asarray(middles, np.intp)
        """(nodes,) the first leaf on the right of each node."""
        self.leaf = np.empty(size, np.intp)
        """(vocabulary,) the leaf of each piece."""
        self.leaf[self.order] = np.arange(size)
        self.low = np.zeros(size - 1, np.intp)
        """(nodes,) the first leaf of each node."""
        self.high = np.zeros(size - 1, np.intp)
        """(nodes,) the leaf after the last of each node."""
        self.depth = np.zeros(size - 1, np.intp)
        """(nodes,) the number of decisions above each node."""
        self._children = np.full((size - 1, 2), -1, np.intp)
        self._fill_nodes(size)
        self.bounds = np.stack([self.low, self.middle, self.high])
        """(3, nodes) the same as low, middle and high."""
        self._paths: dict[int, DecisionPath] = {}

    @classmethod
    def build(cls, embedding: Floats, counts: NDArray[Any]) -> PieceTree:
        """Return a tree that splits the pieces where they differ most, into halves that are equally used.

        `embedding` is (vocabulary, size), `counts` (vocabulary,) how often each piece was used.
        """
        centred = embedding - embedding.mean(axis=0)
        directions = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
        weights = counts.astype(np.float64) + _UNSEEN_COUNT
        order = np.arange(len(weights))
        # All nodes of a level that cover equally many pieces are split together: there are thousands.
        level = order[:1], np.array([len(weights)])
        lows, highs, middles = ([np.zeros(0, np.intp)] for _ in range(3))
        while len(level[0]) and level[1].max() > 1:
            starts, sizes = (one[level[1] > 1] for one in level)
            splits = np.empty(len(starts), np.intp)
            for size in np.unique(sizes):
                nodes = np.flatnonzero(sizes == size)
                leaves = starts[nodes, None] + np.arange(size)
                order[leaves], splits[nodes] = _halve(order[leaves], directions, weights)
            lows.append(starts)
            highs.append(starts + sizes)
            middles.append(starts + splits)
            level = np.concatenate((starts, starts + splits)), np.concatenate((splits, sizes - splits))
        pre_order = np.lexsort((-np.concatenate(highs), np.concatenate(lows)))
        return cls(order, np.concatenate(middles)[pre_order])

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays from which `from_tensors` makes the same tree."""
        return {"order": self.order.astype(np.uint32), "middles": self.middle.astype(np.uint32)}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], vocabulary: int) -> PieceTree:
        """Return a saved tree; raise ModelError where the arrays are no tree over the vocabulary."""
        order, middles = tensors.get("order"), tensors.get("middles")
        if (
            order is None
            or middles is None
            or order.shape != (vocabulary,)
            or middles.shape != (vocabulary - 1,)
            or order.dtype.kind != "u"
            or middles.dtype.kind != "u"
            or not np.array_equal(np.sort(order), np.arange(vocabulary))
        ):
            raise ModelError("The mixture is damaged: its tree does not fit the vocabulary.")
        return cls(order, middles)

    def path(self, piece: int) -> DecisionPath:
        """Return the decisions that lead to `piece`."""
        path = self._paths.get(piece)
        if path is None:
            leaf, node = int(self.leaf[piece]), 0 if len(self.middle) else -1
            nodes, right = [], []
            while node >= 0:
                side = leaf >= self.middle[node]
                nodes.append(node)
                right.append(side)
                node = int(self._children[node, int(side)])
            path = self._paths[piece] = DecisionPath(np.array(nodes, np.intp), np.array(right, bool))
        return path

    def _fill_nodes(self, size: int) -> None:
        """Work out what each node covers from where it splits."""
        waiting: list[tuple[int, int, int, int, int]] = [(0, size, 0, -1, 0)]
        node = 0
        while waiting:
            low, high, depth, parent, side = waiting.pop()
            if high - low < 2:
                continue
            middle = int(self.middle[node])
            if not low < middle < high or depth > DEEPEST:
                raise ModelError("The mixture is damaged: its tree does not divide the pieces.")
            self.low[node], self.high[node], self.depth[node] = low, high, depth
            if parent >= 0:
                self._children[parent, side] = node
            waiting += [(middle, high, depth + 1, node, 1), (low, middle, depth + 1, node, 0)]
            node += 1


class LeafSegments:
    """The leaves cut into segments wherever one of some `nodes` begins, splits or ends.

    A sum over the leaves of a node is then a sum over a few segments.
    """

    def __init__(self, tree: PieceTree, nodes: NDArray[np.intp]) -> None:
        bounds = tree.bounds.take(nodes, axis=1)
        cut = np.zeros(len(tree.order) + 1, np.int8)
        cut[bounds.reshape(-1)] = 1
        cut[0] = 0
        self.of_leaf: NDArray[np.intp] = cut.cumsum(dtype=np.intp)
        """(vocabulary + 1,) the segment of each leaf, from 0, and one more after the last leaf."""
        cut[0] = 1
        self.starts = cut[:-1].nonzero()[0]
        """(segments,) the first leaf of each."""
        self.bounds: NDArray[np.intp] = self.of_leaf.take(bounds)
        """(3, nodes) the segments at which each node begins, splits and ends."""


def _halve(
    pieces: NDArray[np.intp], directions: Floats, weights: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return sets of `pieces` (sets, size), each sorted along its widest direction, and how many of each
    (sets,) make half of its weight."""
    size = pieces.shape[1]
    own = weights[pieces]
    if size > 2:
        x = directions[pieces]
        x = x - (own[:, None] @ x) / own.sum(1)[:, None, None]
        if size > x.shape[2]:
            widest = np.linalg.eigh((x * own[..., None]).transpose(0, 2, 1) @ x)[1][..., -1:]
        else:
            # For few pieces the matrix of their products with one another is smaller.
            weighted = (x * np.sqrt(own)[..., None]).transpose(0, 2, 1)
            widest = weighted @ np.linalg.eigh(weighted.transpose(0, 2, 1) @ weighted)[1][..., -1:]
        places = np.argsort((x @ widest)[..., 0], axis=1, kind="stable")
        pieces = np.take_along_axis(pieces, places, 1)
    cumulative = np.cumsum(weights[pieces], axis=1)
    splits = 1 + np.abs(cumulative[:, :-1] - cumulative[:, -1:] / 2).argmin(1)
    return pieces, splits
