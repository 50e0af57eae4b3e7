"""Repetitions, which networks fall into where they have nothing to translate, are made less probable."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rnnchat.tasks.translation.network import Floats

AT_ONCE = 0.05
"""The probability of a piece that repeats the pieces right before it is multiplied by this."""
LONGEST_AT_ONCE = 4
"""At most this many pieces are compared with as many right before them."""
LATER = 0.3
"""That of a piece that completes a sequence of ORDER pieces a second time is multiplied by this."""
ORDER = 3
"""The length of the sequences of pieces that should not come twice."""


@dataclass(frozen=True)
class RepetitionRule:
    """Which repetitions are as probable as the network makes them."""

    doubled: Collection[int] = ()
    """Pieces that may follow themselves, as in "vous vous levez"."""
    may_double: bool = False
    """Whether every piece may, since one does in the phrase."""
    may_repeat: bool = False
    """Whether longer sequences may come twice, since one does in the phrase."""

    @classmethod
    def for_phrase(cls, pieces: Sequence[int], doubled: Collection[int]) -> RepetitionRule:
        """Return the rule for the translation of a phrase of these `pieces`."""
        sequences = list(zip(*(pieces[start:] for start in range(ORDER)), strict=False))
        return cls(
            doubled,
            any(one == other for one, other in pairwise(pieces)),
            len(set(sequences)) < len(sequences),
        )

    def apply(self, probabilities: Floats, prefixes: Sequence[tuple[int, ...]]) -> None:
        """Lower the `probabilities` (n, target vocabulary) of repetitions after each prefix."""
        for row, prefix in enumerate(prefixes):
            for piece in self._repeated_at_once(prefix):
                probabilities[row, piece] *= AT_ONCE
            for piece in () if self.may_repeat else _repeated_later(prefix):
                probabilities[row, piece] *= LATER

    def _repeated_at_once(self, prefix: tuple[int, ...]) -> set[int]:
        """Return the pieces after which the last 1, 2, … pieces would be the same as those before them."""
        found = {prefix[-1]} if prefix and not self.may_double and prefix[-1] not in self.doubled else set()
        if self.may_repeat:
            return found
        for length in range(2, min(LONGEST_AT_ONCE, (len(prefix) + 1) // 2) + 1):
            if prefix[-(2 * length - 1) : -length] == prefix[-(length - 1) :]:
                found.add(prefix[-length])
        return found


def _repeated_later(prefix: tuple[int, ...]) -> set[int]:
    end = prefix[-(ORDER - 1) :]
    return {
        prefix[place + ORDER - 1]
        for place in range(len(prefix) - ORDER + 1)
        if prefix[place : place + ORDER - 1] == end
    }
