"""A hidden Markov model: hidden states follow one another, and each emits one piece.

With hidden states h_t, pieces x_t, and the parameters

    initial      π_i   = p(h_1 = i)                  (states,)
    transition   A_ij  = p(h_{t+1} = j | h_t = i)    (states, states)
    emission     B_iw  = p(x_t = w | h_t = i)        (states, vocabulary)

prediction keeps the distribution of the hidden state given the text so far, d_t = p(h_t | x_1 … x_{t-1}):

    p(x_t = w | x_1 … x_{t-1}) = Σ_i d_t(i) B_iw
    d_{t+1} ∝ (d_t · B[:, x_t]) A

Training is Baum–Welch, which is expectation–maximisation. With the forward pass α and the backward pass β,
both divided by the same scales c_t, so that Σ_i α_t(i) = 1 and Σ_i α_t(i) β_t(i) = 1, the expected counts are

    of h_t = i                      α_t(i) β_t(i)
    of h_t = i and h_{t+1} = j      α_t(i) A_ij B_j,x_{t+1} β_{t+1}(j) / c_{t+1},   c_t the scale of step t

and the new parameters are these counts, with priors added, normalised. It is done after each batch of text.

Sources: Baum et al. 1970; the scaled forward–backward pass, Rabiner 1989; a step after each batch with a
decreasing step size (stepwise EM), Liang and Klein 2009.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.pieces import are_in_vocabulary, check_piece
from rnnchat.lm.protocols import Floats, Integers

MOST_STATES = 256
"""The number of states is not chosen larger than this."""
FEWEST_STATES = 4
"""The number of states is not chosen smaller than this."""
PIECES_PER_STATE = 300
"""One state is chosen for this many pieces of text."""
BATCH_ROWS = 64
"""The number of sequences in a batch."""
SEQUENCE_LENGTH = 128
"""The number of pieces in a sequence of a batch."""
STEP_EXPONENT = 0.7
"""The step size of batch k = 0, 1, … is (k + 2) to the power of minus this."""
EMISSION_PRIOR = 4.0
"""Each state is taken to have emitted this many more pieces, distributed like all pieces of the text."""
TRANSITION_PRIOR = 2.0
"""Each state is taken to have been followed this many times more, by all states equally often."""
VALIDATION_SHARE = 0.05
"""The share of the text that is kept back to decide when to stop."""
PATIENCE = 3
"""Training stops after this many passes in a row without a better prediction of the text kept back."""
_TINY = np.float32(1e-30)
"""Keeps a division finite where no state can emit a piece."""
_INITIAL_PRIOR = np.float32(1e-6)
"""Keeps every state possible at the beginning of a text."""


@dataclass
class _ExpectedCounts:
    """How often each event is expected in a text, divided by the number of its pieces."""

    initial: Floats
    """(states,) how often each state came first."""
    transition: Floats
    """(states, states) how often each state (row) was followed by each (column)."""
    emission: Floats
    """(states, vocabulary) how often each state emitted each piece."""

    def move_towards(self, new: _ExpectedCounts, step: np.float32) -> None:
        """Change these counts in place to (1 − `step`) times themselves plus `step` times the `new` ones."""
        for own, other in (
            (self.initial, new.initial),
            (self.transition, new.transition),
            (self.emission, new.emission),
        ):
            np.multiply(own, 1 - step, out=own)
            np.add(own, step * other, out=own)


class HiddenMarkovModel:
    """A hidden Markov model over pieces.

    Its state as a language model is the distribution (states,) of the hidden state that emits the next piece.
    """

    def __init__(self, initial: Floats, transition: Floats, emission: Floats) -> None:
        states = len(initial)
        if transition.shape != (states, states) or emission.shape[:1] != (states,):
            raise ModelError("The hidden Markov model's arrays do not fit together.")
        self.initial, self.transition, self.emission = initial, transition, emission

    @classmethod
    def fit(
        cls,
        pieces: Integers,
        vocabulary: int,
        *,
        states: int | None = None,
        seconds: float = 60.0,
        passes: int = 100,
        seed: int = 0,
    ) -> HiddenMarkovModel:
        """Return a model fitted to `pieces` (n,) by at most `passes` passes over them, in about `seconds`.

        Stops earlier where the prediction of text kept back no longer improves. Without a number of
        `states`, it follows from n. Raises ModelError for fewer than two pieces, or a piece outside the
        vocabulary.
        """
        if len(pieces) < 2 or not are_in_vocabulary(pieces, vocabulary):
            raise ModelError("There are no pieces to learn from, or some that the tokenizer does not have.")
        if states is None:
            states = int(min(MOST_STATES, max(FEWEST_STATES, len(pieces) // PIECES_PER_STATE)))
        random = np.random.default_rng(seed)
        unigram: Floats = (np.bincount(pieces, minlength=vocabulary) + 0.1).astype(np.float32)
        unigram /= unigram.sum()
        best = model = cls._random(unigram, states, random)
        sequences = random.permutation(_sequences(np.asarray(pieces, np.intp)))
        held = int(len(sequences) * VALIDATION_SHARE)
        validation, training = sequences[:held], sequences[held:]
        stepwise = _StepwiseEM(model, unigram, ends=time.monotonic() + seconds)
        fewest_bits, passes_since_best = np.inf, 0
        for _ in range(passes):
            model = stepwise.pass_over(training[random.permutation(len(training))], model)
            bits = model._bits_per_piece(validation) if held else 0.0
            if bits < fewest_bits or not held:
                best, fewest_bits, passes_since_best = model, bits, 0
            else:
                passes_since_best += 1
            if passes_since_best >= PATIENCE or time.monotonic() > stepwise.ends:
                break
        return best

    @property
    def vocabulary(self) -> int:
        """The number of pieces."""
        return int(self.emission.shape[1])

    @property
    def parameters(self) -> int:
        """The number of probabilities."""
        return self.initial.size + self.transition.size + self.emission.size

    def start(self) -> Floats:
        """Return the distribution (states,) of the first hidden state."""
        return self.initial

    def step(self, piece: int, state: Floats) -> tuple[Floats, Floats]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state (states,) after it.

        Raises ModelError where `piece` is not in the vocabulary.
        """
        check_piece(piece, self.vocabulary)
        joint = state * self.emission[:, piece] + _TINY
        after: Floats = (joint / joint.sum()) @ self.transition
        after /= after.sum()
        probabilities: Floats = after @ self.emission
        probabilities /= probabilities.sum(dtype=np.float64)
        return probabilities, after

    @classmethod
    def _random(cls, unigram: Floats, states: int, random: np.random.Generator) -> HiddenMarkovModel:
        """Return a model whose states differ from one another by chance alone."""
        emission = unigram * np.exp(random.standard_normal((states, len(unigram)), np.float32))
        transition = np.exp(random.standard_normal((states, states), np.float32) / 2)
        return cls(np.full(states, 1 / states, np.float32), _normalised(transition), _normalised(emission))

    def _expected_counts(self, sequences: NDArray[np.intp]) -> _ExpectedCounts:
        """Return the expected counts of `sequences` (rows, length) by the forward–backward pass (E step)."""
        rows, length = sequences.shape
        emitted = self.emission.T[sequences.T]  # (length, rows, states): p(x_t | h_t)
        forward, scale = self._forward(emitted)
        backward = np.empty_like(emitted)
        backward[-1] = 1
        ahead = np.empty_like(emitted[1:])  # B_j,x_{t+1} β_{t+1}(j) / c_{t+1}
        for place in range(length - 1, 0, -1):
            ahead[place - 1] = emitted[place] * backward[place] / scale[place]
            backward[place - 1] = ahead[place - 1] @ self.transition.T
        states = len(self.initial)
        transition = self.transition * (forward[:-1].reshape(-1, states).T @ ahead.reshape(-1, states))
        occupied = (forward * backward).reshape(-1, states)
        pieces = sequences.T.reshape(-1)
        order = np.argsort(pieces, kind="stable")
        distinct, starts = np.unique(pieces[order], return_index=True)
        emission = np.zeros((self.vocabulary, states), np.float32)
        emission[distinct] = np.add.reduceat(occupied[order], starts, axis=0)
        per_piece = np.float32(1 / sequences.size)
        return _ExpectedCounts(
            initial=occupied[:rows].sum(axis=0) * per_piece,
            transition=transition * per_piece,
            emission=emission.T * per_piece,
        )

    def _forward(self, emitted: Floats) -> tuple[Floats, Floats]:
        """Return α (length, rows, states) and its scale c (length, rows, 1), given p(x_t | h_t)."""
        length, rows, _ = emitted.shape
        forward = np.empty_like(emitted)
        scale = np.empty((length, rows, 1), np.float32)
        state = np.broadcast_to(self.initial, emitted.shape[1:])
        for place in range(length):
            joint = state * emitted[place]
            scale[place] = np.maximum(joint.sum(axis=1, keepdims=True), _TINY)
            forward[place] = joint / scale[place]
            state = forward[place] @ self.transition
        return forward, scale

    def _bits_per_piece(self, sequences: NDArray[np.intp]) -> float:
        """Return −log2 p of `sequences` (rows, length), averaged over their pieces."""
        state = np.broadcast_to(self.initial, (len(sequences), len(self.initial)))
        bits = 0.0
        for pieces in sequences.T:
            joint = state * self.emission.T[pieces]
            probability = np.maximum(joint.sum(axis=1, keepdims=True), _TINY)
            bits -= float(np.log2(probability).mean())
            state = (joint / probability) @ self.transition
        return bits / int(sequences.shape[1])

    @classmethod
    def _from_counts(cls, counts: _ExpectedCounts, unigram: Floats, pieces: int) -> HiddenMarkovModel:
        """Return the most likely model given the counts and the priors (M step)."""
        total = np.float32(pieces)
        states = len(counts.initial)
        return cls(
            _normalised(counts.initial + _INITIAL_PRIOR),
            _normalised(counts.transition * total + np.float32(TRANSITION_PRIOR / states)),
            _normalised(counts.emission * total + np.float32(EMISSION_PRIOR) * unigram),
        )


