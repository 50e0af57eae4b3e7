"""Questions that were written about passages of collections that may be shipped, and their answers.

Those of ``written_questions.tsv`` ask in other words than the passage, as somebody does who read it months
ago. Those of ``factual_questions.tsv`` ask for a name, a number or another short phrase in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnchat.tasks.asking.index import PassageIndex

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class WrittenQuestion:
    """A question and what answers it."""

    text: str
    source: str
    """The document; its collection comes first, but for notes that are held out while the ranking is
    fitted."""
    line: int
    """The first line of the passage, from 1."""
    answer: str
    """The sentence, or the phrase, that answers it, verbatim; empty where none does alone."""


def written_questions() -> list[WrittenQuestion]:
    """Return the questions in other words than the passages."""
    return _read(_FOLDER / "written_questions.tsv")


def factual_questions() -> list[WrittenQuestion]:
    """Return the questions for a short phrase."""
    return _read(_FOLDER / "factual_questions.tsv")


def passage_asked_about(index: PassageIndex, question: WrittenQuestion) -> int:
    """Return the number of the passage that a question is about; -1 where the index does not have it."""
    for note, file in enumerate(index.files):
        if file.path == question.source:
            numbers = np.flatnonzero((index.notes == note) & (index.places[:, 1] == question.line))
            return int(numbers[0]) if len(numbers) else -1
    return -1


def _read(file: Path) -> list[WrittenQuestion]:
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return [WrittenQuestion(text, source, int(line), answer) for text, source, line, answer in rows]
