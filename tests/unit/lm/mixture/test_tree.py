"""The tree of pieces: each piece has one path of decisions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.lm.mixture.tree import PieceTree


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
