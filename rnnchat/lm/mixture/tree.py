"""A binary tree over the pieces: the next piece as a handful of yes-or-no decisions.

Mixing works best on decisions: each has an odds, and odds multiply. The tree halves the pieces again and
again, by what the network has found they mean, so that the first decisions tell sorts of pieces apart and
the last single ones.

Sources: hierarchical softmax, Morin and Bengio 2005; trees from embeddings, Mnih and Hinton 2009.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.protocols import Floats

Integers = NDArray[np.integer]

DEEPEST = 512
"""Halving by weight makes no tree as deep as that, however rare most pieces are."""


@dataclass(frozen=True)
class Path:
    """The decisions that lead to a piece, from the root down."""

    nodes: NDArray[np.intp]
    right: NDArray[np.bool_]
    """Which way each goes."""


class PieceTree:
    """Leaves are the pieces in a new order; a node covers leaves low to high and splits them at middle.

    Nodes are numbered in pre-order, the root first.
    """

    def __init__(self, order: Integers, middles: Integers) -> None:
        size = len(order)
        self.order = np.asarray(order, np.intp)
        """The piece at each leaf (vocabulary,)."""
        self.middle = np.asarray(middles, np.intp)
        self.leaf = np.empty(size, np.intp)
        """The leaf of each piece (vocabulary,)."""
        self.leaf[self.order] = np.arange(size)
        self.low = np.zeros(size - 1, np.intp)
        self.high = np.zeros(size - 1, np.intp)
        self.depth = np.zeros(size - 1, np.intp)
        self._children = np.full((size - 1, 2), -1, np.intp)
        self._unfold(size)
        self.bounds = np.stack([self.low, self.middle, self.high])
        """(3, nodes) where each begins, splits and ends."""
        self._paths: dict[int, Path] = {}

    @classmethod
    def build(cls, embedding: Floats, counts: NDArray[Any]) -> PieceTree:
        """Split the pieces where they differ most, each half as often used as the other.

        `embedding` is (vocabulary, size), `counts` (vocabulary,) how often each piece was used.
        """
        centred = embedding - embedding.mean(axis=0)
        meaning = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
        weights = counts.astype(np.float64) + 0.3
        order: list[NDArray[np.intp]] = []
        middles: list[int] = []
        waiting = [np.arange(len(weights))]
        done = 0
        while waiting:
            pieces = waiting.pop()
            if len(pieces) == 1:
                order.append(pieces)
                done += 1
                continue
            sorted_pieces, split = _halve(pieces, meaning, weights)
            middles.append(done + split)
            waiting += [sorted_pieces[split:], sorted_pieces[:split]]
        return cls(np.concatenate(order), np.array(middles))

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that `from_tensors` makes the same tree of."""
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

    def path(self, piece: int) -> Path:
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
            path = self._paths[piece] = Path(np.array(nodes, np.intp), np.array(right, bool))
        return path

    def _unfold(self, size: int) -> None:
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


def _halve(
    pieces: NDArray[np.intp], meaning: Floats, weights: NDArray[np.float64]
) -> tuple[NDArray[np.intp], int]:
    """Return `pieces` along their widest direction, and how many make half of their weight."""
    own = weights[pieces]
    if len(pieces) > 2:
        x = meaning[pieces] - (own @ meaning[pieces]) / own.sum()
        if len(pieces) > x.shape[1]:
            direction = np.linalg.eigh((x * own[:, None]).T @ x)[1][:, -1]
        else:
            # Of few pieces by way of their products with one another, which are fewer numbers.
            weighted = x * np.sqrt(own)[:, None]
            direction = np.linalg.eigh(weighted @ weighted.T)[1][:, -1] @ weighted
        pieces = pieces[np.argsort(x @ direction, kind="stable")]
    cumulative = np.cumsum(weights[pieces])
    split = 1 + int(np.abs(cumulative[:-1] - cumulative[-1] / 2).argmin())
    return pieces, split
