"""The command line: each command imports what it needs, when it is called."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rnnchat import __version__
from rnnchat.errors import NotesError, RnnchatError, StoppedError, from_os_error

if TYPE_CHECKING:
    from rnnchat.library.models import Library
    from rnnchat.library.paths import Paths
    from rnnchat.training.job import Event, TrainingJob

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="PATH...")
model_option = click.option("--model", default=None, metavar="NAME", help="The model; else the one in use.")


def main() -> None:
    """Run ``rnnchat``; leave with 0, 1 after an error, 2 after wrong usage, 130 after Ctrl+C."""
    # A network's step is too small to gain from threads, and they would fight with a training's.
    for library in ("OPENBLAS", "MKL", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    try:
        commands(standalone_mode=False)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "rnnchat"
        _complain(error.format_message().rstrip("."), f"Try `{where} --help`.")
        sys.exit(2)
    except RnnchatError as error:
        _complain(error.message, error.hint)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    except BrokenPipeError:
        # The reader has gone, as `head` does; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        said = from_os_error(error, "working with files")
        _complain(said.message, said.hint)
        sys.exit(1)
    except Exception as error:
        from rnnchat.library.log import note_unforeseen

        _complain(f"Something unforeseen happened ({type(error).__name__}).", note_unforeseen(error))
        sys.exit(1)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="rnnchat")
@click.pass_context
def commands(context: click.Context) -> None:
    """A private language model of your own notes: it chats and writes in your terminal, offline.

    Without a command, opens the app.
    """
    if context.invoked_subcommand is None:
        open_app()


def open_app() -> None:
    """Open the app; raise RnnchatError where there is no terminal to draw on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise RnnchatError(
            "The app needs a terminal.",
            "In a script, use `rnnchat generate` or another command (`rnnchat --help`).",
        )
    from rnnchat.app import run

    run()


@commands.command()
@paths_argument
@click.option("--name", default=None, help="What to call the model.  [default: me]")
@click.option(
    "--from",
    "base",
    default=None,
    metavar="BASE|scratch",
    help="What to start from.  [default: what fits]",
)
@click.option("--cell", type=click.Choice(["gru", "lstm", "rnn"]), default="gru", show_default=True)
@click.option("--minutes", type=float, default=5.0, show_default=True, help="The budget, start included.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--resume", is_flag=True, help="Go on with an interrupted training.")
@as_json
def train(
    paths: tuple[Path, ...],
    name: str | None,
    base: str | None,
    cell: str,
    minutes: float,
    seed: int,
    resume: bool,
    as_json: bool,
) -> None:
    """Learn the notes in PATH... and save a model. Nothing leaves this machine.

    Ctrl+C stops and keeps a checkpoint; --resume goes on from it.
    """
    from rnnchat.training.job import TrainingJob
    from rnnchat.training.report import TrainingReport
    from rnnchat.training.run import AUTO, SCRATCH, Run, RunSettings, find_unfinished, unfinished

    places = _paths()
    if resume:
        waiting = unfinished(places)
        alone = name is None and len(waiting) == 1
        run = waiting[0] if alone else find_unfinished(places, name or "me")
    else:
        if not paths:
            raise click.UsageError("Name the notes to learn: files or folders")
        library = _library()
        own_name = library.check_name(name or "me")
        if base not in (None, SCRATCH):
            library.load(str(base))
        for path in paths:
            if not path.expanduser().exists():
                raise NotesError(f"There is nothing at {path}.", "Check the spelling of the path.")
        settings = RunSettings(
            name=own_name,
            paths=tuple(str(path.expanduser().absolute()) for path in paths),
            base=base or AUTO,
            cell=cell,
            minutes=minutes,
            seed=seed,
        )
        if own_name in [waiting.folder.name for waiting in unfinished(places)]:
            click.echo(f"rnnchat: The interrupted training of {own_name} is discarded.", err=True)
        run = Run.create(places, settings)
    report = TrainingReport(_say, live=sys.stdout.isatty())
    _follow(TrainingJob(run), _print_json if as_json else report.show)


@commands.command()
@paths_argument
@as_json
def scan(paths: tuple[Path, ...], as_json: bool) -> None:
    """Show what a training would read in PATH..., what it would skip and why."""
    if not paths:
        raise click.UsageError("Name the notes to scan: files or folders")
    from rnnchat.notes import scan as scan_notes

    result = scan_notes(paths)
    if as_json:
        _print_json(
            {
                "files": [str(path) for path in result.paths],
                "bytes": result.bytes,
                "skipped": [{"path": str(item.path), "reason": item.reason} for item in result.skipped],
                "secrets": [{"path": str(s.path), "line": s.line, "kind": s.kind} for s in result.secrets],
            }
        )
        return
    for note_path, note in zip(result.paths, result.notes, strict=True):
        _say(f"  read  {len(note.text.encode()):>9,} B  {note_path}")
    for item in result.skipped:
        _say(f"  skip  {item.reason}: {item.path}")
    for secret in result.secrets:
        _say(f"  left out  {secret.kind} in line {secret.line} of {secret.path}")
    _say(
        f"{len(result.notes):,} notes, {result.bytes:,} bytes; {len(result.skipped):,} skipped; "
        f"{len(result.secrets):,} lines with secrets left out."
    )


