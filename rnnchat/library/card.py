"""A model's card (`card.json`): where the model came from, what it learned, and how well it predicts.

The names of a model's other files are defined here, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rnnchat.errors import ModelError
from rnnchat.library.card_migrations import NEWEST_SCHEMA, migrate_card
from rnnchat.library.card_validation import CardError, json_safe, read_json, validate_card
from rnnchat.lm.shape import NetworkShape
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
REQUIRED_FILES = (NETWORK, TOKENIZER)
"""Every model has these files beside its card."""
OPTIONAL_FILES = (MEMORY, MIXTURE, BASE_NETWORK, PASSAGES)
"""A model may have these files, too."""
MODEL_FILES = (*REQUIRED_FILES, *OPTIONAL_FILES)
"""A model has no files but these and its card."""


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
    """How many ``files`` and ``bytes`` it learned from; their ``paths``, or ``texts`` if shipped."""
    scores: Mapping[str, Any] = field(default_factory=dict)
    """``bits_per_byte`` on text kept back from training, and the ``bytes`` of that text."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """How it was trained: settings, seconds, tokens per second and the learning ``curve``."""
    style: str = NOTES
    """``chat`` where the model knows the roles of turns, ``notes`` where it only continues text."""
    base: str = ""
    """The name of the model that it was trained from; empty where it was trained from scratch."""
    description: str = ""
    """A sentence that lists show in place of what the model learned from; may be empty."""
    schema: int = NEWEST_SCHEMA
    """The number of the format, see `card_migrations.py`."""

    @property
    def bits_per_byte(self) -> float | None:
        """Bits per byte of text that was kept back from training; None where there was none."""
        value = self.scores.get("bits_per_byte")
        return None if value is None else float(value)

    @property
    def shape(self) -> NetworkShape:
        """The sizes of the network; raises ModelError where no network can have them."""
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
            validate_card(values, MODEL_FILES, REQUIRED_FILES)
        except CardError as error:
            raise ModelError(f"The card is damaged: {error}.", hint) from error
        card = cls(**values)
        _ = card.shape
        return card
