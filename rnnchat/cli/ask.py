"""The command `ask`: a question to notes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnnchat.cli.asked_notes import asked_notes, print_state
from rnnchat.cli.output import print_json, print_line
from rnnchat.cli.shared import PathArgument, as_json, model_option
from rnnchat.cli.streams import read_standard_input
from rnnchat.errors import RnnchatError

if TYPE_CHECKING:
    from rnnchat.tasks.asking.asking import Reply

_SHOWN_LINES = 8
"""At most this many lines of a passage are printed below an answer."""
_SHOWN_LINES_UNANSWERED = 3
"""At most this many lines of a passage are printed where no passage seems to answer the question."""
_SHOWN_CHARACTERS = 2_000
"""At most this many characters of a line are printed."""


@click.command(
    short_help="Ask your notes a question.",
    epilog="""\b
Examples:
  rnnchat ask "how do I undo the last commit"        the notes of the model in use
  rnnchat ask ~/notes "when did we move"             any folder or file
  echo "who painted it" | rnnchat ask ~/notes -      the question on standard input
""",
)
@click.argument("arguments", nargs=-1, required=True, metavar="[PATH...] QUESTION")
@model_option
@click.option(
    "--passages",
    "count",
    type=click.IntRange(1, 50),
    default=5,
    show_default=True,
    help="How many passages to show.",
)
@as_json
def ask(arguments: tuple[str, ...], model: str | None, count: int, as_json: bool) -> None:
    """Answer QUESTION with a sentence or a block of code from the notes, word for word, and its place.

    The notes are those in PATH... or, without one, those that the model learned, as they are now. With - as
    QUESTION, it is read from standard input.
    """
    paths, text = _parse(arguments)
    if paths and model is not None:
        raise click.UsageError("Name either paths or a model")
    from rnnchat.tasks.asking.asking import ask as ask_notes
    from rnnchat.tasks.asking.terms import terms_of
    from rnnchat.text.notes.walk import check_paths

    # First of all, as a question that was written before its paths is taken for a path.
    check_paths(paths)
    if not text.strip():
        raise RnnchatError("There is no question.", 'Write it last, such as in `rnnchat ask "how do I …"`.')
    if not terms_of(text[:2_000]):
        raise RnnchatError("The question has no word that could be searched for.", "Name what it is about.")
    notes = asked_notes(paths, model)
    reply = ask_notes(notes.collection.index, text, count)
    if as_json:
        print_json(reply.as_dict())
    else:
        print_state(notes)
        _print_reply(reply)


def _parse(arguments: tuple[str, ...]) -> tuple[list[Path], str]:
    """Return the paths and the question that the arguments name."""
    *named, last = arguments
    paths = [PathArgument().convert(one, None, None) for one in named]
    if last == "-":
        return paths, read_standard_input()
    if not paths and " " not in last and Path(last).is_dir():
        raise click.UsageError(f"{last} is a folder; write a question after it")
    return paths, last


def _print_reply(reply: Reply) -> None:
    from rnnchat.storage.display import display_path
    from rnnchat.storage.paths import shortened_path

    def place(path: str) -> str:
        return display_path(shortened_path(path, nearby=True))

    if reply.answer is not None:
        for line in reply.answer.text.split("\n"):
            print_line(_shortened(line))
        if reply.answer.code is not None:
            for line in reply.answer.code.text.split("\n"):
                print_line(f"    {_shortened(line)}", indent=6)
        print_line("  ", path=f"{place(reply.answer.path)}:{reply.answer.line}")
    elif reply.passages:
        print_line("Nothing in these notes seems to answer this. The passages nearest to it:")
    else:
        print_line("Nothing in these notes has to do with this.")
    most = _SHOWN_LINES if reply.answer is not None else _SHOWN_LINES_UNANSWERED
    for passage in reply.passages:
        print_line("")
        heading = f"  {passage.shown_heading}" if passage.shown_heading else ""
        lines_read = f"{passage.line}-{passage.end}" if passage.end > passage.line else f"{passage.line}"
        print_line("", path=f"{place(passage.path)}:{lines_read}")
        if heading:
            print_line(_shortened(heading))
        lines = passage.text.split("\n")
        # A single line more takes no more space than the line that says so.
        shown = len(lines) if len(lines) == most + 1 else most
        for line in lines[:shown]:
            print_line(f"  │ {_shortened(line)}".rstrip(), indent=4)
        if len(lines) > shown:
            print_line(f"  │ … {len(lines) - shown} more lines", indent=4)


def _shortened(line: str) -> str:
    """Return a line, or its beginning where it is so long that it would fill the terminal many times."""
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]} …"
