"""Checkpoints: what a run needs to go on as if it had never stopped.

Each is an immutable numbered folder, written whole and renamed into place; the last two are kept.
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
from rnnchat.training.runs.standing import MANIFEST, checkpoints_in

KEPT = 2
PART = 4 * 2**20
"""Bytes from which on arrays are a file of their own."""

Arrays = dict[str, NDArray[Any]]
Group = tuple[str, Iterable[tuple[str, NDArray[Any]]]]
"""A name and arrays with theirs, made when they are asked for."""


@dataclass(frozen=True)
class Checkpoint:
    """All arrays of a run by group (weights, averages, moments, states, best weights), and plain values."""

    groups: dict[str, Arrays]
    values: dict[str, Any]


def save(folder: Path, number: int, groups: Iterable[Group], values: Mapping[str, Any]) -> None:
    """Write a checkpoint as number `number` under `folder`, and drop all but the last two.

    The groups are written part by part, so that little of them is in memory at once; the manifest with
    the parts' hashes and the `values` comes last.
    """
    remove_unfinished(folder)
    target = folder / f"{number:08d}"
    shutil.rmtree(target, ignore_errors=True)
    write_folder(target, _files(groups, values))
    for old in checkpoints_in(folder)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def load_latest(folder: Path) -> Checkpoint | None:
    """Return the newest checkpoint under `folder` that is whole, or None."""
    for path in reversed(checkpoints_in(folder)):
        try:
            manifest = json.loads((path / MANIFEST).read_bytes())
            groups: dict[str, Arrays] = {}
            for name, expected in manifest["sha256"].items():
                part = _read(path / f"{name}.safetensors", expected)
                groups.setdefault(name.rpartition(".")[0], {}).update(part)
            return Checkpoint(groups, dict(manifest["values"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ModelError):
            continue
    return None


def remove_killed(folder: Path) -> None:
    """Remove what a writer that was killed left in `folder`, which nobody else writes to now."""
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
    yield MANIFEST, json.dumps({"values": dict(values), "sha256": hashes}).encode()


def _parts(arrays: Iterable[tuple[str, NDArray[Any]]]) -> Iterator[Arrays]:
    """Yield the arrays together until they have the size of a part."""
    part: Arrays = {}
    for name, array in arrays:
        part[name] = array
        if sum(held.nbytes for held in part.values()) >= PART:
            yield part
            part = {}
    if part:
        yield part


def _read(path: Path, expected: str) -> Arrays:
    data = path.read_bytes()
    if sha256(data) != expected:
        raise ModelError(f"{path.name} is damaged.")
    return {name: np.asarray(value) for name, value in read_safetensors(data).items()}
