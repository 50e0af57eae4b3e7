"""The mixer: it mixes predictions of binary decisions as log odds, by weights that a context selects.

The inputs x (inputs,) of a decision are log odds. Each weight set s has rows of weights, of which the context
selects one, w_s (inputs,). The sum under each set is x · w_s, and a final row of weights f adds these up:

    logit = Σ_s f_s (x · w_s),   p(right) = σ(logit)

All weights follow the gradient of the coding cost −log p of what happened. Counts become inputs by adaptive
maps: for each context, a table from the (left, right) counts of a node to the probability of going right,
which is learned too. Each probability q from a map gives two inputs: its log odds and 2 q − 1.

Matches become inputs by a table from a match's length and a node's depth to the probability q that the text
continues as the match does, which is learned too. It gives two inputs: the log odds of q and q − 1/2. Both
are negated where the match continues on the left of the node, and 0 where it continues elsewhere.

Sources: logistic mixing with selected weights, adaptive state maps and match models, Mahoney's PAQ series
2002–2013; gated linear networks, Veness et al. 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.numeric import precise_sigmoid
from rnnchat.lm.protocols import Floats
from rnnchat.lm.suffix_array import LONGEST_MATCH
from rnnchat.storage.tensors import all_finite

Indexes = NDArray[np.intp]

LEVELS = 12
"""The number of levels of a count: 0, 1, … 5, 6–7, 8–11, 12–19, 20–39, 40–99, and 100 or more."""
_TYPICAL = np.array([0, 1, 2, 3, 4, 5, 6.5, 9, 15, 28, 65, 200])
"""(LEVELS,) a typical count of each level."""
_LARGEST_COUNT = 100
"""Larger counts are of the same level as this one."""
LEVEL_OF_COUNT = np.searchsorted(
    [1, 2, 3, 4, 5, 6, 8, 12, 20, 40, 100], np.arange(_LARGEST_COUNT + 1), side="right"
)
"""(_LARGEST_COUNT + 1,) the level of each count."""
_LAST_SIDES = 3
"""The last successor of a context lies left or right of a node, or is not in it."""
_CELLS = LEVELS * LEVELS * _LAST_SIDES
"""The number of cells of a map: by the levels of both counts and the side of the last successor."""
_SIDE_PRIOR = 0.2
"""Each side of a node is taken to have followed a context this many times more than was counted."""
MAP_PRIOR = 400
"""The probability that a map begins with has the weight of this many observations."""
MAP_RATE = 0.001
"""The smallest step of a map towards an observation."""
MATCH_RATE = np.float32(0.01)
"""The step of a match's probability towards an observation."""
FIRST_MATCH_PROBABILITY = 0.75
"""The probability that the text continues as a match does, before any is observed."""
DEPTHS = 24
"""The number of depths of the tree that are told apart."""
MATCH_LENGTHS = LONGEST_MATCH + 1
"""The number of match lengths that are told apart: 0 to LONGEST_MATCH pieces."""
_LOGIT_LIMIT = np.float32(12)
"""The largest absolute value of a sum, as a logit."""
_INPUT_LIMIT = np.float32(10)
"""The largest absolute value of a member's log odds."""
_LARGEST_PROBABILITY = np.float32(0.9995)
"""The largest probability in a map; the smallest is 1 minus this."""
_BIAS = np.float32(0.3)
"""The last input, which is constant."""
_LARGEST_SAVED = 60_000
"""Larger values are saved as this one, which fits half precision."""

_FIRST_MEMBER_WEIGHT = 0.15
"""The weight of each member's log odds before any fitting."""
_FIRST_COUNT_WEIGHT = 0.12
"""The weight of the log odds from each context's map before any fitting."""


@dataclass(frozen=True)
class MixerShape:
    """The sizes of a mixer."""

    nodes: int
    """The number of decisions, which make a weight set of their own."""
    members: int
    """The number of members, each of which gives log odds."""
    contexts: int
    """The number of contexts whose successors are counted on both sides of a node."""
    matches: int
    """The number of matches, each of which continues on one side of a node or elsewhere."""
    set_sizes: tuple[int, ...]
    """The number of rows of each further weight set."""

    @property
    def sets(self) -> tuple[int, ...]:
        """The number of rows of every weight set, that of the nodes first."""
        return (self.nodes, *self.set_sizes)

    @property
    def inputs(self) -> int:
        """The number of inputs: one a member, two a context and a match, and the constant."""
        return self.members + 2 * self.contexts + 2 * self.matches + 1


