"""What `models show` says of a training."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnnchat.library.card import Card
from rnnchat.library.describe import describe_card
from rnnchat.library.models import ModelEntry
from tests.helpers.cards import SOUND

TRAINING = {"minutes": 5.0, "seconds": 299.8, "epochs": 7.9, "tokens_per_second": 4370980.0}


def described(**training: Any) -> str:
    card = replace(Card.from_json(json.dumps(SOUND).encode()), training={**TRAINING, **training})
    return dict(describe_card(ModelEntry("base", Path("base"), card, 1)))["training"]


@pytest.mark.parametrize(
    ("tokens", "seconds", "said"),
    [
        (1_310_720_000, 299.8, "1.31 billion tokens on one NVIDIA H200 in 5 minutes"),
        (19_600_000, 2700.0, "19.6 million tokens on one NVIDIA H200 in 45 minutes"),
        (960, 3.0, "960 tokens on one NVIDIA H200 in 1 minute"),
    ],
)
def test_a_models_tokens_and_hardware_are_said_in_words(tokens: int, seconds: float, said: str) -> None:
    assert described(tokens=tokens, hardware="one NVIDIA H200", seconds=seconds) == said


def test_several_trainings_are_counted_together() -> None:
    found = described(tokens=10**9, hardware="one GPU", seconds_in_all=1200)
    assert found == "1 billion tokens on one GPU in 20 minutes"


def test_other_trainings_are_described_by_their_speed() -> None:
    assert described() == "5.0 minutes, 7.9 epochs, 4,370,980 tokens per second"
