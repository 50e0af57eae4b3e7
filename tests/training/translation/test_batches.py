"""Batches of pairs, and the alignment that the training begins with."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.tasks.translation.pair_tokenizer import END, PADDING, START
from rnnchat.training.translation.alignment import align
from rnnchat.training.translation.batches import PairBatches, make_batch

PIECES = st.lists(st.integers(4, 30), min_size=1, max_size=12).map(lambda pieces: [*pieces, END])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(PIECES, PIECES), min_size=1, max_size=60), st.integers(0, 9))
def test_an_epoch_has_each_pair_of_usual_length_once(
    pairs: list[tuple[list[int], list[int]]], number: int
) -> None:
    batches = PairBatches(pairs, 64)
    numbers = np.concatenate([chosen for _, chosen in batches.epoch(1, number)])
    assert len(set(numbers.tolist())) == len(numbers) == sum(len(bucket.pairs) for bucket in batches.buckets)
    assert len(numbers) >= 0.9 * len(pairs) - 1
    again = np.concatenate([chosen for _, chosen in batches.epoch(1, number)])
    assert np.array_equal(numbers, again)
    for bucket, chosen in batches.epoch(1, number):
        batch = batches.batch(bucket, chosen)
        assert batch.counted.sum() == sum(len(pairs[place][1]) for place in chosen)


def test_a_batch_holds_what_is_read_and_what_is_predicted() -> None:
    batch = make_batch([([5, 6, END], [7, END])], (4, 3, 2))
    assert batch.sources[:, 0].tolist() == [5, 6, END, PADDING]
    assert batch.source_lengths.tolist() == [3, 1]
    assert batch.inputs[:, 0].tolist() == [START, 7, PADDING]
    assert batch.targets[:, 0].tolist() == [7, END, PADDING]
    assert batch.counted.tolist() == [[1, 0], [1, 0], [0, 0]]


def test_the_alignment_finds_which_pieces_translate_which() -> None:
    random = np.random.default_rng(0)
    sources = [random.integers(4, 16, random.integers(2, 7)).tolist() for _ in range(400)]
    targets = [[piece + 10 for piece in reversed(source)] for source in sources]
    alignment = align(sources, targets, 16, 26)
    batch = make_batch([([4, 5, 9, END], [19, 15, 14, END])], (5, 5, 1))
    looks = batch.alignment(alignment)[0]
    assert looks[:3].argmax(1).tolist() == [2, 1, 0]
    assert np.allclose(looks[:3].sum(1), 1, atol=1e-4)
    assert not looks[:, 4:].any()  # empty places are never looked at


def test_first_embeddings_are_close_where_pieces_translate_each_other() -> None:
    random = np.random.default_rng(0)
    sources = [random.integers(4, 16, random.integers(2, 7)).tolist() for _ in range(400)]
    targets = [[piece + 10 for piece in source] for source in sources]
    source, target = align(sources, targets, 16, 26).embeddings(20)
    assert source.shape == (16, 20)
    assert target.shape == (26, 20)
    closest = (source @ target.T)[4:].argmax(1)
    assert closest.tolist() == list(range(14, 26))


def test_other_pairs_are_put_into_the_same_sizes_of_batches() -> None:
    pairs = [([4] * length + [END], [5] * length + [END]) for length in range(1, 20)] * 4
    batches = PairBatches(pairs, 64)
    fitting = batches.fitting([([4, END], [5, END]), ([4] * 90 + [END], [5, END])])
    assert len(fitting) == 1  # the long one is left out
    assert fitting[0].counted.sum() == 2
