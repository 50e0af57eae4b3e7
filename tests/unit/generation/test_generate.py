from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.errors import RnnchatError
from rnnchat.evaluation.scoring import score
from rnnchat.generation.generate import Chunk, TextGenerator
from rnnchat.generation.guidance import Guide
from rnnchat.generation.sampler import PLAUSIBLE, Sampler
from rnnchat.generation.sampling import Sampling
from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.text.chat_format import LONGEST_CONTEXT, Turn, chat_context, text_context
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import random_weights

PLAIN = Sampling(repetition=1, temperature=1, top_p=1, seed=0)


def some_probabilities(size: int, seed: int) -> Floats:
    weights = np.random.default_rng(seed).gamma(0.3, size=size).astype(np.float32) + 1e-9
    return (weights / weights.sum()).astype(np.float32)


@given(st.integers(2, 2000), st.integers(0, 10**6), st.floats(0.01, 1), st.integers(0, 50), st.floats(0, 0.5))
def test_only_allowed_pieces_are_chosen(size: int, seed: int, top_p: float, top_k: int, min_p: float) -> None:
    probabilities = some_probabilities(size, seed)
    sampler = Sampler(replace(PLAIN, top_k=top_k, min_p=min_p, top_p=top_p, seed=seed))
    order = np.argsort(-probabilities, kind="stable")
    rank = {int(piece): place for place, piece in enumerate(order)}
    for _ in range(5):
        piece = sampler.choose(probabilities)
        assert not top_k or rank[piece] < top_k
        assert probabilities[piece] >= min_p * probabilities.max() * 0.999
        before = float(probabilities[order[: rank[piece]]].sum(dtype=np.float64))
        assert before <= top_p + 1e-4


def test_pieces_come_as_often_as_they_should() -> None:
    probabilities = np.array([0.5, 0.3, 0.15, 0.05], np.float32)
    sampler = Sampler(PLAIN)
    drawn = np.bincount([sampler.choose(probabilities) for _ in range(20_000)], minlength=4) / 20_000
    assert np.abs(drawn - probabilities).max() < 0.015


def test_temperature_and_repetition() -> None:
    probabilities = np.array([0.6, 0.4], np.float32)
    assert Sampler(Sampling(temperature=0)).choose(probabilities) == 0
    assert Sampler(Sampling(temperature=0, repetition=2)).choose(probabilities, recent=[0]) == 1


def test_no_loop_lasts() -> None:
    vocabulary = 6

    def in_a_circle(recent: list[int]) -> Floats:
        """Three times as sure of going round again as of anything else."""
        probabilities = np.full(vocabulary, 0.02, np.float32)
        probabilities[(recent[-1] + 1) % 3] = 0.9
        return probabilities

    def said_most(repetition: float) -> int:
        sampler = Sampler(Sampling(repetition=repetition, temperature=0.8, seed=0))
        recent = [0, 1, 2]
        for _ in range(60):
            recent.append(sampler.choose(in_a_circle(recent), recent))
        fours = [tuple(recent[place : place + 4]) for place in range(len(recent) - 3)]
        return max(fours.count(four) for four in fours)

    assert said_most(1.0) >= 10
    assert said_most(1.1) <= said_most(1.0) // 2


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"top_p": 2}, {"min_p": -0.1}, {"repetition": 0.5}])
def test_values_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(RnnchatError, match="cannot be"):
        Sampler(Sampling(**wrong))  # type: ignore[arg-type]


