"""The command `train`: learn notes and save a model."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rnnchat.cli.output import print_json, print_line, print_progress
from rnnchat.cli.shared import (
    as_json,
    current_paths,
    open_library,
    paths_argument,
    require_paths,
)
from rnnchat.cli.streams import is_terminal
from rnnchat.errors import NotesError, RnnchatError, StoppedError
from rnnchat.training.runs.settings import (
    AUTO,
    CELLS,
    DEFAULT_NAME,
    SCRATCH,
    SETTINGS_BY_NAME,
    RunSettings,
    describe_tunable_settings,
)

if TYPE_CHECKING:
    from rnnchat.storage.paths import Paths
    from rnnchat.training.runs.events import Event
    from rnnchat.training.runs.job import TrainingJob
    from rnnchat.training.runs.run import Run

DEFAULTS = RunSettings(name=DEFAULT_NAME, paths=())
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
    metavar="MODEL|auto|scratch",
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
    help="Set a detail of the training, such as units=512. May be repeated; `--set help` lists all.",
)
@click.option("--resume", is_flag=True, help="Continue an interrupted training.")
@click.option("--fresh", is_flag=True, help="Discard an interrupted training of this name and start again.")
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

    Ctrl+C stops the training and saves a checkpoint; --resume continues from it.
    """
    if "help" in overrides:
        for setting, meaning in describe_tunable_settings():
            print_line(f"  {setting:<19} {meaning}", indent=22)
        return
    if resume and fresh:
        raise click.UsageError("--resume continues and --fresh starts again: choose one of them")
    from rnnchat.cli.resume import run_to_resume

    places = current_paths()
    absolute = tuple(str(path.expanduser().absolute()) for path in paths)
    if resume:
        run = run_to_resume(places, name, absolute, overrides)
    else:
        require_paths(paths, "to learn")
        own_name = open_library().check_name(name or DEFAULT_NAME)
        _check_base(base)
        _check_exist(paths)
        settings = RunSettings(
            name=own_name, paths=absolute, base=base or AUTO, cell=cell, minutes=minutes, seed=seed
        ).with_overrides(overrides)
        run, resume = _begin(places, settings, fresh=fresh, as_json=as_json)
    _train_and_report(run, resumed=resume, as_json=as_json)


def _check_base(base: str | None) -> None:
    """Raise ModelError where the model to start from does not exist or is damaged."""
    if base not in (None, AUTO, SCRATCH):
        open_library().load(str(base))


def _check_exist(paths: tuple[Path, ...]) -> None:
    for path in paths:
        if not path.expanduser().exists():
            raise NotesError(f"There is nothing at {path}.", "Check the spelling of the path.")


def _begin(places: Paths, settings: RunSettings, *, fresh: bool, as_json: bool) -> tuple[Run, bool]:
    """Return the run to train, and whether it is an interrupted one that is resumed."""
    from rnnchat.cli.resume import begin, can_ask

    name = settings.name
    run, resumed = begin(places, settings, fresh=fresh, ask=can_ask() and not as_json)
    if not resumed and not as_json:
        announce_new_version(name)
    return run, resumed


def announce_new_version(name: str) -> None:
    """Print that a training adds a version to a model, if there is one called `name`."""
    if any(entry.is_called(name) for entry in open_library().entries()):
        print_line(
            f"The model {name} exists: this training makes a new version of it."
            f" To go back to the old one, run `rnnchat models rollback {name!r}`."
        )


def _train_and_report(run: Run, *, resumed: bool, as_json: bool) -> None:
    """Train, and print the events for programs or for a person."""
    from rnnchat.training.runs.job import TrainingJob
    from rnnchat.training.runs.report import TrainingReport

    if as_json:
        follow_training(TrainingJob(run), EventLines(print_json).show)
        return
    report = TrainingReport(print_line, live=sys.stdout is not None and sys.stdout.isatty())
    report.begin(run.folder.name, resumed=resumed)
    follow_training(TrainingJob(run), report.show)


class EventLines:
    """Prints events for programs: first what was read, or how far a resumed training is."""

    def __init__(self, show: Callable[[Event], None]) -> None:
        self._show = show
        self._begun = False
        self._warnings: list[Event] = []

    def show(self, event: Event) -> None:
        """Print one event; a warning that comes too early waits, and so early a phase is left out."""
        if event["event"] == "warning" and not self._begun:
            self._warnings.append(event)
            return
        if event["event"] != "phase" and not self._begun:
            self._begun = True
            for waiting in (event, *self._warnings):
                self._show(waiting)
        elif self._begun:
            self._show(event)


def follow_training(job: TrainingJob[Any], show: Callable[[Event], None]) -> None:
    """Show the events of a training until it ends; Ctrl+C stops it and saves a checkpoint."""
    job.start()
    try:
        for event in job.events():
            show(event)
    except KeyboardInterrupt:
        if sys.stderr is not None and sys.stderr.isatty():
            print_progress("\r\x1b[KStopping and saving a checkpoint …\n")
        job.close(30)
        raise _stopped(job) from None
    except RnnchatError:
        if is_terminal(sys.stdout):
            print_line("", over=True)  # the error takes the place of the line that says what is being done
        raise
    finally:
        job.close(30)


def _stopped(job: TrainingJob[Any]) -> StoppedError:
    """Return what a training that was stopped leaves behind."""
    if job.run.is_finished:
        return StoppedError(
            f"The training was over before it could stop: {job.run.folder.name} is saved.", ""
        )
    has_learned = job.run.checkpoints.is_dir() and any(job.run.checkpoints.iterdir())
    what = "What was learned so far is saved." if has_learned else "It had learned nothing yet."
    return StoppedError(f"Stopped. {what}", f"To continue, run `{job.resume_command}`.")
