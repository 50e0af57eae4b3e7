"""Whether a text looks like the language that a translator translates from.

Its words and its sequences of three letters are compared with those of the sources of the pairs, and with
those of their translations (after Cavnar and Trenkle 1994, "N-Gram-Based Text Categorization").
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

MOST_SPELLED = 4_000
"""Letters are counted in this many of the most frequent words of a language, so that a start is quick."""
FIGURES = 5
"""The length of what `SourceLanguage.figures` returns."""


class SourceLanguage:
    """Compares words with two languages, of which it knows how often each word occurs."""

    def __init__(self, sources: Mapping[str, int], targets: Mapping[str, int]) -> None:
        self._sources, self._targets = _Words(sources), _Words(targets)

    def figures(self, words: Sequence[str]) -> tuple[float, ...]:
        """Return figures of a text with these `words`, of which there is at least one.

        They are the share of words that no source has, the mean logarithm of how frequent they are in the
        sources, and that of the probability of a letter; for both also the difference from the targets.
        """
        unknown = sum(word not in self._sources.counts for word in words) / len(words)
        frequency, other_frequency = (each.mean_frequency(words) for each in (self._sources, self._targets))
        letters, other_letters = (each.mean_letter(words) for each in (self._sources, self._targets))
        return unknown, frequency, frequency - other_frequency, letters, letters - other_letters


class _Words:
    """The words of one language, and their letters."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = counts
        self._total = sum(counts.values()) + 1
        self._grams: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
        for word, count in Counter(counts).most_common(MOST_SPELLED):
            weight = round(1 + math.log(count))  # frequent words do not count for much more than rare ones
            padded = f"  {word} "
            for place in range(2, len(padded)):
                for order, grams in enumerate(self._grams, 1):
                    grams[padded[place - order + 1 : place + 1]] += weight
        self._contexts = tuple(_context_counts(grams) for grams in self._grams)

    def mean_frequency(self, words: Sequence[str]) -> float:
        """Return the mean of the logarithm of how frequent `words` are, with unknown ones as half a word."""
        logs = [math.log(max(self.counts.get(word, 0), 0.5) / self._total) for word in words]
        return sum(logs) / len(logs)

    def mean_letter(self, words: Iterable[str]) -> float:
        """Return the mean of ln p of the letters of `words` and of their ends."""
        logs = [
            math.log(self._letter(padded[place - 2 : place], padded[place]))
            for padded in (f"  {word} " for word in words)
            for place in range(2, len(padded))
        ]
        return sum(logs) / len(logs)

    def _letter(self, before: str, letter: str) -> float:
        """Return p of a letter after two others, interpolated with shorter contexts."""
        probability = 1e-4
        for order, (grams, contexts) in enumerate(zip(self._grams, self._contexts, strict=True)):
            context = before[2 - order :]
            probability = (grams[context + letter] + probability) / (contexts[context] + 1)
        return probability


def _context_counts(grams: Mapping[str, int]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for gram, count in grams.items():
        counts[gram[:-1]] += count
    return counts
