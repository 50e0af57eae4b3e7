"""What the finished run before this one, for the same model, left to be used again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.training.data.prepared import DIGEST_BYTES, pieces_on_disk, read_prepared
from rnnchat.training.runs.files import (
    DIGESTS,
    LEARNED_DIGESTS,
    OFFSETS,
    PREVIOUS_RUN,
    TOKENIZER,
    TRAINING_PIECES,
)
from rnnchat.training.runs.migrations import NewerSchemaError
from rnnchat.training.runs.run import Run


class PreviousRun:
    """The pieces of texts that were encoded before, and which texts the network has learned."""

    def __init__(self, tokenizer: bytes = b"") -> None:
        self.tokenizer = tokenizer
        """The tokenizer that the pieces were made with, as a SentencePiece model."""
        self._places: dict[bytes, tuple[int, int]] = {}
        self._pieces: NDArray[np.integer[Any]] = np.zeros(0, np.uint16)
        self.learned: set[bytes] = set()
        """The digests of the texts that the network has learned."""

    @classmethod
    def of(cls, run: Run) -> PreviousRun:
        """Return what the run before `run` left; empty where there is none or it is damaged."""
        folder = run.folder / PREVIOUS_RUN
        try:
            previous = cls((folder / TOKENIZER).read_bytes())
            prepared = read_prepared(folder)
            offsets = np.load(folder / OFFSETS, allow_pickle=False)
            digests = np.load(folder / DIGESTS, allow_pickle=False)
            if prepared is None:
                return cls()
            previous._pieces = pieces_on_disk(folder / TRAINING_PIECES, prepared.vocabulary)
            if len(digests) != len(offsets) - 1 or offsets[-1] != len(previous._pieces):
                return cls()
        except (OSError, ValueError, TypeError, IndexError, NewerSchemaError):
            return cls()
        spans = zip(digests, offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        previous._places = {digest.tobytes(): (start, end) for digest, start, end in spans}
        file = folder / LEARNED_DIGESTS
        learned = file.read_bytes() if file.is_file() else digests.tobytes()
        starts = range(0, len(learned), DIGEST_BYTES)
        previous.learned = {learned[start : start + DIGEST_BYTES] for start in starts}
        return previous

    def pieces(self, digest: bytes) -> list[int] | None:
        """Return the pieces of a text, without its start and end piece, or None where it is new."""
        place = self._places.get(digest)
        return None if place is None else [int(piece) for piece in self._pieces[slice(*place)][1:-1]]
