"""What a training has gained: the new model beside the base alone, on notes that neither has learned.

A saved model's memory has all notes, so this is measured before it gets those kept back; and on texts that
the mixture was not fitted to.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from rnnchat.completion.completer import Completer
from rnnchat.completion.words import WordCounts
from rnnchat.evaluation.keystrokes import type_in_parallel
from rnnchat.evaluation.scoring import score_pieces
from rnnchat.lm.mixture.model import Mixture
from rnnchat.lm.mixture.weights import MixtureWeights
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.protocols import AnyLanguageModel
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.loading import build_completer, build_mixture
from rnnchat.text.chat_format import without_roles
from rnnchat.text.tokenizer import Tokenizer

SHARE = 0.025
"""The share of a training's budget that is spent on this,"""
LEAST_SECONDS = 2.0
"""but so many seconds at least,"""
MOST_SECONDS = 10.0
"""and so many at most."""
FOR_BITS = 0.25
"""The share of that for the bits; the keys take the rest."""
PIECES_EACH = 250
"""So much of each text is scored at most, so that several are."""
CHARACTERS_EACH = 300
"""So much of each text is typed at most."""
MOST_CHARACTERS = 1500
"""So much of all of them is."""
FEWEST_PIECES = 60
"""So many are scored even where there is no time for it; fewer tell nothing."""
FEWEST_CHARACTERS = 100
"""Keys saved on fewer characters are not told."""


@dataclass(frozen=True)
class Gain:
    """How well a model predicts notes that it has not seen, and how well the base alone does."""

    bytes: int
    """How much text was scored."""
    bits_per_byte: float
    """What the mixture needs, which learns nothing from that text."""
    base_bits_per_byte: float | None = None
    """What the base alone needs for the same; None where there is none."""
    characters: int = 0
    """How many were typed."""
    keys_saved: float | None = None
    """The share of keys that a menu of suggestions saves; None where too few were typed to tell."""
    base_keys_saved: float | None = None

    def as_dict(self) -> dict[str, float | int]:
        """Return what is known, as it stands in a card."""
        values = {
            "bytes": self.bytes,
            "bits_per_byte": self.bits_per_byte,
            "base_bits_per_byte": self.base_bits_per_byte,
            "characters": self.characters or None,
            "keys_saved": self.keys_saved,
            "base_keys_saved": self.base_keys_saved,
        }
        return {name: round(value, 4) for name, value in values.items() if value is not None}


def measuring_seconds(minutes: float) -> float:
    """Return how much of a budget of `minutes` measuring the gain may take."""
    return min(MOST_SECONDS, max(LEAST_SECONDS, 60 * SHARE * minutes))


def measure_gain(
    network: RecurrentNetwork,
    memory: NgramMemory,
    weights: MixtureWeights,
    ground: RecurrentNetwork | None,
    base: RecurrentNetwork | None,
    texts: Sequence[list[int]],
    tokenizer: Tokenizer,
    seconds: float,
) -> Gain | None:
    """Return how the mixture does beside the `base` alone on `texts`, in about `seconds`.

    The texts are lists of pieces that begin with the start piece. `ground` is the base that is part of the
    mixture, if one is. None where there is too little text.
    """
    until = time.monotonic() + seconds

    def mixture(*, adaptive: bool) -> Mixture:
        return build_mixture(network, memory, weights, ground, tokenizer, adaptive=adaptive)

    texts = [text for text in (without_roles(tokenizer.roles, text) for text in texts) if text]
    scored = _bits(mixture(adaptive=False), tokenizer, texts, time.monotonic() + FOR_BITS * seconds)
    pieces = sum(len(text) for text, _ in scored)
    size = sum(len(tokenizer.decode_bytes(text)) for text, _ in scored)
    if pieces < FEWEST_PIECES or not size:
        return None
    bits = sum(bits for _, bits in scored)
    base_bits = None
    if base is not None:
        base_bits = sum(bits for _, bits in _bits(base, tokenizer, [text for text, _ in scored])) / size
    gain = Gain(size, bits / size, base_bits)
    drafts = [tokenizer.decode(text)[:CHARACTERS_EACH] for text in texts]
    counts = cache(partial(WordCounts.from_pieces, memory.pieces, tokenizer))
    own = build_completer(mixture(adaptive=True), tokenizer, counts)
    others = [] if base is None else [Completer(base, tokenizer)]
    typings = type_in_parallel(_at_most(drafts, MOST_CHARACTERS), [own, *others], until)
    characters = min(sum(typing.unaided) for typing in typings)
    if characters < FEWEST_CHARACTERS:
        return gain
    saved = [typing.saved for typing in typings]
    return Gain(size, gain.bits_per_byte, base_bits, characters, saved[0], saved[1] if others else None)


def _bits(
    predictor: AnyLanguageModel, tokenizer: Tokenizer, texts: Sequence[Sequence[int]], until: float = math.inf
) -> list[tuple[list[int], float]]:
    """Return what of each text was scored until the monotonic clock was at `until`, and the bits of that."""
    found: list[tuple[list[int], float]] = []
    count = 0
    for text in texts:
        if count >= FEWEST_PIECES and time.monotonic() >= until:
            break
        bits, done = 0.0, 0
        for piece in score_pieces(predictor, [tokenizer.roles.start, *text[:PIECES_EACH]]):
            bits += piece.bits
            done += 1
            count += 1
            if count >= FEWEST_PIECES and time.monotonic() >= until:
                break
        found.append((list(text[:done]), bits))
    return found


def _at_most(texts: Sequence[str], characters: int) -> list[str]:
    """Return `texts` as far as so many characters go."""
    kept = []
    for text in texts:
        kept.append(text[:characters])
        characters -= len(kept[-1])
        if not characters:
            break
    return kept
