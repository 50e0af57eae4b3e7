"""Errors in workers and message handlers: shown with a hint and logged, while the app goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import isawaitable, iscoroutinefunction
from typing import Any, cast

from textual.message import Message
from textual.message_pump import MessagePump
from textual.worker import Worker

from rnnchat.app.protocols import AppServices
from rnnchat.errors import RnnchatError
from rnnchat.storage.log import explain

_NOT_PASSED_ON = (KeyboardInterrupt, SystemExit, StopIteration, GeneratorExit)
"""Exceptions that asyncio does not pass from a thread to its event loop: they would end it or be lost."""


class WorkerErrorsMixin(MessagePump):
    """Keeps the app running when a worker of the app or of a screen fails, whatever the exception.

    The app shows the error and calls `work_failed` of the screen that started the worker.
    """

    def run_worker(
        self, work: Any, *positional: Any, exit_on_error: bool = True, thread: bool = False, **options: Any
    ) -> Worker[Any]:
        """Start a worker whose errors are always reported, whatever `exit_on_error` says."""
        if thread:
            work = _with_passable_errors(work)
        start = cast("Callable[..., Worker[Any]]", super().run_worker)  # type: ignore[misc]
        return start(work, *positional, exit_on_error=True, thread=thread, **options)

    def is_working(self, group: str) -> bool:
        """Whether a worker of `group` that this screen started is still running."""
        this_screen: object = self
        return any(
            worker.group == group and worker.node is this_screen and not worker.is_finished
            for worker in self.app.workers
        )

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Make the screen usable again after the worker called `name` failed; `error` is shown already."""

    # Textual has no public hook around all handlers of a screen.
    async def _dispatch_message(self, message: Message) -> None:
        """Report an error that a handler may meet, such as a full disk, and keep the screen."""
        try:
            await super()._dispatch_message(message)
        except (RnnchatError, OSError) as error:
            cast("AppServices", self.app).report(explain(error))


def _with_passable_errors(work: Any) -> Any:
    """Return `work` for a thread such that every exception reaches the event loop."""
    function = getattr(work, "func", work)
    if isawaitable(work) or iscoroutinefunction(function):
        return work

    @wraps(function)
    def run() -> Any:
        try:
            return work()
        except _NOT_PASSED_ON as error:
            raise RuntimeError(type(error).__name__) from error

    return run
