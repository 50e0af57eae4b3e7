"""What may be written next, found by following a predictor's pieces: likeliest first, for a few steps.

Pieces do not cross the beginning of a word or of a run of punctuation. So the search starts from the
predictor's state before the run at the cursor, follows the pieces that agree with the bytes typed since,
and adds up whatever spells the same text in different pieces.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.completion.spelling import Spelling, as_word, begins_in_word, ends_in_word, stands_alone
from rnnchat.lm.protocols import Floats, Step

STEPS = 14
"""How many places the search may look at, all branches together."""
STEPS_ON = 7
"""How many more for the words after the likeliest one."""
CHOSEN = 6
"""So many words are looked for, if no other number is asked for."""
WORTH_LOOKING = 4.0
"""A place is looked at where what leads there is so many times as likely as the last of those, or more."""
BRANCHES = 8
"""So many continuations of each place are considered, and one more."""
LONGEST_LEAD = 16
"""What stands before a word, such as indentation, has so many bytes at most."""
LONGEST = 40
"""A suggestion goes on while that may make more characters expected, up to about so many."""


class Place:
    """What follows some pieces, asked for when it is needed, and the predictor's state there."""

    def __init__(self, state: Any, ask: Callable[[], Floats]) -> None:
        self.state = state
        self._ask = ask

    @classmethod
    def known(cls, probabilities: Floats, state: Any) -> Place:
        """Return a place where it is known what follows."""
        return cls(state, lambda: probabilities)

    @cached_property
    def probabilities(self) -> Floats:
        """The probabilities (vocabulary,) of what follows."""
        return self._ask()


@dataclass
class Word:
    """A word found, with what leads to it: its probability, and the likeliest pieces that spell it."""

    probability: float = 0.0
    best: float = 0.0
    path: tuple[int, ...] = ()

    def add(self, probability: float, path: tuple[int, ...]) -> None:
        """Count another spelling."""
        self.probability += probability
        if probability > self.best:
            self.best, self.path = probability, path


@dataclass
class Found:
    """The words that a search found, by the characters to be added."""

    words: dict[str, Word] = field(default_factory=dict)
    mass: float = 0.0
    """The probability of all that agrees with what was typed."""


def word_ends(pieces: NDArray[np.integer], spelling: Spelling) -> Floats:
    """Return how often a word was over after each piece (vocabulary,) in a row of `pieces`."""
    size = len(spelling.bytes)
    goes_on = np.zeros(size, bool)
    goes_on[spelling.goes_on] = True
    before = pieces[:-1].astype(np.int64)
    often = np.bincount(before, minlength=size)
    over = np.bincount(before, ~goes_on[pieces[1:]], size)
    return ((over + 1) / (often + 2)).astype(np.float32)


