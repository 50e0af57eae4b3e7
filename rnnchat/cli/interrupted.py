"""What happens to an interrupted training when another one is started for the same model."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from rnnchat.errors import RnnchatError, StoppedError, TrainingError

if TYPE_CHECKING:
    from rnnchat.storage.paths import Paths
    from rnnchat.training.runs.run import Run
    from rnnchat.training.runs.settings import RunSettings

OPTIONS = {"base": "--from", "cell": "--cell", "minutes": "--minutes", "seed": "--seed"}
"""The settings that an option of ``train`` states, and its name."""


def run_to_resume(places: Paths, name: str | None, paths: tuple[str, ...], overrides: tuple[str, ...]) -> Run:
    """Return the run that ``--resume`` means; raise TrainingError, NotesError or a usage error where none is.

    `paths` and `overrides` are those given beside it, which must be those that it began with.
    """
    from rnnchat.training.runs.run import find_unfinished, unfinished

    waiting = unfinished(places)
    run = waiting[0] if name is None and len(waiting) == 1 else find_unfinished(places, name or "me")
    context = click.get_current_context()
    stated = [key for key in OPTIONS if context.get_parameter_source(key) is ParameterSource.COMMANDLINE]
    check_same(run, paths, {key: context.params[key] for key in stated}, overrides)
    run.require_notes()
    return run


def begin(places: Paths, settings: RunSettings, *, fresh: bool, ask: bool) -> tuple[Run, bool]:
    """Return the run for `settings`, and whether it is an interrupted one that is resumed.

    An interrupted one is discarded if `fresh` is set or if the person who is asked says so.
    """
    from rnnchat.text.notes.clean import sanitize
    from rnnchat.training.runs.run import Run, unfinished_run

    settings.check()
    waiting = unfinished_run(places, settings.name)
    held = waiting is not None and not fresh and not waiting.is_busy()
    if waiting is not None and held and resumed_instead(waiting, settings, ask=ask):
        waiting.require_notes()
        return waiting, True
    run = Run.create(places, settings)
    if waiting is not None:
        click.echo(sanitize(f"rnnchat: The interrupted training of {settings.name} is discarded."), err=True)
    return run, False


def resumed_instead(run: Run, wanted: RunSettings, *, ask: bool) -> bool:
    """Return whether the interrupted `run` is resumed in place of starting what is `wanted`.

    Where `ask` is set, asks on standard error; an answer that changes nothing raises StoppedError. Elsewhere
    raises TrainingError, as a repeated command must not throw away what was learned.
    """
    from rnnchat.text.notes.clean import sanitize
    from rnnchat.training.runs.progress import describe_progress

    lines = [
        f"An interrupted training of {run.folder.name} is waiting ({describe_progress(run)}).",
        *_was(run, wanted),
    ]
    if not ask:
        raise TrainingError(
            "\n  ".join(lines),
            "`--resume` continues it; `--fresh` discards it and starts anew; another --name keeps both.",
        )
    click.echo(sanitize("rnnchat: " + "\n  ".join(lines)), err=True)
    while True:
        answer = click.prompt(
            "  [r]esume, [f]resh, [q]uit?", default="r", show_default=False, prompt_suffix=" ", err=True
        )
        word = str(answer).strip().lower()
        if word in ("r", "resume"):
            return True
        if word in ("f", "fresh"):
            return False
        if word in ("q", "quit"):
            raise StoppedError("Nothing was changed.", "The interrupted training can still be resumed.")
        click.echo("  r continues it, f discards it and starts anew, q leaves it as it is.", err=True)


def may_ask() -> bool:
    """Return whether there is a terminal where a person can be asked."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def check_same(run: Run, paths: tuple[str, ...], stated: dict[str, Any], overrides: tuple[str, ...]) -> None:
    """Raise a usage error where notes or settings are given that are not those of the `run` to be resumed."""
    settings = run.settings
    if paths and set(paths) != set(settings.paths):
        known = ", ".join(settings.paths)
        raise click.UsageError(f"--resume continues with the notes it began with, {known}; name no others")
    for name, value in stated.items():
        if getattr(settings, name) != value:
            began = f"{OPTIONS[name]} {_plain(getattr(settings, name))}"
            raise click.UsageError(f"--resume continues with {began}, as it began; leave that out")
    if overrides and settings.with_overrides(overrides) != settings:
        raise click.UsageError("--resume continues with the settings it began with; leave --set out")


def _was(run: Run, wanted: RunSettings) -> list[str]:
    """Return what an interrupted run was started with, where that is not what is wanted now."""
    try:
        was = run.settings
    except RnnchatError as error:
        return [f"It cannot be resumed: {error.message}"]
    if was == wanted:
        return []
    said = [f"{option} {_plain(getattr(was, name))}" for name, option in OPTIONS.items()]
    return [f"It was started with other settings: {' '.join([*was.paths, *said])}"]


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
