"""The command `forget`: remove what suggestions learned from earlier drafts."""

from __future__ import annotations

import click

from rnnchat.cli.output import print_json, print_line
from rnnchat.cli.shared import as_json, current_paths


@click.command(short_help="Forget what suggestions learned from your drafts.")
@as_json
def forget(as_json: bool) -> None:
    """Remove what suggestions learned from your drafts: words, pairs of words, and what you dismissed.

    The drafts themselves stay, and so do models. In an app that is open, quit it first: it keeps what it has
    read until then.
    """
    from rnnchat.library.describe import counted
    from rnnchat.library.writer_history import WriterHistory

    count = WriterHistory(current_paths().writer_history).forget()
    if as_json:
        print_json({"forgotten": count})
        return
    print_line(f"Forgotten: {counted(count, 'record')}." if count else "There is nothing to forget.")
