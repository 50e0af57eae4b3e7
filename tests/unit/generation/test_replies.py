from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from rnnchat.generation import replies
from rnnchat.generation.booking import asks_for_booking, is_booking_talk
from rnnchat.generation.generate import Continuation, TextGenerator
from rnnchat.generation.guidance import Guide
from rnnchat.generation.replies import CANDIDATES, OPENING_PIECES, ROUNDS, ReplyGenerator
from rnnchat.generation.sampler import Sampler
from rnnchat.generation.sampling import Sampling
from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.text.chat_format import CHAT, NOTES, Turn, chat_context, pieces_of_model
from rnnchat.text.tokenizer import Tokenizer

GREEDY = Sampling(temperature=0, repetition=1, seed=0)
QUESTION = [Turn("user", "Will it rain?")]


class Scripted:
    """A language model whose replies have fixed probabilities, whatever it is asked."""

    def __init__(self, tokenizer: Tokenizer, script: Mapping[str, float]) -> None:
        self.vocabulary = tokenizer.size
        self._model = tokenizer.roles.model
        self._script = {
            (*tokenizer.encode(text), tokenizer.roles.end): probability
            for text, probability in script.items()
        }

    def start(self) -> tuple[int, ...]:
        return ()

    def step(self, piece: int, state: tuple[int, ...]) -> tuple[Floats, tuple[int, ...]]:
        state = () if piece == self._model else (*state, piece)
        probabilities = np.full(self.vocabulary, 1e-7, np.float32)
        for pieces, probability in self._script.items():
            if pieces[: len(state)] == state and len(pieces) > len(state):
                probabilities[pieces[len(state)]] += probability
        return probabilities / probabilities.sum(), state


def reply(
    generator: ReplyGenerator,
    turns: list[Turn],
    sampling: Sampling = GREEDY,
    rejected: tuple[str, ...] = (),
) -> str:
    return "".join(chunk.text for chunk in generator.stream(turns, sampling, 40, rejected))


def scripted(tokenizer: Tokenizer, script: Mapping[str, float]) -> ReplyGenerator:
    return ReplyGenerator(TextGenerator(Scripted(tokenizer, script), tokenizer), CHAT)


@pytest.fixture
def answers(tokenizer: Tokenizer) -> ReplyGenerator:
    return scripted(tokenizer, {"Yes, it will.": 0.6, "Perhaps.": 0.3, "Bread is good.": 0.1})


@pytest.fixture
def guided(tiny_network: RecurrentNetwork, tokenizer: Tokenizer) -> ReplyGenerator:
    guide = Guide(tiny_network, tokenizer.roles)
    return ReplyGenerator(TextGenerator(tiny_network, tokenizer, guide=guide), CHAT)


def test_the_likeliest_reply_is_given_once(answers: ReplyGenerator) -> None:
    assert reply(answers, QUESTION) == "Yes, it will."
    turns = [*QUESTION, Turn("model", "Yes, it will."), *QUESTION]
    assert reply(answers, turns) == "Perhaps."
    turns += [Turn("model", "Perhaps."), *QUESTION]
    assert reply(answers, turns) == "Bread is good."


@pytest.mark.parametrize("before", ["Yes, it will.", "yes it will", "  YES, IT WILL!\n"])
def test_case_and_punctuation_make_no_other_reply(answers: ReplyGenerator, before: str) -> None:
    assert reply(answers, [*QUESTION, Turn("model", before), *QUESTION]) == "Perhaps."
    assert reply(answers, QUESTION, rejected=(before,)) == "Perhaps."


def test_what_the_person_said_may_be_said(answers: ReplyGenerator) -> None:
    assert reply(answers, [Turn("user", "Yes, it will.")]) == "Yes, it will."


def test_a_long_reply_is_not_begun_again(tokenizer: Tokenizer) -> None:
    long = "The river rose and fell " * 12
    generator = scripted(tokenizer, {long: 0.9, "Bread.": 0.1})
    assert len(tokenizer.encode(long)) > OPENING_PIECES
    assert reply(generator, QUESTION).startswith("The river")
    assert reply(generator, QUESTION, rejected=(long,)) == "Bread."


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_even_a_model_with_one_reply_gives_it_once(tokenizer: Tokenizer, temperature: float) -> None:
    generator = scripted(tokenizer, {"Yes.": 1.0})
    sampling = replace(GREEDY, temperature=temperature)
    assert reply(generator, [*QUESTION, Turn("model", "Yes."), *QUESTION], sampling) != "Yes."


