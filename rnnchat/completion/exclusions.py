"""What no suggestion may be: the sentence just written once more, or markup in a draft without any."""

from __future__ import annotations

import re
from collections.abc import Iterable

LOOKED_BACK = 2_000
"""Sentences and markup are looked for in this many characters before the cursor."""
FEWEST_WORDS = 3
"""A sentence of fewer words may be repeated: it is an answer or a heading, not an echo."""

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]*_`]*\s+|[。！？]|\n+")
"""Matches the end of a sentence or of a line."""
_MARKUP = re.compile(r"</?[a-zA-Z!]|&#?\w+;|\]\(|!?\[\[|\{\{|\{%|~~|\*\*|\$\$|```")
"""Matches a sign of HTML, Markdown or a template."""
_EDGES = " \t\"'“”‘’()[]*_`.!?…。！？-"
"""The signs at the edges of a sentence that do not count when two are compared."""


class Exclusions:
    """What must not be suggested after one text."""

    def __init__(self, before: str) -> None:
        recent = before[-LOOKED_BACK:]
        self._has_markup = _MARKUP.search(recent) is not None
        sentences = _SENTENCE_END.split(recent)
        self._begun = sentences[-1].lstrip(_EDGES)
        """The sentence at the cursor, as far as it is written."""
        complete = [sentence.strip(_EDGES) for sentence in sentences[:-1]]
        self._last = next((sentence for sentence in reversed(complete) if sentence), "")
        """The sentence before it."""

    def exclude(self, texts: Iterable[str]) -> set[str]:
        """Return those of `texts` that must not be suggested."""
        return {text for text in texts if self._is_echo(text) or self._brings_markup(text)}

    def _is_echo(self, text: str) -> bool:
        """Whether the sentence at the cursor would become the one before it."""
        return len(self._last.split()) >= FEWEST_WORDS and (self._begun + text).strip(_EDGES) == self._last

    def _brings_markup(self, text: str) -> bool:
        """Whether `text` has markup, and what is written has none."""
        return not self._has_markup and _MARKUP.search(text) is not None