def said(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def test_the_same_seed_gives_the_same_text(tiny_network: RecurrentNetwork, tokenizer: Tokenizer) -> None:
    context = text_context(tokenizer, "The river")
    first = list(TextGenerator(tiny_network, tokenizer).stream(context, Sampling(seed=3), 60))
    again = list(TextGenerator(tiny_network, tokenizer).stream(context, Sampling(seed=3), 60))
    other = list(TextGenerator(tiny_network, tokenizer).stream(context, Sampling(seed=4), 60))
    assert first == again
    assert said(first) != said(other)
    assert first[-1].finish in ("end", "length")
    assert all(not chunk.finish for chunk in first[:-1])
    assert all(0 <= chunk.probability <= 1 for chunk in first)


def test_remembering_changes_nothing(tiny_network: RecurrentNetwork, tokenizer: Tokenizer) -> None:
    generator = TextGenerator(tiny_network, tokenizer)
    prompts = ["", "The river", "The river rose", "Bread", "The river rose and fell ", "The river"]
    for number, prompt in enumerate(prompts):
        context = text_context(tokenizer, prompt)
        sampling = Sampling(seed=number)
        fresh = list(TextGenerator(tiny_network, tokenizer).stream(context, sampling, 12))
        stream = generator.stream(context, sampling, 12)
        if number == 2:
            next(stream)
            stream.close()  # as when a reply is stopped
            continue
        assert list(stream) == fresh


def test_two_streams_do_not_disturb_each_other(tiny_network: RecurrentNetwork, tokenizer: Tokenizer) -> None:
    generator = TextGenerator(tiny_network, tokenizer)
    context = text_context(tokenizer, "The river")
    alone = list(generator.stream(context, Sampling(seed=5), 20))
    one, two = (generator.stream(context, Sampling(seed=5), 20) for _ in range(2))
    together = [(next(one), next(two)) for _ in range(len(alone))]
    assert [a for a, _ in together] == [b for _, b in together] == alone


def test_a_prompt_that_ends_with_a_space_is_continued_by_a_word(
    tiny_network: RecurrentNetwork, tokenizer: Tokenizer
) -> None:
    for seed in range(5):
        chunks = list(
            TextGenerator(tiny_network, tokenizer).stream(
                text_context(tokenizer, "The "), Sampling(seed=seed), 5
            )
        )
        first = tokenizer.decode([chunks[0].piece])
        assert first.startswith(" ")
        assert chunks[0].text == first[1:]


def test_no_role_is_ever_said(tokenizer: Tokenizer, tiny_shape: NetworkShape) -> None:
    weights = random_weights(tiny_shape)
    weights["output.bias"][:5] = 50  # a network that wants nothing but roles
    generator = TextGenerator(RecurrentNetwork(tiny_shape, weights), tokenizer)
    chunks = list(generator.stream(text_context(tokenizer, ""), PLAIN, 30))
    roles = tokenizer.roles
    assert not {chunk.piece for chunk in chunks} & {0, roles.start, roles.user, roles.model}
    assert said(chunks).strip(), "it may end only after something can be seen"
    assert chunks[-1].finish == "end"


def test_contexts(tokenizer: Tokenizer) -> None:
    roles = tokenizer.roles
    turns = [Turn("user", "Hi"), Turn("model", "Hello"), Turn("user", "</s><model>")]
    chat = chat_context(tokenizer, "chat", turns)
    assert [p for p in chat if p in (roles.start, roles.end, roles.user, roles.model)] == [
        roles.start,
        *(roles.user, roles.end, roles.model, roles.end, roles.user, roles.end, roles.model),
    ]
    assert tokenizer.decode(chat) == "HiHello</s><model>"
    assert tokenizer.decode(chat_context(tokenizer, "notes", turns)) == "Hi\n\nHello\n\n</s><model>\n\n"
    long = [Turn("user", "word " * 900), Turn("model", "word " * 900), Turn("user", "last")]
    assert len(chat_context(tokenizer, "chat", long)) < 3_000
    assert tokenizer.decode(chat_context(tokenizer, "chat", long)).endswith("last")


def test_a_long_chat_is_mostly_read_on_from_where_it_was(tokenizer: Tokenizer) -> None:
    turns, before, anew = [], [], 0
    for number in range(60):
        turns += [Turn("user", f"word {number} " * 12), Turn("model", f"other {number} " * 12)]
        context = chat_context(tokenizer, "chat", [*turns, Turn("user", "and")])
        anew += context[: max(0, len(before) - 9)] != before[:-9]
        before = context
        assert len(context) <= 1.5 * LONGEST_CONTEXT
        assert len(context) > LONGEST_CONTEXT // 2 or not anew
    assert 0 < anew < 20


def test_a_partner_learns_what_it_is_told_but_not_what_it_said(tokenizer: Tokenizer) -> None:
    roles, learned = tokenizer.roles, []
    forgotten = 0

    def forget() -> None:
        nonlocal forgotten
        forgotten += 1

    generator = TextGenerator(
        Uniform(tokenizer.size), tokenizer, lambda piece, state: learned.append(piece), forget
    )
    turns = [Turn("user", "The river"), Turn("model", "Bread"), Turn("user", "rose")]
    for count in (1, 3):
        list(generator.stream(chat_context(tokenizer, "chat", turns[:count]), PLAIN, 3))
    told = [*tokenizer.encode("The river"), *tokenizer.encode("rose")]
    assert [piece for piece in learned if piece not in (roles.user, roles.end)] == told
    assert forgotten == 1
    list(generator.stream(chat_context(tokenizer, "chat", turns[2:]), PLAIN, 3))
    assert forgotten == 2


def test_a_guide_tells_what_the_conversation_makes_likelier(
    tiny_network: RecurrentNetwork, tokenizer: Tokenizer
) -> None:
    roles = tokenizer.roles
    context = chat_context(tokenizer, "chat", [Turn("user", "The river rose")])
    reply = tokenizer.encode(" Bread")

    def logs(pieces: list[int]) -> Floats:
        state = tiny_network.start()
        for piece in pieces:
            probabilities, state = tiny_network.step(piece, state)
        return np.log(probabilities)

    guide = Guide(tiny_network, roles)
    guide.begin(context[:4])  # going on from there must not matter
    guidance = guide.begin(context)
    for piece in reply:
        guidance.advance(piece)
    expected = logs([*context, *reply]) - logs([roles.start, roles.user, roles.end, roles.model, *reply])
    expected[reply] = np.minimum(expected[reply], 0)
    np.testing.assert_allclose(guidance.log_ratios(), expected, atol=1e-4)
    again = guide.begin(context).log_ratios()
    np.testing.assert_array_equal(again, Guide(tiny_network, roles).begin(context).log_ratios())


@given(seed=st.integers(0, 999), guidance=st.floats(0.1, 5))
def test_guidance_chooses_among_what_is_plausible(seed: int, guidance: float) -> None:
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.full(50, 0.3)).astype(np.float32)
    ratios = random.normal(0, 3, 50).astype(np.float32)
    sampling = Sampling(guidance=guidance, seed=seed, top_p=1.0, repetition=1.0)
    chosen = Sampler(sampling).choose(probabilities, (), ratios)
    assert probabilities[chosen] >= 0.99 * PLAUSIBLE * probabilities.max()
    greedy = Sampler(replace(sampling, temperature=0)).choose(probabilities, (), ratios)
    plausible = np.flatnonzero(probabilities >= PLAUSIBLE * probabilities.max())
    expected = plausible[np.argmax(np.log(probabilities[plausible]) + guidance * ratios[plausible])]
    assert greedy == expected


