"""Which words of a sentence are names that are copied into its translation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from rnnchat.tasks.translation.placeholders import WORD, IsName
from rnnchat.tasks.translation.words import words_of

RARE = 30
"""A name that is in more pairs than this is left to the network, which has learned it."""
SAME_SHARE = 0.8
"""A capitalised word is a name if this share of its sentences have it in their translations, too."""
_WORD = re.compile(WORD)


@dataclass(frozen=True)
class CopiedNames:
    """The names in pairs of sentences."""

    rare: frozenset[str] = frozenset()
    """Names that are in few pairs."""
    frequent: frozenset[str] = frozenset()
    """The others, which are copied in a part of the training alone."""

    @classmethod
    def found_in(cls, pairs: Iterable[tuple[str, str]]) -> CopiedNames:
        """Return the names in `pairs` of sentences: capitalised words that are mostly the same in both."""
        seen: Counter[str] = Counter()
        same: Counter[str] = Counter()
        for source, target in pairs:
            words = [match[0] for match in _WORD.finditer(source)]
            others = set(_WORD.findall(target))
            for word in {word for word in words[1:] if word[0].isupper() and len(word) > 1}:
                seen[word] += 1
                same[word] += word in others
        names = {word: count for word, count in seen.items() if same[word] >= SAME_SHARE * count}
        rare = frozenset(word for word, count in names.items() if count <= RARE)
        return cls(rare, frozenset(names) - rare)

    def is_name(self, knows: Callable[[str], bool], also: Collection[str] = ()) -> IsName:
        """Return what says whether a capitalised word is copied: a rare name, or a word that no pair has.

        `knows` says whether a small word is in a pair; words in `also` are names in any case.
        """

        def is_copied(word: str) -> bool:
            if word in self.rare or word in also:
                return True
            return word not in self.frequent and not is_known(word, knows)

        return is_copied


def is_known(word: str, knows: Callable[[str], bool]) -> bool:
    """Return whether a word, or a part of it of more than one letter such as Neill in O'Neill, is known."""
    parts = words_of(word)
    return any(map(knows, [part for part in parts if len(part) > 1] or parts))


NO_NAMES = CopiedNames()
"""No names at all: only words that no pair has are copied."""
