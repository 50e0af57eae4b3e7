"""The index of a model's notes, by which `rnnchat ask` finds passages in them; it is saved with the model."""

from __future__ import annotations

from pathlib import Path

from rnnchat.errors import NotesError
from rnnchat.library.models import PASSAGES
from rnnchat.storage.paths import Paths
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.asking.collection import open_collection
from rnnchat.training.runs.settings import RunSettings

MOST_BYTES = 32 * 2**20
"""Notes with more bytes of text than this are indexed when they are asked for the first time."""


def index_notes(settings: RunSettings, paths: Paths, size: int) -> dict[str, bytes]:
    """Return the file with the index of the notes of a training, by its name.

    There is none where the notes have more than MOST_BYTES, given their `size` in bytes, or are gone, or
    where the model is not a person's own.
    """
    if not settings.is_personal or size > MOST_BYTES:
        return {}
    try:
        collection = open_collection([Path(path) for path in settings.paths], paths.indexes)
    except NotesError:
        return {}
    return {PASSAGES: to_safetensors(collection.index.tensors())}
