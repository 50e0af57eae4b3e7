"""A model's card (`card.json`): where the model came from, what it learned, and how well it predicts.

The names of a model's other files are defined here, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rnnchat.errors import ModelError
from rnnchat.library.card_migrations import NEWEST_SCHEMA, migrate_card
from rnnchat.library.card_validation import CardError, json_safe, read_json, validate_card
from rnnchat.lm.shape import NetworkShape
from rnnchat.tasks.base import CLASSIFY, LANGUAGE_MODEL, TRANSLATE
from rnnchat.text.chat_format import NOTES

NETWORK = "network.safetensors"
"""This file holds the weights of the model's network (see `rnnchat/lm/recurrent.py`)."""
TOKENIZER = "tokenizer.model"
"""This file is the SentencePiece model."""
MEMORY = "memory.safetensors"
"""This file holds the notes as sorted pieces (see `rnnchat/lm/ngram.py`); a shipped model has none."""
MIXTURE = "mixture.safetensors"
"""This file holds the weights of the mixture (`rnnchat/lm/mixture/weights.py`), where there is a memory."""
BASE_NETWORK = "base.safetensors"
"""This file holds the weights of the base's network before training, where they differ from the model's own.

The base's network is a member of the mixture.
"""
PASSAGES = "passages.safetensors"
"""This file holds the passages of the notes and their terms (see `rnnchat/tasks/asking/index.py`)."""
CLASSIFIER = "classifier.safetensors"
"""This file holds what a classifier learned (see `rnnchat/tasks/classification/classifier.py`)."""
TRANSLATION_MEMORY = "translation_memory.safetensors"
"""This file holds the pairs of a translator (see `rnnchat/tasks/translation/memory.py`)."""
REQUIRED_FILES = (NETWORK, TOKENIZER)
"""Every language model has these files beside its card."""
OPTIONAL_FILES = (MEMORY, MIXTURE, BASE_NETWORK, PASSAGES)
"""A language model may have these files, too."""
TASK_FILES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    LANGUAGE_MODEL: (REQUIRED_FILES, OPTIONAL_FILES),
    CLASSIFY: ((CLASSIFIER,), (NETWORK, TOKENIZER)),
    TRANSLATE: ((TRANSLATION_MEMORY,), (NETWORK, TOKENIZER)),
}
"""For each task, the files that its models must have beside their card, and those that they may have."""


@dataclass(frozen=True)
class Card:
    """The record that is saved with every model."""

    name: str
    """The model's name."""
    created: str
    """When its training ended: ISO 8601, UTC."""
    network: Mapping[str, Any]
    """The network's sizes and cell, as `NetworkShape.as_dict` gives them."""
    files: Mapping[str, str]
    """The SHA-256 of each of the model's other files, in hexadecimal, by the file's name."""
    learned_from: Mapping[str, Any] = field(default_factory=dict)
    """How many ``files`` and ``bytes`` it learned from; their ``paths``, or ``texts`` if shipped.

    For a translator also the number of ``pairs``, and its two ``languages`` if they are known.
    """
    scores: Mapping[str, Any] = field(default_factory=dict)
    """``bits_per_byte`` on text kept back from training, and the ``bytes`` of that text.

    For other tasks, the metrics that the task names.
    """
    training: Mapping[str, Any] = field(default_factory=dict)
    """How it was trained: settings, seconds, tokens per second and the learning ``curve``."""
    style: str = NOTES
    """``chat`` where the model knows the roles of turns, ``notes`` where it only continues text."""
    base: str = ""
    """The name of the model that it was trained from; empty where it was trained from scratch."""
    description: str = ""
    """A sentence that lists show in place of what the model learned from; may be empty."""
    task: str = LANGUAGE_MODEL
    """What the model is for, one of the tasks in `rnnchat/tasks/base.py`."""
    labels: Sequence[str] = ()
    """The labels that a classifier knows; none for a language model."""
    schema: int = NEWEST_SCHEMA
    """The number of the format, see `card_migrations.py`."""

    @property
    def bits_per_byte(self) -> float | None:
        """Bits per byte of text that was kept back from training; None where there was none."""
        value = self.scores.get("bits_per_byte")
        return None if value is None else float(value)

    @property
    def is_language_model(self) -> bool:
        """Whether the model predicts text, as chats and drafts need it."""
        return self.task == LANGUAGE_MODEL

    @property
    def shape(self) -> NetworkShape:
        """The sizes of a language model's network; raises ModelError where no network can have them."""
        return NetworkShape.from_dict(self.network)

    def to_json(self) -> bytes:
        """Return the card as it is written to disk."""
        return (json.dumps(json_safe(asdict(self)), indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Card:
        """Read a card of any schema so far; raise ModelError where it is damaged or of a newer schema.

        Every value of the card that is returned has the right type and is within its range.
        """
        hint = "`rnnchat models check` shows which versions of the model are sound."
        try:
            values = read_json(data)
            if not isinstance(values, dict):
                raise CardError("it is not a JSON object")
            values = migrate_card(values)
            required, optional = TASK_FILES.get(str(values.get("task", LANGUAGE_MODEL)), ((), ()))
            validate_card(values, (*required, *optional), required)
        except CardError as error:
            raise ModelError(f"The card is damaged: {error}.", hint) from error
        card = cls(**values)
        if NETWORK in card.files and card.task != TRANSLATE:
            _ = card.shape
        return card