@dataclass(frozen=True)
class Decisions:
    """Some nodes of the tree at one place of a text, and what is known about each."""

    nodes: Indexes
    """(nodes,) their numbers."""
    depths: Indexes
    """(nodes,) their depths, less than DEPTHS."""
    members: Floats
    """(nodes, members) log odds of going right."""
    counts: NDArray[np.int32]
    """(2, nodes, contexts) how often each context was followed by a piece on the left, and on the right."""
    last: NDArray[np.int8]
    """(nodes, contexts) where the last successor lies: −1 left, 1 right, 0 elsewhere."""
    matches: NDArray[np.int8]
    """(nodes, matches) where the piece after the match lies, likewise; 0 where there is no match."""
    match_lengths: tuple[int, ...]
    """(matches,) the length of each match in pieces, less than MATCH_LENGTHS."""
    rows: tuple[int, ...]
    """(sets − 1,) the row that is selected in each weight set but that of the nodes."""


@dataclass(frozen=True)
class _Forward:
    """What mixing works out on the way, which learning needs."""

    inputs: Floats
    """(nodes, inputs)"""
    rows: Indexes
    """(sets − 1,) the selected rows of `weights`."""
    sums: Floats
    """(nodes, sets) the sum under each weight set, as a logit."""
    set_probabilities: Floats
    """(nodes, sets) the same as a probability."""
    probability: Floats
    """(nodes,) the mixed probability of going right."""
    cells: Indexes
    """(nodes, contexts) the cell of the maps that each context's counts select."""


