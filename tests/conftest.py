"""What the tests share: a home of their own, sample notes, a tiny model."""

from __future__ import annotations

import signal

# Before TensorFlow, which brings an SQLite of its own, without full-text search, into the process.
import sqlite3  # noqa: F401
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from rnnchat.library.models import Library
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer
from tests.helpers.models import publish_tiny, random_weights
from tests.helpers.places import NOTES

# A busy machine takes longer for an example than the fifth of a second that Hypothesis allows.
hypothesis.settings.register_profile("rnnchat", deadline=None)
hypothesis.settings.load_profile("rnnchat")


@pytest.fixture(autouse=True)
def heeded_signals() -> Iterator[None]:
    """Undo what a suite in the background hands down to the programs it starts: signals that are ignored."""
    ended_by = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
    ignored = [number for number in ended_by if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home for rnnchat that nothing else has touched."""
    folder = tmp_path / "home"
    monkeypatch.setenv("RNNCHAT_HOME", str(folder))
    return folder


@pytest.fixture
def paths(home: Path) -> Paths:
    return Paths.from_environment()


@pytest.fixture
def library(paths: Paths) -> Library:
    return Library(paths)


@pytest.fixture(scope="session")
def texts() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(NOTES.iterdir())]


@pytest.fixture(scope="session")
def tokenizer(texts: list[str]) -> Tokenizer:
    return train_tokenizer(texts, 400)


@pytest.fixture(scope="session")
def tiny_shape(tokenizer: Tokenizer) -> NetworkShape:
    return NetworkShape(tokenizer.size, embedding=16, units=24)


@pytest.fixture(scope="session")
def tiny_network(tiny_shape: NetworkShape) -> RecurrentNetwork:
    return RecurrentNetwork(tiny_shape, random_weights(tiny_shape))


@pytest.fixture
def tiny_model(library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape) -> str:
    """The name of a small saved model that says nonsense."""
    publish_tiny(library, "tiny", tokenizer, tiny_shape)
    return "tiny"
