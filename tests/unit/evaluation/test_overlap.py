"""How much of a text stands in the notes."""

from __future__ import annotations

import time

import numpy as np
import pytest

from rnnchat.evaluation import overlap
from rnnchat.evaluation.overlap import overlap_share
from rnnchat.text.tokenizer import Tokenizer

OTHER = "Nobody in this house has ever written down what the weather was like on a Tuesday in the autumn. "


def notes_of(tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    roles = tokenizer.roles
    return np.concatenate(
        [np.array([roles.start, *tokenizer.encode(t), roles.end], np.uint16) for t in texts]
    )


def test_what_was_learned_is_seen_and_other_text_is_not(tokenizer: Tokenizer, texts: list[str]) -> None:
    notes = notes_of(tokenizer, texts)
    assert overlap_share(notes, tokenizer, texts) == 1
    assert overlap_share(notes, tokenizer, texts[:1]) == 1
    assert overlap_share(notes, tokenizer, [OTHER * 3]) == 0
    assert overlap_share(notes, tokenizer, []) == 0
    assert overlap_share(notes, tokenizer, ["", "a"]) == 0
    assert overlap_share(notes[:0], tokenizer, texts) == 0


def test_a_part_that_was_learned_counts_by_its_size(tokenizer: Tokenizer, texts: list[str]) -> None:
    notes = notes_of(tokenizer, texts[:4])
    learned, other = (len(tokenizer.encode(text)) for text in ("".join(texts[:4]), OTHER * 5))
    share = overlap_share(notes, tokenizer, [*texts[:4], OTHER * 5])
    assert share == pytest.approx(learned / (learned + other), abs=0.02)


def test_the_order_of_files_and_what_stands_around_do_not_matter(
    tokenizer: Tokenizer, texts: list[str]
) -> None:
    notes = notes_of(tokenizer, texts)
    assert overlap_share(notes, tokenizer, texts[::-1]) == 1
    assert overlap_share(notes, tokenizer, [f"{OTHER}\n\n{texts[0]}\n{OTHER}"]) > 0.3


def test_one_changed_word_in_each_sentence_leaves_what_is_between(tokenizer: Tokenizer) -> None:
    stretch = OTHER * 2
    notes = notes_of(tokenizer, [stretch])
    short = tokenizer.decode(tokenizer.encode(stretch)[: overlap.WINDOW - 4])
    assert overlap_share(notes, tokenizer, [short]) == 0, "as long as anybody would write it"


@pytest.mark.parametrize("places", [1, 7, 40])
def test_it_agrees_with_looking_everywhere(
    places: int, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(places)
    monkeypatch.setattr(overlap, "WINDOW", 4)
    text = "".join(random.choice(list("ab \n"), 400))
    notes = np.array(tokenizer.encode("".join(random.choice(list("ab \n"), 300 * places // 4))), np.uint16)
    pieces = tokenizer.encode(text)
    known = {tuple(notes[i : i + 4].tolist()) for i in range(len(notes) - 3)}
    marked = {
        at for i in range(len(pieces) - 3) if tuple(pieces[i : i + 4]) in known for at in range(i, i + 4)
    }
    assert overlap_share(notes, tokenizer, [text]) == pytest.approx(len(marked) / len(pieces))


def test_long_texts_are_sampled_all_over(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlap, "CHECKED_BYTES", 20_000)
    random = np.random.default_rng(0)
    halves = ["".join(random.choice(list("abcdefgh \n"), 60_000)) for _ in range(2)]
    notes = notes_of(tokenizer, halves[:1])
    assert overlap_share(notes, tokenizer, ["".join(halves)]) == pytest.approx(0.5, abs=0.1)
    assert sum(map(len, overlap._sampled(halves))) <= 20_100


def test_a_megabyte_is_checked_at_once(tokenizer: Tokenizer) -> None:
    random = np.random.default_rng(0)
    notes = random.integers(3, tokenizer.size, 2_000_000).astype(np.uint16)
    pieces = random.integers(0, tokenizer.size, 400_000)
    started = time.process_time()
    overlap._among(overlap._hashes(pieces), overlap._hashes(notes))
    assert time.process_time() - started < 2
