"""The gain of a training: how much better the new model predicts unseen notes than its base does.

A saved model's memory holds all notes, so the gain is measured before those kept back are added to it, and on
texts that the mixture was not fitted to.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
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

MEASURING_SHARE = 0.025
"""Measuring takes this share of a training's budget."""
LEAST_SECONDS = 2.0
"""Measuring takes at least this many seconds."""
MOST_SECONDS = 10.0
"""Measuring takes at most this many seconds."""
SCORING_SHARE = 0.25
"""Scoring bits per byte takes this share of the time, and simulated typing the rest."""
PIECES_PER_TEXT = 250
"""At most this many pieces of each text are scored, so that there is time for several texts."""
CHARACTERS_PER_TEXT = 300
"""At most this many characters of each text are typed."""
MOST_CHARACTERS = 1500
"""At most this many characters of all texts are typed."""
FEWEST_PIECES = 60
"""With fewer pieces than this there is no gain to report."""
WANTED_PIECES = 800
"""At least this many pieces are scored, if there are as many, however long it takes."""
FEWEST_CHARACTERS = 100
"""Saved keys are not reported if fewer characters than this were typed."""


@dataclass(frozen=True)
class Gain:
    """How well a model predicts notes that it has not seen, and how well it would without training."""

    bytes: int
    """The UTF-8 bytes of the text that was scored."""
    bits_per_byte: float
    """What the mixture needs, without learning from that text."""
    base_bits_per_byte: float | None = None
    """What the base alone needs for the same text; None where there is no base."""
    characters: int = 0
    """How many characters were typed."""
    keys_saved: float | None = None
    """The share of keys that a menu of suggestions saves; None where too few characters were typed."""
    base_keys_saved: float | None = None
    """The same with the base alone."""
    at_once_bits_per_byte: float | None = None
    """What a model needs for the same text whose network is the base's; None where that was not measured."""

    @property
    def beats_at_once(self) -> bool:
        """Whether the model needs fewer bits than one whose network is the base's, as far as is known."""
        return self.at_once_bits_per_byte is None or self.bits_per_byte < self.at_once_bits_per_byte

    def as_dict(self) -> dict[str, float | int]:
        """Return what is known, as cards and events hold it."""
        values = {
            "bytes": self.bytes,
            "bits_per_byte": self.bits_per_byte,
            "base_bits_per_byte": self.base_bits_per_byte,
            "at_once_bits_per_byte": self.at_once_bits_per_byte,
            "characters": self.characters or None,
            "keys_saved": self.keys_saved,
            "base_keys_saved": self.base_keys_saved,
        }
        return {name: round(value, 4) for name, value in values.items() if value is not None}


def measuring_seconds(minutes: float) -> float:
    """Return how many seconds of a budget of `minutes` measuring the gain may take."""
    return min(MOST_SECONDS, max(LEAST_SECONDS, 60 * MEASURING_SHARE * minutes))


def measure_gain(
    network: RecurrentNetwork,
    memory: NgramMemory,
    weights: MixtureWeights,
    *,
    base_member: RecurrentNetwork | None,
    compared_with: RecurrentNetwork | None,
    at_once: AnyLanguageModel | None = None,
    texts: Sequence[list[int]],
    tokenizer: Tokenizer,
    seconds: float,
) -> Gain | None:
    """Return how well the mixture does on `texts`, and what it is compared with, in about `seconds`.

    The texts are lists of pieces that begin with the start piece. `base_member` is the base network that is
    a member of the mixture, or None. `compared_with` is the base alone, and `at_once` the mixture of an
    untrained model; each may be None. Returns None where there is too little text. Where `at_once` does as
    well, no keys are counted.
    """
    until = time.monotonic() + seconds

    def mixture(*, adaptive: bool) -> Mixture:
        return build_mixture(network, memory, weights, base_member, tokenizer, adaptive=adaptive)

    texts = [text for text in (without_roles(tokenizer.roles, text) for text in texts) if text]
    scored = _bits(
        mixture(adaptive=False),
        tokenizer,
        texts,
        until=time.monotonic() + SCORING_SHARE * seconds,
        fewest=WANTED_PIECES,
    )
    same_texts = [text for text, _ in scored]
    size = sum(len(tokenizer.decode_bytes(text)) for text in same_texts)
    if sum(map(len, same_texts)) < FEWEST_PIECES or not size:
        return None

    def bits_per_byte(scored: list[tuple[list[int], float]]) -> float:
        return sum(bits for _, bits in scored) / size

    gain = Gain(size, bits_per_byte(scored))
    if compared_with is not None:
        gain = replace(gain, base_bits_per_byte=bits_per_byte(_bits(compared_with, tokenizer, same_texts)))
    if at_once is not None:
        started = time.monotonic()
        gain = replace(gain, at_once_bits_per_byte=bits_per_byte(_bits(at_once, tokenizer, same_texts)))
        until += time.monotonic() - started
        if not gain.beats_at_once:
            return gain
    counts = cache(partial(WordCounts.from_pieces, memory.pieces, tokenizer))
    own = build_completer(mixture(adaptive=True), tokenizer, counts)
    others = [] if compared_with is None else [Completer(compared_with, tokenizer)]
    drafts = [tokenizer.decode(text)[:CHARACTERS_PER_TEXT] for text in texts]
    return _with_keys_saved(gain, drafts, [own, *others], until)


def _with_keys_saved(gain: Gain, drafts: list[str], completers: list[Completer], until: float) -> Gain:
    """Return `gain` with the keys that the model's completer and the base's save, if there is one.

    Typing ends when the monotonic clock is at `until`.
    """
    typings = type_in_parallel(_at_most(drafts, MOST_CHARACTERS), completers, until)
    characters = min(sum(typing.unaided) for typing in typings)
    if characters < FEWEST_CHARACTERS:
        return gain
    saved: list[float | None] = [typing.saved for typing in typings]
    own, base = [*saved, None][:2]
    return replace(gain, characters=characters, keys_saved=own, base_keys_saved=base)


def _bits(
    predictor: AnyLanguageModel,
    tokenizer: Tokenizer,
    texts: Sequence[Sequence[int]],
    *,
    until: float = math.inf,
    fewest: int = 0,
) -> list[tuple[list[int], float]]:
    """Return what of each text was scored, and the bits of that.

    Scoring ends when the monotonic clock is at `until`, but not before the `fewest` pieces are done.
    """
    found: list[tuple[list[int], float]] = []
    count = 0
    for text in texts:
        if count >= fewest and time.monotonic() >= until:
            break
        bits, done = 0.0, 0
        for piece in score_pieces(predictor, [tokenizer.roles.start, *text[:PIECES_PER_TEXT]]):
            bits += piece.bits
            done += 1
            count += 1
            if count >= fewest and time.monotonic() >= until:
                break
        found.append((list(text[:done]), bits))
    return found


def _at_most(texts: Sequence[str], characters: int) -> list[str]:
    """Return the first `characters` characters of `texts`, taken together."""
    kept = []
    for text in texts:
        kept.append(text[:characters])
        characters -= len(kept[-1])
        if not characters:
            break
    return kept
