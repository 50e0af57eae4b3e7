"""What the tests of the data share: a home with a small model in the place of the shipped base."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer
from tests.helpers.places import NOTES
from tests.helpers.trainings import Place


@pytest.fixture
def place(
    paths: Paths,
    tmp_path: Path,
    tokenizer: Tokenizer,
    tiny_shape: NetworkShape,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    notes = tmp_path / "notes"
    shutil.copytree(NOTES, notes)
    folder = tmp_path / "shipped"
    monkeypatch.setattr("rnnchat.library.shipped.shipped_models", lambda: folder)
    made = Place(paths, notes, folder)
    made.replace_base(tokenizer, tiny_shape)
    return made


@pytest.fixture(scope="session")
def other_tokenizer(texts: list[str], tokenizer: Tokenizer) -> Tokenizer:
    """A tokenizer with as many pieces as the first, but other ones."""
    other = train_tokenizer([text.upper() for text in texts] + texts[:3], tokenizer.size)
    assert other.size == tokenizer.size and other.model != tokenizer.model
    return other
