"""A hidden Markov model: a text walks through states that nobody sees, and each tells a piece.

h_t depends on h_{t-1} alone, the piece on h_t alone. What is known of a text is a belief: how likely it is
to be in each state now. Training is expectation-maximisation: find where the text was likely to be in each
state (forward and backward), then count as if it had been there.

Sources: Baum et al. 1970; the scaled forward-backward pass, Rabiner 1989; updating after each batch of
texts with a falling step instead of after all of them, Liang and Klein 2009.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.base import Floats

STATES = 256
ROWS, LENGTH = 64, 128
"""A batch is so many stretches of so many pieces."""
FALL = 0.7
"""The k-th batch moves the counts by (k + 2) ** -FALL."""
PRIOR = 1e-4
"""The share of every state's tellings that goes to all pieces as often as they are used."""
_TINY = np.float32(1e-30)

Integers = NDArray[np.integer]


@dataclass
class _Counts:
    """How often each state came first, followed each state, and told each piece, on average of a piece."""

    first: Floats
    moves: Floats
    tellings: Floats


class HiddenMarkovModel:
    """A hidden Markov model over pieces; a state of the language model is a belief (states,)."""

    def __init__(self, first: Floats, moves: Floats, tellings: Floats) -> None:
        states = len(first)
        if moves.shape != (states, states) or tellings.shape[:1] != (states,):
            raise ModelError("The hidden Markov model's arrays do not fit together.")
        self.first, self.moves, self.tellings = first, moves, tellings

    @classmethod
    def fit(
        cls,
        pieces: Integers,
        vocabulary: int,
        *,
        states: int = STATES,
        seconds: float = 60.0,
        passes: int = 40,
        seed: int = 0,
    ) -> HiddenMarkovModel:
        """Learn from `pieces` (n,) until the time or the passes over them are spent."""
        if len(pieces) < 2 or int(pieces.max()) >= vocabulary:
            raise ModelError("There are no pieces to learn from, or some that the tokenizer does not have.")
        random = np.random.default_rng(seed)
        used: Floats = (np.bincount(pieces, minlength=vocabulary) + 0.1).astype(np.float32)
        used /= used.sum()
        model = cls._start(used, states, random)
        stretches = _stretches(np.asarray(pieces, np.intp))
        every = np.float32(1 / states)
        counts = _Counts(model.first * every, model.moves * every, model.tellings * every)
        ends = time.monotonic() + seconds
        batch = 0
        for _ in range(passes):
            order = random.permutation(len(stretches))
            for start in range(0, len(order), ROWS):
                found = model._expect(stretches[order[start : start + ROWS]])
                step = np.float32((batch + 2) ** -FALL)
                for now, new in zip(vars(counts).values(), vars(found).values(), strict=True):
                    np.multiply(now, 1 - step, out=now)
                    np.add(now, step * new, out=now)
                model._maximise(counts, used)
                batch += 1
                if time.monotonic() > ends:
                    return model
        return model

    @property
    def vocabulary(self) -> int:
        """How many pieces there are."""
        return int(self.tellings.shape[1])

    @property
    def parameters(self) -> int:
        """The number of probabilities."""
        return self.first.size + self.moves.size + self.tellings.size

    def start(self) -> Floats:
        """Return the belief before the first piece."""
        return self.first

    def step(self, piece: int, state: Floats) -> tuple[Floats, Floats]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the belief after it."""
        if not 0 <= piece < self.vocabulary:
            raise ModelError(f"There is no piece {piece}.")
        there = state * self.tellings[:, piece] + _TINY
        belief: Floats = (there / there.sum()) @ self.moves
        belief /= belief.sum()
        probabilities: Floats = belief @ self.tellings
        probabilities /= probabilities.sum(dtype=np.float64)
        return probabilities, belief

    @classmethod
    def _start(cls, used: Floats, states: int, random: np.random.Generator) -> HiddenMarkovModel:
        """Return a model whose states differ by chance alone."""
        tellings = used * np.exp(random.standard_normal((states, len(used)), np.float32))
        moves = np.exp(random.standard_normal((states, states), np.float32) / 2)
        return cls(np.full(states, 1 / states, np.float32), _normalised(moves), _normalised(tellings))

    def _expect(self, stretches: NDArray[np.intp]) -> _Counts:
        """Return the expected counts of `stretches` (rows, length) under the model as it is."""
        rows, length = stretches.shape
        told = self.tellings.T[stretches.T]  # (length, rows, states): how well each state tells each piece
        forward = np.empty_like(told)
        scale = np.empty((length, rows, 1), np.float32)
        belief = np.broadcast_to(self.first, told.shape[1:])
        for place in range(length):
            there = belief * told[place]
            scale[place] = np.maximum(there.sum(axis=1, keepdims=True), _TINY)
            forward[place] = there / scale[place]
            belief = forward[place] @ self.moves
        backward = np.empty_like(told)  # what comes after, of each state, over what comes after at all
        backward[-1] = 1
        ahead = np.empty_like(told[1:])
        for place in range(length - 1, 0, -1):
            ahead[place - 1] = told[place] * backward[place] / scale[place]
            backward[place - 1] = ahead[place - 1] @ self.moves.T
        states = len(self.first)
        moves = self.moves * (forward[:-1].reshape(-1, states).T @ ahead.reshape(-1, states))
        there = (forward * backward).reshape(-1, states)
        pieces = stretches.T.reshape(-1)
        order = np.argsort(pieces, kind="stable")
        distinct, starts = np.unique(pieces[order], return_index=True)
        tellings = np.zeros((self.vocabulary, states), np.float32)
        tellings[distinct] = np.add.reduceat(there[order], starts, axis=0)
        every = np.float32(1 / stretches.size)
        return _Counts(there[:rows].sum(axis=0) * every, moves * every, tellings.T * every)

    def _maximise(self, counts: _Counts, used: Floats) -> None:
        """Make the counts the model's probabilities."""
        self.first = _normalised(counts.first + np.float32(1e-6))
        self.moves = _normalised(counts.moves + np.float32(1e-9))
        tellings = _normalised(counts.tellings + _TINY)
        self.tellings = tellings * np.float32(1 - PRIOR) + np.float32(PRIOR) * used


def _stretches(pieces: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the pieces in rows; the last row goes back into the one before it to be full."""
    length = min(LENGTH, len(pieces))
    starts = [*range(0, len(pieces) - length + 1, length)]
    if starts[-1] + length < len(pieces):
        starts.append(len(pieces) - length)
    return np.stack([pieces[start : start + length] for start in starts])


def _normalised(rows: Floats) -> Floats:
    normalised: Floats = rows / rows.sum(axis=-1, keepdims=True)
    return normalised