class _StepwiseEM:
    """The expected counts, updated after each batch, until the monotonic clock is at `ends`."""

    def __init__(self, model: HiddenMarkovModel, unigram: Floats, ends: float) -> None:
        uniform = np.float32(1 / len(model.initial))
        self._counts = _ExpectedCounts(
            initial=model.initial * uniform,
            transition=model.transition * uniform,
            emission=model.emission * uniform,
        )
        self._unigram = unigram
        self._batch = 0
        self.ends = ends

    def pass_over(self, sequences: NDArray[np.intp], model: HiddenMarkovModel) -> HiddenMarkovModel:
        """Return the model after a pass over `sequences` (rows, length), or a part of it when time is up."""
        for start in range(0, len(sequences), BATCH_ROWS):
            found = model._expected_counts(sequences[start : start + BATCH_ROWS])
            self._counts.move_towards(found, np.float32((self._batch + 2) ** -STEP_EXPONENT))
            model = HiddenMarkovModel._from_counts(self._counts, self._unigram, sequences.size)
            self._batch += 1
            if time.monotonic() > self.ends:
                break
        return model


def _sequences(pieces: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return `pieces` (n,) as rows (rows, length); the last row overlaps the one before it to be full."""
    length = min(SEQUENCE_LENGTH, len(pieces))
    starts = [*range(0, len(pieces) - length + 1, length)]
    if starts[-1] + length < len(pieces):
        starts.append(len(pieces) - length)
    return np.stack([pieces[start : start + length] for start in starts])


def _normalised(rows: Floats) -> Floats:
    """Return `rows` (…, n), each divided by its sum."""
    normalised: Floats = rows / rows.sum(axis=-1, keepdims=True)
    return normalised