@commands.command()
@click.argument("prompt", default="")
@model_option
@click.option("--tokens", type=click.IntRange(1), default=200, show_default=True, help="The most pieces.")
@click.option("--temperature", type=float, default=None)
@click.option("--top-p", type=float, default=None)
@click.option("--top-k", type=click.IntRange(min=0), default=None)
@click.option("--min-p", type=float, default=None)
@click.option("--repetition", type=float, default=None, help="1 leaves repetitions as they come.")
@click.option("--seed", type=click.IntRange(min=0), default=None, help="The same seed gives the same text.")
@as_json
def generate(
    prompt: str,
    model: str | None,
    tokens: int,
    seed: int | None,
    as_json: bool,
    **chosen: float | None,
) -> None:
    """Continue PROMPT (- reads it from standard input), streaming."""
    from rnnchat.library.settings import load_settings
    from rnnchat.notes.clean import harmless
    from rnnchat.writing.generate import text_context
    from rnnchat.writing.sampling import Sampling
    from rnnchat.writing.speaking import load_model

    settings = load_settings(_paths())
    names = ("temperature", "top_p", "top_k", "min_p", "repetition")
    values: dict[str, Any] = {name: getattr(settings, name) for name in names}
    values |= {name: value for name, value in chosen.items() if value is not None}
    sampling = Sampling(**values, seed=settings.seed if seed is None else seed)
    sampling.check()
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if prompt == "-" else prompt
    loaded = load_model(_library(), model or settings.model)
    context = text_context(loaded.tokenizer, harmless(text))
    if not as_json:
        click.echo(harmless(text), nl=False)
    started = time.perf_counter()
    count = 0
    for chunk in loaded.speaker.stream(context, sampling, tokens):
        count += 1
        shown = harmless(chunk.text)
        if not as_json:
            click.echo(shown, nl=False)
            continue
        line: dict[str, Any] = {"text": chunk.text, "probability": round(chunk.probability, 6)}
        if chunk.finish:
            speed = count / max(time.perf_counter() - started, 1e-9)
            line |= {"finish": chunk.finish, "tokens_per_second": round(speed, 1)}
        _print_json(line)
    if not as_json:
        click.echo()


@commands.command()
@paths_argument
@model_option
@click.option(
    "--limit", type=click.IntRange(min=1), default=None, metavar="BYTES", help="Score only so much."
)
@as_json
def evaluate(paths: tuple[Path, ...], model: str | None, limit: int | None, as_json: bool) -> None:
    """Score a model on the texts in PATH..., which it should not have learned from."""
    if not paths:
        raise click.UsageError("Name the texts to score: files or folders")
    from rnnchat.library.settings import load_settings
    from rnnchat.notes.raw import read_raw
    from rnnchat.writing.evaluate import score
    from rnnchat.writing.speaking import load_model

    texts = read_raw(paths)
    name = model or load_settings(_paths()).model
    loaded = load_model(_library(), name)
    started = time.perf_counter()
    result = score(loaded.speaker.predictor, loaded.tokenizer, texts, limit=limit or 0)
    seconds = time.perf_counter() - started
    if as_json:
        _print_json(
            {
                "model": name,
                "files": len(texts),
                "bytes": result.bytes,
                "pieces": result.pieces,
                "bits_per_byte": {"network": round(result.bits_per_byte, 4)},
                "top1": round(result.top1, 4),
                "seconds": round(seconds, 2),
            }
        )
        return
    _say(f"{name} on {len(texts):,} texts, {result.bytes:,} bytes, {result.pieces:,} pieces:")
    _say(f"  network  {result.bits_per_byte:.3f} bits per byte   next piece right {result.top1:.1%}")


@commands.group()
def models() -> None:
    """List, show, use, rename, copy, delete and check saved models."""


@models.command("list")
@as_json
def list_models(as_json: bool) -> None:
    """List the models on this machine."""
    from rnnchat.library.describe import describe_entry
    from rnnchat.library.settings import load_settings

    in_use = load_settings(_paths()).model
    rows = [describe_entry(entry, in_use=entry.name == in_use) for entry in _library().entries()]
    if as_json:
        _print_json({"models": rows})
        return
    for row in rows:
        bits = "    –" if row["bits_per_byte"] is None else f"{row['bits_per_byte']:5.2f}"
        mark = "*" if row["in_use"] else " "
        _say(f"{mark} {row['name']:<24} {bits} bits/byte  {row['size'] / 1e6:6.1f} MB  {row['summary']}")


