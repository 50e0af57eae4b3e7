"""The folders of a model and of its versions."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from rnnchat.errors import ModelError

_VERSION = re.compile(r"v([0-9]{4,12})\Z")
"""Matches the folder name of a model's version."""


def is_model(folder: Path) -> bool:
    """Return whether `folder` is a model, which may be a damaged one, and not an empty folder."""
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return True
        return any(not path.name.startswith(".") for path in folder.iterdir())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def version_folders_in(folder: Path) -> list[Path]:
    """Return the folders of a model's versions, the oldest first; raise ModelError if it is unreadable."""
    try:
        found = [p for p in folder.iterdir() if _VERSION.match(p.name)] if folder.is_dir() else []
    except OSError as error:
        raise ModelError(f"{folder.name} cannot be read ({(error.strerror or 'error').lower()}).") from error
    return sorted(found, key=lambda p: (version_number(p), p.name))


def version_number(version: Path) -> int:
    """Return the number of a version, given its folder; 0 where the folder is none."""
    match = _VERSION.match(version.name)
    return int(match.group(1)) if match else 0
