"""The words that a title of a note can be made of, and which of them follow each other in the note.

A title copies most of its words from the note, often several in a row. Words that differ only by their
ending, such as "commit" and "commits", count as one.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.stems import stem
from rnnchat.tasks.asking.terms import STOP_WORDS
from rnnchat.tasks.summarising.words import Rarities

MOST_SENTENCES = 12
"""A title is made of the words of so many sentences, the first ones."""
MOST_WORDS = 40
"""Only so many words of a sentence are read."""
LONGEST_WORD = 60
"""A longer word is data, such as a key, and in no title."""
GAPS = 3
"""Words that are at most so far apart are known to follow each other."""
FEW_TERMS = (1, 3, 8)
"""It counts whether a word is among so many most telling ones of its note."""
KNOWN = {
    "is_function": 0,
    "rarity": 2,
    "telling": 3,
    "in_code": 7,
    "is_code": 9,
    "only_in_first": 10,
    "begins_clause": 16,
    "is_extra": 18,
}
"""The columns of some features of words."""
_MARKS = "`*_\"'“”‘’()[]{}<>,;:!?…—–|，。！？；：、（）《》「」"
_UNITS = {"`": "`", '"': '"', "“": "”", "(": ")", "[": "]", "「": "」", "《": "》", "（": "）"}
"""Marks that open code, a quotation or brackets, and those that close them."""
_NO_WORDS = ("e.g", "i.e", "etc")
_ENDS_CLAUSE = re.compile(r"[,;:.!?)—–，。！？；：]['\"”’*_`)]*$")
_OPENS_CLAUSE = re.compile(r"^[(\[—–]")
_BEFORE_NAME = re.compile(r"[(\"'“‘*_]*(?:Mr|Mrs|Ms|Dr|Prof|St)\.")
"""Matches an abbreviation before a name, whose full stop ends no clause."""
_OPENING = {"}": "{", ")": "(", "]": "[", ">": "<"}
"""What opens the brackets that each mark closes."""
_CODE_WORD = re.compile(r"[A-Za-z][A-Za-z]{2,}")
_NAME = re.compile(r"[^\W\d_]{3}|^[^\W\d_]{2}$(?<![MKG]B)")
"""Matches a word of three letters or more, or a short name such as "Go"."""
_FUNCTION = STOP_WORDS | {"use", "using", "used", "want", "need", "let's", "like", "get", "one", "via"}
"""Words that say little about what a note is about."""


@lru_cache(maxsize=100_000)
def word_key(word: str) -> str:
    """Return what words have in common that differ only by their ending and by case."""
    lower = word.lower()
    return stem(lower) if len(lower) > 3 and lower.isascii() and lower.isalpha() else lower


@dataclass(frozen=True)
class BodyWord:
    """A word of a sentence."""

    text: str
    key: str
    is_code: bool
    """Whether it stands between backticks."""
    ends_clause: bool
    """Whether a mark follows it."""
    begins_clause: bool
    """Whether it is the first of its sentence, or follows a mark."""
    in_unit: bool
    """Whether the same code, quotation or brackets hold the word before it."""


def body_words(sentence: str) -> list[BodyWord]:
    """Return the words of a sentence without the marks around them."""
    found: list[BodyWord] = []
    in_code = False
    begins = True
    unit = ""
    for spaced in sentence.split():
        is_code = in_code or spaced.lstrip("([").startswith("`")
        in_code ^= spaced.count("`") % 2 == 1
        in_unit = unit != ""
        unit = _unit_after(spaced, unit)
        core = _without_marks(spaced)
        ends = _ENDS_CLAUSE.search(spaced) is not None and not _BEFORE_NAME.fullmatch(spaced)
        if not any(map(str.isalnum, core)) or len(core) > LONGEST_WORD or core in _NO_WORDS:
            begins = True
            continue
        begins = begins or _OPENS_CLAUSE.match(spaced) is not None
        found.append(BodyWord(core, word_key(core), is_code, ends, begins, in_unit))
        begins = ends
    return found[:MOST_WORDS]


def _without_marks(spaced: str) -> str:
    """Return a word without the marks around it, but with what closes its own brackets, as in HEAD@{2}."""
    begun = spaced.lstrip(_MARKS)
    core = begun.rstrip(f"{_MARKS}.")
    for mark in begun[len(core) :]:
        if core.count(_OPENING.get(mark, mark)) <= core.count(mark):
            break
        core += mark
    return core


def _unit_after(spaced: str, unit: str) -> str:
    """Return the mark that closes the code, quotation or brackets which are open after a word, if any.

    `unit` is that mark before the word.
    """
    for at, mark in enumerate(spaced):
        if unit:
            unit = "" if mark == unit else unit
        elif mark in _UNITS and not (at and spaced[at - 1].isalnum() and mark != "`"):
            unit = _UNITS[mark]
    return unit


@dataclass(frozen=True)
class TitleWords:
    """The different words of a note, and what is known of each and of pairs of them."""

    texts: tuple[str, ...]
    """How each word is written in the note most often, or the word itself where the note has it not."""
    keys: tuple[str, ...]
    """What each has in common with others that differ by their endings."""
    known: NDArray[np.float32]
    """What is known of each word, (words, features)."""
    following: NDArray[np.float32]
    """How often a word follows another one, at a distance of 1 to GAPS, (GAPS, words, words)."""
    triples: frozenset[tuple[int, int, int]]
    """Which three words follow each other."""
    spelled_after: dict[tuple[int, int], str]
    """How the second of two words that follow each other is written there."""
    ends_clause: NDArray[np.bool_]
    """Whether a mark follows the word somewhere, (words,)."""
    is_function: NDArray[np.bool_]
    """Whether it says little about what the note is about, (words,)."""

    def __len__(self) -> int:
        return len(self.texts)

    def is_name(self, number: int) -> bool:
        """Return whether a word can name what a note is about: neither grammar, nor a number or a unit."""
        return not self.is_function[number] and _NAME.search(self.texts[number]) is not None


def title_words(
    sentences: Sequence[str], code: str, rarities: Rarities, further: Sequence[str] = ()
) -> TitleWords:
    """Return the words of the first sentences of a note, and `further` ones that it may not have.

    `code` is what the note has as blocks of code, whose words are told apart.
    """
    read = [found for one in sentences[:MOST_SENTENCES] if (found := body_words(one))]
    number: dict[str, int] = {}
    for sentence in read:
        for word in sentence:
            number.setdefault(word.key, len(number))
    in_note = len(number)
    for extra in further:
        number.setdefault(word_key(extra), len(number))
    texts = _texts(read, further, number)
    keys = tuple(number)
    function = np.array(
        [key in _FUNCTION or text.lower() in _FUNCTION for key, text in zip(keys, texts, strict=True)], bool
    )
    following, triples, spelled_after = _followers(read, number)
    ends = np.zeros(len(keys), bool)
    for sentence in read:
        ends[[number[word.key] for word in sentence if word.ends_clause]] = True
        ends[number[sentence[-1].key]] = True
    known = _known(read, code, number, function, in_note, rarities)
    return TitleWords(texts, keys, known, following, triples, spelled_after, ends, function)


def _texts(
    read: Sequence[Sequence[BodyWord]], further: Sequence[str], number: dict[str, int]
) -> tuple[str, ...]:
    """Return how each word is written most often; at the beginning of a sentence, case says little."""
    spelled: dict[str, Counter[str]] = {}
    for sentence in read:
        for at, word in enumerate(sentence):
            text = word.text if at or word.text.isupper() else word.text[:1].lower() + word.text[1:]
            spelled.setdefault(word.key, Counter())[text] += 1
    for extra in further:
        spelled.setdefault(word_key(extra), Counter())[extra] += 1
    return tuple(spelled[key].most_common(1)[0][0] for key in number)


def _followers(
    read: Sequence[Sequence[BodyWord]], number: dict[str, int]
) -> tuple[NDArray[np.float32], frozenset[tuple[int, int, int]], dict[tuple[int, int], str]]:
    following = np.zeros((GAPS, len(number), len(number)), np.float32)
    triples: set[tuple[int, int, int]] = set()
    spelled: dict[tuple[int, int], str] = {}
    for sentence in read:
        row = [number[word.key] for word in sentence]
        for gap in range(GAPS):
            for first, second in zip(row, row[gap + 1 :], strict=False):
                following[gap, first, second] += 1
        for place, pair in enumerate(itertools.pairwise(row), start=1):
            spelled.setdefault(pair, sentence[place].text)
        triples.update(zip(row, row[1:], row[2:], strict=False))
    return following, frozenset(triples), spelled


def _known(
    read: Sequence[Sequence[BodyWord]],
    code: str,
    number: dict[str, int],
    function: NDArray[np.bool_],
    in_note: int,
    rarities: Rarities,
) -> NDArray[np.float32]:
    """Return what is known of each word, (words, features)."""
    size = len(number)
    count, is_code, capital, clause, sentences, first_at, *places = _tally(read, number)
    in_code = Counter(map(word_key, _CODE_WORD.findall(code)))
    shown = np.array([in_code[key] for key in number], np.float32)
    rare = np.array(list(rarities.of(number).values()), np.float32)
    content = (~function).astype(np.float32)
    telling = content * np.log1p(count) * rare
    rank = np.argsort(np.argsort(-telling)) if size else np.zeros(0)
    often = np.maximum(count, 1)
    return np.column_stack(
        [
            function,
            content * np.log1p(count),
            content * rare / 5,
            telling / 5,
            *(content * (rank < few) for few in FEW_TERMS),
            content * (shown > 0),
            content * np.log1p(np.minimum(shown, 20)),
            is_code / often,
            *(content * place for place in places),
            function * places[0],
            first_at / MOST_SENTENCES,
            capital / often,
            clause / often,
            np.minimum(sentences, 5) / 5 * content,
            np.arange(size) >= in_note,
            [len(key) <= 2 for key in number],
            [any(map(str.isdigit, key)) for key in number],
        ]
    ).astype(np.float32)


def _tally(read: Sequence[Sequence[BodyWord]], number: dict[str, int]) -> NDArray[np.float32]:
    """Return where each word occurs, (9, words).

    That is how often it does: at all, in code, with a capital inside a sentence, where a clause begins; in
    how many sentences it does; which of them is the first; whether the last of them is the first sentence of
    all, the second, and the very last.
    """
    rows = np.zeros((9, len(number)), np.float32)
    rows[5] = MOST_SENTENCES
    for at, sentence in enumerate(read):
        for position, word in enumerate(sentence):
            is_capital = position > 0 and word.text[:1].isupper()
            rows[:4, number[word.key]] += (1, word.is_code, is_capital, word.begins_clause)
        own = sorted({number[word.key] for word in sentence})
        rows[4, own] += 1
        rows[5, own] = np.minimum(rows[5, own], at)
        rows[6:9, own] = np.array([[at == 0], [at == 1], [at == len(read) - 1]])
    return rows
