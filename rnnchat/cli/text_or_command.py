"""A group of commands that may also be called with a text: `classify TEXT`, `classify train FILE`."""

from __future__ import annotations

from typing import Any

import click

TEXT_COMMAND = "text"
"""The name of the hidden command that is meant where no other is named."""


class TextOrCommand(click.Group):
    """A group whose arguments are for the hidden command ``text`` unless they begin with a command's name.

    `usages` are how its forms are called, each without the name of the command.
    """

    def __init__(self, *words: Any, usages: tuple[str, ...] = (), **more: Any) -> None:
        super().__init__(*words, **more)
        self._usages = usages

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, with ``text`` put before them where they name no command."""
        names = [name for name, command in self.commands.items() if not command.hidden]
        is_help = len(args) == 1 and args[0] in ctx.help_option_names
        if not is_help and (not args or args[0] not in names):
            # A text that begins with the mark of a list would be taken for an option.
            args = [
                TEXT_COMMAND,
                *(f" {arg}" if arg[:1] == "-" and arg[1:2].isspace() else arg for arg in args),
            ]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how the forms of the command are called."""
        for place, usage in enumerate(self._usages):
            formatter.write_usage(ctx.command_path, usage, prefix="       " if place else None)
