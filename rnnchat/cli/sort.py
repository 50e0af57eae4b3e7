"""The command `sort`: suggest folders for notes, move them there, and put them back."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rnnchat.cli.classify import print_left_out, progress_line
from rnnchat.cli.output import print_json, print_line, print_progress
from rnnchat.cli.shared import NumberRange, PathArgument, as_json, current_paths

if TYPE_CHECKING:
    from rnnchat.tasks.sorting.inbox import NotesToSort
    from rnnchat.tasks.sorting.moving import Moved
    from rnnchat.tasks.sorting.suggest import LabelSuggestion, Sorter

_SHOWN_LINKS = 5
"""At most this many of the folders that are links are named."""


@click.command(
    short_help="Suggest folders for notes, and move them there.",
    epilog="""\b
Examples:
  rnnchat sort ~/inbox --like ~/notes            where each note of the inbox may belong
  rnnchat sort ~/inbox --like ~/notes --apply    move those whose folder is sure enough
  rnnchat sort --undo FILE                       put them back
""",
)
@click.argument("inbox", required=False, type=PathArgument(), metavar="INBOX")
@click.option("--like", type=PathArgument(), metavar="NOTES", help="The notes that are in folders already.")
@click.option("--by", type=click.Choice(["folders", "tags"]), help="What to sort by.  [default: folders]")
@click.option("--apply", "is_applied", is_flag=True, help="Move the notes into their folders.")
@click.option(
    "--threshold",
    type=NumberRange(0, 1),
    default=None,
    help="The least probability of a folder for --apply, where a note is not unsure.  [default: at least 0.6,"
    " chosen so that 85 % of your own notes, kept back, get the right folder]",
)
@click.option("--undo", type=PathArgument(), metavar="FILE", help="Put back what --apply moved.")
@click.option("--follow", is_flag=True, hidden=True, help="With --json, also print progress.")
@as_json
def sort(
    inbox: Path | None,
    like: Path | None,
    by: str | None,
    is_applied: bool,
    threshold: float | None,
    undo: Path | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Suggest for each note in INBOX one of the folders of NOTES, or tags where NOTES has no folders.

    First shows how well notes of NOTES that are kept back are sorted. Nothing is moved without --apply, and
    nothing is ever overwritten. --apply prints the name of a file with which --undo puts everything back.
    """
    if undo is not None:
        if inbox or like or is_applied:
            raise click.UsageError("--undo takes no folders and goes without --apply.")
        _undo(undo, as_json)
        return
    if inbox is None or like is None:
        raise click.UsageError("Name the folder to sort, and with --like a folder of sorted notes.")
    if is_applied and by == "tags":
        raise click.UsageError("--apply moves notes into folders; tags are only suggested.")
    from rnnchat.tasks.sorting.suggest import learn_sorting

    notes = _read(inbox, like, as_json, follow=follow)
    if not notes.inbox:
        _print_nothing_to_sort(notes, as_json)
        if is_applied and as_json:
            _apply(notes, [], 1.0, as_json)
        return
    show, clear = progress_line("Learning your folders", as_json, follow=follow)
    try:
        sorter = learn_sorting(notes.sorted_notes, "folders" if is_applied else by, show)
    finally:
        clear()
    _print_measured(sorter, notes, as_json)
    suggestions = sorter.suggest(notes.inbox)
    for suggestion in suggestions:
        _print_suggestion(suggestion, as_json)
    least = sorter.move_threshold if threshold is None else threshold
    if is_applied:
        if not as_json:
            print_line(f"\n{_moved_ones(sorter, threshold)}")
        _apply(notes, suggestions, least, as_json)
    elif suggestions and sorter.by == "folders" and not as_json:
        planned, _ = notes.moves(suggestions, least)
        print_line(
            f"\nNothing has moved. --apply would move {len(planned):,} of {len(suggestions):,}."
            f" {_moved_ones(sorter, threshold)}"
        )


def _read(inbox: Path, like: Path, as_json: bool, *, follow: bool) -> NotesToSort:
    """Return the notes of both folders, after saying which folders cannot be learned."""
    from rnnchat.tasks.sorting.inbox import read_notes_to_sort

    _, clear = progress_line("Reading your notes", as_json, follow=follow)
    try:
        notes = read_notes_to_sort(inbox, like)
    finally:
        clear()
    if not follow:  # the app takes what is on standard error for an error
        _warn_of_links(notes)
    return notes


def _warn_of_links(notes: NotesToSort) -> None:
    """Say on standard error which folders are not known; notes that belong there seem to belong elsewhere."""
    from rnnchat.library.describe import counted
    from rnnchat.storage.display import display_path

    linked = notes.linked_folders
    if not linked:
        return
    names = ", ".join(display_path(name) for name in linked[:_SHOWN_LINKS])
    more = f" and {len(linked) - _SHOWN_LINKS:,} more" if len(linked) > _SHOWN_LINKS else ""
    print_progress(
        f"Links are not followed, so that {counted(len(linked), 'folder')} of {display_path(notes.root)}"
        f" cannot be learned: {names}{more}. Notes that belong there may be sorted into another folder.\n"
    )


