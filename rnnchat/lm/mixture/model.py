"""The predictor: network, n-gram memory and the current text, mixed into one distribution.

The next piece is a path of binary decisions down a tree. A mixer gives the probability of each decision. It
is asked only at nodes to which the members' mean gives some probability; elsewhere the mean decides. So the
result sums to 1 by construction. The package's docstring walks through all files.
"""

from __future__ import annotations

import itertools
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.mixture.inputs import TINY, MixtureInputs
from rnnchat.lm.mixture.known_texts import KnownPosition, groups_of_texts, read_known_texts
from rnnchat.lm.mixture.log_linear import LogLinearMixture, LogLinearState
from rnnchat.lm.mixture.members import Members, MixtureParts
from rnnchat.lm.mixture.mixer import DEPTHS, Mixer
from rnnchat.lm.mixture.state import MixtureState, advance_networks, start_state
from rnnchat.lm.mixture.tree import LeafSegments
from rnnchat.lm.protocols import Floats, Lookahead

MIXED_PROBABILITY = 1e-3
"""A node to which the members' mean gives less probability than this is left to the mean."""
RATE = 0.015
"""The learning rate of the weights for each piece that is learned."""
FIRST_RATE = 0.03
"""The learning rate of the weights when fitting begins."""
RATE_HALFWAY_PIECES = 1000
"""After this many pieces of fitting, the learning rate is halfway from FIRST_RATE to RATE."""
FINAL_RATE = 0.0005
"""The learning rate of the final weights, which add up the weight sets."""
TRUST = 0.9
"""The probability, at the beginning of a text, that it is the mixture's and not the base's."""
TRUST_RESTORED = 0.01
"""The share of the way back to TRUST that every piece goes, so that the trust can change within a text."""
RECENT_PREDICTIONS = 64
"""The number of predictions that are kept for working out the trust once their piece is read."""
RECENT_INPUTS = 8
"""The number of predictions whose inputs are kept for learning later what followed."""
PROGRESS_EVERY = 32
"""Fitting reports its progress once in this many pieces."""


