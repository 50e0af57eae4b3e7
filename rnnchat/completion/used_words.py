"""Words that the writer used in earlier drafts, with how much each counts by now.

They come from the history that `rnnchat/library/writer_history.py` keeps. A word that followed the same word
before counts more.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

SAME_WORD_BONUS = 20.0
"""How often a word followed the last one counts this many times as much as how often it was used."""
CONSIDERED = 300
"""At most this many words with the same beginning are considered."""
_LAST_CHARACTER = "\U0010ffff"
"""A prefix with this character after it sorts after every word that begins with the prefix."""


@dataclass(frozen=True)
class UsedWords:
    """The words of earlier drafts; `weights` by word, `pairs` by a word and the one after it.

    `rejected` has what suggestions the writer dismissed, with how often that counts by now.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    rejected: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def _sorted(self) -> list[str]:
        """The words in alphabetical order, so that those with the same beginning are adjacent."""
        return sorted(self.weights)

    @cached_property
    def _followers(self) -> dict[str, list[str]]:
        """The words that followed each word."""
        followers: dict[str, list[str]] = {}
        for first, second in self.pairs:
            if second in self.weights:
                followers.setdefault(first, []).append(second)
        return followers

    def has_beginning(self, prefix: str, least: float) -> bool:
        """Whether a word that counts at least `least` begins with `prefix`."""
        for place in range(bisect.bisect_left(self._sorted, prefix), len(self._sorted)):
            if not self._sorted[place].startswith(prefix):
                break
            if self.weights[self._sorted[place]] >= least:
                return True
        return False

    def completions(self, prefix: str, previous: str) -> dict[str, float]:
        """Return what completes `prefix` to each word that begins with it, with its probability.

        It follows the word `previous`. Without a prefix, only words that followed that one are considered.
        """
        low = bisect.bisect_left(self._sorted, prefix)
        high = bisect.bisect_left(self._sorted, prefix + _LAST_CHARACTER)
        if high - low > CONSIDERED:
            words = self._followers.get(previous, [])
            words = [word for word in words if word.startswith(prefix)]
        else:
            words = self._sorted[low:high]
        scored = {
            word[len(prefix) :]: self.weights[word] + SAME_WORD_BONUS * self.pairs.get((previous, word), 0.0)
            for word in words
            if word != prefix
        }
        total = sum(scored.values())
        return {text: weight / total for text, weight in scored.items()}
