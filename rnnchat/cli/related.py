"""The command `related`: the notes nearest to one."""

from __future__ import annotations

from pathlib import Path

import click

from rnnchat.cli.asked_notes import asked_notes, print_state
from rnnchat.cli.output import print_json, print_line
from rnnchat.cli.shared import PathArgument, as_json, model_option
from rnnchat.errors import RnnchatError


@click.command(
    short_help="Show the notes nearest to one.",
    epilog="""\b
Examples:
  rnnchat related ~/notes/git/rebase.md           among the notes of the model in use
  rnnchat related draft.md ~/notes                among those in a folder
""",
)
@click.argument("note", type=PathArgument(), metavar="NOTE")
@click.argument("paths", nargs=-1, type=PathArgument(), metavar="[PATH...]")
@model_option
@click.option(
    "-n", "count", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many to show."
)
@as_json
def related(note: Path, paths: tuple[Path, ...], model: str | None, count: int, as_json: bool) -> None:
    """Show which notes are about the same things as NOTE, a file that need not be one of them.

    The notes are those in PATH... or, without one, those that the model learned, as they are now.
    """
    if paths and model is not None:
        raise click.UsageError("Name either paths or a model")
    from rnnchat.storage.display import display_path
    from rnnchat.storage.files import real_path
    from rnnchat.storage.paths import shortened_path
    from rnnchat.tasks.asking.notes import read_passages
    from rnnchat.tasks.asking.related import related_to
    from rnnchat.text.notes.decode import UnreadableError

    try:
        text = read_passages(real_path(note))
    except UnreadableError as reason:
        raise RnnchatError(f"{display_path(note)} cannot be compared: {reason}.", "Name a note.") from None
    notes = asked_notes(paths, model)
    found = related_to(notes.collection.index, text, count)
    if as_json:
        print_json({"notes": [one.as_dict() for one in found]})
        return
    print_state(notes)
    if not found:
        print_line("No other note has to do with this one.")
    for one in found:
        path = display_path(shortened_path(one.path, nearby=True))
        print_line(f"{one.score:5.2f} ", path=f"{path}  {one.title}" if one.title else path)
