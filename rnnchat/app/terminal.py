"""The terminal, which a shell may take back for a while, as after ``kill -TSTP``."""

from __future__ import annotations

import os
import signal
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Callable
from functools import partial

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver


def _lenient_decoder(encoding: str) -> Callable[[], IncrementalDecoder]:
    return partial(getincrementaldecoder(encoding), errors="replace")


class Terminal(LinuxDriver):
    """A terminal that is left as it was when the app is stopped, and taken again when it goes on.

    Textual does both within the signal's handler, where what was interrupted may hold the same locks, and
    takes a terminal twice that it has never left, as after SIGSTOP. A byte that is not UTF-8 would end it.
    """

    def _sigtstp_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._leave_to_shell)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._come_back)

    def run_input_thread(self) -> None:
        """Read what is typed; a byte that is not UTF-8 comes in as U+FFFD."""
        vars(linux_driver)["getincrementaldecoder"] = _lenient_decoder  # Textual's own is strict
        super().run_input_thread()

    def _leave_to_shell(self) -> None:
        if self._auto_restart and self._is_in_use:
            self.suspend_application_mode()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _come_back(self) -> None:
        if not self._auto_restart:
            return
        self._must_signal_resume = True
        before = self.attrs_before
        was_in_use = self._is_in_use
        if was_in_use:
            self.suspend_application_mode()
        self.resume_application_mode()
        if was_in_use:
            self.attrs_before = before

    @property
    def _is_in_use(self) -> bool:
        return self._key_thread is not None and self._key_thread.is_alive()
