"""What every language model here can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

State = TypeVar("State")


class LanguageModel(Protocol[State]):
    """Predicts the next piece from the pieces before it.

    A state is a value: stepping makes a new one and leaves the old one as it was, so that several
    continuations can start from the same place.
    """

    @property
    def vocabulary(self) -> int:
        """How many pieces there are."""
        ...

    def start(self) -> State:
        """Return the state before the first piece."""
        ...

    def step(self, piece: int, state: State) -> tuple[Floats, State]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state after it."""
        ...


AnyLanguageModel = LanguageModel[Any]

Step = Callable[[int, Any], tuple[Floats, Any]]
"""Takes a piece and the state before it, and returns what follows and the state after it."""

Learn = Callable[[int, Any], None]
"""Takes a piece and the state before it, and learns that the piece came there."""
