"""The command `compare`: train every family of language models on the same notes, and rank them."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnnchat.cli.output import print_json, print_line, print_progress, replace_progress
from rnnchat.cli.shared import as_json, current_paths, paths_argument, require_paths
from rnnchat.errors import StoppedError

if TYPE_CHECKING:
    from rnnchat.training.compare import FamilyResult

TIMED_TRAININGS = 4
"""How many families train for the given minutes each: GRU, RNN, LSTM and HMM."""


@click.command(short_help="Compare all families of language models on your notes.")
@paths_argument
@click.option(
    "--minutes",
    type=click.FloatRange(0.15, 600),
    default=5.0,
    show_default=True,
    help=f"Minutes of training for each family; the comparison takes about {TIMED_TRAININGS} times as long.",
)
@click.option("--follow", is_flag=True, hidden=True, help="With --json, also print progress.")
@as_json
def compare(paths: tuple[Path, ...], minutes: float, follow: bool, as_json: bool) -> None:
    """Train every family of language models on the notes in PATH..., and show how well each predicts.

    Each learns the same notes and is scored on a tenth of them that it has not seen. No model is saved.
    """
    require_paths(paths, "to compare on")
    from rnnchat.training.compare import compare

    # SIGTERM ends the command like an error, so that temporary files are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    live = sys.stderr.isatty() and not as_json

    def show_progress(text: str) -> None:
        if as_json and follow:
            print_json({"event": "progress", "text": text})
        elif live:
            replace_progress(text)

    if live:
        print_progress(f"This takes about {describe_minutes(TIMED_TRAININGS * minutes)}. Ctrl+C stops it.\n")
    rows = []
    try:
        for row in compare(paths, minutes, current_paths(), show_progress):
            rows.append(row)
            if as_json:
                print_json(row.as_dict())
    except KeyboardInterrupt:
        raise StoppedError(
            "Stopped. Nothing of the comparison was saved.", "Run it again to start over."
        ) from None
    finally:
        if live:
            replace_progress("")
    if not as_json:
        _print_table(rows)


def _print_table(rows: list[FamilyResult]) -> None:
    from rnnchat.training.compare import FAMILIES

    print_line(f"{'family':<18}{'bits/byte':>10}{'seconds':>9}{'parameters':>13}{'tokens/s':>10}")
    for row in sorted(rows, key=lambda row: FAMILIES.index(row.family)):
        print_line(
            f"{row.family:<18}{row.bits_per_byte:>10.3f}{row.seconds:>9.0f}{row.parameters:>13,}"
            f"{row.tokens_per_second:>10,.0f}"
        )
    print_line("Fewer bits per byte are better. “adaptive” also learns each token once it is scored.")


def describe_minutes(minutes: float) -> str:
    """Return a number of minutes as people say it."""
    if minutes < 90:
        return f"{minutes:.0f} minutes" if minutes >= 2 else f"{60 * minutes:.0f} seconds"
    return f"{minutes / 60:.1f} hours"
