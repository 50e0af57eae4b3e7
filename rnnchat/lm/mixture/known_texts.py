"""What the networks predict everywhere in texts that are known beforehand, computed in few large products.

Reading a text piece by piece reads all weights for each piece. Where whole texts are known, several of them
are read side by side, and the logits of many positions are one product.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import RecurrentNetwork, softmax

PIECES_AT_ONCE = 2048
"""Texts are read side by side until they have about this many pieces together."""
POSITIONS_AT_ONCE = 64
"""The probabilities of this many positions are computed together."""


@dataclass(frozen=True)
class KnownPosition:
    """What the networks give after one piece of a known text."""

    top: Floats
    """(units,) the output of the network's top layer."""
    vector: Floats
    """(embedding,) the same projected into the embedding space."""
    network: Floats
    """(vocabulary,) the network's probabilities of the next piece."""
    base: Floats | None
    """(vocabulary,) those of the base network; None without one."""
    group: Floats | None = None
    """(positions, units) the top outputs of positions in a row; None where only this one is known."""
    place: int = 0
    """The row of `group` that belongs to this position."""


def groups_of_texts(texts: Iterable[list[int]]) -> Iterator[list[list[int]]]:
    """Yield the texts in groups, each of which has about PIECES_AT_ONCE pieces, or is one longer text."""
    group: list[list[int]] = []
    pieces = 0
    for text in texts:
        if group and pieces + len(text) > PIECES_AT_ONCE:
            yield group
            group, pieces = [], 0
        group.append(text)
        pieces += len(text)
    if group:
        yield group


def read_known_texts(
    texts: Sequence[list[int]], network: RecurrentNetwork, base: RecurrentNetwork | None
) -> Iterator[Iterator[KnownPosition]]:
    """Yield for each of `texts`, lists of pieces, the position after each of its pieces.

    Raises ModelError where a piece is not in the vocabulary.
    """
    own = network.read_texts(texts)
    other = [None] * len(texts) if base is None else base.read_texts(texts)
    for tops, base_tops in zip(own, other, strict=True):
        yield _positions(tops, base_tops, network, base)


def _positions(
    tops: Floats, base_tops: Floats | None, network: RecurrentNetwork, base: RecurrentNetwork | None
) -> Iterator[KnownPosition]:
    """Yield the position of each of the top outputs (pieces, units) of both networks."""
    for start in range(0, len(tops), POSITIONS_AT_ONCE):
        some = slice(start, start + POSITIONS_AT_ONCE)
        vectors = network.project_top(tops[some])
        probabilities = softmax(network.logits(vectors))
        by_base = None
        if base is not None and base_tops is not None:
            by_base = softmax(base.logits(base.project_top(base_tops[some])))
        group = tops[some]
        for place, top in enumerate(group):
            base_row = None if by_base is None else by_base[place]
            yield KnownPosition(top, vectors[place], probabilities[place], base_row, group, place)
