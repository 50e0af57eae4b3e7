"""How far an interrupted run got, read from its last checkpoint without the arrays."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rnnchat.training.runs.files import MANIFEST, SETTINGS
from rnnchat.training.runs.migrations import (
    FIRST_SCHEMA,
    PROGRESS_MIGRATIONS,
    SCHEMA_KEY,
    NewerSchemaError,
    migrate,
)
from rnnchat.training.runs.run import Run

UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading a missing or damaged manifest raises."""


@dataclass(frozen=True)
class SavedProgress:
    """How far a run got that can be resumed."""

    seconds: float
    """The seconds that it worked."""
    curve: list[list[float]]
    """[seconds, training bits per piece, validation bits per byte] at each validation."""

    @classmethod
    def of(cls, run: Run) -> SavedProgress | None:
        """Return how far `run` got, or None where it has no checkpoint yet."""
        values = latest_values(run.trained) or latest_values(run.checkpoints)
        try:
            if values is None:
                return None
            curve = [[float(value) for value in point] for point in values["curve"] if len(point) == 3]
            return cls(float(values["seconds"]), curve)
        except (KeyError, TypeError, ValueError):
            return None


def checkpoints_in(folder: Path) -> list[Path]:
    """Return the checkpoints under `folder`, oldest first."""
    return sorted(path for path in folder.glob("[0-9]*") if path.is_dir())


def read_manifest(checkpoint: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the plain values of a checkpoint, as the current schema has them, and its arrays' SHA-256.

    Raises one of UNREADABLE where the manifest is missing or damaged, and NewerSchemaError where a newer
    version wrote it.
    """
    manifest = json.loads((checkpoint / MANIFEST).read_bytes())
    values = {**manifest["values"], SCHEMA_KEY: manifest.get(SCHEMA_KEY, FIRST_SCHEMA)}
    return migrate(values, PROGRESS_MIGRATIONS), manifest["sha256"]


def latest_values(folder: Path) -> dict[str, Any] | None:
    """Return the plain values of the newest checkpoint under `folder` that has any, or None."""
    for path in reversed(checkpoints_in(folder)):
        with contextlib.suppress(NewerSchemaError, *UNREADABLE):
            return read_manifest(path)[0]
    return None


def last_change(run: Run) -> float:
    """Return when `run` last saved something, in seconds since 1970."""
    newest = 0.0
    for path in (run.folder / SETTINGS, *checkpoints_in(run.checkpoints), *checkpoints_in(run.trained)):
        with contextlib.suppress(OSError):
            newest = max(newest, path.stat().st_mtime)
    return newest


def describe_progress(run: Run) -> str:
    """Return how long an interrupted run has trained, and when it last saved something, for a person."""
    reached = SavedProgress.of(run)
    if reached is None:
        trained = "nothing learned yet"
    elif reached.seconds < 90:
        trained = f"{reached.seconds:.0f} seconds learned"
    else:
        trained = f"{reached.seconds / 60:.0f} minutes learned"
    return f"{trained}, {datetime.fromtimestamp(last_change(run)):%Y-%m-%d %H:%M}"
