"""The history of a text: a value, which keeps and finds what was read."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.lm.mixture.history import LONGEST_HISTORY, TokenHistory


@given(st.lists(st.integers(0, 4), max_size=60), st.integers(0, 60))
def test_a_history_is_a_value(body: list[int], fork: int) -> None:
    history, states = TokenHistory(2), []
    for piece in body:
        states.append(history)
        history = history.after(piece, np.full(2, piece, np.float32))
    for count, state in enumerate(states):
        state.after(9, np.zeros(2, np.float32))
        assert state.leaves.tolist() == body[:count]
    assert history.leaves.tolist() == body
    assert history.vectors[:, 0].tolist() == body
    found, length = history.match(np.array(body[-32:], np.intp))
    if length:
        places = [
            n for n in range(length - 1, len(body) - 1) if body[n - length + 1 : n + 1] == body[-length:]
        ]
        assert found in [body[place + 1] for place in places]
    else:
        text = "".join(map(str, body))
        assert text[-3:] not in text[:-1] or len(body) < 4


def test_a_buffer_that_is_reused_is_not_copied() -> None:
    root = TokenHistory(2).after(1, np.zeros(2, np.float32)).after(2, np.zeros(2, np.float32))
    root.after(3, np.ones(2, np.float32))
    beside = root.after(4, np.ones(2, np.float32))
    assert not np.shares_memory(beside.leaves, root.leaves)
    root.reuse_buffer()
    again = root.after(5, np.ones(2, np.float32))
    assert np.shares_memory(again.leaves, root.leaves)
    assert (root.leaves.tolist(), again.leaves.tolist()) == ([1, 2], [1, 2, 5])
    assert beside.leaves.tolist() == [1, 2, 4]


def test_sampled_pieces_are_looked_up_in_what_was_read() -> None:
    history = TokenHistory(2)
    for piece in (1, 2, 3, 7, 5, 6):
        history = history.after(piece, np.zeros(2, np.float32))
    drawn = np.array([5, 6, 1, 2, 3])
    assert history.match(drawn) == (7, 3)
    assert history.successors(drawn[-1:]).tolist() == [7]
    assert history.successors(drawn[-2:]).tolist() == [7]
    assert history.successors(np.array([6])).tolist() == []


def test_a_history_keeps_the_end_of_a_long_text() -> None:
    history = TokenHistory(2)
    for piece in range(3 * LONGEST_HISTORY):
        history = history.after(piece, np.zeros(2, np.float32))
    assert LONGEST_HISTORY // 2 <= len(history) <= LONGEST_HISTORY
    assert history.leaves.tolist() == list(range(3 * LONGEST_HISTORY - len(history), 3 * LONGEST_HISTORY))
