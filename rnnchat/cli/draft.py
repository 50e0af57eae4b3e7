"""The command `draft`, and opening the app, which `rnnchat` without a command does."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rnnchat.cli.streams import is_terminal
from rnnchat.errors import RnnchatError


@click.command(short_help="Open a file in the app as a draft.")
@click.argument("file", type=click.Path(path_type=Path))
def draft(file: Path) -> None:
    """Open FILE in the app as a draft. A new file is created when the draft is saved."""
    open_app(file)  # the app reports a path that cannot be used, and keeps what is typed all the same


def open_app(file: Path | None = None) -> None:
    """Open the app, with the draft `file` if one is given; raise RnnchatError where there is no terminal."""
    if not all(is_terminal(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise RnnchatError(
            "The app needs a terminal.",
            "In a script, use `rnnchat generate` or another command (`rnnchat --help` lists them).",
        )
    from rnnchat.app import run

    status = run(file)
    if status:
        sys.exit(status)
