"""The mixture: always a distribution, the same whichever way one comes, and nothing learned unasked."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.errors import ModelError
from rnnchat.lm.mixture.contexts import PieceKinds
from rnnchat.lm.mixture.history import LONGEST, TokenHistory
from rnnchat.lm.mixture.model import Mixture, new_mixer
from rnnchat.lm.mixture.tree import PieceTree
from rnnchat.lm.mixture.weights import MixtureWeights
from rnnchat.lm.neural_cache import AdaptedOutput, cached, cached_more
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.recurrent import NetworkShape, RecurrentNetwork, softmax
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
    mixer = WEIGHTS.adaptive if adaptive else WEIGHTS.static
    return Mixture(NETWORK, MEMORY, KINDS, WEIGHTS.tree, adaptive=adaptive, mixer=mixer)


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


@settings(max_examples=30, deadline=None)
@given(st.lists(pieces, min_size=1, max_size=30))
def test_a_mixture_that_has_learned_sums_to_one_when_it_goes_another_way(context: list[int]) -> None:
    model = mixture(adaptive=True)
    bits(model, NEW)
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
    unfitted = Mixture(NETWORK, MEMORY, KINDS, WEIGHTS.tree)
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
    again = Mixture(NETWORK, MEMORY, KINDS, loaded.tree, mixer=loaded.static)
    assert bits(again, NEW) == pytest.approx(bits(mixture(), NEW), rel=1e-3)


def test_fitting_learns_what_counts_mean() -> None:
    unfitted = new_mixer(VOCABULARY, adaptive=False)
    assert WEIGHTS.static.seen.any()
    moved, seen = WEIGHTS.static.maps != unfitted.maps, WEIGHTS.static.seen > 0
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
        Mixture(NETWORK, other, KINDS, WEIGHTS.tree)


@pytest.mark.parametrize("memory", [[], [0], [0, 5], [0, 1, 1, 1, 1]])
def test_a_memory_of_nothing_or_little_is_no_trouble(memory: list[int]) -> None:
    tiny = NgramMemory.build(np.array(memory, int), VOCABULARY)
    model = Mixture(NETWORK, tiny, KINDS, WEIGHTS.tree, adaptive=True)
    assert bits(model, NEW) > 0
    MixtureWeights.fit(NETWORK, tiny, KINDS, [])


@pytest.mark.parametrize("piece", [-1, VOCABULARY])
def test_a_piece_out_of_range_is_refused_by_every_member(piece: int) -> None:
    for model in (NETWORK, NgramModel(MEMORY), mixture()):
        with pytest.raises(ModelError, match="no piece"):
            model.step(piece, model.start())  # type: ignore[attr-defined]


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


@given(st.lists(st.integers(0, 4), max_size=60), st.integers(0, 60))
def test_a_passage_is_a_value(body: list[int], fork: int) -> None:
    passage, states = TokenHistory(2), []
    for piece in body:
        states.append(passage)
        passage = passage.after(piece, np.full(2, piece, np.float32))
    for count, state in enumerate(states):
        state.after(9, np.zeros(2, np.float32))
        assert state.pieces.tolist() == body[:count]
    assert passage.pieces.tolist() == body
    assert passage.vectors[:, 0].tolist() == body
    found, length = passage.match(np.array(body[-32:], np.intp))
    if length:
        places = [
            n for n in range(length - 1, len(body) - 1) if body[n - length + 1 : n + 1] == body[-length:]
        ]
        assert found in [body[place + 1] for place in places]
    else:
        text = "".join(map(str, body))
        assert text[-3:] not in text[:-1] or len(body) < 4


def test_what_was_taken_back_makes_room() -> None:
    root = TokenHistory(2).after(1, np.zeros(2, np.float32)).after(2, np.zeros(2, np.float32))
    root.after(3, np.ones(2, np.float32))
    beside = root.after(4, np.ones(2, np.float32))
    assert not np.shares_memory(beside.pieces, root.pieces)
    root.reuse_buffer()
    again = root.after(5, np.ones(2, np.float32))
    assert np.shares_memory(again.pieces, root.pieces)
    assert (root.pieces.tolist(), again.pieces.tolist()) == ([1, 2], [1, 2, 5])
    assert beside.pieces.tolist() == [1, 2, 4]


def test_what_was_drawn_is_looked_up_in_what_was_read() -> None:
    passage = TokenHistory(2)
    for piece in (1, 2, 3, 7, 5, 6):
        passage = passage.after(piece, np.zeros(2, np.float32))
    drawn = np.array([5, 6, 1, 2, 3])
    assert passage.match(drawn) == (7, 3)
    assert passage.followers(drawn[-1:]).tolist() == [7]
    assert passage.followers(drawn[-2:]).tolist() == [7]
    assert passage.followers(np.array([6])).tolist() == []


def test_a_passage_remembers_the_end_of_a_long_text() -> None:
    passage = TokenHistory(2)
    for piece in range(3 * LONGEST):
        passage = passage.after(piece, np.zeros(2, np.float32))
    assert LONGEST // 2 <= len(passage) <= LONGEST
    assert passage.pieces.tolist() == list(range(3 * LONGEST - len(passage), 3 * LONGEST))


def test_the_cache_and_the_adapted_output_lean_towards_what_was_read() -> None:
    base = np.full(VOCABULARY, 1 / VOCABULARY, np.float32)
    passage = TokenHistory(2)
    np.testing.assert_array_equal(cached(passage.vectors, passage.pieces, np.ones(2, np.float32), base), base)
    for vector, piece in (([9, 0], 7), ([0, 9], 8)):
        passage = passage.after(piece, np.array(vector, np.float32))
    near = cached(passage.vectors, passage.pieces, np.array([9, 0], np.float32), base)
    assert near.argmax() == 7
    assert near.sum() == pytest.approx(1, abs=1e-5)
    adapted, top = AdaptedOutput(NETWORK), np.ones(12, np.float32)
    vector, before = adapted.predict(top)
    for _ in range(64):
        adapted.learn(top, 11, adapted.predict(top)[1])
    moved, after = adapted.predict(top)
    assert after[11] > 2 * before[11]
    assert vector.shape == moved.shape == (8,)
    np.testing.assert_allclose(NETWORK.step(0, NETWORK.start())[0].sum(), 1, atol=1e-5)


def test_what_the_cache_changes_makes_its_prediction() -> None:
    logits = np.random.default_rng(1).normal(size=VOCABULARY).astype(np.float32)
    passage, vector = TokenHistory(2), np.array([9, 3], np.float32)
    assert [len(part) for part in cached_more(passage.vectors, passage.pieces, vector, logits)] == [0, 0]
    for stood, piece in (([9, 0], 7), ([0, 9], 8), ([3, 3], 7)):
        passage = passage.after(piece, np.array(stood, np.float32))
    followers, more = cached_more(passage.vectors, passage.pieces, vector, logits)
    said = logits.copy()
    said[followers] = logits[followers] + more
    wanted = cached(passage.vectors, passage.pieces, vector, softmax(logits))
    np.testing.assert_allclose(softmax(said), wanted, rtol=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.lists(pieces, max_size=30), st.lists(pieces, min_size=1, max_size=6), st.booleans(), st.booleans())
def test_a_glance_is_a_distribution_and_changes_nothing(
    read: list[int], ahead: list[int], adaptive: bool, quick: bool
) -> None:
    model = mixture(adaptive=adaptive)
    if quick:
        model.build_fast_path()
    probabilities, state = model.step(0, model.start())
    for piece in read:
        model.learn(piece, state)
        probabilities, state = model.step(piece, state)
    glanced: object = state
    for piece in ahead:
        said, glanced = model.glance(piece, glanced)  # type: ignore[arg-type]
        assert said.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
        assert (said >= 0).all()
    np.testing.assert_allclose(model.predict(state), probabilities, rtol=1e-5)


@pytest.mark.parametrize("quick", [False, True])
def test_a_glance_says_much_the_same_as_the_mixture(quick: bool) -> None:
    model = mixture()
    if quick:
        model.build_fast_path()
    mixed = glanced = uniform = 0.0
    for text in NEW:
        _, state = model.step(text[0], model.start())
        for piece, following in itertools.pairwise(text[1:]):
            said, _ = model.glance(piece, state)
            probabilities, state = model.step(piece, state)
            mixed -= math.log2(probabilities[following])
            glanced -= math.log2(said[following])
            uniform += math.log2(VOCABULARY)
    assert mixed < uniform / 2
    assert glanced < mixed + (uniform - mixed) / 4


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


def test_an_unfitted_mixer_has_a_place_for_everything() -> None:
    for adaptive in (False, True):
        mixer = new_mixer(VOCABULARY, adaptive=adaptive)
        assert mixer.weights.shape[1] == mixer.members + 2 * mixer.contexts + 2 * mixer.match_models + 1


def test_what_was_drawn_is_no_evidence_of_how_a_person_writes() -> None:
    model = mixture()
    text = SENTENCES[0] * 2
    _, read = model.step(0, model.start())
    drawn = read
    for piece in text:
        _, read = model.step(piece, read)
        probabilities, drawn = model.follow(piece, drawn)
        assert probabilities.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
    assert len(drawn.passage) == 1
    assert len(read.passage) == 1 + len(text)
    assert drawn.trail == read.trail
    np.testing.assert_array_equal(drawn.vector, read.vector)


BASE = RecurrentNetwork(SHAPE, random_weights(SHAPE, 4))
GROUNDED = MixtureWeights.fit(NETWORK, MEMORY, KINDS, KEPT_BACK, BASE)


def grounded(*, adaptive: bool = False) -> Mixture:
    mixer = GROUNDED.adaptive if adaptive else GROUNDED.static
    return Mixture(NETWORK, MEMORY, KINDS, GROUNDED.tree, adaptive=adaptive, mixer=mixer, base=BASE)


@settings(max_examples=30, deadline=None)
@given(st.lists(pieces, max_size=40), st.booleans())
def test_with_a_base_it_sums_to_one_and_says_the_same_again(context: list[int], adaptive: bool) -> None:
    model = grounded(adaptive=adaptive)
    probabilities, state = model.step(0, model.start())
    for piece in context:
        model.step((piece + 1) % VOCABULARY, state)
        probabilities, state = model.step(piece, state)
        assert probabilities.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
        assert 0 < state.trust < 1
    other = grounded(adaptive=adaptive)
    again, there = other.step(0, other.start())
    for piece in context:
        again, there = other.step(piece, there)
    np.testing.assert_allclose(again, probabilities, rtol=1e-5)


def test_a_text_that_the_base_tells_is_left_to_it() -> None:
    model, random = grounded(), np.random.default_rng(0)
    probabilities, state = model.step(0, model.start())
    of_base, told = BASE.step(0, BASE.start())
    cost = alone = 0.0
    for _ in range(300):
        piece = int(random.choice(VOCABULARY, p=of_base / of_base.sum()))
        cost, alone = cost - math.log2(probabilities[piece]), alone - math.log2(of_base[piece])
        probabilities, state = model.step(piece, state)
        of_base, told = BASE.step(piece, told)
    assert state.trust < 0.3
    assert cost < alone * 1.05
    _, state = model.step(0, model.start())
    for piece in NEW[0][1:]:
        _, state = model.step(piece, state)
    assert state.trust > 0.9, "notes are the mixture's"


def test_what_is_drawn_leaves_the_trust_as_it_was() -> None:
    model = grounded()
    _, state = model.step(0, model.start())
    _, after = model.follow(5, state)
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
    again = MixtureWeights.from_tensors(GROUNDED.tensors(), VOCABULARY, base=True)
    np.testing.assert_array_equal(again.static.weights.shape, GROUNDED.static.weights.shape)
    with pytest.raises(ModelError):
        MixtureWeights.from_tensors(GROUNDED.tensors(), VOCABULARY)
