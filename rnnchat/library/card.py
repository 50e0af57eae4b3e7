"""A model's card: where it came from, what it learned, how well it predicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rnnchat.errors import ModelError
from rnnchat.library.card_rules import RuleError, check_card, read_json, writable
from rnnchat.lm.shape import NetworkShape

NETWORK = "network.safetensors"
TOKENIZER = "tokenizer.model"
MEMORY = "memory.safetensors"
"""The notes as pieces, sorted for looking up; the model that comes with rnnchat has none."""
MIXTURE = "mixture.safetensors"
"""How network and memory are mixed; a model that has a memory has this too."""
GROUND = "base.safetensors"
"""The network of the base that a model's own was trained from, as it was: it speaks along in the mixture."""
NEEDED = (NETWORK, TOKENIZER)
OPTIONAL = (MEMORY, MIXTURE, GROUND)
FILES = (*NEEDED, *OPTIONAL)
"""The files that a model may have beside its card."""

SCHEMA = 1
"""The version of the format that this rnnchat writes and reads."""


@dataclass(frozen=True)
class Card:
    """The record kept with every model."""

    name: str
    """What the person calls it."""
    created: str
    """When its training ended: ISO 8601, UTC."""
    network: Mapping[str, Any]
    """The network's sizes and cell."""
    files: Mapping[str, str]
    """The SHA-256 of every other file of the model."""
    learned_from: Mapping[str, Any] = field(default_factory=dict)
    """``files`` and ``bytes`` it learned from; ``paths`` or, for what is shipped, ``texts``."""
    scores: Mapping[str, Any] = field(default_factory=dict)
    """``bits_per_byte`` on text kept back from training, and the ``bytes`` of that text."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """How it was trained: settings, seconds, tokens a second and the learning ``curve``."""
    style: str = "notes"
    """``chat`` where it knows turns by their roles, ``notes`` where it continues text."""
    base: str = ""
    """The model it was trained from, or nothing where it started from scratch."""
    description: str = ""
    """A sentence for the person."""
    schema: int = SCHEMA

    @property
    def bits_per_byte(self) -> float | None:
        """The score on text kept back, where there was any."""
        value = self.scores.get("bits_per_byte")
        return None if value is None else float(value)

    @property
    def shape(self) -> NetworkShape:
        """The sizes of the network; raises ModelError where no network has such."""
        return NetworkShape.from_dict(self.network)

    def to_json(self) -> bytes:
        """Return the card as it is written to disk."""
        return (json.dumps(writable(asdict(self)), indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Card:
        """Read a card; raise ModelError where it is not one, or a newer one.

        What it returns holds only values of the right types and in their ranges.
        """
        hint = "`rnnchat models check` tells what can be saved."
        try:
            values = read_json(data)
            schema = values.get("schema") if isinstance(values, dict) else None
            if type(schema) is not int or schema < 1:
                raise RuleError("it is no card")
            if schema != SCHEMA:
                raise ModelError(
                    f"The model was written by another version of rnnchat (schema {schema}).",
                    "Upgrade rnnchat.",
                )
            check_card(values, FILES, NEEDED)
        except RuleError as error:
            raise ModelError(f"The card is damaged: {error}.", hint) from error
        card = cls(**values)
        _ = card.shape
        return card
