"""The features of a text: words, pairs of words and runs of characters."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.classification.features import (
    LONGEST_RUN,
    SHORTEST_RUN,
    Vocabulary,
    count_features,
    word_features,
)


def runs(text: str) -> set[str]:
    """Return the runs of characters of a text in lower case, found the plain way."""
    spaced = f" {' '.join(text.lower().split())} "
    found = set()
    for length in range(SHORTEST_RUN, LONGEST_RUN + 1):
        for start in range(len(spaced) - length + 1):
            run = spaced[start : start + length]
            if " " not in run[1:-1] and run.strip():
                found.add(run)
    return found


@given(st.text(alphabet="ab éß雨.", max_size=30))
def test_each_run_of_characters_is_one_feature(text: str) -> None:
    (_, _), (hashes, times) = count_features(text)
    assert len(hashes) == len(runs(text))
    assert (times >= 1).all()
    assert len(np.unique(hashes)) == len(hashes)


def test_words_and_pairs_are_counted_without_regard_to_case() -> None:
    (words, times), _ = count_features("The cat, the CAT")
    assert len(words) == 2 + 2  # the, cat; the cat, cat the
    assert sorted(times) == [1, 2, 2, 2]
    names = word_features("The cat, the CAT")
    assert set(names) == {"the", "cat", "the cat", "cat the"}
    assert set(names.values()) == set(words.tolist())


def test_rows_are_weighted_by_rarity_and_have_length_one() -> None:
    counts = [count_features(text) for text in ("red apple", "red pear", "red plum")]
    vocabulary = Vocabulary.of(counts)
    rows = vocabulary.rows(counts)
    columns, values = rows.row(0)
    assert float(values @ values) == np.float32(2) or abs(float(values @ values) - 2) < 1e-5
    hashes = word_features("red apple")
    weight = dict(zip(columns.tolist(), values.tolist(), strict=True))
    red, apple = vocabulary.columns_of([hashes["red"], hashes["apple"]]).tolist()
    assert weight[apple] > weight[red] > 0
    assert vocabulary.columns_of([1]).tolist() == [-1]


def test_rare_features_can_be_left_out_and_unknown_texts_are_empty() -> None:
    counts = [count_features(text) for text in ("red apple", "red pear")]
    assert Vocabulary.of(counts, 2).width < Vocabulary.of(counts).width
    rows = Vocabulary.of(counts).rows([count_features("雨"), count_features("")])
    assert not rows.values.size
    assert len(rows) == 2
    assert len(Vocabulary.of(counts).rows([])) == 0
