"""The mixture: always a distribution, the same whichever way one comes, and nothing learned unasked."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.errors import ModelError
from rnnchat.lm.mixture.contexts import PieceKinds
from rnnchat.lm.mixture.members import MixtureParts
from rnnchat.lm.mixture.model import FIRST_RATE, RATE, RATE_HALFWAY_PIECES, Mixture
from rnnchat.lm.mixture.weights import MixtureWeights, unfitted_mixer
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from tests.helpers.models import random_weights

VOCABULARY = 40
SHAPE = NetworkShape(VOCABULARY, embedding=8, units=12)
NETWORK = RecurrentNetwork(SHAPE, random_weights(SHAPE, 3))
TEXTS = [b"<s>", b"\n", b"```", *(bytes([32, 97 + n % 26]) for n in range(VOCABULARY - 3))]
KINDS = PieceKinds.of(TEXTS, start=0, newline=1)
RANDOM = np.random.default_rng(5)
SENTENCES = [RANDOM.integers(1, VOCABULARY, 9).tolist() for _ in range(6)]


def notes(count: int, seed: int) -> list[list[int]]:
    random = np.random.default_rng(seed)
    return [
        [0, *(piece for n in random.integers(0, 6, 8) for piece in [*SENTENCES[n], 1])] for _ in range(count)
    ]


LEARNED, KEPT_BACK, NEW = notes(12, 1), notes(3, 2), notes(3, 3)
MEMORY = NgramMemory.build(np.concatenate([np.array(text) for text in LEARNED]), VOCABULARY)
WEIGHTS = MixtureWeights.fit(NETWORK, MEMORY, KINDS, KEPT_BACK)


def mixture(*, adaptive: bool = False) -> Mixture:
    return WEIGHTS.mixture(NETWORK, MEMORY, KINDS, adaptive=adaptive)


def bits(model: Mixture, texts: list[list[int]]) -> float:
    total = 0.0
    for text in texts:
        probabilities, state = model.step(text[0], model.start())
        for piece in text[1:]:
            total -= math.log2(probabilities[piece])
            model.learn(piece, state)
            probabilities, state = model.step(piece, state)
    return total


pieces = st.one_of(st.integers(0, VOCABULARY - 1), st.sampled_from(SENTENCES[0]))


@settings(max_examples=60, deadline=None)
@given(st.lists(pieces, max_size=50), st.booleans())
def test_a_mixture_sums_to_one_wherever_a_text_stands(context: list[int], adaptive: bool) -> None:
    model = mixture(adaptive=adaptive)
    probabilities, state = model.step(0, model.start())
    for piece in context:
        model.learn(piece, state)
        probabilities, state = model.step(piece, state)
        assert probabilities.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
        assert (probabilities >= 0).all()
    assert (probabilities > 0).all()


@cache
def mixture_that_has_learned() -> Mixture:
    """Return a mixture that has learned NEW; the tests that share it only step, which changes nothing."""
    model = mixture(adaptive=True)
    bits(model, NEW)
    return model


@settings(max_examples=30, deadline=None)
@given(st.lists(pieces, min_size=1, max_size=30))
def test_a_mixture_that_has_learned_sums_to_one_when_it_goes_another_way(context: list[int]) -> None:
    model = mixture_that_has_learned()
    probabilities, state = model.step(0, model.start())
    for piece in context:
        first, _ = model.step(piece, state)
        model.step((piece + 1) % VOCABULARY, state)
        probabilities, state = model.step(piece, state)
        np.testing.assert_array_equal(first, probabilities)
        assert probabilities.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)


def test_it_predicts_better_than_its_members_and_better_still_when_it_learns() -> None:
    static, adaptive = bits(mixture(), NEW), bits(mixture(adaptive=True), NEW)
    network = 0.0
    for text in NEW:
        probabilities, state = NETWORK.step(0, NETWORK.start())
        for piece in text[1:]:
            network -= math.log2(probabilities[piece])
            probabilities, state = NETWORK.step(piece, state)
    assert static < network / 2
    parts = MixtureParts(NETWORK, MEMORY, KINDS, WEIGHTS.tree)
    unfitted = Mixture(parts, unfitted_mixer(VOCABULARY, adaptive=False))
    assert static < bits(unfitted, NEW)
    surprising = [[0, *np.random.default_rng(9).permutation(VOCABULARY)[:20].tolist() * 4] for _ in range(3)]
    assert bits(mixture(adaptive=True), surprising) < 0.9 * bits(mixture(), surprising)
    assert adaptive < 1.1 * static


def test_a_static_mixture_learns_nothing_and_an_adaptive_one_forgets() -> None:
    static = mixture()
    before, _ = static.step(0, static.start())
    bits(static, NEW)
    np.testing.assert_array_equal(static.step(0, static.start())[0], before)
    adaptive = mixture(adaptive=True)
    first = bits(adaptive, NEW)
    assert bits(adaptive, NEW) < first
    adaptive.forget()
    assert bits(adaptive, NEW) == first
    assert bits(mixture(adaptive=True), NEW) == first, "the saved weights have changed"


def test_saved_weights_make_the_same_mixture() -> None:
    loaded = MixtureWeights.from_tensors(WEIGHTS.tensors(), VOCABULARY)
    again = loaded.mixture(NETWORK, MEMORY, KINDS)
    assert bits(again, NEW) == pytest.approx(bits(mixture(), NEW), rel=1e-3)


def test_fitting_learns_what_counts_mean() -> None:
    unfitted = unfitted_mixer(VOCABULARY, adaptive=False)
    assert WEIGHTS.static.map_observations.any()
    moved, seen = WEIGHTS.static.maps != unfitted.maps, WEIGHTS.static.map_observations > 0
    assert not moved[~seen].any()
    assert moved[seen].mean() > 0.9


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t.pop("tree.order"),
        lambda t: t.pop("static.weights"),
        lambda t: t.__setitem__("adaptive.maps", t["adaptive.maps"] * 3),
        lambda t: t.__setitem__("static.final", t["static.final"] * np.nan),
        lambda t: t.__setitem__("tree.order", np.zeros_like(t["tree.order"])),
        lambda t: t.__setitem__("tree.middles", t["tree.middles"][::-1].copy()),
        lambda t: t.__setitem__("static.weights", t["static.weights"][:5]),
    ],
)
def test_damaged_weights_are_refused(spoil: object) -> None:
    tensors = dict(WEIGHTS.tensors())
    spoil(tensors)  # type: ignore[operator]
    with pytest.raises(ModelError, match="damaged"):
        MixtureWeights.from_tensors(tensors, VOCABULARY)


def test_parts_of_different_models_are_refused() -> None:
    other = NgramMemory.build(np.arange(10), VOCABULARY + 1)
    with pytest.raises(ModelError, match="fit together"):
        MixtureParts(NETWORK, other, KINDS, WEIGHTS.tree)


@pytest.mark.parametrize("memory", [[], [0], [0, 5], [0, 1, 1, 1, 1]])
def test_a_memory_of_nothing_or_little_is_no_trouble(memory: list[int]) -> None:
    tiny = NgramMemory.build(np.array(memory, int), VOCABULARY)
    model = WEIGHTS.mixture(NETWORK, tiny, KINDS, adaptive=True)
    assert bits(model, NEW) > 0
    MixtureWeights.fit(NETWORK, tiny, KINDS, [])


@pytest.mark.parametrize("piece", [-1, VOCABULARY])
def test_a_piece_out_of_range_is_refused_by_every_member(piece: int) -> None:
    for model in (NETWORK, NgramModel(MEMORY), mixture()):
        with pytest.raises(ModelError, match="no piece"):
            model.step(piece, model.start())  # type: ignore[attr-defined]


@settings(max_examples=40, deadline=None)
@given(st.lists(pieces, max_size=30), st.lists(pieces, min_size=1, max_size=6), st.booleans(), st.booleans())
def test_an_approximate_step_is_a_distribution_and_changes_nothing(
    read: list[int], ahead: list[int], adaptive: bool, quick: bool
) -> None:
    model = mixture(adaptive=adaptive)
    if quick:
        model.build_fast_path()
    probabilities, state = model.step(0, model.start())
    for piece in read:
        model.learn(piece, state)
        probabilities, state = model.step(piece, state)
    approximate: object = state
    for piece in ahead:
        predicted, approximate = model.approximate_step(piece, approximate)  # type: ignore[arg-type]
        assert predicted.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
        assert (predicted >= 0).all()
    np.testing.assert_allclose(model.predict(state), probabilities, rtol=1e-5)


@pytest.mark.parametrize("quick", [False, True])
def test_approximate_steps_need_few_more_bits_than_the_mixture(quick: bool) -> None:
    model = mixture()
    if quick:
        model.build_fast_path()
    mixed = approximate = uniform = 0.0
    for text in NEW:
        _, state = model.step(text[0], model.start())
        for piece, following in itertools.pairwise(text[1:]):
            predicted, _ = model.approximate_step(piece, state)
            probabilities, state = model.step(piece, state)
            mixed -= math.log2(probabilities[following])
            approximate -= math.log2(predicted[following])
            uniform += math.log2(VOCABULARY)
    assert mixed < uniform / 2
    assert approximate < mixed + (uniform - mixed) / 4


def test_a_text_is_learned_alike_when_it_is_learned_later() -> None:
    at_once, later = mixture(adaptive=True), mixture(adaptive=True)
    for text in NEW:
        waiting = []
        _, one = at_once.step(text[0], at_once.start())
        _, other = later.step(text[0], later.start())
        for number, piece in enumerate(text[1:]):
            at_once.learn(piece, one)
            _, one = at_once.step(piece, one)
            waiting.append((piece, other))
            _, other = later.step(piece, other)
            if number % 3 == 2:
                for earlier, state in waiting:
                    later.learn(earlier, state)
                waiting = []
    assert bits(later, KEPT_BACK) == pytest.approx(bits(at_once, KEPT_BACK), rel=0.05)


def test_an_unfitted_mixer_has_a_weight_for_every_input() -> None:
    for adaptive in (False, True):
        mixer = unfitted_mixer(VOCABULARY, adaptive=adaptive)
        assert mixer.weights.shape == (sum(mixer.shape.sets), mixer.shape.inputs)
        assert mixer.shape.members == 3 + adaptive


def test_sampled_pieces_stay_out_of_the_history() -> None:
    model = mixture()
    text = SENTENCES[0] * 2
    _, read = model.step(0, model.start())
    drawn = read
    for piece in text:
        _, read = model.step(piece, read)
        probabilities, drawn = model.step_sampled(piece, drawn)
        assert probabilities.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
    assert len(drawn.history) == 1
    assert len(read.history) == 1 + len(text)
    assert drawn.context == read.context
    np.testing.assert_array_equal(drawn.vector, read.vector)


BASE = RecurrentNetwork(SHAPE, random_weights(SHAPE, 4))
WITH_BASE = MixtureWeights.fit(NETWORK, MEMORY, KINDS, KEPT_BACK, base=BASE)


def mixture_with_base(*, adaptive: bool = False) -> Mixture:
    return WITH_BASE.mixture(NETWORK, MEMORY, KINDS, base=BASE, adaptive=adaptive)


@settings(max_examples=30, deadline=None)
@given(st.lists(pieces, max_size=40), st.booleans())
def test_with_a_base_it_sums_to_one_and_predicts_the_same_again(context: list[int], adaptive: bool) -> None:
    model = mixture_with_base(adaptive=adaptive)
    probabilities, state = model.step(0, model.start())
    for piece in context:
        model.step((piece + 1) % VOCABULARY, state)
        probabilities, state = model.step(piece, state)
        assert probabilities.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
        assert 0 < state.trust < 1
    other = mixture_with_base(adaptive=adaptive)
    again, there = other.step(0, other.start())
    for piece in context:
        again, there = other.step(piece, there)
    np.testing.assert_allclose(again, probabilities, rtol=1e-5)


def test_a_text_that_the_base_generated_is_left_to_it() -> None:
    model, random = mixture_with_base(), np.random.default_rng(0)
    probabilities, state = model.step(0, model.start())
    base, base_state = BASE.step(0, BASE.start())
    cost = alone = 0.0
    for _ in range(300):
        piece = int(random.choice(VOCABULARY, p=base / base.sum()))
        cost, alone = cost - math.log2(probabilities[piece]), alone - math.log2(base[piece])
        probabilities, state = model.step(piece, state)
        base, base_state = BASE.step(piece, base_state)
    assert state.trust < 0.3
    assert cost < alone * 1.05
    _, state = model.step(0, model.start())
    for piece in NEW[0][1:]:
        _, state = model.step(piece, state)
    assert state.trust > 0.9, "notes are the mixture's"


def test_sampled_pieces_leave_the_trust_as_it_was() -> None:
    model = mixture_with_base()
    _, state = model.step(0, model.start())
    _, after = model.step_sampled(5, state)
    assert after.trust == state.trust


def test_networks_beside_each_other_share_an_embedding_that_is_the_same() -> None:
    weights = random_weights(SHAPE, 4)
    alike = {**weights, "embedding": random_weights(SHAPE, 3)["embedding"]}
    shared, other = RecurrentNetwork(SHAPE, alike, NETWORK), RecurrentNetwork(SHAPE, weights, NETWORK)
    assert np.shares_memory(shared.output_side()[0], NETWORK.output_side()[0])
    assert not np.shares_memory(other.output_side()[0], NETWORK.output_side()[0])
    alone = RecurrentNetwork(SHAPE, alike)
    np.testing.assert_array_equal(shared.step(3, shared.start())[0], alone.step(3, alone.start())[0])


def test_weights_for_a_base_do_not_fit_a_mixture_without() -> None:
    again = MixtureWeights.from_tensors(WITH_BASE.tensors(), VOCABULARY, base=True)
    np.testing.assert_array_equal(again.static.weights.shape, WITH_BASE.static.weights.shape)
    with pytest.raises(ModelError):
        MixtureWeights.from_tensors(WITH_BASE.tensors(), VOCABULARY)


@pytest.mark.parametrize("adaptive", [False, True])
@pytest.mark.parametrize("base", [None, BASE])
def test_fitting_to_known_texts_is_learning_them_piece_by_piece(
    adaptive: bool, base: RecurrentNetwork | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnchat.lm.mixture.known_texts.PIECES_AT_ONCE", 90)
    monkeypatch.setattr("rnnchat.lm.mixture.known_texts.POSITIONS_AT_ONCE", 11)
    parts = MixtureParts(NETWORK, MEMORY, KINDS, WEIGHTS.tree, base)
    fitted, plain = (
        Mixture(
            parts, unfitted_mixer(VOCABULARY, adaptive=adaptive, base=base is not None), adaptive=adaptive
        )
        for _ in range(2)
    )
    counts: list[int] = []
    fitted.fit([*KEPT_BACK, [0]], progress=counts.append)
    done = 0
    for text in KEPT_BACK:
        state = plain.advance(text[0], plain.start())
        for piece in text[1:]:
            inputs = plain._inputs(state)
            rate = RATE + (FIRST_RATE - RATE) / (1 + done / RATE_HALFWAY_PIECES)
            plain._learn_weights(inputs, piece, plain.saved, rate)
            if adaptive:
                plain._learn_members(inputs, piece, state)
            state = plain.advance(piece, state)
            done += 1
    assert counts[-1] == done // 32 * 32
    np.testing.assert_allclose(fitted.saved.weights, plain.saved.weights, atol=1e-4)
    np.testing.assert_allclose(fitted.saved.maps, plain.saved.maps, atol=1e-4)
    assert np.abs(plain.saved.weights - unfitted_mixer_like(plain)).max() > 0.01


def unfitted_mixer_like(model: Mixture) -> np.ndarray:
    base = model.parts.base is not None
    return unfitted_mixer(VOCABULARY, adaptive=model.adaptive, base=base).weights


@settings(max_examples=30, deadline=None)
@given(st.lists(pieces, max_size=20), st.lists(pieces, min_size=1, max_size=9), st.booleans())
def test_several_approximate_steps_together_are_the_steps_one_by_one(
    read: list[int], ahead: list[int], quick: bool
) -> None:
    model = mixture(adaptive=True)
    if quick:
        model.build_fast_path()
    _, state = model.step(0, model.start())
    for piece in read:
        model.learn(piece, state)
        _, state = model.step(piece, state)
    _, further = model.approximate_step(7, state)
    states = [state if number % 2 else further for number in range(len(ahead))]
    together = model.approximate_steps(ahead, states)
    for piece, before, (probabilities, after) in zip(ahead, states, together, strict=True):
        alone, next_state = model.approximate_step(piece, before)
        np.testing.assert_allclose(probabilities, alone, rtol=1e-3, atol=1e-6)
        assert probabilities.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
        assert after.recent == next_state.recent
        np.testing.assert_allclose(after.network[0], next_state.network[0], atol=1e-5)
