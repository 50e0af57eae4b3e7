"""Long phrases: how the draft and the notes went on where they had the same text as before the cursor.

The longest text before the cursor that occurs earlier in the draft, or in the notes, is found first. What
follows it there is offered up to each word's end, as far as the end of the line or of the sentence. A phrase
of several words takes no step of the predictor, however long it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rnnchat.completion.spelling import ends_unspaced
from rnnchat.lm.suffix_array import Interval, SuffixArray
from rnnchat.text.tokenizer import Tokenizer

SEARCHED = 20_000
"""A match is looked for in this many characters of the draft before the cursor."""
LONGEST_MATCH = 64
"""At most this many characters before the cursor are matched in the draft."""
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
LEAST_FOR_LINE = 40
"""The rest of a line is certain enough after a match of this many bytes."""
MOSTLY = 0.75
"""The rest of a line is certain enough where this share of the occurrences in the notes goes on so."""
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
        for text, matched, agreeing in (
            *_continuations_in_draft(before),
            *self._continuations_in_notes(typed, pieces),
        ):
            probability, previous = 0.0, ""
            for cut in _cuts(text):
                sure = (matched + len(previous.encode())) / (matched + len(previous.encode()) + HALF_SURE)
                probability = probability * sure if previous else words.get(cut, UNFOUND_WORD * sure)
                previous = cut
                found[cut] = max(found.get(cut, 0.0), probability * agreeing)
        return {text: probability for text, probability in found.items() if text not in words}

    def line(self, before: str, typed: str, pieces: Sequence[int]) -> str:
        """Return the rest of the line as the notes or the draft have it after the same text; else nothing.

        The match has LEAST_FOR_LINE bytes, and at least MOSTLY of its occurrences in the notes go on so.
        """
        for text, matched, agreeing in (
            *self._continuations_in_notes(typed, pieces),
            *_continuations_in_draft(before),
        ):
            if matched >= LEAST_FOR_LINE and agreeing >= MOSTLY:
                return text.split("\n")[0].rstrip()
        return ""

    def _continuations_in_notes(self, typed: str, pieces: Sequence[int]) -> Iterator[tuple[str, int, float]]:
        """Yield the likeliest continuation of the longest match in the notes that agrees with `typed`.

        With it come the bytes of the match and the share of its occurrences that go on so.
        """
        if self._notes is None or not pieces:
            return
        intervals = self._intervals(tuple(pieces[-_LONGEST_IN_PIECES:]))
        start = typed.encode()
        for size in range(len(intervals), 0, -1):
            matched = sum(len(self._spelled[piece]) for piece in pieces[-size:]) + len(start)
            if matched < LEAST_IN_NOTES:
                return
            low, high = intervals[size - 1]
            places = self._notes.positions((low, min(high, low + OCCURRENCES))).tolist()
            texts = [self._text_after(place) for place in places]
            agreeing = Counter(text[len(start) :] for text in texts if text.startswith(start))
            if agreeing:
                text, count = agreeing.most_common(1)[0]
                yield text.decode("utf-8", "ignore"), matched, count / agreeing.total()
                return

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


_LONGEST_IN_PIECES = 32
"""At most this many pieces before the cursor are matched in the notes."""


def _continuations_in_draft(before: str) -> Iterator[tuple[str, int, float]]:
    """Yield what follows the latest of the longest matches in the draft, with its bytes and the share 1."""
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
    if place >= 0:
        yield before[place : place + LONGEST_PHRASE], len(before[-least:].encode()), 1.0


def _cuts(text: str) -> list[str]:
    """Return the beginnings of `text` that end with a word, up to the end of its line or its sentence."""
    end = _SENTENCE_END.search(text)
    line = text[: end.start()] if end else text
    if not end and len(line) >= LONGEST_PHRASE:  # its last word may go on
        line = line[: line.rfind(" ") + 1]
    ends = [
        place
        for place in range(1, len(line) + 1)
        if _is_word_character(line[place - 1])
        and (place == len(line) or ends_unspaced(line[place - 1]) or not _is_word_character(line[place]))
    ]
    return [line[:place] for place in ends[:MOST_CUTS]]


def _is_word_character(character: str) -> bool:
    return character.isalnum() or character == "_"
