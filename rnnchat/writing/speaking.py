"""A saved model, read and ready to speak."""

from __future__ import annotations

from dataclasses import dataclass

from rnnchat.errors import ModelError
from rnnchat.library.card import Card
from rnnchat.library.models import Library
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.recurrent import NetworkShape, RecurrentNetwork
from rnnchat.tokenizer import Tokenizer
from rnnchat.writing.generate import Speaker


@dataclass(frozen=True)
class SpeakingModel:
    """A model in memory: its card, and the speaker that makes its text."""

    card: Card
    speaker: Speaker
    memory: NgramMemory | None = None
    """The notes it learned; None for the model that comes with rnnchat."""

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""
        return self.speaker.tokenizer


def load_model(library: Library, name: str) -> SpeakingModel:
    """Read the model called `name`; raise ModelError where it is missing or damaged."""
    saved = library.load(name)
    tokenizer = Tokenizer(saved.tokenizer)
    shape = NetworkShape.from_dict(saved.card.network)
    if tokenizer.size != shape.vocabulary:
        raise ModelError(
            f"The model {name} is damaged: its tokenizer and network do not fit together.",
            "Go back to the version before with `rnnchat models rollback`.",
        )
    memory = None if saved.memory is None else NgramMemory.from_tensors(saved.memory, shape.vocabulary)
    return SpeakingModel(saved.card, Speaker(RecurrentNetwork(shape, saved.weights), tokenizer), memory)
