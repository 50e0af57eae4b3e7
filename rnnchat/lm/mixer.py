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
from rnnchat.lm.base import Floats

Indexes = NDArray[np.intp]

LEVELS = 12
"""Counts are told apart as 0, 1, … 5, 6–7, 8–11, 12–19, 20–39, 40–99 and more."""
_TYPICAL = np.array([0, 1, 2, 3, 4, 5, 6.5, 9, 15, 28, 65, 200])
_LARGEST = 100
LEVEL = np.searchsorted([1, 2, 3, 4, 5, 6, 8, 12, 20, 40, 100], np.arange(_LARGEST + 1), side="right")
_CELLS = LEVELS * LEVELS * 3
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
    members: Floats
    """(nodes, members) log odds of going right."""
    counts: tuple[NDArray[np.int32], NDArray[np.int32]]
    """(contexts, nodes) how often each context was followed by a piece on the left and on the right."""
    last: NDArray[np.int8]
    """(contexts, nodes) where the last one went: −1 left, 1 right, 0 elsewhere."""
    matches: NDArray[np.int8]
    """(matches, nodes) where the longest match goes on, likewise."""
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
        self.weights[:, members : members + contexts] = _COUNT_WEIGHT
        self.final: Floats = np.full((DEPTHS, len(self.sets)), 1 / len(self.sets), np.float32)
        left, right = _TYPICAL[:, None, None], _TYPICAL[None, :, None]
        typical = np.broadcast_to((right + 0.2) / (left + right + 0.4), (LEVELS, LEVELS, 3))
        self.maps: Floats = np.broadcast_to(typical, (contexts, *typical.shape)).astype(np.float32)
        self.seen: Floats = np.zeros(self.maps.shape, np.float32)
        self.kept: Floats = np.full((matches, LENGTHS, DEPTHS), 0.75, np.float32)
        self._cells = (np.arange(contexts) * _CELLS + 1)[:, None]
        self._refresh()

    _TENSORS = ("weights", "final", "maps", "seen", "kept")

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what `load` makes the same mixer of; the weights in half precision."""
        return {name: np.minimum(getattr(self, name), 60_000).astype(np.float16) for name in self._TENSORS}

    def load(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take over saved arrays; raise ModelError where they do not fit or are no numbers."""
        for name in self._TENSORS:
            found, own = tensors.get(name), getattr(self, name)
            if found is None or found.shape != own.shape or not np.isfinite(found).all():
                raise ModelError("The mixture is damaged: its weights do not fit together.")
            setattr(self, name, found.astype(np.float32))
        if not all(((p > 0) & (p < 1)).all() for p in (self.maps, self.kept)):
            raise ModelError("The mixture is damaged: its maps hold what is no probability.")
        self._refresh()

    def copy(self) -> Mixer:
        """Return a mixer that learns on its own from here."""
        other = Mixer.__new__(Mixer)
        other.__dict__.update(self.__dict__)
        for name in (*self._TENSORS, "_map_odds", "_kept_odds"):
            setattr(other, name, getattr(self, name).copy())
        return other

    def mix(self, decisions: Decisions) -> Floats:
        """Return the probability (nodes,) of going right at each node."""
        return self._mix(decisions).probability

    def learn(self, decisions: Decisions, right: NDArray[np.bool_], rate: float, final_rate: float) -> Floats:
        """Take a step of `rate` towards the ways that were gone; return the probabilities before."""
        mixed = self._mix(decisions)
        went = right.astype(np.float32)
        missed = (went - mixed.probability)[:, None]
        steps = mixed.sums * (np.float32(final_rate) * missed)
        errors = (went[:, None] - mixed.each) * np.float32(rate)
        self.weights[decisions.nodes] += errors[:, :1] * mixed.inputs
        self.weights[mixed.rows] += errors[:, 1:].T @ mixed.inputs
        np.add.at(self.final, np.minimum(decisions.depths, DEPTHS - 1), steps)
        self._learn_maps(decisions, mixed, went)
        return mixed.probability

    def _mix(self, decisions: Decisions) -> _Mixed:
        inputs, states = self._inputs(decisions)
        rows = self._offsets[1:-1] + np.array(decisions.selected, np.intp)
        sums = np.empty((len(inputs), len(self.sets)), np.float32)
        np.einsum("ni,ni->n", inputs, self.weights.take(decisions.nodes, axis=0), out=sums[:, 0])
        np.matmul(inputs, self.weights.take(rows, axis=0).T, out=sums[:, 1:])
        np.minimum(np.maximum(sums, -_LIMIT), _LIMIT, out=sums)
        total = np.einsum("ns,ns->n", sums, self.final.take(np.minimum(decisions.depths, DEPTHS - 1), axis=0))
        np.minimum(np.maximum(total, -_LIMIT), _LIMIT, out=total)
        return _Mixed(inputs, rows, sums, _squash(sums), _squash(total), states)

    def _inputs(self, decisions: Decisions) -> tuple[Floats, NDArray[np.intp]]:
        """Return the inputs (nodes, inputs), and which cell of the maps each count stands in."""
        members, contexts = self.members, self.contexts
        inputs = np.zeros((len(decisions.nodes), self.weights.shape[1]), np.float32)
        np.minimum(np.maximum(decisions.members, -_FAR), _FAR, out=inputs[:, :members])
        left, right = decisions.counts
        states = LEVEL.take(left, mode="clip") * (LEVELS * 3)
        states += LEVEL.take(right, mode="clip") * 3
        states += decisions.last
        states += self._cells
        odds, share = self._map_odds.take(states), self.maps.take(states)
        share -= np.float32(0.5)
        total = left + right
        many = np.flatnonzero(total >= _LARGEST)
        if len(many):
            direct = (right.take(many) + np.float32(0.2)) / (total.take(many) + np.float32(0.4))
            odds.reshape(-1)[many], share.reshape(-1)[many] = np.log(direct / (1 - direct)), direct - 0.5
        used = total > 0
        odds *= used
        share *= used
        inputs[:, members : members + contexts] = odds.T
        inputs[:, members + contexts : members + 2 * contexts] = 2 * share.T
        place = members + 2 * contexts
        depths = np.minimum(decisions.depths, DEPTHS - 1)
        for number, length in enumerate(decisions.lengths):
            if length:
                way = decisions.matches[number]
                inputs[:, place + number] = self._kept_odds[number, length].take(depths) * way
                known = self.kept[number, length].take(depths) - np.float32(0.5)
                inputs[:, place + self.match_models + number] = known * way
        inputs[:, -1] = _BIAS
        return inputs, states

    def _learn_maps(self, decisions: Decisions, mixed: _Mixed, went: Floats) -> None:
        left, right = decisions.counts
        used = (left + right) > 0
        cells = mixed.states[used]
        went_right = np.broadcast_to(went, used.shape)[used]
        seen, maps = self.seen.reshape(-1), self.maps.reshape(-1)
        seen[cells] += 1
        steps = np.maximum(1 / (seen[cells] + 4), np.float32(0.01))
        moved = maps[cells] + (went_right - maps[cells]) * steps
        maps[cells] = np.clip(moved, 1 - _SURE, _SURE)
        self._map_odds.reshape(-1)[cells] = _odds(maps[cells])
        depths = np.minimum(decisions.depths, DEPTHS - 1)
        for number, length in enumerate(decisions.lengths):
            way = decisions.matches[number]
            on = way != 0
            if length and on.any():
                right_way = ((way[on] > 0) == (went[on] > 0)).astype(np.float32)
                kept = self.kept[number, length]
                kept[depths[on]] += (right_way - kept[depths[on]]) * np.float32(0.01)
                np.clip(kept, 1 - _SURE, _SURE, out=kept)
                self._kept_odds[number, length] = _odds(kept)

    def _refresh(self) -> None:
        self._map_odds, self._kept_odds = _odds(self.maps), _odds(self.kept)


def _squash(x: Floats) -> Floats:
    squashed: Floats = np.float32(1) / (np.float32(1) + np.exp(-x))
    return squashed


def _odds(p: Floats) -> Floats:
    odds: Floats = np.log(p / (1 - p)).astype(np.float32)
    return odds
