"""The commands together, and how each of them ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from rnnchat import __version__
from rnnchat.cli.groups import SuggestingGroup
from rnnchat.cli.output import complain
from rnnchat.cli.streams import ReaderGoneError, discard, is_terminal, prepare_streams, silence_interpreter
from rnnchat.errors import RnnchatError, from_os_error


def run() -> int:
    """Run the command that the arguments name and return the exit code."""
    # A network's step is too small to gain from threads, and they would fight with a training's.
    for library in ("OPENBLAS", "MKL", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    prepare_streams()
    silence_interpreter()
    code = _run_command()
    return _finish_output(code)


def _run_command() -> int:  # noqa: PLR0911 (each way to end has one)
    """Run the command; say what went wrong, if anything did, and return the exit code."""
    try:
        result = commands(standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except SystemExit as leaving:
        # Click's help had no reader, which click calls an error, and tells by the stream it leaves.
        if type(sys.stdout).__name__.endswith("PacifyFlushWrapper"):
            discard(sys.stdout)
            return 0
        return leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
    except click.UsageError as error:
        from rnnchat.cli.usage import usage_message

        where = error.ctx.command_path if error.ctx else "rnnchat"
        complain(usage_message(error), getattr(error, "hint", "") or f"Try `{where} --help`.")
        return 2
    except click.ClickException as error:
        complain(error.format_message().rstrip("."), "")
        return error.exit_code
    except RnnchatError as error:
        complain(error.message, error.hint)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return 130
    except (ReaderGoneError, BrokenPipeError):
        discard(sys.stdout)  # that is no error: `head` does so
        return 0
    except OSError as error:
        said = from_os_error(error, "working with files")
        complain(said.message, said.hint)
        return 1
    except MemoryError:
        complain("There is not enough memory for this.", "Close other programs, or give it less text.")
        return 1
    except Exception as error:
        from rnnchat.storage.log import note_unforeseen

        complain(f"Something unforeseen happened ({type(error).__name__}).", note_unforeseen(error))
        return 1


def _finish_output(code: int) -> int:
    """Write what is still held back, so that nothing is left for the interpreter to fail at."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)
    except (OSError, ValueError) as error:
        discard(sys.stdout)
        if isinstance(error, OSError) and not code:
            said = from_os_error(error, "writing to standard output")
            complain(said.message, said.hint)
        return code or 1
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        discard(sys.stderr)
    return code


MODULES = {
    "train": "rnnchat.cli.train",
    "scan": "rnnchat.cli.train",
    "compare": "rnnchat.cli.train",
    "generate": "rnnchat.cli.generate",
    "evaluate": "rnnchat.cli.evaluate",
    "complete": "rnnchat.cli.complete",
    "models": "rnnchat.cli.models",
    "where": "rnnchat.cli.models",
}
EPILOG = """\b
rnnchat                                 opens the app
rnnchat train ~/notes --name me         learns your notes in five minutes
rnnchat generate "The thing about"      goes on with a text
"""


@click.group(
    cls=SuggestingGroup,
    modules=MODULES,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
@click.version_option(__version__, "--version", prog_name="rnnchat")
@click.pass_context
def commands(context: click.Context) -> None:
    """A private language model of your own notes: it chats and writes in your terminal, offline.

    Without a command, opens the app.
    """
    if context.invoked_subcommand is None:
        open_app()


@click.command(short_help="Open a file in the app as a draft.")
@click.argument("file", type=click.Path(path_type=Path))
def draft(file: Path) -> None:
    """Open FILE in the app as a draft; it is made when it is saved."""
    open_app(file)  # a path that can be none is said there, and what is typed all the same is kept


def open_app(file: Path | None = None) -> None:
    """Open the app, on `file` where there is one; raise RnnchatError where there is no terminal."""
    if not all(is_terminal(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise RnnchatError(
            "The app needs a terminal.",
            "In a script, use `rnnchat generate` or another command (`rnnchat --help`).",
        )
    from rnnchat.app import run

    status = run(file)
    if status:
        sys.exit(status)


commands.add_command(draft)
