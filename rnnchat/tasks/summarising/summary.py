"""The key sentences of a note, and a short preview of a text."""

from __future__ import annotations

from dataclasses import replace

from rnnchat.tasks.summarising.key_sentences import shipped_ranker
from rnnchat.tasks.summarising.prose import NoteSentence, Prose, read_prose

PREVIEW_READS = 6_000
"""A preview is made of so many characters from the beginning of a text."""
PREVIEW_SENTENCES = 40
"""A preview is chosen among so many sentences from the beginning of a text."""
_ANNOUNCES = (":", "：")


def key_sentences(prose: Prose, count: int) -> list[NoteSentence]:
    """Return at most `count` key sentences in the order of the text.

    A sentence that only announces what follows, such as "for example:", is none where there are others.
    """
    sentences = [one for one in prose.sentences if not one.text.endswith(_ANNOUNCES)] or prose.sentences
    chosen = shipped_ranker().choose([one.text for one in sentences], count)
    return [sentences[number] for number in sorted(chosen)]


def preview(text: str, longest: int) -> str:
    """Return the key sentence of a text in at most `longest` characters; nothing where it has no sentence."""
    prose = read_prose(text[:PREVIEW_READS])
    found = key_sentences(replace(prose, sentences=prose.sentences[:PREVIEW_SENTENCES]), 1)
    if not found:
        return ""
    shown = found[0].text
    return shown if len(shown) <= longest else f"{shown[: longest - 1].rstrip()}…"
