"""The temporary folder of a comparison, in which models are trained that are not kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rnnchat.storage.paths import Paths, make_private

_PREFIX = "compare-"
"""The names of temporary folders begin with this, and end with the id of the process."""


@contextmanager
def comparison_folder(homes: Paths) -> Iterator[Path]:
    """Give an empty folder that is removed at the end, and remove those of comparisons that were killed."""
    _remove_leftovers(homes)
    folder = make_private(homes.state / f"{_PREFIX}{os.getpid()}")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def home_in(folder: Path) -> Paths:
    """Return the folders of a home of its own in the folder of a comparison."""
    home = folder / "home"
    return Paths(home / "data", home / "config", home / "state")


def _remove_leftovers(homes: Paths) -> None:
    """Remove the folders of comparisons that were killed."""
    for folder in homes.state.glob(f"{_PREFIX}*"):
        number = folder.name.removeprefix(_PREFIX)
        try:
            os.kill(int(number), 0)
        except (ProcessLookupError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # the process of another user is alive
