"""Standard input, output and error, which may be closed, full, or in another encoding than UTF-8."""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any

from rnnchat.errors import RnnchatError

MAXIMUM_INPUT_BYTES = 64 * 1024 * 1024
"""The longest text on standard input, in bytes."""


class ReaderGoneError(Exception):
    """Nobody reads standard output any more; not an OSError, which click would handle itself."""


class ClosedInput(StringIO):
    """An empty stream in place of a closed standard input, which `is_closed` recognises."""


def prepare_streams() -> None:
    """Make the standard streams safe to use.

    A closed descriptor is opened on the null device: otherwise a file opened later would get its number, and
    what libraries write to standard output or error would go into that file. Python's own streams, which
    are None then, are replaced. Characters that the encoding of the output does not have are replaced, too.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDONLY if descriptor == 0 else os.O_WRONLY)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
    if sys.stdin is None:
        sys.stdin = ClosedInput()
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")


def log_interpreter_messages() -> None:
    """Write to the log what Python itself would print, with paths of its source code."""
    warnings.showwarning = _log_warning
    threading.excepthook = _log_thread
    sys.unraisablehook = _log_unraisable


def is_closed(stream: IO[str] | None) -> bool:
    """Return whether standard input was closed when the program started."""
    return stream is None or isinstance(stream, ClosedInput)


def is_terminal(stream: IO[str] | None) -> bool:
    """Return whether a standard stream is open and a terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def supports_unicode(stream: IO[str] | None) -> bool:
    """Return whether a stream's encoding has all characters."""
    try:
        return codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name.startswith("utf")
    except LookupError:
        return False


def read_standard_input(largest: int = MAXIMUM_INPUT_BYTES, *, strict: bool = False) -> str:
    """Return the text on standard input, decoded as the text of a note is.

    What is text in no known encoding is read as UTF-8; with `strict`, RnnchatError is raised. It is raised
    where standard input is closed, unreadable or longer than `largest` bytes, too.
    """
    hint = "Redirect a file to it, such as with `< draft.md`."
    if is_closed(sys.stdin):
        raise RnnchatError("Standard input is closed.", hint)
    try:
        data = sys.stdin.buffer.read(largest + 1)
    except (OSError, ValueError) as error:
        raise RnnchatError("Standard input cannot be read.", hint) from error
    if len(data) > largest:
        raise RnnchatError(
            f"The text on standard input is longer than {largest // 2**20} MB.", "Use a shorter text."
        )
    try:
        return data.decode("utf-8-sig") if b"\0" not in data else _decoded(data, strict=strict)
    except UnicodeDecodeError:
        return _decoded(data, strict=strict)


def _decoded(data: bytes, *, strict: bool) -> str:
    """Return the text that bytes encode which are not plain UTF-8."""
    from rnnchat.text.notes.decode import UnreadableError, decode_text

    try:
        return decode_text(data, allow_control=True).text
    except UnreadableError as reason:
        if strict:
            raise RnnchatError(
                f"The text on standard input cannot be read: {reason}.", "Convert it to UTF-8 first."
            ) from None
        return data.decode("utf-8-sig", "replace")


def standard_input_lines(longest: int = MAXIMUM_INPUT_BYTES) -> Iterator[str]:
    """Yield the lines of text on standard input without their ends, each as soon as it is there.

    Raises RnnchatError where it is closed, unreadable or no text, or a line is longer than `longest` bytes.
    """
    hint = "Redirect a file to it, such as with `< phrases.txt`."
    if is_closed(sys.stdin):
        raise RnnchatError("Standard input is closed.", hint)
    stream, is_first = sys.stdin.buffer, True
    while True:
        try:
            line = stream.readline(longest + 1)
            if is_first and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                line += stream.read(longest + 1 - len(line))  # an end of a line has two bytes
        except (OSError, ValueError) as error:
            raise RnnchatError("Standard input cannot be read.", hint) from error
        if not line:
            return
        if len(line) > longest:
            raise RnnchatError(
                f"A line on standard input is longer than {longest // 2**20} MB.", "Use shorter lines."
            )
        yield from _decoded_lines(line)
        is_first = False


def _decoded_lines(data: bytes) -> list[str]:
    """Return the lines of text that `data` encodes; raise RnnchatError where it is no text."""
    from rnnchat.text.notes.decode import UnreadableError, decode_text

    try:
        text = decode_text(data).text
    except UnreadableError as reason:
        raise RnnchatError(
            f"What is on standard input cannot be used: {reason}.", "Give it text, a phrase a line."
        ) from None
    return text.removesuffix("\n").removesuffix("\r").split("\n")


def discard(stream: IO[str] | None) -> None:
    """Discard what is still buffered for a stream that cannot be written to."""
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, stream.fileno())
        os.close(descriptor)


def _log_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: Any, **__: Any
) -> None:
    from rnnchat.storage.log import log_warning

    log_warning(category.__name__, filename, lineno)


def _log_thread(failed: Any) -> None:
    _log_error(failed.exc_value)


def _log_unraisable(failed: Any) -> None:
    _log_error(failed.exc_value)


def _log_error(error: BaseException | None) -> None:
    from rnnchat.storage.log import log_unexpected_error

    if error is not None and not isinstance(error, (KeyboardInterrupt, SystemExit)):
        log_unexpected_error(error)
