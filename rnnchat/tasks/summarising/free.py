"""A summary in a model's own words: what it is asked to continue, and where it is cut."""

from __future__ import annotations

import re
from collections.abc import Sequence

CUE = "\n\nIn short, "
"""A model continues this after the key sentences."""
_ENDS = re.compile(r"[.!?](?=\s|\Z)|[。！？]|\n\n")
MOST_CHARACTERS = 1_500
"""A model reads so many characters of the key sentences, the last ones."""
MOST_IN_BYTES = 0.3
"""A model cannot sum up a text of which its tokenizer spells a greater share in bytes: it hardly knows the
script."""


def free_prompt(sentences: Sequence[str]) -> str:
    """Return what a model continues to sum up the key sentences."""
    return " ".join(sentences)[-MOST_CHARACTERS:] + CUE


def tidy(written: str) -> str:
    """Return the first sentence of what a model wrote, in one line, after the cue."""
    end = _ENDS.search(written.lstrip())
    first = " ".join((written.lstrip()[: end.end()] if end is not None else written).split())
    return f"{CUE.strip()} {first}" if any(map(str.isalnum, first)) else ""
