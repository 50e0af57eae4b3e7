"""The process of its own in which model families are compared, so that the app stays quick."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rnnchat.app.command_process import CommandProcess


class ComparisonProcess(CommandProcess):
    """Runs ``rnnchat compare`` on the notes under `paths`, with a budget of `minutes` for each network."""

    def __init__(self, paths: Sequence[Path], minutes: float) -> None:
        words = ["compare", "--json", "--follow", "--minutes", str(minutes), "--", *map(str, paths)]
        super().__init__(words, "The comparison ended unexpectedly.")
