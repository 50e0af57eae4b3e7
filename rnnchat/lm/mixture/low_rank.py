"""A network with less in it, for looking many pieces ahead: low-rank recurrent kernels, and a shortlist.

The time of a step is the time of reading the weights. `LowRankShortlistNetwork` has about a third of them:

- each recurrent kernel U (units, gates · units) is replaced by A (units, RANK) and B (RANK, gates · units) so
  that h A B + c is closest to h U, in squares, for the states h that occur in the notes;
- the output has only the pieces that the notes are made of (a shortlist); the others get no probability.

Sources: reduced-rank regression, Izenman 1975; shortlists, Schwenk 2007.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.column_blocks import ColumnBlocks
from rnnchat.lm.protocols import Floats, Integers
from rnnchat.lm.recurrent import NetworkState, RecurrentNetwork

RANK = 128
"""The rank of the approximated recurrent kernels."""
COVERED = 0.99
"""The share of the notes that is made of the shortlist's pieces."""
ALWAYS_LISTED = 1500
"""This many first pieces of the tokenizer, the commonest in any text, are always in the shortlist."""
PRECOMPUTED_PIECES = 1500
"""The input products of this many of the notes' commonest pieces are worked out at once."""
SAMPLED_SEQUENCES = 128
"""The number of positions in the notes from which text is read to find the states that occur."""
SEQUENCE_LENGTH = 32
"""The number of pieces that are read at each of these positions."""
WARM_UP = 4
"""The states after this many first pieces of each are left out."""
_RIDGE = 1e-3
"""The ridge of the regression, as a share of the states' mean variance."""


class LowRankShortlistNetwork:
    """Steps `network` approximately, fitted to the `notes` (n,), and scores only the shortlist's pieces.

    Its states have the same form as those of the network.
    """

    def __init__(self, network: RecurrentNetwork, notes: Integers) -> None:
        self._network = network
        counts = np.bincount(notes, minlength=network.vocabulary)
        commonest = np.argsort(-counts, kind="stable")
        network.cache_input_products(commonest[:PRECOMPUTED_PIECES])
        covering = int(np.searchsorted(counts[commonest].cumsum(), COVERED * len(notes))) + 1
        always = np.arange(min(ALWAYS_LISTED, len(counts)))
        self.shortlist: NDArray[np.intp] = np.union1d(commonest[:covering], always)
        """The pieces (size,) that have a score, in ascending order."""
        self.index: NDArray[np.intp] = np.full(network.vocabulary, len(self.shortlist), np.intp)
        """The index (vocabulary,) of each piece in the shortlist, `size` where it is not in it."""
        self.index[self.shortlist] = np.arange(len(self.shortlist))
        embedding = network.output_side()[0]
        self._output = ColumnBlocks(embedding[self.shortlist].T)
        states = _states(network, notes)
        self._factors = [
            _factorise(own, kernel) for own, kernel in zip(states, network.recurrent_kernels(), strict=True)
        ]

    def advance(self, pieces: Sequence[int], states: Sequence[NetworkState]) -> list[NetworkState]:
        """Return about the state after each of `pieces`, which follow `states`.

        Raises ModelError where a piece is not in the vocabulary.
        """
        return self._network.advance_few(pieces, states, self._recurrent_product)

    def top(self, state: NetworkState) -> Floats:
        """Return the top layer's output (units,)."""
        return self._network.top(state)

    def embedding_scores(self, vectors: Floats) -> Floats:
        """Return the products (…, size) of `vectors` (…, embedding) with those of the shortlist's pieces."""
        return self._output.product(vectors)

    def _recurrent_product(self, layer: int, h: Floats) -> Floats:
        """Return h A B + c (…, gates · units), which is about h U."""
        down, up, offset = self._factors[layer]
        product = up.product(down.product(h))
        product += offset
        return product


class FullNetwork:
    """The same interface to a network as it is: nothing is left out, and there is nothing to fit."""

    def __init__(self, network: RecurrentNetwork) -> None:
        self.shortlist: NDArray[np.intp] = np.arange(network.vocabulary)
        self.index = self.shortlist
        self.advance = network.advance_few
        self.top = network.top
        self.embedding_scores = network.embedding_scores


def _states(network: RecurrentNetwork, notes: Integers) -> list[Floats]:
    """Return h (states, units) of each layer at positions spread over the notes."""
    length = min(SEQUENCE_LENGTH, len(notes))
    if not length:
        return [np.zeros((0, len(h)), np.float32) for h in network.layer_outputs(network.start())]
    starts = np.linspace(0, len(notes) - length, SAMPLED_SEQUENCES).astype(np.intp)
    state: NetworkState = tuple(np.tile(part, (SAMPLED_SEQUENCES, 1)) for part in network.start())
    seen: list[tuple[Floats, ...]] = []
    for place in range(length):
        state = network.advance_all(notes[starts + place], state)
        if place >= min(WARM_UP, length - 1):
            seen.append(network.layer_outputs(state))
    return [np.concatenate(layer) for layer in zip(*seen, strict=True)]


def _factorise(states: Floats, kernel: Floats) -> tuple[ColumnBlocks, ColumnBlocks, Floats]:
    """Return A (units, RANK), B (RANK, gates · units) and c (gates · units,) so that h A B + c ≈ h U.

    Of all matrices of this rank, A B has the least squared error for the `states` h (n, units).
    """
    mean = states.mean(axis=0) if len(states) else np.zeros(len(kernel), np.float32)
    centred = states - mean
    covariance = centred.T @ centred / np.float32(len(centred) or 1)
    # Without any variance, all directions count the same.
    ridge = float(_RIDGE * np.trace(covariance) / len(covariance)) or 1.0
    covariance += np.float32(ridge) * np.eye(len(covariance), dtype=np.float32)
    values, directions = np.linalg.eigh(covariance)
    root = (directions * np.sqrt(values)) @ directions.T
    scaled = root @ kernel
    main = np.linalg.eigh(scaled @ scaled.T)[1][:, : -RANK - 1 : -1]
    down = ((directions / np.sqrt(values)) @ directions.T) @ main
    up = main.T @ scaled
    offset: Floats = (mean @ kernel - (mean @ down) @ up).astype(np.float32)
    return ColumnBlocks(down.astype(np.float32)), ColumnBlocks(up.astype(np.float32)), offset
