"""Loading: `load_model` reads a saved model from the library and returns one that can be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnnchat.completion.completer import Completer
from rnnchat.completion.words import WordCounts
from rnnchat.errors import ModelError
from rnnchat.generation.attribution import AttributionIndex
from rnnchat.generation.generate import TextGenerator
from rnnchat.generation.guidance import Guide
from rnnchat.generation.replies import MIXTURE_CANDIDATES, ReplyGenerator
from rnnchat.library.card import Card
from rnnchat.library.model_files import SavedTranslator
from rnnchat.library.models import Library, SavedClassifier, SavedModel
from rnnchat.lm.mixture.contexts import PieceKinds
from rnnchat.lm.mixture.model import Mixture
from rnnchat.lm.mixture.weights import MixtureWeights
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.protocols import AnyLanguageModel, Learn
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.tasks.classification.classifier import TextClassifier
from rnnchat.tasks.classification.encoder import StateEncoder
from rnnchat.tasks.translation.decoder import NetworkDecoder
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.protocols import PhraseDecoder
from rnnchat.tasks.translation.translator import Translator
from rnnchat.text.chat_format import CHAT
from rnnchat.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class Member:
    """One of the predictors that a model consists of."""

    name: str
    """``network``, ``memory``, ``mixture`` or ``adaptive``."""
    predictor: AnyLanguageModel
    learn: Learn | None = None
    """How it learns from a text that it is scored on; None where it does not."""


@dataclass(frozen=True)
class LoadedModel:
    """A model in memory: its card, its parts, and the generator that continues text with them."""

    card: Card
    generator: TextGenerator
    network: RecurrentNetwork
    memory: NgramMemory | None = None
    """The notes it learned; None for a model that comes with rnnchat."""
    weights: MixtureWeights | None = None
    """The weights of the mixture; None where it has none."""
    base_network: RecurrentNetwork | None = None
    """The network that its own was trained from, part of the mixture too; None where there is none."""
    attribution: AttributionIndex | None = None
    """Finds passages of a text in the notes; None where it has no memory."""

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""
        return self.generator.tokenizer

    def mixture(self, *, adaptive: bool = False) -> Mixture | None:
        """Return a new mixture of network and memory, None where the model has no memory."""
        if self.memory is None or self.weights is None:
            return None
        return build_mixture(
            self.network, self.memory, self.weights, self.base_network, self.tokenizer, adaptive=adaptive
        )

    def completer(self) -> Completer:
        """Return a new completer, which learns from its drafts; without a memory, only their words."""
        mixture = self.mixture(adaptive=True)
        if mixture is None:
            return Completer(self.network, self.tokenizer)
        return build_completer(mixture, self.tokenizer, lambda: self.word_counts)

    @cached_property
    def reply_generator(self) -> ReplyGenerator:
        """What replies in chats; it learns from the person's turns, and forgets them in another chat.

        It is guided by the base's network, which was trained on more conversations.
        """
        guide = None
        if self.card.style == CHAT:
            guide = Guide(self.base_network or self.network, self.tokenizer.roles)
        mixture = self.mixture(adaptive=True)
        if mixture is None:
            generator = TextGenerator(self.network, self.tokenizer, guide=guide)
            return ReplyGenerator(generator, self.card.style)
        generator = TextGenerator(mixture, self.tokenizer, mixture.learn, mixture.forget, guide)
        return ReplyGenerator(generator, self.card.style, MIXTURE_CANDIDATES)

    @cached_property
    def word_counts(self) -> WordCounts | None:
        """The words of the notes, counted once for all completers; None where it has no memory."""
        return None if self.memory is None else WordCounts.from_pieces(self.memory.pieces, self.tokenizer)

    def members(self) -> Iterator[Member]:
        """Yield the predictors that the model has: network, memory, static and adaptive mixture."""
        yield Member("network", self.network)
        if self.memory is not None:
            yield Member("memory", NgramModel(self.memory))
        for name, adaptive in (("mixture", False), ("adaptive", True)):
            mixture = self.mixture(adaptive=adaptive)
            if mixture is not None:
                yield Member(name, mixture, mixture.learn if adaptive else None)


def load_model(library: Library, name: str) -> LoadedModel:
    """Read the model called `name`; raise ModelError where it is missing or damaged."""
    return from_saved(library.load(name), name)


def load_classifier(library: Library, name: str) -> TextClassifier:
    """Read the classifier called `name`; raise ModelError where it is missing, damaged or none."""
    return classifier_from_saved(library.load_classifier(name))


def classifier_from_saved(saved: SavedClassifier) -> TextClassifier:
    """Return a saved classifier put together; raise ModelError where its parts do not fit together."""
    encoder = None
    if saved.weights is not None and saved.tokenizer is not None:
        network = RecurrentNetwork(saved.card.shape, saved.weights)
        encoder = StateEncoder(network, fitting_tokenizer(saved.tokenizer, saved.card))
    return TextClassifier.from_tensors(saved.tensors, saved.card.labels, encoder)


def load_translator(library: Library, name: str) -> Translator:
    """Read the translator called `name`; raise ModelError where it is missing, damaged or none."""
    return translator_from_saved(library.load_translator(name))


def translator_from_saved(saved: SavedTranslator) -> Translator:
    """Return a saved translator put together; raise ModelError where its parts do not fit together."""
    memory = TranslationMemory.from_tensors(saved.memory)
    language = next(iter(saved.card.learned_from.get("languages", [])), "")
    if saved.weights is None or saved.tokenizer is None:
        return Translator(memory, language=language)
    return Translator(memory, phrase_decoder(saved.weights, saved.tokenizer), language)


def phrase_decoder(weights: Mapping[str, NDArray[np.floating]], tokenizer: bytes) -> PhraseDecoder:
    """Return what translates with the network of these `weights` and its tokenizer.

    Raises ModelError where they do not fit together.
    """
    return NetworkDecoder(weights, tokenizer)


def encoder_from_saved(saved: SavedModel) -> StateEncoder:
    """Return what reads texts with the network of a saved language model."""
    network = RecurrentNetwork(saved.card.shape, saved.weights)
    return StateEncoder(network, fitting_tokenizer(saved.tokenizer, saved.card))


def fitting_tokenizer(data: bytes, card: Card) -> Tokenizer:
    """Return a saved tokenizer; raise ModelError where it has other pieces than the network."""
    tokenizer = Tokenizer(data)
    if tokenizer.size != card.shape.vocabulary:
        raise ModelError(
            f"The model {card.name} is damaged: its tokenizer and its network do not fit together.",
            "`rnnchat models check` says more.",
        )
    return tokenizer


def from_saved(saved: SavedModel, name: str) -> LoadedModel:
    """Return a saved model's parts put together; raise ModelError where they do not fit together."""
    tokenizer = Tokenizer(saved.tokenizer)
    shape = saved.card.shape
    if tokenizer.size != shape.vocabulary:
        raise ModelError(
            f"The model {name} is damaged: its tokenizer and its network do not fit together.",
            "`rnnchat models check` says more.",
        )
    network = RecurrentNetwork(shape, saved.weights)
    if saved.memory is None:
        return LoadedModel(saved.card, TextGenerator(network, tokenizer), network)
    memory = NgramMemory.from_tensors(saved.memory, shape.vocabulary)
    attribution = AttributionIndex.from_tensors(saved.memory, memory, tokenizer)
    if saved.mixture is None:
        generator = TextGenerator(network, tokenizer)
        return LoadedModel(saved.card, generator, network, memory, attribution=attribution)
    base = None if saved.base_weights is None else RecurrentNetwork(shape, saved.base_weights, network)
    weights = MixtureWeights.from_tensors(saved.mixture, shape.vocabulary, base=base is not None)
    mixture = build_mixture(network, memory, weights, base, tokenizer, adaptive=False)
    generator = TextGenerator(mixture, tokenizer)
    return LoadedModel(
        card=saved.card,
        generator=generator,
        network=network,
        memory=memory,
        weights=weights,
        base_network=base,
        attribution=attribution,
    )


