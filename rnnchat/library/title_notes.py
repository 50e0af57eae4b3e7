"""What is learned of the titles of the notes that a model learned; fitted weights are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rnnchat.errors import ModelError, StorageError
from rnnchat.library.asked_notes import notes_of_model
from rnnchat.storage.atomic import write_bytes
from rnnchat.storage.paths import Paths
from rnnchat.storage.safe_reading import read_regular_file
from rnnchat.storage.tensors import read_safetensors, to_safetensors

if TYPE_CHECKING:  # NumPy takes a tenth of a second
    from rnnchat.tasks.summarising.near_titles import TitledCollection
    from rnnchat.tasks.summarising.titles import TitleWeights, TitleWriter

MAXIMUM_WEIGHTS = 2**27
"""A file of weights has at most this many bytes."""
KEPT = 8
"""So many files of fitted weights are kept; the one that was written first goes first."""


def learned_title_writer(
    paths: Paths, model: str, *, fit: bool = False, progress: Callable[[], None] = lambda: None
) -> TitleWriter:
    """Return what suggests titles in the style of the notes that a model learned.

    Their titles are counted once, which takes seconds, and with `fit` weights are fitted to them, which takes
    more; `progress` is called before that. Of few notes nothing is learned. Raises ModelError where the model
    has no notes.
    """
    from rnnchat.tasks.summarising.own_titles import FEWEST_NOTES, fit_titles, read_titled, titled_notes
    from rnnchat.tasks.summarising.title_style import TitleStyle
    from rnnchat.tasks.summarising.titles import TitleWriter, plain_writer, shipped_weights

    index = notes_of_model(paths, model).collection.index
    found = list(titled_notes(index))
    if len(found) < FEWEST_NOTES:
        return plain_writer()
    key = _key(found)
    fitted, counted = (paths.indexes / "titles" / f"{key}{kind}.safetensors" for kind in ("", "-counted"))
    kept = _load(fitted) or (None if fit else _load(counted))
    if kept is None:
        progress()
        own = read_titled(found)
        kept = fit_titles(own, shipped_weights()) if fit else shipped_weights(), own.collection
        _keep(fitted if fit else counted, *kept)
    weights, collection = kept
    return TitleWriter(weights, TitleStyle.of(title for title, _ in found), collection)


def _key(notes: Sequence[tuple[str, str]]) -> str:
    """Return the name of the weights that are fitted to these titles and bodies."""
    from rnnchat.tasks.summarising.titles import FILE

    digest = hashlib.blake2b(FILE.read_bytes(), digest_size=12)
    for title, body in sorted(notes):
        digest.update(f"{title}\0{body}\0".encode("utf-8", "replace"))
    return digest.hexdigest()


def _load(file: Path) -> tuple[TitleWeights, TitledCollection] | None:
    """Return the weights in a file and the notes; None where there are none, or they are damaged."""
    from rnnchat.tasks.summarising.near_titles import TitledCollection
    from rnnchat.tasks.summarising.titles import from_tensors

    try:
        tensors = read_safetensors(read_regular_file(file, MAXIMUM_WEIGHTS))
        return from_tensors(tensors), TitledCollection.from_tensors(tensors)
    except (StorageError, ModelError):
        return None


def _keep(file: Path, weights: TitleWeights, collection: TitledCollection) -> None:
    """Keep weights, and remove the oldest ones where there are too many; a full disk is no error."""
    from rnnchat.tasks.summarising.titles import to_tensors

    with suppress(StorageError, OSError):
        write_bytes(file, to_safetensors({**to_tensors(weights), **collection.tensors()}))
        kept = sorted(file.parent.glob("*.safetensors"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-KEPT]:
            if old != file:
                old.unlink(missing_ok=True)
