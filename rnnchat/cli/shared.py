"""What several commands share: options and arguments, the folders in use, the saved models."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rnnchat.library.models import Library
    from rnnchat.storage.paths import Paths


class PathArgument(click.Path):
    """A path on the command line, made absolute; a leading ``~`` and ``file:///`` are understood."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path that `value` means; raise PathError where it cannot be one."""
        from rnnchat.storage.paths import parse_argument

        return value if isinstance(value, Path) else parse_argument(os.fsdecode(value))


class NumberRange(click.FloatRange):
    """A number in a range; ``nan`` is none, which click's range lets pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; raise BadParameter where it is not in the range."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
model_option = click.option(
    "--model", default=None, metavar="NAME", help="The model to use.  [default: the model in use]"
)
paths_argument = click.argument("paths", nargs=-1, type=PathArgument(), metavar="PATH...")


def require_paths(paths: tuple[Path, ...], purpose: str) -> None:
    """Raise a usage error where no path is named; `purpose` completes "Name the files or folders …"."""
    if not paths:
        raise click.UsageError(f"Name the files or folders {purpose}")


def current_paths() -> Paths:
    """Return the folders in use."""
    from rnnchat.storage.paths import Paths

    return Paths.from_environment()


def open_library() -> Library:
    """Return the saved models."""
    from rnnchat.library.models import Library

    return Library(current_paths())
