"""What the commands share: options, the folders in use, and saying things."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rnnchat.cli.escaping import as_json_line, visible
from rnnchat.cli.streams import ReaderGoneError, discard, takes_unicode
from rnnchat.errors import from_os_error

if TYPE_CHECKING:
    from rnnchat.library.models import Library
    from rnnchat.storage.paths import Paths

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


class PathArgument(click.Path):
    """A path on the command line, absolute; ``~`` that a shell has left and ``file:///`` are understood."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path that `value` means; raise PathError where it can be none."""
        from rnnchat.storage.paths import parse_argument

        return value if isinstance(value, Path) else parse_argument(os.fsdecode(value))


paths_argument = click.argument("paths", nargs=-1, type=PathArgument(), metavar="PATH...")
model_option = click.option("--model", default=None, metavar="NAME", help="The model; else the one in use.")


def current_paths() -> Paths:
    """Return the folders in use."""
    from rnnchat.storage.paths import Paths

    return Paths.from_environment()


def open_library() -> Library:
    """Return the saved models."""
    from rnnchat.library.models import Library

    return Library(current_paths())


def say(text: str, *, over: bool = False) -> None:
    """Print a line in which names and paths are made harmless; `over` lets the next one replace it."""
    shown = visible(text)
    write(f"\r\x1b[K{shown}" if over else f"{shown}\n")


def write(text: str) -> None:
    """Print `text` as it is, at once; raise RnnchatError where standard output takes no more.

    ReaderGoneError where nobody reads it any more.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as error:
        raise from_os_error(error, "writing to standard output") from error


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object in a line, at once."""
    write(as_json_line(value, ascii_only=not takes_unicode(sys.stdout)) + "\n")


def tell(text: str, as_json: bool, **fields: Any) -> None:
    """Say what was done, in words or, for programs, as JSON."""
    if as_json:
        print_json(fields)
    else:
        say(text)


def complain(message: str, hint: str) -> None:
    """Say on standard error what is wrong and what helps; where that is closed or full, say nothing."""
    lines = [f"rnnchat: {visible(message)}", *([f"  {visible(hint)}"] if hint else [])]
    try:
        note("".join(f"{line}\n" for line in lines))
    except (OSError, ValueError):
        discard(sys.stderr)


def note(text: str) -> None:
    """Print `text` as it is on standard error, at once."""
    sys.stderr.write(text)
    sys.stderr.flush()
