"""A signal ends the app, even one whose exception was ignored before the app had started."""

from __future__ import annotations

import signal
from typing import Any, cast

import pytest

from rnnchat.app.signals import Signals


class _App:
    return_code = 0
    has_run = False

    async def run_async(self) -> None:
        self.has_run = True


class _Leaving:
    """While an object is destroyed, Python ignores every exception."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals

    def __del__(self) -> None:
        self._signals.end(signal.SIGTERM)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_whose_exception_was_ignored_ends_the_app_before_it_starts() -> None:
    signals, app = Signals(), _App()
    leaving = _Leaving(signals)
    del leaving
    with pytest.raises(SystemExit) as ended:
        signals.run(cast(Any, app))
    assert ended.value.code == 128 + signal.SIGTERM
    assert not app.has_run


def test_without_a_signal_the_app_runs() -> None:
    app = _App()
    assert Signals().run(cast(Any, app)) == 0
    assert app.has_run
