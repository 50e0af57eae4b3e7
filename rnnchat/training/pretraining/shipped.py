"""Writes a trained model as it ships: float16 weights, the tokenizer, and a card that says what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from rnnchat.library.card import Card
from rnnchat.library.models import CARD, NETWORK, TOKENIZER, Library, to_safetensors
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.atomic import sha256, write_bytes
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.held_out import bits_per_byte, held_out
from rnnchat.training.recipes import Recipe


def write_shipped(
    library: Library, name: str, recipe: Recipe, target: Path, data: Path, hardware: str
) -> None:
    """Write the saved model called `name` to the folder `target` with float16 weights.

    Its card gets the bits per byte on texts of `data` that it did not learn from, the `hardware` that it was
    trained on, and how long and on how many tokens it was trained in all.
    """
    saved = library.load(name)
    tokenizer = Tokenizer(saved.tokenizer)
    weights = {name: value.astype(np.float16) for name, value in saved.weights.items()}
    network = RecurrentNetwork(NetworkShape.from_dict(saved.card.network), weights)
    scores = {
        text: round(bits_per_byte(network, tokenizer, documents), 4)
        for text, documents in held_out(data, recipe=recipe)
    }
    before = library.load(recipe.model).card.training if saved.card.base == recipe.model else {}
    contents = to_safetensors(weights)
    card = replace(
        saved.card,
        name=recipe.model,
        base="",
        scores={**saved.card.scores, "held_out": scores},
        training={**saved.card.training, **_totals(saved.card, before), "hardware": hardware},
        files={NETWORK: sha256(contents), TOKENIZER: sha256(saved.tokenizer)},
    )
    for file, content in ((NETWORK, contents), (TOKENIZER, saved.tokenizer), (CARD, card.to_json())):
        write_bytes(target / file, content)
        (target / file).chmod(0o644)
    target.chmod(0o755)


def _totals(card: Card, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many tokens and seconds a model was trained, `before` included: those of its base."""
    training = card.training
    plan = training["plan"]
    tokens = training.get("tokens", training["steps"] * plan["batch"] * plan["length"])
    totals = {"tokens": tokens + before.get("tokens", 0)}
    if before:
        earlier = before.get("seconds_in_all", before.get("seconds", 0))
        totals["seconds_in_all"] = training["seconds"] + earlier
    return totals
