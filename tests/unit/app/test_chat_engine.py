"""Replies of the model in use: one at a time, as each learns from its own chat."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from rnnchat.app.chat_engine import ChatEngine
from rnnchat.library.models import Library
from rnnchat.library.settings import Settings
from rnnchat.text.chat_format import Turn

TURNS = [Turn("user", "Hello")]


def test_at_most_one_reply_is_generated_at_a_time(
    library: Library, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, settings = ChatEngine(lambda: library), Settings(model=tiny_model)
    generator = engine.load(tiny_model).reply_generator
    stream, together = generator.stream, threading.Barrier(3)
    active, counts = [], []

    def counted(*arguments: Any) -> Iterator[Any]:
        active.append(1)
        try:
            for chunk in stream(*arguments):
                counts.append(len(active))
                yield chunk
        finally:
            active.pop()

    def reply() -> None:
        together.wait()
        list(engine.reply(settings, TURNS, lambda: False))

    monkeypatch.setattr(generator, "stream", counted)
    threads = [threading.Thread(target=reply) for _ in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(counts) == {1}


def test_a_reply_that_was_closed_makes_place_for_the_next(library: Library, tiny_model: str) -> None:
    engine, settings = ChatEngine(lambda: library), Settings(model=tiny_model)
    with closing(engine.reply(settings, TURNS, lambda: False)) as first:
        next(first)
    done = threading.Event()

    def reply() -> None:
        list(engine.reply(settings, TURNS, lambda: False))
        done.set()

    threading.Thread(target=reply, daemon=True).start()
    assert done.wait(30)


def test_a_replaced_reply_is_not_given_again(library: Library, tiny_model: str) -> None:
    engine = ChatEngine(lambda: library)
    settings = Settings(model=tiny_model, temperature=0, seed=1, reply_pieces=12)

    def reply(rejected: list[str]) -> str:
        return list(engine.reply(settings, TURNS, lambda: False, rejected))[-1].text

    first = reply([])
    assert reply([]) == first
    assert reply([first]) != first
