"""The sentences of a text, and which texts are phrases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rnnchat.errors import RnnchatError
from rnnchat.tasks.asking.sentences import split_sentences
from rnnchat.tasks.translation.placeholders import TAG
from rnnchat.tasks.translation.words import is_spaceless, words_of

LONGEST_PHRASE = 60
"""A sentence has at most this many words."""
LONGEST_SPACELESS_PHRASE = 100
"""A sentence in a script without spaces has at most this many characters."""
MOST_CHARACTERS = 1_000
"""A sentence has at most this many characters, as in the pairs: a network would take minutes."""
LONGEST_TEXT = 300
"""A text has at most this many words: what is longer is a document."""
_MAXIMUM_CHARACTERS = 20_000
"""A longer text is refused without counting its words."""
_LINE_BEGIN = re.compile(rf"(?:(?:[-*+•–—]|>+|#{{1,6}}|\d{{1,3}}[.)]|\[[ xX]\])[ \t]+|{TAG}[ \t]*)+")
"""Matches the marks of lists, headings and quotations, and tags, at the beginning of a line."""
_LINE_END = re.compile(rf"(?:{TAG}[ \t]*)+\Z")
"""Matches the tags at the end of a line."""
_WIDE_ENDS = "。！？"
"""No space follows a sentence that ends with one of these."""


class PhraseError(RnnchatError):
    """A text cannot be translated."""


@dataclass(frozen=True)
class PhrasePart:
    """A sentence of a text."""

    line_break: str
    """The line breaks before it, with the spaces around them; empty after another sentence in a line."""
    mark: str
    """The mark of a list or a quotation, and tags, that its line begins with."""
    sentence: str
    tail: str = ""
    """The tags that its line ends with."""


def phrase_parts(text: str) -> Iterator[PhrasePart]:
    """Yield the sentences of a text, split at line breaks and ends of sentences."""
    line_break = ""
    for piece in re.split(r"(\s*\n\s*)", text):
        if not piece.strip():
            line_break = piece
            continue
        mark, rest, tail = _without_edges(piece)
        sentences = [one.text for one in split_sentences(rest)] or [rest.strip()]
        for place, sentence in enumerate(sentences, 1):
            yield PhrasePart(line_break, mark, sentence, tail if place == len(sentences) else "")
            line_break = mark = ""


def _without_edges(line: str) -> tuple[str, str, str]:
    """Return what a line begins with, its text, and what it ends with."""
    begin = _LINE_BEGIN.match(line)
    mark = begin[0] if begin else ""
    rest = line[len(mark) :]
    end = _LINE_END.search(rest)
    if end:
        rest = rest[: end.start()].rstrip()
    tail = line[len(mark) + len(rest) :] if end else ""
    return (mark, rest, tail) if any(map(str.isalpha, rest)) else ("", line, "")


def gap_after(text: str) -> str:
    """Return what separates a translation from the next sentence in its line."""
    return "" if not text or text[-1] in _WIDE_ENDS or is_spaceless(text[-1]) else " "


def require_length(text: str) -> None:
    """Raise PhraseError where a text is empty, or too long to be a phrase or a few sentences."""
    if not text:
        raise PhraseError("There is nothing to translate.", "Write a phrase.")
    length = len(words_of(text)) if len(text) <= _MAXIMUM_CHARACTERS else len(text.split())
    if length > LONGEST_TEXT or len(text) > _MAXIMUM_CHARACTERS:
        raise PhraseError(
            f"The text has {length:,} words: this translates phrases, not documents.",
            f"Give at most {LONGEST_TEXT} words, or one phrase a line on standard input.",
        )


def require_phrase(sentence: str) -> None:
    """Raise PhraseError where a sentence is too long to be translated."""
    if len(sentence) > MOST_CHARACTERS:
        raise PhraseError(
            f"A sentence has {len(sentence):,} characters: this translates phrases of at most"
            f" {MOST_CHARACTERS:,}.",
            "Break it into shorter sentences.",
        )
    words = words_of(sentence)
    spaceless = sum(map(is_spaceless, words))
    most = LONGEST_SPACELESS_PHRASE if spaceless > len(words) / 2 else LONGEST_PHRASE
    if len(words) > most:
        raise PhraseError(
            f"A sentence has {len(words):,} words: this translates phrases of at most {most}.",
            "Break it into shorter sentences.",
        )