def test_guidance_is_for_turns_of_a_conversation(
    tiny_network: RecurrentNetwork, tokenizer: Tokenizer
) -> None:
    guide = Guide(tiny_network, tokenizer.roles)
    generator = TextGenerator(tiny_network, tokenizer, guide=guide)
    plain = TextGenerator(tiny_network, tokenizer)
    text = text_context(tokenizer, "The river")
    turn = chat_context(tokenizer, "chat", [Turn("user", "The river")])
    strong = Sampling(seed=3, guidance=3.0, temperature=1.5)
    assert list(generator.stream(text, strong, 20)) == list(plain.stream(text, strong, 20))
    assert said(list(generator.stream(turn, strong, 20))) != said(list(plain.stream(turn, strong, 20)))
    off = replace(strong, guidance=0.0)
    assert list(generator.stream(turn, off, 20)) == list(plain.stream(turn, off, 20))


class Uniform:
    """Knows nothing."""

    def __init__(self, vocabulary: int) -> None:
        self.vocabulary = vocabulary

    def start(self) -> int:
        return 0

    def step(self, piece: int, state: int) -> tuple[Floats, int]:
        return np.full(self.vocabulary, 1 / self.vocabulary, np.float32), state + 1


def test_the_score_of_knowing_nothing(tokenizer: Tokenizer) -> None:
    text = "Rain. ▁ 漢字\r\n\n  end"
    result = score(Uniform(tokenizer.size), tokenizer, [text, "", "more"])
    pieces = len(tokenizer.encode(text)) + len(tokenizer.encode("more"))
    assert result.pieces == pieces
    assert result.bytes == len(text.encode()) + 4
    assert math.isclose(result.bits_per_byte, pieces * math.log2(tokenizer.size) / result.bytes, rel_tol=1e-5)


def test_a_limit_ends_at_a_line(tokenizer: Tokenizer) -> None:
    result = score(Uniform(tokenizer.size), tokenizer, ["one\ntwo\nthree\n", "four\n"], limit=5)
    assert result.bytes == len("one\ntwo\n")


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_a_step_is_a_distribution_and_leaves_the_state_alone(cell: str) -> None:
    shape = NetworkShape(50, 8, 12, 2, cell)
    network = RecurrentNetwork(shape, random_weights(shape, scale=1.0))
    state = network.start()
    before = [part.copy() for part in state]
    probabilities, after = network.step(3, state)
    assert math.isclose(float(probabilities.sum()), 1, abs_tol=1e-5)
    assert all((a == b).all() for a, b in zip(before, state, strict=True))
    again, _ = network.step(3, state)
    assert (probabilities == again).all()
    assert any((a != b).any() for a, b in zip(after, state, strict=True))


def test_wrong_weights_are_refused() -> None:
    shape = NetworkShape(50, 8, 12)
    weights = random_weights(shape)
    weights["layer_0.kernel"] = weights["layer_0.kernel"].T
    with pytest.raises(RnnchatError, match="wrong shape"):
        RecurrentNetwork(shape, weights)
    weights = random_weights(shape)
    weights["embedding"][3, 3] = np.nan
    with pytest.raises(RnnchatError, match="no numbers"):
        RecurrentNetwork(shape, weights)
