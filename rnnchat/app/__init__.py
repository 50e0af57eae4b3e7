"""The Textual app; the only place Textual is imported."""

from __future__ import annotations

from pathlib import Path


def run(file: Path | None = None) -> int:
    """Open the app on the chat, or on `file` as a draft, and return the exit code once the person leaves it.

    The code is 0, or 1 after an error. A signal ends the process with 128 plus the signal's number.
    """
    from rnnchat.app.signals import Signals

    with Signals() as signals:
        from rnnchat.app.app import RnnchatApp

        return signals.run(RnnchatApp(file=file))