def piece_kinds(tokenizer: Tokenizer) -> PieceKinds:
    """Return the kinds of a tokenizer's pieces; raise ModelError where it has no piece for a line end."""
    newline = tokenizer.encode("\n")
    if len(newline) != 1:
        raise ModelError("The tokenizer has no piece for the end of a line.")
    return PieceKinds.of(tokenizer.piece_bytes, start=tokenizer.roles.start, newline=newline[0])


def build_mixture(
    network: RecurrentNetwork,
    memory: NgramMemory,
    weights: MixtureWeights,
    base: RecurrentNetwork | None,
    tokenizer: Tokenizer,
    *,
    adaptive: bool,
) -> Mixture:
    """Return the mixture of a network, a memory and, where there is one, the `base` network.

    An adaptive one changes its mixer's weights as it learns.
    """
    return weights.mixture(network, memory, piece_kinds(tokenizer), base=base, adaptive=adaptive)


def build_completer(
    mixture: Mixture, tokenizer: Tokenizer, counts: Callable[[], WordCounts | None]
) -> Completer:
    """Return a completer that learns by `mixture`; `counts` returns the words of the notes."""
    return Completer(
        mixture,
        tokenizer,
        learn=mixture.learn,
        counts=counts,
        lookahead_steps=mixture.approximate_steps,
        notes=mixture.parts.memory.pieces,
        memory=mixture.parts.memory,
    )
