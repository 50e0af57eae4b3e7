"""A model that an older version trained from another base is trained again, or further."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rnnchat.checking import check_model
from rnnchat.library.models import BASE
from rnnchat.lm.shape import NetworkShape
from rnnchat.loading import load_model
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import RunSettings
from tests.fixtures import unpack_version_0_1
from tests.helpers.trainings import Place

pytestmark = pytest.mark.slow


@pytest.fixture
def old(home: Path, place: Place) -> Place:
    """A home that version 0.1 left, whose model ``me`` was trained from another base."""
    unpack_version_0_1(home)
    assert place.library.load("me").tokenizer != place.library.load(BASE).tokenizer
    return place


def index(place: Place, name: str, base: str) -> list[dict[str, Any]]:
    paths = (str(place.notes),)
    return place.drive(Run.create(place.paths, RunSettings(name, paths, base=base, minutes=0.0)))


def test_a_new_training_of_the_same_name_starts_from_the_base_of_now(old: Place) -> None:
    before = old.library.load("me")
    events = index(old, "me", BASE)
    assert "warning" not in [event["event"] for event in events]
    now, base = old.library.load("me"), old.library.load(BASE)
    assert now.tokenizer == base.tokenizer
    assert now.card.shape == base.card.shape != before.card.shape
    assert check_model(old.library, old.library.find("me")) == []
    old.library.roll_back("me")
    again = old.library.load("me")
    assert again.tokenizer == before.tokenizer and again.card.shape == before.card.shape
    assert again.base_weights is not None


def test_training_it_further_keeps_its_tokenizer_its_sizes_and_its_own_base(old: Place) -> None:
    before = old.library.load("me")
    index(old, "more", "me")
    more = old.library.load("more")
    assert more.tokenizer == before.tokenizer
    assert more.card.shape == before.card.shape
    assert more.base_weights is not None and before.base_weights is not None
    for name, weights in before.base_weights.items():
        assert (more.base_weights[name] == weights).all()
    assert check_model(old.library, old.library.find("more")) == []


def test_notes_that_were_encoded_for_the_old_base_are_encoded_anew(
    place: Place, other_tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    index(place, "me", BASE)
    place.replace_base(other_tokenizer, tiny_shape)
    index(place, "me", BASE)
    model = load_model(place.library, "me")
    assert model.tokenizer.model == other_tokenizer.model
    assert model.memory is not None
    learned = model.tokenizer.decode(model.memory.pieces.tolist())
    notes = [path.read_text(encoding="utf-8").strip() for path in place.notes.iterdir()]
    assert sum(note in learned for note in notes) > len(notes) / 2, "all but those that are cut in two"
    assert check_model(place.library, place.library.find("me")) == []
