"""Translates phrases with a trained network."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.tasks.translation.confidence import ConfidenceModel
from rnnchat.tasks.translation.copying import NearTarget
from rnnchat.tasks.translation.copying_rules import CopyingRules
from rnnchat.tasks.translation.decoding import Hypothesis, SearchRules, beam_search
from rnnchat.tasks.translation.evidence import examine
from rnnchat.tasks.translation.network import TranslationNetwork
from rnnchat.tasks.translation.pair_tokenizer import END, PADDING, START, UNKNOWN, PairTokenizer
from rnnchat.tasks.translation.protocols import DecodedPhrase, NearPair
from rnnchat.tasks.translation.repetition import RepetitionRule
from rnnchat.tasks.translation.target_pieces import TARGET_PIECES, TargetPieces

WITHOUT_TEXT = (PADDING, UNKNOWN, START)
"""Pieces that no translation has."""


class NetworkDecoder:
    """A network with its tokenizer; raises ModelError where the `weights` and the `tokenizer` do not fit."""

    def __init__(self, weights: Mapping[str, NDArray[Any]], tokenizer: bytes) -> None:
        self._tokenizer = PairTokenizer(tokenizer)
        if TARGET_PIECES not in weights:
            raise ModelError("The translator's list of target pieces is missing.")
        self._target = TargetPieces(weights[TARGET_PIECES], self._tokenizer.size)
        self._network = TranslationNetwork(weights)
        self.copying = CopyingRules.from_tensors(weights) if self._tokenizer.placeholders else None
        self.confidence = ConfidenceModel.from_tensors(weights)
        pieces = self._tokenizer.placeholders
        self._placeholders = dict(
            zip(pieces.values(), self._target.places(list(pieces.values())), strict=True)
        )
        shape = self._network.shape
        if (shape.source_vocabulary, shape.target_vocabulary) != (
            self._tokenizer.size,
            len(self._target.pieces),
        ):
            raise ModelError("The translator's network and its tokenizer do not fit together.")

    def decode(
        self,
        text: str,
        near: Sequence[NearPair] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> DecodedPhrase:
        """Return the translation of `text`, which may copy from the targets of the `near` pairs.

        `on_text` is called with the best translation so far each time it changes.
        """
        shown = ""

        def show(hypothesis: Hypothesis) -> None:
            nonlocal shown
            so_far = self._text(hypothesis)
            if on_text is not None and so_far != shown:
                shown = so_far
                on_text(so_far)

        source = self._tokenizer.encode(text)
        best = beam_search(
            self._network,
            source,
            self._rules(source),
            near=[self._near_target(pair) for pair in near],
            on_best=None if on_text is None else show,
        )
        confidence = math.exp(best.log_probability / (len(best.pieces) + 1))
        evidence = None
        if self.copying is not None:
            evidence = examine(self._network, source, best.pieces, start=START, end=END)
        return DecodedPhrase(self._text(best), confidence, evidence)

    def _rules(self, source: Sequence[int]) -> SearchRules:
        """Return what a translation of the pieces `source` may consist of."""
        required = [self._placeholders[piece] for piece in source if piece in self._placeholders]
        others = [place for place in self._placeholders.values() if place not in required]
        repetition = None
        if self.copying is not None:
            repetition = RepetitionRule.for_phrase(source, frozenset(self.copying.doubled))
        return SearchRules(
            START,
            END,
            forbidden=(*WITHOUT_TEXT, *others),
            required=[place for place in required if place != UNKNOWN],
            repetition=repetition,
        )

    def _text(self, hypothesis: Hypothesis) -> str:
        return self._tokenizer.decode(self._target.pieces_at(hypothesis.pieces))

    def _near_target(self, pair: NearPair) -> NearTarget:
        places = self._target.places(self._tokenizer.encode(pair.target))
        return NearTarget(tuple(places), pair.similarity)
