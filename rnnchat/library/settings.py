"""What the person has chosen, kept between sessions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields

from rnnchat.errors import RnnchatError
from rnnchat.storage.atomic import write_text
from rnnchat.storage.paths import Paths
from rnnchat.storage.safe_reading import read_regular_file


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


_MAXIMUM_BYTES = 2**20
_LONGEST = 200
_LARGEST_SEED = 2**63 - 1
RANGES = {
    "temperature": (0.0, 5.0),
    "top_p": (0.0, 1.0),
    "top_k": (0, 10**6),
    "min_p": (0.0, 1.0),
    "guidance": (0.0, 5.0),
    "repetition": (1.0, 3.0),
    "seed": (0, _LARGEST_SEED),
    "reply_pieces": (1, 100_000),
    "suggest_from": (0.0, 1.0),
    "minutes": (0.0, 600.0),
}
"""The least and the most that each number can be, which sampling and trainings take too."""


def load_settings(paths: Paths) -> Settings:
    """Read the settings; whatever is missing or makes no sense has its default.

    The file may be a link, as people keep their settings elsewhere, but nothing else than a file.
    """
    settings = Settings()
    try:
        text = read_regular_file(paths.settings, _MAXIMUM_BYTES, follow=True).decode("utf-8-sig")
        values = json.loads(text, parse_int=_whole)
    except (RnnchatError, ValueError, RecursionError, MemoryError):
        return settings
    if not isinstance(values, dict):
        return settings
    for setting in fields(Settings):
        value = values.get(setting.name)
        default = getattr(settings, setting.name)
        if type(default) is float and type(value) is int:
            value = float(value)
        if _fits(setting.name, value, default):
            setattr(settings, setting.name, value)
    return settings


def _whole(digits: str) -> int | None:
    """Return a whole number; nothing for one that is longer than any setting."""
    return int(digits) if len(digits) <= len(str(_LARGEST_SEED)) else None


def _fits(name: str, value: object, default: object) -> bool:
    """Whether a setting can have a value."""
    if name == "seed" and value is None:
        return True
    if isinstance(value, str):
        return isinstance(default, str) and 0 < len(value) <= _LONGEST and value.isprintable()
    if type(value) is not (int if name == "seed" else type(default)):
        return False
    least, most = RANGES[name]
    return least <= value <= most  # type: ignore[operator]


@contextmanager
def change_settings(paths: Paths) -> Iterator[Settings]:
    """Read the settings, let the block change them, and write them where it did."""
    settings = load_settings(paths)
    before = asdict(settings)
    yield settings
    if asdict(settings) != before:
        write_text(paths.settings, json.dumps(asdict(settings), indent=1) + "\n")
