"""What the library lists: a model, and a version of a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import ModelError
from rnnchat.library.card import Card
from rnnchat.library.model_names import comparison_key
from rnnchat.tasks.base import CLASSIFY, LANGUAGE_MODEL, TRANSLATE

_PURPOSES = {
    LANGUAGE_MODEL: "predicts text",
    CLASSIFY: "labels texts",
    TRANSLATE: "translates phrases",
}
"""What the models of each task do."""
_COMMANDS = {CLASSIFY: "classify", TRANSLATE: "translate"}
"""The command that uses the models of a task; those of a language model are many."""
_HOW_TO_MAKE = {
    CLASSIFY: "Make one with `rnnchat classify train FILE --name NAME`.",
    TRANSLATE: "Make one with `rnnchat translate train PAIRS.tsv --name NAME`.",
}
"""How to make a model of each task."""


@dataclass(frozen=True)
class ModelEntry:
    """A model in the library's list."""

    name: str
    folder: Path
    card: Card | None
    """The card of the version in use; None where the model is damaged, as ``problem`` then says."""
    size: int
    """The size of the version in use, in bytes on the disk."""
    shipped: bool = False
    problem: str = ""
    versions: int = 1
    is_hidden: bool = False
    """Whether a shipped model has the same name, which then means the shipped one."""

    def is_called(self, name: str) -> bool:
        """Return whether `name` means this model."""
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
    """Raise ModelError where the model is shipped with rnnchat, and so cannot be changed."""
    if entry.shipped:
        raise ModelError(
            f"{entry.name} comes with rnnchat and cannot be changed.",
            "Make a copy and change that: `rnnchat models copy`, or C in the app.",
        )


def wrong_task(card: Card, wanted: str) -> ModelError:
    """Return the error for a model that is used for the task `wanted`, but was made for another."""
    hint = _HOW_TO_MAKE.get(wanted, "")
    if not hint:
        hint = f"Use it with `rnnchat {_COMMANDS[card.task]}`; `rnnchat models list` shows the other models."
    return ModelError(
        f"The model {card.name} {_PURPOSES[card.task]}, but this needs a model that {_PURPOSES[wanted]}.",
        hint,
    )
