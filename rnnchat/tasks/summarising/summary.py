"""The key sentences of a note, and a short preview of a text."""

from __future__ import annotations

from dataclasses import replace

from rnnchat.tasks.summarising.features import length_in_words
from rnnchat.tasks.summarising.key_sentences import FEWEST_WORDS, shipped_ranker
from rnnchat.tasks.summarising.line_kinds import is_ingredient, only_announces
from rnnchat.tasks.summarising.prose import NoteSentence, Prose, read_prose
from rnnchat.tasks.summarising.words import words_of

PREVIEW_READS = 6_000
"""A preview is made of so many characters from the beginning of a text."""
PREVIEW_SENTENCES = 40
"""A preview is chosen among so many sentences from the beginning of a text."""
_COLONS = (":", "：")


def key_sentences(prose: Prose, count: int) -> list[NoteSentence]:
    """Return at most `count` key sentences in the order of the text.

    An ingredient, a task that is done, a label such as "Ingredients:", and a sentence that only announces
    what follows, such as "for example:", are none where there are others.
    """
    sentences = [one for one in prose.sentences if _is_prose(one)] or prose.sentences
    chosen = shipped_ranker().choose([one.text for one in sentences], count)
    return [sentences[number] for number in sorted(chosen)]


def _is_prose(sentence: NoteSentence) -> bool:
    """Return whether a sentence says something of its own that still holds."""
    text = sentence.text
    is_label = text.endswith(_COLONS) and length_in_words(words_of(text)) < FEWEST_WORDS
    return not (is_label or sentence.is_done or only_announces(text) or is_ingredient(text))


def preview_sentence(text: str) -> NoteSentence | None:
    """Return the key sentence of the beginning of a text; None where it has no sentence."""
    prose = read_prose(text[:PREVIEW_READS])
    found = key_sentences(replace(prose, sentences=prose.sentences[:PREVIEW_SENTENCES]), 1)
    return found[0] if found else None


def preview(text: str, longest: int) -> str:
    """Return the key sentence of a text in at most `longest` characters; nothing where it has no sentence."""
    found = preview_sentence(text)
    if found is None:
        return ""
    return found.shown if len(found.shown) <= longest else f"{found.shown[: longest - 1].rstrip()}…"
