"""A saved model, read and ready to speak."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnnchat.completion.completer import Completer
from rnnchat.completion.words import WordCounts
from rnnchat.errors import ModelError
from rnnchat.generation.attribution import Origins
from rnnchat.generation.generate import TextGenerator
from rnnchat.generation.guidance import Guide
from rnnchat.library.card import Card
from rnnchat.library.models import Library, SavedModel
from rnnchat.lm.mixture.contexts import PieceKinds
from rnnchat.lm.mixture.model import Mixture
from rnnchat.lm.mixture.weights import MixtureWeights
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.protocols import AnyLanguageModel, Learn
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class LoadedModel:
    """A model in memory: its card, its parts, and the speaker that makes its text."""

    card: Card
    speaker: TextGenerator
    network: RecurrentNetwork
    memory: NgramMemory | None = None
    """The notes it learned; None for the model that comes with rnnchat."""
    weights: MixtureWeights | None = None
    ground: RecurrentNetwork | None = None
    """The network it was trained from, which speaks along."""
    origins: Origins | None = None
    """Where its phrases come from; None where it has no memory."""

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""
        return self.speaker.tokenizer

    def mixture(self, *, adaptive: bool = False) -> Mixture | None:
        """Return a new mixture of network and memory, None where the model has no memory."""
        if self.memory is None or self.weights is None:
            return None
        parts = (self.network, self.memory, self.weights, self.ground)
        return _mix(*parts, self.tokenizer, adaptive=adaptive)

    def completer(self) -> Completer:
        """Return what completes a draft, and learns from it; without a memory, it learns its words alone."""
        mixture = self.mixture(adaptive=True)
        if mixture is None:
            return Completer(self.network, self.tokenizer)
        return Completer(
            mixture,
            self.tokenizer,
            mixture.learn,
            lambda: self.word_counts,
            mixture.approximate_step,
            mixture.parts.memory.pieces,
        )

    @cached_property
    def partner(self) -> TextGenerator:
        """The speaker for chats, which learns from what it is told there, and forgets it in another chat.

        It keeps to the subject by the base's network, which knows more chats.
        """
        guide = None
        if self.card.style == "chat":
            guide = Guide(self.ground or self.network, self.tokenizer.roles)
        mixture = self.mixture(adaptive=True)
        if mixture is None:
            return TextGenerator(self.network, self.tokenizer, guide=guide)
        return TextGenerator(mixture, self.tokenizer, mixture.learn, mixture.forget, guide)

    @cached_property
    def word_counts(self) -> WordCounts | None:
        """The words of the notes, counted once for all completers; None where it has no memory."""
        if self.memory is None:
            return None
        starts = np.flatnonzero(self.memory.pieces == self.tokenizer.roles.start)
        notes = np.split(self.memory.pieces, starts)
        return WordCounts(self.tokenizer.decode(note.tolist()) for note in notes)

    def members(self) -> Iterator[tuple[str, AnyLanguageModel, Learn | None]]:
        """Yield the name and the predictor of the network, the memory and both mixtures.

        And how it learns from a text that it is scored on, if it does.
        """
        yield "network", self.network, None
        if self.memory is not None:
            yield "memory", NgramModel(self.memory), None
        for name, adaptive in (("mixture", False), ("adaptive", True)):
            mixture = self.mixture(adaptive=adaptive)
            if mixture is not None:
                yield name, mixture, mixture.learn if adaptive else None


def load_model(library: Library, name: str) -> LoadedModel:
    """Read the model called `name`; raise ModelError where it is missing or damaged."""
    return from_saved(library.load(name), name)


def from_saved(saved: SavedModel, name: str) -> LoadedModel:
    """Return the parts of a saved model put together; raise ModelError where they do not fit together."""
    tokenizer = Tokenizer(saved.tokenizer)
    shape = saved.card.shape
    if tokenizer.size != shape.vocabulary:
        raise ModelError(
            f"The model {name} is damaged: its tokenizer and network do not fit together.",
            "Go back to the version before with `rnnchat models rollback`.",
        )
    network = RecurrentNetwork(shape, saved.weights)
    if saved.memory is None:
        return LoadedModel(saved.card, TextGenerator(network, tokenizer), network)
    memory = NgramMemory.from_tensors(saved.memory, shape.vocabulary)
    origins = Origins.of(saved.memory, memory, tokenizer)
    if saved.mixture is None:
        return LoadedModel(saved.card, TextGenerator(network, tokenizer), network, memory, origins=origins)
    ground = None if saved.base_weights is None else RecurrentNetwork(shape, saved.base_weights, network)
    weights = MixtureWeights.from_tensors(saved.mixture, shape.vocabulary, base=ground is not None)
    speaker = TextGenerator(_mix(network, memory, weights, ground, tokenizer, adaptive=False), tokenizer)
    return LoadedModel(saved.card, speaker, network, memory, weights, ground, origins)


def piece_kinds(tokenizer: Tokenizer) -> PieceKinds:
    """Return what sorts of pieces a tokenizer has."""
    texts = [tokenizer.decode_bytes((piece,)) for piece in range(tokenizer.size)]
    newline = tokenizer.encode("\n")
    if len(newline) != 1:
        raise ModelError("The tokenizer has no piece for the end of a line.")
    return PieceKinds.of(texts, start=tokenizer.roles.start, newline=newline[0])


def _mix(
    network: RecurrentNetwork,
    memory: NgramMemory,
    weights: MixtureWeights,
    ground: RecurrentNetwork | None,
    tokenizer: Tokenizer,
    *,
    adaptive: bool,
) -> Mixture:
    return weights.mixture(network, memory, piece_kinds(tokenizer), base=ground, adaptive=adaptive)
