"""Titles for a note, in the style of the person's own ones.

A beam search finds likely titles word by word (`title_steps.py`), and a learned score chooses among them
(`title_ranking.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.summarising.chinese_titles import chinese_titles
from rnnchat.tasks.summarising.key_sentences import shipped_ranker
from rnnchat.tasks.summarising.line_kinds import is_ingredient
from rnnchat.tasks.summarising.listwise import Scorer
from rnnchat.tasks.summarising.near_titles import NearTitles, TitledCollection, note_terms
from rnnchat.tasks.summarising.prose import Prose
from rnnchat.tasks.summarising.title_checks import is_no_title, says_the_same
from rnnchat.tasks.summarising.title_form import TitleForm, opening_clause
from rnnchat.tasks.summarising.title_ranking import FEWEST_STYLED, TITLE_FEATURES, title_features
from rnnchat.tasks.summarising.title_steps import FEATURES, Floats, FoundTitle, TitleSteps, search_titles
from rnnchat.tasks.summarising.title_style import TitleStyle
from rnnchat.tasks.summarising.title_words import KNOWN, TitleWords, title_words
from rnnchat.tasks.summarising.words import NGRAMS

FILE = Path(__file__).parent / "titles.safetensors"
"""This file, which is part of the package, holds the weights."""
FEWEST_WORDS = 2
"""A note of fewer different words has no title."""
MOST_TITLES = 3
"""At most so many titles are suggested."""
SHORT_NOTE = 4
"""In a note of at most so many sentences, titles of its first clause are preferred."""
OPENING = 0.4
"""The score of a title of the first clause rises by this."""
ALIKE = 0.75
"""A title is left out if it shares more than this of its words with a better one, as the F1."""
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]")


@dataclass(frozen=True)
class TitleWeights:
    """The weights by which titles are found and chosen."""

    steps: Scorer
    """Those of the next word, see `title_steps.py`."""
    choice: Floats
    """Those of a title as a whole, see `title_ranking.py`, (features,)."""


@dataclass(frozen=True)
class TitleWriter:
    """Suggests titles for notes."""

    weights: TitleWeights
    style: TitleStyle
    collection: TitledCollection | None = None
    """The person's notes with titles; None where they are not known."""

    def suggest(self, prose: Prose, count: int = MOST_TITLES) -> list[str]:
        """Return at most `count` titles for a note, the best first; none where it has too few words."""
        kept = tuple(one for one in prose.sentences if not is_ingredient(one.text))
        prose = replace(prose, sentences=kept or prose.sentences)
        sentences = [one.text for one in prose.sentences]
        start = "".join(sentences)[:400]
        if len(_CHINESE.findall(start)) * 4 > len(start):
            return chinese_titles(sentences, count)
        near = NearTitles()
        if self.collection is not None:
            # The note may be one of the collection; its own title is no suggestion.
            own = self.collection.number_of(prose.title)
            near = self.collection.nearest(note_terms(prose, shipped_ranker().rarities), own)
        steps = title_steps(prose, self.style, near)
        words = steps.words
        if (words.known[:, KNOWN["is_extra"]] == 0).sum() < FEWEST_WORDS:
            return []
        form = title_form(prose, steps)
        found = search_titles(steps, self.weights.steps, form)
        if not found:
            return [one for one in (opening_clause(sentences[0]),) if one and not is_no_title(one)]
        scores = title_features(words, found, self.style) @ self.weights.choice
        if len(sentences) <= SHORT_NOTE and self.style.count < FEWEST_STYLED:
            scores += OPENING * np.array([form.is_of_opening(one.words) for one in found], np.float32)
        ranked = [found[number] for number in np.argsort(-scores, kind="stable")]
        return _different(words, ranked, self.style, count)


_ARTICLES = ("a", "an")
_SINGLE_NOUN = (*_ARTICLES, "the")
"""A title of one other word, such as "the bike", says too little."""


def title_steps(prose: Prose, style: TitleStyle, near: NearTitles) -> TitleSteps:
    """Return the steps of titles of a note, with the person's style and the titles of the nearest notes."""
    sentences = [one.text for one in prose.sentences]
    further = [*style.frequent(), *near.shared]
    words = title_words(sentences, prose.code, shipped_ranker().rarities, further)
    return TitleSteps(words, style, near)


