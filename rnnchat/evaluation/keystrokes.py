"""A simulated writer who types a text and takes what is suggested wherever it is right.

The completer is only ever shown what has been typed. Scored are the keys for word characters and spaces.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from rnnchat.completion.completer import Completer
from rnnchat.completion.spelling import stands_alone

MENU = 6
RESAMPLED = 1000
_WORD = re.compile(r"\w[\w'’]*")


@dataclass
class Typing:
    """What typing some texts took."""

    typed: list[int] = field(default_factory=list)
    """Keys that were needed, a text each."""
    alone: list[int] = field(default_factory=list)
    """Keys without suggestions, a text each."""
    milliseconds: list[float] = field(default_factory=list)
    """From each key to its suggestions."""
    resting: list[float] = field(default_factory=list)
    """What was worked on after each of them, before the next key."""

    @property
    def saved(self) -> float:
        """The share of keys that were saved."""
        return 1 - sum(self.typed) / max(1, sum(self.alone))

    def interval(self) -> tuple[float, float]:
        """Return what 95 of 100 resamplings of the texts lie between."""
        typed, alone = np.array(self.typed), np.array(self.alone)
        if not len(typed):
            return 0.0, 0.0
        chosen = np.random.default_rng(0).integers(0, len(typed), (RESAMPLED, len(typed)))
        saved = 1 - typed[chosen].sum(axis=1) / np.maximum(1, alone[chosen].sum(axis=1))
        low, high = np.percentile(saved, (2.5, 97.5))
        return float(low), float(high)

    def slowest(self, share: float) -> float:
        """Return the milliseconds of a key that `share` of all keys do not exceed."""
        return float(np.percentile(self.milliseconds, 100 * share)) if self.milliseconds else 0.0


@dataclass
class Guesses:
    """How often the next word was guessed before its first letter."""

    words: int = 0
    first: int = 0
    """Words that were the first guess."""
    among_three: int = 0
    """Words that were among the first three."""


def guess_words(texts: Iterable[str], completer: Completer) -> Guesses:
    """Guess every word of `texts` that stands after white space or at the beginning."""
    result = Guesses()
    for text in texts:
        completer.begin()
        for word in _WORD.finditer(text):
            if word.start() and not text[word.start() - 1].isspace():
                continue
            offered = [one.text for one in completer.words(text[: word.start()], 3)]
            result.words += 1
            result.first += offered[:1] == [word.group()]
            result.among_three += word.group() in offered
            completer.rest()
    return result


def type_texts(texts: Iterable[str], completer: Completer, *, inline: bool) -> Typing:
    """Type `texts`, one after the other in a draft each.

    With `inline`, one suggestion stands after the cursor and Tab takes all of it; else six are in a menu, all
    of which are read, and the longest right one is chosen. Either costs one key and brings the space that
    follows.
    """
    result = Typing()
    for text in texts:
        completer.begin()
        result.typed.append(0)
        result.alone.append(0)
        place = 0
        while place < len(text):
            place = _press(text, place, completer, result, inline=inline)
    return result


def type_alike(texts: Iterable[str], completers: Sequence[Completer], until: float) -> list[Typing]:
    """Type `texts` with the menu of each of `completers`, none of them further than the others.

    Stops once the monotonic clock is at `until`, at about the same place with each. Nobody waits for their
    answers, so that they read nothing ahead.
    """
    results = [Typing() for _ in completers]
    for text in texts:
        for completer, result in zip(completers, results, strict=True):
            completer.begin()
            result.typed.append(0)
            result.alone.append(0)
        places = [0] * len(completers)
        while min(places) < len(text):
            if time.monotonic() >= until:
                return results
            one = places.index(min(places))
            places[one] = _press(text, places[one], completers[one], results[one], inline=False, ahead=False)
    return results


def _press(
    text: str, place: int, completer: Completer, result: Typing, *, inline: bool, ahead: bool = True
) -> int:
    """Press one key at `place` of a text, count it, and return the place after it."""
    before, after = text[:place], text[place:]
    if not _scored(after[0]):
        return place + 1
    taken = _look(before, after, completer, result, inline=inline, ahead=ahead) or 1
    result.typed[-1] += 1
    result.alone[-1] += sum(map(_scored, after[:taken]))
    return place + taken


def _look(before: str, after: str, completer: Completer, result: Typing, *, inline: bool, ahead: bool) -> int:
    """Return how many characters one key brings by a suggestion; 0 where none is right."""
    started = time.perf_counter()
    if inline:
        one = completer.inline(before)
        offered = [one.text] if one is not None else []
    else:
        offered = [suggestion.text for suggestion in completer.suggest(before, MENU)]
    answered = time.perf_counter()
    result.milliseconds.append(1000 * (answered - started))
    completer.rest(ahead=ahead)
    result.resting.append(1000 * (time.perf_counter() - answered))
    right = [text for text in offered if after.startswith(text) and not _inside(after, len(text))]
    if not right:
        if not inline:
            completer.pass_over(before, offered)
        return 0
    longest = max(map(len, right))
    return longest + (after[longest : longest + 1] == " ")


def _scored(character: str) -> bool:
    return character in " _" or character.isalnum()


def _inside(text: str, place: int) -> bool:
    """Whether a word goes on at `place`; where words stand without spaces, none does."""
    if place == len(text) or stands_alone(text[place]) or stands_alone(text[:place]):
        return False
    return text[place].isalnum() or text[place] == "_"