def test_the_last_round_avoids_the_beginnings_of_all_replies(tokenizer: Tokenizer) -> None:
    script = {"Yes.": 0.9, "Bread.": 0.09, "The river.": 0.009, "Rain.": 0.0009}
    generator = scripted(tokenizer, script)
    assert reply(generator, QUESTION, rejected=("Yes.", "Bread.", "The river.")) == "Rain."


def test_a_reply_is_the_candidate_that_says_most_about_the_conversation(
    guided: ReplyGenerator, tokenizer: Tokenizer
) -> None:
    sampling = Sampling(seed=4, temperature=1.2)
    sampler = Sampler(sampling)
    drawn: list[Continuation] = []
    for _ in range(CANDIDATES):
        candidate = guided.generator.begin(chat_context(tokenizer, CHAT, QUESTION), sampler, 40)
        while not candidate.finish and len(candidate.chunks) < OPENING_PIECES:
            candidate.advance()
        drawn.append(candidate)

    def log_probabilities(context: list[int], pieces: list[int]) -> Floats:
        network, found = guided.generator.predictor, []
        state, probabilities = network.start(), np.ones(tokenizer.size, np.float32)
        for number, piece in enumerate([*context, *pieces]):
            if number >= len(context):
                found.append(np.log(probabilities[piece]))
            probabilities, state = network.step(piece, state)
        return np.array(found)

    def relevance(candidate: Continuation) -> float:
        """Work the mutual information out anew, from the two contexts."""
        pieces, roles = [chunk.piece for chunk in candidate.chunks], tokenizer.roles
        ratios = log_probabilities(chat_context(tokenizer, CHAT, QUESTION), pieces)
        ratios -= log_probabilities([roles.start, roles.user, roles.end, roles.model], pieces)
        comes_again = np.array([piece in pieces[:number] for number, piece in enumerate(pieces)])
        ratios[comes_again] = np.minimum(ratios[comes_again], 0)
        return float(ratios.sum()) / len(pieces) ** 0.5

    best = max(drawn, key=relevance)
    assert len({candidate.text for candidate in drawn}) == CANDIDATES
    assert reply(guided, QUESTION, sampling).startswith(best.text)


