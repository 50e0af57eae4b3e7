"""What the library tells of a model: its row in a list, and its versions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import ModelError
from rnnchat.library.card import Card
from rnnchat.library.model_names import comparison_key


@dataclass(frozen=True)
class ModelEntry:
    """A model as the library lists it."""

    name: str
    folder: Path
    card: Card | None
    """None where the model is damaged; ``problem`` then says how."""
    size: int
    """Bytes on disk of the version in use."""
    shipped: bool = False
    problem: str = ""
    versions: int = 1
    is_hidden: bool = False
    """Whether its name belongs to a model that comes with rnnchat, which is the one that is meant."""

    def is_called(self, name: str) -> bool:
        """Whether somebody who says `name` means this model."""
        return not self.is_hidden and comparison_key(self.name) == comparison_key(name)


@dataclass(frozen=True)
class ModelVersion:
    """One version of a model; the one with the highest number is in use."""

    folder: Path
    number: int
    created: str
    """When its training ended: ISO 8601, UTC; empty where its card cannot be read."""
    bits_per_byte: float | None


def require_not_shipped(entry: ModelEntry) -> None:
    """Raise ModelError where a model comes with rnnchat."""
    if entry.shipped:
        raise ModelError(
            f"{entry.name} comes with rnnchat and stays as it is.",
            "A copy can be changed: `rnnchat models copy` makes one, and C in the app.",
        )
