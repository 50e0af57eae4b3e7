"""What the commands share: options, the folders in use, and saying things."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rnnchat.library.models import Library
    from rnnchat.library.paths import Paths

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


class PathArgument(click.Path):
    """A path on the command line, absolute; ``~`` that a shell has left and ``file:///`` are understood."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path that `value` means; raise PathError where it can be none."""
        from rnnchat.library.paths import parse_argument

        return value if isinstance(value, Path) else parse_argument(os.fsdecode(value))


paths_argument = click.argument("paths", nargs=-1, type=PathArgument(), metavar="PATH...")
model_option = click.option("--model", default=None, metavar="NAME", help="The model; else the one in use.")


def current_paths() -> Paths:
    """Return the folders in use."""
    from rnnchat.library.paths import Paths

    return Paths.from_environment()


def open_library() -> Library:
    """Return the saved models."""
    from rnnchat.library.models import Library

    return Library(current_paths())


def say(text: str, *, over: bool = False) -> None:
    """Print a line in which names and paths are made harmless; `over` lets the next one replace it."""
    from rnnchat.notes.clean import harmless

    click.echo(f"\r\x1b[K{harmless(text)}" if over else harmless(text), nl=not over)


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object, at once."""
    click.echo(json.dumps(value, ensure_ascii=False))
    sys.stdout.flush()


def complain(message: str, hint: str) -> None:
    """Say on standard error what is wrong and what helps."""
    from rnnchat.notes.clean import harmless

    click.echo(harmless(f"rnnchat: {message}"), err=True)
    if hint:
        click.echo(harmless(f"  {hint}"), err=True)
