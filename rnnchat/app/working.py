"""Work beside the screen: whatever ends it is logged, shown with a hint, and told to its screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import isawaitable, iscoroutinefunction
from typing import TYPE_CHECKING, Any, cast

from textual.message import Message
from textual.message_pump import MessagePump
from textual.worker import Worker

from rnnchat.errors import RnnchatError
from rnnchat.storage.log import explain

if TYPE_CHECKING:
    from rnnchat.app.app import RnnchatApp

_CARRIED = (KeyboardInterrupt, SystemExit, StopIteration, GeneratorExit)
"""What asyncio does not carry from a thread to the loop: it would end the loop, or never arrive."""


class Working(MessagePump):
    """What the app and its screens have in common: no work of theirs ends unheard.

    A worker that ends with an exception, of any kind, leaves the app running: the app shows the error and
    calls `work_failed` of the screen that began it.
    """

    def run_worker(
        self, work: Any, *positional: Any, exit_on_error: bool = True, thread: bool = False, **options: Any
    ) -> Worker[Any]:
        """Run work in a worker; its errors are always heard of, whatever `exit_on_error` says."""
        if thread:
            work = _carried(work)
        begin = cast("Callable[..., Worker[Any]]", super().run_worker)  # type: ignore[misc]
        return begin(work, *positional, exit_on_error=True, thread=thread, **options)

    def is_working(self, group: str) -> bool:
        """Whether work of `group` that this screen began is under way."""
        mine: object = self
        return any(
            worker.group == group and worker.node is mine and not worker.is_finished
            for worker in self.app.workers
        )

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Make the screen usable again after the work called `name` has failed; `error` is shown already."""

    async def _dispatch_message(self, message: Message) -> None:
        """Let a handler fail as it may when the disk does, without an end of the screen."""
        try:
            await super()._dispatch_message(message)
        except (RnnchatError, OSError) as error:
            cast("RnnchatApp", self.app).report(explain(error))


def _carried(work: Any) -> Any:
    """Return work for a thread such that asyncio carries whatever ends it."""
    function = getattr(work, "func", work)
    if isawaitable(work) or iscoroutinefunction(function):
        return work

    @wraps(function)
    def run() -> Any:
        try:
            return work()
        except _CARRIED as error:
            raise RuntimeError(type(error).__name__) from error

    return run
