"""The command `scan`: what training would read, and what it would skip or leave out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnnchat.cli.output import print_json, print_line
from rnnchat.cli.shared import as_json, paths_argument, require_paths

if TYPE_CHECKING:
    from rnnchat.text.notes import Scan


@click.command(short_help="Show what training would read, and what it would skip.")
@paths_argument
@as_json
def scan(paths: tuple[Path, ...], as_json: bool) -> None:
    """Show which files in PATH... training would read, and which it would skip and why.

    Also shows what is left out of the notes: lines with keys or passwords, front matter, data and markup.
    """
    require_paths(paths, "to scan")
    from rnnchat.text.notes import scan as scan_notes

    result = scan_notes(paths)
    if as_json:
        print_json({**result.as_dict(), "read": [str(path) for path in result.paths]})
    else:
        _print_scan(result)


def _print_scan(result: Scan) -> None:
    """Print a line for each file, and for each part of one that is left out, and a summary."""
    from rnnchat.library.describe import counted
    from rnnchat.storage.display import display_path
    from rnnchat.text.notes.secrets import ALLOW_HINT

    for path, note in zip(result.paths, result.notes, strict=True):
        print_line(f"  read  {len(note.text.encode()):>9,} B ", path=display_path(path))
    for skipped in result.skipped:
        print_line(f"  skip  {skipped.reason}:", path=display_path(skipped.path))
    for decoding in result.decoded:
        print_line(f"  decoded  {decoding}:", path=display_path(decoding.path))
    for secret in result.secrets:
        print_line(f"  left out  {secret.kind} in line {secret.line} of", path=display_path(secret.path))
    if result.secrets:
        print_line(f"  {ALLOW_HINT}")
    for item in result.removed:
        print_line(f"  left out  {item} of", path=display_path(item.path))
    characters = sum(item.characters for item in result.removed)
    print_line(
        f"Read {counted(len(result.notes), 'note')} ({result.bytes:,} bytes),"
        f" skipped {counted(len(result.skipped), 'item')};"
        f" left out {counted(len(result.secrets), 'line')} with secrets"
        f" and {counted(characters, 'character')} of front matter, data and markup."
    )
