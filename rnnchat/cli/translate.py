"""The commands `translate` and `translate train`: translate phrases, and learn to from pairs of sentences."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from rnnchat.cli.escaping import escape_for_terminal
from rnnchat.cli.output import print_error, print_json, print_line, print_progress
from rnnchat.cli.shared import PathArgument, as_json, current_paths, open_library
from rnnchat.cli.streams import is_terminal, standard_input_lines
from rnnchat.cli.text_or_command import TEXT_COMMAND, TextOrCommand
from rnnchat.errors import ModelError, NotesError, RnnchatError, TrainingError
from rnnchat.training.translation.settings import DEFAULT_MINUTES, WORKER, TranslationSettings

if TYPE_CHECKING:
    from rnnchat.tasks.translation.result import Translation
    from rnnchat.tasks.translation.translator import Translator
    from rnnchat.training.translation.run import TranslationRun


@click.group(
    cls=TextOrCommand,
    usages=("TEXT...|- [--model NAME] [--json]", "train PAIRS.tsv --name NAME [--minutes M]"),
    short_help="Translate phrases, and learn to from pairs of sentences.",
    epilog="""\b
Examples:
  rnnchat translate train pairs.tsv --name fr     learn from lines of a sentence, a tab, its translation
  rnnchat translate --model fr "Where is it?"     translate a phrase; signs such as ? need the quotes
  rnnchat translate - --json < phrases.txt        a phrase a line, for programs
