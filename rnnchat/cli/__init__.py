"""The command line: `commands` has the table of commands; each is a module, imported when it is called."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Run ``rnnchat``; exit with 0, 1 after an error, 2 after wrong usage, 128 + n after signal n."""
    signals = _interrupt_on_signals()
    code = 130
    try:
        # Imported here, so that Ctrl+C during the imports ends quietly, too.
        from rnnchat.cli.commands import run

        code = run()
    except KeyboardInterrupt:
        pass
    finally:
        # From here on, an interrupt could only make Python print a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(128 + signals[0] if signals else code)


def _interrupt_on_signals() -> list[int]:
    """Let SIGTERM and SIGHUP end a command as Ctrl+C does, a second one at once.

    Returns a list to which the number of each signal is added when it arrives.
    """
    received: list[int] = []

    def interrupt(number: int, _: object) -> None:
        received.append(number)
        if len(received) > 1:
            os._exit(128 + number)
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, interrupt)
    return received
