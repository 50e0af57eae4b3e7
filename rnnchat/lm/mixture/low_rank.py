"""A recurrent network in brief, for looking many pieces ahead: about the same, from a third of the memory.

A step of a network is as slow as its weights are read. Here each recurrent kernel is a product of two thin
matrices, which say the most that so few numbers can of what states it meets in the notes; and of the output
table only the pieces are there that notes are made of.

Source: reduced-rank regression, Izenman 1975.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import NetworkState, RecurrentNetwork

RANK = 128
"""So many numbers stand for a layer's output."""
COVERED = 0.99
"""The share of the notes that is made of the pieces that are kept, with"""
FIRST = 1500
"""so many of the tokenizer's first, which are the commonest anywhere."""
EXPECTED = 1500
"""So many of the notes' commonest pieces are made ready for a step, which is nearly all that comes."""
SIDE_BY_SIDE = 128
"""So many places of the notes are read to learn which states there are,"""
READ = 32
"""so many pieces at each,"""
WARMED_UP = 4
"""of which the first ones do not count."""
_RIDGE = 1e-3


class LowRankNetwork:
    """Steps a `network` about as it would, as the `notes` (pieces) need it.

    Its states are those of the network.
    """

    def __init__(self, network: RecurrentNetwork, notes: NDArray[np.integer]) -> None:
        self._network = network
        often = np.bincount(notes, minlength=network.vocabulary)
        commonest = np.argsort(-often, kind="stable")
        network.expect(commonest[:EXPECTED])
        count = int(np.searchsorted(often[commonest].cumsum(), COVERED * len(notes))) + 1
        self.pieces: NDArray[np.intp] = np.union1d(commonest[:count], np.arange(min(FIRST, len(often))))
        """The pieces (n,) that it knows, in order."""
        self.places: NDArray[np.intp] = np.full(network.vocabulary, len(self.pieces), np.intp)
        """Where each piece (vocabulary,) stands among them; n where it does not."""
        self.places[self.pieces] = np.arange(len(self.pieces))
        embedding = network.output_side()[0]
        self._output: Floats = np.ascontiguousarray(embedding[self.pieces].T)
        states = _states(network, notes)
        self._thin = [
            _thin(own, kernel) for own, kernel in zip(states, network.recurrent_kernels(), strict=True)
        ]

    def advance(self, piece: int, state: NetworkState) -> NetworkState:
        """Return about the state after `piece`."""
        return self._network.advance(piece, state, self._recur)

    def top(self, state: NetworkState) -> Floats:
        """Return the last layer's output (units,)."""
        return self._network.top(state)

    def embedding_scores(self, vector: Floats) -> Floats:
        """Return the products (n,) of a vector (embedding,) with those of the pieces that it knows."""
        embedding_scores: Floats = vector @ self._output
        return embedding_scores

    def _recur(self, layer: int, output: Floats) -> Floats:
        down, up, beside = self._thin[layer]
        narrow: Floats = output @ down
        product: Floats = narrow @ up
        product += beside
        return product


class FullNetwork:
    """The same of a network itself, as it is at once."""

    def __init__(self, network: RecurrentNetwork) -> None:
        self.pieces: NDArray[np.intp] = np.arange(network.vocabulary)
        self.places = self.pieces
        self.advance = network.advance
        self.top = network.top
        self.embedding_scores = network.embedding_scores


def _states(network: RecurrentNetwork, notes: NDArray[np.integer]) -> list[Floats]:
    """Return what each layer gives out (states, units) at places all over the notes."""
    length = min(READ, len(notes))
    if not length:
        return [np.zeros((0, len(output)), np.float32) for output in network.outputs(network.start())]
    starts = np.linspace(0, len(notes) - length, SIDE_BY_SIDE).astype(np.intp)
    state: NetworkState = tuple(np.tile(part, (SIDE_BY_SIDE, 1)) for part in network.start())
    seen: list[tuple[Floats, ...]] = []
    for place in range(length):
        state = network.advance_all(notes[starts + place], state)
        if place >= min(WARMED_UP, length - 1):
            seen.append(network.outputs(state))
    return [np.concatenate(layer) for layer in zip(*seen, strict=True)]


def _thin(states: Floats, kernel: Floats) -> tuple[Floats, Floats, Floats]:
    """Return A (units, RANK), B (RANK, gates · units) and c, so that h A B + c is about h times the kernel.

    It is the best there is for `states` (n, units), in squares.
    """
    mean = states.mean(axis=0) if len(states) else np.zeros(len(kernel), np.float32)
    away = states - mean
    spread = away.T @ away / np.float32(len(away) or 1)
    # Where nothing was seen to vary, every way is as good as another.
    ridge = float(_RIDGE * np.trace(spread) / len(spread)) or 1.0
    spread += np.float32(ridge) * np.eye(len(spread), dtype=np.float32)
    values, ways = np.linalg.eigh(spread)
    root = (ways * np.sqrt(values)) @ ways.T
    scaled = root @ kernel
    main = np.linalg.eigh(scaled @ scaled.T)[1][:, : -RANK - 1 : -1]
    down = ((ways / np.sqrt(values)) @ ways.T) @ main
    up = main.T @ scaled
    return _plain(down), _plain(up), _plain(mean @ kernel - (mean @ down) @ up)


def _plain(array: Floats) -> Floats:
    return np.ascontiguousarray(array, dtype=np.float32)
