"""The command `complete`: suggestions for one draft, or for an editor that asks line by line."""

from __future__ import annotations

import json
import os
import select
import stat
import sys
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, BinaryIO

import click

from rnnchat.cli.output import print_json, print_line
from rnnchat.cli.shared import as_json, current_paths, model_option, open_library
from rnnchat.cli.streams import is_closed, is_terminal, read_standard_input
from rnnchat.errors import RnnchatError

if TYPE_CHECKING:
    from rnnchat.completion.completer import Completer

LONGEST_LINE = 16 * 1024 * 1024
"""So many bytes a question may have."""
_CHUNK = 1024 * 1024


@click.command(
    short_help="Suggest how a draft goes on.",
    epilog="""\b
Examples:
  rnnchat complete < draft.md
  echo '{"before": "The thing ab"}' | rnnchat complete --lines
""",
)
@model_option
@click.option("-n", "count", type=click.IntRange(1, 50), default=6, show_default=True, help="The most.")
@click.option(
    "--lines",
    is_flag=True,
    help='Stay, and answer a line of JSON such as {"before": "text"} with one, until the input ends.',
)
@as_json
def complete(model: str | None, count: int, lines: bool, as_json: bool) -> None:
    """Suggest how the draft on standard input goes on at its end."""
    from rnnchat.library.settings import load_settings
    from rnnchat.loading import load_model

    if is_terminal(sys.stdin) and not lines:
        raise click.UsageError("Give the draft on standard input: `rnnchat complete < draft.md`")
    if is_closed(sys.stdin):
        raise RnnchatError(
            "Standard input is closed.", "Give the draft there: `rnnchat complete < draft.md`."
        )
    draft = "" if lines else read_standard_input()
    loaded = load_model(open_library(), model or load_settings(current_paths()).model)
    completer = loaded.completer()
    completer.prepare()
    if lines:
        _answer_lines(completer, count)
        return
    answer = _suggest(completer, draft, count)
    if as_json:
        print_json(answer)
        return
    for suggestion in answer["suggestions"]:
        print_line(f"{suggestion['probability']:7.1%}  {suggestion['text']}")
    if not answer["suggestions"]:
        print_line("Nothing comes to mind.")


@dataclass(frozen=True)
class Question:
    """What an editor asks with a line, and what was made of the answer to the last one."""

    before: str
    """The draft before the cursor, which is to go on."""
    dismiss: str = ""
    """What is not to be suggested there again."""
    passed: tuple[str, ...] = ()
    """What was suggested for the question before, and typed past."""
    is_new: bool = False
    """Whether another draft begins."""

    @classmethod
    def read(cls, line: bytes) -> Question:
        """Return the question in a line of JSON; raise RnnchatError where there is none."""
        hint = 'Send a line such as {"before": "The text so far"}.'
        if len(line) > LONGEST_LINE:
            raise RnnchatError(
                f"A line may have {LONGEST_LINE // 2**20} MB at most.", "Send the end of the draft."
            )
        try:
            asked = json.loads(line.decode("utf-8-sig"))
            before, dismiss, passed = asked["before"], asked.get("dismiss", ""), asked.get("passed", [])
            texts = [before, dismiss, *passed]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise RnnchatError("That is not a question that can be answered.", hint) from None
        if not isinstance(passed, list) or not all(isinstance(text, str) for text in texts):
            raise RnnchatError("That is not a question that can be answered.", hint)
        # Halves of surrogates, which JSON can spell, are no text.
        texts = [text.encode("utf-8", "replace").decode() for text in texts]
        return cls(texts[0], texts[1], tuple(texts[2:]), asked.get("new") is True)


def _answer_lines(completer: Completer, count: int) -> None:
    """Answer each line of standard input with one; no line ends that but the last."""
    last = ""
    while line := _read_line(sys.stdin.buffer):
        try:
            question = Question.read(line)
            reply = _answer(completer, question, last, count)
            last = question.before
        except RnnchatError as error:
            reply = {"error": error.message, "hint": error.hint}
        except Exception as error:
            from rnnchat.storage.log import log_unexpected_error

            completer.begin()
            last = ""
            message = f"Something unforeseen happened ({type(error).__name__})."
            reply = {"error": message, "hint": log_unexpected_error(error)}
        print_json(reply)
        if "error" not in reply:
            _rest(completer)


def _rest(completer: Completer) -> None:
    """Learn and look ahead until the next line comes; the answer was given, so no error is told."""
    try:
        completer.rest(lambda: is_ready(sys.stdin))
    except Exception as error:
        from rnnchat.storage.log import log_unexpected_error

        log_unexpected_error(error)
        completer.begin()


def _answer(completer: Completer, question: Question, last: str, count: int) -> dict[str, Any]:
    if question.is_new:
        completer.begin()
    if question.dismiss:
        completer.dismiss(question.before, question.dismiss)
    completer.pass_over(last, question.passed)
    return _suggest(completer, question.before, count)


def _suggest(completer: Completer, before: str, count: int) -> dict[str, Any]:
    started = time.perf_counter()
    found = completer.suggest(before, count)
    milliseconds = 1000 * (time.perf_counter() - started)
    return {"suggestions": [one.as_dict() for one in found], "milliseconds": round(milliseconds, 2)}


def _read_line(stream: BinaryIO) -> bytes:
    """Return the next line, or nothing at the end; of a line longer than LONGEST_LINE, its beginning.

    The rest of that is read and dropped, a part at a time.
    """
    line = part = stream.readline(LONGEST_LINE + 1)
    while len(line) > LONGEST_LINE and part and not part.endswith(b"\n"):
        part = stream.readline(_CHUNK)
    return line


def is_ready(stream: IO[str]) -> bool:
    """Tell whether somebody has written to a pipe or a terminal what nobody has read; of a file, never."""
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return False
    return bool(select.select([stream], [], [], 0)[0])
