"""The terminal, which a shell may take back for a while, as after ``kill -TSTP``."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from rnnchat.app.pastes import PasteDriver


class Terminal(PasteDriver):
    """A terminal that is left as it was when the app is stopped, and taken again when it goes on.

    Textual does both within the signal's handler, where what was interrupted may hold the same locks, and
    takes a terminal twice that it has never left, as after SIGSTOP.
    """

    def _sigtstp_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._leave_to_shell)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._come_back)

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

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the columns and rows of the terminal itself, whatever COLUMNS and LINES say of another."""
        with suppress(OSError):
            size = os.get_terminal_size(self.fileno)
            if size.columns and size.lines:
                return size.columns, size.lines
        return super()._get_terminal_size()

    @property
    def _is_in_use(self) -> bool:
        return self._key_thread is not None and self._key_thread.is_alive()
