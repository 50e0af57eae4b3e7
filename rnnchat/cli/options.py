"""Options of sampling: their limits and help come from `Sampling`, their defaults from the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from rnnchat.errors import RnnchatError
from rnnchat.generation.sampling import Sampling
from rnnchat.limits import Limits, limits_of

if TYPE_CHECKING:
    from rnnchat.library.settings import Settings

SAMPLING_OPTIONS = ("temperature", "top_p", "top_k", "min_p", "repetition", "seed")
"""The values of `Sampling` that a command takes; guidance is for chats alone."""
WHOLE_NUMBERS = ("top_k", "seed")
"""Those of them that are whole numbers."""


class SettingOption(click.Option):
    """An option that has the settings' value where it is not given; its help shows that and the `range`.

    The settings are read when the help is asked for, and not before.
    """

    def __init__(self, *names: Any, range: str, **more: Any) -> None:
        super().__init__(*names, **more)
        self.range = range

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's names, and what it does."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        return record[0], f"{self.help}  [default: {_current_value(str(self.name))}; {self.range}]"


def sampling_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each of SAMPLING_OPTIONS to a command."""
    limits = limits_of(Sampling)
    for name in reversed(SAMPLING_OPTIONS):
        command = click.option(
            f"--{name.replace('_', '-')}",
            type=click.IntRange(min=0) if name in WHOLE_NUMBERS else float,
            default=None,
            cls=SettingOption,
            range=limits[name].range,
            help=_help(limits[name]),
        )(command)
    return command


def sampling_with(settings: Settings, given: dict[str, float | None]) -> Sampling:
    """Return the sampling of the settings with the options that were `given`.

    Raises RnnchatError where one is outside its limits.
    """
    values: dict[str, Any] = {name: getattr(settings, name) for name in SAMPLING_OPTIONS}
    sampling = Sampling(**values | {name: value for name, value in given.items() if value is not None})
    sampling.check()
    return sampling


def _help(limits: Limits) -> str:
    """Return what an option does as a sentence, with the values that have a name."""
    words = "".join(f"; {value:g}: {word}" for value, word in limits.words)
    return f"{limits.help[:1].upper()}{limits.help[1:]}{words}."


def _current_value(name: str) -> str:
    """Return the settings' value of an option, or its default where they cannot be read."""
    from rnnchat.library.settings import Settings, load_settings
    from rnnchat.storage.paths import Paths

    try:
        settings = load_settings(Paths.from_environment())
    except (OSError, RnnchatError, RuntimeError, ValueError):
        settings = Settings()
    value = getattr(settings, name)
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
