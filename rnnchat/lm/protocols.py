"""What language models offer: every one predicts, some learn as a text is read, some look ahead cheaply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
"""An array of numbers in single precision: probabilities, logits or weights."""
Integers = NDArray[np.integer]
"""An array of integers of any size: pieces, counts or indexes."""

LogRatios = tuple[Integers, Floats]
"""Indexes (n,), and the logarithm (n,) of the factor on the probability at each.

An index may be repeated. Then it has the same logarithm each time, and its factor applies once.
"""

State = TypeVar("State")
"""What a language model knows of a text after its last piece; each model has a type of its own."""


@runtime_checkable
class LanguageModel(Protocol[State]):
    """Predicts the next piece from the pieces before it.

    A state is a value: stepping makes a new one and leaves the old one as it was, so that several
    continuations can start from the same state.
    """

    @property
    def vocabulary(self) -> int:
        """The number of pieces."""
        ...

    def start(self) -> State:
        """Return the state before the first piece."""
        ...

    def step(self, piece: int, state: State) -> tuple[Floats, State]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state after it.

        Raises ModelError where `piece` is not in the vocabulary.
        """
        ...


@runtime_checkable
class AdaptiveModel(LanguageModel[State], Protocol[State]):
    """A language model that can learn from a text as it is read, and forget it again."""

    def learn(self, piece: int, state: State) -> None:
        """Learn that `piece` followed `state`."""
        ...

    def forget(self) -> None:
        """Drop everything that was learned since the model was loaded."""
        ...


@runtime_checkable
class Lookahead(LanguageModel[State], Protocol[State]):
    """A language model with cheaper ways to continue from a state than `step`.

    A model derives from this class. `advance` is its own; it overrides the others where it can do better
    than these defaults.
    """

    def advance(self, piece: int, state: State) -> State:
        """Return the state after `piece` without predicting what follows; raise ModelError as `step` does."""
        ...

    def step_sampled(self, piece: int, state: State) -> tuple[Floats, State]:
        """Do the same as `step` for a `piece` that was sampled from this model, not read in a text.

        A model that remembers what a person wrote leaves its own pieces out.
        """
        return self.step(piece, state)

    def approximate_step(self, piece: int, state: Any) -> tuple[Floats, Any]:
        """Do about the same as `step_sampled` in less time.

        Takes a state of the model or one that an approximate step returned.
        """
        return self.step_sampled(piece, state)

    def approximate_steps(self, pieces: Sequence[int], states: Sequence[Any]) -> list[tuple[Floats, Any]]:
        """Return what `approximate_step` gives for each piece and its state; all states continue one text."""
        return [self.approximate_step(piece, state) for piece, state in zip(pieces, states, strict=True)]

    def build_fast_path(self) -> None:
        """Prepare for faster approximate steps; takes up to a second, once."""
        return

    def reuse_buffer(self, state: State) -> None:
        """Let the next step from `state` overwrite the later states, which must not be used any more."""
        return


AnyLanguageModel = LanguageModel[Any]
"""A language model whose type of state does not matter."""

Step = Callable[[int, Any], tuple[Floats, Any]]
"""Takes a piece and the state before it; returns the probabilities (vocabulary,) and the state after it."""

Steps = Callable[[Sequence[int], Sequence[Any]], list[tuple[Floats, Any]]]
"""Takes pieces and the state before each; returns what a `Step` does for each, several in one pass."""

Learn = Callable[[int, Any], None]
"""Takes a piece and the state before it, and learns that the piece followed there."""