class Mixture(Lookahead[MixtureState]):
    """A language model that mixes its parts by a fitted `mixer`, whose shape is `mixer_shape`'s.

    With `adaptive`, `learn` makes it count, cache and adapt. The saved parts do not change, and `forget`
    goes back to them. Without it, `learn` does nothing.
    """

    def __init__(self, parts: MixtureParts, mixer: Mixer, *, adaptive: bool = False) -> None:
        self.parts = parts
        self.adaptive = adaptive
        self._saved = mixer
        self._depths = np.minimum(parts.tree.depth, DEPTHS - 1)
        self._members = Members(parts, adaptive=adaptive)
        self._approximate = LogLinearMixture.of_whole_network(parts.network, parts.memory, parts.tree)
        self._has_fast_path = False
        self.forget()

    @property
    def saved(self) -> Mixer:
        """The fitted mixer, without what was learned since."""
        return self._saved

    @property
    def vocabulary(self) -> int:
        """The number of pieces."""
        return self.parts.network.vocabulary

    def start(self) -> MixtureState:
        """Return the state before the first piece of a text."""
        return start_state(self.parts.network, self.parts.base, TRUST)

    def advance(self, piece: int, state: MixtureState) -> MixtureState:
        """Return the state after `piece` was read; raise ModelError where it is not in the vocabulary.

        The trust follows what was read where the prediction before it is still kept.
        """
        network, vector, base = advance_networks(piece, state, self.parts.network, self.parts.base)
        context = state.context.after(piece, self.parts.kinds)
        history = state.history.after(int(self.parts.tree.leaf[piece]), state.vector)
        return MixtureState(
            network=network,
            vector=vector,
            base=base,
            trust=self._trust_after(piece, state),
            context=context,
            history=history,
        )

    def step(self, piece: int, state: MixtureState) -> tuple[Floats, MixtureState]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state after it."""
        state = self.advance(piece, state)
        return self.predict(state), state

    def step_sampled(self, piece: int, state: MixtureState) -> tuple[Floats, MixtureState]:
        """Return the same for a `piece` that was sampled from the mixture.

        It stays out of the history and leaves the trust as it was: it is no evidence of how a person
        writes, and would soon be repeated again and again.
        """
        network, vector, base = advance_networks(piece, state, self.parts.network, self.parts.base)
        context = state.context.after(piece, self.parts.kinds)
        state = MixtureState(
            network=network,
            vector=vector,
            base=base,
            trust=state.trust,
            context=context,
            history=state.history,
        )
        return self.predict(state), state

    def approximate_step(
        self, piece: int, state: MixtureState | LogLinearState
    ) -> tuple[Floats, LogLinearState]:
        """Return about the same as `step_sampled` in a fraction of the time; see `log_linear`."""
        return self.approximate_steps([piece], [state])[0]

    def approximate_steps(
        self, pieces: Sequence[int], states: Sequence[MixtureState | LogLinearState]
    ) -> list[tuple[Floats, LogLinearState]]:
        """Return what `approximate_step` gives for each piece and state, in less time.

        All states continue the same text.
        """
        log_linear = [
            LogLinearState(state.network, state.context.recent, state.history)
            if isinstance(state, MixtureState)
            else state
            for state in states
        ]
        return self._approximate.steps(pieces, log_linear, self._members.ngram, self._members.output_side)

    def build_fast_path(self) -> None:
        """Halve the time of approximate steps from now on; this takes most of a second, once."""
        if not self._has_fast_path:
            parts = self.parts
            self._approximate = LogLinearMixture.of_low_rank(parts.network, parts.memory, parts.tree)
            self._has_fast_path = True

    def reuse_buffer(self, state: MixtureState) -> None:
        """Let the next step from `state` overwrite later states, which must not be used any more."""
        state.history.reuse_buffer()

    def predict(self, state: MixtureState) -> Floats:
        """Return the probabilities (vocabulary,) of what follows: trust · mixed + (1 − trust) · base."""
        mixed, base = self._predict_both(state)
        if base is None:
            return mixed
        probabilities: Floats = base + np.float32(state.trust) * (mixed - base)
        return probabilities

    def learn(self, piece: int, state: MixtureState) -> None:
        """Learn that `piece` followed `state`; only an adaptive mixture does."""
        if self.adaptive:
            recent = (inputs for of, inputs in reversed(self._recent_inputs) if of is state)
            inputs = next(recent, None) or self._inputs(state)
            self._learn_weights(inputs, piece, self.mixer, RATE)
            self._learn_members(inputs, piece, state)

    def forget(self) -> None:
        """Drop what was learned since the model was loaded."""
        self.mixer = self._saved.copy() if self.adaptive else self._saved
        self._members.forget()
        self._last_inputs: tuple[MixtureState, MixtureInputs] | None = None
        self._recent_inputs: deque[tuple[MixtureState, MixtureInputs]] = deque(maxlen=RECENT_INPUTS)
        self._recent_predictions: deque[tuple[MixtureState, tuple[Floats, Floats | None]]] = deque(
            maxlen=RECENT_PREDICTIONS
        )

    def fit(
        self,
        texts: Iterable[list[int]],
        until: float = math.inf,
        progress: Callable[[int], None] | None = None,
        *,
        done: int = 0,
    ) -> None:
        """Fit the saved weights to texts that no member has learned; forgets what else was learned.

        Each text is a list of pieces that begins with the start piece. None is begun after the monotonic
        clock reaches `until`. `progress` is given the number of pieces done now and then. `done` is how many
        pieces the weights were fitted to before.
        """
        self.forget()
        for group in groups_of_texts(texts):
            if time.monotonic() >= until:
                break
            readings = read_known_texts(group, self.parts.network, self.parts.base)
            for text, positions in zip(group, readings, strict=True):
                if time.monotonic() < until:
                    done = self._fit_text(text, positions, progress, done)
        self.forget()

    def _fit_text(
        self,
        text: list[int],
        positions: Iterator[KnownPosition],
        progress: Callable[[int], None] | None,
        done: int,
    ) -> int:
        """Fit the saved weights to a text, after `done` pieces before it; return how many are done then."""
        state = self.start()
        for (piece, following), position in zip(itertools.pairwise(text), positions, strict=False):
            state = self._state_at(position, piece, state)
            rate = RATE + (FIRST_RATE - RATE) / (1 + done / RATE_HALFWAY_PIECES)
            inputs = self._members.inputs(state, position)
            self._learn_weights(inputs, following, self._saved, rate)
            if self.adaptive:
                self._members.learn(inputs, following, state)
            done += 1
            if progress is not None and done % PROGRESS_EVERY == 0:
                progress(done)
        return done

    def _state_at(self, position: KnownPosition, piece: int, state: MixtureState) -> MixtureState:
        """Return the state at a known position after `piece`, which followed `state`, without networks."""
        return replace(
            state,
            network=(),
            vector=position.vector,
            base=(),
            context=state.context.after(piece, self.parts.kinds),
            history=state.history.after(int(self.parts.tree.leaf[piece]), state.vector),
        )

    def _predict_both(self, state: MixtureState) -> tuple[Floats, Floats | None]:
        """Return the probabilities (vocabulary,) of the mixture, and those of the base where there is one."""
        prediction = self._recent_prediction(state)
        if prediction is None:
            inputs = self._inputs(state)
            prediction = self._mix(inputs), inputs.base
            if self.parts.base is not None:
                self._recent_predictions.append((state, prediction))
        return prediction

    def _recent_prediction(self, state: MixtureState) -> tuple[Floats, Floats | None] | None:
        return next(
            (prediction for of, prediction in reversed(self._recent_predictions) if of is state), None
        )

    def _trust_after(self, piece: int, state: MixtureState) -> float:
        """Return the trust after `piece` was read: its posterior probability, moved a little towards TRUST.

        So a text that is unlike the notes is soon left to the base.
        Source: the fixed-share mixture of experts, Herbster and Warmuth 1998.
        """
        prediction = self._recent_prediction(state) if state.context.recent else None
        mixed, base = prediction or (None, None)
        if mixed is None or base is None:
            return state.trust
        own, other = state.trust * float(mixed[piece]), (1 - state.trust) * float(base[piece])
        posterior = own / (own + other) if own + other > 0 else state.trust
        return posterior + TRUST_RESTORED * (TRUST - posterior)

    def _inputs(self, state: MixtureState) -> MixtureInputs:
        """Return what all members give; the last is kept, as learning asks for it again."""
        last = self._last_inputs
        if last is None or last[0] is not state:
            last = self._last_inputs = (state, self._members.inputs(state))
            if self.adaptive:
                self._recent_inputs.append(last)
        return last[1]

    def _mix(self, inputs: MixtureInputs) -> Floats:
        """Return the mixed probabilities (vocabulary,).

        The mean of each leaf is multiplied, at each mixed node above it, by the mixer's probability of its
        side over the mean's. In logarithms that is a sum of constants over segments of leaves.
        """
        tree, cumulative = self.parts.tree, inputs.cumulative
        mass = cumulative.take(tree.high) - cumulative.take(tree.low)
        nodes = np.flatnonzero(mass > MIXED_PROBABILITY)
        segments = LeafSegments(tree, nodes)
        decisions = inputs.at(nodes, self._depths.take(nodes), segments)
        right = self.mixer.mix(decisions).astype(np.float64)
        right_mass = cumulative.take(tree.high.take(nodes)) - cumulative.take(tree.middle.take(nodes))
        mean_right = np.minimum(np.maximum(right_mass / mass.take(nodes), TINY), 1 - TINY)
        to_left, to_right = np.log((1 - right) / (1 - mean_right)), np.log(right / mean_right)
        changes = np.bincount(
            segments.bounds.reshape(-1),
            np.concatenate([to_left, to_right - to_left, -to_right]),
            len(segments.starts) + 1,
        )
        leaves = np.exp(changes.cumsum()).astype(np.float32).take(segments.of_leaf[:-1])
        leaves *= inputs.mean
        leaves /= leaves.sum()
        probabilities: Floats = leaves.take(tree.leaf)
        return probabilities

    def _learn_weights(self, inputs: MixtureInputs, piece: int, mixer: Mixer, rate: float) -> None:
        """Let `mixer` learn the decisions that lead to `piece`, as far as they are mixed."""
        tree, cumulative = self.parts.tree, inputs.cumulative
        path = tree.path(piece)
        mass = cumulative[tree.high[path.nodes]] - cumulative[tree.low[path.nodes]]
        is_mixed: NDArray[np.bool_] = mass > MIXED_PROBABILITY
        if is_mixed.any():
            nodes = path.nodes[is_mixed]
            decisions = inputs.at(nodes, self._depths.take(nodes), LeafSegments(tree, nodes))
            mixer.learn(decisions, path.right[is_mixed], rate, FINAL_RATE)

    def _learn_members(self, inputs: MixtureInputs, piece: int, state: MixtureState) -> None:
        self._members.learn(inputs, piece, state)
        self._last_inputs = None
