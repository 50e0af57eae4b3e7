"""Signals that end the app: what was typed is saved and the terminal is restored."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnchat.app.app import RnnchatApp

ENDING_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT") if hasattr(signal, name)
)
EXIT_SECONDS = 1.7
"""How long the app may take to exit by itself, in seconds."""
SAVE_SECONDS = 6.0
"""How long saving may take, in seconds, for example while another program locks the database."""
RESTORE_SEQUENCES = (
    b"\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
)
"""End bracketed paste, reports of mouse, focus and size, the kitty keyboard and the alternate screen."""


class Signals:
    """A context in which a signal makes the app save and exit, and a second signal ends it at once."""

    def __init__(self) -> None:
        self.status = 0
        """The exit code after a signal: 128 plus its number."""
        self._app: RnnchatApp | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: dict[int, Any] = {}
        self._hook_before = threading.excepthook

    def __enter__(self) -> Signals:
        for number in ENDING_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup does, and wants
                self._before[number] = signal.signal(number, self._arrived)
        threading.excepthook = self._thread_ended
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        threading.excepthook = self._hook_before

    def run(self, app: RnnchatApp) -> int:
        """Run the app and return its exit code; after a signal, end the process with that code."""
        asyncio.run(self._run(app))
        return app.return_code or 0

    async def _run(self, app: RnnchatApp) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_log_ignored_error)
        self._app, self._loop = app, loop
        if self.status:
            # A signal came before the app, while Python ignored what its handler raised (as in a destructor).
            sys.exit(self.status)
        threading.Thread(target=self._watch_terminal, name="terminal", daemon=True).start()
        await app.run_async()
        if self.status:  # do not wait for busy threads; their work can be repeated
            os._exit(self.status)

    # In any thread

    def end(self, number: int) -> None:
        """Make the app exit as after the signal `number`."""
        if self.status:
            return
        self.status = 128 + number
        if self._app is None or self._loop is None:
            sys.exit(self.status)  # the app has not started
        threading.Thread(target=self._force_exit, name="leaving", daemon=True).start()
        with contextlib.suppress(RuntimeError):  # the event loop has ended meanwhile
            self._loop.call_soon_threadsafe(self._app.shutdown.begin, self.status)

    def _arrived(self, number: int, _: FrameType | None) -> None:
        # A terminal that is closed may send its signal to the session and again to the group in front.
        is_repeated = number == getattr(signal, "SIGHUP", 0) and self.status == 128 + number
        if self.status and not is_repeated:
            self._end_now()
        self.end(number)

    def _thread_ended(self, ended: threading.ExceptHookArgs) -> None:
        """Log what ended a thread; where it was the one that draws, the terminal is gone."""
        from rnnchat.storage.log import log_unexpected_error

        if ended.thread is not None and ended.thread.name == "textual-output":
            self._hang_up()
        elif ended.exc_value is not None:
            log_unexpected_error(ended.exc_value)

    def _watch_terminal(self) -> None:
        """End the app when the terminal hangs up, even where the signal HUP is ignored."""
        import select

        with contextlib.suppress(AttributeError, OSError, ValueError):
            poll = select.poll()
            poll.register(sys.__stdin__.fileno(), 0)  # type: ignore[union-attr]
            if any(event & select.POLLHUP for _, event in poll.poll()):
                time.sleep(0.1)  # the signal usually comes first
                self._hang_up()

    def _hang_up(self) -> None:
        if self._app is not None and self._app.is_running:
            self.end(signal.SIGHUP)

    def _force_exit(self) -> None:
        """End the process where the app has not exited in time."""
        began = time.monotonic()
        while time.monotonic() - began < EXIT_SECONDS or (
            self._app is not None and self._app.shutdown.is_saving and time.monotonic() - began < SAVE_SECONDS
        ):
            time.sleep(0.02)
        if self._app is not None and not self._app.shutdown.is_draft_saved:  # its event loop is blocked
            saving = threading.Thread(target=self._app.unsaved_work.save_draft, daemon=True)
            saving.start()
            saving.join(1.0)
        self._end_now()

    def _end_now(self) -> None:
        # A terminal that accepts no more output must not block this.
        restoring = threading.Thread(target=self._restore_terminal, daemon=True)
        restoring.start()
        restoring.join(0.3)
        os._exit(self.status)

    def _restore_terminal(self) -> None:
        # Textual has no public name for its driver.
        driver: Any = None if self._app is None else self._app._driver
        attributes = getattr(driver, "attrs_before", None)
        if attributes is None:
            return
        import termios

        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(driver.fileno, termios.TCSANOW, attributes)
        with contextlib.suppress(OSError):
            os.write(sys.__stderr__.fileno(), RESTORE_SEQUENCES)  # type: ignore[union-attr]


def _log_ignored_error(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error in a task that nothing awaits, which asyncio would print."""
    from rnnchat.storage.log import log_unexpected_error

    error = context.get("exception")
    if isinstance(error, Exception):
        log_unexpected_error(error)
