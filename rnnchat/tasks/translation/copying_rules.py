"""What is copied into a network's translations, and may be repeated in them, as its training found it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.tasks.translation.copied_names import NO_NAMES, CopiedNames
from rnnchat.tasks.translation.number_style import AS_WRITTEN, NumberStyle

COPYING = "copying"
"""The name of the array with names and the style of numbers, in the file with the network's weights."""
DOUBLED_PIECES = "doubled_pieces"
"""The name of the array of pieces that may follow themselves, in the same file."""


@dataclass(frozen=True)
class CopyingRules:
    """The names that are copied, how numbers are written, and which pieces may follow themselves."""

    names: CopiedNames = NO_NAMES
    style: NumberStyle = AS_WRITTEN
    doubled: Sequence[int] = ()
    """Places of pieces in the target's embedding."""

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to save, by name."""
        names = ("\t".join(sorted(group)) for group in (self.names.rare, self.names.frequent))
        text = "\n".join((self.style.to_text(), *names))
        return {
            COPYING: np.frombuffer(text.encode(), np.uint8),
            DOUBLED_PIECES: np.array(self.doubled, np.int32),
        }

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> CopyingRules | None:
        """Return the rules that were saved; None in a translator of an earlier version.

        Raises ModelError where they are damaged.
        """
        if COPYING not in tensors:
            return None
        try:
            style, rare, frequent = tensors[COPYING].tobytes().decode().split("\n")
            groups = (frozenset(filter(None, group.split("\t"))) for group in (rare, frequent))
            doubled = [int(place) for place in tensors[DOUBLED_PIECES]]
            return cls(CopiedNames(*groups), NumberStyle.from_text(style), doubled)
        except (KeyError, ValueError, TypeError) as error:
            raise ModelError("The translator's list of what is copied is damaged.") from error
