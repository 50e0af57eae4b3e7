"""The command `compare`: families of language models on the same notes, or methods for one of the tasks."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from rnnchat.cli.output import print_json, print_line, print_progress, replace_progress
from rnnchat.cli.shared import NumberRange, as_json, current_paths, paths_argument, require_paths
from rnnchat.errors import StoppedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnnchat.training.compare import FamilyResult
    from rnnchat.training.task_comparison.results import Finding

TIMED_TRAININGS = 4
"""How many families train for the given minutes each: GRU, RNN, LSTM and HMM."""
TASKS = ("classify", "sort", "ask", "related", "translate", "summarise")
"""The tasks that --task takes."""
_ONE_FILE = ("classify", "translate")
"""These tasks take one file or folder."""
_TRAINED = "translate"
"""The task that has a network to train."""


class _Minutes(NumberRange):
    """A number of minutes in a range, or 0."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the minutes; raise BadParameter where they are neither 0 nor in the range."""
        minutes = click.FLOAT.convert(value, param, ctx)
        return 0.0 if minutes == 0 else super().convert(value, param, ctx)

    def _describe_range(self) -> str:
        """Return the range in plain words, as the help shows it."""
        return f"from {self.min:g} to {self.max:g}"


_MINUTES = _Minutes(0.15, 600)


@click.command(
    short_help="Compare families of language models, or a task with its baselines.",
    epilog="""\b
Examples:
  rnnchat compare ~/notes --minutes 2             every family of language models
  rnnchat compare mail.csv --task classify        a table with the columns text and label
  rnnchat compare ~/notes --task sort             notes that are in folders
""",
)
@paths_argument
@click.option(
    "--task",
    type=click.Choice(TASKS),
    default=None,
    help="Compare methods for this task, in place of language models.",
)
@click.option(
    "--minutes",
    type=_MINUTES,
    default=5.0,
    show_default=True,
    help=f"Minutes of training for each family; the comparison takes about {TIMED_TRAININGS} times as long."
    " With --task translate, minutes of training for its network; 0 trains none.",
)
@click.option(
    "--text-column", default=None, metavar="NAME", help="With --task classify, the column with the texts."
)
@click.option(
    "--label-column", default=None, metavar="NAME", help="With --task classify, the column with the labels."
)
@click.option("--follow", is_flag=True, hidden=True, help="With --json, also print progress.")
@as_json
def compare(
    paths: tuple[Path, ...],
    task: str | None,
    minutes: float,
    text_column: str | None,
    label_column: str | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Train every family of language models on the notes in PATH..., and show how well each predicts.

    Each learns the same notes and is scored on a tenth of them that it has not seen. No model is saved.

    With --task, rnnchat is compared with simple methods for one of its tasks. Each method is measured on
    examples of yours that are kept back from it. PATH is a table or a folder of labelled texts for classify,
    notes in folders for sort and related, notes with titles for ask and summarise, and a table of pairs for
    translate: its network trains for --minutes, or not at all with 0.
    """
    require_paths(paths, "to compare on")
    _check(paths, task, minutes, (text_column, label_column))
    # SIGTERM ends the command like an error, so that temporary files are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    live = sys.stderr.isatty() and not as_json

    def show_progress(text: str) -> None:
        if as_json and follow:
            print_json({"event": "progress", "text": text})
        elif live:
            replace_progress(text)

    trainings = TIMED_TRAININGS if task is None else int(task == _TRAINED)
    if live and trainings * minutes:
        print_progress(f"This takes about {describe_minutes(trainings * minutes)}. Ctrl+C stops it.\n")
    found: Iterator[FamilyResult | Finding]
    if task is None:
        from rnnchat.training.compare import compare

        found = compare(paths, minutes, current_paths(), show_progress)
    else:
        from rnnchat.training.task_comparison.compare import TaskOptions, compare_task

        options = TaskOptions(minutes, text_column, label_column)
        found = compare_task(task, paths, options, current_paths(), show_progress)
    rows = []
    try:
        for row in found:
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
        _print_rows(rows)


def _check(
    paths: tuple[Path, ...], task: str | None, minutes: float, columns: tuple[str | None, str | None]
) -> None:
    """Raise a usage error where an option or a path does not go with the task."""
    source = click.get_current_context().get_parameter_source("minutes")
    if task is None and minutes == 0:
        raise click.UsageError(f"--minutes takes a number from {_MINUTES.min:g} to {_MINUTES.max:g}, not 0")
    if task not in (None, _TRAINED) and source is ParameterSource.COMMANDLINE:
        raise click.UsageError(f"--task {task} trains no network; leave --minutes out")
    if task != "classify" and any(columns):
        raise click.UsageError("--text-column and --label-column go with --task classify")
    if task in _ONE_FILE and len(paths) > 1:
        raise click.UsageError(f"--task {task} takes one file or folder, not {len(paths)}")


def _print_rows(rows: list[FamilyResult | Finding]) -> None:
    """Print the table of the families, or that of a task."""
    from rnnchat.training.compare import FamilyResult

    families = [row for row in rows if isinstance(row, FamilyResult)]
    if families:
        _print_table(families)
        return
    from rnnchat.cli.task_table import print_task_table

    print_task_table([row for row in rows if not isinstance(row, FamilyResult)])


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
