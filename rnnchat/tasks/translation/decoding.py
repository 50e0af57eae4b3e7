"""Beam search: the likeliest translations of a phrase, a few of them side by side, piece by piece.

A finished translation of n pieces, its end included, is ranked by log p / n^LENGTH_POWER, so that short ones
have no unfair advantage (Wu et al. 2016, https://arxiv.org/abs/1609.08144, in a simpler form). The search
ends when the best one is ahead of all others even if these ended at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rnnchat.tasks.translation.copying import NearTarget, with_copies
from rnnchat.tasks.translation.network import DecoderState, Floats, TranslationNetwork
from rnnchat.tasks.translation.repetition import RepetitionRule

BEAM_WIDTH = 4
"""This many unfinished translations are kept."""
LENGTH_POWER = 1.0
"""The power of the length that a translation's log probability is divided by."""
LONGEST_FACTOR = 3
"""A translation has at most this many times as many pieces as its source, …"""
LONGEST_EXTRA = 10
"""… and this many more."""
MISSING_COST = 1.0
"""For each required piece that is missing, ln p of each piece of a translation counts as this much less."""


@dataclass(frozen=True)
class Hypothesis:
    """A translation, finished or not."""

    pieces: tuple[int, ...]
    """Places in the target's embedding, without the start and the end."""
    log_probability: float
    """ln p of its pieces, and of its end where it is finished."""
    is_finished: bool = False
    missing: int = 0
    """How many pieces it does not have that it should; counted where it is finished."""

    @property
    def score(self) -> float:
        """What translations are ranked by."""
        normalised = _normalised(self.log_probability, len(self.pieces) + self.is_finished)
        return normalised - MISSING_COST * self.missing


@dataclass(frozen=True)
class SearchRules:
    """What a translation begins and ends with, and what it may consist of."""

    start: int
    """The place of the start piece in the target's embedding."""
    end: int
    """The place of the end piece."""
    forbidden: Sequence[int] = ()
    """Pieces that never come."""
    required: Sequence[int] = ()
    """Pieces that should come once each."""
    repetition: RepetitionRule | None = None
    """Makes repetitions less probable; None where they are not."""
    width: int = BEAM_WIDTH
    """The number of unfinished translations; more are kept for pieces that are required."""

    def emitted(self, hypothesis: Hypothesis) -> int:
        """Return how many of the required pieces a hypothesis has."""
        return len({*self.required}.intersection(hypothesis.pieces)) if self.required else 0

    def restrict(self, probabilities: Floats, live: Sequence[Hypothesis]) -> None:
        """Change the `probabilities` (n, target vocabulary) of what comes next as the rules say."""
        probabilities[:, list(self.forbidden)] = 0.0
        for row, hypothesis in enumerate(live):
            probabilities[row, [piece for piece in self.required if piece in hypothesis.pieces]] = 0.0
        if self.repetition is not None:
            self.repetition.apply(probabilities, [hypothesis.pieces for hypothesis in live])


def beam_search(
    network: TranslationNetwork,
    source: Sequence[int],
    rules: SearchRules,
    *,
    near: Sequence[NearTarget] = (),
    on_best: Callable[[Hypothesis], None] | None = None,
) -> Hypothesis:
    """Return the best translation of the pieces `source`.

    Pieces may be copied from the translations `near`. `on_best` is called with the best hypothesis after each
    step.
    """
    encoded = network.encode(source)
    live, state = [Hypothesis((), 0.0)], network.start()
    best: Hypothesis | None = None
    longest = LONGEST_FACTOR * len(source) + LONGEST_EXTRA
    for step in range(longest):
        last = np.array([hypothesis.pieces[-1] if step else rules.start for hypothesis in live])
        probabilities, state, _ = network.step(encoded, last, state, is_first=not step)
        if near:
            probabilities = with_copies(probabilities, [one.pieces for one in live], near)
        rules.restrict(probabilities, live)
        live, state, finished = _extend(live, state, probabilities, rules)
        best = max([*finished, *([best] if best else [])], key=lambda one: one.score, default=None)
        if on_best is not None and (best or live):
            on_best(max([*live, *([best] if best else [])], key=lambda one: one.score))
        if best is not None and all(best.score >= _score_if_ended(one) for one in live):
            break
    return best or live[0]


def _extend(
    live: Sequence[Hypothesis], state: DecoderState, probabilities: Floats, rules: SearchRules
) -> tuple[list[Hypothesis], DecoderState, list[Hypothesis]]:
    """Return the best longer hypotheses with their states, and those that have ended."""
    vocabulary, width = probabilities.shape[1], rules.width
    totals = np.log(np.maximum(probabilities, 1e-30))
    totals += np.array([hypothesis.log_probability for hypothesis in live], np.float32)[:, None]
    flat = totals.ravel()
    count = min(2 * width, flat.size)  # so that `width` go on even where as many end
    candidates = np.argpartition(-flat, count - 1)[:count]
    candidates = candidates[np.argsort(-flat[candidates], kind="stable")]
    longer: list[tuple[int, int]] = []
    ended: list[int] = []
    for rank, place in enumerate(candidates.tolist()):
        row, piece = divmod(place, vocabulary)
        if piece == rules.end:
            ended += [row] if rank < width else []
        elif len(longer) < width:
            longer.append((row, piece))
    if rules.required:
        emitted = [rules.emitted(hypothesis) for hypothesis in live]
        longer += _with_more_required(live, totals, rules, emitted, longer)
        ended += [row for row in range(len(live)) if emitted[row] == len(rules.required) and row not in ended]
    rows = np.array([row for row, _ in longer], np.intp)
    finished = [
        Hypothesis(
            live[row].pieces,
            float(totals[row, rules.end]),
            True,
            len(rules.required) - rules.emitted(live[row]),
        )
        for row in ended
    ]
    new = [Hypothesis((*live[row].pieces, piece), float(totals[row, piece])) for row, piece in longer]
    return new, state.take(rows), finished


def _with_more_required(
    live: Sequence[Hypothesis],
    totals: Floats,
    rules: SearchRules,
    emitted: Sequence[int],
    longer: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """Return the best row and piece for each number of required pieces that is not among the `longer`.

    Otherwise translations without them, which are often more probable at first, would fill the beam (Post and
    Vilar 2018, https://arxiv.org/abs/1804.06609, in a simpler form).
    """
    best: dict[int, tuple[float, int, int]] = {}
    for row, hypothesis in enumerate(live):
        for piece in {*rules.required}.difference(hypothesis.pieces):
            best[emitted[row] + 1] = max(
                best.get(emitted[row] + 1, (-math.inf, 0, 0)), (float(totals[row, piece]), row, piece)
            )
        if emitted[row]:
            others = totals[row].copy()
            others[[rules.end, *rules.required]] = -np.inf
            piece = int(others.argmax())
            best[emitted[row]] = max(
                best.get(emitted[row], (-math.inf, 0, 0)), (float(others[piece]), row, piece)
            )
    most = max((emitted[row] + (piece in rules.required) for row, piece in longer), default=0)
    return [(row, piece) for number, (_, row, piece) in sorted(best.items()) if number > most]


def _score_if_ended(hypothesis: Hypothesis) -> float:
    """Return the score of an unfinished hypothesis if it ended here, and that were certain."""
    return _normalised(hypothesis.log_probability, len(hypothesis.pieces) + 1)


def _normalised(log_probability: float, pieces: int) -> float:
    return log_probability / float(max(1, pieces) ** LENGTH_POWER)
