"""Which words and phrases a menu offers: those that together are expected to save most keys.

A menu gains little from a longer form of what it offers already, unless the form is likely as well. So a
suggestion counts by what it adds: its probability, less that of longer forms in the menu, times the keys that
it saves, less those that its beginning in the menu saves. The next key will bring other suggestions, so what
counts is what a suggestion saves against finding it one key later; the constants say how much that is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rnnchat.completion.spelling import ends_unspaced

SINGLE_WORDS = 4
"""At least this many of the suggestions are single words, where there are as many."""
CONSIDERED = 20
"""At most this many candidates are compared, those that are worth most by themselves."""
WORD_SAVES = 0.8
"""The keys that a word saves, against finding it one key later."""
LETTER_SAVES = 0.35
"""The same for a single letter, which takes one key to type as well."""
LEAD_SAVES = 0.2
"""What comes before a word, such as a space, saves this much more."""
FURTHER_WORD_SAVES = 0.5
"""The keys that each further word of a phrase saves, besides its letters."""
FURTHER_LETTER_SAVES = 0.2
"""The keys that each letter of a further word saves."""
MOST_FURTHER_SAVES = 1.4
"""A further word saves at most this many keys."""
UNSPACED_CHARACTER_SAVES = 0.4
"""The keys that each further character saves in a script without spaces."""
UNSPACED_SAVES = 1.2
"""The keys that the first two characters save there."""

_WORD = re.compile(r"\w[\w'’]*")
"""Matches one word."""

Scored = list[tuple[str, float]]
"""Texts with their probabilities."""


def choose(words: Sequence[tuple[str, float]], phrases: Mapping[str, float], count: int) -> Scored:
    """Return at most `count` of the `words`, likeliest first, and of the `phrases`, likeliest first.

    The first SINGLE_WORDS are the likeliest words. The others are chosen one by one, each for what it adds.
    """
    probabilities = dict(words[:CONSIDERED])
    for text, probability in phrases.items():
        probabilities[text] = max(probability, probabilities.get(text, 0.0))
    saves = {text: saved_keys(text) for text in probabilities}
    chosen = [text for text, _ in words[: min(count, SINGLE_WORDS)]]
    left = sorted(
        probabilities.keys() - set(chosen), key=lambda text: (-probabilities[text] * saves[text], text)
    )
    left = left[:CONSIDERED]
    saved_before = dict.fromkeys(left, 0.0)  # by the longest beginning of each text that the menu has
    covered = dict.fromkeys(left, 0.0)  # the probability of the likeliest longer form that the menu has

    def add_to_menu(added: str) -> None:
        for text in left:
            if text.startswith(added):
                saved_before[text] = max(saved_before[text], saves[added])
            elif added.startswith(text):
                covered[text] = max(covered[text], probabilities[added])

    def gain(text: str) -> float:
        return (probabilities[text] - covered[text]) * (saves[text] - saved_before[text])

    for text in chosen:
        add_to_menu(text)
    while left and len(chosen) < count:
        best = max(left, key=gain)
        left.remove(best)
        chosen.append(best)
        add_to_menu(best)
    return sorted(((text, probabilities[text]) for text in chosen), key=lambda pair: -pair[1])


def distinct_as_shown(scored: Sequence[tuple[str, float]]) -> Scored:
    """Return the first of the texts that differ only by the white space around them, which a menu hides."""
    seen: dict[str, tuple[str, float]] = {}
    for text, probability in scored:
        seen.setdefault(text.strip() or text, (text, probability))
    return list(seen.values())


def order_shown(texts: Sequence[str]) -> list[str]:
    """Return the `texts` of a menu in the order in which they are shown: the third length of a phrase of
    which two are shown before comes after the others, so that a menu does not begin with one phrase alone."""
    first: list[str] = []
    last: list[str] = []
    for text in texts:
        (last if _is_third_length(text, first) else first).append(text)
    return first + last


def _is_third_length(text: str, others: Sequence[str]) -> bool:
    """Whether `text` and two of the `others` are the same phrase in three lengths."""
    lengths = [one for one in others if text.startswith(one) or one.startswith(text)]
    return any(one != other and other.startswith(one) for one in lengths for other in lengths)


def saved_keys(text: str) -> float:
    """Return how many keys a suggestion saves where it is right, against finding it one key later."""
    if ends_unspaced(text):
        further = max(0, len(text) - 2) * UNSPACED_CHARACTER_SAVES
        return (WORD_SAVES if len(text) == 1 else UNSPACED_SAVES) + further
    saved = LETTER_SAVES if len(text) == 1 else WORD_SAVES
    if not (text[0].isalnum() or text[0] in "'’_"):
        saved += LEAD_SAVES
    for word in _WORD.findall(text)[1:]:
        saved += min(MOST_FURTHER_SAVES, FURTHER_WORD_SAVES + FURTHER_LETTER_SAVES * len(word))
    return saved
