"""A summary in a model's own words: what it is asked to continue, and where it is cut."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rnnchat.text.scripts import CHINESE, main_script

ENGLISH_CUE = "In short, "
"""A model continues this after key sentences."""
CHINESE_CUE = "总之，"
"""A model continues this after key sentences in Chinese."""
MOST_PIECES = 90
"""A model writes at most so many pieces; what stands after its first sentence is left out."""
MOST_CHARACTERS = 1_500
"""A model reads so many characters of the key sentences, the last ones."""
MOST_IN_BYTES = 0.3
"""A model cannot sum up a text of which its tokenizer spells a greater share in bytes: it hardly knows the
script."""
_END = re.compile(
    r"(?<!\b[A-Z])(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\be\.g)(?<!\bi\.e)[.!?][\"'”’)]*(?=\s|\Z)"
    r"|[。！？][”」』）]*"
)
"""Matches the end of a sentence; an initial, such as "M.", is none."""
_LINK = re.compile(r"!?\[(?P<text>[^\]\n]*)\]\([^)\n]*\)?")
_ADDRESS = re.compile(
    r"[<(\[]?(?:\b[a-z]{2,10}://|\bwww\.|\b(?:[\w-]+\.)+(?:com|org|net|io|dev)\b)[^\s，。！？]*", re.I
)
"""Matches a URL or the name of a site: a model makes them up."""


def cue_for(text: str) -> str:
    """Return the words in the language of a text that a summary begins with."""
    return CHINESE_CUE if main_script(text) == CHINESE else ENGLISH_CUE


def free_prompt(sentences: Sequence[str], cue: str) -> str:
    """Return what a model continues to sum up the key sentences."""
    return f"{' '.join(sentences)[-MOST_CHARACTERS:]}\n\n{cue}"


def tidy(written: str, cue: str) -> str:
    """Return the first sentence of what a model wrote after the cue, in one line and without links.

    Nothing is returned where no sentence ends.
    """
    shown = _ADDRESS.sub("", _LINK.sub(lambda link: link["text"], written.strip()))
    first = re.sub(r"\s+(?=[.,;!?])", "", " ".join(shown.split("\n\n", 1)[0].split()))
    end = _END.search(first)
    sentence = first[: end.end()] if end is not None else ""
    return f"{cue}{sentence}" if any(map(str.isalnum, sentence)) else ""
