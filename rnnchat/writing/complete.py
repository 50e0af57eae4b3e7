"""Suggestions for a draft: how the word at the cursor, and the words after it, are likely to go on.

Pieces do not cross the beginning of a word. So the search starts from the predictor's state before the
word at the cursor, follows the pieces that agree with the bytes typed since, and adds up whatever spells
the same word in different pieces.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnnchat.lm.base import AnyLanguageModel, Floats
from rnnchat.tokenizer import Tokenizer
from rnnchat.writing.evaluate import Learn
from rnnchat.writing.spelling import Spelling, as_word, begins_in_word, stands_alone

CONTEXT = 1500
"""At least so many characters before the cursor are read, where there are as many; at most twice as many."""
STEPS = 12
"""How many pieces a suggestion may look ahead, all branches together."""
PIECES_AHEAD = 12
"""The most pieces that a suggestion goes on after its word."""
LONGEST = 40
"""About as many characters does a suggestion have at most."""
FEW = 3
"""Of more suggestions than these, one may be of several words."""
LONGEST_WORD = 64
"""A word is looked for so many characters back at most."""
OVERLAP = 4
"""Where words stand without spaces, pieces may reach over so many characters."""
BRANCHES = 8
"""So many continuations of each branch are considered."""
OWN_WORDS = 0.15
"""The share of the probability that goes to words that stand in the draft already."""
THRESHOLD = 0.15
"""What is suggested unasked is at least so likely."""

_WORD = re.compile(r"[^\W_](?:[\w'’]*\w)?")
_TAIL = re.compile(r"\w[\w'’]*\Z")
_TINY = 1e-30


@dataclass(frozen=True)
class Suggestion:
    """What may follow the cursor."""

    text: str
    """The characters to be added; the word's first ones are there already."""
    probability: float
    """How likely it is that the writer goes on so, given what was typed."""

    def as_dict(self) -> dict[str, Any]:
        """Return it for programs."""
        return {"text": self.text, "probability": round(self.probability, 4)}


@dataclass(frozen=True)
class _Place:
    """What follows some pieces, and the predictor's state there."""

    probabilities: Floats
    state: Any


@dataclass
class _Word:
    """A word found by the search: its probability, and the likeliest pieces that spell it."""

    probability: float = 0.0
    best: float = 0.0
    path: tuple[int, ...] = ()

    def add(self, probability: float, path: tuple[int, ...]) -> None:
        """Count another spelling."""
        self.probability += probability
        if probability > self.best:
            self.best, self.path = probability, path


@dataclass
class _Found:
    """The words that a search found, by the characters to be added."""

    words: dict[str, _Word] = field(default_factory=dict)
    mass: float = 0.0
    """The probability of all that agrees with what was typed."""