""",
)
def translate() -> None:
    """Translate TEXT, a phrase or a few sentences (- reads a phrase a line from standard input).

    A phrase that is in the pairs is answered from them. Others are translated by a network that learned from
    the pairs. A translator is made with `rnnchat translate train`.
    """


@translate.command(TEXT_COMMAND, hidden=True)
@click.argument("text", nargs=-1, required=True)
@click.option("--model", default=None, metavar="NAME", help="The translator.  [default: the only one]")
@as_json
def translate_text(text: tuple[str, ...], model: str | None, as_json: bool) -> None:
    """Translate TEXT (- reads a phrase a line from standard input); several words are one phrase."""
    from rnnchat.tasks.translation.result import UNTRANSLATED

    translator = _load(model)
    if text == ("-",):
        sys.exit(_translate_lines(translator, standard_input_lines(), as_json))
    found = translator.translate(" ".join(text))
    if as_json:
        print_json(found.as_dict())
        return
    _print_text(found)
    _print_notes(found)
    if found.origin == UNTRANSLATED:
        sys.exit(1)


def _translate_lines(translator: Translator, lines: Iterable[str], as_json: bool) -> int:
    """Print the translation of each line at once; return 1 if one could not be translated, otherwise 0.

    An empty line, and one that cannot be translated, gives an empty line, so that lines stay side by side.
    Raises RnnchatError where there are no lines.
    """
    from rnnchat.tasks.translation.phrases import PhraseError
    from rnnchat.tasks.translation.result import UNTRANSLATED
    from rnnchat.text.notes.clean import sanitize

    code, number = 0, 0
    for number, given in enumerate(lines, 1):
        line = " ".join(sanitize(given).split("\n"))  # other signs that break lines are none here
        try:
            found = translator.translate(line) if line.strip() else None
        except PhraseError as error:
            code, found = 1, None
            print_error(f"Line {number}: {error.message}", error.hint)
            if as_json:
                print_json({"line": number, "text": None, "error": error.message})
                continue
        if found is not None and found.origin == UNTRANSLATED:
            code = 1
        if as_json and found is not None:
            print_json({"line": number, **found.as_dict()})
        elif as_json:
            print_json({"line": number, "text": ""})
        else:
            _print_text(found)
            if found is not None:
                _print_notes(found, f"Line {number}: ")
    if not number:
        raise RnnchatError(
            "There is nothing to translate: standard input is empty.", "Give it a phrase a line."
        )
    return code


def _print_text(found: Translation | None) -> None:
    """Print a translation, line by line; nothing but the end of a line where there is none."""
    for line in (found.text if found else "").split("\n"):
        print_line(line)


def _print_notes(found: Translation, label: str = "") -> None:
    """Print on standard error where each sentence of a translation is from, dimmed on a terminal.

    Where standard error is no terminal, only of sentences with a doubt or with other numbers.
    """
    is_shown = is_terminal(sys.stderr)
    parts = found.parts or (found,)
    unit = "Line" if len(parts) == found.text.count("\n") + 1 else "Sentence"
    for number, part in enumerate(parts, 1):
        if not (is_shown or part.doubt or part.numbers):
            continue
        place = f"{unit} {number}: " if len(parts) > 1 else ""
        note = f"  {label}{place}{escape_for_terminal(_note(part))}"
        print_progress(f"\x1b[2m{note}\x1b[22m\n" if is_shown else f"{note}\n")


def _note(found: Translation) -> str:
    """Return where a translation is from, in a few words."""
    from rnnchat.tasks.translation.result import FROM_TEXT, UNTRANSLATED, replaced_numbers

    if found.source is not None:
        where = f"from line {found.source.line:,} of the pairs"
        if found.numbers:
            return f"{where}, with {replaced_numbers(found.numbers)}"
        return where if found.similarity == 1 else f"{where}, {found.similarity:.0%} similar"
    if found.origin == FROM_TEXT:
        return "copied: there are no words to translate"
    if found.origin == UNTRANSLATED:
        return found.doubt
    return f"confidence {found.confidence:.0%}{found.doubt and ', '}{found.doubt}"


@translate.command("train", short_help="Learn to translate from pairs of sentences.")
@click.argument("pairs", type=PathArgument(), metavar="PAIRS.tsv", required=False)
@click.option("--name", default=None, metavar="NAME", help="The name of the translator.")
@click.option("--reverse", is_flag=True, help="Translate the second column into the first.")
@click.option(
    "--minutes",
    type=float,
    default=DEFAULT_MINUTES,
    show_default=True,
    help="The time budget of the network's training; 0 uses the pairs without a network.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The seed of random choices."
)
@click.option(
    "--languages",
    default="",
    metavar="FROM,TO",
    help="The names of both languages, such as English,French, for lists.",
)
@click.option("--resume", is_flag=True, help="Continue an interrupted training.")
@click.option("--fresh", is_flag=True, help="Discard an interrupted training of this name and start again.")
@as_json
def train(
    pairs: Path | None,
    name: str | None,
    reverse: bool,
    minutes: float,
    seed: int,
    languages: str,
    resume: bool,
    fresh: bool,
    as_json: bool,
) -> None:
    """Learn to translate from PAIRS.tsv: on each line a sentence, a tab, and its translation.

    Further columns are ignored. The translator is measured on pairs that are kept back. Ctrl+C stops the
    training and saves a checkpoint; --resume continues from it.
    """
    if resume and fresh:
        raise click.UsageError("--resume continues and --fresh starts again: choose one of them")
    if resume:
        run = _run_to_resume(name)
        _require_same(run.settings, pairs)
    else:
        if pairs is None:
            raise click.UsageError("Name the file of pairs to learn from")
        if name is None:
            raise click.UsageError("Name the translator with --name")
        run = _new_run(
            TranslationSettings(
                _checked_name(name), str(pairs.absolute()), reverse, minutes, seed, _languages(languages)
            ),
            fresh=fresh,
        )
    _train_and_report(run, resumed=resume, as_json=as_json)


def _languages(text: str) -> tuple[str, ...]:
    """Return the two names in `text`; raise a usage error where there is another number of them."""
    from rnnchat.text.notes.clean import sanitize

    names = tuple(" ".join(sanitize(name).split())[:40] for name in text.split(",") if name.strip())
    if names and len(names) != 2:
        raise click.UsageError("--languages takes two names, such as English,French")
    return names


def _checked_name(name: str) -> str:
    from rnnchat.tasks.base import TRANSLATE

    return open_library().check_name(name, TRANSLATE)


def _new_run(settings: TranslationSettings, *, fresh: bool) -> TranslationRun:
    """Return a new run; raise an error where there is no table, or an interrupted run would be lost."""
    from rnnchat.storage.display import display_path
    from rnnchat.storage.files import PathKind, path_kind
    from rnnchat.training.translation.run import TranslationRun, find_unfinished_translation

    settings.check()
    if path_kind(Path(settings.path)) is PathKind.MISSING:
        raise NotesError(f"There is no file {display_path(settings.path)}.", "Check its name.")
    unfinished = find_unfinished_translation(current_paths(), settings.name)
    if unfinished is not None:
        unfinished.require_idle()
    if unfinished is not None and not fresh:
        raise TrainingError(
            f"There is an interrupted training of {settings.name}.",
            "Continue it with `--resume`, discard it with `--fresh`, or keep both with another `--name`.",
        )
    return TranslationRun.create(current_paths(), settings)


def _run_to_resume(name: str | None) -> TranslationRun:
    """Return the interrupted run called `name`, or the only one; raise TrainingError where there is none."""
    from rnnchat.training.translation.run import find_unfinished_translation, unfinished_translations

    waiting = unfinished_translations(current_paths())
    if name is None:
        found = waiting[0] if len(waiting) == 1 else None
    else:
        found = find_unfinished_translation(current_paths(), name)
    if found is None:
        names = ", ".join(run.folder.name for run in waiting)
        what = f"no interrupted training called {name!r}" if name else "no training that is clearly meant"
        hint = f"Trainings that can be resumed: {names}." if names else "No training can be resumed."
        raise TrainingError(f"There is {what}.", hint)
    found.require_idle()
    return found


def _require_same(settings: TranslationSettings, pairs: Path | None) -> None:
    """Raise a usage error where something is given with --resume that differs from how the training began."""
    context = click.get_current_context()
    if pairs is not None and str(pairs.absolute()) != settings.path:
        raise click.UsageError(f"--resume continues with {settings.path}, as it began; leave the file out")
    for name in ("reverse", "minutes", "seed"):
        is_stated = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if is_stated and context.params[name] != getattr(settings, name):
            began = f"--{name} {getattr(settings, name)}"
            raise click.UsageError(f"--resume continues with {began}, as it began; leave the option out")


def _train_and_report(run: TranslationRun, *, resumed: bool, as_json: bool) -> None:
    """Train, and print the events for programs or for a person."""
    from rnnchat.cli.train import announce_new_version, follow_training
    from rnnchat.training.runs.job import TrainingJob
    from rnnchat.training.translation.report import TranslationReport

    settings = run.settings
    job = TrainingJob(run, worker=WORKER, resume_command="rnnchat translate train --resume")
    if as_json:
        follow_training(job, print_json)
        return
    if resumed:
        print_line(f"Resuming the training of {settings.name}.")
    else:
        announce_new_version(settings.name)
    follow_training(job, TranslationReport(print_line, live=is_terminal(sys.stdout)).show)


def _load(model: str | None) -> Translator:
    """Return the translator called `model`, or the only one that there is."""
    from rnnchat.library.translators import translator_names
    from rnnchat.loading import load_translator

    library = open_library()
    if model is None:
        names = translator_names(library)
        if not names:
            raise ModelError(
                "There is no translator yet.",
                "Make one with `rnnchat translate train PAIRS.tsv --name NAME`.",
            )
        if len(names) > 1:
            raise ModelError("There are several translators.", f"Name one with --model: {', '.join(names)}.")
        (model,) = names
    return load_translator(library, model)
