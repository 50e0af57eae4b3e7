"""The command line: each command imports what it needs, when it is called."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Run ``rnnchat``; leave with 0, 1 after an error, 2 after wrong usage, 130 after Ctrl+C."""
    try:
        # Imported here, so that Ctrl+C while modules are read ends quietly, too.
        from rnnchat.cli.commands import run

        sys.exit(run())
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        # Python's own ending has nothing left that an interrupt could save, and would print a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
