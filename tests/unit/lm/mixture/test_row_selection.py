"""Row selection: whatever a text is like, it selects a row that each set has."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.lm.mixture.counts import CORPUS_CONTEXTS, SuccessorCounts
from rnnchat.lm.mixture.row_selection import select_rows, set_sizes

VOCABULARY = 50
counts = st.integers(0, 5000)


def select(
    sure: bool, width: int, distinct: list[int], matches: tuple[int, int], history: list[int]
) -> tuple[int, ...]:
    probabilities = np.full(VOCABULARY, 0 if sure else 1 / VOCABULARY, np.float32)
    probabilities[0] += sure
    leaves, often = np.zeros(0, np.intp), np.zeros(0, np.float32)
    return select_rows(
        network=probabilities,
        ngram=probabilities,
        intervals=[(0, width)] if width else [],
        successors=[SuccessorCounts(leaves, often, size) for size in distinct],
        match_lengths=matches,
        last=VOCABULARY - 1,
        history_counts=tuple(history),
    )


@given(
    st.booleans(),
    counts,
    st.lists(counts, min_size=CORPUS_CONTEXTS, max_size=CORPUS_CONTEXTS),
    st.tuples(st.integers(0, 32), st.integers(0, 32)),
    st.lists(counts, min_size=3, max_size=3),
)
def test_every_set_has_the_selected_row(
    sure: bool, width: int, distinct: list[int], matches: tuple[int, int], history: list[int]
) -> None:
    rows, sizes = select(sure, width, distinct, matches, history), set_sizes(VOCABULARY)
    assert len(rows) == len(sizes)
    assert all(0 <= row < size for row, size in zip(rows, sizes, strict=True))


def test_what_differs_selects_other_rows() -> None:
    none = [0] * CORPUS_CONTEXTS
    first = select(False, 0, none, (0, 0), [1, 0, 0])
    assert select(True, 0, none, (0, 0), [1, 0, 0])[2] != first[2]
    assert select(False, 9, none, (0, 0), [1, 0, 0])[1] != first[1]
    assert select(False, 0, none, (5, 0), [1, 0, 0])[0] != select(False, 0, none, (0, 5), [1, 0, 0])[0]
    assert select(False, 0, none, (0, 0), [900, 0, 0])[4] != first[4]
