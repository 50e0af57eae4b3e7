"""Which run the command `train` trains: a new one, or an interrupted one of the same name that is resumed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from rnnchat.cli.output import print_error
from rnnchat.errors import RnnchatError, StoppedError, TrainingError
from rnnchat.training.runs.settings import DEFAULT_NAME

if TYPE_CHECKING:
    from rnnchat.storage.paths import Paths
    from rnnchat.training.runs.run import Run
    from rnnchat.training.runs.settings import RunSettings

OPTIONS = {"base": "--from", "cell": "--cell", "minutes": "--minutes", "seed": "--seed"}
"""The settings of a run that have an option of `train`, and its name."""


def run_to_resume(places: Paths, name: str | None, paths: tuple[str, ...], overrides: tuple[str, ...]) -> Run:
    """Return the interrupted run that ``--resume`` continues.

    `paths` and `overrides` are those given with it, which must be the ones that it began with. Raises
    TrainingError where there is no such run, NotesError where its notes are gone, and a usage error where
    it began otherwise.
    """
    from rnnchat.training.runs.run import require_unfinished_run, unfinished_runs

    waiting = unfinished_runs(places)
    is_clear = name is None and len(waiting) == 1
    run = waiting[0] if is_clear else require_unfinished_run(places, name or DEFAULT_NAME)
    context = click.get_current_context()
    stated = [key for key in OPTIONS if context.get_parameter_source(key) is ParameterSource.COMMANDLINE]
    check_same(run, paths, {key: context.params[key] for key in stated}, overrides)
    run.require_notes()
    return run


def begin(places: Paths, settings: RunSettings, *, fresh: bool, ask: bool) -> tuple[Run, bool]:
    """Return the run for `settings`, and whether it is an interrupted one that is resumed.

    An interrupted one is discarded if `fresh`, or if the user, where `ask`, decides so.
    """
    from rnnchat.training.runs.run import Run, find_unfinished_run

    settings.check()
    waiting = find_unfinished_run(places, settings.name)
    held = waiting is not None and not fresh and not waiting.is_busy()
    if waiting is not None and held and _decide_to_resume(waiting, settings, ask=ask):
        waiting.require_notes()
        return waiting, True
    run = Run.create(places, settings)
    if waiting is not None:
        print_error(f"The interrupted training of {settings.name} was discarded.", "")
    return run, False


def _decide_to_resume(run: Run, wanted: RunSettings, *, ask: bool) -> bool:
    """Return whether the interrupted `run` is resumed instead of starting one with the settings `wanted`.

    Asks the user, on standard error, if `ask`. Otherwise raises TrainingError, so that a repeated command
    does not discard what was learned. Raises StoppedError where the answer is to quit.
    """
    from rnnchat.training.runs.progress import describe_progress

    lines = [
        f"There is an interrupted training of {run.folder.name} ({describe_progress(run)}).",
        *_difference(run, wanted),
    ]
    if not ask:
        raise TrainingError(
            "\n  ".join(lines),
            "Continue it with `--resume`, discard it with `--fresh`, or keep both with another `--name`.",
        )
    print_error("\n  ".join(lines), "")
    while True:
        try:
            answer = click.prompt(
                "  [r]esume, [f]resh, [q]uit?",
                default="r",
                show_default=False,
                prompt_suffix=" ",
                err=True,
            )
        except click.Abort:
            click.echo(err=True)  # so that the shell's prompt begins a line
            raise
        word = str(answer).strip().lower()
        if word in ("r", "resume"):
            return True
        if word in ("f", "fresh"):
            return False
        if word in ("q", "quit"):
            raise StoppedError("Nothing was changed.", "The interrupted training can still be resumed.")
        click.echo("  r continues it, f discards it and starts again, q changes nothing.", err=True)


def can_ask() -> bool:
    """Return whether a user can be asked: standard input and error are a terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def check_same(run: Run, paths: tuple[str, ...], stated: dict[str, Any], overrides: tuple[str, ...]) -> None:
    """Raise a usage error where notes or settings are given that differ from those of the `run` to resume."""
    settings = run.settings
    if paths and set(paths) != set(settings.paths):
        known = ", ".join(settings.paths)
        raise click.UsageError(
            f"--resume continues with the notes it began with, {known}; leave the paths out"
        )
    for name, value in stated.items():
        if getattr(settings, name) != value:
            began = f"{OPTIONS[name]} {_plain(getattr(settings, name))}"
            raise click.UsageError(f"--resume continues with {began}, as it began; leave the option out")
    if overrides and settings.with_overrides(overrides) != settings:
        raise click.UsageError("--resume continues with the settings it began with; leave --set out")


def _difference(run: Run, wanted: RunSettings) -> list[str]:
    """Return what an interrupted run was started with, if that differs from what is wanted now."""
    try:
        was = run.settings
    except RnnchatError as error:
        return [f"It cannot be resumed: {error.message}"]
    if was == wanted:
        return []
    options = [f"{option} {_plain(getattr(was, name))}" for name, option in OPTIONS.items()]
    return [f"It was started with other settings: {' '.join([*was.paths, *options])}"]


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
