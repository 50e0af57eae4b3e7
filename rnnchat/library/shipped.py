"""The models that are shipped with rnnchat: which there are, and that their names are taken."""

from __future__ import annotations

from pathlib import Path

from rnnchat.library.card import REQUIRED_FILES
from rnnchat.library.model_files import CARD
from rnnchat.library.model_names import comparison_key
from rnnchat.library.settings import Settings
from rnnchat.storage.paths import shipped_models

BASE = Settings.model
"""The name of the shipped model that is used until the person chooses another."""


def shipped_folders() -> list[Path]:
    """Return the folder of each shipped model, by name; other files and folders beside them are no models."""
    return sorted(folder for folder in shipped_models().glob("*") if _holds_model(folder))


def shipped_names() -> list[str]:
    """Return the names of the shipped models in alphabetical order."""
    return [folder.name for folder in shipped_folders()]


def is_shipped_name(name: str) -> bool:
    """Return whether `name` means a shipped model; case and width of letters make no difference."""
    return comparison_key(name) in map(comparison_key, shipped_names())


def _holds_model(folder: Path) -> bool:
    """Return whether `folder` has any file of a model; where others are missing, the model is damaged."""
    try:
        return any((folder / name).is_file() for name in (CARD, *REQUIRED_FILES))
    except PermissionError:
        return True  # the library reports why it cannot be read
