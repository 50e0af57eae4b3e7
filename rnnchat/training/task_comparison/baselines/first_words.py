"""Titles without any learning: the first sentence of a note, or its first words."""

from __future__ import annotations

from rnnchat.tasks.summarising.prose import Prose

TITLE_WORDS = 8
"""A title of the first words has this many, which is a usual length."""


def first_sentence(prose: Prose) -> str:
    """Return the first sentence of a note; nothing where it has none."""
    return prose.sentences[0].text if prose.sentences else ""


def first_words(prose: Prose) -> str:
    """Return the first TITLE_WORDS words of a note's first sentence."""
    return " ".join(first_sentence(prose).split()[:TITLE_WORDS])
