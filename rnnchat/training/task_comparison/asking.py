"""Asking notes: is a note found by its title, where the title is taken out of the notes?

A title often has words of its own note, so that it is an easier question than a person's. Titles of whose
terms at most half are in the note are measured by themselves, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import NotesError
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NotePassages
from rnnchat.tasks.asking.ranking import Question, note_scores
from rnnchat.tasks.asking.reranking import rank
from rnnchat.tasks.asking.terms import terms_of
from rnnchat.training.task_comparison.baselines.bm25 import Bm25
from rnnchat.training.task_comparison.notes import chosen_by_hash, read_folder_notes, without_title
from rnnchat.training.task_comparison.results import (
    OURS,
    Finding,
    MethodResult,
    Remark,
    ReportActivity,
    remarks_on_size,
)

ASK = "ask"
"""The name of the task."""
MOST_ASKED = 3_000
"""At most this many titles are asked."""
FEWEST_NOTES = 5
"""Among fewer notes than this, each would be among the first five."""
HARD_SHARE = 0.5
"""A title is hard if the note has at most this share of its terms."""

RankNotes = Callable[[str], NDArray[np.float32]]
"""Takes a question; returns a score for each note, 0 for one that does not fit at all."""


def compare_asking(paths: Sequence[Path], report: ReportActivity) -> Iterator[Finding]:
    """Yield how often the notes under `paths` are found by their titles; raise NotesError for too few."""
    report("Reading your notes.")
    titles: list[str] = []
    notes: list[NotePassages] = []
    for found in read_folder_notes(paths):
        bare = without_title(found.note)
        if bare is not None and terms_of(found.note.file.title):
            titles.append(found.note.file.title)
            notes.append(bare)
    if len(notes) <= FEWEST_NOTES:
        raise NotesError(
            f"There are too few notes with titles of their own: {len(notes)}, where more than {FEWEST_NOTES}"
            " are needed.",
            "A title is a heading at the beginning of a note, or is stated in its front matter.",
        )
    asked = chosen_by_hash(titles, MOST_ASKED)
    texts = [_text(note) for note in notes]
    is_hard = np.array([_is_hard(titles[number], texts[number]) for number in asked])
    methods: dict[str, Callable[[], RankNotes]] = {
        "BM25 of words": lambda: Bm25(texts).scores,
        OURS: lambda: _Ranking(build_index(notes)).scores,
    }
    for name, build in methods.items():
        report(f"Asking by {name}.")
        started = time.perf_counter()
        rank_notes = build()
        ranks = np.array([_rank(rank_notes(titles[number]), number) for number in asked])
        seconds = time.perf_counter() - started
        hard = ranks[is_hard]
        scores = {
            "top1": float((ranks == 1).mean()),
            "top5": float((ranks <= 5).mean()),
            "hard_top1": float((hard == 1).mean()) if len(hard) else None,
            "hard_top5": float((hard <= 5).mean()) if len(hard) else None,
        }
        yield MethodResult(ASK, name, scores, seconds, len(asked))
    yield Remark(
        ASK,
        "The questions are the titles of your notes, each taken out of its note. Titles flatter every method,"
        f" as their words are often in the note. {int(is_hard.sum()):,} of the {len(asked):,} are hard: the"
        " note has at most half of their words.",
    )
    yield from remarks_on_size(ASK, len(asked))


class _Ranking:
    """Ranks notes as `rnnchat ask` ranks passages."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return the score of the best passage of each note, (notes,)."""
        ranked = rank(self._index, Question.of(self._index, question))
        return note_scores(ranked.scores, self._index)


def _text(note: NotePassages) -> str:
    parts = [part for passage in note.passages for part in (passage.heading, passage.text)]
    return "\n\n".join(dict.fromkeys(parts))


def _rank(scores: NDArray[np.float32], wanted: int) -> int:
    """Return the rank of the note that is wanted, from 1; the last one where nothing speaks for it."""
    return int((scores > scores[wanted]).sum()) + 1 if scores[wanted] > 0 else len(scores)


def _is_hard(title: str, text: str) -> bool:
    terms, known = terms_of(title), set(terms_of(text))
    return sum(term in known for term in terms) <= HARD_SHARE * len(terms)
