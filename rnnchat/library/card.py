"""A model's card: where it came from, what it learned, how well it predicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rnnchat.errors import ModelError

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
        return float(value) if isinstance(value, (int, float)) else None

    def to_json(self) -> bytes:
        """Return the card as it is written to disk."""
        return (json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Card:
        """Read a card; raise ModelError where it is not one, or a newer one."""
        try:
            values = json.loads(data)
            schema = values["schema"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ModelError(
                "The card is damaged.", "`rnnchat models check` tells what can be saved."
            ) from error
        if schema != SCHEMA:
            raise ModelError(
                f"The model was written by another version of rnnchat (schema {schema}).", "Upgrade rnnchat."
            )
        try:
            card = cls(**values)
        except TypeError as error:
            raise ModelError("The card is damaged: its fields are not those of a card.") from error
        texts = (card.name, card.created, card.style, card.base, card.description)
        maps = (card.network, card.files, card.learned_from, card.scores, card.training)
        if not all(isinstance(t, str) for t in texts) or not all(isinstance(m, dict) for m in maps):
            raise ModelError("The card is damaged: its fields hold the wrong kinds of values.")
        return card
