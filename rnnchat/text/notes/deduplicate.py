"""Remove repeated notes and paragraphs: a model memorises copies about ten times as fast as other text."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_PARAGRAPHS = re.compile(r"\n{2,}")
_SAME_SIGNS = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "‐": "-", "‑": "-"})
"""Other ways of typing the same quotation mark, apostrophe or hyphen."""

MINIMUM_PARAGRAPH = 120
"""The length in characters from which a repeated paragraph is a copy and not a common phrase."""


class Deduplicator:
    """Remembers the notes and paragraphs it has seen, and removes those that come again.

    Two are the same if they differ only in white space, case, the style of quotation marks and the Unicode
    normal form. Different digits, signs, emoji or accents make a different text.
    """

    def __init__(self) -> None:
        self._paragraphs: set[bytes] = set()
        self._texts: set[bytes] = set()

    def is_copy(self, text: str) -> bool:
        """Return whether a whole note was seen before, and remember it."""
        key = _fingerprint(text)
        known = key in self._texts
        self._texts.add(key)
        return known

    def remove_copies(self, text: str) -> str:
        """Return `text` without the paragraphs that were seen before, and remember the others."""
        kept = []
        dropped = False
        for paragraph in _PARAGRAPHS.split(text):
            if len(paragraph) >= MINIMUM_PARAGRAPH:
                key = _fingerprint(paragraph)
                if key in self._paragraphs:
                    dropped = True
                    continue
                self._paragraphs.add(key)
            kept.append(paragraph)
        return "\n\n".join(kept) if dropped else text


def _fingerprint(text: str) -> bytes:
    # NFC and not NFKC: ² is not 2. Lower case and not folded: Maße is not Masse.
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    folded = _BLANKS.sub(" ", folded.translate(_SAME_SIGNS)).strip()
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).digest()
