"""How a person titles notes: which words begin, follow each other in and end their titles, and how long
these are."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rnnchat.tasks.summarising.title_words import body_words

MOST_TITLES = 5_000
"""The style is learned from so many titles."""
FREQUENT = 60
"""So many of the most frequent words of a person's titles can be in a title without being in the note."""


@dataclass
class TitleStyle:
    """Counts of a person's titles."""

    words: Counter[str] = field(default_factory=Counter)
    first: Counter[str] = field(default_factory=Counter)
    last: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    after: dict[str, Counter[str]] = field(default_factory=dict)
    """The words that follow each word, with how often they do."""
    capitalised: int = 0
    """In how many titles every long word begins with a capital."""
    count: int = 0
    """How many titles were counted."""
    texts: dict[str, Counter[str]] = field(default_factory=dict)
    """How each word is written."""

    @classmethod
    def of(cls, titles: Iterable[str]) -> TitleStyle:
        """Return the style of some titles."""
        style = cls()
        for title in titles:
            if style.count >= MOST_TITLES:
                break
            style.add(title)
        return style

    def add(self, title: str, weight: int = 1) -> None:
        """Count a title; a `weight` of -1 takes it back."""
        found = body_words(title)
        if not found:
            return
        keys = [word.key for word in found]
        self.count += weight
        self.words.update(dict.fromkeys(keys, 0))
        for word in found:
            self.words[word.key] += weight
            self.texts.setdefault(word.key, Counter())[word.text] += weight
        for first, second in itertools.pairwise(keys):
            self.after.setdefault(first, Counter())[second] += weight
        self.first[keys[0]] += weight
        self.last[keys[-1]] += weight
        self.lengths[len(keys)] += weight
        long = [word.text for word in found[1:] if len(word.text) > 3 and word.text[0].isalpha()]
        self.capitalised += weight * (bool(long) and all(text[0].isupper() for text in long))

    @property
    def is_capitalised(self) -> bool:
        """Whether most titles begin every long word with a capital."""
        return self.capitalised * 2 > self.count

    def spelling(self, key: str) -> str:
        """Return how a word is written most often; nothing where no title has it."""
        found = self.texts.get(key)
        text, count = found.most_common(1)[0] if found else ("", 0)
        return text if count > 0 else ""

    def frequent(self) -> list[str]:
        """Return the most frequent words, as they are written most often."""
        found = [key for key, count in self.words.most_common(FREQUENT) if count > 2]
        return [text for key in found if (text := self.spelling(key))]