class Search:
    """Looks ahead from one place of a text; what it has looked at is kept until the next one.

    `ends` (vocabulary,) tells how often a word is over after each piece.
    """

    def __init__(self, ahead: Step, spelling: Spelling, ends: Floats) -> None:
        self._ahead = ahead
        self._ends = ends
        self._spelling = spelling
        self._places: dict[tuple[int, ...], Place] = {}

    @property
    def root(self) -> Place | None:
        """The place that it looks ahead from."""
        return self._places.get(())

    def start(self, place: Place, *, again: bool = False) -> None:
        """Look ahead from `place` from now on; what was looked at stays where it is that place `again`."""
        if not again:
            self._places = {(): place}

    def look(self, path: tuple[int, ...]) -> Place:
        """Return the place after `path`; each is asked for once."""
        place = self._places.get(path)
        if place is None:
            state = self.look(path[:-1]).state
            place = self._places[path] = Place.known(*self._ahead(path[-1], state))
        return place

    def find(self, typed: bytes, *, leads: bool, chosen: int = CHOSEN) -> Found:
        """Return what goes on with `typed`: words, with what may lead to them where `leads` allows it.

        It ends where the likeliest `chosen` words are known.
        """
        found, steps = Found(), STEPS
        waiting: list[tuple[float, tuple[int, ...], bytes, bytes]] = [(-1.0, (), typed, b"")]
        guessed: dict[tuple[int, ...], float] = {}  # how likely a word is over at places not looked at
        while waiting and steps:
            if -waiting[0][0] < WORTH_LOOKING * _last_chosen(chosen, found, guessed):
                break
            minus, path, rest, added = heapq.heappop(waiting)
            guessed.pop(path, None)
            steps -= 1  # also where it is known already: what is suggested depends on the text alone
            place = self.look(path)
            if added and not rest:
                self._count_end(found, -minus, path, added, place)
            for piece, probability, left, more in self._branches(place, rest, added, leads):
                likely = -minus * probability
                if rest and not left:
                    found.mass += likely
                if left or more or rest:
                    heapq.heappush(waiting, (-likely, (*path, piece), left, more))
                    if not left and as_word(more):
                        guessed[(*path, piece)] = likely * float(self._ends[piece])
        if not typed:
            found.mass = 1.0
        for _, path, _, added in waiting:  # not looked at: how they end elsewhere must do
            if path in guessed:
                found.words.setdefault(as_word(added), Word()).add(guessed[path], path)
        return found

    def go_on(self, text: str, word: Word, least: float = 0.0) -> list[tuple[str, float]]:
        """Return longer texts that begin with the word `text`, each likelier than those after it.

        Each time the likeliest piece comes next; the end of the line is the end, and so is a probability
        that makes nothing longer worth while, or falls below `least`.
        """
        longer: list[tuple[str, float]] = []
        path, probability, added = word.path, word.probability, text.encode()
        for _ in range(STEPS_ON if path else 0):
            place = self.look(path)
            probabilities = place.probabilities
            if path == word.path and not stands_alone(text):  # the word is over
                probabilities = probabilities.copy()
                probabilities[self._spelling.goes_on] = 0
            piece = int(probabilities.argmax())
            own = self._spelling.bytes[piece]
            if not begins_in_word(own):
                ready = as_word(added)
                if ready and ready != text:
                    longer.append((ready, probability * (1 - self._goes_on(place))))
            probability *= float(place.probabilities[piece])
            if not own or b"\n" in own or probability < max(least, word.probability * len(text) / LONGEST):
                break
            path, added = (*path, piece), added + own
        return longer

    def _count_end(
        self, found: Found, probability: float, path: tuple[int, ...], added: bytes, place: Place
    ) -> None:
        """Count that a word may end after `added`."""
        word = as_word(added)
        if word:
            going_on = 0.0 if stands_alone(word) else self._goes_on(place)
            found.words.setdefault(word, Word()).add(probability * max(0.0, 1 - going_on), path)

    def _goes_on(self, place: Place) -> float:
        return float(place.probabilities.take(self._spelling.goes_on).sum())

    def _branches(
        self, place: Place, rest: bytes, added: bytes, leads: bool
    ) -> list[tuple[int, float, bytes, bytes]]:
        """Return pieces that may come, how likely they are, what is left of `rest`, and what they add."""
        probabilities, spelled = place.probabilities, self._spelling.bytes
        branches = []
        if rest:
            branches = [
                (piece, float(probabilities[piece]), rest[len(spelled[piece]) :], b"")
                for piece in self._spelling.within(rest)
            ]
        for piece in self._likely(probabilities, self._candidates(rest, added, leads)).tolist():
            more = spelled[piece][len(rest) :]
            if rest and more and not (begins_in_word(more) or (leads and more.isspace())):
                continue
            branches.append((piece, float(probabilities[piece]), b"", added + more))
        return branches

    def _candidates(self, rest: bytes, added: bytes, leads: bool) -> NDArray[np.intp]:
        """Return the pieces that may come: within a word its own, before one also what leads to it."""
        spelling = self._spelling
        if rest:
            return spelling.beginning(rest)
        if not ends_in_word(added):
            return spelling.in_line if leads and len(added) < LONGEST_LEAD else spelling.goes_on
        return spelling.nothing if stands_alone(as_word(added)) else spelling.goes_on

    def _likely(self, probabilities: Floats, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
        if len(candidates) <= BRANCHES:
            return candidates
        likely = probabilities.take(candidates)
        return candidates[np.argpartition(-likely, BRANCHES)[: BRANCHES + 1]]


def _last_chosen(count: int, found: Found, guessed: dict[tuple[int, ...], float]) -> float:
    """Return how likely the last of the likeliest `count` words is by now; 0 where there are fewer."""
    likely = heapq.nlargest(count, [*guessed.values(), *(word.probability for word in found.words.values())])
    return likely[-1] if len(likely) == count else 0.0
