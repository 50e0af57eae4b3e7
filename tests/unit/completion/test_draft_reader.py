"""Reading ahead: which signs are read before they are typed, and that reading them later takes no step."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rnnchat.completion.draft_reader import LONGEST_WITH_SIGNS, DraftReader
from rnnchat.completion.spelling import Spelling
from rnnchat.text.tokenizer import Tokenizer


class Scripted:
    """A predictor that expects `following` after each piece, with a probability of `likely`."""

    def __init__(self, size: int, following: dict[int, int], likely: float = 0.9) -> None:
        self.vocabulary = size
        self.steps = 0
        self._following, self._likely = following, likely

    def start(self) -> int:
        return 0

    def step(self, piece: int, state: int) -> tuple[NDArray[np.float32], int]:
        self.steps += 1
        probabilities = np.full(self.vocabulary, (1 - self._likely) / self.vocabulary, np.float32)
        probabilities[self._following.get(piece, 0)] += self._likely
        return probabilities, state + 1


def piece_of(tokenizer: Tokenizer, text: str) -> int:
    return tokenizer.encode(text)[-1]


def reader_of(
    tokenizer: Tokenizer, following: dict[int, int], likely: float = 0.9
) -> tuple[DraftReader, Scripted]:
    """A reader at the end of a draft of one word, and its predictor."""
    predictor = Scripted(tokenizer.size, following, likely)
    reader = DraftReader(predictor, tokenizer, Spelling(tokenizer), None)  # type: ignore[arg-type]
    reader.read("a")
    return reader, predictor


def test_likely_signs_are_read_ahead_and_not_again(tokenizer: Tokenizer) -> None:
    point, line_end, word = (piece_of(tokenizer, text) for text in (".", "\n", " t"))
    following = {word: point, point: line_end, line_end: word}
    reader, predictor = reader_of(tokenizer, following)
    reader.read_ahead([(word,)], lambda: False)
    path = reader.read_signs_ahead((word,), lambda: False)
    assert path == (word, point, line_end), "no word is"
    predictor.steps = 0
    reader.read("a" + tokenizer.decode(path))
    assert predictor.steps == 0


@pytest.mark.parametrize("likely", [0.2, 0.9])
def test_neither_unlikely_nor_endless_signs_are_read_ahead(tokenizer: Tokenizer, likely: float) -> None:
    line_end, word = piece_of(tokenizer, "\n"), piece_of(tokenizer, " t")
    reader, _ = reader_of(tokenizer, {word: line_end, line_end: line_end}, likely)
    reader.read_ahead([(word,)], lambda: False)
    path = reader.read_signs_ahead((word,), lambda: False)
    assert len(path) == (LONGEST_WITH_SIGNS if likely > 0.5 else 1)


def test_nothing_is_read_after_an_interruption_nor_after_what_was_not_read(tokenizer: Tokenizer) -> None:
    line_end, word = piece_of(tokenizer, "\n"), piece_of(tokenizer, " t")
    reader, _ = reader_of(tokenizer, {word: line_end, line_end: word})
    assert reader.read_signs_ahead((word,), lambda: False) == (word,)
    reader.read_ahead([(word,)], lambda: False)
    assert reader.read_signs_ahead((word,), lambda: True) == (word,)
    assert reader.read_signs_ahead((word,), lambda: False) == (word, line_end)


@pytest.mark.parametrize(
    ("text", "is_sign"), [(".", True), ("\n", True), (" (", True), (" t", False), ("a", False), (" ", False)]
)
def test_what_a_sign_is(tokenizer: Tokenizer, text: str, is_sign: bool) -> None:
    spelling = Spelling(tokenizer)
    pieces = [piece for piece, spelled in enumerate(tokenizer.piece_bytes) if spelled == text.encode()]
    assert all(spelling.is_sign(piece) is is_sign for piece in pieces)
    assert not spelling.is_sign(tokenizer.roles.start)
