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
from rnnchat.lm.protocols import Floats

STATES = 256
"""So many states at most, and one for every so many pieces:"""
PIECES_A_STATE = 300
ROWS, LENGTH = 64, 128
"""A batch is so many stretches of so many pieces."""
FALL = 0.7
"""The k-th batch moves the counts by (k + 2) ** -FALL."""
PRIOR = 4.0
"""Every state is taken to have told so many pieces more, drawn from all as often as they are used."""
PRIOR_MOVES = 2.0
"""Every state is taken to have been followed so often more, by all states alike."""
KEPT_BACK = 0.05
"""The share of the pieces that tells when more learning only learns by heart."""
PATIENCE = 3
"""Passes in a row that made no better prediction of these, before learning ends."""
_TINY = np.float32(1e-30)

Integers = NDArray[np.integer]


@dataclass
class _Counts:
    """How often each state came first, followed each state, and told each piece, on average of a piece."""

    first: Floats
    moves: Floats
    tellings: Floats

    def move(self, new: _Counts, step: np.float32) -> None:
        """Go a `step` of the way towards `new` counts."""
        for own, other in zip(vars(self).values(), vars(new).values(), strict=True):
            np.multiply(own, 1 - step, out=own)
            np.add(own, step * other, out=own)


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
        states: int = 0,
        seconds: float = 60.0,
        passes: int = 100,
        seed: int = 0,
    ) -> HiddenMarkovModel:
        """Learn from `pieces` (n,) until nothing is gained, or the time or the passes over them are spent.

        The number of `states` follows from the number of pieces where it is 0.
        """
        if len(pieces) < 2 or int(pieces.max()) >= vocabulary:
            raise ModelError("There are no pieces to learn from, or some that the tokenizer does not have.")
        states = states or int(min(STATES, max(4, len(pieces) // PIECES_A_STATE)))
        random = np.random.default_rng(seed)
        used: Floats = (np.bincount(pieces, minlength=vocabulary) + 0.1).astype(np.float32)
        used /= used.sum()
        best = model = cls._start(used, states, random)
        stretches = random.permutation(_stretches(np.asarray(pieces, np.intp)))
        held = int(len(stretches) * KEPT_BACK)
        kept_back, stretches = stretches[:held], stretches[held:]
        every = np.float32(1 / states)
        counts = _Counts(model.first * every, model.moves * every, model.tellings * every)
        ends = time.monotonic() + seconds
        fewest, since = np.inf, 0
        batch = 0
        for _ in range(passes):
            order = random.permutation(len(stretches))
            for start in range(0, len(order), ROWS):
                found = model._expect(stretches[order[start : start + ROWS]])
                counts.move(found, np.float32((batch + 2) ** -FALL))
                model = cls._from_counts(counts, used, stretches.size)
                batch += 1
                if time.monotonic() > ends:
                    break
            bits = model._bits(kept_back) if held else 0.0
            better = bits < fewest or not held
            best, fewest, since = (model, bits, 0) if better else (best, fewest, since + 1)
            if since >= PATIENCE or time.monotonic() > ends:
                break
        return best

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

    def _bits(self, stretches: NDArray[np.intp]) -> float:
        """Return the bits that `stretches` (rows, length) take, on average of a piece."""
        belief = np.broadcast_to(self.first, (len(stretches), len(self.first)))
        bits = 0.0
        for pieces in stretches.T:
            there = belief * self.tellings.T[pieces]
            told = np.maximum(there.sum(axis=1, keepdims=True), _TINY)
            bits -= float(np.log2(told).mean())
            belief = (there / told) @ self.moves
        return bits / int(stretches.shape[1])

    @classmethod
    def _from_counts(cls, counts: _Counts, used: Floats, pieces: int) -> HiddenMarkovModel:
        """Return the model under which the counts, and those taken for granted, are the likeliest."""
        whole = np.float32(pieces)
        states = len(counts.first)
        return cls(
            _normalised(counts.first + np.float32(1e-6)),
            _normalised(counts.moves * whole + np.float32(PRIOR_MOVES / states)),
            _normalised(counts.tellings * whole + np.float32(PRIOR) * used),
        )


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
