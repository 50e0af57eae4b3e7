"""Checkpoints: what a run needs to resume as if it had never stopped.

Each is a numbered folder that is written completely, renamed into place and never changed. The last two
are kept.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.library.models import read_safetensors, to_safetensors
from rnnchat.storage.atomic import TEMPORARY, remove_unfinished, sha256, write_folder
from rnnchat.training.runs.files import MANIFEST
from rnnchat.training.runs.migrations import PROGRESS_MIGRATIONS, NewerSchemaError, with_schema
from rnnchat.training.runs.progress import UNREADABLE, checkpoints_in, read_manifest

KEPT = 2
"""This many checkpoints are kept."""
PART_BYTES = 4 * 2**20
"""Arrays are written together until they have this many bytes, and then in the next file."""

Arrays = dict[str, NDArray[Any]]
"""Arrays by name."""
Group = tuple[str, Iterable[tuple[str, NDArray[Any]]]]
"""The name of a group, and its arrays with their names, which are made when they are asked for."""


@dataclass(frozen=True)
class Checkpoint:
    """The arrays of a run by group (weights, averages, moments, states, best weights), and plain values."""

    groups: dict[str, Arrays]
    values: dict[str, Any]


def save(folder: Path, number: int, groups: Iterable[Group], values: Mapping[str, Any]) -> None:
    """Write a checkpoint as number `number` under `folder`, and drop all but the last two.

    The groups are written in parts, so that little of them is in memory at once; the manifest with the
    parts' hashes and the `values` comes last.
    """
    remove_unfinished(folder)
    target = folder / f"{number:08d}"
    shutil.rmtree(target, ignore_errors=True)
    write_folder(target, _files(groups, values))
    for old in checkpoints_in(folder)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def load_latest(folder: Path) -> Checkpoint | None:
    """Return the newest checkpoint under `folder` that is complete, or None.

    Raises NewerSchemaError where a newer version wrote it.
    """
    for path in reversed(checkpoints_in(folder)):
        try:
            values, hashes = read_manifest(path)
            groups: dict[str, Arrays] = {}
            for name, expected in hashes.items():
                part = _read(path / f"{name}.safetensors", expected)
                groups.setdefault(name.rpartition(".")[0], {}).update(part)
            return Checkpoint(groups, values)
        except NewerSchemaError:
            raise
        except (*UNREADABLE, ModelError):
            continue
    return None


def remove_unfinished_writes(folder: Path) -> None:
    """Remove what a killed writer left in `folder`, to which no other process writes now."""
    for path in folder.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _files(groups: Iterable[Group], values: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    hashes = {}
    for group, arrays in groups:
        for number, part in enumerate(_parts(arrays)):
            data = to_safetensors(part)
            part.clear()
            hashes[f"{group}.{number}"] = sha256(data)
            yield f"{group}.{number}.safetensors", data
            del data
    manifest = with_schema({"values": dict(values), "sha256": hashes}, PROGRESS_MIGRATIONS)
    yield MANIFEST, json.dumps(manifest).encode()


def _parts(arrays: Iterable[tuple[str, NDArray[Any]]]) -> Iterator[Arrays]:
    """Yield the arrays together until they have the size of a part."""
    part: Arrays = {}
    for name, array in arrays:
        part[name] = array
        if sum(held.nbytes for held in part.values()) >= PART_BYTES:
            yield part
            part = {}
    if part:
        yield part


def _read(path: Path, expected: str) -> Arrays:
    data = path.read_bytes()
    if sha256(data) != expected:
        raise ModelError(f"{path.name} is damaged.")
    return {name: np.asarray(value) for name, value in read_safetensors(data).items()}
