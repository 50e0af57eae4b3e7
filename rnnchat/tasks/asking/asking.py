"""Ask a collection of notes: the passages that fit a question, and the answer in them, if there is one."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from rnnchat.tasks.asking.answers import AnswerCandidate, choose, code_after, phrase_of
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.ranking import FEATURES, Question, best
from rnnchat.tasks.asking.refusal import answer_evidence, is_answered
from rnnchat.tasks.asking.reranking import rank

SHOWN_PASSAGES = 5
"""A question is answered with at most this many passages."""
READ_PASSAGES = 5
"""The answer is looked for in this many of the best passages."""
LEAST_COVERED = 0.25
"""A passage is near a text if it has this share of the text's terms, by their rarity."""
LONGEST_QUESTION = 2_000
"""Only the first so many characters of a question are read."""
_BOX = re.compile(r"\[[ xX]\]")
"""Matches the box of a task."""


@dataclass(frozen=True)
class FoundPassage:
    """A passage that fits a question."""

    path: str
    line: int
    """Its first line in the file, from 1."""
    end: int
    """Its last line in the file, from 1."""
    text: str
    """Its lines, verbatim."""
    score: float
    heading: str = ""
    """The headings above it."""
    title: str = ""
    """The title of the note."""

    @property
    def shown_heading(self) -> str:
        """What stands above the passage: nothing where that is its first line, or a task of a list."""
        shown = self.heading or self.title
        first = self.text.lstrip().split("\n", 1)[0].rstrip()
        return "" if first.endswith(shown) or _BOX.match(shown) else shown

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object."""
        return {
            "path": self.path,
            "line": self.line,
            "end": self.end,
            "text": self.text,
            "score": round(self.score, 4),
            "heading": self.heading,
            "title": self.title,
        }


@dataclass(frozen=True)
class FoundCode:
    """A block of code that shows what an answer says, verbatim."""

    text: str
    line: int
    """The line of the file in which it begins, from 1."""

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object."""
        return {"text": self.text, "line": self.line}


@dataclass(frozen=True)
class FoundPhrase:
    """The few words of an answer that are asked for, such as a name or a number, verbatim."""

    text: str
    start: int
    """Its first character in the answer, from 0."""

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object."""
        return {"text": self.text, "start": self.start}


@dataclass(frozen=True)
class FoundAnswer:
    """A sentence or a block of code that answers a question, verbatim."""

    text: str
    path: str
    line: int
    """The line of the file in which it begins, from 1."""
    start: int
    """Its first character in the file, from 0."""
    code: FoundCode | None = None
    """The code right after a sentence that answers how something is done."""
    phrase: FoundPhrase | None = None
    """The few words of it that are asked for, where one seems to be."""

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object."""
        found = {"text": self.text, "path": self.path, "line": self.line, "start": self.start}
        parts = {"code": self.code, "phrase": self.phrase}
        return {**found, **{name: part.as_dict() for name, part in parts.items() if part is not None}}


@dataclass(frozen=True)
class Reply:
    """What notes say to a question."""

    passages: tuple[FoundPassage, ...]
    """The passages that fit best, the best first."""
    answer: FoundAnswer | None
    """The answer; None where nothing in the notes seems to be one."""
    milliseconds: float
    """How long it took."""

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object."""
        return {
            "passages": [passage.as_dict() for passage in self.passages],
            "answer": None if self.answer is None else self.answer.as_dict(),
            "milliseconds": round(self.milliseconds, 1),
        }


def ask(index: PassageIndex, text: str, count: int = SHOWN_PASSAGES, *, subject: str = "") -> Reply:
    """Return what the notes of an index say to the question `text`, with at most `count` passages.

    The passages have to do with the words of `subject`, too, which is what was spoken of before.
    """
    started = time.perf_counter()
    own = Question.of(index, text[:LONGEST_QUESTION])
    question = Question.of(index, f"{text[:LONGEST_QUESTION]} {subject}") if subject else own
    ranked = rank(index, question)
    found, scores = ranked.found, ranked.scores
    numbers = [number for number in best(scores, max(count, READ_PASSAGES)) if scores[number] > 0]
    answer = None
    asked = own if len(own.numbers) else question
    chosen = choose(index, asked, numbers[:READ_PASSAGES], scores[numbers[:READ_PASSAGES]])
    if chosen is not None and is_answered(answer_evidence(found, scores, chosen)):
        answer = _answer(index, asked, chosen)
    passages = tuple(_found(index, number, float(scores[number])) for number in numbers[:count])
    return Reply(passages, answer, 1000 * (time.perf_counter() - started))


def _answer(index: PassageIndex, question: Question, chosen: AnswerCandidate) -> FoundAnswer:
    """Return an answer that was chosen, with its place, its code and its phrase."""
    passage, sentence = index.passage(chosen.passage), chosen.sentence
    code = code_after(passage.text, sentence, question)
    phrase = phrase_of(index, question, passage.text, sentence)
    return FoundAnswer(
        sentence.text,
        index.file_of(chosen.passage).path,
        passage.line + passage.text.count("\n", 0, sentence.start),
        passage.start + sentence.start,
        None
        if code is None
        else FoundCode(code.text, passage.line + passage.text.count("\n", 0, code.start)),
        None if phrase is None else FoundPhrase(sentence.text[slice(*phrase)], phrase[0]),
    )


def nearest(index: PassageIndex, text: str, count: int) -> list[FoundPassage]:
    """Return the passages nearest to a text, each of another note; none where nothing is near."""
    question = Question.of(index, text[:LONGEST_QUESTION])
    ranked = rank(index, question)
    found, scores = ranked.found, ranked.scores
    numbers = [number for number in best(scores, 4 * count) if scores[number] > 0]
    covered = found[FEATURES.index("covered")]
    numbers = [number for number in numbers if covered[number] >= LEAST_COVERED]
    notes: dict[int, int] = {}
    for number in numbers:
        notes.setdefault(int(index.notes[number]), number)
    return [_found(index, number, float(scores[number])) for number in list(notes.values())[:count]]


def _found(index: PassageIndex, number: int, score: float) -> FoundPassage:
    passage, file = index.passage(number), index.file_of(number)
    return FoundPassage(
        file.path, passage.line, passage.end, passage.text, score, passage.heading, file.title
    )
