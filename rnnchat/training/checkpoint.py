"""Checkpoints: what a run needs to go on as if it had never stopped.

Each is an immutable numbered folder, written whole and renamed into place; the last two are kept.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.library.atomic import remove_unfinished, sha256, write_folder
from rnnchat.library.models import read_weights, write_weights

KEPT = 2
ARRAYS = "arrays.safetensors"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Checkpoint:
    """All arrays of a run (weights, optimiser, states, best weights) and its plain values."""

    arrays: dict[str, NDArray[Any]]
    values: dict[str, Any]


def save(folder: Path, number: int, checkpoint: Checkpoint) -> None:
    """Write `checkpoint` as number `number` under `folder`, and drop all but the last two."""
    data = write_weights(checkpoint.arrays)
    manifest = json.dumps({"values": checkpoint.values, "sha256": sha256(data)}).encode()
    remove_unfinished(folder)
    target = folder / f"{number:08d}"
    shutil.rmtree(target, ignore_errors=True)
    write_folder(target, {ARRAYS: data, MANIFEST: manifest}, last=MANIFEST)
    for old in _folders(folder)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def load_latest(folder: Path) -> Checkpoint | None:
    """Return the newest checkpoint under `folder` that is whole, or None."""
    for path in reversed(_folders(folder)):
        try:
            manifest = json.loads((path / MANIFEST).read_bytes())
            data = (path / ARRAYS).read_bytes()
            if manifest["sha256"] == sha256(data):
                arrays = {name: np.asarray(value) for name, value in read_weights(data).items()}
                return Checkpoint(arrays, manifest["values"])
        except (OSError, ValueError, KeyError, TypeError, ModelError):
            continue
    return None


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("[0-9]*") if p.is_dir())