class Completer:
    """Completes one draft; what it has read of it is kept, so that a key costs a few steps.

    With `learn`, it learns from the draft as it is read, each part once. Not for several threads at once.
    """

    def __init__(self, predictor: AnyLanguageModel, tokenizer: Tokenizer, learn: Learn | None = None) -> None:
        self._predictor = predictor
        self._tokenizer = tokenizer
        self._learn = learn
        self._spelling = Spelling(tokenizer)
        self._begin = 0
        """Where in the draft reading began."""
        self._head = ""
        """What was read, from the draft's beginning."""
        self._pieces: list[int] = []
        self._places: list[_Place] = []
        """The place after each piece that was read."""
        self._ahead: dict[tuple[int, ...], _Place] = {}
        """Places after the last of them, by the pieces that lead there."""
        self._learned = 0
        """So many characters of the draft were learned."""
        self._own: Counter[str] = Counter()
        self._own_of = ""
        self._dismissed: set[tuple[str, str]] = set()

    def suggest(self, before: str, count: int = 6) -> list[Suggestion]:
        """Return at most `count` ways in which `before` may go on, likeliest first.

        Within a word, it is ended, or, where it may be whole, another follows with its space. After a space
        or at a line's beginning, those are whole words. Where the first is likely enough, another goes on
        with the words after it.
        """
        ranked = self._ranked(before)
        offered = [Suggestion(text, word.probability) for text, word in ranked[:count]]
        if len(offered) > FEW and offered[0].probability >= THRESHOLD:
            longer = self._extended(*ranked[0])
            if longer.text != offered[0].text:
                offered = sorted([*offered[: count - 1], longer], key=lambda one: -one.probability)
        return offered

    def words(self, before: str, count: int) -> list[Suggestion]:
        """Return the same, but single words alone."""
        return [Suggestion(text, word.probability) for text, word in self._ranked(before)[:count]]

    def inline(self, before: str, threshold: float | None = None) -> Suggestion | None:
        """Return the one suggestion that is likely enough to be shown unasked, of several words if it can be.

        None where nothing reaches the threshold (THRESHOLD where none is given): then it is better to be
        quiet.
        """
        ranked = self._ranked(before)
        if not ranked or ranked[0][1].probability < (THRESHOLD if threshold is None else threshold):
            return None
        return self._extended(*ranked[0])

    def _ranked(self, before: str) -> list[tuple[str, _Word]]:
        head, typed = _cut(before)
        self._read(head)
        return self._rank(before, self._search(typed.encode()))

    def _extended(self, text: str, word: _Word) -> Suggestion:
        """Return a word and as much of its line after it as makes the most characters expected.

        Each time the likeliest piece comes next; a part of a word is not taken.
        """
        best = Suggestion(text, word.probability)
        path, probability, added = word.path, word.probability, text.encode()
        for _ in range(PIECES_AHEAD if path else 0):
            place = self._look(path)
            piece = int(place.probabilities.argmax())
            own = self._spelling.bytes[piece]
            if not begins_in_word(own):
                taken = probability * (1 - self._goes_on(place))
                ready = as_word(added)
                if ready and taken * len(ready) > best.probability * len(best.text):
                    best = Suggestion(ready, taken)
            probability *= float(place.probabilities[piece])
            if not own or b"\n" in own or probability * LONGEST < best.probability * len(best.text):
                break
            path, added = (*path, piece), added + own
        return best

    def dismiss(self, before: str, text: str) -> None:
        """Do not suggest `text` at this place again, nor for what is typed of it meanwhile."""
        start = word_start(before)
        self._dismissed.add((before[:start], before[start:] + text.split(" ", maxsplit=1)[0]))

    def begin(self) -> None:
        """Begin another draft; what was learned from the ones before stays."""
        self._head, self._begin, self._learned = "", 0, 0
        self._pieces, self._places, self._ahead = [], [], {}
        self._own, self._own_of = Counter(), ""
        self._dismissed = set()

    # What was read

    def _read(self, head: str) -> None:
        """Bring the predictor to the end of `head`."""
        if head == self._head and self._places:
            return
        if not head.startswith(self._head[: self._begin]) or not (
            CONTEXT <= len(head) - self._begin <= 2 * CONTEXT
            or (len(head) <= 2 * CONTEXT and not self._begin)
        ):
            self._begin = _context_start(head)
            self._pieces, self._places = [], []
        roles = self._tokenizer.roles
        wanted = [roles.start, *self._tokenizer.encode(head[self._begin :])]
        same = 0
        for old, new in zip(self._pieces, wanted, strict=False):
            if old != new:
                break
            same += 1
        del self._pieces[same:], self._places[same:]
        offset = self._begin + len(self._tokenizer.decode(self._pieces))
        for piece in wanted[same:]:
            offset += sum(byte & 0xC0 != 0x80 for byte in self._spelling.bytes[piece])  # characters
            self._go_on(piece, offset)
        self._learned = max(self._learned, len(head))
        self._head = head
        self._ahead = {}

    def _go_on(self, piece: int, offset: int) -> None:
        if not self._places:
            place = _Place(*self._predictor.step(piece, self._predictor.start()))
        else:
            state = self._places[-1].state
            if self._learn is not None and offset > self._learned:
                self._learn(piece, state)
            place = _Place(*self._predictor.step(piece, state))
        self._pieces.append(piece)
        self._places.append(place)

    def _look(self, path: tuple[int, ...]) -> _Place:
        """Return the place after `path`, from the end of what was read; each is asked for once."""
        if not path:
            return self._places[-1]
        place = self._ahead.get(path)
        if place is None:
            before = self._look(path[:-1])
            place = self._ahead[path] = _Place(*self._predictor.step(path[-1], before.state))
        return place

    # Searching

    def _search(self, typed: bytes) -> _Found:
        """Follow what agrees with `typed` after what was read, the likeliest first, for STEPS steps."""
        found, steps = _Found(), STEPS
        in_word = typed.decode()[-1:].isalnum()
        waiting: list[tuple[float, tuple[int, ...], bytes, bytes]] = [(-1.0, (), typed, b"")]
        while waiting and steps:
            minus, path, rest, added = heapq.heappop(waiting)
            steps -= 1  # also where it is known already: what is suggested depends on the text alone
            place = self._look(path)
            if added and not rest:
                self._count_end(found, -minus, path, added, place)
            for piece, probability, left, more in self._branches(place, rest, added, in_word):
                likely = -minus * probability
                if rest and not left:
                    found.mass += likely
                if left or more or rest:
                    heapq.heappush(waiting, (-likely, (*path, piece), left, more))
        if not typed:
            found.mass = 1.0
        for minus, path, rest, added in waiting:  # not looked at: half of them are taken to end there
            word = as_word(added)
            if word and not rest:
                found.words.setdefault(word, _Word()).add(-minus * 0.5, path)
        return found

    def _count_end(
        self, found: _Found, probability: float, path: tuple[int, ...], added: bytes, place: _Place
    ) -> None:
        """Count that a word may end after `added`."""
        word = as_word(added)
        if word:
            going_on = 0.0 if stands_alone(word) else self._goes_on(place)
            found.words.setdefault(word, _Word()).add(probability * max(0.0, 1 - going_on), path)

    def _goes_on(self, place: _Place) -> float:
        return float(place.probabilities.take(self._spelling.goes_on).sum())

    def _branches(
        self, place: _Place, rest: bytes, added: bytes, in_word: bool
    ) -> list[tuple[int, float, bytes, bytes]]:
        """Return pieces that may come, how likely they are, what is left of `rest`, and what they add.

        After what may be a whole word (`in_word`), the next one may begin.
        """
        probabilities, spelled = place.probabilities, self._spelling.bytes
        branches = []
        if rest:
            branches = [
                (piece, float(probabilities[piece]), rest[len(spelled[piece]) :], b"")
                for piece in self._spelling.within(rest)
            ]
            candidates = self._spelling.beginning(rest)
        elif added and stands_alone(as_word(added)):
            return []
        else:
            spelling = self._spelling
            candidates = spelling.goes_on_or_next if in_word and not added else spelling.goes_on
        if len(candidates) > BRANCHES:
            likely = probabilities.take(candidates)
            candidates = candidates[np.argpartition(-likely, BRANCHES)[: BRANCHES + 1]]
        for piece in candidates.tolist():
            more = spelled[piece][len(rest) :]
            if rest and more and not begins_in_word(more):
                continue
            branches.append((piece, float(probabilities[piece]), b"", added + more))
        return branches

    # Ranking

    def _rank(self, before: str, found: _Found) -> list[tuple[str, _Word]]:
        """Return the words found, the likeliest first, those that stand in the draft helped along."""
        start = word_start(before)
        partial = before[start:]
        words = found.words
        mass = max(found.mass, sum(word.probability for word in words.values()), _TINY)
        for word in words.values():
            word.probability /= mass
        if partial:
            self._count_own(before[:start])
            own = {w: n for w, n in self._own.items() if n > 0 and w.startswith(partial) and w != partial}
            total = sum(own.values())
            for word in words.values():
                word.probability *= 1 - OWN_WORDS if total else 1
            for text, count in own.items():
                words.setdefault(text[len(partial) :], _Word()).probability += OWN_WORDS * count / total
        ranked = [
            (text, word)
            for text, word in words.items()
            if (before[:start], partial + text) not in self._dismissed
        ]
        return sorted(ranked, key=lambda pair: -pair[1].probability)

    def _count_own(self, text: str) -> None:
        """Count the words of the draft, going on from the last time where it only grew."""
        if text.startswith(self._own_of):
            start = word_start(self._own_of)
            self._own.subtract(_WORD.findall(self._own_of[start:]))
        else:
            start = 0
            self._own.clear()
        self._own.update(_WORD.findall(text[start:]))
        self._own_of = text


def _cut(before: str) -> tuple[str, str]:
    """Return what was written before the last word, and that word with the space before it."""
    place, farthest, alone = len(before), max(0, len(before) - LONGEST_WORD), 0
    while place > farthest and not before[place - 1].isspace() and alone < OVERLAP:
        place -= 1
        alone += stands_alone(before[place])
    if place and before[place - 1] == " ":
        place -= 1
    return before[:place], before[place:]


def word_start(before: str) -> int:
    """Return where the word that `before` ends with begins; its length where it ends with none."""
    tail = _TAIL.search(before[-LONGEST_WORD:])
    own = tail.group() if tail else ""
    while any(map(stands_alone, own)):
        own = own[1:]
    return len(before) - len(own)


def _context_start(head: str) -> int:
    """Return where to begin to read: CONTEXT characters back, at the beginning of a line if there is one."""
    if len(head) <= 2 * CONTEXT:
        return 0
    start = len(head) - CONTEXT - CONTEXT // 4
    line = head.find("\n", start, len(head) - CONTEXT)
    return start if line < 0 else line + 1
