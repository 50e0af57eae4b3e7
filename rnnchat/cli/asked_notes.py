"""What `ask` and `related` share: the notes that they look into."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnnchat.cli.output import print_progress, replace_progress
from rnnchat.cli.shared import current_paths
from rnnchat.cli.streams import is_terminal

if TYPE_CHECKING:
    from rnnchat.library.asked_notes import AskedNotes

_REPORTED_EVERY = 200
"""Progress is reported once for so many files."""


def asked_notes(folders: Sequence[Path], model: str | None) -> AskedNotes:
    """Return the notes under `folders` or, without any, those of a model, which may be the one in use."""
    from rnnchat.library.asked_notes import notes_of_model, notes_under

    paths = current_paths()
    report = _progress()
    try:
        if folders:
            return notes_under(paths, folders, report)
        if model is None:
            from rnnchat.library.settings import load_settings

            model = load_settings(paths).model
        return notes_of_model(paths, model, report)
    finally:
        if is_terminal(sys.stderr):
            print_progress("\r\x1b[K")


def print_state(notes: AskedNotes) -> None:
    """Say on standard error where the notes are not as they are on the disk now."""
    if notes.are_saved:
        print_progress("The notes are no longer where they were: they are shown as the model learned them.\n")


def _progress() -> Callable[[int], None] | None:
    if not is_terminal(sys.stderr):
        return None

    def report(done: int) -> None:
        if done % _REPORTED_EVERY == 0:
            replace_progress(f"Reading notes: {done:,}")

    return report
