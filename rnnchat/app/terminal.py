"""The terminal, which the shell takes back while the app is stopped, as after ``kill -TSTP``."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from rnnchat.app.pastes import PasteDriver


class Terminal(PasteDriver):
    """A driver that restores the terminal when the app is stopped, and takes it again when it continues.

    Textual does both within the signal's handler, where the interrupted code may hold the same locks. It also
    takes the terminal twice where it never left it, as after SIGSTOP. It has no public hook for either, so
    this class overrides private methods of the Textual version that `pyproject.toml` names.
    """

    def _sigtstp_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._leave_to_shell)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._take_again)

    def _leave_to_shell(self) -> None:
        if self._auto_restart and self._is_in_use:
            self.suspend_application_mode()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _take_again(self) -> None:
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
        """Return the terminal's own columns and rows, even where COLUMNS and LINES say otherwise."""
        with suppress(OSError):
            size = os.get_terminal_size(self.fileno)
            if size.columns and size.lines:
                return size.columns, size.lines
        return super()._get_terminal_size()

    @property
    def _is_in_use(self) -> bool:
        return self._key_thread is not None and self._key_thread.is_alive()
