"""The table of commands, and what happens when one ends: its exit code and its error message."""

from __future__ import annotations

import os
import sys

import click

from rnnchat import __version__
from rnnchat.cli.lazy_group import LazyGroup
from rnnchat.cli.output import print_error
from rnnchat.cli.streams import ReaderGoneError, discard, log_interpreter_messages, prepare_streams
from rnnchat.errors import RnnchatError, from_os_error


def run() -> int:
    """Run the command that the arguments name and return the exit code."""
    # One step of a network is too small to gain from threads, and they would slow down a training.
    for library in ("OPENBLAS", "MKL", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    prepare_streams()
    log_interpreter_messages()
    code = _run_command()
    return _finish_output(code)


def _run_command() -> int:  # noqa: PLR0911 (a return for each way to end)
    """Run the command, print its error if it fails, and return the exit code."""
    try:
        result = commands(standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except SystemExit as leaving:
        # Nobody read click's help, which click treats as an error; it is recognised by the stream it leaves.
        if type(sys.stdout).__name__.endswith("PacifyFlushWrapper"):
            discard(sys.stdout)
            return 0
        return leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
    except click.UsageError as error:
        from rnnchat.cli.usage import usage_message

        where = error.ctx.command_path if error.ctx else "rnnchat"
        print_error(usage_message(error), getattr(error, "hint", "") or f"Try `{where} --help`.")
        return 2
    except click.ClickException as error:
        print_error(error.format_message().rstrip("."), "")
        return error.exit_code
    except RnnchatError as error:
        print_error(error.message, error.hint)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return 130
    except (ReaderGoneError, BrokenPipeError):
        discard(sys.stdout)  # not an error: `head` stops reading early
        return 0
    except OSError as error:
        explained = from_os_error(error, "working with files")
        print_error(explained.message, explained.hint)
        return 1
    except MemoryError:
        print_error("There is not enough memory.", "Close other programs, or use less text.")
        return 1
    except Exception as error:
        from rnnchat.storage.log import log_unexpected_error

        print_error(f"Unexpected error ({type(error).__name__}).", log_unexpected_error(error))
        return 1


def _finish_output(code: int) -> int:
    """Flush both outputs, so that the interpreter cannot fail to at its end; return the exit code."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)
    except (OSError, ValueError) as error:
        discard(sys.stdout)
        if isinstance(error, OSError) and not code:
            explained = from_os_error(error, "writing to standard output")
            print_error(explained.message, explained.hint)
        return code or 1
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        discard(sys.stderr)
    return code


MODULES = {
    "ask": "rnnchat.cli.ask",
    "classify": "rnnchat.cli.classify",
    "compare": "rnnchat.cli.compare",
    "complete": "rnnchat.cli.complete",
    "draft": "rnnchat.cli.draft",
    "evaluate": "rnnchat.cli.evaluate",
    "forget": "rnnchat.cli.forget",
    "generate": "rnnchat.cli.generate",
    "models": "rnnchat.cli.models",
    "related": "rnnchat.cli.related",
    "scan": "rnnchat.cli.scan",
    "sort": "rnnchat.cli.sort",
    "summarise": "rnnchat.cli.summarise",
    "train": "rnnchat.cli.train",
    "translate": "rnnchat.cli.translate",
    "vectors": "rnnchat.cli.vectors",
    "where": "rnnchat.cli.where",
}
"""The module that defines each command, imported when the command is called."""
EPILOG = """\b
Examples:
  rnnchat                             open the app
  rnnchat train ~/notes --name me     learn your notes in five minutes
  rnnchat generate "The thing about"  continue a text
"""
"""The examples at the end of the help of `rnnchat`."""


@click.group(
    cls=LazyGroup,
    modules=MODULES,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
@click.version_option(__version__, "--version", prog_name="rnnchat")
@click.pass_context
def commands(context: click.Context) -> None:
    """A private language model of your own notes, for chats and drafts in your terminal, offline.

    Without a command, it opens the app.
    """
    if context.invoked_subcommand is None:
        from rnnchat.cli.draft import open_app

        open_app()
