"""Titles made of the bodies of notes, and compared with the titles that the person gave them.

A fifth of the notes is kept back. The person's style is learned from the others, without copies and near
copies of those.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from rnnchat.errors import NotesError
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.classification.features import count_features
from rnnchat.tasks.classification.folds import copy_groups
from rnnchat.tasks.summarising.own_titles import FEWEST_NOTES, fit_titles, read_titled, titled_notes
from rnnchat.tasks.summarising.prose import Prose, read_prose
from rnnchat.tasks.summarising.titles import TitleWriter, plain_writer, shipped_weights
from rnnchat.training.summarising.rouge import rouge, rouge_words
from rnnchat.training.task_comparison.baselines.first_words import TITLE_WORDS, first_sentence, first_words
from rnnchat.training.task_comparison.notes import chosen_by_hash, read_folder_notes
from rnnchat.training.task_comparison.results import (
    OURS,
    Finding,
    MethodResult,
    Remark,
    ReportActivity,
    remarks_on_size,
)

SUMMARISE = "summarise"
"""The name of the task."""
KEPT_BACK = 5
"""One of so many notes is kept back."""
MOST_KEPT_BACK = 200
"""At most this many notes are kept back."""
FEWEST_TITLES = 10
"""There must be at least this many notes with titles."""

MakeTitle = Callable[[Prose], str]
"""Takes a note without its title, and returns a title for it."""


def compare_titles(paths: Sequence[Path], report: ReportActivity) -> Iterator[Finding]:
    """Yield how near titles made of notes under `paths` are to their own; raise NotesError for too few."""
    report("Reading your notes.")
    index = build_index([found.note for found in read_folder_notes(paths)])
    notes = [(title, body) for title, body in titled_notes(index) if rouge_words(title)]
    if len(notes) < FEWEST_TITLES:
        raise NotesError(
            f"There are too few notes with titles of their own in Latin letters: {len(notes)}, where"
            f" {FEWEST_TITLES} are needed.",
            "A title is a heading at the beginning of a note, or is stated in its front matter.",
        )
    held_out, own = _split(notes)
    proses = [read_prose(body) for _, body in held_out]
    references = [rouge_words(title) for title, _ in held_out]
    methods: dict[str, Callable[[], MakeTitle]] = {
        "first sentence": lambda: first_sentence,
        f"first {TITLE_WORDS} words": lambda: first_words,
        OURS: lambda: _learned_titles(own),
    }
    for name, build in methods.items():
        report(f"Making titles: {name}.")
        started = time.perf_counter()
        make_title = build()
        found = [make_title(prose) for prose in proses]
        seconds = time.perf_counter() - started
        rows = [rouge(rouge_words(title), wanted) for title, wanted in zip(found, references, strict=True)]
        one, two, longest = np.mean(rows, axis=0).tolist()
        scores = {"rouge1": one, "rouge2": two, "rouge_l": longest}
        yield MethodResult(SUMMARISE, name, scores, seconds, len(held_out))
    if len(own) < FEWEST_NOTES:
        yield Remark(
            SUMMARISE,
            f"Nothing was learned of your style: {len(own)} of the notes could be learned from, and"
            f" {FEWEST_NOTES} are needed.",
        )
    yield from remarks_on_size(SUMMARISE, len(held_out))


def _split(notes: Sequence[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the notes that are kept back, and those to learn from, which are no copies of them."""
    bodies = [body for _, body in notes]
    chosen = chosen_by_hash(bodies, min(MOST_KEPT_BACK, len(notes) // KEPT_BACK))
    groups = copy_groups([count_features(body) for body in bodies])
    is_kept_back = np.isin(groups, groups[chosen])
    own = [note for note, kept_back in zip(notes, is_kept_back, strict=True) if not kept_back]
    return [notes[number] for number in chosen], own


def _learned_titles(own: Sequence[tuple[str, str]]) -> MakeTitle:
    """Return what makes titles in the style of a person's `own` notes, as `rnnchat summarise` does."""
    writer = plain_writer()
    if len(own) >= FEWEST_NOTES:
        learned = read_titled(own)
        writer = TitleWriter(fit_titles(learned, shipped_weights()), learned.style, learned.collection)
    return lambda prose: next(iter(writer.suggest(prose, 1)), "")
