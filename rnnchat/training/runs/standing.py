"""How far an interrupted run is, read from its last checkpoint without the arrays."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rnnchat.training.runs.run import SETTINGS, Run

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Standing:
    """How far a run is that can be resumed."""

    seconds: float
    """How long it has worked."""
    curve: list[list[float]]
    """[seconds, training bits per piece, validation bits per byte] at each validation."""

    @classmethod
    def of(cls, run: Run) -> Standing | None:
        """Return how far `run` is, or None where nothing has been learned yet."""
        values = latest_values(run.learned) or latest_values(run.checkpoints)
        try:
            if values is None:
                return None
            curve = [[float(value) for value in point] for point in values["curve"] if len(point) == 3]
            return cls(float(values["seconds"]), curve)
        except (KeyError, TypeError, ValueError):
            return None


def checkpoints_in(folder: Path) -> list[Path]:
    """Return the checkpoints under `folder`, the oldest first."""
    return sorted(path for path in folder.glob("[0-9]*") if path.is_dir())


def latest_values(folder: Path) -> dict[str, Any] | None:
    """Return the plain values of the newest checkpoint under `folder` without reading its arrays, or None."""
    for path in reversed(checkpoints_in(folder)):
        try:
            values = json.loads((path / MANIFEST).read_bytes())["values"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        if isinstance(values, dict):
            return values
    return None


def last_change(run: Run) -> float:
    """Return when `run` kept something last, in seconds since 1970."""
    newest = 0.0
    for path in (run.folder / SETTINGS, *checkpoints_in(run.checkpoints), *checkpoints_in(run.learned)):
        with contextlib.suppress(OSError):
            newest = max(newest, path.stat().st_mtime)
    return newest


def in_words(run: Run) -> str:
    """Say how much an interrupted run has learned, and when it did so last."""
    reached = Standing.of(run)
    if reached is None:
        learned = "nothing learned yet"
    elif reached.seconds < 90:
        learned = f"{reached.seconds:.0f} seconds learned"
    else:
        learned = f"{reached.seconds / 60:.0f} minutes learned"
    return f"{learned}, {datetime.fromtimestamp(last_change(run)):%Y-%m-%d %H:%M}"
