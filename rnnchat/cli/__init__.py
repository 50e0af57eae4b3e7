"""The command line: each command imports what it needs, when it is called."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import click

from rnnchat import __version__
from rnnchat.cli.learn import compare, scan, train
from rnnchat.cli.library import models, where
from rnnchat.cli.output import complain
from rnnchat.cli.speak import complete, evaluate, generate
from rnnchat.errors import RnnchatError, from_os_error


def main() -> None:
    """Run ``rnnchat``; leave with 0, 1 after an error, 2 after wrong usage, 128 + n after a signal n."""
    # A network's step is too small to gain from threads, and they would fight with a training's.
    for library in ("OPENBLAS", "MKL", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    ended_by = _end_in_good_order()
    try:
        _run()
    except (SystemExit, KeyboardInterrupt):
        if not ended_by:
            raise
    if ended_by:
        sys.exit(128 + ended_by[0])


def _end_in_good_order() -> list[int]:
    """Let SIGTERM and SIGHUP end a command as Ctrl+C does, a second one at once; return which came."""
    came: list[int] = []

    def arrived(number: int, _: object) -> None:
        came.append(number)
        if len(came) > 1:
            os._exit(128 + number)
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, arrived)
    return came


def _run() -> None:
    """Run a command and say what goes wrong."""
    try:
        commands(standalone_mode=False)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "rnnchat"
        complain(error.format_message().rstrip("."), f"Try `{where} --help`.")
        sys.exit(2)
    except RnnchatError as error:
        complain(error.message, error.hint)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    except BrokenPipeError:
        # The reader has gone, as `head` does; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        said = from_os_error(error, "working with files")
        complain(said.message, said.hint)
        sys.exit(1)
    except Exception as error:
        from rnnchat.library.log import note_unforeseen

        complain(f"Something unforeseen happened ({type(error).__name__}).", note_unforeseen(error))
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


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def draft(file: Path) -> None:
    """Open FILE in the app as a draft; it is made when it is saved."""
    open_app(file)  # a path that can be none is said there, and what is typed all the same is kept


def open_app(file: Path | None = None) -> None:
    """Open the app, on `file` where there is one; raise RnnchatError where there is no terminal."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise RnnchatError(
            "The app needs a terminal.",
            "In a script, use `rnnchat generate` or another command (`rnnchat --help`).",
        )
    from rnnchat.app import run

    status = run(file)
    if status:
        sys.exit(status)


for command in (draft, train, scan, generate, complete, evaluate, compare, models, where):
    commands.add_command(command)
