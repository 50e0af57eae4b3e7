"""What a person asks of the training of a translator."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from rnnchat.errors import TrainingError

WORKER = "rnnchat.training.translation.engine.worker"
"""The module whose process trains a translator."""
DEFAULT_MINUTES = 20.0
"""The time budget of the network's training, in minutes, where no other is given."""
SHORTEST_MINUTES = 0.15
"""A network needs a budget of at least this many minutes."""
LONGEST_MINUTES = 7 * 24 * 60.0
"""A budget has at most this many minutes, which is a week."""
_SCHEMA = 1
"""The number of the format."""


@dataclass(frozen=True)
class TranslationSettings:
    """The settings of one training; they are kept with it, so that it can be resumed."""

    name: str
    """The name of the model."""
    path: str
    """The absolute path of the table of pairs."""
    reverse: bool = False
    """Whether the second column is translated into the first."""
    minutes: float = DEFAULT_MINUTES
    """The time budget of the network's training; 0 keeps the pairs and trains no network."""
    seed: int = 0
    """The seed of every random choice."""
    languages: tuple[str, ...] = ()
    """The names of both languages, the one that is translated from first; empty where they are not given."""

    def check(self) -> None:
        """Raise TrainingError where no training can have these settings."""
        if self.minutes and not SHORTEST_MINUTES <= self.minutes <= LONGEST_MINUTES:
            raise TrainingError(
                f"A budget of {self.minutes:g} minutes is not possible.",
                f"Give at least {SHORTEST_MINUTES:g} minutes, or 0 to use the pairs without a network.",
            )

    def to_json(self) -> str:
        """Return the settings as they are written to disk."""
        return json.dumps({"schema": _SCHEMA, **asdict(self)}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> TranslationSettings:
        """Read settings; raise TrainingError where they are damaged."""
        try:
            values: dict[str, Any] = json.loads(text)
            if values.pop("schema") != _SCHEMA:
                raise ValueError("another schema")
            values["languages"] = tuple(map(str, values["languages"]))
            settings = cls(**{field.name: values[field.name] for field in fields(cls)})
            settings._require_types()
            settings.check()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, TrainingError) as error:
            raise TrainingError(
                "The settings of this training are damaged.", "Start it anew with --fresh."
            ) from error
        return settings

    def _require_types(self) -> None:
        texts = isinstance(self.name, str) and isinstance(self.path, str)
        numbers = (
            type(self.seed) is int and type(self.minutes) in (int, float) and math.isfinite(self.minutes)
        )
        if not (texts and numbers and isinstance(self.reverse, bool)):
            raise TypeError("a setting is of the wrong type")
