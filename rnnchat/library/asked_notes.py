"""The notes that a question is asked of: those under some paths, or those that a model learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rnnchat.errors import ModelError, NotesError, StorageError
from rnnchat.library.model_entry import wrong_task
from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.base import LANGUAGE_MODEL

if TYPE_CHECKING:  # NumPy takes a tenth of a second
    from rnnchat.tasks.asking.collection import Collection
    from rnnchat.tasks.asking.index import PassageIndex

NO_NOTES_HINT = (
    "Train a model of your notes: `rnnchat train ~/notes`, or F3 in the app. Or name a folder of notes."
)
"""What to do where a model has no notes."""

NAMED_FILES = 3
"""Where there are no notes, at most this many skipped files are named."""


class NoNotesError(ModelError):
    """A model has learned no notes."""


@dataclass(frozen=True)
class AskedNotes:
    """Notes that a question is asked of."""

    collection: Collection
    are_saved: bool = False
    """Whether the notes are no longer where they were, so that they are as the model learned them."""


def notes_under(
    paths: Paths, folders: Sequence[Path], progress: Callable[[int], None] | None = None
) -> AskedNotes:
    """Return the notes under `folders` as they are now; raise NotesError where there are none.

    `progress` is called with the number of files read so far.
    """
    from rnnchat.tasks.asking.collection import open_collection

    try:
        return AskedNotes(open_collection(folders, paths.indexes, progress=progress))
    except NotesError as error:
        reasons = _reasons_to_skip(folders)
        raise NotesError(error.message, reasons) if reasons else error from None


def _reasons_to_skip(folders: Sequence[Path]) -> str:
    """Return which files under `folders` are skipped and why, or nothing.

    The index does not tell: it keeps a file that is no text as a note without passages. Raises NotesError
    for a path that does not exist.
    """
    from rnnchat.storage.display import display_path
    from rnnchat.text.notes import scan

    skipped = scan(folders).skipped
    named = [f"{display_path(item.path.name)} ({item.reason})" for item in skipped[:NAMED_FILES]]
    more = [f"{len(skipped) - NAMED_FILES:,} more"] if len(skipped) > NAMED_FILES else []
    return f"Skipped: {', '.join([*named, *more])}." if named else ""


def notes_of_model(paths: Paths, model: str, progress: Callable[[int], None] | None = None) -> AskedNotes:
    """Return the notes that a model learned, as they are now, or as it learned them where they are gone.

    Raises NoNotesError where the model has no notes, and ModelError where they are gone and it has no index
    of them, or where it is a model for another task.
    """
    from rnnchat.tasks.asking.collection import Collection, open_collection

    library = Library(paths)
    entry = library.find(model)
    if entry.card is None:
        raise ModelError(f"The model {entry.name} is damaged: {entry.problem}")
    if entry.card.task != LANGUAGE_MODEL:
        raise wrong_task(entry.card, LANGUAGE_MODEL)
    learned = [Path(path) for path in entry.card.learned_from.get("paths", ())]
    if not learned:
        raise NoNotesError(f"The model {entry.name} has learned no notes.", NO_NOTES_HINT)

    def saved() -> PassageIndex | None:
        from rnnchat.tasks.asking.index import PassageIndex

        data = library.passages(entry.name)
        return None if data is None else PassageIndex.from_tensors(read_safetensors(data))

    def saved_if_sound() -> PassageIndex | None:
        try:
            return saved()
        except (ModelError, StorageError):
            return None  # an index is built anew from the notes

    try:
        return AskedNotes(open_collection(learned, paths.indexes, saved=saved_if_sound, progress=progress))
    except NotesError as gone:
        index = saved()
        if index is None or not len(index):
            raise ModelError(
                f"The notes of the model {entry.name} cannot be read: {gone.message}", NO_NOTES_HINT
            ) from gone
        return AskedNotes(Collection(index), are_saved=True)