def title_form(prose: Prose, steps: TitleSteps) -> TitleForm:
    """Return the form of titles of a note whose steps these are."""
    return TitleForm.of(steps.words, [one.text for one in prose.sentences], steps.style, steps.near)


def _different(words: TitleWords, found: Sequence[FoundTitle], style: TitleStyle, count: int) -> list[str]:
    """Return at most `count` titles that do not share most of their words."""
    kept: list[FoundTitle] = []
    texts: list[str] = []
    longer = [
        one
        for one in found
        if sum(words.texts[word].lower() not in _SINGLE_NOUN for word in one.words) > 1
        and any(map(words.is_name, one.words))
    ]
    for one in longer or found:
        own = set(one.words)
        shares = (2 * len(own & set(other.words)) / (len(own) + len(set(other.words))) for other in kept)
        text = written(words, one, style)
        if (
            all(share <= ALIKE for share in shares)
            and not is_no_title(text)
            and not says_the_same(text, texts)
        ):
            kept.append(one)
            texts.append(text)
        if len(kept) == count:
            break
    return texts


def written(words: TitleWords, found: FoundTitle, style: TitleStyle) -> str:
    """Return a title as text, with the capitals that the person's titles have."""
    texts = _spelled(words, found, style)
    if style.count >= FEWEST_STYLED and style.is_capitalised:
        return " ".join(map(_capitalised, texts))
    return " ".join([_capitalised(texts[0]), *texts[1:]])


def _spelled(words: TitleWords, found: FoundTitle, style: TitleStyle) -> list[str]:
    """Return the words of a title, written as where they follow each other in the note or in titles."""
    texts: list[str] = []
    for at, number in enumerate(found.words):
        own = style.spelling(words.keys[number])
        after = words.spelled_after.get((found.words[at - 1], number), "") if at else ""
        text = after or own or words.texts[number]
        if not at and style.first[words.keys[number]] > 0:
            text = own
        if text.istitle() and style.is_capitalised and not after:
            text = text.lower()
        if at and texts[-1].lower() in _ARTICLES:
            text = _singular(text, words.keys[number])
            texts[-1] = "an" if text[:1].lower() in "aeiou" else "a"
        texts.append(text)
    return texts


def _singular(text: str, key: str) -> str:
    """Return a word without the ending of a plural, as it is after "a"."""
    if text == key or len(text) < 4 or not text.endswith("s") or text.endswith(("ss", "us", "is")):
        return text
    return f"{text[:-3]}y" if text.endswith("ies") else text[:-1]


def _capitalised(word: str) -> str:
    """Return a word with a capital at its beginning, unless it is a name in code."""
    is_plain = word.isalpha() and word.islower()
    return word[:1].upper() + word[1:] if is_plain else word


@cache
def shipped_weights() -> TitleWeights:
    """Return the weights that are part of the package."""
    return from_tensors(read_safetensors(FILE.read_bytes()))


def plain_writer() -> TitleWriter:
    """Return what suggests titles for a person whose notes are not known."""
    return TitleWriter(shipped_weights(), TitleStyle())


def from_tensors(tensors: Mapping[str, NDArray[Any]]) -> TitleWeights:
    """Return the weights in the arrays of a file; raise ModelError where they are none."""
    try:
        dense, numbered, choice = (
            tensors[name].astype(np.float32) for name in ("steps.dense", "steps.numbered", "choice")
        )
    except KeyError as error:
        raise ModelError("The weights of titles are damaged.") from error
    if dense.shape != (FEATURES,) or numbered.shape != (NGRAMS,) or choice.shape != (TITLE_FEATURES,):
        raise ModelError("The weights of titles have another size.")
    if not all(np.isfinite(one).all() for one in (dense, numbered, choice)):
        raise ModelError("The weights of titles are damaged.")
    return TitleWeights(Scorer(dense, numbered), choice)


def to_tensors(weights: TitleWeights) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of the file."""
    return {
        "steps.dense": weights.steps.dense,
        "steps.numbered": weights.steps.numbered.astype(np.float16),
        "choice": weights.choice,
    }
