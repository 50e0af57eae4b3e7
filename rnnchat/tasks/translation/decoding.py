"""Beam search: the likeliest translations of a phrase, a few of them side by side, piece by piece.

A finished translation of n pieces, its end included, is ranked by log p / n^LENGTH_POWER, so that short ones
have no unfair advantage (Wu et al. 2016, https://arxiv.org/abs/1609.08144, in a simpler form). The search
ends when the best one is ahead of all others even if these ended at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rnnchat.tasks.translation.copying import NearTarget, with_copies
from rnnchat.tasks.translation.network import DecoderState, Floats, TranslationNetwork

BEAM_WIDTH = 4
"""This many unfinished translations are kept."""
LENGTH_POWER = 1.0
"""The power of the length that a translation's log probability is divided by."""
LONGEST_FACTOR = 3
"""A translation has at most this many times as many pieces as its source, …"""
LONGEST_EXTRA = 10
"""… and this many more."""


@dataclass(frozen=True)
class Hypothesis:
    """A translation, finished or not."""

    pieces: tuple[int, ...]
    """Places in the target's embedding, without the start and the end."""
    log_probability: float
    """ln p of its pieces, and of its end where it is finished."""
    is_finished: bool = False

    @property
    def score(self) -> float:
        """What translations are ranked by."""
        return _normalised(self.log_probability, len(self.pieces) + self.is_finished)


def beam_search(
    network: TranslationNetwork,
    source: Sequence[int],
    *,
    start: int,
    end: int,
    forbidden: Sequence[int] = (),
    width: int = BEAM_WIDTH,
    near: Sequence[NearTarget] = (),
    on_best: Callable[[Hypothesis], None] | None = None,
) -> Hypothesis:
    """Return the best translation of the pieces `source`.

    `start` and `end` are the places of the start and the end piece in the target's embedding; pieces that
    are `forbidden` never come. Pieces may be copied from the translations `near`. `on_best` is called with
    the best hypothesis after each step.
    """
    encoded = network.encode(source)
    live, state = [Hypothesis((), 0.0)], network.start()
    best: Hypothesis | None = None
    longest = LONGEST_FACTOR * len(source) + LONGEST_EXTRA
    for step in range(longest):
        last = np.array([hypothesis.pieces[-1] if step else start for hypothesis in live])
        probabilities, state, _ = network.step(encoded, last, state, is_first=not step)
        probabilities[:, forbidden] = 0.0
        if near:
            probabilities = with_copies(probabilities, [one.pieces for one in live], near)
        live, state, finished = _extend(live, state, probabilities, end, width)
        best = max([*finished, *([best] if best else [])], key=lambda one: one.score, default=None)
        if on_best is not None and (best or live):
            on_best(max([*live, *([best] if best else [])], key=lambda one: one.score))
        if best is not None and all(best.score >= _score_if_ended(one) for one in live):
            break
    return best or live[0]


def _extend(
    live: Sequence[Hypothesis], state: DecoderState, probabilities: Floats, end: int, width: int
) -> tuple[list[Hypothesis], DecoderState, list[Hypothesis]]:
    """Return the `width` best longer hypotheses with their states, and those that have ended."""
    vocabulary = probabilities.shape[1]
    totals = np.log(np.maximum(probabilities, 1e-30))
    totals += np.array([hypothesis.log_probability for hypothesis in live], np.float32)[:, None]
    flat = totals.ravel()
    count = min(2 * width, flat.size)  # so that `width` go on even where as many end
    candidates = np.argpartition(-flat, count - 1)[:count]
    candidates = candidates[np.argsort(-flat[candidates], kind="stable")]
    longer: list[Hypothesis] = []
    finished: list[Hypothesis] = []
    rows: list[int] = []
    for rank, place in enumerate(candidates.tolist()):
        row, piece = divmod(place, vocabulary)
        total = float(flat[place])
        if piece == end:
            if rank < width:
                finished.append(Hypothesis(live[row].pieces, total, True))
        elif len(longer) < width:
            longer.append(Hypothesis((*live[row].pieces, piece), total))
            rows.append(row)
    return longer, state.take(np.array(rows, np.intp)), finished


def _score_if_ended(hypothesis: Hypothesis) -> float:
    """Return the score of an unfinished hypothesis if it ended here, and that were certain."""
    return _normalised(hypothesis.log_probability, len(hypothesis.pieces) + 1)


def _normalised(log_probability: float, pieces: int) -> float:
    return log_probability / float(max(1, pieces) ** LENGTH_POWER)
