"""Print lines of text, JSON for programs, and errors with a hint."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from rnnchat.cli.escaping import escape_for_terminal, to_json_line
from rnnchat.cli.streams import ReaderGoneError, discard, supports_unicode
from rnnchat.cli.wrapping import fit
from rnnchat.errors import from_os_error

_ERROR_PREFIX = "rnnchat: "
"""Every error message on standard error begins with this."""


def print_line(text: str, *, path: str = "", indent: int | None = None, over: bool = False) -> None:
    """Print a line of text, followed by `path`; on a terminal, long lines are broken between words.

    Control characters in names and paths are removed. `indent` is the column at which the text continues
    after a break. With `over`, the next line replaces this one.
    """
    shown = escape_for_terminal(text)
    if over:
        print_text(f"\r\x1b[K{shown}")
    else:
        print_text(fit(shown, sys.stdout, last=escape_for_terminal(path), indent=indent) + "\n")


def print_text(text: str) -> None:
    """Print `text` unchanged, at once.

    Raises ReaderGoneError where nobody reads standard output any more, and RnnchatError where it cannot be
    written to.
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
    print_text(to_json_line(value, ascii_only=not supports_unicode(sys.stdout)) + "\n")


def print_result(text: str, as_json: bool, **fields: Any) -> None:
    """Print what was done: as `text` or, for programs, `fields` as JSON."""
    if as_json:
        print_json(fields)
    else:
        print_line(text)


def print_error(message: str, hint: str) -> None:
    """Print an error and what to do about it on standard error; nothing where that is closed or full."""
    lines = [fit(f"{_ERROR_PREFIX}{escape_for_terminal(message)}", sys.stderr, indent=len(_ERROR_PREFIX))]
    if hint:
        lines.append(fit(f"  {escape_for_terminal(hint)}", sys.stderr, indent=2))
    try:
        print_progress("".join(f"{line}\n" for line in lines))
    except (OSError, ValueError):
        discard(sys.stderr)


def print_progress(text: str) -> None:
    """Print `text` unchanged on standard error, at once."""
    sys.stderr.write(text)
    sys.stderr.flush()


def replace_progress(text: str) -> None:
    """Print `text` on standard error in place of what the line showed before."""
    print_progress(f"\r\x1b[K{text}")
