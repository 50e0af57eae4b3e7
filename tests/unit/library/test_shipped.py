"""Several models can be shipped; each is listed, can be used and is protected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rnnchat.checking import check_model
from rnnchat.errors import ModelError
from rnnchat.library.models import BASE, CARD, NETWORK, Library
from rnnchat.library.settings import change_settings, load_settings
from rnnchat.library.shipped import is_shipped_name, shipped_names
from rnnchat.lm.shape import NetworkShape
from rnnchat.loading import load_model
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import publish_tiny, write_shipped


@pytest.fixture
def shipped(
    tmp_path: Path, tokenizer: Tokenizer, tiny_shape: NetworkShape, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder of two shipped models, and of other things that may lie beside them."""
    folder = tmp_path / "shipped"
    for seed, name in enumerate((BASE, "base-zh")):
        write_shipped(folder, name, tokenizer, tiny_shape, seed)
    (folder / "CREDITS.md").write_text("# Credits\n", encoding="utf-8")
    (folder / "drafts").mkdir()
    (folder / "drafts" / "notes.md").write_text("later\n", encoding="utf-8")
    monkeypatch.setattr("rnnchat.library.shipped.shipped_models", lambda: folder)
    return folder


def test_each_is_listed_after_the_persons_own(
    library: Library, shipped: Path, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    publish_tiny(library, "me", tokenizer, tiny_shape)
    assert shipped_names() == [BASE, "base-zh"]
    assert [(entry.name, entry.shipped) for entry in library.entries()] == [
        ("me", False),
        (BASE, True),
        ("base-zh", True),
    ]
    assert [entry.name for entry in library.shipped_entries()] == [BASE, "base-zh"]
    assert all(entry.card and entry.size for entry in library.shipped_entries())


def test_each_can_be_used_checked_and_copied(library: Library, paths: Paths, shipped: Path) -> None:
    for name in (BASE, "base-zh"):
        assert load_model(library, name).card.style == "chat"
        assert check_model(library, library.find(name)) == []
    library.copy("base-zh", "mine")
    assert not library.find("mine").shipped
    assert library.rename("mine", "ours") == "ours"
    different = [library.load(name).weights["embedding"].sum() for name in (BASE, "ours")]
    assert different[0] != different[1]


@pytest.mark.parametrize("name", ["base-zh", "Base-ZH", "ｂａｓｅ-zh"])
def test_their_names_are_taken(library: Library, shipped: Path, name: str) -> None:
    assert is_shipped_name(name) and not is_shipped_name(f"{name} 2")
    with pytest.raises(ModelError, match="comes with rnnchat"):
        library.check_name(name)


@pytest.mark.parametrize(
    "change",
    [
        lambda library: library.delete("base-zh"),
        lambda library: library.rename("base-zh", "other"),
        lambda library: library.roll_back("base-zh"),
        lambda library: library.rename("me", "base-zh"),
        lambda library: library.copy("me", "base-zh"),
    ],
)
def test_they_are_protected(
    library: Library,
    shipped: Path,
    tokenizer: Tokenizer,
    tiny_shape: NetworkShape,
    change: Callable[[Library], object],
) -> None:
    publish_tiny(library, "me", tokenizer, tiny_shape)
    with pytest.raises(ModelError, match="comes with rnnchat"):
        change(library)
    assert [entry.name for entry in library.entries()] == ["me", BASE, "base-zh"]


def test_an_own_model_of_a_name_that_is_shipped_now_is_hidden_and_can_be_renamed(
    library: Library, paths: Paths, shipped: Path, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    publish_tiny(library, "old", tokenizer, tiny_shape)
    (paths.models / "old").rename(paths.models / "base-zh")
    own = library.entries()[0]
    assert own.is_hidden and "comes with rnnchat" in own.problem
    assert library.find("base-zh").shipped
    assert library.rename("base-zh", "mine") == "mine"
    assert library.find("mine").card is not None


def test_the_default_is_used_where_the_model_in_use_was_deleted(
    library: Library, paths: Paths, shipped: Path, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    publish_tiny(library, "me", tokenizer, tiny_shape)
    with change_settings(paths) as settings:
        settings.model = "me"
    deletion = library.delete("me")
    assert load_settings(paths).model == BASE
    library.restore(deletion)
    assert load_settings(paths).model == "me"


def test_a_damaged_one_is_listed_with_its_problem(library: Library, shipped: Path) -> None:
    (shipped / "base-zh" / CARD).unlink()
    assert [(entry.name, bool(entry.problem)) for entry in library.entries()] == [
        (BASE, False),
        ("base-zh", True),
    ]
    (shipped / BASE / NETWORK).write_bytes(b"x" * (shipped / BASE / NETWORK).stat().st_size)
    with pytest.raises(ModelError) as caught:
        library.load(BASE)
    assert "Install rnnchat again" in caught.value.hint
