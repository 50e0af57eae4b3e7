"""Keystroke savings: a simulated writer types a text and accepts what is suggested wherever it is right.

The completer only ever sees what has been typed. The keys for word characters and spaces are counted.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from rnnchat.completion.completer import Completer
from rnnchat.completion.inline_gate import THRESHOLD
from rnnchat.completion.spelling import ends_unspaced
from rnnchat.evaluation.writing_time import WritingTime

MENU = 6
"""The number of suggestions in a menu."""
RESAMPLES = 1000
"""The number of bootstrap samples behind a confidence interval."""
_WORD = re.compile(r"\w[\w'’]*")
"""Matches one word."""
_FIRST_WORD = re.compile(r"\W*\w[\w'’]*")
"""Matches the first word of a suggestion, with what comes before it."""


@dataclass
class ShownCount:
    """What became of the suggestions that were shown unasked, one at a key."""

    keys: int = 0
    """Keys before which one could have been shown."""
    shown: int = 0
    """Keys before which one was shown."""
    whole: int = 0
    """Those that were right as a whole, and accepted."""
    first_word: int = 0
    """Those whose first word at least was right."""

    @property
    def share(self) -> float:
        """The share of keys at which a suggestion is shown."""
        return self.shown / max(1, self.keys)

    @property
    def precision(self) -> dict[str, float]:
        """The share of shown suggestions that are right as a whole, and in their first word at least."""
        shown = max(1, self.shown)
        return {"whole": self.whole / shown, "first_word": self.first_word / shown}

    @property
    def wrong(self) -> float:
        """The share of keys at which a wrong suggestion is shown, which the writer types past."""
        return (self.shown - self.first_word) / max(1, self.keys)

    def add(self, text: str, after: str) -> None:
        """Count what was shown, nothing where `text` is empty, before `after` was typed."""
        self.keys += 1
        if text:
            first = _FIRST_WORD.match(text)
            self.shown += 1
            self.whole += is_right(text, after)
            self.first_word += is_right(first.group() if first else text, after)


@dataclass
class KeystrokeCount:
    """What typing some texts took."""

    typed: list[int] = field(default_factory=list)
    """Keys that were pressed, for each text."""
    unaided: list[int] = field(default_factory=list)
    """Keys without suggestions, for each text."""
    milliseconds: list[float] = field(default_factory=list)
    """The time from each key to its suggestions."""
    idle_milliseconds: list[float] = field(default_factory=list)
    """The time that was then spent on learning and reading ahead, before the next key."""
    shown: ShownCount = field(default_factory=ShownCount)
    """What became of the suggestions that were shown unasked."""
    time: WritingTime = field(default_factory=WritingTime)
    """The seconds that the writer needed."""

    @property
    def saved(self) -> float:
        """The share of keys that were saved."""
        return 1 - sum(self.typed) / max(1, sum(self.unaided))

    def interval(self) -> tuple[float, float]:
        """Return the 95 % bootstrap confidence interval of `saved`, over texts."""
        typed, unaided = np.array(self.typed), np.array(self.unaided)
        if not len(typed):
            return 0.0, 0.0
        chosen = np.random.default_rng(0).integers(0, len(typed), (RESAMPLES, len(typed)))
        saved = 1 - typed[chosen].sum(axis=1) / np.maximum(1, unaided[chosen].sum(axis=1))
        low, high = np.percentile(saved, (2.5, 97.5))
        return float(low), float(high)

    def percentile(self, share: float) -> float:
        """Return the milliseconds that a `share` of all keys do not exceed."""
        return float(np.percentile(self.milliseconds, 100 * share)) if self.milliseconds else 0.0


@dataclass
class NextWordCount:
    """How often the next word was suggested before its first letter."""

    words: int = 0
    """Words that were predicted."""
    first: int = 0
    """Words that were the first suggestion."""
    among_three: int = 0
    """Words that were among the first three suggestions."""


def predict_words(texts: Iterable[str], completer: Completer) -> NextWordCount:
    """Predict every word of `texts` that follows white space or begins a text."""
    result = NextWordCount()
    for text in texts:
        completer.begin()
        for word in _WORD.finditer(text):
            if word.start() and not text[word.start() - 1].isspace():
                continue
            suggested = [one.text for one in completer.words(text[: word.start()], 3)]
            result.words += 1
            result.first += suggested[:1] == [word.group()]
            result.among_three += word.group() in suggested
            completer.work_while_idle()
    return result


def type_texts(
    texts: Iterable[str], completer: Completer, *, inline: bool, threshold: float = THRESHOLD
) -> KeystrokeCount:
    """Type `texts`, each in a draft of its own.

    With `inline`, one suggestion is shown after the cursor where it is right with a probability of at least
    `threshold`, and Tab accepts all of it; else a menu has MENU suggestions, all of which are read, and the
    longest right one is accepted. Either costs one key and brings the space that follows. What is not
    accepted is ignored.
    """
    result = KeystrokeCount()
    for text in texts:
        _begin(completer, result)
        typed = 0
        while typed < len(text):
            typed = _press_key(text, typed, completer, result, threshold=threshold if inline else None)
    return result


def type_in_parallel(
    texts: Iterable[str], completers: Sequence[Completer], until: float
) -> list[KeystrokeCount]:
    """Type `texts` with the menu of each of `completers`, all at about the same speed.

    Stops once the monotonic clock is at `until`, at about the same character with each. There is no pause
    between keys, so the completers read nothing ahead.
    """
    results = [KeystrokeCount() for _ in completers]
    for text in texts:
        for completer, result in zip(completers, results, strict=True):
            _begin(completer, result)
        typed = [0] * len(completers)
        while min(typed) < len(text):
            if time.monotonic() >= until:
                return results
            one = typed.index(min(typed))
            typed[one] = _press_key(
                text, typed[one], completers[one], results[one], threshold=None, read_ahead=False
            )
    return results


def _begin(completer: Completer, result: KeystrokeCount) -> None:
    """Begin another text."""
    completer.begin()
    result.time.see("", 0)
    result.typed.append(0)
    result.unaided.append(0)


def _press_key(
    text: str,
    typed: int,
    completer: Completer,
    result: KeystrokeCount,
    *,
    threshold: float | None,
    read_ahead: bool = True,
) -> int:
    """Press one key after `typed` characters of a text, count it, and return how many there are then.

    `threshold` is that of the one suggestion after the cursor; None stands for the menu.
    """
    before, after = text[:typed], text[typed:]
    if not _is_counted(after[0]):
        result.time.see("", typed)
        return typed + 1
    accepted = _accept(before, after, completer, result, threshold=threshold, read_ahead=read_ahead)
    keys = sum(map(_is_counted, after[: accepted or 1]))
    result.typed[-1] += 1
    result.unaided[-1] += keys
    if accepted:
        result.time.accept(keys, inline=threshold is not None)
    else:
        result.time.press()
    return typed + (accepted or 1)


def _accept(
    before: str,
    after: str,
    completer: Completer,
    result: KeystrokeCount,
    *,
    threshold: float | None,
    read_ahead: bool,
) -> int:
    """Return how many characters the best right suggestion brings; 0 where none is right."""
    started = time.perf_counter()
    if threshold is not None:
        one = completer.inline(before, threshold=threshold)
        suggested = [one.text] if one is not None else []
    else:
        suggested = [suggestion.text for suggestion in completer.suggest(before, MENU)]
    answered = time.perf_counter()
    result.milliseconds.append(1000 * (answered - started))
    completer.work_while_idle(ahead=read_ahead)
    result.idle_milliseconds.append(1000 * (time.perf_counter() - answered))
    right = [text for text in suggested if is_right(text, after)]
    completer.ignore(before, suggested)  # all of them were read, and a longer right one would be accepted
    if threshold is not None:
        shown = suggested[0] if suggested else ""
        result.shown.add(shown, after)
        result.time.see("" if right else shown, len(before))
    if not right:
        return 0
    longest = max(map(len, right))
    return longest + (after[longest : longest + 1] == " ")


def is_right(text: str, after: str) -> bool:
    """Whether what follows begins with `text`, and no word is split by it."""
    return after.startswith(text) and not _splits_word(after, len(text))


def _is_counted(character: str) -> bool:
    return character in " _" or character.isalnum()


def _splits_word(text: str, end: int) -> bool:
    """Whether a word continues after `end` characters; in scripts without spaces, none does."""
    if end == len(text) or ends_unspaced(text[end]) or ends_unspaced(text[:end]):
        return False
    return text[end].isalnum() or text[end] == "_"
