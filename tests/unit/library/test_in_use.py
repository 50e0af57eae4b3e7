"""Which model is in use, through deleting, restoring, renaming and going back."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from rnnchat.errors import ModelError, StorageError
from rnnchat.library import deleted_models
from rnnchat.library import settings as settings_module
from rnnchat.library.card import Card
from rnnchat.library.describe import describe_versions
from rnnchat.library.models import CARD, Library
from rnnchat.library.settings import change_settings, load_settings
from rnnchat.library.shipped import shipped_names
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import publish_tiny


@pytest.fixture
def used(paths: Paths, tiny_model: str) -> str:
    use(paths, tiny_model)
    return tiny_model


def use(paths: Paths, name: str) -> None:
    with change_settings(paths) as settings:
        settings.model = name


def in_use(paths: Paths) -> str:
    return load_settings(paths).model


def test_a_deleted_model_is_in_use_again_once_restored(library: Library, paths: Paths, used: str) -> None:
    token = library.delete(used)
    assert in_use(paths) == "base"
    assert library.restore(token) == used
    assert in_use(paths) == used
    assert library.check(used) == []
    assert [p.name for p in library.find(used).folder.iterdir()] == ["v0001"], "nothing is left of it"


def test_what_was_chosen_since_stays_in_use(library: Library, paths: Paths, used: str) -> None:
    library.copy(used, "other")
    token = library.delete(used)
    use(paths, "other")
    library.restore(token)
    assert in_use(paths) == "other"


def test_what_was_not_in_use_is_not_afterwards(library: Library, paths: Paths, used: str) -> None:
    library.copy(used, "other")
    tokens = [library.delete("other")]
    assert in_use(paths) == used
    library.restore(tokens[0])
    assert in_use(paths) == used
    use(paths, "base")
    library.restore(library.delete(used))
    assert in_use(paths) == "base"


def test_of_two_deleted_models_the_one_that_was_in_use_is_again(
    library: Library, paths: Paths, used: str
) -> None:
    library.copy(used, "other")
    first = library.delete(used)
    second = library.delete("other")
    assert library.deletions() == [second, first]
    library.restore(second)
    assert in_use(paths) == "base"
    library.restore(first)
    assert in_use(paths) == used


def test_a_restored_model_whose_name_is_taken_is_in_use_by_its_new_one(
    library: Library, paths: Paths, used: str, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    token = library.delete(used)
    publish_tiny(library, "TINY", tokenizer, tiny_shape)
    assert library.restore(token) == "tiny 2"
    assert in_use(paths) == "tiny 2"


def test_a_name_in_another_case_is_the_model_in_use(library: Library, paths: Paths, used: str) -> None:
    use(paths, used.upper())
    token = library.delete(used)
    assert in_use(paths) == "base"
    library.restore(token)
    assert in_use(paths) == used


def test_a_renamed_model_stays_in_use(library: Library, paths: Paths, used: str) -> None:
    library.rename(used, "मेरी हिंदी")
    assert in_use(paths) == "मेरी हिंदी"
    library.rename("मेरी हिंदी", "me")
    library.copy("me", "other")
    library.rename("other", "another")
    assert in_use(paths) == "me"


def test_what_is_forgotten_leaves_the_base_in_use(library: Library, paths: Paths, used: str) -> None:
    library.remove_forever(library.delete(used))
    assert in_use(paths) == "base"
    assert library.deletions() == []


def test_a_model_can_be_deleted_on_a_full_disk(
    library: Library, paths: Paths, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full.") from OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(deleted_models, "write_bytes", full)
    monkeypatch.setattr(settings_module, "write_text", full)
    library.remove_forever(library.delete(used))
    assert [entry.name for entry in library.entries()] == shipped_names()


@pytest.mark.parametrize(
    "token", ["", "x", "../models/tiny", "1-gone", "²-x", f"{'9' * 30}-x", "1", ".in-use", "/etc"]
)
def test_what_is_no_token_restores_nothing(library: Library, tiny_model: str, token: str) -> None:
    with pytest.raises(ModelError):
        library.restore(token)
    assert library.find(tiny_model).card is not None


def test_what_else_lies_in_the_bin_is_no_model(library: Library, paths: Paths, tiny_model: str) -> None:
    paths.bin.mkdir(parents=True)
    for name in ("²-x", "notes.txt", ".1-x", "1"):
        (paths.bin / name).mkdir()
    token = library.delete(tiny_model)
    assert library.deletions() == [token]
    assert library.last_deletion("TINY") == token
    assert library.last_deletion("x") is None


def dated(library: Library, name: str, number: int, **values: object) -> None:
    """Give the card of a version another date or score."""
    path: Path = library.find(name).folder / f"v{number:04d}" / CARD
    card = Card.from_json(path.read_bytes())
    path.write_bytes(replace(card, **values).to_json())  # type: ignore[arg-type]


def test_going_back_says_which_version_is_in_use_and_twice_changes_nothing(
    library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    for seed in (1, 2):
        publish_tiny(library, "tiny", tokenizer, tiny_shape, seed)
    dated(library, "tiny", 1, created="2026-01-01T10:00:00+00:00", scores={"bits_per_byte": 2.5})
    dated(library, "tiny", 2, created="2026-02-02T20:00:00+00:00", scores={"bits_per_byte": 1.5})
    assert [v.created[:10] for v in library.versions("tiny")] == ["2026-02-02", "2026-01-01"]
    said = []
    for _ in range(4):
        library.roll_back("tiny")
        versions = library.versions("tiny")
        assert library.find("tiny").card is not None
        assert library.find("tiny").card.created == versions[0].created  # type: ignore[union-attr]
        said.append(describe_versions("tiny", versions))
    assert (
        said[0]
        == said[2]
        == (
            "tiny is now the version of 2026-01-01 10:00:00. The version of "
            "2026-02-02 20:00:00 is kept: rolling back again returns to it."
        )
    )
    assert said[1] == said[3]
    assert said[1].startswith("tiny is now the version of 2026-02-02")


def test_going_back_from_a_damaged_version(
    library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    for seed in (1, 2):
        publish_tiny(library, "tiny", tokenizer, tiny_shape, seed)
    (library.version_folders(library.find("tiny"))[-1] / CARD).write_bytes(b"{")
    assert library.find("tiny").card is None
    library.roll_back("tiny")
    assert library.find("tiny").card is not None
    assert "that is damaged is kept" in describe_versions("tiny", library.versions("tiny"))
    with pytest.raises(ModelError):
        library.roll_back("tiny")
    assert library.find("tiny").card is not None, "it is not made the one in use again"


def test_versions_with_odd_numbers(library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape) -> None:
    publish_tiny(library, "tiny", tokenizer, tiny_shape)
    folder = library.find("tiny").folder
    (folder / "v0001").rename(folder / "v999999999999")
    assert library.find("tiny").card is not None
    with pytest.raises(ModelError, match="highest number"):
        publish_tiny(library, "tiny", tokenizer, tiny_shape)
    (folder / "v999999999999").rename(folder / "v99999999998")
    publish_tiny(library, "tiny", tokenizer, tiny_shape)
    assert library.versions("tiny")[0].number == 99_999_999_999
