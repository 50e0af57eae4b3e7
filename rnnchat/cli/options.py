"""Options whose default is what the person has chosen in the settings."""

from __future__ import annotations

from typing import Any

import click

from rnnchat.errors import RnnchatError


class SettingOption(click.Option):
    """An option that is as in the settings where it is not given; its help tells that value and the `range`.

    The settings are read when the help is asked for, and not before.
    """

    def __init__(self, *words: Any, range: str, **more: Any) -> None:
        super().__init__(*words, **more)
        self.range = range

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's names, and what it does."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        return record[0], f"{self.help}  [default: {_setting(str(self.name))}; {self.range}]"


def _setting(name: str) -> str:
    """Return what a setting is, or where the settings cannot be read, what it is at first."""
    from rnnchat.library.settings import Settings, load_settings
    from rnnchat.storage.paths import Paths

    try:
        settings = load_settings(Paths.from_environment())
    except (OSError, RnnchatError, RuntimeError, ValueError):
        settings = Settings()
    value = getattr(settings, name)
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
