"""What the writer has rejected reaches the completer, even where the model could not be loaded at first."""

from __future__ import annotations

import queue
from types import SimpleNamespace
from typing import Any, cast

from rnnchat.app.suggestion_worker import SuggestionRequest, SuggestionWorker
from rnnchat.errors import ModelError

REQUEST = SuggestionRequest("tiny", 1, "The ", 0.5)


class _Completer:
    """Suggests nothing, and notes what it learns."""

    def __init__(self) -> None:
        self.learned: list[tuple[str, object]] = []

    def prepare(self) -> None:
        pass

    def dismiss(self, before: str, text: str) -> None:
        self.learned.append((before, text))

    def ignore(self, before: str, texts: tuple[str, ...]) -> None:
        self.learned.append((before, texts))

    def inline(self, before: str, after: str, threshold: float) -> None:
        return None

    def suggest(self, before: str, most: int, after: str) -> list[object]:
        return []

    def work_while_idle(self, is_wanted: object) -> None:
        pass


def test_rejections_are_kept_until_a_model_is_loaded() -> None:
    completer, messages = _Completer(), queue.Queue[Any]()
    failures = [ModelError("It is damaged."), RuntimeError("odd")]

    def load(name: str) -> SimpleNamespace:
        if failures:
            raise failures.pop(0)
        return SimpleNamespace(completer=lambda: completer)

    worker = SuggestionWorker(cast("Any", SimpleNamespace(load=load)), messages.put)
    try:
        worker.dismiss("The ", "end")
        worker.pass_over("The ", ("cat", "dog"))
        worker.ask(REQUEST)
        assert isinstance(messages.get(timeout=10), SuggestionWorker.Failed)
        while failures:
            worker.ask(REQUEST)
        worker.ask(REQUEST)
        assert isinstance(messages.get(timeout=10), SuggestionWorker.Answered), "a model fails once"
    finally:
        worker.close()
    assert completer.learned == [("The ", "end"), ("The ", ("cat", "dog"))]
