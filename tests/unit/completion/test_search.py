"""The search in batches: it finds what a search finds that looks at one position after the other."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnchat.completion import search
from rnnchat.completion.search import BATCH, Position, SearchResult, WordSearch, one_by_one, word_end_shares
from rnnchat.completion.spelling import Spelling, as_word, continues_word, ends_in_word, ends_unspaced
from rnnchat.lm.ngram import NgramMemory, NgramModel, NgramState
from rnnchat.lm.protocols import Floats
from rnnchat.text.tokenizer import Tokenizer


class Model(NgramModel):
    """An n-gram model in which no two pieces are equally likely, so that there is one right answer."""

    def step(self, piece: int, state: NgramState) -> tuple[Floats, NgramState]:
        probabilities, state = super().step(piece, state)
        uneven = probabilities * np.random.default_rng(3).uniform(0.5, 1.5, len(probabilities))
        return (uneven / uneven.sum()).astype(np.float32), state


@pytest.fixture(scope="module")
def model(texts: list[str], tokenizer: Tokenizer) -> Model:
    pieces = [piece for text in texts for piece in [tokenizer.roles.start, *tokenizer.encode(text)]]
    return Model(NgramMemory.build(np.array(pieces), tokenizer.size))


@pytest.fixture(scope="module")
def spelling(tokenizer: Tokenizer) -> Spelling:
    return Spelling(tokenizer)


def plain_search(
    model: Model, spelling: Spelling, ends: np.ndarray, root: Position, typed: bytes, *, best: int
) -> dict[str, float]:
    """The search written plainly: the likeliest position in the queue is looked at, then the next."""
    words: dict[str, float] = {}
    estimates: dict[tuple[int, ...], tuple[float, str]] = {}
    queue: list[tuple[float, tuple[int, ...], bytes, bytes]] = [(-1.0, (), typed, b"")]
    for _ in range(search.STEPS):
        if not queue:
            break
        likely = sorted([*(p for p, _ in estimates.values()), *words.values()], reverse=True)
        if len(likely) >= best and -queue[0][0] < search.SEARCH_RATIO * likely[best - 1]:
            break
        negative, path, rest, added = heapq.heappop(queue)
        estimates.pop(path, None)
        state, probabilities = root.state, root.probabilities
        for piece in path:
            probabilities, state = model.step(piece, state)
        word = as_word(added)
        if added and not rest and word:
            inner = 0.0 if ends_unspaced(word) else float(probabilities[spelling.word_inner].sum())
            words[word] = words.get(word, 0.0) - negative * max(0.0, 1 - inner)
        for piece, unspelled, longer in plain_branches(spelling, probabilities, rest, added):
            probability = -negative * float(probabilities[piece])
            if unspelled or longer or rest:
                heapq.heappush(queue, (-probability, (*path, piece), unspelled, longer))
                if not unspelled and as_word(longer):
                    estimates[(*path, piece)] = probability * float(ends[piece]), as_word(longer)
    for probability, word in estimates.values():
        words[word] = words.get(word, 0.0) + probability
    return words


def plain_branches(
    spelling: Spelling, probabilities: Floats, rest: bytes, added: bytes
) -> list[tuple[int, bytes, bytes]]:
    """The pieces that may come next, the bytes still to be spelled then, and those added."""
    branches = [(piece, rest[len(spelling.bytes[piece]) :], b"") for piece in spelling.prefixes_of(rest)]
    if rest:
        candidates = spelling.starting_with(rest)
    elif not ends_in_word(added):
        candidates = spelling.in_line if len(added) < search.LONGEST_LEAD else spelling.word_inner
    else:
        candidates = spelling.none if ends_unspaced(as_word(added)) else spelling.word_inner
    in_order = sorted(candidates.tolist(), key=lambda piece: -probabilities[piece])
    for piece in in_order[: search.BRANCHES + 1]:
        more = spelling.bytes[piece][len(rest) :]
        if not rest or not more or continues_word(more) or more.isspace():
            branches.append((piece, b"", added + more))
    return branches


def counted(model: Model) -> tuple[list[int], Any]:
    """Steps of several positions at once, and the sizes of the batches they were asked for."""
    sizes: list[int] = []
    single = one_by_one(model.step)

    def steps(pieces: Sequence[int], states: Sequence[Any]) -> Any:
        sizes.append(len(pieces))
        return single(pieces, states)

    return sizes, steps


def as_dict(result: SearchResult) -> dict[str, float]:
    return {text: word.probability for text, word in result.words.items()}


typed_texts = st.text(st.sampled_from(list("aeinrst TW.,'(é語")), max_size=5)
settled = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@settled
@given(context=st.integers(0, 200), typed=typed_texts, best=st.integers(1, 12), ahead=st.booleans())
def test_it_finds_what_a_search_one_by_one_finds(
    model: Model,
    spelling: Spelling,
    texts: list[str],
    tokenizer: Tokenizer,
    context: int,
    typed: str,
    best: int,
    ahead: bool,
) -> None:
    state = model.start()
    for piece in [tokenizer.roles.start, *tokenizer.encode(texts[0][:context])]:
        probabilities, state = model.step(piece, state)
    root = Position.known(probabilities, state)
    ends = word_end_shares(model.memory.pieces, spelling)
    expected = plain_search(model, spelling, ends, root, typed.encode(), best=best)
    for batch in (1, BATCH):
        own = WordSearch(one_by_one(model.step), spelling, ends, batch)
        own.start(root)
        if ahead:
            own.look_ahead(typed.encode(), [root], lambda: False)
            own.start(root)
        found = as_dict(own.find(typed.encode(), allow_lead=True, best=best))
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_it_looks_at_several_positions_at_once(model: Model, spelling: Spelling) -> None:
    sizes, steps = counted(model)
    own = WordSearch(steps, spelling, word_end_shares(model.memory.pieces, spelling))
    own.start(Position.known(*model.step(0, model.start())))
    own.find(b" ", allow_lead=True)
    assert max(sizes) == BATCH
    assert len(sizes) < search.STEPS / 2


def test_what_was_looked_at_ahead_is_not_looked_at_again(model: Model, spelling: Spelling) -> None:
    sizes, steps = counted(model)
    own = WordSearch(steps, spelling, word_end_shares(model.memory.pieces, spelling))
    here = Position.known(*model.step(0, model.start()))
    there = Position.known(*model.step(5, here.state))
    elsewhere = Position.known(*model.step(6, here.state))
    own.start(here)
    own.look_ahead(b" t", [there], lambda: False)
    assert sizes
    for position in (here, there):
        own.start(position)
        own.find(b" ", allow_lead=True)
    sizes.clear()
    for position in (here, there):
        own.start(position)
        own.find(b" ", allow_lead=True)
    assert sizes == []
    own.start(elsewhere)
    own.find(b" ", allow_lead=True)
    assert sizes, "elsewhere it begins anew"


def test_looking_ahead_ends_where_it_is_interrupted(model: Model, spelling: Spelling) -> None:
    sizes, steps = counted(model)
    own = WordSearch(steps, spelling, word_end_shares(model.memory.pieces, spelling))
    here = Position.known(*model.step(0, model.start()))
    own.start(here)
    own.look_ahead(b" t", [here], lambda: True)
    assert sizes == []
    assert own.root is here
