"""The Textual app; the only place Textual is imported."""

from __future__ import annotations

from pathlib import Path


def run(file: Path | None = None) -> None:
    """Open the app on the chat, or on `file` as a draft, and return when the person leaves it."""
    from rnnchat.app.app import RnnchatApp

    RnnchatApp(file=file).run()
