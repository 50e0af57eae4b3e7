"""Long phrases: how the draft and the notes went on where they had the same text as before the cursor.

The longest text before the cursor that occurs earlier in the draft, or in the notes, is found first. What
follows it there is offered up to each word's end, as far as the end of the line or of the sentence. A phrase
of several words takes no step of the predictor, however long it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rnnchat.completion.spelling import ends_unspaced
from rnnchat.lm.suffix_array import Interval, SuffixArray
from rnnchat.text.tokenizer import Tokenizer

SEARCHED = 20_000
"""A match is looked for in this many characters of the draft before the cursor."""
LONGEST_MATCH = 64
"""At most this many characters before the cursor are matched in the draft."""
LONGEST_IN_PIECES = 32
"""At most this many pieces before the cursor are matched in the notes."""
LEAST_IN_DRAFT = 10
"""A match in the draft has at least this many characters."""
LEAST_IN_NOTES = 14
"""A match in the notes has at least this many bytes."""
OCCURRENCES = 16
"""At most this many occurrences of a match in the notes are compared."""
LONGEST_PHRASE = 90
"""A phrase has at most this many characters."""
MOST_CUTS = 8
"""A phrase is cut after each of its first words, up to this many."""
HALF_SURE = 40.0
"""After a match of this many bytes, the draft or the notes go on as before in half of the cases."""
LEAST_FOR_LINE = 2
"""The rest of a line is certain enough where this many occurrences in the notes have the same."""
MOSTLY = 0.75
"""The rest of a line is certain enough where this share of the occurrences in the notes have the same."""
BEGINNINGS = (12, 30)
"""The occurrences that agree most are found by beginnings of these many characters, one after the other."""
UNFOUND_WORD = 0.1
"""The most that a first word is likely which only a match suggests, after a match of any length."""

_SENTENCE_END = re.compile(r"[.!?…](?=\s)|[。！？\n\r]")
"""Matches the end of a line or of a sentence."""


class PhraseFinder:
    """Finds how the draft, and the `notes` where there are any, continued the text before the cursor."""

    def __init__(self, notes: SuffixArray | None, tokenizer: Tokenizer) -> None:
        self._notes = notes
        self._spelled = tokenizer.piece_bytes
        self._last: tuple[tuple[int, ...], list[Interval]] = (), []
        """The last pieces that were looked up in the notes, and their intervals."""

    def find(
        self, before: str, typed: str, pieces: Sequence[int], words: Mapping[str, float]
    ) -> dict[str, float]:
        """Return phrases that may follow `before`, with their probabilities.

        `before` ends with the run `typed`; `pieces` are those before that run. The first word of a phrase has
        its probability from `words`, which are those that may follow.
        """
        found: dict[str, float] = {}
        for matched, texts in (_draft_continuations(before), self._note_continuations(typed, pieces)):
            probability, previous = 0.0, ""
            for cut in _cuts(_most_agreed(texts)):
                size = matched + len(previous.encode())
                sure = size / (size + HALF_SURE)
                probability = probability * sure if previous else words.get(cut, UNFOUND_WORD * sure)
                previous = cut
                agreeing = sum(text.startswith(cut) for text in texts) / len(texts)
                found[cut] = max(found.get(cut, 0.0), probability * agreeing)
        return {text: probability for text, probability in found.items() if text not in words}

    def line(self, typed: str, pieces: Sequence[int]) -> str:
        """Return the rest of the line where most notes with the same text before it have that; else nothing.

        At least LEAST_FOR_LINE places of the notes have that line, and at least MOSTLY of all.
        """
        _, texts = self._note_continuations(typed, pieces)
        line = _most_agreed(texts)
        count = texts.count(line)
        is_sure = count >= LEAST_FOR_LINE and count >= MOSTLY * len(texts)
        return _whole_words(line).rstrip() if is_sure else ""

    def _note_continuations(self, typed: str, pieces: Sequence[int]) -> tuple[int, list[str]]:
        """Return what follows the longest match in the notes that agrees with `typed`, up to the line's end.

        Before it comes the number of bytes of the match.
        """
        if self._notes is None or not pieces:
            return 0, []
        intervals = self._intervals(tuple(pieces[-LONGEST_IN_PIECES:]))
        start = typed.encode()
        for size in range(len(intervals), 0, -1):
            matched = sum(len(self._spelled[piece]) for piece in pieces[-size:]) + len(start)
            if matched < LEAST_IN_NOTES:
                break
            low, high = intervals[size - 1]
            places = self._notes.positions((low, min(high, low + OCCURRENCES))).tolist()
            texts = [text[len(start) :] for text in map(self._text_after, places) if text.startswith(start)]
            if texts:
                return matched, [text.decode("utf-8", "ignore") for text in texts]
        return 0, []

    def _intervals(self, pieces: tuple[int, ...]) -> list[Interval]:
        """Return the intervals of `pieces` in the notes; they are the same for every letter of a word."""
        assert self._notes is not None
        if self._last[0] != pieces:
            self._last = pieces, self._notes.intervals(pieces)
        return self._last[1]

    def _text_after(self, place: int) -> bytes:
        """Return what follows a position of the notes, up to the end of its line or about LONGEST_PHRASE."""
        assert self._notes is not None
        text = b""
        for piece in self._notes.pieces[place + 1 : place + 1 + LONGEST_PHRASE].tolist():
            spelled = self._spelled[piece]
            if not spelled or b"\n" in spelled or len(text) > LONGEST_PHRASE:
                break
            text += spelled
        return text


def _draft_continuations(before: str) -> tuple[int, list[str]]:
    """Return what follows the latest of the longest matches in the draft, after the match's bytes."""
    start = max(0, len(before) - SEARCHED)
    end = len(before) - 1  # a match may overlap the text before the cursor, but must not be it
    least, most = LEAST_IN_DRAFT - 1, min(LONGEST_MATCH, len(before) - start)
    place = -1
    while least < most:
        size = (least + most + 1) // 2
        at = before.rfind(before[-size:], start, end)
        if at < 0:
            most = size - 1
        else:
            least, place = size, at + size
    if place < 0:
        return 0, []
    text = before[place : place + LONGEST_PHRASE]
    if place + LONGEST_PHRASE >= len(before):  # the word at the cursor is not complete
        text = text[: max(0, text.rfind(" "))]
    return len(before[-least:].encode()), [text]


def _most_agreed(texts: list[str]) -> str:
    """Return the text whose beginning most of `texts` share; nothing where there are none."""
    for size in (*BEGINNINGS, LONGEST_PHRASE * 2) if texts else ():
        beginnings = Counter(text[:size] for text in texts).most_common(1)
        texts = [text for text in texts if text[:size] == beginnings[0][0]]
    return texts[0] if texts else ""


def _cuts(text: str) -> list[str]:
    """Return the beginnings of `text` that end with a word, up to the end of its line or its sentence."""
    end = _SENTENCE_END.search(text)
    line = text[: end.start()] if end else text
    if not end:
        line = _whole_words(line)
    ends = [
        place
        for place in range(1, len(line) + 1)
        if _is_word_character(line[place - 1])
        and (place == len(line) or ends_unspaced(line[place - 1]) or not _is_word_character(line[place]))
    ]
    return [line[:place] for place in ends[:MOST_CUTS]]


def _whole_words(text: str) -> str:
    """Return `text` without its last word where it was cut off at LONGEST_PHRASE and may go on."""
    return text if len(text.encode()) < LONGEST_PHRASE else text[: text.rfind(" ") + 1]


def _is_word_character(character: str) -> bool:
    return character.isalnum() or character == "_"
