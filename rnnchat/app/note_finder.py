"""Finds passages and related notes among those of the model in use; for any thread."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnnchat.errors import ModelError, RnnchatError
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import brief_path

if TYPE_CHECKING:
    from rnnchat.storage.paths import Paths
    from rnnchat.tasks.asking.asking import FoundPassage, Reply
    from rnnchat.tasks.asking.index import PassageIndex
    from rnnchat.tasks.asking.related import RelatedNote

FRESH_SECONDS = 20.0
"""For so many seconds, files that have changed are not looked for again."""
NO_NOTES_HINT_IN_APP = "Press F3: train a model of your notes, or only index them, which takes seconds."
"""What to do in the app where the model in use has no notes."""
NEAREST = 2
"""So many passages are shown below a reply."""


class NoteFinder:
    """Finds passages and notes among those of one model at a time."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._lock = threading.Lock()
        self._index: PassageIndex | None = None
        self._model = ""
        self._folder = ""
        """The folder that all notes are in, with a separator at the end; empty where there is none."""
        self._read_at = 0.0
        self._last_question = ""

    def ask(self, model: str, question: str) -> Reply:
        """Return what the notes of a model say to a question.

        A question that follows another one keeps its subject: its rare terms count, too. Where nothing
        answers it so, it stands for itself. Raises RnnchatError where the model has no notes.
        """
        from rnnchat.tasks.asking.asking import ask
        from rnnchat.tasks.asking.follow_up import subject_of

        index = self._index_of(model)
        subject = subject_of(index, question, self._last_question)
        reply = ask(index, question, subject=subject)
        if subject and reply.answer is None:
            subject, reply = "", ask(index, question)
        self._last_question = f"{question} {subject}"
        return reply

    def forget_subject(self) -> None:
        """Let the next question stand for itself, as in a new chat."""
        self._last_question = ""

    def nearest(self, model: str, text: str) -> list[FoundPassage]:
        """Return the passages nearest to `text`; none where the model has no notes or nothing is near."""
        from rnnchat.tasks.asking.asking import nearest

        try:
            return nearest(self._index_of(model), text, NEAREST)
        except RnnchatError:
            return []

    def related(self, model: str, text: str, path: Path | None) -> list[RelatedNote]:
        """Return the notes that are most related to the draft `text`, which may be in the file at `path`.

        Raises RnnchatError where the model has no notes.
        """
        from rnnchat.tasks.asking.notes import NoteFile, NotePassages, passages_of
        from rnnchat.tasks.asking.related import related_to

        title, passages = passages_of(text, path.suffix if path is not None else ".md")
        file = NoteFile("" if path is None else str(path), 0, 0, title)
        return related_to(self._index_of(model), NotePassages(file, tuple(passages)))

    def name_of(self, path: str) -> str:
        """Return a note's path below the folder that all notes are in, as it is shown in one line."""
        return display_path(path.removeprefix(self._folder) if self._folder else brief_path(path))

    def _index_of(self, model: str) -> PassageIndex:
        """Return the index of a model's notes, brought up to date with the files."""
        from rnnchat.library.asked_notes import NO_NOTES_HINT, notes_of_model

        with self._lock:
            is_fresh = time.monotonic() - self._read_at < FRESH_SECONDS
            if self._index is None or self._model != model or not is_fresh:
                try:
                    self._index = notes_of_model(self._paths, model).collection.index
                except ModelError as error:
                    hint = NO_NOTES_HINT_IN_APP if error.hint == NO_NOTES_HINT else error.hint
                    raise ModelError(error.message, hint) from None
                self._folder = _common_folder([file.path for file in self._index.files])
                self._model = model
                self._read_at = time.monotonic()
            return self._index


def _common_folder(paths: Sequence[str]) -> str:
    """Return the folder that all `paths` are in, with a separator at the end; nothing where there is none."""
    folder = os.path.commonpath([os.path.dirname(path) for path in paths]) if paths else ""  # noqa: PTH120
    return os.path.join(folder, "") if folder.strip(os.sep) else ""  # noqa: PTH118
