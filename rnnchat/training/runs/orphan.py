"""How a child process ends when its parent does, so that it does not stay behind as an orphan."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

GRACE_SECONDS = 1.2
"""A child whose parent has died has this many seconds to write a checkpoint."""
_PR_SET_PDEATHSIG = 1
"""The option of Linux's prctl that names the signal for the death of a parent (prctl(2))."""


def end_with_parent() -> None:
    """Ask Linux to end this process a second after the thread that started it.

    A handler written in Python would have to wait for the interpreter, which a library in C may hold for
    seconds. So the signal's handler is the system's own ``alarm``, which is called with the signal's number:
    SIGHUP is 1, and after a second SIGALRM ends the process. Does nothing on other systems.
    """
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.signal.argtypes = [ctypes.c_int, ctypes.c_void_p]
        libc.signal.restype = ctypes.c_void_p
        libc.signal(int(signal.SIGHUP), ctypes.cast(libc.alarm, ctypes.c_void_p))
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGHUP), 0, 0, 0)


def is_orphan(parent: int) -> bool:
    """Return whether the process with id `parent` is no longer the parent of this one."""
    return os.getppid() != parent


def end_soon(seconds: float = GRACE_SECONDS) -> None:
    """Have the system end this process after `seconds`, whatever it is doing then."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