def _moved_ones(sorter: Sorter, threshold: float | None) -> str:
    """Return which notes are moved, and how often that is right where the threshold is our own."""
    least = sorter.move_threshold if threshold is None else threshold
    said = f"A note is moved if it is not unsure and a folder has {least:.0%} or more"
    if threshold is not None or sorter.move_precision is None:
        return f"{said}."
    return f"{said}; of your own notes, kept back, {sorter.move_precision:.0%} of these got the right one."


def _print_measured(sorter: Sorter, notes: NotesToSort, as_json: bool) -> None:
    """Print how well notes that were kept back were sorted, before anything else."""
    from rnnchat.library.describe import counted

    metrics = sorter.metrics
    if as_json:
        measured = {
            "by": sorter.by,
            **metrics.as_dict(),
            "labels": len(sorter.labels),
            "threshold": sorter.move_threshold,
        }
        print_json({"measured": measured, "left_out": list(sorter.left_out), "skipped": _skipped(notes)})
        return
    print_line(
        f"Of {counted(metrics.texts, 'note')} of yours in {len(sorter.labels):,} {sorter.by}, each sorted"
        " while it was kept back:"
    )
    print_line(
        f"  {metrics.accuracy:.1%} got the right one, {metrics.accuracy_top3:.1%} had it among the first"
        f" three; macro-F1 {metrics.macro_f1:.1%}"
    )
    print_left_out(sorter.left_out, "note")
    _print_skipped(notes)


def _print_nothing_to_sort(notes: NotesToSort, as_json: bool) -> None:
    """Print that the inbox has no notes, and why what it has is skipped; nothing was learned or measured."""
    if as_json:
        print_json({"measured": None, "left_out": [], "skipped": _skipped(notes)})
        return
    _print_skipped(notes)
    print_line("There is nothing to sort.")


def _print_skipped(notes: NotesToSort) -> None:
    from rnnchat.storage.display import display_path

    for item in notes.skipped:
        print_line(f"  skip  {item.reason}:", path=display_path(item.path))


def _skipped(notes: NotesToSort) -> list[dict[str, str]]:
    return [{"path": str(item.path), "reason": item.reason} for item in notes.skipped]


def _print_suggestion(suggestion: LabelSuggestion, as_json: bool) -> None:
    from rnnchat.storage.display import display_path

    if as_json:
        print_json(suggestion.as_dict())
        return
    prediction = suggestion.prediction
    print_line("")
    print_line("", path=display_path(suggestion.note.path))
    labels = ", ".join(f"{display_path(label.name)} {label.probability:.0%}" for label in prediction.labels)
    print_line(f"  {'unsure: ' if prediction.is_unsure else ''}{labels}", indent=4)
    if suggestion.because:
        print_line(f"  because of: {', '.join(suggestion.because)}", indent=4)
    if suggestion.nearest:
        print_line(f"  like: {', '.join(display_path(note.name) for note in suggestion.nearest)}", indent=4)


def _apply(
    notes: NotesToSort, suggestions: Sequence[LabelSuggestion], threshold: float, as_json: bool
) -> None:
    """Move the notes whose folder is sure enough, after writing the file that undoes it."""
    from rnnchat.tasks.sorting.moving import apply_moves, new_undo_file, write_undo_file

    planned, refused = notes.moves(suggestions, threshold)
    file = new_undo_file(current_paths().state)
    if planned:
        write_undo_file(file, planned)
        # Before the first move, so that it is known where the process is ended half way.
        if as_json:
            print_json({"undo": str(file)})
        else:
            print_line("To put back what is moved:", path=f"rnnchat sort --undo {shlex.quote(str(file))}")
    results = [*apply_moves(planned), *refused]
    _print_moves(results, as_json)
    moved = sum(not result.problem for result in results)
    if as_json:
        print_json({"moved": moved, "kept": len(suggestions) - moved, "undo": str(file) if moved else None})
    else:
        print_line(f"\nMoved {moved:,} of {len(suggestions):,}; the others stay where they are.")
    if any(result.problem for result in results):
        sys.exit(1)


def _undo(file: Path, as_json: bool) -> None:
    """Put back what was moved."""
    from rnnchat.library.describe import counted
    from rnnchat.tasks.sorting.moving import read_undo_file, undo_moves

    results = undo_moves(read_undo_file(file))
    _print_moves(results, as_json)
    back = sum(not result.problem for result in results)
    if as_json:
        print_json({"put_back": back, "failed": len(results) - back})
    else:
        print_line(f"Put back {counted(back, 'note')}." if results else "There is nothing to put back.")
    if back < len(results):
        sys.exit(1)


def _print_moves(results: Sequence[Moved], as_json: bool) -> None:
    """Print where each file is now, or why it stays where it was."""
    from rnnchat.storage.display import display_path

    for result in results:
        source, target = result.move.source, result.move.target
        if as_json:
            row: dict[str, Any] = {"from": str(source), "to": str(target)}
            print_json({**row, "problem": result.problem} if result.problem else row)
        elif result.problem:
            print_line(f"  not moved, {result.problem}:", path=display_path(source))
        else:
            print_line(f"  {display_path(source)} →", path=display_path(target), indent=4)
