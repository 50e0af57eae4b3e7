"""The app is ended from outside: what was typed is kept and the terminal put back, whatever else goes on."""

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

ENDING = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT") if hasattr(signal, name)
)
PATIENCE = 1.7
"""Seconds in which the app should have left by itself."""
PATIENCE_TO_KEEP = 6.0
"""Seconds that keeping what was typed may take, as where another program holds the database."""
RESTORED = (
    b"\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
)
"""Ends bracketed paste, reports of mouse, focus and size, the kitty keyboard, the second screen."""


class Signals:
    """While it is entered, a signal that ends programs lets the app leave in good order, a second at once."""

    def __init__(self) -> None:
        self.status = 0
        """What to exit with after a signal: 128 and its number."""
        self._app: RnnchatApp | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: dict[int, Any] = {}
        self._hook_before = threading.excepthook

    def __enter__(self) -> Signals:
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # who started it under nohup means it
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
        """Run the app to its end, and return what to exit with; after a signal, exit with it."""
        asyncio.run(self._run(app))
        return app.return_code or 0

    async def _run(self, app: RnnchatApp) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_note)
        self._app, self._loop = app, loop
        threading.Thread(target=self._watch_terminal, name="terminal", daemon=True).start()
        await app.run_async()
        if self.status:  # a thread that is busy is not waited for; what it does can be done again
            os._exit(self.status)

    # In any thread

    def end(self, number: int) -> None:
        """Let the app leave as after the signal `number`."""
        if self.status:
            return
        self.status = 128 + number
        if self._app is None or self._loop is None:
            sys.exit(self.status)  # nothing has begun
        threading.Thread(target=self._insist, name="leaving", daemon=True).start()
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            self._loop.call_soon_threadsafe(self._app.shutdown.begin, self.status)

    def _arrived(self, number: int, _: FrameType | None) -> None:
        if self.status:
            self._end_now()
        self.end(number)

    def _thread_ended(self, ended: threading.ExceptHookArgs) -> None:
        """Note what ended a thread; without the one that draws, the terminal is gone."""
        from rnnchat.storage.log import log_unexpected_error

        if ended.thread is not None and ended.thread.name == "textual-output":
            self._hang_up()
        elif ended.exc_value is not None:
            log_unexpected_error(ended.exc_value)

    def _watch_terminal(self) -> None:
        """Wait until the terminal hangs up; then it would be read from without end, where HUP is ignored."""
        import select

        with contextlib.suppress(AttributeError, OSError, ValueError):
            poll = select.poll()
            poll.register(sys.__stdin__.fileno(), 0)  # type: ignore[union-attr]
            if any(event & select.POLLHUP for _, event in poll.poll()):
                time.sleep(0.1)  # the signal comes first, as a rule
                self._hang_up()

    def _hang_up(self) -> None:
        if self._app is not None and self._app.is_running:
            self.end(signal.SIGHUP)

    def _insist(self) -> None:
        """Leave where the app has not by itself."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE or (
            self._app is not None
            and self._app.shutdown.is_saving
            and time.monotonic() - began < PATIENCE_TO_KEEP
        ):
            time.sleep(0.02)
        if self._app is not None and not self._app.shutdown.is_draft_saved:  # its loop stands still
            keeping = threading.Thread(target=self._app.unsaved_work.save_draft, daemon=True)
            keeping.start()
            keeping.join(1.0)
        self._end_now()

    def _end_now(self) -> None:
        # A terminal that takes nothing more must not hold this up, either.
        restoring = threading.Thread(target=self._restore_terminal, daemon=True)
        restoring.start()
        restoring.join(0.3)
        os._exit(self.status)

    def _restore_terminal(self) -> None:
        driver: Any = None if self._app is None else self._app._driver
        attributes = getattr(driver, "attrs_before", None)
        if attributes is None:
            return
        import termios

        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(driver.fileno, termios.TCSANOW, attributes)
        with contextlib.suppress(OSError):
            os.write(sys.__stderr__.fileno(), RESTORED)  # type: ignore[union-attr]


def _note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Note what nobody waited for, which asyncio would print."""
    from rnnchat.storage.log import log_unexpected_error

    error = context.get("exception")
    if isinstance(error, Exception):
        log_unexpected_error(error)