class Mixer:
    """The weights and maps of a mixer of a given shape, before any fitting."""

    def __init__(self, shape: MixerShape) -> None:
        self.shape = shape
        members, contexts, matches = shape.members, shape.contexts, shape.matches
        self._offsets = np.concatenate([[0], np.cumsum(shape.sets)])
        """The first row of each weight set."""
        self.weights: Floats = np.zeros((int(self._offsets[-1]), shape.inputs), np.float32)
        """(rows, inputs) the weights of all sets."""
        self.weights[:, :members] = _FIRST_MEMBER_WEIGHT
        self.weights[:, members : members + 2 * contexts : 2] = _FIRST_COUNT_WEIGHT
        sets = len(shape.sets)
        self.final: Floats = np.full((DEPTHS, sets), 1 / sets, np.float32)
        """(DEPTHS, sets) the final weights, by the depth of a node."""
        left, right = _TYPICAL[:, None, None], _TYPICAL[None, :, None]
        typical = np.broadcast_to(_probability_right(left, right), (LEVELS, LEVELS, _LAST_SIDES))
        self.maps: Floats = np.tile(typical.astype(np.float32), (contexts, 1, 1, 1))
        """(contexts, LEVELS, LEVELS, 3) the probability of going right, by counts and last successor."""
        self.map_observations: Floats = np.zeros(self.maps.shape, np.float32)
        """The number of observations of each cell of `maps`."""
        self.match_probabilities: Floats = np.full(
            (matches, MATCH_LENGTHS, DEPTHS), FIRST_MATCH_PROBABILITY, np.float32
        )
        """(matches, MATCH_LENGTHS, DEPTHS) the probability that the text continues as a match does."""
        self._map_starts = np.arange(contexts) * _CELLS + 1
        self._match_starts = np.arange(matches) * (MATCH_LENGTHS * DEPTHS)
        self._refresh_inputs()

    def _arrays(self) -> dict[str, Floats]:
        """Return what is saved of a mixer, by name."""
        return {
            "weights": self.weights,
            "final": self.final,
            "maps": self.maps,
            "seen": self.map_observations,
            "kept": self.match_probabilities,
        }

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays from which `load` makes the same mixer.

        Those whose values are not close to 1 are in half precision.
        """
        tensors: dict[str, NDArray[Any]] = {
            name: np.minimum(array, _LARGEST_SAVED) for name, array in self._arrays().items()
        }
        tensors |= {name: tensors[name].astype(np.float16) for name in ("weights", "final", "seen")}
        tensors["weights"] = tensors["weights"][:, self._saved_order()]
        return tensors

    def load(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take over saved arrays; raise ModelError where they do not fit or hold what is no number."""
        loaded: dict[str, Floats] = {}
        for name, own in self._arrays().items():
            found = tensors.get(name)
            fits = found is not None and found.shape == own.shape and found.dtype.kind == "f"
            if found is None or not fits or not all_finite(found):
                raise ModelError("The mixture is damaged: its weights do not fit together.")
            loaded[name] = found.astype(np.float32)
        if not all(p.min() > 0 and p.max() < 1 for p in (loaded["maps"], loaded["kept"])):
            raise ModelError("The mixture is damaged: its maps hold what is no probability.")
        if loaded["seen"].min() < 0:
            raise ModelError("The mixture is damaged: it has counted less than nothing.")
        self.weights[:, self._saved_order()] = loaded["weights"]
        self.final, self.maps = loaded["final"], loaded["maps"]
        self.map_observations, self.match_probabilities = loaded["seen"], loaded["kept"]
        self._refresh_inputs()

    def _saved_order(self) -> Indexes:
        """Return the input of each saved weight: there, all log odds come before the second inputs."""
        members, contexts, matches = self.shape.members, self.shape.contexts, self.shape.matches
        after = members + 2 * contexts
        counts, matched = np.arange(members, after), np.arange(after, after + 2 * matches)
        parts = (counts[::2], counts[1::2], matched[::2], matched[1::2])
        return np.concatenate([np.arange(members), *parts, [self.shape.inputs - 1]])

    def copy(self) -> Mixer:
        """Return a mixer that learns independently from here."""
        other = Mixer.__new__(Mixer)
        other.shape, other._offsets = self.shape, self._offsets
        other._map_starts, other._match_starts = self._map_starts, self._match_starts
        other.weights, other.final = self.weights.copy(), self.final.copy()
        other.maps = self.maps.copy()
        other.map_observations = self.map_observations.copy()
        other.match_probabilities = self.match_probabilities.copy()
        other._map_inputs, other._match_inputs = self._map_inputs.copy(), self._match_inputs.copy()
        return other

    def mix(self, decisions: Decisions) -> Floats:
        """Return the probability (nodes,) of going right at each node."""
        inputs, _ = self._inputs(decisions)
        return precise_sigmoid(self._add_up(decisions, inputs)[1])

    def learn(self, decisions: Decisions, right: NDArray[np.bool_], rate: float, final_rate: float) -> Floats:
        """Learn which way was gone at each node (nodes,); return the probabilities (nodes,) before.

        `rate` is the learning rate of the weights, `final_rate` that of the final ones.
        """
        forward = self._forward(decisions)
        went = right.astype(np.float32)
        error = (went - forward.probability)[:, None]
        steps = forward.sums * (np.float32(final_rate) * error)
        set_errors = (went[:, None] - forward.set_probabilities) * np.float32(rate)
        self.weights[decisions.nodes] += set_errors[:, :1] * forward.inputs
        self.weights[forward.rows] += set_errors[:, 1:].T @ forward.inputs
        np.add.at(self.final, decisions.depths, steps)
        self._learn_maps(decisions, forward, went)
        self._learn_matches(decisions, went)
        return forward.probability

    def _forward(self, decisions: Decisions) -> _Forward:
        inputs, cells = self._inputs(decisions)
        sums, total = self._add_up(decisions, inputs)
        return _Forward(
            inputs=inputs,
            rows=self._rows(decisions),
            sums=sums,
            set_probabilities=precise_sigmoid(sums),
            probability=precise_sigmoid(total),
            cells=cells,
        )

    def _rows(self, decisions: Decisions) -> Indexes:
        """Return the selected rows (sets − 1,) of the weights."""
        return self._offsets[1:-1] + np.array(decisions.rows, np.intp)

    def _add_up(self, decisions: Decisions, inputs: Floats) -> tuple[Floats, Floats]:
        """Return the sum under each weight set (nodes, sets), and their sum (nodes,), as logits."""
        sums = np.empty((len(inputs), self.final.shape[1]), np.float32)
        np.einsum("ni,ni->n", inputs, self.weights.take(decisions.nodes, axis=0), out=sums[:, 0])
        np.matmul(inputs, self.weights.take(self._rows(decisions), axis=0).T, out=sums[:, 1:])
        np.minimum(np.maximum(sums, -_LOGIT_LIMIT), _LOGIT_LIMIT, out=sums)
        total = np.einsum("ns,ns->n", sums, self.final.take(decisions.depths, axis=0))
        return sums, np.minimum(np.maximum(total, -_LOGIT_LIMIT), _LOGIT_LIMIT)

    def _inputs(self, decisions: Decisions) -> tuple[Floats, Indexes]:
        """Return the inputs (nodes, inputs), and the cell of the maps (nodes, contexts) of each context."""
        members = self.shape.members
        inputs = np.empty((len(decisions.nodes), self.weights.shape[1]), np.float32)
        np.minimum(np.maximum(decisions.members, -_INPUT_LIMIT), _INPUT_LIMIT, out=inputs[:, :members])
        levels = LEVEL_OF_COUNT.take(decisions.counts, mode="clip")
        cells: Indexes = levels[0] * (LEVELS * _LAST_SIDES)
        cells += levels[1] * _LAST_SIDES
        cells += decisions.last
        cells += self._map_starts
        # A context that was followed by neither side stays at even odds, as its cell is never learned.
        from_counts = self._map_inputs.take(cells)
        many = (levels.max(axis=0) == LEVELS - 1).nonzero()
        if len(many[0]):
            left, right = decisions.counts[:, many[0], many[1]]
            from_counts[many] = _as_inputs(_probability_right(left, right))
        end = members + 2 * self.shape.contexts
        inputs[:, members:end] = from_counts.view(np.float32)
        match_cells = decisions.depths[:, None] + (
            self._match_starts + np.array(decisions.match_lengths) * DEPTHS
        )
        from_matches = self._match_inputs.take(match_cells)
        from_matches *= decisions.matches
        inputs[:, end:-1] = from_matches.view(np.float32)
        inputs[:, -1] = _BIAS
        return inputs, cells

    def _learn_maps(self, decisions: Decisions, forward: _Forward, went: Floats) -> None:
        """Move the maps' cells towards the ways that were gone (nodes,), 1 for right."""
        used = decisions.counts.any(axis=0)
        cells = forward.cells[used]
        went_right = np.broadcast_to(went[:, None], used.shape)[used]
        observations, maps = self.map_observations.reshape(-1), self.maps.reshape(-1)
        observations[cells] += 1
        steps = np.maximum(1 / (observations[cells] + MAP_PRIOR), np.float32(MAP_RATE))
        moved = maps[cells] + (went_right - maps[cells]) * steps
        maps[cells] = np.clip(moved, 1 - _LARGEST_PROBABILITY, _LARGEST_PROBABILITY)
        self._map_inputs[cells] = _as_inputs(maps[cells])

    def _learn_matches(self, decisions: Decisions, went: Floats) -> None:
        """Move the matches' probabilities towards whether the text went on as they did."""
        depths = decisions.depths
        for number, length in enumerate(decisions.match_lengths):
            side = decisions.matches[:, number]
            known = side != 0
            if length and known.any():
                was_right = ((side[known] > 0) == (went[known] > 0)).astype(np.float32)
                probabilities = self.match_probabilities[number, length]
                probabilities[depths[known]] += (was_right - probabilities[depths[known]]) * MATCH_RATE
                np.clip(probabilities, 1 - _LARGEST_PROBABILITY, _LARGEST_PROBABILITY, out=probabilities)
                start = int(self._match_starts[number]) + length * DEPTHS
                self._match_inputs[start : start + DEPTHS] = _as_inputs(probabilities, 1)

    def _refresh_inputs(self) -> None:
        """Work out the inputs that every cell of the maps gives."""
        self._map_inputs = _as_inputs(self.maps.reshape(-1))
        self._match_inputs = _as_inputs(self.match_probabilities.reshape(-1), 1)


def _probability_right(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.float64]:
    """Return the probability of going right after the counts `left` and `right` (…) of both sides."""
    probability: NDArray[np.float64] = (right + _SIDE_PRIOR) / (left + right + 2 * _SIDE_PRIOR)
    return probability


def _as_inputs(p: NDArray[np.floating], scale: float = 2) -> NDArray[np.complex64]:
    """Return the two inputs of a probability: its log odds, and `scale` times its distance from one half.

    They are the real and the imaginary part of a complex number, so that one look-up finds both.
    """
    both = np.empty((*p.shape, 2), np.float32)
    both[..., 0], both[..., 1] = np.log(p / (1 - p)), (p - 0.5) * scale
    inputs: NDArray[np.complex64] = both.view(np.complex64)[..., 0]
    return inputs
