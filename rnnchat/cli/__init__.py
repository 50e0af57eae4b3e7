"""The command line: `commands` has the table of commands; each is a module, imported when it is called."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Run ``rnnchat``; exit with 0, 1 after an error, 2 after wrong usage, 128 + n after signal n."""
    signals: list[int] = []
    code = 130
    try:
        _interrupt_on_signals(signals)
        # Imported here, so that Ctrl+C during the imports ends quietly, too.
        from rnnchat.cli.commands import run

        code = run()
    except KeyboardInterrupt:
        pass
    finally:
        # From here on, an interrupt could only make Python print a traceback.
        for number in (signal.SIGINT, *_ending_signals()):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
    sys.exit(128 + signals[0] if signals else code)


def _ending_signals() -> list[int]:
    """Return the numbers of SIGTERM and SIGHUP, as far as the system has them."""
    return [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _interrupt_on_signals(received: list[int]) -> None:
    """Let SIGTERM and SIGHUP end a command as Ctrl+C does, a second one at once.

    The number of each signal is added to `received` when it arrives.
    """

    def interrupt(number: int, _: object) -> None:
        received.append(number)
        if len(received) > 1:
            os._exit(128 + number)
        raise KeyboardInterrupt

    for number in _ending_signals():
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, interrupt)
