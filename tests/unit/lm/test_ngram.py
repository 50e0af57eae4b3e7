"""The n-gram memory: counts that are right, predictions that sum to 1, learning that equals building."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.errors import ModelError
from rnnchat.lm.kneser_ney import DEFAULT_DISCOUNTS, estimate_discounts
from rnnchat.lm.ngram import ORDER, NgramMemory, NgramModel
from rnnchat.training.fit_mixture import sort_by_path

VOCABULARY = 7
texts = st.lists(st.integers(0, VOCABULARY - 1), max_size=60)


def build(pieces: list[int]) -> NgramMemory:
    return NgramMemory.build(np.array(pieces, np.int64), VOCABULARY)


def state_after(model: NgramModel, pieces: list[int]) -> tuple[int, ...]:
    state = model.start()
    for piece in pieces:
        state = model.advance(piece, state)
    return state


@given(texts, st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=9))
def test_an_interval_holds_just_the_positions_where_the_context_stands(notes, context):
    memory = build(notes)
    found = memory.intervals(context)
    for length in range(1, len(context) + 1):
        tail = context[-length:]
        expected = [
            end for end in range(length - 1, len(notes) - 1) if notes[end - length + 1 : end + 1] == tail
        ]
        if length <= len(found):
            assert sorted(memory.positions(found[length - 1]).tolist()) == expected
        else:
            assert not expected


@given(texts)
def test_counts_are_kneser_ney_counts(notes):
    memory = build(notes)
    raw: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for order in range(ORDER + 1):
        for end in range(order - 1, len(notes) - 1):
            if end + 1 - order >= 0:
                raw[tuple(notes[end + 1 - order : end + 1])][notes[end + 1]] += 1
    for context in [c for c in raw if 0 < len(c) < ORDER]:
        interval = memory.intervals(context)[len(context) - 1]
        pieces, counts = memory.successor_counts(interval, len(context))
        befores: dict[int, set[int]] = defaultdict(set)
        for place in memory.positions(interval).tolist():
            start = place - len(context)
            befores[notes[place + 1]].add(notes[start] if start >= 0 else -1)
        assert dict(zip(pieces.tolist(), counts.tolist(), strict=True)) == {
            piece: len(before) for piece, before in befores.items()
        }
        assert set(pieces.tolist()) == set(raw[context])


@given(st.lists(st.integers(0, 2), min_size=1, max_size=200))
def test_discounts_are_estimated_from_all_counts_of_an_order(notes):
    memory = build(notes)
    padded = [-1] * ORDER + notes  # the text's first pieces follow shorter contexts only
    for order in range(ORDER + 1):
        counts: Counter[tuple[int, ...]] = Counter()
        longest = [tuple(padded[end - ORDER : end + 1]) for end in range(ORDER, len(padded)) if end > ORDER]
        if order < ORDER:
            kinds = {window[-order - 2 :] for window in longest}
            counts.update(window[1:] for window in kinds)
        else:
            counts.update(longest)
        expected = estimate_discounts(np.array(list(counts.values()))) if counts else DEFAULT_DISCOUNTS
        np.testing.assert_array_equal(memory.discounts[order], expected)


@settings(max_examples=60)
@given(texts, texts, st.booleans())
def test_predictions_sum_to_one_and_leave_nothing_out(notes, text, learns):
    model = NgramModel(build(notes))
    state = model.start()
    for piece in text or [0]:
        if learns:
            model.learn(piece, state)
        probabilities, state = model.step(piece, state)
        assert probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert (probabilities > 0).all()


@settings(max_examples=60, deadline=None)
@given(texts, texts, st.booleans())
def test_the_lift_of_contexts_turns_the_unigram_into_the_prediction(notes, text, learns):
    model = NgramModel(build(notes))
    state = state_after(model, text) if not learns else ()
    for piece in text if learns else []:
        model.learn(piece, state)
        state = model.advance(piece, state)
    intervals = model.memory.intervals(state)
    logs, (changed, more) = model.log_unigram(), model.log_lift(state, intervals)
    logits = logs.copy()
    logits[changed] = logs[changed] + more
    logits = np.exp(logits)
    np.testing.assert_allclose(logits / logits.sum(), model.predict(state, intervals), rtol=1e-4)


def test_learning_makes_what_was_read_likelier_and_forgetting_undoes_it():
    model = NgramModel(build([1, 2, 3, 1, 2, 4, 5, 6, 1, 2, 3]))
    before, state = model.step(2, state_after(model, [5, 1]))
    for _ in range(3):
        model.learn(6, state)
    after, _ = model.step(2, state_after(model, [5, 1]))
    assert after[6] > 3 * before[6]
    model.forget()
    again, _ = model.step(2, state_after(model, [5, 1]))
    assert np.array_equal(before, again)


@given(st.lists(st.integers(0, VOCABULARY - 1), min_size=12, max_size=40), st.integers(1, 11))
def test_learning_on_counts_what_building_anew_counts(notes, cut):
    grown = NgramModel(build(notes[:cut]))
    for end in range(cut, len(notes)):
        grown.learn(notes[end], state_after(grown, notes[:end]))
    whole = build(notes)
    for context, learned in grown._learned.items():
        pieces, counts = whole.successor_counts(whole.intervals(context)[len(context) - 1], len(context))
        built = dict(zip(pieces.tolist(), counts.tolist(), strict=True))
        found = dict(
            zip(
                learned.successors[: learned.size].tolist(),
                learned.counts[: learned.size].tolist(),
                strict=True,
            )
        )
        # What begins the notes has nothing before it; building counts that as one more piece before.
        assert found.keys() == built.keys()
        assert all(abs(found[piece] - built[piece]) <= 1 for piece in built)


def test_a_memory_is_the_same_after_being_saved():
    notes = np.random.default_rng(1).integers(0, VOCABULARY, 500)
    memory = NgramMemory.build(notes, VOCABULARY)
    again = NgramMemory.from_tensors(memory.tensors(), VOCABULARY)
    state = (1, 2, 3)
    first = NgramModel(memory).predict(state, memory.intervals(state))
    assert np.array_equal(first, NgramModel(again).predict(state, again.intervals(state)))
    assert sum(array.nbytes for array in memory.tensors().values()) <= 10 * len(notes)


@pytest.mark.parametrize("name", ["pieces", "suffixes", "discounts"])
def test_damaged_arrays_are_refused(name):
    tensors = build([1, 2, 3, 1, 2]).tensors()
    for bad in (None, np.zeros(3), np.full(len(tensors[name]), 2**15, tensors[name].dtype)):
        damaged = {key: value for key, value in tensors.items() if key != name}
        if bad is not None:
            damaged[name] = bad
        with pytest.raises(ModelError):
            NgramMemory.from_tensors(damaged, VOCABULARY)


@pytest.mark.parametrize(
    ("pieces", "vocabulary"), [([1, VOCABULARY], VOCABULARY), ([1, -1], VOCABULARY), ([1, 2, 70_000], 5_000)]
)
def test_a_memory_of_pieces_out_of_range_is_refused(pieces, vocabulary):
    with pytest.raises(ModelError, match="pieces that the tokenizer does not have"):
        NgramMemory.build(np.array(pieces), vocabulary)


def test_pieces_out_of_range_are_refused():
    model = NgramModel(build([1, 2]))
    for piece in (-1, VOCABULARY):
        with pytest.raises(ModelError):
            model.step(piece, ())


def test_long_repetition_is_sorted_in_reasonable_time():
    memory = NgramMemory.build(np.ones(200_000, np.int64), VOCABULARY)
    assert memory.intervals((1,) * 40)[-1][1] > 100_000


@given(st.permutations(range(6)), st.integers(0, 5))
def test_removing_a_note_leaves_the_memory_that_building_without_it_makes(
    order: list[int], gone: int
) -> None:
    """Whatever the notes were learned for, and in whichever order they came."""
    random = np.random.default_rng(3)
    notes = {f"/notes/{n}.md": [0, *random.integers(1, 9, 12).tolist()] for n in range(6)}

    def memory(names: list[str]) -> NgramMemory:
        pieces = np.array([piece for name in names for piece in notes[name]])
        ordered, files = sort_by_path(pieces, names, 0)
        assert files == sorted(names)
        return NgramMemory.build(ordered, 9)

    names = list(notes)
    left = [names[number] for number in order if number != gone]
    updated, anew = memory(left).tensors(), memory(sorted(left)).tensors()
    for name, array in anew.items():
        np.testing.assert_array_equal(updated[name], array)
