"""What a task is: examples as pieces with a loss mask, a way to decode what a model returns, and metrics.

Language modelling is the first task (`language_modelling.py`) and classification the second
(`classification/task.py`). A model's card says which task it is for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

LANGUAGE_MODEL = "language_model"
"""The task of predicting the next token, which every model had before there were tasks."""
CLASSIFY = "classify"
"""The task of labelling a text."""
TRANSLATE = "translate"
"""The task of translating a phrase."""
TASKS = (LANGUAGE_MODEL, CLASSIFY, TRANSLATE)
"""The tasks that a model can be for."""

Example_contra = TypeVar("Example_contra", contravariant=True)
Output_contra = TypeVar("Output_contra", contravariant=True)
Answer_co = TypeVar("Answer_co", covariant=True)


@dataclass(frozen=True)
class MaskedPieces:
    """An example as a network reads it in training."""

    pieces: Sequence[int]
    """The pieces, from the start piece to the end piece."""
    is_target: Sequence[bool] | None = None
    """For each piece, whether the loss counts how well it is predicted; None if that is so for all."""


class Task(Protocol[Example_contra, Output_contra, Answer_co]):
    """What a model is trained for."""

    @property
    def name(self) -> str:
        """The task's name in cards, one of TASKS."""

    @property
    def labels(self) -> Sequence[str]:
        """The labels that its answers can have; none for a task whose answers are texts."""

    @property
    def metrics(self) -> Sequence[str]:
        """The names of what is measured, as they are in the ``scores`` of a card."""

    def encode(self, example: Example_contra) -> MaskedPieces:
        """Return an example as pieces with a loss mask."""

    def decode(self, output: Output_contra) -> Answer_co:
        """Return the answer that a model's output means."""


def card_section(task: Task[Any, Any, Any], scores: Mapping[str, float]) -> dict[str, Any]:
    """Return the fields of a card that depend on the task: its name, its labels, and its metrics."""
    return {
        "task": task.name,
        "labels": tuple(task.labels),
        "scores": {name: scores[name] for name in task.metrics if name in scores},
    }
