"""A group of commands that helps where it is called without one, or with one that does not exist."""

from __future__ import annotations

import difflib

import click


class UnknownCommandError(click.UsageError):
    """The command named does not exist."""

    def __init__(self, message: str, hint: str, context: click.Context) -> None:
        super().__init__(message, context)
        self.hint = hint


class SuggestingGroup(click.Group):
    """A group whose error names the command that was probably meant, or all there are."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` name first; raise UnknownCommandError where there is none."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            names = self.list_commands(ctx)
            nearest = difflib.get_close_matches(name.casefold(), names, n=1, cutoff=0.5)
            hint = (
                f"Did you mean `{ctx.command_path} {nearest[0]}`?"
                if nearest
                else f"Commands: {', '.join(names)}. `{ctx.command_path} --help` tells what they do."
            )
            raise UnknownCommandError(f"There is no command {_short(name)!r}", hint, ctx)
        return super().resolve_command(ctx, args)


def _short(name: str) -> str:
    return name if len(name) <= 60 else name[:59] + "…"
