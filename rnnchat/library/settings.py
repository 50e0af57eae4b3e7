"""What the person has chosen, kept between sessions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields

from rnnchat.library.atomic import write_text
from rnnchat.library.paths import Paths


@dataclass
class Settings:
    """The settings; every one has a default that works."""

    model: str = "base"
    """The model that speaks."""

    theme: str = "rnnchat-dark"
    """The colours of the app."""

    temperature: float = 0.8
    """How bold replies are: 0 always takes the likeliest piece."""

    top_p: float = 0.95
    """How much probability the pieces to choose from hold together."""

    top_k: int = 0
    """How many of the likeliest pieces to choose from; 0 for all."""

    min_p: float = 0.0
    """How likely a piece must be, compared to the likeliest."""

    guidance: float = 0.7
    """How strongly replies keep to what was said; 0 for not at all."""

    repetition: float = 1.1
    """How much less likely what was just said becomes; 1 for not at all."""

    seed: int | None = None
    """The same seed gives the same reply; none gives another one each time."""

    reply_pieces: int = 160
    """How long a reply may become, in pieces."""

    suggest_from: float = 0.15
    """How likely what is suggested unasked in a draft must be, 0 to 1; 1 for never."""

    minutes: float = 5.0
    """The budget last chosen for a training."""


def load_settings(paths: Paths) -> Settings:
    """Read the settings; whatever is missing or makes no sense has its default."""
    defaults = Settings()
    try:
        values = json.loads(paths.settings.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return defaults
    if not isinstance(values, dict):
        return defaults
    for setting in fields(Settings):
        value = values.get(setting.name)
        default = getattr(defaults, setting.name)
        fits = isinstance(value, type(default)) and not isinstance(value, bool)
        if isinstance(default, float) and isinstance(value, int):
            fits, value = True, float(value)
        if setting.name == "seed" and isinstance(value, int):
            fits = True
        if fits:
            setattr(defaults, setting.name, value)
    return defaults


@contextmanager
def change_settings(paths: Paths) -> Iterator[Settings]:
    """Read the settings, let the block change them, and write them where it did."""
    settings = load_settings(paths)
    before = asdict(settings)
    yield settings
    if asdict(settings) != before:
        write_text(paths.settings, json.dumps(asdict(settings), indent=1) + "\n")
