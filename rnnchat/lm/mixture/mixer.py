"""Mixing predictions of yes-or-no decisions in the logistic domain, with weights chosen by context.

A decision's inputs are log odds. For each of several sets a context selects the weights under which the
inputs are added up; the sums are added up once more. Weights follow the gradient of the coding cost. What
a context has counted becomes an input by way of a map from counts to a probability, which is learned too.

Sources: logistic mixing with selected weights, state maps and match models, Mahoney's PAQ series 2002-2013;
gated linear networks, Veness et al. 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.protocols import Floats
from rnnchat.storage.tensors import all_finite

Indexes = NDArray[np.intp]

LEVELS = 12
"""Counts are told apart as 0, 1, … 5, 6–7, 8–11, 12–19, 20–39, 40–99 and more."""
_TYPICAL = np.array([0, 1, 2, 3, 4, 5, 6.5, 9, 15, 28, 65, 200])
_LARGEST = 100
LEVEL = np.searchsorted([1, 2, 3, 4, 5, 6, 8, 12, 20, 40, 100], np.arange(_LARGEST + 1), side="right")
_CELLS = LEVELS * LEVELS * 3
MAP_PRIOR = 400
"""How many observations what is expected of counts is worth before any is made."""
MAP_RATE = 0.001
"""How far a map follows each observation in the end."""
DEPTHS = 24
LENGTHS = 33
_LIMIT = np.float32(12)
_FAR = np.float32(10)
_SURE = np.float32(0.9995)
_BIAS = np.float32(0.3)

_MEMBER_WEIGHT = 0.15
_COUNT_WEIGHT = 0.12


@dataclass(frozen=True)
class Decisions:
    """Some nodes of the tree at one place of a text, and all that is known about each (nodes,)."""

    nodes: Indexes
    depths: Indexes
    """Less than DEPTHS."""
    members: Floats
    """(nodes, members) log odds of going right."""
    counts: NDArray[np.int32]
    """(2, nodes, contexts) how often each context was followed by a piece on the left, and on the right."""
    last: NDArray[np.int8]
    """(nodes, contexts) where the last one went: −1 left, 1 right, 0 elsewhere."""
    matches: NDArray[np.int8]
    """(nodes, matches) where the longest match goes on, likewise; 0 where there is none."""
    lengths: tuple[int, ...]
    """How long each match is, less than LENGTHS."""
    selected: tuple[int, ...]
    """The row of each weight set that the text selects, the set of the nodes left out."""


@dataclass(frozen=True)
class _Mixed:
    inputs: Floats
    rows: Indexes
    sums: Floats
    each: Floats
    probability: Floats
    states: NDArray[np.intp]


class Mixer:
    """Weights and maps for so many members, contexts, matches, and weight sets of given sizes."""

    def __init__(self, nodes: int, members: int, contexts: int, matches: int, sets: tuple[int, ...]) -> None:
        self.members, self.contexts, self.match_models = members, contexts, matches
        self.sets = (nodes, *sets)
        inputs = members + 2 * contexts + 2 * matches + 1
        self._offsets = np.concatenate([[0], np.cumsum(self.sets)])
        self.weights: Floats = np.zeros((int(self._offsets[-1]), inputs), np.float32)
        self.weights[:, :members] = _MEMBER_WEIGHT
        self.weights[:, members : members + 2 * contexts : 2] = _COUNT_WEIGHT
        self.final: Floats = np.full((DEPTHS, len(self.sets)), 1 / len(self.sets), np.float32)
        left, right = _TYPICAL[:, None, None], _TYPICAL[None, :, None]
        typical = np.broadcast_to((right + 0.2) / (left + right + 0.4), (LEVELS, LEVELS, 3))
        self.maps: Floats = np.tile(typical.astype(np.float32), (contexts, 1, 1, 1))
        self.seen: Floats = np.zeros(self.maps.shape, np.float32)
        self.kept: Floats = np.full((matches, LENGTHS, DEPTHS), 0.75, np.float32)
        self._cells = np.arange(contexts) * _CELLS + 1
        self._places = np.arange(matches) * (LENGTHS * DEPTHS)
        self._refresh()

    _TENSORS = ("weights", "final", "maps", "seen", "kept")

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what `load` makes the same mixer of; in half precision what is not close to 1."""
        tensors = {name: np.minimum(getattr(self, name), 60_000) for name in self._TENSORS}
        tensors |= {name: tensors[name].astype(np.float16) for name in ("weights", "final", "seen")}
        tensors["weights"] = tensors["weights"][:, self._saved_order()]
        return tensors

    def load(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take over saved arrays; raise ModelError where they do not fit or are no numbers."""
        for name in self._TENSORS:
            found, own = tensors.get(name), getattr(self, name)
            fits = found is not None and found.shape == own.shape and found.dtype.kind == "f"
            if found is None or not fits or not all_finite(found):
                raise ModelError("The mixture is damaged: its weights do not fit together.")
            setattr(self, name, found.astype(np.float32))
        self.weights[:, self._saved_order()] = self.weights.copy()
        if not all(p.min() > 0 and p.max() < 1 for p in (self.maps, self.kept)):
            raise ModelError("The mixture is damaged: its maps hold what is no probability.")
        if self.seen.min() < 0:
            raise ModelError("The mixture is damaged: it has counted less than nothing.")
        self._refresh()

    def _saved_order(self) -> Indexes:
        """Return which input each saved weight is for: all log odds come first there, then all shares."""
        after = self.members + 2 * self.contexts
        counts, matches = np.arange(self.members, after), np.arange(after, after + 2 * self.match_models)
        parts = (counts[::2], counts[1::2], matches[::2], matches[1::2])
        return np.concatenate([np.arange(self.members), *parts, [self.weights.shape[1] - 1]])

    def copy(self) -> Mixer:
        """Return a mixer that learns on its own from here."""
        other = Mixer.__new__(Mixer)
        other.__dict__.update(self.__dict__)
        for name in (*self._TENSORS, "_of_maps", "_of_kept"):
            setattr(other, name, getattr(self, name).copy())
        return other

    def mix(self, decisions: Decisions) -> Floats:
        """Return the probability (nodes,) of going right at each node."""
        inputs, _ = self._inputs(decisions)
        return _squash(self._add_up(decisions, inputs)[1])

    def learn(self, decisions: Decisions, right: NDArray[np.bool_], rate: float, final_rate: float) -> Floats:
        """Take a step of `rate` towards the ways that were gone; return the probabilities before."""
        mixed = self._mix(decisions)
        went = right.astype(np.float32)
        missed = (went - mixed.probability)[:, None]
        steps = mixed.sums * (np.float32(final_rate) * missed)
        errors = (went[:, None] - mixed.each) * np.float32(rate)
        self.weights[decisions.nodes] += errors[:, :1] * mixed.inputs
        self.weights[mixed.rows] += errors[:, 1:].T @ mixed.inputs
        np.add.at(self.final, decisions.depths, steps)
        self._learn_maps(decisions, mixed, went)
        return mixed.probability

    def _mix(self, decisions: Decisions) -> _Mixed:
        inputs, states = self._inputs(decisions)
        sums, total = self._add_up(decisions, inputs)
        return _Mixed(inputs, self._rows(decisions), sums, _squash(sums), _squash(total), states)

    def _rows(self, decisions: Decisions) -> Indexes:
        return self._offsets[1:-1] + np.array(decisions.selected, np.intp)

    def _add_up(self, decisions: Decisions, inputs: Floats) -> tuple[Floats, Floats]:
        """Return the sum under each weight set (nodes, sets), and their sum (nodes,), as log odds."""
        sums = np.empty((len(inputs), len(self.sets)), np.float32)
        np.einsum("ni,ni->n", inputs, self.weights.take(decisions.nodes, axis=0), out=sums[:, 0])
        np.matmul(inputs, self.weights.take(self._rows(decisions), axis=0).T, out=sums[:, 1:])
        np.minimum(np.maximum(sums, -_LIMIT), _LIMIT, out=sums)
        total = np.einsum("ns,ns->n", sums, self.final.take(decisions.depths, axis=0))
        return sums, np.minimum(np.maximum(total, -_LIMIT), _LIMIT)

    def _inputs(self, decisions: Decisions) -> tuple[Floats, NDArray[np.intp]]:
        """Return the inputs (nodes, inputs), and which cell of the maps each count stands in."""
        members, contexts = self.members, self.contexts
        inputs = np.empty((len(decisions.nodes), self.weights.shape[1]), np.float32)
        np.minimum(np.maximum(decisions.members, -_FAR), _FAR, out=inputs[:, :members])
        levels = LEVEL.take(decisions.counts, mode="clip")
        states: NDArray[np.intp] = levels[0] * (LEVELS * 3)
        states += levels[1] * 3
        states += decisions.last
        states += self._cells
        # A context that was followed by neither side stays at even odds, as its cell is never learned.
        evidence = self._of_maps.take(states)
        many = (levels.max(axis=0) == LEVELS - 1).nonzero()
        if len(many[0]):
            left, right = decisions.counts[:, many[0], many[1]]
            evidence[many] = _evidence((right + 0.2) / (left + right + 0.4))
        place = members + 2 * contexts
        inputs[:, members:place] = evidence.view(np.float32)
        kept = decisions.depths[:, None] + (self._places + np.array(decisions.lengths) * DEPTHS)
        evidence = self._of_kept.take(kept)
        evidence *= decisions.matches
        inputs[:, place:-1] = evidence.view(np.float32)
        inputs[:, -1] = _BIAS
        return inputs, states

    def _learn_maps(self, decisions: Decisions, mixed: _Mixed, went: Floats) -> None:
        used = decisions.counts.any(axis=0)
        cells = mixed.states[used]
        went_right = np.broadcast_to(went[:, None], used.shape)[used]
        seen, maps = self.seen.reshape(-1), self.maps.reshape(-1)
        seen[cells] += 1
        steps = np.maximum(1 / (seen[cells] + MAP_PRIOR), np.float32(MAP_RATE))
        moved = maps[cells] + (went_right - maps[cells]) * steps
        maps[cells] = np.clip(moved, 1 - _SURE, _SURE)
        self._of_maps[cells] = _evidence(maps[cells])
        depths = decisions.depths
        for number, length in enumerate(decisions.lengths):
            way = decisions.matches[:, number]
            on = way != 0
            if length and on.any():
                right_way = ((way[on] > 0) == (went[on] > 0)).astype(np.float32)
                kept = self.kept[number, length]
                kept[depths[on]] += (right_way - kept[depths[on]]) * np.float32(0.01)
                np.clip(kept, 1 - _SURE, _SURE, out=kept)
                start = int(self._places[number]) + length * DEPTHS
                self._of_kept[start : start + DEPTHS] = _evidence(kept, 1)

    def _refresh(self) -> None:
        self._of_maps = _evidence(self.maps.reshape(-1))
        self._of_kept = _evidence(self.kept.reshape(-1), 1)


def _squash(x: Floats) -> Floats:
    squashed: Floats = np.float32(1) / (np.float32(1) + np.exp(-x))
    return squashed


def _evidence(p: Floats, scale: float = 2) -> NDArray[np.complex64]:
    """Return the log odds of `p` (n,) and `scale` times how far it lies from even, one beside the other.

    As a complex number, so that one look-up finds both.
    """
    both = np.empty((*p.shape, 2), np.float32)
    both[..., 0], both[..., 1] = np.log(p / (1 - p)), (p - 0.5) * scale
    found: NDArray[np.complex64] = both.view(np.complex64)[..., 0]
    return found
