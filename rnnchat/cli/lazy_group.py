"""A group of commands that imports only the one that is called, and suggests a name for a mistyped one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class UnknownCommandError(click.UsageError):
    """The command does not exist."""

    def __init__(self, message: str, hint: str, context: click.Context) -> None:
        super().__init__(message, context)
        self.hint = hint


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, or when help lists them.

    `modules` has the module of each such command, which defines it under its own name. The error for an
    unknown command names the one that was probably meant, or lists all.
    """

    def __init__(self, *words: Any, modules: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(*words, **more)
        self._modules = dict(modules or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted({*self.commands, *self._modules})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called `cmd_name`; None where there is none."""
        if cmd_name in self._modules and cmd_name not in self.commands:
            self.add_command(getattr(import_module(self._modules[cmd_name]), cmd_name))
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` name first; raise UnknownCommandError where there is none."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            import difflib

            names = self.list_commands(ctx)
            nearest = difflib.get_close_matches(name.casefold(), names, n=1, cutoff=0.5)
            hint = (
                f"Did you mean `{ctx.command_path} {nearest[0]}`?"
                if nearest
                else f"Commands: {', '.join(names)}. `{ctx.command_path} --help` explains them."
            )
            raise UnknownCommandError(f"No such command {_short(name)!r}", hint, ctx)
        return super().resolve_command(ctx, args)


def _short(name: str) -> str:
    return name if len(name) <= 60 else name[:59] + "…"
