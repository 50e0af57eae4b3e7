"""Learning: what would be read, and training."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnnchat.cli.output import as_json, current_paths, open_library, paths_argument, print_json, say
from rnnchat.errors import NotesError, StoppedError
from rnnchat.training.runs.settings import (
    AUTO,
    CELLS,
    SCRATCH,
    SETTINGS_BY_NAME,
    SHORTEST_MINUTES,
    RunSettings,
    describe_tunable_settings,
)

if TYPE_CHECKING:
    from rnnchat.training.runs.events import Event
    from rnnchat.training.runs.job import TrainingJob

DEFAULTS = RunSettings(name="me", paths=())
"""The settings that a training has where no option states them."""


def _help(name: str) -> str:
    """Return the help of the option for a setting: what the setting is, as a sentence."""
    text = SETTINGS_BY_NAME[name].help
    return f"{text[0].upper()}{text[1:]}."


@click.command(short_help="Learn notes and save a model.")
@paths_argument
@click.option("--name", default=None, help=f"{_help('name')}  [default: {DEFAULTS.name}]")
@click.option(
    "--from",
    "base",
    default=None,
    metavar="BASE|auto|scratch",
    help=f"{_help('base')}  [default: {DEFAULTS.base}]",
)
@click.option(
    "--cell", type=click.Choice(CELLS), default=DEFAULTS.cell, show_default=True, help=_help("cell")
)
@click.option("--minutes", type=float, default=DEFAULTS.minutes, show_default=True, help=_help("minutes"))
@click.option(
    "--seed", type=click.IntRange(min=0), default=DEFAULTS.seed, show_default=True, help=_help("seed")
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set anything else, such as units=512; repeatable. `--set help` lists what there is.",
)
@click.option("--resume", is_flag=True, help="Resume an interrupted training.")
@click.option(
    "--fresh", is_flag=True, help="Start anew, and discard an interrupted training of the same name."
)
@as_json
def train(
    paths: tuple[Path, ...],
    name: str | None,
    base: str | None,
    cell: str,
    minutes: float,
    seed: int,
    overrides: tuple[str, ...],
    resume: bool,
    fresh: bool,
    as_json: bool,
) -> None:
    """Learn the notes in PATH... and save a model. Nothing leaves this machine.

    Ctrl+C stops and keeps a checkpoint; --resume continues from it.
    """
    from rnnchat.training.runs.job import TrainingJob
    from rnnchat.training.runs.report import TrainingReport

    if "help" in overrides:
        for setting, meaning in describe_tunable_settings():
            say(f"  {setting:<19} {meaning}")
        return
    if resume and fresh:
        raise click.UsageError("--resume continues and --fresh starts anew: choose one of them")
    from rnnchat.cli.interrupted import begin, may_ask, run_to_resume

    places = current_paths()
    absolute = tuple(str(path.expanduser().absolute()) for path in paths)
    if resume:
        run = run_to_resume(places, name, absolute, overrides)
    else:
        if not paths:
            raise click.UsageError("Name the notes to learn: files or folders")
        library = open_library()
        own_name = library.check_name(name or DEFAULTS.name)
        is_again = any(entry.is_called(own_name) for entry in library.entries())
        if base not in (None, AUTO, SCRATCH):
            library.load(str(base))
        for path in paths:
            if not path.expanduser().exists():
                raise NotesError(f"There is nothing at {path}.", "Check the spelling of the path.")
        settings = RunSettings(
            name=own_name,
            paths=absolute,
            base=base or AUTO,
            cell=cell,
            minutes=minutes,
            seed=seed,
        ).with_overrides(overrides)
        run, resume = begin(places, settings, fresh=fresh, ask=may_ask() and not as_json)
        if is_again and not as_json and not resume:
            say(
                f"There is a model called {own_name}: this makes its next version, and"
                f" `rnnchat models rollback {own_name!r}` goes back."
            )
    if as_json:
        _follow(TrainingJob(run), EventLines(print_json).show)
        return
    report = TrainingReport(say, live=sys.stdout is not None and sys.stdout.isatty())
    report.begin(run.folder.name, resumed=resume)
    _follow(TrainingJob(run), report.show)


@click.command(short_help="Show what a training would read, and what it skips and why.")
@paths_argument
@as_json
def scan(paths: tuple[Path, ...], as_json: bool) -> None:
    """Show what a training would read in PATH..., what it would skip and why."""
    if not paths:
        raise click.UsageError("Name the notes to scan: files or folders")
    from rnnchat.library.describe import counted
    from rnnchat.storage.display import display_path as shown
    from rnnchat.text.notes import scan as scan_notes
    from rnnchat.text.notes.secrets import HOW_TO_ALLOW

    result = scan_notes(paths)
    if as_json:
        print_json({**result.as_dict(), "read": [str(path) for path in result.paths]})
        return
    for note_path, note in zip(result.paths, result.notes, strict=True):
        say(f"  read  {len(note.text.encode()):>9,} B  {shown(note_path)}")
    for skipped in result.skipped:
        say(f"  skip  {skipped.reason}: {shown(skipped.path)}")
    for decoding in result.decoded:
        say(f"  decoded  {decoding}: {shown(decoding.path)}")
    for secret in result.secrets:
        say(f"  left out  {secret.kind} in line {secret.line} of {shown(secret.path)}")
    if result.secrets:
        say(f"  {HOW_TO_ALLOW}")
    for item in result.dropped:
        say(f"  left out  {item} of {shown(item.path)}")
    cleaned = sum(item.characters for item in result.dropped)
    say(
        f"{counted(len(result.notes), 'note')}, {result.bytes:,} bytes; {len(result.skipped):,} skipped; "
        f"{counted(len(result.secrets), 'line')} with secrets and {counted(cleaned, 'character')} of "
        "front matter, data and markup left out."
    )


@click.command(short_help="Train every family of models alike and compare them.")
@paths_argument
@click.option(
    "--minutes",
    type=click.FloatRange(SHORTEST_MINUTES, 600),
    default=DEFAULTS.minutes,
    show_default=True,
    help="The time budget of each family.",
)
@click.option("--follow", is_flag=True, hidden=True, help="With --json, print what is being done, too.")
@as_json
def compare(paths: tuple[Path, ...], minutes: float, follow: bool, as_json: bool) -> None:
    """Train every family of models on the notes in PATH... alike, and compare how well they predict.

    A tenth of the notes is kept back for scoring. None of the models is kept.
    """
    if not paths:
        raise click.UsageError("Name the notes to compare on: files or folders")
    import signal

    from rnnchat.training.compare import FAMILIES, compare

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is temporary is removed
    live = sys.stderr.isatty() and not as_json

    def report_activity(text: str) -> None:
        if as_json and follow:
            print_json({"event": "progress", "text": text})
        elif live:
            _note(text)

    rows = []
    try:
        for row in compare(paths, minutes, current_paths(), report_activity):
            rows.append(row)
            if as_json:
                print_json(row.as_dict())
    except KeyboardInterrupt:
        raise StoppedError("Stopped; nothing of the comparison is kept.", "Start it again.") from None
    finally:
        if live:
            _note("")
    if as_json:
        return
    say(f"{'family':<18}{'bits/byte':>10}{'seconds':>9}{'parameters':>13}{'tokens/s':>10}")
    for row in sorted(rows, key=lambda row: FAMILIES.index(row.family)):
        say(
            f"{row.family:<18}{row.bits_per_byte:>10.3f}{row.seconds:>9.0f}{row.parameters:>13,}"
            f"{row.tokens_per_second:>10,.0f}"
        )
    say("Fewer bits per byte are better. adaptive learns from each token after scoring it.")


def _note(text: str) -> None:
    """Show what is being done on standard error, replacing the line before."""
    click.echo(f"\r\x1b[K{text}", nl=False, err=True)


class EventLines:
    """Prints events for programs; the first is what was read, or the progress of a resumed training."""

    def __init__(self, show: Callable[[Event], None]) -> None:
        self._show = show
        self._begun = False
        self._warnings: list[Event] = []

    def show(self, event: Event) -> None:
        """Print one event."""
        if event["event"] == "warning" and not self._begun:
            self._warnings.append(event)
            return
        if event["event"] != "phase" and not self._begun:
            self._begun = True
            for waiting in (event, *self._warnings):
                self._show(waiting)
        elif self._begun:
            self._show(event)


def _follow(job: TrainingJob, show: Callable[[Event], None]) -> None:
    """Show a training's events to its end; Ctrl+C stops it with a checkpoint."""
    job.start()
    try:
        for event in job.events():
            show(event)
    except KeyboardInterrupt:
        if sys.stderr is not None and sys.stderr.isatty():
            _note("Stopping; saving a checkpoint …\n")
        job.close(30)
        name = job.run.folder.name
        raise StoppedError(
            "Stopped; what was learned so far is kept.",
            f"Continue with `rnnchat train --resume --name {name!r}`.",
        ) from None
    finally:
        job.close(30)
