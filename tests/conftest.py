"""What the tests share: a home of their own, sample notes, a tiny model."""

from __future__ import annotations

# Before TensorFlow, which brings an SQLite of its own, without full-text search, into the process.
import sqlite3  # noqa: F401
from pathlib import Path

import numpy as np
import pytest

from rnnchat.library.card import Card
from rnnchat.library.models import Library, to_safetensors
from rnnchat.lm.recurrent import NetworkShape, RecurrentNetwork
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer

ROOT = Path(__file__).resolve().parent.parent
NOTES = ROOT / "assets" / "notes"


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


def random_weights(shape: NetworkShape, seed: int = 0, scale: float = 0.2) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {name: random.normal(0, scale, size).astype(np.float32) for name, size in shape.weights().items()}


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


def publish_tiny(
    library: Library, name: str, tokenizer: Tokenizer, shape: NetworkShape, seed: int = 0
) -> None:
    card = Card(
        name=name,
        created="2026-01-02T03:04:05+00:00",
        network=shape.as_dict(),
        files={},
        learned_from={"files": 9, "bytes": 12_345, "paths": ["/home/me/notes"]},
        scores={"bits_per_byte": 2.345, "bytes": 999},
        training={"minutes": 5, "seconds": 299.0, "tokens_per_second": 9876.0, "epochs": 3.2},
    )
    library.publish(card, to_safetensors(random_weights(shape, seed)), tokenizer.model)