def test_the_same_seed_gives_the_same_reply(guided: ReplyGenerator) -> None:
    first, again, other = (reply(guided, QUESTION, Sampling(seed=seed)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("sampling", "most"),
    [
        (Sampling(seed=1), CANDIDATES),
        (Sampling(seed=1, guidance=0.0), 1),
        (Sampling(seed=1, temperature=0.0), 1),
    ],
)
def test_several_candidates_are_drawn_only_where_they_are_compared_and_differ(
    guided: ReplyGenerator, monkeypatch: pytest.MonkeyPatch, sampling: Sampling, most: int
) -> None:
    begin, begun = guided.generator.begin, []

    def counted(*arguments: object) -> Continuation:
        begun.append(arguments)
        return begin(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(guided.generator, "begin", counted)
    reply(guided, QUESTION, sampling)
    assert len(begun) == most
    begun.clear()
    monkeypatch.setattr(replies, "_repeats", lambda reply, said: True)
    reply(guided, QUESTION, sampling)
    assert len(begun) == most * ROUNDS


def test_nothing_is_booked_unless_it_is_asked_for(tokenizer: Tokenizer) -> None:
    generator = scripted(tokenizer, {"What hotel would you like?": 0.9, "It will.": 0.1})
    assert reply(generator, QUESTION) == "It will."
    assert reply(generator, [Turn("user", "Please book a hotel.")]) == "What hotel would you like?"
    asked_before = [Turn("user", "Please book a hotel."), Turn("model", "Gladly."), *QUESTION]
    assert reply(generator, asked_before) == "What hotel would you like?"


def test_booking_talk_is_better_than_the_same_reply_again(tokenizer: Tokenizer) -> None:
    generator = scripted(tokenizer, {"It will.": 0.9, "What hotel would you like?": 0.1})
    assert reply(generator, QUESTION, rejected=("It will.",)) == "What hotel would you like?"


@pytest.mark.parametrize(
    "text",
    [
        "What coffee bar would you like?",
        "Sure, can I get your name, please?",
        "Your order will be ready soon.",
        "I booked it for 6 pm.",
        "Is there anything else I can do for you?",
    ],
)
def test_words_of_staff_are_known(text: str) -> None:
    assert is_booking_talk(text)
    assert is_booking_talk(text.upper())


@pytest.mark.parametrize("text", ["I love coffee.", "I read that book.", "In what order?", "Goodbye!"])
def test_other_talk_is_no_booking(text: str) -> None:
    assert not is_booking_talk(text)


def test_a_request_is_known_in_any_turn() -> None:
    assert asks_for_booking(["Hello", "Could you order two coffees?"])
    assert not asks_for_booking(["Do you like coffee?", "I read a good book."])


def test_a_reply_may_take_up_the_persons_words_but_not_its_own(tokenizer: Tokenizer) -> None:
    river, bread = tokenizer.encode("river")[0], tokenizer.encode("bread")[0]
    assert river != bread

    class Either:
        """A little likelier to say river than bread."""

        vocabulary = tokenizer.size

        def start(self) -> int:
            return 0

        def step(self, piece: int, state: int) -> tuple[Floats, int]:
            probabilities = np.zeros(self.vocabulary, np.float32)
            probabilities[[river, bread]] = (0.6, 0.4)
            return probabilities, state

    sampling = Sampling(temperature=0, repetition=2)
    plain = TextGenerator(Either(), tokenizer)
    learning = TextGenerator(Either(), tokenizer, learn=lambda piece, state: None)

    def first_piece(generator: TextGenerator, turns: list[Turn]) -> int:
        return next(generator.stream(chat_context(tokenizer, CHAT, turns), sampling, 5)).piece

    asked = [Turn("user", "river")]
    assert first_piece(plain, asked) == river
    assert first_piece(plain, [*asked, Turn("model", "river"), *asked]) == bread
    assert first_piece(learning, asked) == bread, "what it has learned is likelier already"


def test_the_pieces_of_the_models_turns(tokenizer: Tokenizer) -> None:
    turns = [Turn("user", "one"), Turn("model", "two"), Turn("user", "three"), Turn("model", "four")]
    roles = tokenizer.roles
    own = pieces_of_model(roles, chat_context(tokenizer, CHAT, turns))
    assert own == [*tokenizer.encode("two"), roles.end, *tokenizer.encode("four"), roles.end]


def test_a_model_of_notes_repeats_no_reply_either(
    tokenizer: Tokenizer, tiny_network: RecurrentNetwork
) -> None:
    generator = ReplyGenerator(TextGenerator(tiny_network, tokenizer), NOTES)
    sampling = replace(GREEDY, repetition=1.1)
    said: list[str] = []
    for _ in range(4):
        said.append(reply(generator, QUESTION, sampling, tuple(said)).strip())
    assert all(one != other for one, other in itertools.combinations(said, 2))


def test_a_reply_does_not_say_one_word_over_and_over(tokenizer: Tokenizer) -> None:
    word = next(piece for piece, spelled in enumerate(tokenizer.piece_bytes) if spelled.startswith(b" r"))

    class Stuck:
        """Knows one word, and hardly ever says another piece."""

        vocabulary = tokenizer.size

        def start(self) -> int:
            return 0

        def step(self, piece: int, state: int) -> tuple[Floats, int]:
            probabilities = np.full(self.vocabulary, 1e-6, np.float32)
            probabilities[word] = 1
            return probabilities / probabilities.sum(), state

    generator = TextGenerator(Stuck(), tokenizer)
    context = chat_context(tokenizer, CHAT, QUESTION)
    pieces = [chunk.piece for chunk in generator.stream(context, GREEDY, 20)]
    assert pieces[:2] == [word, word]
    assert all(pieces[n : n + 5].count(word) < 3 for n in range(len(pieces)))
