"""The mark at the end of a sentence, as the language of the translations writes it, such as " ?" or "？"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_USUAL = {"。": ".", "．": ".", "！": "!", "？": "?", "，": ",", "：": ":", "；": ";", "...": "…"}
"""The mark of European languages that stands for the same as another one."""
_END = re.compile(r"\s*(?:\.{3}|[.!?…,:;。．！？，：；])\Z")
"""Matches a mark at the end of a text with the space before it."""
_FIXED_END = re.compile(r"\b\w\.\w\.\Z|(?<!\.)\.{2}\Z|[!?]\s*[.!?]\Z|[\"'”’»)\]}*_`]\s*\Z")
"""Matches ends that stay: abbreviations such as U.S., several marks, and closing quotes and brackets."""


@dataclass(frozen=True)
class EndMarks:
    """How the translations write the mark that their sources end with."""

    endings: Mapping[str, str] = field(default_factory=dict)
    """The end of a translation, with the space before the mark, for a mark of the source."""

    @classmethod
    def learned_from(cls, pairs: Iterable[tuple[str, str]]) -> EndMarks:
        """Return the endings that most of the `pairs` have."""
        counts: dict[str, Counter[str]] = {}
        for source, target in pairs:
            mark, end = mark_of(source), _END.search(target)
            if mark and end and mark_of(target) == mark:
                counts.setdefault(mark, Counter())[end[0]] += 1
        return cls({mark: count.most_common(1)[0][0] for mark, count in counts.items()})

    def adapt(self, translation: str, source: str, text: str) -> str:
        """Return the translation of a `source` with the mark that a `text` of the same words ends with.

        It stays as it is where both end with the same mark, or where it has signs of another kind.
        """
        wanted = mark_of(text)
        if wanted == mark_of(source) and (wanted or not mark_of(translation)):
            return translation
        if wanted == mark_of(translation) or translation[:1] in "¿¡":
            return translation
        if any(map(_FIXED_END.search, (translation, source, text))):
            return translation
        return _END.sub("", translation) + self.endings.get(wanted, wanted)


def mark_of(text: str) -> str:
    """Return the mark that a text ends with, as European languages write it; nothing without one."""
    end = _END.search(text.rstrip())
    mark = end[0].strip() if end else ""
    return _USUAL.get(mark, mark)
