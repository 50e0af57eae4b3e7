"""The settings: what the person has chosen, saved between sessions as JSON.

The defaults and the limits of sampling are those of `generation/sampling.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace

from rnnchat.errors import RnnchatError
from rnnchat.generation.sampling import Sampling
from rnnchat.limits import Limits, limited, limits_of
from rnnchat.storage.atomic import write_text
from rnnchat.storage.paths import Paths
from rnnchat.storage.safe_reading import read_regular_file

_MAXIMUM_BYTES = 2**20
"""A larger file is no settings file."""
_LONGEST = 200
"""A setting that is text has at most this many characters."""
_LARGEST_SEED = 2**63 - 1
"""A larger seed is not saved."""


@dataclass
class Settings:
    """The settings; every one has a default that works."""

    model: str = "base"
    """The model in use."""

    theme: str = "rnnchat-dark"
    """The colours of the app."""

    # How replies and continued texts are sampled: `Sampling` says what each value does.
    temperature: float = Sampling.temperature
    top_p: float = Sampling.top_p
    top_k: int = Sampling.top_k
    min_p: float = Sampling.min_p
    guidance: float = Sampling.guidance
    repetition: float = Sampling.repetition
    seed: int | None = Sampling.seed

    reply_pieces: int = limited(
        160, Limits(1, 100_000, "the most tokens in a reply", usual=(20, 1000), step=20)
    )
    """The most tokens in a reply."""

    inline_from: float = limited(
        0.32,
        Limits(
            0, 1, "least chance to be right; lower: more", usual=(0.05, 1), step=0.05, words=((1, "never"),)
        ),
    )
    """How likely what is suggested unasked in a draft must be to be right; 1 for never."""

    minutes: float = limited(5.0, Limits(0, 600, "the minutes of a training"))
    """The budget last chosen for a training."""

    sort_inbox: str = ""
    """The folder of new notes that was sorted last, as it was typed; empty before."""

    sort_notes: str = ""
    """The folder of sorted notes that was learned then."""

    translator: str = ""
    """The name of the translator that was used last in the app; empty before."""

    @property
    def sampling(self) -> Sampling:
        """How replies are sampled."""
        return Sampling(**{name: getattr(self, name) for name in limits_of(Sampling)})


_EARLIER_NAME = "suggest_from"
"""The name of `inline_from` in earlier versions, which saved all settings."""
_EARLIER_DEFAULT = 0.15
"""Its default then; it was the least probability of a word, and is no choice of the person's."""

LIMITS = limits_of(Sampling) | limits_of(Settings)
"""What each number can be; the settings hold a seed that fits 64 bits."""
LIMITS["seed"] = replace(LIMITS["seed"], most=_LARGEST_SEED)


def load_settings(paths: Paths) -> Settings:
    """Read the settings; what is missing or outside its limits has its default.

    The file may be a link, as some people keep their settings elsewhere, but not a pipe or a folder.
    """
    settings = Settings()
    try:
        text = read_regular_file(paths.settings, _MAXIMUM_BYTES, follow=True).decode("utf-8-sig")
        values = json.loads(text, parse_int=_parse_integer)
    except (RnnchatError, ValueError, RecursionError, MemoryError):
        return settings
    if not isinstance(values, dict):
        return settings
    if values.get(_EARLIER_NAME, _EARLIER_DEFAULT) != _EARLIER_DEFAULT:
        values.setdefault("inline_from", values[_EARLIER_NAME])
    for setting in fields(Settings):
        value = values.get(setting.name)
        default = getattr(settings, setting.name)
        if type(default) is float and type(value) is int:
            value = float(value)
        if _fits(setting.name, value, default):
            setattr(settings, setting.name, value)
    return settings


def _parse_integer(digits: str) -> int | None:
    """Return a whole number; None for one that is longer than any setting."""
    return int(digits) if len(digits) <= len(str(_LARGEST_SEED)) else None


def _fits(name: str, value: object, default: object) -> bool:
    """Whether a setting can have a value, whose type is that of its `default`."""
    if name == "seed" and value is None:
        return True
    if isinstance(value, str):
        return isinstance(default, str) and 0 < len(value) <= _LONGEST and value.isprintable()
    if type(value) is not (int if name == "seed" else type(default)):
        return False
    limits = LIMITS[name]
    return limits.least <= value <= limits.most  # type: ignore[operator]


@contextmanager
def change_settings(paths: Paths) -> Iterator[Settings]:
    """Read the settings, let the `with` block change them, and write them if it did."""
    settings = load_settings(paths)
    before = asdict(settings)
    yield settings
    if asdict(settings) != before:
        write_text(paths.settings, json.dumps(asdict(settings), indent=1) + "\n")
