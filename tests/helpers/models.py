"""Small models with random weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnnchat.library.card import Card
from rnnchat.library.models import CARD, NETWORK, TOKENIZER, Library, to_safetensors
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.atomic import sha256
from rnnchat.text.chat_format import CHAT
from rnnchat.text.tokenizer import Tokenizer


def random_weights(shape: NetworkShape, seed: int = 0, scale: float = 0.2) -> dict[str, np.ndarray]:
    """Draw weights of `shape` from a normal distribution with the standard deviation `scale`."""
    random = np.random.default_rng(seed)
    return {name: random.normal(0, scale, size).astype(np.float32) for name, size in shape.weights().items()}


def publish_tiny(
    library: Library, name: str, tokenizer: Tokenizer, shape: NetworkShape, seed: int = 0
) -> None:
    """Publish a model with random weights in `library`, with a card that is filled in."""
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


def write_shipped(folder: Path, name: str, tokenizer: Tokenizer, shape: NetworkShape, seed: int = 0) -> None:
    """Write a model with random weights in `folder`, which stands for the shipped models, as one of them."""
    weights = to_safetensors(random_weights(shape, seed))
    card = Card(
        name=name,
        created="2026-01-02T03:04:05+00:00",
        network=shape.as_dict(),
        files={NETWORK: sha256(weights), TOKENIZER: sha256(tokenizer.model)},
        learned_from={"files": 9, "bytes": 12_345, "texts": ["Nine stories, public domain"]},
        scores={"bits_per_byte": 2.345, "bytes": 999},
        training={"seconds": 299.0, "tokens_per_second": 9876.0},
        style=CHAT,
    )
    own = folder / name
    own.mkdir(parents=True)
    for file, content in ((NETWORK, weights), (TOKENIZER, tokenizer.model), (CARD, card.to_json())):
        (own / file).write_bytes(content)
