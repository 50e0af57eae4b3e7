"""Growing counts: how often each successor of a context occurred, while a model learns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnchat.lm.protocols import Floats, Integers

_EXTRA = 4
"""Arrays that are full grow by half and by this many."""


@dataclass
class GrowingCounts:
    """What followed a context, in arrays that may be longer than `size`."""

    successors: Integers
    """(size,) the distinct successors, as pieces or as leaves of a tree."""
    counts: Floats
    """(size,) how often each followed."""
    size: int = 0
    """The number of distinct successors."""

    def add(self, successor: int) -> bool:
        """Count `successor` once more; return whether it had been counted before."""
        size = self.size
        found = np.flatnonzero(self.successors[:size] == successor)
        if len(found):
            self.counts[found[0]] += 1
            return True
        if size == len(self.successors):
            more = size // 2 + _EXTRA
            self.successors = np.concatenate([self.successors, np.zeros(more, self.successors.dtype)])
            self.counts = np.concatenate([self.counts, np.zeros(more, np.float32)])
        self.successors[size], self.counts[size] = successor, 1
        self.size = size + 1
        return False