@models.command()
@click.argument("name")
@as_json
def show(name: str, as_json: bool) -> None:
    """Show all that is known of the model NAME."""
    from rnnchat.library.describe import describe_card, describe_entry

    entry = _library().find(name)
    if as_json:
        card = json.loads(entry.card.to_json()) if entry.card else None
        _print_json({**describe_entry(entry), "problem": entry.problem, "card": card})
        return
    for label, value in describe_card(entry):
        _say(f"{label:>16}  {value}")


@models.command()
@click.argument("name")
def use(name: str) -> None:
    """Let the model NAME speak from now on."""
    from rnnchat.library.settings import change_settings

    entry = _library().find(name)
    _library().load(name)
    with change_settings(_paths()) as settings:
        settings.model = entry.name
    _say(f"{entry.name} speaks from now on.")


@models.command()
@click.argument("name")
@click.argument("new")
def rename(name: str, new: str) -> None:
    """Call the model NAME NEW."""
    from rnnchat.library.settings import change_settings

    old = _library().find(name).name
    now = _library().rename(name, new)
    with change_settings(_paths()) as settings:
        settings.model = now if settings.model == old else settings.model
    _say(f"{old} is now called {now}.")


@models.command()
@click.argument("name")
@click.argument("new")
def copy(name: str, new: str) -> None:
    """Copy the model NAME as NEW."""
    _say(f"Copied as {_library().copy(name, new)}.")


@models.command()
@click.argument("name")
@click.option("--forever", is_flag=True, help="Do not keep it in the bin for 30 days.")
def delete(name: str, forever: bool) -> None:
    """Delete the model NAME; `rnnchat models restore` brings it back within 30 days."""
    library = _library()
    entry = library.find(name)
    token = library.delete(name)
    if forever:
        library.forget(token)
        _say(f"Deleted {entry.name} for good.")
    else:
        _say(f"Deleted {entry.name}. `rnnchat models restore {entry.name!r}` brings it back within 30 days.")


@models.command()
@click.argument("name")
def restore(name: str) -> None:
    """Bring the deleted model NAME back."""
    library = _library()
    token = next((t for t in library.deleted() if t.split("-", 1)[1].casefold() == name.casefold()), None)
    if token is None:
        names = ", ".join(t.split("-", 1)[1] for t in library.deleted()) or "the bin is empty"
        raise RnnchatError(f"No deleted model is called {name!r}.", f"To be restored: {names}.")
    _say(f"{library.restore(token)} is back.")


@models.command()
@click.argument("name")
def rollback(name: str) -> None:
    """Make the version of NAME before the last training the one in use."""
    number = _library().roll_back(name)
    _say(f"{name} is back to the version before, saved as version {number}.")


@models.command()
@click.argument("name", required=False)
@as_json
def check(name: str | None, as_json: bool) -> None:
    """Check every file of the model NAME, or of all models, against its card."""
    library = _library()
    entries = [library.find(name)] if name else library.entries()
    found = {entry.name: library.check(entry.name) for entry in entries}
    if as_json:
        _print_json({"models": [{"name": n, "problems": problems} for n, problems in found.items()]})
    else:
        for model_name, problems in found.items():
            _say(f"{model_name}: {'; '.join(problems) if problems else 'sound'}")
    if any(found.values()):
        sys.exit(1)


@commands.command()
@as_json
def where(as_json: bool) -> None:
    """Show the folders in use; removing them removes all that rnnchat keeps."""
    paths = _paths()
    folders = {"data": str(paths.data), "config": str(paths.config), "state": str(paths.state)}
    if as_json:
        _print_json(folders)
        return
    for label, folder in folders.items():
        _say(f"{label:>6}  {folder}")


def _follow(job: TrainingJob, show: Callable[[Event], None]) -> None:
    """Show a training's events to its end; Ctrl+C stops it with a checkpoint."""
    job.start()
    try:
        for event in job.events():
            show(event)
    except KeyboardInterrupt:
        job.close(30)
        name = job.run.folder.name
        raise StoppedError(
            "Stopped; what was learned so far is kept.",
            f"`rnnchat train --resume --name {name!r}` goes on from there.",
        ) from None
    finally:
        job.close(30)


def _paths() -> Paths:
    from rnnchat.library.paths import Paths

    return Paths.from_environment()


def _library() -> Library:
    from rnnchat.library.models import Library

    return Library(_paths())


def _say(text: str, *, over: bool = False) -> None:
    """Print a line in which names and paths are made harmless; `over` lets the next one replace it."""
    from rnnchat.notes.clean import harmless

    click.echo(f"\r\x1b[K{harmless(text)}" if over else harmless(text), nl=not over)


def _print_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
    sys.stdout.flush()


def _complain(message: str, hint: str) -> None:
    from rnnchat.notes.clean import harmless

    click.echo(harmless(f"rnnchat: {message}"), err=True)
    if hint:
        click.echo(harmless(f"  {hint}"), err=True)
