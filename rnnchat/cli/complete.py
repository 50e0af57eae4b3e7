"""The command `complete`: suggestions for one draft, or for an editor that sends a request a line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedIOBase
from typing import TYPE_CHECKING, Any, cast

import click

from rnnchat.cli.line_reader import LineReader
from rnnchat.cli.output import print_json, print_line
from rnnchat.cli.shared import as_json, current_paths, model_option, open_library
from rnnchat.cli.streams import is_closed, is_terminal, read_standard_input
from rnnchat.errors import RnnchatError

if TYPE_CHECKING:
    from rnnchat.completion.completer import Completer

LONGEST_LINE = 16 * 1024 * 1024
"""A request has at most this many bytes."""


@click.command(
    short_help="Suggest how a draft continues.",
    epilog="""\b
Examples:
  rnnchat complete < draft.md
  echo '{"before": "The thing ab"}' | rnnchat complete --lines
""",
)
@model_option
@click.option(
    "-n", "count", type=click.IntRange(1, 50), default=6, show_default=True, help="The most suggestions."
)
@click.option(
    "--lines",
    is_flag=True,
    help='Answer each line of JSON such as {"before": "text"} with one line, until the input ends.',
)
@click.option("--after", metavar="TEXT", default="", help="The text after the cursor.")
@as_json
def complete(model: str | None, count: int, lines: bool, after: str, as_json: bool) -> None:
    """Suggest how the draft on standard input continues at its end."""
    from rnnchat.library.settings import load_settings
    from rnnchat.loading import load_model

    if is_terminal(sys.stdin) and not lines:
        raise click.UsageError("Give the draft on standard input: `rnnchat complete < draft.md`")
    if is_closed(sys.stdin):
        raise RnnchatError(
            "Standard input is closed.", "Give the draft there: `rnnchat complete < draft.md`."
        )
    if lines and after:
        raise click.UsageError('With --lines, each line has its own "after".')
    draft = "" if lines else read_standard_input()
    settings = load_settings(current_paths())
    loaded = load_model(open_library(), model or settings.model)
    completer = loaded.completer()
    completer.prepare()
    if lines:
        _answer_lines(completer, count, settings.inline_from)
        return
    answer = _suggest(completer, draft, after, count, settings.inline_from)
    if as_json:
        print_json(answer)
        return
    shown = [(f"{one['probability']:.1%}", one["text"]) for one in answer["suggestions"]]
    likely = [(probability, text) for probability, text in shown if probability != f"{0:.1%}"]
    for probability, text in likely:
        print_line(f"{probability:>7}  {text}")
    if not likely:
        print_line("No suggestions.")


@dataclass(frozen=True)
class LineRequest:
    """What an editor asks with one line, and what became of the last answer's suggestions."""

    before: str
    """The draft before the cursor."""
    after: str = ""
    """The draft after the cursor."""
    dismiss: str = ""
    """A suggestion that must not come there again."""
    passed: tuple[str, ...] = ()
    """Suggestions for the request before that the writer saw and ignored."""
    is_new: bool = False
    """Whether another draft begins."""

    @classmethod
    def read(cls, line: bytes) -> LineRequest:
        """Return the request in a line of JSON; raise RnnchatError where there is none."""
        if len(line) > LONGEST_LINE:
            raise RnnchatError(
                f"A line can have at most {LONGEST_LINE // 2**20} MB.", "Send only the end of the draft."
            )
        try:
            asked = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict) or "before" not in asked:
            raise RnnchatError(
                "This line is not a valid request.", 'Send a line such as {"before": "The text so far"}.'
            )
        before, after, dismiss = (_text_field(asked, name) for name in ("before", "after", "dismiss"))
        passed, is_new = asked.get("passed", []), asked.get("new", False)
        if not isinstance(passed, list) or not all(isinstance(text, str) for text in passed):
            raise _wrong_field("passed", "a list of texts", '["like", "like to"]')
        if not isinstance(is_new, bool):
            raise _wrong_field("new", "true or false", "true")
        return cls(before, after, dismiss, tuple(map(_without_surrogates, passed)), is_new)


def _text_field(asked: Mapping[str, Any], name: str) -> str:
    """Return the text of a request called `name`, or an empty one; raise RnnchatError where it is no text."""
    text = asked.get(name, "")
    if not isinstance(text, str):
        raise _wrong_field(name, "a text", '"some words"')
    return _without_surrogates(text)


def _wrong_field(name: str, wanted: str, example: str) -> RnnchatError:
    """Return the error for a field of a request that is not what is `wanted`."""
    optional = "" if name == "before" else ", or leave it out"
    return RnnchatError(f'"{name}" must be {wanted}.', f'Send it such as "{name}": {example}{optional}.')


def _without_surrogates(text: str) -> str:
    """Return `text` without single surrogates, which JSON can spell but which are not text."""
    return text.encode("utf-8", "replace").decode()


def _answer_lines(completer: Completer, count: int, threshold: float) -> None:
    """Answer each line of standard input with one line; an error in one does not end that.

    What is shown unasked is right with a probability of at least `threshold`.
    """
    last = ""
    lines = LineReader(cast(BufferedIOBase, sys.stdin.buffer), LONGEST_LINE)
    while line := lines.read():
        try:
            request = LineRequest.read(line)
            reply = _answer(completer, request, last, count, threshold)
            last = request.before
        except RnnchatError as error:
            reply = {"error": error.message, "hint": error.hint}
        except Exception as error:
            from rnnchat.storage.log import log_unexpected_error

            completer.begin()
            last = ""
            message = f"Unexpected error ({type(error).__name__})."
            reply = {"error": message, "hint": log_unexpected_error(error)}
        print_json(reply)
        if "error" not in reply:
            _work_while_idle(completer, lines)


def _work_while_idle(completer: Completer, lines: LineReader) -> None:
    """Learn and read ahead until the next line comes; an error is only logged, as the answer was given."""
    try:
        completer.work_while_idle(lines.is_ready)
    except Exception as error:
        from rnnchat.storage.log import log_unexpected_error

        log_unexpected_error(error)
        completer.begin()


def _answer(
    completer: Completer, request: LineRequest, last: str, count: int, threshold: float
) -> dict[str, Any]:
    """Return the answer to a request; `last` is the draft of the one before."""
    if request.is_new:
        completer.begin()
    if request.dismiss:
        completer.dismiss(request.before, request.dismiss)
    completer.ignore(last, request.passed)
    return _suggest(completer, request.before, request.after, count, threshold)


def _suggest(completer: Completer, before: str, after: str, count: int, threshold: float) -> dict[str, Any]:
    """Return the suggestions between `before` and `after`, what to show unasked, and the time they took."""
    started = time.perf_counter()
    found = completer.suggest(before, count, after)
    inline = completer.inline(before, after, threshold)
    mended = completer.corrections(before)
    milliseconds = 1000 * (time.perf_counter() - started)
    answer: dict[str, Any] = {
        "suggestions": [one.as_dict() for one in found],
        "inline": inline.as_dict() if inline is not None else None,
        "milliseconds": round(milliseconds, 2),
    }
    if mended:
        answer["corrections"] = [one.as_dict() for one in mended]
    return answer
