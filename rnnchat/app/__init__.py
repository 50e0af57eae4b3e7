"""The Textual app; the only place Textual is imported."""

from __future__ import annotations

from pathlib import Path


def run(file: Path | None = None) -> int:
    """Open the app on the chat, or on `file` as a draft; return what to exit with once the person leaves it.

    That is 0, or 1 after an error. A signal that ends the app ends the process, with 128 and its number.
    """
    from rnnchat.app.signals import Signals

    with Signals() as signals:
        from rnnchat.app.app import RnnchatApp

        return signals.run(RnnchatApp(file=file))
