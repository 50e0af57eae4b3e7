"""The command line: each command imports what it needs, when it is called."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Run ``rnnchat``; leave with 0, 1 after an error, 2 after wrong usage, 128 + n after a signal n."""
    came = _end_in_good_order()
    code = 130
    try:
        # Imported here, so that Ctrl+C while modules are read ends quietly, too.
        from rnnchat.cli.commands import run

        code = run()
    except KeyboardInterrupt:
        pass
    finally:
        # Python's own ending has nothing left that an interrupt could save, and would print a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(128 + came[0] if came else code)


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
