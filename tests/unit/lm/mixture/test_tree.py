"""The tree of pieces: each piece has one path of decisions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.lm.mixture.tree import PieceTree, _halve


@given(st.integers(2, 60), st.integers(0, 9))
def test_a_tree_leads_to_every_piece_once(vocabulary: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    embedding = random.normal(size=(vocabulary, 5)).astype(np.float32)
    tree = PieceTree.build(embedding * (seed > 0), random.integers(0, 50, vocabulary))
    assert sorted(tree.order.tolist()) == list(range(vocabulary))
    for piece in range(vocabulary):
        low, high = 0, vocabulary
        path = tree.path(piece)
        for node, right in zip(path.nodes, path.right, strict=True):
            assert (tree.low[node], tree.high[node]) == (low, high)
            low, high = (tree.middle[node], high) if right else (low, tree.middle[node])
        assert (low, high) == (tree.leaf[piece], tree.leaf[piece] + 1)
    loaded = PieceTree.from_tensors(tree.tensors(), vocabulary)
    np.testing.assert_array_equal(loaded.low, tree.low)


@given(st.integers(2, 60), st.integers(0, 9))
def test_it_is_the_same_where_each_node_is_split_by_itself(vocabulary: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    embedding = random.normal(size=(vocabulary, 5)).astype(np.float32)
    counts = random.integers(0, 50, vocabulary)
    tree = PieceTree.build(embedding, counts)
    directions = embedding - embedding.mean(axis=0)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    order, middles = np.arange(vocabulary), []

    def split(low: int, high: int) -> None:
        if high - low > 1:
            (order[low:high],), (place,) = _halve(order[None, low:high], directions, counts + 0.3)
            middles.append(low + place)
            split(low, low + place)
            split(low + place, high)

    split(0, vocabulary)
    assert order.tolist() == tree.order.tolist()
    assert middles == tree.middle.tolist()
