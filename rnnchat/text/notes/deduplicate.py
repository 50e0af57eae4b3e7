"""What stands in the notes more than once is learned once: copies are memorised ten times as fast."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_PARAGRAPHS = re.compile(r"\n{2,}")
_SAME = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "‐": "-", "‑": "-"})
"""Ways of typing the same quotation mark, apostrophe or hyphen."""

SHORTEST = 120
"""Paragraphs of fewer characters are idiom, not copies."""


class Deduplicator:
    """Remembers the paragraphs it has seen and leaves out those that come again.

    Two are the same when they differ in white space, case, the way quotation marks are typed and the form
    of Unicode only. Figures, signs, emoji and accents make another text.
    """

    def __init__(self) -> None:
        self._paragraphs: set[bytes] = set()
        self._texts: set[bytes] = set()

    def is_copy(self, text: str) -> bool:
        """Tell whether a whole text was here before, and remember it."""
        key = _fingerprint(text)
        known = key in self._texts
        self._texts.add(key)
        return known

    def without_copies(self, text: str) -> str:
        """Return `text` without the paragraphs that were here before."""
        kept = []
        dropped = False
        for paragraph in _PARAGRAPHS.split(text):
            if len(paragraph) >= SHORTEST:
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
    folded = _BLANKS.sub(" ", folded.translate(_SAME)).strip()
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).digest()
